"""A bar chart as SVG, for a page and for print: a row a bar, its number in words beside it, no meaning in colour alone."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import escape

WIDTH = 720
NAMES = 270
BARS = 330
ROW = 28
NAME_LENGTH = 40
COLOURS = {
    "high": "#7d1d3f", "targeted": "#b4500f", "light_touch_plus": "#1f6f8b", "light_touch": "#a9d3c4",
    "insufficient_evidence": "#ffffff",
}  # fmt: skip
OTHER = "#14304f"
INK = "#16202c"


@dataclass(frozen=True, slots=True)
class Bar:
    """A number between `low` and `high`, in words in `text`; None: withheld, and no bar is drawn."""

    name: str
    low: float | None
    high: float | None
    text: str
    colour: str = OTHER


def bars_svg(bars: Sequence[Bar], attributes: str) -> str:
    """The chart. A range is drawn full to its low end and open to its high end; a long name is cut to fit.

    Args:
        attributes: more attributes of the svg element, as markup of our own.
    """
    longest = max((bar.high for bar in bars if bar.high is not None), default=0.0) or 1.0
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {ROW * len(bars) + 4}" {attributes}>',
        f'<line x1="{NAMES}" x2="{NAMES}" y1="0" y2="{ROW * len(bars) + 4}" stroke="{INK}"/>',
    ]
    for position, bar in enumerate(bars):
        top = position * ROW + 4
        parts.append(_text(NAMES - 10, top + 18, textwrap.shorten(bar.name, NAME_LENGTH, placeholder=" …"), "end"))
        end = float(NAMES)
        if bar.low is not None and bar.high is not None:
            low, end = (round(NAMES + BARS * value / longest, 1) for value in (bar.low, bar.high))
            if end > low:
                parts.append(_rectangle(low, top, end - low, "#ffffff", ' stroke-dasharray="3 2"'))
            parts.append(_rectangle(NAMES, top, low - NAMES, bar.colour))
        parts.append(_text(end + 8, top + 18, bar.text, "start"))
    return "".join([*parts, "</svg>"])


def _rectangle(x: float, y: float, width: float, fill: str, more: str = "") -> str:
    return f'<rect x="{x:g}" y="{y}" width="{width:g}" height="22" fill="{fill}" stroke="{INK}"{more}/>'


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:g}" y="{y}" text-anchor="{anchor}" font-size="14" fill="{INK}">{escape(text)}</text>'
