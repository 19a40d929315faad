"""A fictional authority, Fenmere, in a fictional England: public files to try everything on."""

from school_support.sample.writer import SampleSummary, write_sample

__all__ = ["SampleSummary", "write_sample"]
