"""The frozen tables of a candidate: what each is copied from, and the order of its rows in the content hash."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from psycopg import sql

# What a candidate freezes today. An older form is never written again, but hashed as it was.
FORM = 2


@dataclass(frozen=True)
class FrozenTable:
    """A table of `publication`: the columns that say something, what they are copied from, and its key.

    `since`: the form that first froze it; `added`: columns by the form that first had them.
    """

    name: str
    columns: tuple[str, ...]
    source: sql.SQL
    key: tuple[str, ...]
    since: int = 1
    added: Mapping[int, tuple[str, ...]] = field(default_factory=dict)

    def columns_in(self, form: int) -> tuple[str, ...]:
        """The columns that a form freezes, oldest first."""
        return (
            *self.columns,
            *(name for begun, names in sorted(self.added.items()) if begun <= form for name in names),
        )

    def insert(self) -> sql.Composed:
        """Insert the assessment's rows in today's form; parameters candidate_id and assessment_id."""
        columns = sql.SQL(", ").join(map(sql.Identifier, self.columns_in(FORM)))
        return sql.SQL(
            "insert into {} (candidate_id, {}) select %(candidate_id)s, {} from {} where assessment_id = %(assessment_id)s"
        ).format(sql.Identifier("publication", self.name), columns, columns, self.source)

    def rows(self, form: int) -> sql.Composed:
        """The frozen rows as text in key order, missing values apart from empty ones; parameter candidate_id."""
        texts = sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(name)) for name in self.columns_in(form))
        order = sql.SQL(", ").join(sql.SQL('{}::text collate "C"').format(sql.Identifier(name)) for name in self.key)
        return sql.SQL("select {} from {} where candidate_id = %(candidate_id)s order by {}").format(
            texts, sql.Identifier("publication", self.name), order
        )


TABLES = (
    FrozenTable(
        "support_list",
        ("urn", "school_name", "phase", "sector", "tier", "tier_name", "tier_rank", "decided_by", "points",
         "points_available", "points_share", "coverage", "support_days", "support_cost", "gates", "reasons"),
        sql.SQL("marts.school_tier inner join marts.dim_school using (assessment_id, authority, urn)"),
        ("urn",),
        added={
            2: ("computed_tier", "computed_tier_name", "computed_tier_rank", "decision", "decision_reason",
                "sensitive_to", "exit_criteria"),
        },
    ),
    FrozenTable(
        "school_risk",
        ("urn", "domain", "domain_cap", "points", "points_available", "weight_known"),
        sql.SQL("marts.school_risk"),
        ("urn", "domain"),
    ),
    FrozenTable(
        "school_indicator",
        ("urn", "indicator", "indicator_name", "domain", "unit", "direction", "value", "n", "academic_years", "national",
         "interval_low", "interval_high", "shrunk", "line", "probability_beyond_line", "flag", "points",
         "points_available", "reason_code", "releases_used", "sentence", "similar_value", "similar_schools"),
        sql.SQL("marts.school_indicator"),
        ("urn", "indicator"),
    ),
    FrozenTable(
        "school",
        ("urn", "laestab", "school_name", "phase", "school_type", "sector", "open_date", "close_date",
         "predecessor_urns", "predecessor_method", "register_release"),
        sql.SQL("marts.dim_school"),
        ("urn",),
    ),
    FrozenTable(
        "inspection",
        ("urn", "inspection_urn", "inspection_date", "publication_date", "regime", "overall_effectiveness",
         "category_of_concern", "concern_level", "is_latest", "relates_to_predecessor", "release"),
        sql.SQL("marts.fct_inspection"),
        ("urn", "inspection_urn", "inspection_date"),
    ),
    FrozenTable(
        "result",
        ("urn", "result_urn", "academic_year", "key_stage", "measure", "value", "reason_code", "pupils", "stage",
         "release"),
        sql.SQL("marts.fct_school_result"),
        ("urn", "academic_year", "measure"),
    ),
    FrozenTable(
        "support_fairness",
        ("group_kind", "group_name", "schools", "highest_tier_schools", "second_tier_schools", "upper_tiers_share",
         "insufficient_evidence_schools", "support_days", "support_cost", "schools_with_roll", "pupils_on_roll",
         "mean_days", "ratio_to_mean", "days_per_100_pupils"),
        sql.SQL("marts.support_fairness"),
        ("group_kind", "group_name"),
        since=2,
    ),
    FrozenTable(
        "panel_decision",
        ("urn", "decision", "tier", "reason", "evidence", "decided_by_1", "decided_by_2", "decided_on", "expires_on",
         "replaces_decided_on", "release"),
        sql.SQL("marts.panel_decision"),
        ("urn", "decided_on", "release"),
        since=2,
    ),
)  # fmt: skip
