"""Which schools of a candidate a page lists: filters as GET parameters, so that they work without a script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

from school_support.web.rows import ListedSchool


@dataclass(frozen=True)
class Filters:
    """What was asked for; an empty text asks for nothing, a ticked box holds `yes`."""

    q: str = ""
    tier: str = ""
    phase: str = ""
    sector: str = ""
    move: str = ""
    panel: str = ""
    borderline: str = ""

    @classmethod
    def of(cls, parameters: Mapping[str, str]) -> Filters:
        """From a query string; parameters that are not ours are left alone."""
        return cls(**{field.name: parameters.get(field.name, "").strip() for field in fields(cls)})

    def keeps(self, school: ListedSchool) -> bool:
        """Whether a school is listed."""
        wanted = self.q.casefold()
        return (
            (not wanted or wanted in school.school_name.casefold() or wanted == school.urn)
            and self.tier in ("", school.tier)
            and self.phase in ("", school.phase)
            and self.sector in ("", school.sector)
            and (not self.move or school.move == self.move or (self.move == "moved" and school.move != "same"))
            and (not self.panel or bool(school.panel_asked_because))
            and (not self.borderline or school.sensitive_to is not None)
        )

    def listed(self, schools: Sequence[ListedSchool]) -> list[ListedSchool]:
        """The schools that are listed, in their order."""
        return [school for school in schools if self.keeps(school)]
