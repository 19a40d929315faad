"""Key stage 4: what happened in each school, and the provisional and final tables that tell of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from school_support.sample import layouts
from school_support.sample.columns import Columns, Numbers
from school_support.sample.figures import (
    CONFIDENCE,
    LOW_COVERAGE,
    LOWEST_COVERAGE,
    NEW_SCHOOL,
    NO_ENTRIES,
    NOT_AVAILABLE,
    NOT_PUBLISHED,
    SUPPRESSED,
    all_as,
    fixed,
    padded_percent,
    percent,
    suppressed,
    trimmed,
)
from school_support.sample.layouts import Row
from school_support.sample.mobility import staying
from school_support.sample.randomness import stream
from school_support.sample.register import age_range, postcode, street
from school_support.sample.schools import England, Establishment

Spell = Callable[[float, int], str]
Percent = Callable[[float, float], str]


@dataclass(frozen=True)
class Year:
    """One academic year of state-funded schools: mean Attainment 8, shares of pupils with grades 9-4 and
    9-5 in English and maths and entered for the EBacc, pupils' standard deviation of Progress 8."""

    attainment8: float
    basics_94: float
    basics_95: float
    ebacc: float
    pupil_sd: float | None


# Near the national figures; no tables in 2020 and 2021, no Progress 8 in 2025. The standard deviation of
# the years after 2019 is that of 2019.
YEARS: dict[int, Year] = {
    2017: Year(46.3, 0.639, 0.427, 0.382, 1.229722),
    2018: Year(46.5, 0.642, 0.433, 0.384, 1.262617),
    2019: Year(46.7, 0.649, 0.434, 0.400, 1.282562),
    2022: Year(48.8, 0.690, 0.500, 0.388, 1.282562),
    2023: Year(46.3, 0.654, 0.455, 0.393, 1.282562),
    2024: Year(46.1, 0.657, 0.462, 0.404, 1.282562),
    2025: Year(46.0, 0.655, 0.456, 0.405, None),
}
PROVISIONAL_YEARS = (2017, 2018, 2019, 2025)

LEAVING_AGE = 16
COHORT_NOISE = 0.35
SIGNAL, OTHER = 0.95, 0.312
PROGRESS_BETWEEN_SCHOOLS = 0.4
ATTAINMENT_BETWEEN_SCHOOLS = 6.0
PUPIL_SD_ATTAINMENT = 18.0
BASICS_BETWEEN_SCHOOLS = 0.10
EBACC_BETWEEN_SCHOOLS = 0.15
MAINSTREAM_ABOVE_NATIONAL = 0.5  # points of Attainment 8
SPECIAL_ATTAINMENT, SPECIAL_PROGRESS = 5.0, -1.4
WITHOUT_ENTRIES = 0.3  # share of special schools that enter nobody
INDEPENDENT_ABOVE = 0.12
# The pupils of a grammar school come from far and wide: in one year too few had key stage 2 results.
LOW_COVERAGE_YEAR, COVERAGE, GRAMMAR_COVERAGE = 2018, 0.95, 0.45

PROGRESS_COLUMNS = (
    "P8PUP", "TP8ADJ", "P8MEACOV", "P8MEA", "P8CILOW", "P8CIUPP", "P8MEA_ORIG", "P8CILOW_ORIG",
    "P8CIUPP_ORIG", "P8_BANDING",
)  # fmt: skip
ATTAINMENT_COLUMNS = (
    "TOTATT8", "ATT8SCR", "PTL2BASICS_94", "PTL2BASICS_95", "TEBACC_E_PTQ_EE", "PTEBACC_E_PTQ_EE",
)  # fmt: skip
PUPIL_COLUMNS = ("TFSM6CLA1A", "PTFSM6CLA1A", "TNOTFSM6CLA1A", "PTNOTFSM6CLA1A", "TNMOB", "PTNMOB")
SEX_COLUMNS = ("BPUP", "PBPUP", "GPUP", "PGPUP")
WELL_ABOVE = 0.5


@dataclass(frozen=True)
class Results(Columns):
    """Counts of pupils and sums over pupils, one element a school (or one in all, for an area)."""

    pupils: Numbers
    boys: Numbers
    disadvantaged: Numbers
    non_mobile: Numbers
    attainment_sum: Numbers
    basics_94: Numbers
    basics_95: Numbers
    ebacc: Numbers
    matched: Numbers
    progress_sum: Numbers


@dataclass(frozen=True)
class Tables:
    """The results of one academic year; `entered` is False for schools that entered nobody."""

    year: int
    schools: list[Establishment]
    results: Results
    entered: NDArray[np.bool_]


def draw_tables(england: England, year: int, seed: int) -> Tables:
    """What really happened in an academic year, before anything is rounded or suppressed."""
    schools: list[Establishment] = []
    parts: list[Results] = []
    entered: list[NDArray[np.bool_]] = []
    for authority in england.authorities:
        everyone = england.of(authority)
        present = [school for school in everyone if school.has_key_stage_4 and school.counts_in(year)]
        part, some = _draw(present, year, stream(seed, "ks4", year, authority.code))
        schools += present
        parts.append(part)
        entered.append(some)
    return Tables(year, schools, Results.join(parts), np.concatenate(entered))


def _draw(schools: Sequence[Establishment], year: int, rng: np.random.Generator) -> tuple[Results, NDArray[np.bool_]]:
    level = YEARS[year]
    count = len(schools)
    special = np.array([school.kind.special for school in schools], dtype=bool)
    independent = np.array([not school.kind.state_funded for school in schools], dtype=bool)
    quality = np.array([school.site.quality_in(year) for school in schools])
    size = np.array([school.site.cohort_size(year, LEAVING_AGE) for school in schools])
    fsm = np.array([school.site.fsm for school in schools])
    uncovered = np.array([school.selective and year == LOW_COVERAGE_YEAR for school in schools], dtype=bool)
    coverage = np.where(uncovered, GRAMMAR_COVERAGE, COVERAGE)

    noise = rng.normal(size=(count, 4))
    pupils = np.maximum(0, np.rint(size + COHORT_NOISE * np.sqrt(size) * noise[:, 0])).astype(int)
    seen = SIGNAL * quality + OTHER * noise[:, 1]

    def reaching(share: float, between: float) -> Numbers:
        raised = share + between * seen + np.where(independent, INDEPENDENT_ABOVE, 0.01)
        return np.where(special, 0.01, np.clip(raised, 0.02, 0.99))

    mean = level.attainment8 + MAINSTREAM_ABOVE_NATIONAL + ATTAINMENT_BETWEEN_SCHOOLS * seen
    mean = np.where(special, SPECIAL_ATTAINMENT + 2 * np.tanh(seen), mean)
    matched = np.minimum(rng.binomial(pupils, coverage), pupils)
    progress = PROGRESS_BETWEEN_SCHOOLS * seen + np.where(special, SPECIAL_PROGRESS, 0.0)
    basics_94 = rng.binomial(pupils, reaching(level.basics_94, BASICS_BETWEEN_SCHOOLS))
    stronger = level.basics_95 / level.basics_94 * np.exp(0.12 * seen)
    entered = ~(special & (rng.random(count) < WITHOUT_ENTRIES))
    spread = np.where(special, 3.0, PUPIL_SD_ATTAINMENT) * np.sqrt(pupils)
    attainment = np.maximum(0, pupils * mean + spread * noise[:, 2]) * entered
    scored = entered & ~independent
    progress_sum = matched * progress + (level.pupil_sd or 0) * np.sqrt(matched) * noise[:, 3]
    boys = rng.binomial(pupils, 0.51)
    disadvantaged = rng.binomial(pupils, fsm)
    basics_95 = rng.binomial(basics_94, np.clip(stronger, 0, 0.98))
    ebacc = rng.binomial(pupils, reaching(level.ebacc, EBACC_BETWEEN_SCHOOLS))
    results = Results(
        pupils=pupils.astype(float),
        boys=boys.astype(float),
        disadvantaged=disadvantaged.astype(float),
        non_mobile=rng.binomial(pupils, staying(fsm)).astype(float),
        attainment_sum=attainment,
        basics_94=basics_94 * entered.astype(float),
        basics_95=basics_95 * entered.astype(float),
        ebacc=ebacc * entered.astype(float),
        matched=matched * scored.astype(float),
        progress_sum=progress_sum * scored,
    )
    return results, entered


def provisional_tables(final: Tables, seed: int) -> Tables:
    """The October issue: before late grades, and with pupils who are taken out of the final figures.

    As in the real files about half the schools count another pupil and nearly all have another score.
    """
    rng = stream(seed, "ks4 provisional", final.year)
    results = final.results
    count = len(final.schools)
    late = (rng.random(count) < 0.45) & (results.pupils > 0)
    regraded = results.pupils * np.abs(rng.normal(0, 0.15, count))
    return replace(
        final,
        results=replace(
            results,
            pupils=results.pupils + late,
            boys=results.boys + late,
            attainment_sum=np.maximum(0, results.attainment_sum - regraded),
            progress_sum=results.progress_sum - results.matched * rng.normal(0.005, 0.01, count),
        ),
    )


def final_rows(tables: Tables, england: England) -> Iterator[Row]:
    """The April file: mainstream, special, authorities (4), all schools (5), state-funded schools (7)."""
    layout = layouts.KS4_FINAL_2017 if tables.year == 2017 else layouts.KS4_FINAL_2018
    speller = _Speller(tables.year, spell=trimmed, area_percent=padded_percent)
    each = list(tables.results.each())
    for record_type, school, index in _in_order(tables, england):
        identity = _identity(school, record_type)
        if index is None:
            yield layout.row(identity | {"TOTPUPS": NEW_SCHOOL}, last="TOTPUPS")
            continue
        values = identity | _roll(school.site.roll(tables.year))
        if tables.results.pupils[index] == 0:
            yield layout.row(values, last="TPUP")
        elif school.kind.state_funded:
            figures = speller.school(each[index], bool(tables.entered[index]))
            yield layout.row(values | figures)
        else:
            yield layout.row(values | speller.independent(each[index]))
    for record_type, code, chosen in _areas(tables, england):
        roll = sum(tables.schools[index].site.roll(tables.year) for index in np.flatnonzero(chosen))
        values = {"RECTYPE": record_type, "LEA": code} | _roll(roll)
        yield layout.row(values | speller.area(tables.results.pick(chosen).total(), record_type))


def provisional_rows(tables: Tables, england: England) -> Iterator[Row]:
    """The October file. Independent schools are all NA in it; schools without pupils show nothing."""
    early = tables.year == 2017
    layout = layouts.KS4_PROVISIONAL_2017 if early else layouts.KS4_PROVISIONAL_2018
    empty = " " if early else ""
    speller = _Speller(
        tables.year,
        spell=trimmed if early else fixed,
        area_percent=padded_percent if early else _one_decimal,
    )
    for record_type, school, index in _in_order(tables, england):
        everything = _identity(school, record_type)
        identity = {name: everything[name] for name in layout.header if name in everything}
        figures = [name for name in layout.header if name not in identity]
        if index is None or tables.results.pupils[index] == 0:
            # 2017 fills such a row with spaces, 2018 cuts it off.
            row = identity | all_as(" ", figures)
            yield layout.row(row) if early else layout.row(identity, last="NFTYPE")
        elif not school.kind.state_funded:
            yield layout.row(identity | all_as(NOT_AVAILABLE, figures))
        elif not tables.entered[index] and not early:
            values = identity | all_as(NO_ENTRIES, figures) | {"TPUP": f"{tables.results.pupils[index]:.0f}"}
            yield layout.row({**values, "P8_BANDING": ""})[:-1]  # one field short, as in the real file
        else:
            values = speller.school(tables.results.pick(index), bool(tables.entered[index]))
            yield layout.row(identity | values)
    for record_type, code, chosen in _areas(tables, england):
        area = dict.fromkeys(layout.header, empty) | {"RECTYPE": record_type, "LEA": code or empty}
        figures_of_area = speller.area(tables.results.pick(chosen).total(), record_type)
        yield layout.row(area | {name: value or empty for name, value in figures_of_area.items()})


def _in_order(tables: Tables, england: England) -> Iterator[tuple[str, Establishment, int | None]]:
    """Record type, school and place in the results; None for a school too new to have any."""
    new = [school for school in england.establishments if _new(school, tables.year)]
    for record_type in ("1", "2"):
        for index, school in enumerate(tables.schools):
            if school.kind.special == (record_type == "2"):
                yield record_type, school, index
        for school in new:
            if school.kind.special == (record_type == "2"):
                yield record_type, school, None


def _new(school: Establishment, year: int) -> bool:
    """Schools too new for results; those of a converter stand under its old URN."""
    countable = school.has_key_stage_4 and school.kind.state_funded and school.plan.how != "converts"
    return countable and school.opened_for_next_year(year)


def _areas(tables: Tables, england: England) -> Iterator[tuple[str, str, NDArray[np.bool_]]]:
    """Authorities and both national rows, with the schools that each is made of."""
    code = np.array([school.authority.code for school in tables.schools])
    state = np.array([school.kind.state_funded for school in tables.schools])
    for authority in england.authorities:
        yield "4", authority.code, state & (code == authority.code)
    yield "5", "", state | ~state
    yield "7", "", state


def _identity(school: Establishment, record_type: str) -> dict[str, str]:
    return {
        "RECTYPE": record_type,
        "ALPHAIND": str(2 * (school.urn % 30000)),
        "LEA": school.authority.code,
        "ESTAB": f"{school.number:04d}",
        "URN": str(school.urn),
        "SCHNAME": school.name,
        "ADDRESS1": street(school),
        "TOWN": school.authority.name,
        "PCODE": postcode(school),
        "CONTFLAG": "0",
        "ICLOSE": "0",
        "NFTYPE": school.kind.performance_code,
        "RELDENOM": school.plan.faith,
        "ADMPOL": "NA" if not school.kind.mainstream else "SEL" if school.selective else "COMP",
        "ADMPOL_2017": "NA" if not school.kind.mainstream else "SEL" if school.selective else "OTHER NON SEL",
        "EGENDER": "MIXED",
        "FEEDER": "0",
        "TABKS2": "0",
        "TAB1618": "1" if school.plan.high >= 18 else "0",
        "AGERANGE": age_range(school),
    }


def _roll(pupils: int) -> dict[str, str]:
    boys = round(pupils * 0.51)
    return {"TOTPUPS": str(pupils), "NUMBOYS": str(boys), "NUMGIRLS": str(pupils - boys)}


def _one_decimal(part: float, whole: float) -> str:
    return percent(part, whole, 1)


class _Speller:
    """Writes the results of one academic year as a file of the tables does."""

    def __init__(self, year: int, *, spell: Spell, area_percent: Percent) -> None:
        self.year = year
        self.pupil_sd = YEARS[year].pupil_sd
        self.spell = spell
        self.area_percent = area_percent

    def school(self, results: Results, entered: bool) -> dict[str, str]:
        values = {"TPUP": f"{results.pupils:.0f}"}
        if suppressed(float(results.pupils)):
            hidden = (*SEX_COLUMNS, *PUPIL_COLUMNS, *ATTAINMENT_COLUMNS)
            progress = SUPPRESSED if self.pupil_sd else NOT_AVAILABLE
            return values | all_as(SUPPRESSED, hidden) | all_as(progress, PROGRESS_COLUMNS)
        values |= self._sexes(results) | self._disadvantaged(results)
        if not entered:
            progress = NO_ENTRIES if self.pupil_sd else NOT_AVAILABLE
            return values | all_as(NO_ENTRIES, ATTAINMENT_COLUMNS) | all_as(progress, PROGRESS_COLUMNS)
        return values | self._attainment(results, percent) | self._progress(results)

    def independent(self, results: Results) -> dict[str, str]:
        """Attainment only; what rests on key stage 2 is not published."""
        values = all_as(NOT_PUBLISHED, (*PUPIL_COLUMNS, *PROGRESS_COLUMNS))
        values |= {"TPUP": f"{results.pupils:.0f}"}
        if suppressed(float(results.pupils)):
            return values | all_as(SUPPRESSED, (*SEX_COLUMNS, *ATTAINMENT_COLUMNS))
        return values | self._sexes(results) | self._attainment(results, percent)

    def area(self, results: Results, record_type: str) -> dict[str, str]:
        """An authority (4), all schools (5, without progress) or state-funded ones (7, without limits)."""
        values = {"TPUP": f"{results.pupils:.0f}"} | self._attainment(results, self.area_percent)
        values |= self._sexes(results, self.area_percent)
        if record_type == "5":
            return values
        values |= self._disadvantaged(results, self.area_percent) | self._progress(results)
        if record_type == "7" and self.pupil_sd:
            limits = ("P8CILOW", "P8CIUPP", "P8CILOW_ORIG", "P8CIUPP_ORIG", "P8_BANDING")
            values |= all_as("", limits)
        return values

    def _sexes(self, results: Results, spelt: Percent = percent) -> dict[str, str]:
        girls = float(results.pupils - results.boys)
        return {
            "BPUP": f"{results.boys:.0f}",
            "PBPUP": spelt(float(results.boys), float(results.pupils)),
            "GPUP": f"{girls:.0f}",
            "PGPUP": spelt(girls, float(results.pupils)),
        }

    def _disadvantaged(self, results: Results, spelt: Percent = percent) -> dict[str, str]:
        others = float(results.pupils - results.disadvantaged)
        return {
            "TFSM6CLA1A": f"{results.disadvantaged:.0f}",
            "PTFSM6CLA1A": spelt(float(results.disadvantaged), float(results.pupils)),
            "TNOTFSM6CLA1A": f"{others:.0f}",
            "PTNOTFSM6CLA1A": spelt(others, float(results.pupils)),
            "TNMOB": f"{results.non_mobile:.0f}",
            "PTNMOB": spelt(float(results.non_mobile), float(results.pupils)),
        }

    def _attainment(self, results: Results, spelt: Percent) -> dict[str, str]:
        pupils = float(results.pupils)
        return {
            "TOTATT8": trimmed(float(results.attainment_sum), 1),
            "ATT8SCR": self.spell(float(results.attainment_sum) / pupils, 1),
            "PTL2BASICS_94": spelt(float(results.basics_94), pupils),
            "PTL2BASICS_95": spelt(float(results.basics_95), pupils),
            "TEBACC_E_PTQ_EE": f"{results.ebacc:.0f}",
            "PTEBACC_E_PTQ_EE": spelt(float(results.ebacc), pupils),
        }

    def _progress(self, results: Results) -> dict[str, str]:
        if self.pupil_sd is None:
            return all_as(NOT_AVAILABLE, PROGRESS_COLUMNS)
        matched = float(results.matched)
        if suppressed(matched):
            return all_as(SUPPRESSED, PROGRESS_COLUMNS)
        coverage = matched / float(results.pupils)
        if coverage < LOWEST_COVERAGE:
            return {**all_as(LOW_COVERAGE, PROGRESS_COLUMNS), "P8PUP": f"{matched:.0f}"}
        score = float(results.progress_sum) / matched
        half = CONFIDENCE * self.pupil_sd / np.sqrt(matched)
        mean, low, high = (self.spell(value, 2) for value in (score, score - half, score + half))
        return {
            "P8PUP": f"{matched:.0f}",
            "TP8ADJ": self.spell(0.0, 2),
            "P8MEACOV": percent(coverage, 1),
            "P8MEA": mean,
            "P8CILOW": low,
            "P8CIUPP": high,
            "P8MEA_ORIG": mean,
            "P8CILOW_ORIG": low,
            "P8CIUPP_ORIG": high,
            "P8_BANDING": _band(score, half),
        }


def _band(score: float, half: float) -> str:
    """1 well above average to 5 well below; significant both ways, and 0.5 for the outer two."""
    if score - half > 0:
        return "1" if score >= WELL_ABOVE else "2"
    if score + half < 0:
        return "5" if score < -WELL_ABOVE else "4"
    return "3"
