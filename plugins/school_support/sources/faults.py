"""What is wrong with a delivered file, said so that a person can find it and act."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from school_support.errors import SupportListError

KEPT = 50
SHOWN = 5
LONGEST_VALUE = 60


@dataclass(frozen=True)
class Fault:
    """One thing wrong. `line` is the file's (a workbook's row), `column` the header as delivered.

    `code` says the kind of fault in one word: blank, not_a_number, bad_date, date_order, outside_range, not_on_list,
    field_count, wrong_vintage, doubled, or file for what is wrong with the file as a whole. `urn` is the school's
    as the row has it.
    """

    line: int | None
    column: str | None
    value: str | None
    message: str
    code: str = "file"
    urn: str | None = None

    def __str__(self) -> str:
        where = [f"line {self.line}"] if self.line is not None else []
        where += [f"URN {self.urn}"] if self.urn else []
        where += [f"column {self.column!r}"] if self.column is not None else []
        return f"{', '.join(where)}: {self.message}" if where else self.message


def quoted(value: str) -> str:
    """A delivered value for a message, cut where it is long."""
    return repr(value) if len(value) <= LONGEST_VALUE else f"{value[:LONGEST_VALUE]!r}..."


class FileRefused(SupportListError):
    """A file that is refused whole.

    `faults` are the first 50 in the order of the file, `count` is how many there are, `layout` the vintage
    it was taken for, if any; where there is none, `shared` counts the headers it has in common with the nearest.
    """

    def __init__(
        self, file_name: str, layout: str | None, faults: Sequence[Fault], count: int, shared: int = 0
    ) -> None:
        self.file_name = file_name
        self.shared = shared
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
    """Collects the faults of one file: all are counted, the first are kept.

    A fault of the file refuses it; a faulty row is left out, and refuses the file only where there are more of them
    than its layout lets pass.
    """

    def __init__(self, file_name: str) -> None:
        self.file_name = file_name
        self.layout: str | None = None
        self.count = 0
        self.faulty_rows = 0
        self.shared = 0
        self._fatal = False
        self._faults: list[Fault] = []

    def add(
        self,
        message: str,
        line: int | None = None,
        column: str | None = None,
        value: str | None = None,
        code: str = "file",
    ) -> None:
        """Note one fault that refuses the file."""
        self.add_first([Fault(line, column, value, message, code)], 1)

    def add_first(self, first: Iterable[Fault], count: int) -> None:
        """Note `count` faults of one kind that refuse the file; `first` are the first 50 of them, or all."""
        self._fatal = True
        self._note(first, count)

    def add_rows(self, rows: int, first: Iterable[Fault], count: int) -> None:
        """Note `count` faults in `rows` rows that are left out; `first` are the first of them."""
        self.faulty_rows += rows
        self._note(first, count)

    def refuse_whole(self) -> None:
        """Let no row be left out: what was noted puts the others in doubt."""
        self._fatal = True

    def refused(self) -> FileRefused:
        """The refusal of the file for what was found, to be raised."""
        return FileRefused(self.file_name, self.layout, self._in_order()[:KEPT], self.count, self.shared)

    def refused_for(self, message: str, line: int | None = None) -> FileRefused:
        """The refusal for one fault that leaves nothing else to look at, to be raised."""
        self.add(message, line)
        return self.refused()

    def refuse_if_any(self) -> None:
        """Raise the refusal if anything was found."""
        if self.count:
            raise self.refused()

    def settle(self, rows: int, most_rows: int, most_share: Decimal) -> list[Fault]:
        """The faults of the rows left out of `rows` read, or the refusal where they are too many.

        Raises:
            FileRefused: a fault of the file was found, or faulty rows beyond either limit.
        """
        # Of a small file the share lets no row pass, as if there were no limits to speak of.
        passing = min(most_rows, int(most_share * rows))
        if self._fatal or (self.faulty_rows and not passing):
            raise self.refused()
        if self.faulty_rows > passing:
            raise self.refused_for(
                f"{self.faulty_rows:,} of {rows:,} rows are faulty, where the contract lets at most {most_rows} rows "
                f"and {(100 * most_share).normalize():f} % be left out."
            )
        return self._in_order()

    def _note(self, faults: Iterable[Fault], count: int) -> None:
        self.count += count
        self._faults.extend(faults)
        if len(self._faults) > 40 * KEPT:
            # More than any file is accepted with.
            self._fatal = True
            self._faults = self._in_order()[:KEPT]

    def _in_order(self) -> list[Fault]:
        return sorted(self._faults, key=lambda fault: fault.line or 0)
