"""What was measured, kept as docs/benchmarks.json and told as docs/benchmarks.md with its charts."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from statistics import median
from typing import Any

import altair as alt
import vl_convert
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from measure import PROJECT, Case, Figure, commit, machine, versions

DOCS = PROJECT / "docs"
KEPT = DOCS / "benchmarks.json"
CHART = "images/benchmarks.svg"


def keep(case: Case, figures: list[Figure]) -> None:
    """Keep the figures of a case, in place of those it had."""
    kept = _kept()
    kept[case.name] = {
        "about": case.about,
        "on": f"{datetime.now(UTC):%Y-%m-%d}",
        "commit": commit(),
        "machine": machine(),
        "versions": versions(),
        "figures": [asdict(figure) for figure in figures],
    }
    KEPT.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


def write() -> None:
    """Write the document and its chart from what is kept."""
    cases = {
        name: {**case, "figures": [Figure(**figure) for figure in case["figures"]]} for name, case in _kept().items()
    }
    figures = [figure for case in cases.values() for figure in case["figures"]]
    (DOCS / CHART).parent.mkdir(exist_ok=True)
    (DOCS / CHART).write_text(_chart(figures), encoding="utf-8")
    templates = Environment(  # noqa: S701  # it writes Markdown
        loader=FileSystemLoader(PROJECT / "tests" / "bench"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    page = templates.get_template("benchmarks.md.j2").render(cases=cases, cells=cells, chart=CHART)
    (DOCS / "benchmarks.md").write_text(page, encoding="utf-8")


def cells(figure: Figure) -> tuple[str, str, str, str]:
    """Ours, the peer's, the ratio and its limit, as they are printed."""
    limit = (
        f"at least {figure.least:g}" if figure.least is not None else f"at most {figure.most:g}" if figure.most else ""
    )
    return _amount(figure.ours, figure.unit), _amount(figure.peer, figure.unit), f"{figure.ratio:.2f}", limit


def _amount(rounds: list[float], unit: str) -> str:
    """The median of the rounds with the lowest and highest."""
    if len(rounds) == 1:
        return f"{_short(rounds[0])} {unit}"
    return f"{_short(median(rounds))} {unit} ({_short(min(rounds))} to {_short(max(rounds))})"


def _short(number: float) -> str:
    return f"{number:,.0f}" if number >= 100 else f"{number:.1f}" if number >= 10 else f"{number:.2f}"


def _chart(figures: list[Figure]) -> str:
    """How far each ratio is from its limit, as a share of it: 1 is the limit, to the right is better."""
    rows = [
        {
            "figure": f"{figure.name}, against {figure.peer_name.split(' (')[0]}",
            "margin": figure.ratio / figure.least if figure.least else figure.most / figure.ratio,
            "limit": "met" if figure.met else "missed",
        }
        for figure in figures
        if figure.least or figure.most
    ]
    base = alt.Chart(alt.Data(values=rows)).encode(
        y=alt.Y("figure:N", sort=None, title=None, axis=alt.Axis(labelLimit=420)),
    )
    bars = base.mark_bar(height=12).encode(
        x=alt.X("margin:Q", title="times as good as the limit (1 is the limit)", scale=alt.Scale(type="log")),
        x2=alt.datum(1),
        color=alt.Color("limit:N", title=None, scale=alt.Scale(domain=["met", "missed"], range=["#2a7f62", "#b5402f"])),
    )
    line = alt.Chart(alt.Data(values=[{"margin": 1}])).mark_rule(color="#333").encode(x="margin:Q")
    return str(vl_convert.vegalite_to_svg((bars + line).properties(width=420).to_json()))


def _kept() -> dict[str, Any]:
    return dict(json.loads(KEPT.read_text(encoding="utf-8"))) if KEPT.exists() else {}
