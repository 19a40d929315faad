"""Gate 1 over entries at the end of Key Stage 4: `raw.dfe_ks4_entries`, schools mixed with authorities in some years."""

from __future__ import annotations

from school_support.quality.raw_rules import (
    SCHOOL_ROWS,
    la_code_has_three_digits,
    mean_within,
    mostly_measured,
    not_above,
    one_row_a_school,
    rule,
    six_digit_urns,
    whole_table,
    year_had_begun,
)
from school_support.quality.rules import Release, Rule, no_row_where

PARTS = ("english", "maths", "science", "humanities", "languages")


def rules(release: Release) -> list[Rule]:
    """The rules of one release."""
    has = release.columns.__contains__
    schools = SCHOOL_ROWS if has("rectype") else "true"
    # A record cut down to record type and authority is an authority's, whatever its type says.
    named = f"({schools}) and school_name is not null"
    return [
        *whole_table(release),
        year_had_begun(release),
        six_digit_urns(),
        one_row_a_school(named),
        la_code_has_three_digits(named),
        rule(
            "schools_have_a_urn",
            "Every row of a school has its URN.",
            no_row_where(f"{named} and urn is null", "_line, school_name"),
        ),
        mostly_measured("ebacc_entry_pct", 0.5, named),
        # The measure that one workbook gives in fractions.
        mean_within("ebacc_entry_pct", 3, 80, named),
        mean_within("pupils", 20, 400, named),
        *(
            not_above("ebacc_entry_pct", f"ebacc_{part}_entry_pct", named)
            for part in PARTS
            if has(f"ebacc_{part}_entry_pct")
        ),
    ]
