"""The database of an earlier version, with editions in it, brought up to this one: tests/data/warehouse-VERSION.sql.gz.

Each file is a dump of what dbt does not own, taken when the version was current: the schemas control, landing, quality,
publication and bi of the sample authority with an edition of each of two list years.
"""

from __future__ import annotations

import gzip
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from school_support.publication.verify import edition_ids, verify_edition
from school_support.warehouse.connection import connect, parameters
from school_support.warehouse.embedded import psql_program
from school_support.warehouse.migrate import migrate, migration_names

DUMPS = sorted((Path(__file__).parents[1] / "data").glob("warehouse-*.sql.gz"))
READ = (
    "select list_year, edition, urn, tier_name, points, support_days, reasons from bi.support_list_v1 order by 1, 2, 3"
)


@pytest.fixture(scope="module", params=DUMPS, ids=lambda path: path.name.removesuffix(".sql.gz"))
def earlier(
    request: pytest.FixtureRequest, another_warehouse: Callable[[], AbstractContextManager[Path]]
) -> Iterator[list[tuple[object, ...]]]:
    """A server with the earlier version's tables in place of ours; what its readers saw."""
    with another_warehouse():
        with connect("support_admin") as connection:
            for schema in ("bi", "publication", "quality", "landing", "control"):
                connection.execute(f"drop schema {schema} cascade")
        address = parameters("support_admin")
        restored = subprocess.run(
            [psql_program(), "-h", address["host"], "-p", address["port"], "-U", address["user"], "-d", address["dbname"],
             "-X", "-q", "-v", "ON_ERROR_STOP=1", "--single-transaction"],
            input=gzip.decompress(request.param.read_bytes()),
            env=os.environ | {"PGPASSWORD": address["password"]},
            capture_output=True,
            check=False,
        )  # fmt: skip
        assert restored.returncode == 0, restored.stderr.decode()[-2000:]
        with connect("bi_reader") as connection:
            seen = connection.execute(READ).fetchall()
        yield seen


def test_every_edition_of_before_reads_and_verifies_as_before(earlier: list[tuple[object, ...]]) -> None:
    with connect("support_admin") as connection:
        known = {name for (name,) in connection.execute("select name from control.migration")}
    applied = migrate()
    assert applied == [name for name in migration_names() if name not in known]
    assert migrate() == []
    with connect("bi_reader") as connection:
        assert connection.execute(READ).fetchall() == earlier
        listed = {row[:2] for row in earlier}
        assert set(connection.execute("select list_year, edition from bi.current_edition_v1")) == listed
    assert len(earlier) == 160
    assert edition_ids() == [1, 2]
    for edition_id in edition_ids():
        checks = {check.what: check.wrong for check in verify_edition(edition_id)}
        # The files and the landing store of that installation are not here.
        assert (checks["rows"], checks["manifest"]) == ((), ())
