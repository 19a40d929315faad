-- What came in through the folder for returns, and how each file was answered.
create table landing.receipt (
    receipt_id bigint generated always as identity primary key,
    file_name text,
    sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
    bytes bigint not null check (bytes >= 0),
    received_on date not null,
    outcome text not null check (outcome in ('accepted', 'faults', 'refused')),
    faults integer not null check (faults >= 0),
    release_id bigint references landing.release,
    answered_at timestamptz not null default now(),
    unique nulls not distinct (sha256, file_name, received_on, outcome),
    check ((outcome = 'refused') = (file_name is null))
);
comment on table landing.receipt is 'One row a file and answer: accepted; faults, sent back to be corrected and not kept; refused, because it looks like a list of pupils. Insert-only.';
comment on column landing.receipt.file_name is 'As it was dropped; null where the file was refused, for its name may be a pupil''s.';
comment on column landing.receipt.release_id is 'The release it became, or the row of the ledger that holds the hash of a refused file.';
grant select, insert on landing.receipt to support_loader;
grant select on landing.receipt to support_publisher;
