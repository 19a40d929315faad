"""Where each publisher keeps a source's files, written down in addresses.yaml.

The first document holds how publishers are asked (hosts, limits, pace), every later one a data set of one source. What
differs between publishers is the `kind`; each kind is resolved by a module of its own.
"""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from school_support.errors import SupportListError

ADDRESSES = Path(__file__).parent / "addresses.yaml"


def _has_an_as_at_group(pattern: str) -> str:
    if "as_at" not in re.compile(pattern).groupindex:
        raise ValueError("the pattern of a link has a group as_at, the date in the name")
    return pattern


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Policy(_Strict):
    """How publishers are asked: which hosts may answer, how often, how fast and how much.

    `hosts` are names as in an address, with the port where it is not the usual one. Times are in seconds.
    """

    hosts: frozenset[str]
    content_types: frozenset[str]
    attempts: int = Field(ge=1)
    pause: float = Field(ge=0)
    timeout: float = Field(gt=0)
    first_wait: float = Field(gt=0)
    longest_wait: float = Field(gt=0)
    longest_download: float = Field(gt=0)
    largest_page: int = Field(gt=0)


class _DataSet(_Strict):
    source: str
    coverage: str = "England"
    largest: int = Field(gt=0, description="Bytes; more than this is refused.")
    basis: str = Field(description="Where the address comes from.")


class GovUkPage(_DataSet):
    """Files linked from a GOV.UK page, one an as-at date; `link` is matched against the end of each address."""

    kind: Literal["govuk_page"]
    page: str
    link: Annotated[str, AfterValidator(_has_an_as_at_group)]


class EesDataSet(_DataSet):
    """A versioned data set of the Explore Education Statistics API, by its id or by publication and title.

    `stage` is that of a version whose release does not say provisional, revised or final in its title.
    """

    kind: Literal["ees"]
    api: str
    name: str
    data_set: str | None = None
    publication: str | None = Field(default=None, description="The slug of the publication.")
    title: str | None = None
    stage: Literal["provisional", "revised", "final"] | None = None

    @model_validator(mode="after")
    def _is_found_one_way(self) -> EesDataSet:
        if (self.data_set is None) != (self.publication is not None and self.title is not None):
            raise ValueError("a data set is named by its id (data_set), or by publication and title")
        return self


class EesCatalogueFile(_DataSet):
    """A file of the Explore Education Statistics catalogue; its id stays when a year is added."""

    kind: Literal["ees_catalogue"]
    content: str
    name: str
    file: str
    stage: Literal["provisional", "revised", "final"] | None = None


class GiasDaily(_DataSet):
    """An extract a day; `address` has a {day}. The newest of the last `days_back` days is taken."""

    kind: Literal["gias_daily"]
    address: str
    days_back: int = Field(ge=0)


class PerformanceTables(_DataSet):
    """A download of the performance tables a year; `address` has a {year} such as 2018-2019.

    `stage` is that of a file whose name does not say provisional, revised or final.
    """

    kind: Literal["performance_tables"]
    address: str
    name: str
    stage: Literal["provisional", "revised", "final"] | None = None
    years: tuple[int, ...] = Field(min_length=1)


DataSet = Annotated[
    GovUkPage | EesDataSet | EesCatalogueFile | GiasDaily | PerformanceTables, Field(discriminator="kind")
]
_data_set: TypeAdapter[DataSet] = TypeAdapter(DataSet)


class Addresses(_Strict):
    """The whole file."""

    policy: Policy
    data_sets: tuple[DataSet, ...]

    @property
    def sources(self) -> tuple[str, ...]:
        """The sources that can be downloaded, each once."""
        return tuple(dict.fromkeys(data_set.source for data_set in self.data_sets))


@lru_cache(maxsize=8)
def load_addresses(path: Path = ADDRESSES) -> Addresses:
    """Read a file of addresses.

    Raises:
        SupportListError: it is not well written; the message names the document and the field.
    """
    at = 1
    try:
        documents = list(yaml.safe_load_all(path.read_text(encoding="utf-8")))
        policy = Policy.model_validate(documents[0])
        data_sets: list[DataSet] = []
        for at, document in enumerate(documents[1:], start=2):  # noqa: B007 - the error names it
            data_sets.append(_data_set.validate_python(document))
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise SupportListError(f"{path}, document {at}, {field}: {first['msg']}. Correct it there.") from None
    return Addresses(policy=policy, data_sets=tuple(data_sets))


ACADEMIC_YEAR = re.compile(r"(?<!\d)(\d{4})/(\d{4}|\d{2})(?!\d)")


def academic_year_in(text: str) -> int | None:
    """The academic year that a publisher's words name, by the year it ends in: 2024/25 and 2024/2025 are 2025."""
    found = ACADEMIC_YEAR.search(text)
    return int(found.group(1)) + 1 if found else None


STAGE = re.compile(r"provisional|revised|final", re.IGNORECASE)


def stage_in(text: str) -> str | None:
    """The stage that a publisher's words name; None where they name none, or two."""
    found = {word.lower() for word in STAGE.findall(text)}
    return found.pop() if len(found) == 1 else None


MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def day_in_name(words: str) -> dt.date:
    """The day in a file's name, such as 31_Jan_2026 or 30_June_2025.

    Raises:
        ValueError: it is no day.
    """
    day, month, year = words.split("_")
    return dt.date(int(year), MONTHS.index(month[:3].lower()) + 1, int(day))
