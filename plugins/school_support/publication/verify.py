"""Check a published edition: its rows, its manifest, its files and the releases that it was made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from psycopg import Connection
from psycopg.rows import dict_row

from school_support.errors import SupportListError
from school_support.landing.store import sha256_of, stored
from school_support.publication.content import content_hash, row_hashes
from school_support.publication.manifest import manifest_hash
from school_support.settings import settings
from school_support.warehouse.connection import connect

# sha256 by frozen table and school.
RowHashes = Mapping[str, Mapping[str, str]]
# Named one by one up to here; the count says the rest.
NAMED = 10


@dataclass(frozen=True)
class Checked:
    """One thing that was looked at. `wrong` says what differs; empty where nothing does."""

    what: str
    wrong: tuple[str, ...] = ()


def edition_ids() -> list[int]:
    """Every edition that was ever published, by its id in the warehouse."""
    with connect("support_publisher") as connection:
        return [number for (number,) in connection.execute("select edition_id from publication.edition order by 1")]


def verify_edition(edition_id: int, on_step: Callable[[str], None] = lambda _: None) -> list[Checked]:
    """Recompute every hash of an edition.

    Args:
        on_step: told in a few words what is looked at next.

    Raises:
        SupportListError: there is no such edition, or it is from before manifests were hashed.
    """
    checked: list[Checked] = []
    with connect("support_publisher") as connection:
        edition = read_published(connection, edition_id)
        for what, wrongs in (
            ("rows", _rows(connection, edition)),
            ("manifest", _manifest(edition)),
            ("files", _files(connection, edition)),
            ("releases in the landing store", _releases(edition["manifest"])),
        ):
            on_step(what)
            checked.append(Checked(what, _shortened(wrongs)))
    return checked


def read_published(connection: Connection, edition_id: int) -> dict[str, Any]:
    """An edition with its candidate, approval and manifest. Raises SupportListError as `verify_edition` does."""
    with connection.cursor(row_factory=dict_row) as cursor:
        found = cursor.execute(
            """
            select edition.edition_id, edition.authority, edition.list_year, edition.edition, edition.candidate_id,
                edition.content_hash, edition.demonstration, edition.reason, edition.circulation, edition.published_at,
                edition.manifest, edition.manifest_sha256, candidate.form, candidate.content_hash as frozen_hash,
                candidate.assessment_id, candidate.as_at, candidate.decisions_as_at, candidate.ruleset, candidate.built_by,
                candidate.demonstration as built_as_demonstration, approval.approval_id, approval.decision, approval.person,
                approval.os_user, approval.channel, approval.run_id, approval.note, approval.decided_at,
                approval.content_hash as approved_hash
            from publication.edition
            inner join publication.candidate using (candidate_id)
            inner join publication.approval using (approval_id)
            where edition.edition_id = %s
            """,
            (edition_id,),
        ).fetchone()
    if found is None:
        raise SupportListError(f"There is no edition {edition_id}; `support-list status` lists them.")
    if found["manifest_sha256"] is None:
        raise SupportListError(f"Edition {edition_id} is from before manifests were hashed and cannot be verified.")
    return found


def _rows(connection: Connection, edition: Mapping[str, Any]) -> Iterator[str]:
    computed = content_hash(connection, edition["candidate_id"])
    for name in ("content_hash", "frozen_hash", "approved_hash"):
        if edition[name] != computed:
            yield f"the {name.replace('_', ' ')} is {edition[name][:12]}, the rows give {computed[:12]}"
    yield from _differing(edition, row_hashes(connection, edition["candidate_id"]))


def rebuilt_differs(edition: Mapping[str, Any], rebuilt_hash: str, hashes: RowHashes) -> Checked:
    """A rebuilt list beside the edition: the same hash, or the tables and schools that differ."""
    wrongs = list(_differing(edition, hashes))
    if rebuilt_hash != edition["content_hash"]:
        wrongs.insert(
            0, f"made again it has the hash {rebuilt_hash[:12]}, published was {edition['content_hash'][:12]}"
        )
    return Checked("made again from the landing store", _shortened(iter(wrongs)))


def _differing(edition: Mapping[str, Any], hashes: RowHashes) -> Iterator[str]:
    recorded = edition["manifest"].get("row_hashes", {})
    for table, found in hashes.items():
        known = recorded.get(table, {})
        for key in sorted({*known, *found}):
            if known.get(key) != found.get(key):
                change = "is gone" if key not in found else "was added" if key not in known else "is another"
                yield f"publication.{table}, {key}: what was published {change}"


def _manifest(edition: Mapping[str, Any]) -> Iterator[str]:
    manifest = edition["manifest"]
    computed = manifest_hash(manifest)
    if computed != edition["manifest_sha256"]:
        yield f"its hash was {edition['manifest_sha256'][:12]}, its text gives {computed[:12]}"
    candidate, approval = manifest.get("candidate", {}), manifest.get("approval", {})
    said = {
        "authority": (candidate.get("authority"), edition["authority"]),
        "list_year": (candidate.get("list_year"), edition["list_year"]),
        "edition": (manifest.get("edition"), edition["edition"]),
        "published_at": (manifest.get("published_at"), edition["published_at"]),
        "content_hash": (candidate.get("content_hash"), edition["content_hash"]),
        "form": (candidate.get("form"), edition["form"]),
        "as_at": (candidate.get("as_at"), edition["as_at"]),
        "decisions_as_at": (candidate.get("decisions_as_at"), edition["decisions_as_at"]),
        "ruleset": (candidate.get("ruleset"), edition["ruleset"]),
        "assessment_id": (candidate.get("assessment_id"), edition["assessment_id"]),
        "built_by": (candidate.get("built_by"), edition["built_by"]),
        "demonstration": (candidate.get("demonstration"), edition["built_as_demonstration"]),
        "stamp of a demonstration": (approval.get("demonstration"), edition["demonstration"]),
        "reason": ((manifest.get("replaces") or {}).get("reason"), edition["reason"]),
        "circulation": (manifest.get("circulation"), edition["circulation"]),
        "approval_id": (approval.get("approval_id"), edition["approval_id"]),
        "approved by": (approval.get("person"), edition["person"] or edition["os_user"]),
        "decision": (approval.get("decision"), edition["decision"]),
        "channel": (approval.get("channel"), edition["channel"]),
        "run_id": (approval.get("run_id"), edition["run_id"]),
        "note": (approval.get("note"), edition["note"]),
        "decided_at": (approval.get("decided_at"), edition["decided_at"]),
    }
    for name, (recorded, now) in said.items():
        if not _same(recorded, now):
            yield f"{name}: the manifest says {recorded}, the warehouse {now}"


def _same(recorded: Any, now: Any) -> bool:
    """Whether a value of the manifest, where days and times are text, is that of the warehouse."""
    if isinstance(now, datetime):
        return isinstance(recorded, str) and datetime.fromisoformat(recorded) == now
    if isinstance(now, date):
        return bool(recorded == now.isoformat())
    return bool(recorded == now)


def _files(connection: Connection, edition: Mapping[str, Any]) -> Iterator[str]:
    folder = settings().editions / f"{edition['authority']}-{edition['list_year']}-{edition['edition']}"
    # Written anew after a change of the address that letters name, a file has several hashes, each of them ours.
    written = connection.execute(
        "select name, array_agg(sha256 order by written_at desc) from publication.output_file where edition_id = %s "
        "group by name order by name",
        (edition["edition_id"],),
    ).fetchall()
    for name, hashes in written:
        yield from _file(folder / name, hashes, name)


def _releases(manifest: Mapping[str, Any]) -> Iterator[str]:
    for release in (*manifest.get("releases", []), *manifest.get("earlier_releases", [])):
        kept = release["stored_sha256"] or release["sha256"]
        yield from _file(stored(release["source"], release["sha256"]), [kept], release["file_name"])


def _file(path: Path, hashes: Sequence[str], name: str) -> Iterator[str]:
    if not path.is_file():
        yield f"{name}: {path} is gone"
    elif (found := sha256_of(path)) not in hashes:
        yield f"{name}: its bytes have the hash {found[:12]}, {hashes[0][:12]} was recorded"


def _shortened(wrongs: Iterator[str]) -> tuple[str, ...]:
    found = list(wrongs)
    more = [f"and {len(found) - NAMED} more"] if len(found) > NAMED else []
    return (*found[:NAMED], *more)
