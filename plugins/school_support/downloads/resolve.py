"""From a data set's description to the files that its publisher has now."""

from __future__ import annotations

import datetime as dt

from school_support.downloads import ees, gias_daily, govuk_page, performance_tables
from school_support.downloads.addresses import DataSet, EesCatalogueFile, EesDataSet, GiasDaily, GovUkPage
from school_support.downloads.publishers import Publishers
from school_support.downloads.wanted import Choice


def resolve(data_set: DataSet, publishers: Publishers, today: dt.date, since: dt.date | None) -> list[Choice]:
    """The files to be fetched, newest first; each is a choice of which the first that is there counts.

    Raises:
        DownloadFailed: the publisher does not answer, or not in the form that is known.
    """
    match data_set:
        case GovUkPage():
            return govuk_page.resolve(data_set, publishers, since)
        case EesDataSet():
            return ees.resolve(data_set, publishers, since)
        case EesCatalogueFile():
            return ees.resolve_file(data_set, publishers)
        case GiasDaily():
            return gias_daily.resolve(data_set, today)
        case _:
            return performance_tables.resolve(data_set, since)
