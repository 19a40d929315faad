"""support-list what-if."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from school_support.commands import plain_errors, screen


def what_if(
    ruleset: Annotated[Path, typer.Option(help="The draft: YAML with the changes to a ruleset.")],
    la: Annotated[str, typer.Option(help="LA code, three digits.")],
    as_at: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The day whose knowledge is used.")],
    list_year: Annotated[int | None, typer.Option(help="Academic year supported, the year it ends in.")] = None,
) -> None:
    """Assess once more under a draft of the rules: who would move, why, what it costs. Never published.

    Example:

        support-list what-if --ruleset draft.yaml --la 999 --as-at 2026-06-30

    with draft.yaml:

        ruleset: attainment counts more

        changes: {rule_domain: [{domain: attainment, domain_cap: 5}], rule_tier: [{tier: high, cut_from: 0.55}]}
    """
    from school_support.assessment.annual import list_year_of
    from school_support.assessment.what_if import what_if as assessed
    from school_support.publication.edition import past_of_list
    from school_support.settings import settings
    from school_support.warehouse import server

    with plain_errors():
        server.prepare()
        day = as_at.date()
        year = list_year or list_year_of(day, settings().annual_cycle)
        with screen.status("Assessing twice"):
            found = assessed(ruleset, la, year, day, past_of_list(la, year))
        tiers = Table("Tier", "Schools now", "Schools then", "£ now", "£ then", title="Support plan")
        for tier in found.tiers:
            tiers.add_row(
                tier.tier_name, str(tier.schools_before), str(tier.schools_after), f"{tier.cost_before:,.0f}",
                f"{tier.cost_after:,.0f}",
            )  # fmt: skip
        before, after = sum(tier.cost_before for tier in found.tiers), sum(tier.cost_after for tier in found.tiers)
        tiers.add_row("All", "", "", f"{before:,.0f}", f"{after:,.0f}")
        screen.print(tiers)
        moved = Table(
            "School", "Now", "Then", "Points now", "Points then", "Why", title=f"{len(found.moved)} schools move"
        )
        for school in found.moved:
            moved.add_row(
                f"{school.school_name} ({school.urn})", school.tier_before, school.tier_after,
                _share(school.share_before), _share(school.share_after), school.why,
            )  # fmt: skip
        screen.print(moved)
        screen.print(f"Assessment {found.after} beside {found.before}; it can never be published.")


def _share(share: object) -> str:
    return "none" if share is None else f"{100 * float(str(share)):.1f}%"
