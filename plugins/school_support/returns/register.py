"""Which schools a return may be from, as the newest register that is known says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from psycopg import Connection

from school_support.quality.cells import as_date
from school_support.returns.template import Identity


@dataclass(frozen=True)
class KnownSchools:
    """An authority's open schools: LAESTAB and name by URN, as the register of `day` has them."""

    day: dt.date
    laestabs: Mapping[str, str]
    names: Mapping[str, str]

    def identity(self, urn: str) -> Identity | None:
        """A school for a form to be filled in with."""
        return Identity(urn, self.laestabs[urn], self.names[urn]) if urn in self.laestabs else None


def open_schools(connection: Connection, authority: str, day: dt.date) -> KnownSchools | None:
    """The open schools of an authority in the newest register known by a day; None where there is no register.

    A school that is proposed to open or has closed by the day is not among them, nor is any that the register gives
    another authority.
    """
    if connection.execute("select to_regclass('raw.gias')").fetchone() == (None,):
        return None
    newest = connection.execute(
        """
        select release_id, known_from
        from landing.release
        where source = 'gias' and status = 'accepted' and known_from <= %(day)s
            and exists (
                select from raw.gias where _release_id = release_id and lpad(btrim(la_code), 3, '0') = %(authority)s
            )
        order by known_from desc, sha256
        limit 1
        """,
        {"day": day, "authority": authority},
    ).fetchone()
    if newest is None:
        return None
    rows = connection.execute(
        f"""
        select btrim(urn), %(authority)s || lpad(btrim(establishment_number), 4, '0'), btrim(establishment_name)
        from raw.gias
        where _release_id = %(release)s and lpad(btrim(la_code), 3, '0') = %(authority)s
            and establishment_status <> 'Proposed to open'
            and coalesce({as_date("open_date")} <= %(day)s, true) and coalesce({as_date("close_date")} >= %(day)s, true)
            and (establishment_status <> 'Closed' or {as_date("close_date")} >= %(day)s)
        """,  # noqa: S608  # names of columns alone
        {"authority": authority, "release": newest[0], "day": day},
    ).fetchall()
    return KnownSchools(newest[1], {urn: laestab for urn, laestab, _ in rows}, {urn: name for urn, _, name in rows})
