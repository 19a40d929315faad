"""Key stage 2: what happened in each school, and the performance tables that tell of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from school_support.sample import layouts
from school_support.sample.columns import Columns, Numbers
from school_support.sample.figures import (
    CONFIDENCE,
    LOW_COVERAGE,
    LOWEST_COVERAGE,
    NEW_SCHOOL,
    NOT_AVAILABLE,
    SUPPRESSED,
    all_as,
    fixed,
    percent,
    suppressed,
    trimmed,
)
from school_support.sample.layouts import Layout, Row
from school_support.sample.mobility import staying
from school_support.sample.randomness import stream
from school_support.sample.register import age_range, postcode, street
from school_support.sample.schools import England, Establishment

Subject = Literal["READ", "WRIT", "MAT"]
SUBJECTS: tuple[Subject, ...] = ("READ", "WRIT", "MAT")


@dataclass(frozen=True)
class Year:
    """One academic year: shares of pupils at the expected and the higher standard, mean scaled scores,
    the pupils' standard deviation of progress by subject (None where there is no progress), the layout."""

    expected: float
    higher: float
    reading: float
    maths: float
    pupil_sd: dict[Subject, float] | None
    layout: Layout


# Near the national figures. Standard deviations as in the tables' own intervals; 2023 as in 2019.
# There was no key stage 1 for the pupils of 2024 and 2025, and no tables at all for 2020, 2021 and 2022.
# No header of 2023 or 2024 is at hand: those files wear the one of 2025.
YEARS: dict[int, Year] = {
    2017: Year(0.61, 0.09, 104, 104, {"READ": 5.97, "WRIT": 5.76, "MAT": 5.41}, layouts.KS2_2017),
    2018: Year(0.64, 0.10, 105, 104, {"READ": 6.18, "WRIT": 5.71, "MAT": 5.39}, layouts.KS2_2018),
    2019: Year(0.65, 0.11, 104, 105, {"READ": 6.1622, "WRIT": 5.6966, "MAT": 5.3743}, layouts.KS2_2019),
    2023: Year(0.60, 0.08, 105, 104, {"READ": 6.1622, "WRIT": 5.6966, "MAT": 5.3743}, layouts.KS2_2025),
    2024: Year(0.61, 0.08, 105, 104, None, layouts.KS2_2025),
    2025: Year(0.62, 0.08, 106, 105, None, layouts.KS2_2025),
}

LEAVING_AGE = 11
COHORT_NOISE = 0.35  # of the square root of the cohort: schools admit to a number, so less than Poisson
BETWEEN_SCHOOLS = 0.11  # standard deviation of the share at the expected standard
PROGRESS_BETWEEN_SCHOOLS = 1.9
SIGNAL, OTHER = 0.95, 0.312  # a school's year is its quality and a little that is of that year alone
MAINSTREAM_ABOVE_NATIONAL = 0.01  # special schools take the national figure about a point down
DISADVANTAGE_GAP = 0.20
SPECIAL_EXPECTED = 0.02
SPECIAL_PROGRESS = -6.0
SCALED_SCORE_BETWEEN_SCHOOLS = 2.3
PUPIL_SD_SCALED_SCORE = 8.0
WELL_ABOVE, WELL_BELOW = 3.0, -2.8

PROGRESS_PARTS = ("PROG", "PROG_LOWER", "PROG_UPPER", "COV", "PROG_DESCR")
PROGRESS_COLUMNS = tuple(f"{subject}{part}" for subject in SUBJECTS for part in PROGRESS_PARTS)
COUNTED_COLUMNS = (
    "BELIG", "GELIG", "PBELIG", "PGELIG", "TFSM6CLA1A", "PTFSM6CLA1A", "TNotFSM6CLA1A", "PTNotFSM6CLA1A",
    "TMOBN", "PTMOBN",
)  # fmt: skip
GAP_COLUMNS = ("PTRWM_EXP_FSM6CLA1A", "PTRWM_EXP_NotFSM6CLA1A", "DIFFN_RWM_EXP")
RESULT_COLUMNS = ("PTRWM_EXP", "PTRWM_HIGH", "PTRWM_EXP_B", "PTRWM_EXP_G", "READ_AVERAGE", "MAT_AVERAGE")


@dataclass(frozen=True)
class Results(Columns):
    """Counts of pupils and sums over pupils, one element a school (or one in all, for an area).

    `reading_sum` and `maths_sum` are scaled scores, `*_progress_sum` progress points; `tested` counts the
    pupils with a scaled score and `matched` those with a progress score.
    """

    eligible: Numbers
    boys: Numbers
    disadvantaged: Numbers
    non_mobile: Numbers
    expected: Numbers
    expected_boys: Numbers
    expected_disadvantaged: Numbers
    higher: Numbers
    tested: Numbers
    reading_sum: Numbers
    maths_sum: Numbers
    matched: Numbers
    read_progress_sum: Numbers
    writ_progress_sum: Numbers
    mat_progress_sum: Numbers


@dataclass(frozen=True)
class Tables:
    """The results of one academic year for every school that has an eligible pupil or might have."""

    year: int
    schools: list[Establishment]
    results: Results


def draw_tables(england: England, year: int, seed: int) -> Tables:
    """What really happened in an academic year, before anything is rounded or suppressed."""
    schools: list[Establishment] = []
    parts: list[Results] = []
    for authority in england.authorities:
        everyone = england.of(authority)
        present = [school for school in everyone if school.has_key_stage_2 and school.counts_in(year)]
        parts.append(_draw(present, year, stream(seed, "ks2", year, authority.code)))
        schools += present
    return Tables(year, schools, Results.join(parts))


def _draw(schools: Sequence[Establishment], year: int, rng: np.random.Generator) -> Results:
    level = YEARS[year]
    count = len(schools)
    special = np.array([school.kind.special for school in schools], dtype=bool)
    quality = np.array([school.site.quality_in(year) for school in schools])
    fsm = np.array([school.site.fsm for school in schools])
    size = np.array([school.site.cohort_size(year, LEAVING_AGE) for school in schools])
    coverage = np.array([school.site.coverage for school in schools])

    noise = rng.normal(size=(count, 7))
    eligible = np.maximum(0, np.rint(size + COHORT_NOISE * np.sqrt(size) * noise[:, 0])).astype(int)
    seen = SIGNAL * quality + OTHER * noise[:, 1]
    share = np.where(special, SPECIAL_EXPECTED, level.expected + MAINSTREAM_ABOVE_NATIONAL + BETWEEN_SCHOOLS * seen)
    disadvantaged = rng.binomial(eligible, fsm)
    gap = np.where(special, 0.0, DISADVANTAGE_GAP)
    expected_fsm = rng.binomial(disadvantaged, np.clip(share - gap * (1 - fsm), 0.0, 0.98))
    expected_other = rng.binomial(eligible - disadvantaged, np.clip(share + gap * fsm, 0.0, 0.98))
    expected = expected_fsm + expected_other
    boys = rng.binomial(eligible, 0.51)
    high_share = np.clip(level.higher / level.expected * np.exp(0.35 * seen - 0.12), 0.0, 0.6)

    tested = np.where(special, 0, rng.binomial(eligible, 0.97))
    spread = PUPIL_SD_SCALED_SCORE * np.sqrt(tested)
    strength = SCALED_SCORE_BETWEEN_SCHOOLS * seen
    matched = rng.binomial(eligible, coverage)
    progress = {
        subject: matched * (PROGRESS_BETWEEN_SCHOOLS * seen + np.where(special, SPECIAL_PROGRESS, 0.0))
        + (level.pupil_sd or {}).get(subject, 0.0) * np.sqrt(matched) * noise[:, 4 + index]
        for index, subject in enumerate(SUBJECTS)
    }
    expected_boys = rng.hypergeometric(expected, eligible - expected, boys)
    higher = rng.binomial(expected, high_share)
    non_mobile = rng.binomial(eligible, staying(fsm))
    return Results(
        eligible=eligible.astype(float),
        boys=boys.astype(float),
        disadvantaged=disadvantaged.astype(float),
        non_mobile=non_mobile.astype(float),
        expected=expected.astype(float),
        expected_boys=expected_boys.astype(float),
        expected_disadvantaged=expected_fsm.astype(float),
        higher=higher.astype(float),
        tested=tested.astype(float),
        reading_sum=tested * (level.reading + strength) + spread * noise[:, 2],
        maths_sum=tested * (level.maths + strength) + spread * noise[:, 3],
        matched=matched.astype(float),
        read_progress_sum=progress["READ"],
        writ_progress_sum=progress["WRIT"],
        mat_progress_sum=progress["MAT"],
    )


def revised_tables(final: Tables, seed: int) -> Tables:
    """The December issue: a few schools still count a pupil who is taken out of the final figures."""
    rng = stream(seed, "ks2 revised", final.year)
    late = (rng.random(len(final.schools)) < 0.08) & (final.results.eligible > 0)
    results = replace(
        final.results,
        eligible=final.results.eligible + late,
        boys=final.results.boys + late,
        read_progress_sum=final.results.read_progress_sum - 2.0 * late,
        writ_progress_sum=final.results.writ_progress_sum - 2.0 * late,
        mat_progress_sum=final.results.mat_progress_sum - 2.0 * late,
    )
    return replace(final, results=results)


def table_rows(tables: Tables, england: England, known_from: dt.date) -> Iterator[Row]:
    """The file: mainstream schools, special schools, authorities (3), all schools (4), state-funded (5)."""
    year, layout = tables.year, YEARS[tables.year].layout
    nation = tables.results.total()
    other_pupils = nation.eligible - nation.disadvantaged
    others_percent = round(100 * float((nation.expected - nation.expected_disadvantaged) / other_pupils))
    speller = _Speller(year, others_percent)
    successors = {old.urn: new for new in england.establishments for old in new.predecessors}
    special = np.array([school.kind.special for school in tables.schools])
    each = list(tables.results.each())
    for record_type, chosen in (("1", ~special), ("2", special)):
        for index in np.flatnonzero(chosen):
            school = tables.schools[index]
            values = _identity(school, record_type, successors.get(school.urn), known_from)
            mine = each[index]
            values |= {"TOTPUPS": str(school.site.roll(year)), "TPUPYEAR": f"{mine.eligible:.0f}"}
            if mine.eligible == 0:
                yield layout.row(values, last="TPUPYEAR")
            else:
                yield layout.row(values | speller.school(mine))
        for school in england.establishments:
            if _new(school, year) and school.kind.special == (record_type == "2"):
                identity = _identity(school, record_type, None, known_from)
                yield layout.row(identity | {"TOTPUPS": NEW_SCHOOL}, last="TOTPUPS")
    code = np.array([school.authority.code for school in tables.schools])
    for authority in england.authorities:
        area = _area_identity(layout, "3") | {"LEA": authority.code, "SCHNAME": authority.name}
        here = code == authority.code
        area["TOTPUPS"] = _total_roll(tables, here)
        yield layout.row(area | speller.area(tables.results.pick(here).total(), with_progress=True))
    for record_type in ("4", "5"):
        area = _area_identity(layout, record_type) | {"TOTPUPS": _total_roll(tables, special | ~special)}
        yield layout.row(area | speller.area(nation, with_progress=False))


def _total_roll(tables: Tables, chosen: NDArray[np.bool_]) -> str:
    return str(sum(tables.schools[index].site.roll(tables.year) for index in np.flatnonzero(chosen)))


def _new(school: Establishment, year: int) -> bool:
    """Schools too new for results stand in the tables as NEW; a converter's results are its old URN's."""
    return school.has_key_stage_2 and school.plan.how != "converts" and school.opened_for_next_year(year)


def _identity(
    school: Establishment, record_type: str, successor: Establishment | None, known_from: dt.date
) -> dict[str, str]:
    values = {
        "RECTYPE": record_type,
        "ALPHAIND": str(2 * (school.urn % 30000)),
        "LEA": school.authority.code,
        "ESTAB": f"{school.number:04d}",
        "URN": str(school.urn),
        "SCHNAME": school.name,
        "ADDRESS1": street(school),
        "TOWN": school.authority.name,
        "PCODE": postcode(school),
        "URN_AC": "0",
        "NFTYPE": school.kind.performance_code,
        "ICLOSE": "0",
        "RELDENOM": school.plan.faith,
        "AGERANGE": age_range(school),
        "TAB15": "0",
        "TAB1618": "0",
    }
    if successor and successor.opened and successor.opened <= known_from:
        if successor.plan.how == "converts":
            values |= {
                "URN_AC": str(successor.urn),
                "SCHNAME_AC": successor.name,
                "OPEN_AC": successor.opened.strftime("%Y%m%d"),
            }
        else:
            values["ICLOSE"] = "1"
    elif successor is None and school.closed and school.closed <= known_from:
        values["ICLOSE"] = "1"
    return values


def _area_identity(layout: Layout, record_type: str) -> dict[str, str]:
    """Identity columns of an area hold a single space in the real files."""
    before = layout.header[: layout.header.index("TOTPUPS")]
    return all_as(" ", before) | {"RECTYPE": record_type}


class _Speller:
    """Writes the results of one academic year as the tables do."""

    def __init__(self, year: int, national_others_percent: int) -> None:
        self.level = YEARS[year]
        self.national_others_percent = national_others_percent
        # 2017 kept its trailing zeros, later files do not.
        self.decimal: Callable[[float, int], str] = fixed if year == 2017 else trimmed

    def school(self, results: Results) -> dict[str, str]:
        values = {"TELIG": f"{results.eligible:.0f}"}
        if suppressed(float(results.eligible)):
            hidden = (*COUNTED_COLUMNS, *RESULT_COLUMNS, *GAP_COLUMNS)
            progress = SUPPRESSED if self.level.pupil_sd else NOT_AVAILABLE
            return values | all_as(SUPPRESSED, hidden) | all_as(progress, PROGRESS_COLUMNS)
        values |= self._counts(results) | self._results(results) | self._gap(results)
        return values | self._progress(results)

    def area(self, results: Results, *, with_progress: bool) -> dict[str, str]:
        """An authority (with progress) or the nation, for which progress is zero by definition and blank."""
        values = {"TPUPYEAR": f"{results.eligible:.0f}", "TELIG": f"{results.eligible:.0f}"}
        values |= self._counts(results) | self._results(results) | self._gap(results)
        if with_progress:
            return values | self._progress(results)
        return values | {"DIFFN_RWM_EXP": "0"} | all_as(" ", PROGRESS_COLUMNS)

    def _counts(self, results: Results) -> dict[str, str]:
        eligible = float(results.eligible)
        girls = eligible - results.boys
        other = eligible - results.disadvantaged
        return {
            "BELIG": f"{results.boys:.0f}",
            "GELIG": f"{girls:.0f}",
            "PBELIG": percent(float(results.boys), eligible),
            "PGELIG": percent(float(girls), eligible),
            "TFSM6CLA1A": f"{results.disadvantaged:.0f}",
            "PTFSM6CLA1A": percent(float(results.disadvantaged), eligible),
            "TNotFSM6CLA1A": f"{other:.0f}",
            "PTNotFSM6CLA1A": percent(float(other), eligible),
            "TMOBN": f"{results.non_mobile:.0f}",
            "PTMOBN": percent(float(results.non_mobile), eligible),
        }

    def _results(self, results: Results) -> dict[str, str]:
        girls = results.eligible - results.boys
        values = {
            "PTRWM_EXP": percent(float(results.expected), float(results.eligible)),
            "PTRWM_HIGH": percent(float(results.higher), float(results.eligible)),
            "PTRWM_EXP_B": _of_group(results.expected_boys, results.boys),
            "PTRWM_EXP_G": _of_group(results.expected - results.expected_boys, girls),
        }
        if results.tested > 0:
            values["READ_AVERAGE"] = fixed(float(results.reading_sum / results.tested), 0)
            values["MAT_AVERAGE"] = fixed(float(results.maths_sum / results.tested), 0)
        return values

    def _gap(self, results: Results) -> dict[str, str]:
        """Disadvantaged pupils, the others, and the gap to the others nationally."""
        disadvantaged = float(results.disadvantaged)
        others = float(results.eligible) - disadvantaged
        if any(group > 0 and suppressed(group) for group in (disadvantaged, others)):
            return all_as(SUPPRESSED, GAP_COLUMNS)
        values: dict[str, str] = {}
        if others:
            good = float(results.expected - results.expected_disadvantaged)
            values["PTRWM_EXP_NotFSM6CLA1A"] = percent(good, others)
        if disadvantaged:
            share = percent(float(results.expected_disadvantaged), disadvantaged)
            gap = int(share.rstrip("%")) - self.national_others_percent
            values |= {"PTRWM_EXP_FSM6CLA1A": share, "DIFFN_RWM_EXP": str(gap)}
        return values

    def _progress(self, results: Results) -> dict[str, str]:
        if self.level.pupil_sd is None:
            return all_as(NOT_AVAILABLE, PROGRESS_COLUMNS)
        matched = float(results.matched)
        if suppressed(matched):
            return all_as(SUPPRESSED, PROGRESS_COLUMNS)
        coverage = matched / float(results.eligible)
        if coverage < LOWEST_COVERAGE:
            return all_as(LOW_COVERAGE, PROGRESS_COLUMNS)
        values: dict[str, str] = {}
        sums = (results.read_progress_sum, results.writ_progress_sum, results.mat_progress_sum)
        for subject, total in zip(SUBJECTS, sums, strict=True):
            score = float(total) / matched
            half = CONFIDENCE * self.level.pupil_sd[subject] / np.sqrt(matched)
            values |= {
                f"{subject}PROG": self.decimal(score, 1),
                f"{subject}PROG_LOWER": self.decimal(score - half, 1),
                f"{subject}PROG_UPPER": self.decimal(score + half, 1),
                f"{subject}COV": percent(coverage, 1),
                f"{subject}PROG_DESCR": _band(score, half),
            }
        return values


def _of_group(part: Numbers, group: Numbers) -> str:
    """The share of a group of pupils: suppressed if it is small, empty if there is nobody in it."""
    if group == 0:
        return ""
    return SUPPRESSED if suppressed(float(group)) else percent(float(part), float(group))


def _band(score: float, half: float) -> str:
    """1 well above average to 5 well below; significant both ways, and a cut for the outer two."""
    if score - half > 0:
        return "1" if score >= WELL_ABOVE else "2"
    if score + half < 0:
        return "5" if score < WELL_BELOW else "4"
    return "3"
