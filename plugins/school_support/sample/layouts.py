"""The true file layouts: header, encoding and line ends of each file the sample authority writes.

The headers are the publishers' own, in their order, one line a file under `headers/`. A publisher that
cuts empty fields off the end of a row, or omits the last line end, is copied in that too.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Literal

Row = Sequence[str | int]


def read_header(name: str) -> tuple[str, ...]:
    """The column names kept in `headers/<name>.csv`."""
    text = (files(__package__) / "headers" / f"{name}.csv").read_text(encoding="utf-8")
    return tuple(next(csv.reader([text.rstrip("\n")])))


@dataclass(frozen=True)
class Layout:
    """One vintage of one file."""

    header_file: str
    encoding: str = "utf-8-sig"
    line_end: Literal["\n", "\r\n"] = "\r\n"
    ends_with_line_end: bool = False
    quote_text: bool = False
    header: tuple[str, ...] = field(init=False)
    _position: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "header", read_header(self.header_file))
        # Publishers changed upper and lower case between vintages (TNotFSM6CLA1A, TNOTFSM6CLA1A).
        positions = {spelt: index for index, name in enumerate(self.header) for spelt in (name, name.casefold())}
        object.__setattr__(self, "_position", positions)

    def row(self, values: Mapping[str, str], *, last: str | None = None) -> list[str]:
        """One row in the order of the header; columns without a value are empty.

        A name that this vintage does not have is left out: KS2 has no READPROG_DESCR in 2017. With `last`
        the row ends at that column, as the publishers' rows without results do.
        """
        cells = [""] * (len(self.header) if last is None else self._position[last.casefold()] + 1)
        for name, value in values.items():
            index = self._position.get(name)
            if index is None:
                index = self._position.get(name.casefold())
            if index is not None:
                cells[index] = value
        return cells

    def render(self, rows: Iterable[Row]) -> bytes:
        """The whole file as bytes."""
        text = io.StringIO()
        quoting: Literal[0, 2] = csv.QUOTE_NONNUMERIC if self.quote_text else csv.QUOTE_MINIMAL
        writer = csv.writer(text, lineterminator=self.line_end, quoting=quoting)
        writer.writerow(self.header)
        writer.writerows(rows)
        content = text.getvalue()
        if not self.ends_with_line_end:
            content = content.removesuffix(self.line_end)
        return content.encode(self.encoding)


GIAS = Layout("gias", encoding="cp1252", ends_with_line_end=True)
GIAS_LINKS = Layout("gias_links", encoding="cp1252", quote_text=True)
OFSTED_2015 = Layout("ofsted_mi_2015", encoding="utf-8", ends_with_line_end=True)
OFSTED_REPORT_CARD = Layout("ofsted_mi_report_card", encoding="cp1252", ends_with_line_end=True)
KS2_2017 = Layout("ks2_2017")
KS2_2018 = Layout("ks2_2018")
KS2_2019 = Layout("ks2_2019")
KS2_2025 = Layout("ks2_2025")
KS4_FINAL_2017 = Layout("ks4_final_2017")
KS4_FINAL_2018 = Layout("ks4_final_2018")
KS4_PROVISIONAL_2017 = Layout("ks4_provisional_2017", line_end="\n")
KS4_PROVISIONAL_2018 = Layout("ks4_provisional_2018")
ABSENCE_2017 = Layout("absence_2017")
CENSUS_2025 = Layout("census_2025")
EXCLUSIONS_EES = Layout("exclusions_ees", encoding="utf-8", line_end="\n", ends_with_line_end=True)
LOCAL_INTELLIGENCE = Layout("local_intelligence", ends_with_line_end=True)
SCHOOL_RETURNS = Layout("school_returns_long", encoding="utf-8", line_end="\n", ends_with_line_end=True)
RELEASES = Layout("releases", encoding="utf-8", line_end="\n", ends_with_line_end=True)
