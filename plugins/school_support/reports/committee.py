"""What the committee's report says: headings, texts, tables and charts, once for the page and the PDF.

It speaks in counts that `suppression` let out, names no school and no person, and carries no hash against which a guess
at the list could be tried.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from school_support.reports import words
from school_support.reports.bars import COLOURS, OTHER, Bar
from school_support.reports.edition_data import EditionData, ReleaseUsed
from school_support.reports.public_counts import PublicReport, group_name, placed
from school_support.reports.reader import THRESHOLD
from school_support.reports.suppression import ALL, OTHER_PHASES, WITHHELD, PublicCount

# Rules on the data alone. The outcome of a rule on levels or money would be a number in disguise.
TOLD_SUITES = ("candidate_inspection", "candidate_result", "candidate_school")
TOLD_RULES = ("candidate.no_source_overdue", "candidate.no_rejected_rows_of_its_schools")
ROLL = "pupils_on_roll"
TITLES = {
    "phase": "Schools by level and phase",
    "sector": "Schools by level and sector",
    "disadvantage": "Schools by level and disadvantage",
}


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph."""

    text: str
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class Items:
    """A list of sentences."""

    items: Sequence[str]
    kind: str = "items"


@dataclass(frozen=True, slots=True)
class Facts:
    """Terms with their values, shown large."""

    facts: Sequence[tuple[str, str]]
    kind: str = "facts"


@dataclass(frozen=True, slots=True)
class Table:
    """A table: the first column has the names of the rows. `foot`: the last row is a total."""

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    foot: bool = False
    words: bool = False
    kind: str = "table"


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart; everything in it stands in `alternative` as words, and in the table beside it."""

    caption: str
    bars: Sequence[Bar]
    alternative: str
    kind: str = "figure"


Block = Text | Items | Facts | Table | Figure


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands under it."""

    id: str
    heading: str
    blocks: Sequence[Block]


@dataclass(frozen=True, slots=True)
class CommitteeReport:
    """The report of an edition."""

    title: str
    authority: str
    lead: str
    stamp: str | None
    foot: str
    sections: Sequence[Section] = field(default_factory=tuple)


def committee_report(data: EditionData, public: PublicReport) -> CommitteeReport:
    """The report of an edition in its order: numbers first, then what they mean, then where they come from."""
    edition, numbers = data.edition, _Numbers(data, public.rows)
    year = words.school_year(edition.list_year)
    return CommitteeReport(
        title=f"Support for schools {year}",
        authority=edition.authority_name,
        lead=f"Report to the scrutiny committee, edition {edition.edition}. What was known on {words.long_date(edition.as_at)}.",
        stamp="Made to show how the list works. It is not a decision of the authority."
        if edition.demonstration
        else None,
        foot=f"{edition.authority_name}, list year {edition.list_year}, edition {edition.edition}, published on "
        f"{words.long_date(edition.published_at.date())}. Contains public sector information licensed under the Open "
        "Government Licence v3.0.",
        sections=[
            Section("short", "In short", _short(data, numbers)),
            Section("list", "What the list is", _explained(data, numbers)),
            Section("levels", "Schools and money by level", _levels(data, numbers)),
            Section("groups", "By phase, sector and disadvantage", _groups(numbers)),
            Section("fair", "Is support fair?", _fair(numbers)),
            Section("trend", "Over the years", _trend(data, numbers, public)),
            Section("evidence", "How good the evidence is", _evidence(data, numbers)),
            Section("challenge", "How a level may be challenged", _challenge(data)),
            Section("withheld", "Numbers that are not given", _withheld(data)),
            Section("sources", "Sources", _sources(data.releases)),
        ],
    )


class _Numbers:
    """The public numbers by what they are about."""

    def __init__(self, data: EditionData, rows: Sequence[PublicCount]) -> None:
        self.data = data
        self.rows = rows
        self.names = {row.tier: row.tier_name for row in data.support}
        self.tiers = list(dict.fromkeys(row.tier for row in rows if row.tier != ALL and "+" not in row.tier))
        self.upper = next((row.tier for row in rows if "+" in row.tier), None)
        self._found = {(row.table_kind, row.row_group, row.tier, row.measure): row for row in rows}

    def find(self, kind: str, group: str, tier: str, measure: str) -> PublicCount | None:
        return self._found.get((kind, group, tier, measure))

    def text(self, kind: str, group: str, tier: str, measure: str) -> str:
        row = self.find(kind, group, tier, measure)
        return WITHHELD if row is None or row.low is None else _number(row)

    def groups(self, kind: str) -> list[PublicCount]:
        """The rows of a table, each with its number of schools."""
        return [r for r in self.rows if r.table_kind == kind and r.tier == ALL and r.measure == "schools"]

    @property
    def costed(self) -> bool:
        return all(row.support_cost is not None for row in self.data.support)

    @property
    def cost(self) -> str:
        return self.text("tier", ALL, ALL, "cost") if self.costed else "not costed"


def _number(row: PublicCount) -> str:
    low, high = row.low or Decimal(0), row.high or Decimal(0)
    if row.measure == "cost":
        return words.money(low) if low == high else f"{words.money(low)} to {words.money(high)}"
    if row.measure == "days_per_school":
        return row.shown
    return words.plain(low) if low == high else f"{words.plain(low)} to {words.plain(high)}"


def _short(data: EditionData, numbers: _Numbers) -> list[Block]:
    edition = data.edition
    blocks: list[Block] = [
        Facts(
            [
                ("Schools", str(len(data.support))),
                ("Cost of the support", numbers.cost),
                ("Budget", words.money(edition.budget) if edition.budget is not None else "not recorded"),
                ("Published", words.long_date(edition.published_at.date())),
            ]
        ),
        Text(_verdict(data, numbers)),
    ]
    if edition.replaces is not None:
        blocks.append(
            Text(
                f"This is a correction: it replaces edition {edition.replaces} of the same list year. A number that moved by "
                f"fewer than {THRESHOLD} schools since then is not given, for the two side by side would tell of single schools."
            )
        )
    return blocks


def _verdict(data: EditionData, numbers: _Numbers) -> str:
    """The cost against the budget, from nothing but the numbers shown."""
    budget, cost = data.edition.budget, numbers.find("tier", ALL, ALL, "cost")
    if not numbers.costed:
        return "The list is not costed: no day rate was recorded for this authority."
    if cost is None or cost.low is None or cost.high is None:
        return "What the list costs is withheld: with so few numbers it would tell the level of single schools."
    if not budget:
        return f"The list costs {numbers.cost}. No budget was recorded to compare it with."
    if cost.high <= budget:
        return f"The list costs {numbers.cost}. That is within the budget of {words.money(budget)}."
    if cost.low > budget:
        return (
            f"The list costs {numbers.cost}. That is more than the budget of {words.money(budget)}. No level was changed to "
            "make it fit: the authority finds the money, or buys fewer days."
        )
    return f"The list costs {numbers.cost}; the budget of {words.money(budget)} lies in that range."


def _explained(data: EditionData, numbers: _Numbers) -> list[Block]:
    return [
        Text(
            "Every year the authority decides how much support each state-funded school in its area gets, from a light touch "
            "to a high level of intervention. It does so to meet its duty to promote high standards (Education Act 1996, "
            f"section 13A) with the money it has. This list is for the school year {words.school_year(data.edition.list_year)}."
        ),
        Text(
            f"The same published rules (ruleset {data.edition.ruleset}) are applied to every school. They look at what was "
            f"published by {words.long_date(data.edition.as_at)}: results and progress, absence, suspensions and exclusions, "
            "inspections, changes of leadership, and what the school and the authority's officers put on record. Each finding "
            "is worth points; results of few pupils are drawn towards the average of schools, so that chance counts for "
            "little. The points, out of those that the school's evidence could have given, decide the level."
        ),
        Items(
            [
                "A few findings lead to a level by themselves: a school that Ofsted places in a category of concern, for one.",
                "A school that sits close to a line keeps last year's level, so that levels do not go back and forth.",
                "Where too little is known the list says so: insufficient evidence is an outcome of its own, and an adviser "
                "visits and decides with the school.",
                "A panel may decide otherwise for a school. It writes down why, and the computed level stays on record.",
            ]
        ),
        Text(
            "A level says how much support a school gets. It is not an Ofsted grade, not a forecast of an inspection and not a "
            "judgement of the whole school. The law lets the authority intervene in the schools that it maintains; academies "
            "are offered support."
        ),
    ]


def _levels(data: EditionData, numbers: _Numbers) -> list[Block]:
    if not numbers.tiers:
        return [
            Text(
                "No number by level is given. There are so few schools, or they are placed so much alike, or so few moved "
                "since the edition before, that any number would tell which support one school gets."
            )
        ]
    bars = [_bar(numbers, t, numbers.find("tier", ALL, t, "schools")) for t in numbers.tiers]
    rows = [
        [
            numbers.names[tier],
            numbers.text("tier", ALL, tier, "schools"),
            _days_each(data, tier),
            numbers.text("tier", ALL, tier, "days"),
            numbers.text("tier", ALL, tier, "cost") if numbers.costed else "not costed",
        ]
        for tier in numbers.tiers
    ]
    whole = ["All schools", str(len(data.support)), "", numbers.text("tier", ALL, ALL, "days"), numbers.cost]
    columns = ["Level of support", "Schools", "Days each", "Days", "Cost"]
    return [
        Figure("Schools by level", bars, _in_words("Schools by level", bars)),
        Table("Schools, days and cost by level", columns, [*rows, whole], foot=True),
    ]


def _groups(numbers: _Numbers) -> list[Block]:
    if not numbers.tiers:
        return [Text("Not given, for the same reason.")]
    blocks: list[Block] = []
    for kind, title in TITLES.items():
        groups = numbers.groups(kind)
        if not groups:
            continue
        columns = ["Level of support", *(_short_name(g) for g in groups), "All"]
        rows = [
            [
                numbers.names[tier],
                *(numbers.text(kind, g.row_group, tier, "schools") for g in groups),
                numbers.text("tier", ALL, tier, "schools"),
            ]
            for tier in numbers.tiers
        ]
        whole = ["All schools", *(g.shown for g in groups), str(len(numbers.data.support))]
        blocks.append(Table(title, columns, [*rows, whole], foot=True))
        for group in groups:
            if group.row_group == OTHER_PHASES:
                names = sorted(words.named(phase, words.PHASES).lower() for phase in group.members)
                blocks.append(Text(f"Other phases: {', '.join(names)}."))
    if not numbers.groups("disadvantage"):
        return blocks
    return [
        *blocks,
        Text(
            "Thirds are of the authority's own schools of each phase, by the share of pupils eligible for free school meals in "
            "the past six years. Schools of which that share is not known are in no third."
        ),
    ]


def _fair(numbers: _Numbers) -> list[Block]:
    groups = [g for kind in ("tier", *TITLES) for g in numbers.groups(kind)]
    if not numbers.tiers or not any(_mean(numbers, group) for group in groups):
        return [Text("No average of a group of schools is given: it would tell the support of single schools.")]
    bars = []
    for group in groups:
        mean = _mean(numbers, group)
        low, high, text = (
            (None, None, WITHHELD) if mean is None else (float(mean.low or 0), float(mean.high or 0), mean.shown)
        )
        if mean is not None and " to " not in mean.shown:
            low = high = float(mean.shown)
        bars.append(Bar(_short_name(group), low, high, text))
    rows = [
        [
            group_name(group), group.shown,
            numbers.text(group.table_kind, group.row_group, ALL, "days_per_school"), _per_100(numbers, group),
            *([numbers.text(group.table_kind, group.row_group, numbers.upper, "schools"), _share(numbers, group)] if numbers.upper else []),
        ]
        for group in groups
    ]  # fmt: skip
    columns = ["Schools", "Number", "Days a school", "Days per 100 pupils"]
    blocks: list[Block] = [Text(sentence) for kind in TITLES if (sentence := _most_and_least(numbers, kind))]
    blocks += [
        Figure("Average days of support a school", bars, _in_words("Average days of support a school", bars)),
        Table(
            "Support by kind of school", [*columns, "In the upper levels", "Share"] if numbers.upper else columns, rows
        ),
    ]
    if numbers.upper:
        blocks.append(Text(f"The upper levels are {_upper_names(numbers)}."))
    return [
        *blocks,
        Text(
            "Support follows need, so equal averages are not the aim; a difference that nobody can explain would be a reason "
            "to look at the rules. Where an average would tell too much, the narrowest safe range stands in its place."
        ),
    ]


def _trend(data: EditionData, numbers: _Numbers, public: PublicReport) -> list[Block]:
    past = [_Numbers(data, year.rows) for year in public.past]
    if not past:
        return [Text("This is the first list year on record, so there is no earlier list to compare with.")]
    tiers = list(dict.fromkeys(tier for year in [numbers, *past] for tier in year.tiers))
    if not tiers:
        return [Text("No list year may show a number by level.")]
    years = [words.school_year(year) for year in (*(y.list_year for y in public.past), data.edition.list_year)]
    shown = [*(y.demonstration for y in public.past), data.edition.demonstration]
    labels = [
        f"{year} (demonstration)" if demonstration else year for year, demonstration in zip(years, shown, strict=True)
    ]
    every = [*past, numbers]
    names = {tier: words.named(tier, numbers.names) for tier in tiers}
    rows = [[names[tier], *(year.text("tier", ALL, tier, "schools") for year in every)] for tier in tiers]
    rows.append(["All schools", *(year.text("tier", ALL, ALL, "schools") for year in every)])
    rows.append(["Days a school", *(year.text("tier", ALL, ALL, "days_per_school") for year in every)])
    rows.append(["Cost", *(year.text("tier", ALL, ALL, "cost") for year in every)])
    bars = [
        _bar(year, tier, year.find("tier", ALL, tier, "schools"), f"{names[tier]}, {label}")
        for tier in tiers
        for label, year in zip(years, every, strict=True)
    ]
    return [
        Text(
            "The last list of each year, as it was reported then. Rules and evidence may have changed from year to year."
        ),
        Figure("Schools by level and list year", bars, _in_words("Schools by level and list year", bars)),
        Table("Schools and money by list year", ["", *labels], rows),
    ]


def _evidence(data: EditionData, numbers: _Numbers) -> list[Block]:
    bands = numbers.groups("coverage")
    blocks: list[Block] = []
    if bands:
        rows = [[words.named(band.row_group, words.PUBLIC_GROUPS).capitalize(), band.shown] for band in bands]
        blocks.append(
            Table("How much of the evidence was known", ["Share of the weight of all evidence", "Schools"], rows)
        )
    else:
        blocks.append(Text("How many schools lacked evidence is not given: there were too few of one kind."))
    blocks.append(
        Text(
            "Insufficient evidence is never read as good or bad. How many schools it is stands in the tables above, unless it "
            "is withheld."
        )
    )
    blocks.append(Items([_said(numbers, "comments"), _said(numbers, "decisions")]))
    if data.gate is not None:
        found = [
            r.sentence
            for r in data.gate.rules
            if not r.success and (r.rule_id in TOLD_RULES or r.rule_id.split(".")[0] in TOLD_SUITES)
        ]
        blocks.append(
            Text(
                f"Before a person could approve it, the list was checked by {words.counted(len(data.gate.rules), 'rule')}; "
                "every rule that can stop a list was met."
                + ("" if found else " So was every rule on the data that can only warn.")
            )
        )
        if found:
            blocks.append(Text("Of the rules on the data that only warn, these were not met:"))
            blocks.append(Items(found))
    return blocks


def _said(numbers: _Numbers, kind: str) -> str:
    whole = numbers.find(kind, ALL, ALL, kind)
    thing, parts = {
        "comments": ("Comments of schools on their draft letters", ("upheld", "not_upheld")),
        "decisions": ("Decisions of the panel in force", ("override", "confirm")),
    }[kind]
    if whole is None or whole.low is None:
        return f"{thing}: none, fewer than {THRESHOLD}, or withheld."
    told = [(words.PUBLIC_GROUPS[part].lower(), numbers.find(kind, part, ALL, kind)) for part in parts]
    more = [f"{name}: {row.shown}" for name, row in told if row is not None and row.low is not None]
    return f"{thing}: {whole.shown}{'; ' + '; '.join(more) if more else ''}."


def _challenge(data: EditionData) -> list[Block]:
    first = (
        "This is a demonstration: no school was asked."
        if data.edition.demonstration
        else "Before the list was published, every school could see its own draft level with the reasons."
    )
    return [
        Text(first),
        Items(
            [
                "A school may point out an error of fact or give new evidence while the school check is open. It gets an "
                "answer with a reason.",
                "A level changes in two ways alone: the data are corrected and the list is computed anew, or the panel "
                "decides. Both are on record.",
                "After publication a mistake is mended by a new edition. The old one stays on record, with the reason.",
                "A school may ask for every number behind its level, and for where each comes from.",
                "Anyone may ask the authority how the rules were chosen; they are published, with the reason of each.",
            ]
        ),
    ]


def _withheld(data: EditionData) -> list[Block]:
    return [
        Text(
            f"No number under {THRESHOLD} is given, so that no single school's level can be told. Some larger numbers, amounts "
            "and averages are withheld or given as a range, where a smaller number could be worked out from them. This was "
            "tested for all tables of this report together, by trying to solve for the numbers withheld."
        ),
        Text(
            "Tables of earlier years were protected in the same way when they came out, and stand here as they did then."
            if data.edition.replaces is None
            else "The numbers were protected together with those of the edition that this one replaces."
        ),
    ]


def _sources(releases: Sequence[ReleaseUsed]) -> list[Block]:
    if not releases:
        return [Text("The manifest of this edition names no release.")]
    grouped: dict[str, list[ReleaseUsed]] = {}
    for release in releases:
        name = words.named(release.source, words.SOURCES)
        if release.usage == "register_events":
            name += " (only openings, closings and links up to the day)"
        grouped.setdefault(name, []).append(release)
    rows = [
        [
            name,
            ", ".join(dict.fromkeys(_period(r) for r in used)),
            words.long_date(max((r.known_from for r in used if r.known_from), default=None)),
        ]
        for name, used in grouped.items()
    ]
    return [Table("Files used", ["Source", "Of", "Newest one published on"], rows, words=True)]


def _period(release: ReleaseUsed) -> str:
    if release.snapshot_date is not None:
        return words.long_date(release.snapshot_date)
    return words.school_year(release.academic_year) if release.academic_year is not None else "all years"


def _bar(numbers: _Numbers, tier: str, row: PublicCount | None, name: str | None = None) -> Bar:
    n = None if row is None or row.low is None else float(row.low)
    text = WITHHELD if n is None else f"{n:g}"
    return Bar(name or numbers.names.get(tier, tier), n, n, text, COLOURS.get(tier, OTHER))


def _in_words(title: str, bars: Iterable[Bar]) -> str:
    return f"{title}. " + "; ".join(f"{bar.name}: {bar.text}" for bar in bars) + "."


def _days_each(data: EditionData, tier: str) -> str:
    days = {row.support_days for row in data.support if row.tier == tier}
    return words.plain(days.pop()) if len(days) == 1 else "by kind of school"


def _short_name(group: PublicCount) -> str:
    name = group_name(group)
    return {"1": "Fewest disadvantaged", "2": "Middle third", "3": "Most disadvantaged"}.get(group.row_group, name)


def _upper_names(numbers: _Numbers) -> str:
    return " and ".join(numbers.names[tier] for tier in (numbers.upper or "").split("+"))


def _mean(numbers: _Numbers, group: PublicCount) -> PublicCount | None:
    mean = numbers.find(group.table_kind, group.row_group, ALL, "days_per_school")
    return None if mean is None or mean.low is None else mean


def _share(numbers: _Numbers, group: PublicCount) -> str:
    upper = numbers.find(group.table_kind, group.row_group, numbers.upper or ALL, "schools")
    if upper is None or upper.low is None or not group.low:
        return WITHHELD
    return f"{(100 * upper.low / group.low).quantize(Decimal(1), ROUND_HALF_UP)}%"


def _per_100(numbers: _Numbers, group: PublicCount) -> str:
    """Days per 100 pupils, from the average that is shown and the public rolls: it tells no more than the average does."""
    mean, rolls = _mean(numbers, group), _rolls(numbers.data)
    members = [
        row.urn
        for row, place in zip(numbers.data.support, placed(numbers.data), strict=True)
        if group.cell.covers(place.tier, place.phase, place.sector, place.disadvantage)
    ]
    if mean is None:
        return WITHHELD
    if not all(urn in rolls for urn in members) or not (pupils := sum(rolls[urn] for urn in members)):
        return "not known"
    ends = [
        (100 * end * len(members) / pupils).quantize(Decimal("0.1"), ROUND_HALF_UP)
        for end in (mean.low or Decimal(0), mean.high or Decimal(0))
    ]
    return " to ".join(dict.fromkeys(str(end) for end in ends))


def _rolls(data: EditionData) -> dict[str, Decimal]:
    known = sorted(
        (r for r in data.results if r.measure == ROLL and r.value is not None), key=lambda r: r.academic_year
    )
    return {row.urn: row.value for row in known if row.value is not None}


def _most_and_least(numbers: _Numbers, kind: str) -> str | None:
    """A sentence on the groups with most and least days a school, where their ranges do not overlap."""
    known = [(group, mean) for group in numbers.groups(kind) if (mean := _mean(numbers, group))]
    if len(known) < 2:
        return None
    most = max(known, key=lambda pair: pair[1].low or 0)
    least = min(known, key=lambda pair: pair[1].high or 0)
    if (most[1].low or 0) <= (least[1].high or 0):
        return None
    return (
        f"{words.GROUP_KINDS.get(kind, 'Disadvantage')}: most days a school for \u201c{group_name(most[0])}\u201d "
        f"({most[1].shown}), least for \u201c{group_name(least[0])}\u201d ({least[1].shown})."
    )
