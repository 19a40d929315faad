"""SQL for reading raw cells, which are text: a number or a date where the cell is one, else null, never an error."""

from __future__ import annotations


def as_number(column: str) -> str:
    """A plain number or percentage; a code such as SUPP is null."""
    # Most cells are digits alone, and to see that costs half of the pattern.
    return (
        f"(case when translate({column}, '0123456789', '') = '' and {column} <> '' then {column}::numeric"
        f" when {column} ~ '^[+-]?[0-9]*[.]?[0-9]+%?$' then rtrim({column}, '%')::numeric end)"
    )


def as_date(column: str) -> str:
    """ISO (also what Excel dates become), dd-mm-yyyy, dd/mm/yyyy or yyyymmdd."""
    return (
        f"(case when {column} ~ '^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}' then left({column}, 10)::date"
        f" when {column} ~ '^[0-9]{{2}}[-/][0-9]{{2}}[-/][0-9]{{4}}'"
        f" then to_date(replace(left({column}, 10), '/', '-'), 'DD-MM-YYYY')"
        f" when {column} ~ '^[0-9]{{8}}$' then to_date({column}, 'YYYYMMDD') end)"
    )
