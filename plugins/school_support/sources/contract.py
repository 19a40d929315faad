"""Contracts: what a file of each source looks like in each vintage, written down in contracts/*.yaml.

The first document of a file holds the source itself, every later one a layout (one vintage). A layout may
say `extends: other_layout`; it then takes over what it does not say itself, and its `columns` are merged
column by column (`column: null` takes one away).
"""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from school_support.errors import SupportListError
from school_support.sources.publishing import Calendar

CONTRACTS = Path(__file__).parent / "contracts"

Range = tuple[Decimal, Decimal] | tuple[dt.date, dt.date]
NUMERIC = frozenset({"integer", "decimal", "percent"})


class ContractError(SupportListError):
    """A contract is not well written; the message names the file, the document and the field."""


def _one_line_of_csv(value: object) -> object:
    """Header lists are stored as the header line itself, so that they can be compared with a real file."""
    if isinstance(value, str):
        return next(csv.reader([value], skipinitialspace=True, strict=True))
    return value


def _has_day_month_and_year(form: str) -> str:
    if sorted(re.findall(r"%.", form)) != ["%Y", "%d", "%m"]:
        raise ValueError("a date format has %d, %m and %Y once each")
    return form


DateFormat = Annotated[str, AfterValidator(_has_day_month_and_year)]
HeaderLine = Annotated[tuple[str, ...], BeforeValidator(_one_line_of_csv)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Column(_Strict):
    """A kept column: where it stands and what may stand in it.

    `codes` may stand in place of a value of the type (SUPP, NULL, ...); `values` is the closed list of a
    `code_list`. `range` has both ends included and, as `codes`, speaks of the text as delivered. `scale`
    multiplies what is stored: 100 where a vintage gives fractions and the others percentages. `thousands`:
    the publisher writes 248,617; it is stored as 248617. `sign_optional`: percentages come with their sign in
    some issues of the vintage and without in others.
    """

    header: str
    type: Literal["integer", "decimal", "percent", "date", "text", "code_list"]
    codes: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    range: Range | None = Field(default=None, union_mode="left_to_right")
    allow_blank: bool = False
    scale: int | None = None
    thousands: bool = False
    sign_optional: bool = False

    @model_validator(mode="after")
    def _fields_fit_the_type(self) -> Column:
        if bool(self.values) != (self.type == "code_list"):
            raise ValueError("`values` belongs to a code_list, and a code_list needs it")
        if self.range is not None:
            kind = Decimal if self.type in NUMERIC else dt.date if self.type == "date" else None
            if kind is None or not all(isinstance(end, kind) for end in self.range):
                raise ValueError(f"`range` does not fit a column of type {self.type}")
        if self.scale is not None and self.type != "decimal":
            raise ValueError("`scale` belongs to a decimal")
        if self.thousands and self.type not in ("integer", "decimal"):
            raise ValueError("`thousands` belongs to an integer or a decimal")
        if self.sign_optional and self.type != "percent":
            raise ValueError("`sign_optional` belongs to a percent")
        return self


class Workbook(_Strict):
    """Where the table stands in an Excel workbook. `sheet` is compared without regard to case."""

    sheet: str
    header_row: int = Field(ge=1)


class Rows(_Strict):
    """Data rows that a file may have; `min: 1` where one authority's cut is accepted too."""

    min: int = Field(ge=1)
    max: int


class ShortRows(_Strict):
    """How far a publisher cuts trailing empty fields off a record.

    `at_least`: fields of the shortest record seen. `last_at_least`: the same for a last record without a
    line end, where fewer fields mean a file that was cut off.
    """

    at_least: int
    last_at_least: int


class Rejects(_Strict):
    """How many faulty rows are left out before the whole file is refused: both limits hold."""

    rows: int = Field(ge=1)
    share: Decimal = Field(gt=0, le=Decimal("0.05"))


class Pseudonym(_Strict):
    """A column that stands in for names: same person at the same school, same text, and no way back to the name.

    `header` is the column's in the kept file, `of` the personal headers that it is made of.
    """

    header: str
    of: HeaderLine


class Layout(_Strict):
    """One vintage of a source.

    `headers` is the whole header line in its order (`any_order` where the publisher keeps none), `optional` those of
    them that some issues of the vintage lack, `aliases` other spellings of a header by header. `personal`
    lists headers about people that the publisher's own file has too and that never reach the landing store; a
    `pseudonym` is kept in their place.
    `header_row` is the line of the header in delimited text: title lines stand above it. `reject` lets the
    rest of a file in where single rows are faulty; without it any fault refuses the whole file. `where` tells apart
    layouts with the same headers, by what stands in one column. `date_formats` are written with %d, %m and
    %Y; dates of a workbook reach the checks as ISO dates. `keys` are canonical columns that together
    identify a row, blanks counting as values; `identical_repeats` allows a row to be repeated whole.
    `blank_lines`: the publisher leaves lines blank among the rows, as before a footer.
    `float_integers`: the file went through a tool that turned 103120 into 103120.0.
    """

    layout: str = Field(pattern=r"^[a-z0-9_]+$")
    describes: str
    encodings: tuple[Literal["utf-8-sig", "cp1252"], ...] = Field(min_length=1)
    delimiter: Literal[",", "\t"] = ","
    header_row: int = Field(default=1, ge=1)
    workbook: Workbook | None = None
    rows: Rows
    short_rows: ShortRows | None = None
    date_formats: tuple[DateFormat, ...] = ()
    keys: tuple[tuple[str, ...], ...] = ()
    identical_repeats: bool = False
    blank_lines: bool = False
    float_integers: bool = False
    reject: Rejects | None = None
    where: dict[str, tuple[str, ...]] = {}
    columns: dict[str, Column]
    headers: HeaderLine
    any_order: bool = False
    optional: HeaderLine = ()
    aliases: dict[str, tuple[str, ...]] = {}
    personal: tuple[str, ...] = ()
    pseudonym: Pseudonym | None = None

    @model_validator(mode="after")
    def _parts_agree(self) -> Layout:
        spellings = [spelling for others in self.aliases.values() for spelling in others]
        doubled = [name for name, times in Counter((*self.headers, *self.personal, *spellings)).items() if times > 1]
        if doubled:
            raise ValueError(f"header listed twice: {_listed(doubled)}")
        kept = [column.header for column in self.columns.values()]
        named = (*kept, *self.where, *self.optional, *self.aliases)
        unknown = [header for header in named if header not in self.headers]
        if unknown:
            raise ValueError(f"not among `headers`: {_listed(unknown)}")
        twice = [header for header, times in Counter(kept).items() if times > 1]
        if twice:
            raise ValueError(f"kept under two names: {_listed(twice)}")
        keyless = [name for key in self.keys for name in key if name not in self.columns]
        if keyless:
            raise ValueError(f"`keys` name columns that are not kept: {_listed(keyless)}")
        if self.pseudonym and not (
            self.pseudonym.header in self.optional and set(self.pseudonym.of) <= set(self.personal)
        ):
            raise ValueError("`pseudonym` stands under an optional header and is made of personal ones")
        if self.any_order and self.short_rows:
            raise ValueError("records whose end is cut off need columns in a known order")
        if not self.date_formats and any(column.type == "date" for column in self.columns.values()):
            raise ValueError("a date column needs `date_formats`")
        return self


class Source(_Strict):
    """One publisher's data set: its canonical columns (in order, each with a line about it) and vintages.

    `calendar` is when it is expected; a source without one comes when it comes.
    """

    source: str = Field(pattern=r"^[a-z0-9_]+$")
    publisher: str
    describes: str
    calendar: Calendar | None = None
    documented: dict[str, str] = Field(alias="columns", min_length=1)
    layouts: tuple[Layout, ...] = Field(min_length=1)

    @property
    def name(self) -> str:
        """The source's name, as in `releases.csv` and in `raw`."""
        return self.source

    @property
    def columns(self) -> tuple[str, ...]:
        """The canonical columns, in the order of `raw.<source>`."""
        return tuple(self.documented)

    @model_validator(mode="after")
    def _layouts_agree(self) -> Source:
        seen: dict[frozenset[str], list[Layout]] = {}
        for layout in self.layouts:
            unknown = [name for name in layout.columns if name not in self.documented]
            if unknown:
                raise ValueError(f"{layout.layout} keeps columns the source does not have: {_listed(unknown)}")
            seen.setdefault(frozenset(layout.headers), []).append(layout)
        for same in seen.values():
            if len(same) > 1 and not all(layout.where for layout in same):
                raise ValueError(f"same headers and no `where`: {_listed(layout.layout for layout in same)}")
        return self


class _Loader(yaml.CSafeLoader):
    """YAML in which a key that stands twice is an error, not the last one's silent win."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value if key.tag != "tag:yaml.org,2002:merge"]
        doubled = [key for key, times in Counter(keys).items() if times > 1]
        if doubled:
            raise yaml.constructor.ConstructorError(
                None, None, f"key stands twice: {_listed(doubled)}", node.start_mark
            )
        return super().construct_mapping(node, deep=deep)


def _documents(text: str) -> Iterable[Any]:
    loader = _Loader(text)
    try:
        while loader.check_data():  # type: ignore[no-untyped-call]
            yield loader.get_data()
    finally:
        loader.dispose()


@lru_cache(maxsize=1)
def load_sources() -> dict[str, Source]:
    """Every source by name, from contracts/*.yaml. Raises ContractError where one is not well written."""
    sources = [read_contract(path) for path in sorted(CONTRACTS.glob("*.yaml"))]
    return {source.name: source for source in sources}


def read_contract(path: Path) -> Source:
    """The source that one contract file describes. Raises ContractError."""
    try:
        documents = list(_documents(path.read_text(encoding="utf-8")))
    except yaml.YAMLError as error:
        raise ContractError(f"{path.name} is not readable YAML: {error}") from error
    if len(documents) <= 1 or not all(isinstance(document, dict) for document in documents):
        raise ContractError(f"{path.name} needs a document for the source and one for each layout.")
    try:
        return Source(**documents[0], layouts=tuple(_layouts(path, documents[1:])))
    except ValidationError as error:
        raise ContractError(_explained(path, "the source", error)) from error


def _layouts(path: Path, documents: Iterable[dict[str, Any]]) -> Iterable[Layout]:
    written: dict[str, dict[str, Any]] = {}
    for document in documents:
        name = str(document.get("layout", "(without a name)"))
        if name in written:
            raise ContractError(f"{path.name} has two layouts called {name}.")
        parent = document.pop("extends", None)
        if parent is not None and parent not in written:
            raise ContractError(f"{path.name}, {name}: it extends {parent}, which does not stand above it.")
        whole = _merged(written[parent], document) if parent is not None else document
        written[name] = whole
        try:
            yield Layout(**whole)
        except ValidationError as error:
            raise ContractError(_explained(path, name, error)) from error


def _merged(parent: dict[str, Any], child: dict[str, Any]) -> dict[str, Any]:
    columns = dict(parent["columns"])
    for name, said in (child.get("columns") or {}).items():
        if said is None:
            columns.pop(name, None)
        else:
            columns[name] = {**columns.get(name, {}), **said}
    return {**parent, **child, "columns": columns}


def _explained(path: Path, document: str, error: ValidationError) -> str:
    wrong = "; ".join(
        f"{'.'.join(str(part) for part in fault['loc']) or 'as a whole'}: {fault['msg']}" for fault in error.errors()
    )
    return f"{path.name}, {document}: {wrong}"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)
