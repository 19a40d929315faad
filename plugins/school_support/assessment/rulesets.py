"""The hash of a ruleset version over its rows in all rule_* seeds, and the record of the versions that are out.

A version that an edition used never changes again: another rule is another version. `dbt_project/rulesets.sha256` holds the hash of each
version; a test compares it with the seeds. To record a new version, and again one that no edition has used yet:

    python -m school_support.assessment.rulesets
    python -m school_support.assessment.rulesets 2026.3
"""

from __future__ import annotations

import csv
import hashlib
import json
import sys
from collections.abc import Collection, Mapping
from pathlib import Path

from psycopg import Connection

from school_support.errors import SupportListError
from school_support.settings import settings

RULESET = "ruleset"
REMEDY = (
    "A version that an edition used never changes: take the edit of rule_*.csv back, copy the version's rows to a new "
    "one with the change in it, record that with `python -m school_support.assessment.rulesets`, and name it in "
    "authority_ruleset.csv from the as-at date on which it begins."
)


def hashes_in_seeds() -> dict[str, str]:
    """The sha256 of every ruleset version in the rule_* seeds.

    The form: for each row of the version a line of JSON with the seed's name and the row's filled cells by column, the
    version's own name left out; lines sorted bytewise, UTF-8, newline after each. So neither the order of rows and
    columns counts, nor a new column that the version leaves blank; every word and digit does.
    """
    lines: dict[str, list[bytes]] = {}
    for path in sorted((settings().dbt_project / "seeds").glob("rule_*.csv")):
        with path.open(newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            # What has no version (the frameworks of inspection, pupils' spread in past years) is fact, not rule.
            if RULESET not in (reader.fieldnames or ()):
                continue
            for row in reader:
                cells = {column: cell for column, cell in row.items() if cell and column != RULESET}
                line = json.dumps([path.stem, cells], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
                lines.setdefault(row[RULESET], []).append(line.encode() + b"\n")
    return {version: hashlib.sha256(b"".join(sorted(rows))).hexdigest() for version, rows in sorted(lines.items())}


def hash_of(ruleset: str) -> str | None:
    """The sha256 of a version; none for one that no seed has, such as the draft of a what-if."""
    return hashes_in_seeds().get(ruleset)


def read_record() -> dict[str, str]:
    """The recorded hash of each version."""
    path = _record()
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return {version: sha256 for sha256, version in (line.split(maxsplit=1) for line in lines if line)}


def faults(recorded: Mapping[str, str], found: Mapping[str, str]) -> list[str]:
    """What is wrong between the record and the seeds, a sentence a version; nothing where they agree."""
    said = []
    for version in sorted({*recorded, *found}):
        if version not in recorded:
            said.append(
                f"Ruleset {version} is not recorded: run `python -m school_support.assessment.rulesets` once its rows are final."
            )
        elif version not in found:
            said.append(f"Ruleset {version} is recorded and gone from the rule_* seeds: put its rows back. {REMEDY}")
        elif recorded[version] != found[version]:
            said.append(
                f"The rows of ruleset {version} in the rule_* seeds are not those recorded. {REMEDY} Only if no edition has "
                f"used it yet, record it again: `python -m school_support.assessment.rulesets {version}`."
            )
    return said


def record(again: Collection[str] = ()) -> dict[str, str]:
    """Record every version that is new, and some that are recorded already anew.

    Args:
        again: versions that no edition has used yet and that may have other rows now.

    Returns:
        The record as written.

    Raises:
        SupportListError: another version has changed or is gone, or one to record again does not exist. Nothing is written.
    """
    recorded, found = read_record(), hashes_in_seeds()
    unknown = sorted(set(again) - set(found))
    if unknown:
        raise SupportListError(f"No rule_* seed has a ruleset {', '.join(unknown)}. There are {', '.join(found)}.")
    kept = {version: sha256 for version, sha256 in recorded.items() if version not in again}
    wrong = faults(kept, {version: sha256 for version, sha256 in found.items() if version in kept})
    if wrong:
        raise SupportListError("\n".join(wrong))
    _record().write_text("".join(f"{sha256}  {version}\n" for version, sha256 in found.items()), encoding="utf-8")
    return found


def refuse_changed(connection: Connection, ruleset: str, ruleset_hash: str | None) -> None:
    """Refuse a version whose rows are not those under which its first edition was published.

    Raises:
        SupportListError: they are others; the message names the edition and says what to do.
    """
    settled = connection.execute(
        "select ruleset_hash, authority, list_year, edition from control.settled_ruleset where ruleset = %s", (ruleset,)
    ).fetchone()
    if settled is None or settled[0] == ruleset_hash:
        return
    was, authority, list_year, edition = settled
    now = f"are {ruleset_hash[:12]}" if ruleset_hash else "are gone"
    raise SupportListError(
        f"Ruleset {ruleset} was changed after edition {edition} of list year {list_year} of authority {authority} was published under "
        f"it: its rows had the hash {was[:12]} and {now} now. {REMEDY}"
    )


def _record() -> Path:
    return settings().dbt_project / "rulesets.sha256"


if __name__ == "__main__":
    try:
        for name, digest in record(sys.argv[1:]).items():
            print(f"{digest}  {name}")
    except SupportListError as error:
        sys.exit(str(error))
