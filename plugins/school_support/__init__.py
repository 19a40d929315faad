"""The school support list: from public results and inspection outcomes to a gated, explained list."""

__version__ = "0.1.0"
