"""Whether the rules that a candidate was made by are those recorded, those in the files, and those in the warehouse."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

from psycopg import Connection, sql

from school_support.assessment.rulesets import REMEDY, hash_of, read_record
from school_support.settings import settings

# Rows of other authorities and dates change without touching this list.
OF_THE_AUTHORITY = ("authority_setting", "authority_ruleset")
# The patterns of file names and the calendar decide nothing that a list says.
DECIDING = ("rule_", "xwalk_", "authority_", "phase_in_words")


def changed_rules(connection: Connection, assessment_id: int, ruleset: str, authority: str) -> list[str]:
    """What is not as it was when the assessment was made, a sentence each; nothing where all agree.

    Args:
        ruleset: the version that the candidate names.
        authority: three-digit LA code.
    """
    read, settled, due = connection.execute(
        """
        select assessment.ruleset_hash, settled.ruleset_hash,
            (
                select own.ruleset from seeds.authority_ruleset as own
                where own.authority = assessment.authority and own.as_at_from <= assessment.as_at
                order by own.as_at_from desc limit 1
            )
        from control.assessment
        left join control.settled_ruleset as settled on settled.ruleset = %s
        where assessment_id = %s
        """,
        (ruleset, assessment_id),
    ).fetchone() or (None, None, None)
    now, recorded = hash_of(ruleset), read_record().get(ruleset)
    said = []
    if due != ruleset:
        said.append(f"authority_ruleset.csv gives authority {authority} ruleset {due} on that day, not {ruleset}.")
    if read is None:
        said.append(f"Nobody knows by which rows of ruleset {ruleset} the assessment was made.")
    for name, other in (("recorded", recorded), ("in the seeds now", now), ("of its first edition", settled or read)):
        if other != read:
            said.append(
                f"The rows of ruleset {ruleset} {name} are {str(other)[:12]}, and those that the assessment read "
                f"{str(read)[:12]}. {REMEDY}"
            )
    for path in sorted((settings().dbt_project / "seeds").glob("*.csv")):
        if path.stem.startswith(DECIDING):
            said += _changed_table(connection, path, ruleset, authority)
    return said


def _changed_table(connection: Connection, path: Path, ruleset: str, authority: str) -> list[str]:
    """Whether the warehouse has the rows of a seed's file: those of the ruleset or authority, where it has versions."""
    with path.open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        columns = list(reader.fieldnames or ())
        key, value = ("ruleset", ruleset) if path.stem.startswith("rule_") and "ruleset" in columns else (None, None)
        if path.stem in OF_THE_AUTHORITY:
            key, value = "authority", authority
        in_file = Counter(
            tuple(_said(row[name]) for name in columns) for row in reader if key is None or row[key] == value
        )
    query = sql.SQL("select {} from {}").format(
        sql.SQL(", ").join(map(sql.Identifier, columns)), sql.Identifier("seeds", path.stem)
    )
    if key is not None:
        query += sql.SQL(" where {} = {}").format(sql.Identifier(key), sql.Literal(value))
    in_table = Counter(tuple(map(_said, row)) for row in connection.execute(query))
    differing = sum(((in_file - in_table) + (in_table - in_file)).values())
    return (
        [f"{differing} rows of seeds.{path.stem} are not those of {path.name}: build the seeds again."]
        if differing
        else []
    )


def _said(cell: object) -> str:
    """A cell in one spelling, whether it comes from a file or from a typed column."""
    if cell is None or cell == "":
        return ""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, date):
        return cell.isoformat()
    text = str(cell)
    return _number(text) if _is_number(text) else text.lower() if text.lower() in ("true", "false") else text


def _is_number(text: str) -> bool:
    return text.lstrip("+-").replace(".", "", 1).isdigit()


def _number(text: str) -> str:
    return f"{Decimal(text).normalize():f}"
