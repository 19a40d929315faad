"""The floor and coasting standards over all England, held against what the Department for Education published.

Published: key stage 4 floor 282 (2016), 365 (2017), 346 (2018, without university technical colleges and studio schools);
key stage 2 floor 665, 511 and 364; key stage 2 coasting 640 (2018). All are of revised results; what is at hand for all
England is the provisional file of key stage 4, and of key stage 2 a subset of the final one without limits or codes.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from school_support.assessment.annual import list_year_of
from school_support.assessment.prepare import build_assessments, prepare_assessment
from school_support.warehouse.connection import connect

pytestmark = pytest.mark.real_data

# The day from which each file is public, in the folder's releases.csv; of 2016 the re-issue, which says which schools closed.
KS4 = {2016: date(2016, 11, 10), 2017: date(2017, 10, 13), 2018: date(2018, 10, 13)}
KS2 = {2016: date(2017, 4, 15), 2017: date(2018, 4, 15), 2018: date(2019, 4, 15)}
KS4_FILES = {
    2016: "performance/2015-16/england_ks4_provisional_v2.csv.gz",
    2017: "performance/2016-17/england_ks4provisional.csv.gz",
    2018: "performance/2017-18/england_ks4provisional.csv.gz",
}
KS4_FLOOR = {2016: 282, 2017: 365, 2018: 346}
KS2_FLOOR = {2016: 665, 2017: 511, 2018: 364}
KS2_COASTING_2018 = 640
NOT_COVERED_IN_2018 = ("UTC", "SS")

# Below the floor in the provisional file and not in ours, by the file's school type: closed by the day, or in no register.
KS4_NOT_OPEN = {
    2016: {"AC": 8, "FD": 2, "VA": 1, "FSS": 1},
    2017: {"ACC": 3, "SS": 3, "UTC": 2, "CY": 1},
    2018: {"AC": 3, "F": 1, "FD": 1},
}
# The other way round: closed by the file, while a converter answers for it or (the studio school) the register has it open.
KS4_CLOSED_IN_THE_FILE = {2016: {"ACC": 1}, 2017: {"ACC": 1, "SS": 1}, 2018: {"ACC": 3, "AC": 1}}
# Academies that had closed before the first national register at hand, which is of 2016/17.
KS4_IN_NO_REGISTER = {2016: 7, 2017: 0, 2018: 0}


def rows(query: str, *parameters: object) -> list[tuple]:  # type: ignore[type-arg]
    with connect("support_admin") as connection:
        return connection.execute(query, parameters).fetchall()  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def england(real_warehouse: Path) -> dict[date, int]:
    """Assessments of England on each day; what the standards rest on is built, and no tier."""
    found = {
        day: prepare_assessment("000", list_year_of(day), day, "backtest") for day in (*KS4.values(), *KS2.values())
    }
    with pytest.MonkeyPatch.context() as patch:
        # Without the data tests, some of which read marts that these assessments do not have.
        patch.setenv("DBT_INDIRECT_SELECTION", "empty")
        build_assessments(
            list(found.values()),
            ("resource_type:seed", "int_assessment__releases", "intermediate.register", "intermediate.standards"),
        )
    return found


def below(assessment_id: int, key_stage: str, standard: str, year: int) -> list[tuple]:  # type: ignore[type-arg]
    """Schools below a standard, each with the URN that its result was published under."""
    return rows(
        """
        select distinct answer.urn, result.result_urn
        from intermediate.int_standards__by_school as answer
        inner join intermediate.int_standards__results as result using (assessment_id, urn, key_stage, academic_year)
        where assessment_id = %s and key_stage = %s and standard = %s and academic_year = %s and is_below
        """,
        assessment_id,
        key_stage,
        standard,
        year,
    )


def plain_reading(real_data: Path, year: int) -> pd.DataFrame:
    """Mainstream schools below the floor by the provisional file's own columns, worked out here anew."""
    table = pd.read_csv(real_data / KS4_FILES[year], dtype=str, encoding="utf-8-sig", keep_default_na=False)
    score, limit = (pd.to_numeric(table[column], errors="coerce") for column in ("P8MEA", "P8CIUPP"))
    found = table[(table["RECTYPE"] == "1") & (score < -0.5) & (limit < 0)]
    return found[~found["NFTYPE"].isin(NOT_COVERED_IN_2018)] if year == 2018 else found


@pytest.mark.parametrize("year", KS4)
def test_the_plain_reading_is_within_a_twentieth_of_what_was_published(real_data: Path, year: int) -> None:
    found = plain_reading(real_data, year)
    assert (found["ICLOSE"] == "0").sum() == pytest.approx(KS4_FLOOR[year], rel=0.05)


@pytest.mark.parametrize("year", KS4)
def test_key_stage_4_below_the_floor_school_by_school(england: dict[date, int], real_data: Path, year: int) -> None:
    """Ours and the plain reading differ by named schools alone; ours is as near to what was published."""
    assessment_id = england[KS4[year]]
    file = plain_reading(real_data, year).set_index("URN")
    ours = [result_urn for _, result_urn in below(assessment_id, "KS4", "floor", year)]
    register = dict(
        rows("select urn, is_in_scope from intermediate.int_register__schools where assessment_id = %s", assessment_id)
    )

    missing = file[(file["ICLOSE"] == "0") & ~file.index.isin(ours)]
    assert not any(register.get(urn) for urn in missing.index)
    assert missing["NFTYPE"].value_counts().to_dict() == KS4_NOT_OPEN[year]

    assert set(ours) <= set(file.index)
    added = file.loc[ours]
    added = added[added["ICLOSE"] == "1"]
    assert added["NFTYPE"].value_counts().to_dict() == KS4_CLOSED_IN_THE_FILE[year]

    unlisted = [urn for urn in missing.index if urn not in register]
    assert len(unlisted) == KS4_IN_NO_REGISTER[year]
    assert len(ours) + len(unlisted) == pytest.approx(KS4_FLOOR[year], rel=0.05)


@pytest.mark.parametrize("year", KS2)
def test_key_stage_2_below_the_floor(england: dict[date, int], year: int) -> None:
    found = {urn for urn, _ in below(england[KS2[year]], "KS2", "floor", year)}
    assert len(found) == pytest.approx(KS2_FLOOR[year], rel=0.05)


def test_key_stage_2_coasting(england: dict[date, int]) -> None:
    found = {urn for urn, _ in below(england[KS2[2018]], "KS2", "coasting", 2018)}
    assert len(found) == pytest.approx(KS2_COASTING_2018, rel=0.05)


def test_coasting_needs_three_years_of_files(england: dict[date, int]) -> None:
    """Of 2014 and 2015 there is no file: who was below in 2016 is not judged, or was a new sponsored academy in 2015."""
    answers = rows(
        "select is_below, reason_code, count(*) from intermediate.int_standards__by_school where assessment_id = %s "
        "and key_stage = 'KS2' and standard = 'coasting' and academic_year = 2016 and years_below = 1 group by 1, 2",
        england[KS2[2016]],
    )
    assert {is_below for is_below, _, _ in answers} == {None}
    assert {reason for _, reason, _ in answers} <= {"year_missing", "new_sponsored_academy"}
    assert sum(count for _, _, count in answers) > 1000
