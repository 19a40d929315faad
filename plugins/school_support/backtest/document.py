"""docs/how-good-is-it.md and its charts, written from a run of the backtest."""

from __future__ import annotations

from pathlib import Path

import altair
import pandas as pd
from jinja2 import Environment, StrictUndefined

from school_support.backtest import scores
from school_support.backtest.measures import Estimate
from school_support.backtest.run import MEASURES, PhaseResult
from school_support.backtest.schools import CHOSEN_ON, MEASURED_ON

TEMPLATE = Path(__file__).with_name("how_good_is_it.md.j2")
NAME = "how-good-is-it"


def write_document(results: list[PhaseResult], folder: Path) -> Path:
    """Write the page and its charts into the docs folder.

    Args:
        results: one a phase.
        folder: the docs folder; charts go to images/ in it.

    Returns:
        The page.
    """
    images = folder / "images"
    images.mkdir(parents=True, exist_ok=True)
    for result in results:
        _order_chart(result).save(images / f"{NAME}-order-{result.phase}.svg")
        _calibration_chart(result).save(images / f"{NAME}-calibration-{result.phase}.svg")
    environment = Environment(  # noqa: S701  # Markdown from our own figures: nothing to escape
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    environment.filters |= {"estimate": _estimate, "part": _part, "percent": lambda share: f"{100 * share:.0f} %"}
    page = folder / f"{NAME}.md"
    page.write_text(
        environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(
            results=results,
            measures=list(MEASURES),
            chosen_on=CHOSEN_ON,
            measured_on=MEASURED_ON,
            name=NAME,
        ),
        encoding="utf-8",
    )
    return page


def _estimate(estimate: Estimate) -> str:
    return f"{estimate.value:.3f} ({estimate.low:.3f} to {estimate.high:.3f})"


def _part(estimate: Estimate) -> str:
    return f"{estimate.value:.2f} ({estimate.low:.2f} to {estimate.high:.2f})"


def _order_chart(result: PhaseResult) -> altair.LayerChart | altair.FacetChart:
    rows = pd.DataFrame(
        [
            {"score": row.name, "low": estimate.low, "AUC": estimate.value, "high": estimate.high,
             "ours": row.name == scores.RULES_WITHOUT_DUE}
            for row in result.inspected_rows
            for estimate in [row.estimates["AUC"]]
        ]
    )  # fmt: skip
    names = altair.Y("score:N", sort=None, title=None, axis=altair.Axis(labelLimit=340))
    colour = altair.condition("datum.ours", altair.value("#1d4f91"), altair.value("#6b6b6b"))
    base = altair.Chart(rows, title=f"{result.phase.capitalize()}: chance of ordering two inspected schools rightly")
    limits = base.mark_rule(strokeWidth=2).encode(y=names, x=altair.X("low:Q", title="AUC, with 95 % interval"), x2="high:Q", color=colour)  # fmt: skip
    points = base.mark_point(filled=True, size=70).encode(y=names, x="AUC:Q", color=colour)
    chance = altair.Chart(pd.DataFrame({"x": [0.5]})).mark_rule(strokeDash=[4, 4], color="#999999").encode(x="x:Q")
    return altair.layer(chance, limits, points).properties(width=420)


def _calibration_chart(result: PhaseResult) -> altair.LayerChart | altair.FacetChart:
    rows = pd.DataFrame(
        [
            {"expected": fifth.expected, "found": fifth.observed, "schools": fifth.schools}
            for fifth in result.calibration
        ]
    )
    title = f"{result.phase.capitalize()}: judged below good, by fifth of risk"
    points = (
        altair.Chart(rows, title=title)
        .mark_point(filled=True, size=90, color="#1d4f91")
        .encode(
            x=altair.X("expected:Q", title="Expected from June 2017", axis=altair.Axis(format="%"), scale=altair.Scale(domain=[0, 1])),
            y=altair.Y("found:Q", title="Found after June 2018", axis=altair.Axis(format="%"), scale=altair.Scale(domain=[0, 1])),
        )
    )  # fmt: skip
    line = altair.Chart(pd.DataFrame({"x": [0, 1], "y": [0, 1]})).mark_line(strokeDash=[4, 4], color="#999999").encode(x="x:Q", y="y:Q")  # fmt: skip
    return altair.layer(line, points).properties(width=300, height=300)
