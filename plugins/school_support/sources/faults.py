"""What is wrong with a delivered file, said so that a person can find it and act."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from school_support.errors import SupportListError

KEPT = 50
SHOWN = 5
LONGEST_VALUE = 60


@dataclass(frozen=True)
class Fault:
    """One thing wrong. `line` is the file's (a workbook's row), `column` the header as delivered."""

    line: int | None
    column: str | None
    value: str | None
    message: str

    def __str__(self) -> str:
        where = [f"line {self.line}"] if self.line is not None else []
        where += [f"column {self.column!r}"] if self.column is not None else []
        return f"{', '.join(where)}: {self.message}" if where else self.message


def quoted(value: str) -> str:
    """A delivered value for a message, cut where it is long."""
    return repr(value) if len(value) <= LONGEST_VALUE else f"{value[:LONGEST_VALUE]!r}..."


class FileRefused(SupportListError):
    """A file that is refused whole.

    `faults` are the first 50 in the order of the file, `count` is how many there are, `layout` the vintage
    it was taken for, if any.
    """

    def __init__(self, file_name: str, layout: str | None, faults: Sequence[Fault], count: int) -> None:
        self.file_name = file_name
        self.layout = layout
        self.faults = list(faults)
        self.count = count
        taken_for = f", taken for layout {layout}," if layout else ""
        said = [str(fault) for fault in self.faults[:SHOWN]]
        if count > len(said):
            said.append(f"More faults: {count - len(said):,}.")
        super().__init__(
            f"{file_name}{taken_for} was refused and nothing of it was loaded. {' '.join(said)} "
            "Take the file from its publisher again, or correct the source's contract if the publisher has "
            "changed the layout."
        )


class Faults:
    """Collects the faults of one file: all are counted, the first are kept."""

    def __init__(self, file_name: str) -> None:
        self.file_name = file_name
        self.layout: str | None = None
        self.count = 0
        self._faults: list[Fault] = []

    def add(self, message: str, line: int | None = None, column: str | None = None, value: str | None = None) -> None:
        """Note one fault."""
        self.add_first([Fault(line, column, value, message)], 1)

    def add_first(self, first: Iterable[Fault], count: int) -> None:
        """Note `count` faults of one kind; `first` are the first 50 of them, or all."""
        self.count += count
        self._faults.extend(first)
        if len(self._faults) > 40 * KEPT:
            self._faults = self._in_order()[:KEPT]

    def refused(self) -> FileRefused:
        """The refusal of the file for what was found, to be raised."""
        return FileRefused(self.file_name, self.layout, self._in_order()[:KEPT], self.count)

    def refused_for(self, message: str, line: int | None = None) -> FileRefused:
        """The refusal for one fault that leaves nothing else to look at, to be raised."""
        self.add(message, line)
        return self.refused()

    def refuse_if_any(self) -> None:
        """Raise the refusal if anything was found."""
        if self.count:
            raise self.refused()

    def _in_order(self) -> list[Fault]:
        return sorted(self._faults, key=lambda fault: fault.line or 0)
