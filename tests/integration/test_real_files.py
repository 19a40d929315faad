"""Every real public file of the sources in use: accepted under its layout, or refused for a true reason.

Row counts are those of the publishers' files (`releases.csv`), with the rows for authorities and England.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from school_support.sources.contract import load_sources
from school_support.sources.reader import FileRefused, read_release

pytestmark = pytest.mark.real_data

# file, source, layout, rows
ACCEPTED = """\
performance/2010-11/england_abs.csv.gz,dfe_absence,absence_2011,20192
performance/2011-12/england_abs.csv.gz,dfe_absence,absence_2012,20072
performance/2012-13/england_abs.csv.gz,dfe_absence,absence_2012,20059
performance/2016-17/england_abs.csv.gz,dfe_absence,absence_2017,21250
performance/2017-18/england_abs.csv.gz,dfe_absence,absence_2017,21265
performance/2018-19/england_abs.csv.gz,dfe_absence,absence_2017,21217
peterborough/2010-11/england_abs.csv,dfe_absence,absence_2011,69
peterborough/2011-12/england_abs.csv,dfe_absence,absence_2012,69
peterborough/2012-13/england_abs.csv,dfe_absence,absence_2012,70
peterborough/2016-17/england_abs.csv,dfe_absence,absence_2017,79
peterborough/2017-18/england_abs.csv,dfe_absence,absence_2017,81
peterborough/2018-19/england_abs.csv,dfe_absence,absence_2017,79
derived/england_ks2final_2018-19_columns_subset.csv.gz,dfe_ks2,ks2_subset_2019,16508
derived/ks2_perf_2016.csv.gz,dfe_ks2,ks2_derived,16162
derived/ks2_perf_2017.csv.gz,dfe_ks2,ks2_derived,16313
derived/ks2_perf_2018.csv.gz,dfe_ks2,ks2_derived,16364
performance/2016-17/850_ks2final.csv.gz,dfe_ks2,ks2_tables_2017,331
performance/2016-17/936_ks2final.csv.gz,dfe_ks2,ks2_tables_2017,235
performance/2017-18/850_ks2final.csv.gz,dfe_ks2,ks2_tables_2018,331
performance/2017-18/936_ks2final.csv.gz,dfe_ks2,ks2_tables_2018,238
performance/2018-19/850_ks2final.csv.gz,dfe_ks2,ks2_tables_2019,334
peterborough/derived/england_ks2final_2018-19_subset.csv,dfe_ks2,ks2_subset_2019,63
peterborough/derived/ks2_perf_2016.csv,dfe_ks2,ks2_derived,61
peterborough/derived/ks2_perf_2017.csv,dfe_ks2,ks2_derived,64
peterborough/derived/ks2_perf_2018.csv,dfe_ks2,ks2_derived,64
derived/ks4_perf_2016.csv.gz,dfe_ks4,ks4_derived_2016,5335
derived/ks4_perf_2017.csv.gz,dfe_ks4,ks4_derived,5399
derived/ks4_perf_2018.csv.gz,dfe_ks4,ks4_derived,5519
performance/2015-16/england_ks4_provisional_v1.csv.gz,dfe_ks4,ks4_provisional_2016_first,5498
performance/2015-16/england_ks4_provisional_v2.csv.gz,dfe_ks4,ks4_provisional_2016_reissue,5498
performance/2016-17/850_ks4final.csv.gz,dfe_ks4,ks4_tables_2017,126
performance/2016-17/936_ks4final.csv.gz,dfe_ks4,ks4_tables_2017,130
performance/2016-17/england_ks4provisional.csv.gz,dfe_ks4,ks4_provisional_2017,5547
performance/2017-18/850_ks4final.csv.gz,dfe_ks4,ks4_tables_2018,124
performance/2017-18/936_ks4final.csv.gz,dfe_ks4,ks4_tables_2018,130
performance/2017-18/england_ks4provisional.csv.gz,dfe_ks4,ks4_provisional_2018,5665
peterborough/2015-16/england_ks4_provisional.d3b74e4f7f.csv,dfe_ks4,ks4_provisional_2016_first,24
peterborough/2015-16/england_ks4_provisional.ea22ea10d0.csv,dfe_ks4,ks4_provisional_2016_reissue,24
peterborough/2016-17/england_ks4provisional.csv,dfe_ks4,ks4_provisional_2017,25
peterborough/2017-18/england_ks4provisional.csv,dfe_ks4,ks4_provisional_2018,26
peterborough/derived/ks4_perf_2016.csv,dfe_ks4,ks4_derived_2016,21
peterborough/derived/ks4_perf_2017.csv,dfe_ks4,ks4_derived,23
peterborough/derived/ks4_perf_2018.csv,dfe_ks4,ks4_derived,23
gias/edubaseallacademiesandfree_2015-11-14_nonames.csv.gz,gias,gias_academies,5407
gias/edubaseallacademiesandfree_2021-12-31_nonames.csv.gz,gias,gias_academies,9804
gias/gias_2021_936_full_columns_nonames.csv.gz,gias,gias_full,590
peterborough/gias/academies_and_free_2015-11-14.csv,gias,gias_academies,20
peterborough/gias/academies_and_free_2017-01-19.csv,gias,gias_academies,22
peterborough/gias/academies_and_free_2019-09-02.csv,gias,gias_academies,48
peterborough/gias/academies_and_free_2021-12-31.csv,gias,gias_academies,51
gias/links_edubasealldata_2015-11-14.csv.gz,gias_links,gias_links,20615
gias/links_edubasealldata_2026-08-21.csv.gz,gias_links,gias_links,35239
peterborough/gias/links_2015-11-14.csv,gias_links,gias_links,72
peterborough/gias/links_2026-08-21.csv,gias_links,gias_links,142
ofsted/ofsted_ratings_history_2005-09_to_2020-02.csv.gz,ofsted_history,ofsted_history_2020,60134
peterborough/ofsted/ofsted_ratings_history_2005_2020.csv,ofsted_history,ofsted_history_2020,223
ofsted/ofsted_inspections_outcomes_2023-08-31_west_midlands.csv.gz,ofsted_mi,ofsted_mi_2023_resaved,2417
ofsted/ofsted_mi_2013-07-31_provisional.zip,ofsted_mi,ofsted_mi_2013_07,21322
ofsted/ofsted_mi_2015-05-31.xlsx,ofsted_mi,ofsted_mi_2015,21047
ofsted/ofsted_mi_latest_2026-02-28_leeds_only.csv,ofsted_mi,ofsted_mi_2026_judgement,279
peterborough/ofsted/ofsted_mi_2013-04-30.csv,ofsted_mi,ofsted_mi_2013_04,70
peterborough/ofsted/ofsted_mi_2013-05-31.csv,ofsted_mi,ofsted_mi_2013_04,70
peterborough/ofsted/ofsted_mi_2013-07-31.csv,ofsted_mi,ofsted_mi_2013_07,71
peterborough/ofsted/ofsted_mi_2013-09-30.csv,ofsted_mi,ofsted_mi_2013_09,69
peterborough/ofsted/ofsted_mi_2013-11-30.csv,ofsted_mi,ofsted_mi_2013_11,68
peterborough/ofsted/ofsted_mi_2013-12-31.csv,ofsted_mi,ofsted_mi_2013_12,68
peterborough/ofsted/ofsted_mi_2014-05-31.csv,ofsted_mi,ofsted_mi_2014_05,69
peterborough/ofsted/ofsted_mi_2014-12-31.csv,ofsted_mi,ofsted_mi_2014_12,68
peterborough/ofsted/ofsted_mi_2015-02-28.csv,ofsted_mi,ofsted_mi_2015,68
peterborough/ofsted/ofsted_mi_2015-05-31.csv,ofsted_mi,ofsted_mi_2015,69
ofsted/england_ofsted-schools_2018-07-31.xlsx,ofsted_outcomes,ofsted_outcomes_2018,21739
peterborough/ofsted/ofsted_schools_2018-07-31.csv,ofsted_outcomes,ofsted_outcomes_2018,76
peterborough/2018-19/england_school_information.csv,school_information,school_information_2019,94
peterborough/2020-21/england_school_information.csv,school_information,school_information_2019,97
peterborough/2021-22/england_school_information.csv,school_information,school_information_2019,98
school_information/school_information_2018-19.xlsx,school_information,school_information_2019,26166
school_information/school_information_2021-22.xlsx,school_information,school_information_2019,26545
performance/2016-17/england_spine.xlsx,school_spine,school_spine_2017,26328
performance/2017-18/england_spine.xlsx,school_spine,school_spine_2018,26078
peterborough/2015-16/england_spine.csv,school_spine,school_spine_2016,82
peterborough/2016-17/england_spine.csv,school_spine,school_spine_2017,98
peterborough/2017-18/england_spine.csv,school_spine,school_spine_2018,103
"""

NO_RESULTS_BY_URN = "The columns are separated by tabs"
OTHER_TABLE = "has none in common with any layout of dfe_ks4"

# file, source, what the refusal says
REFUSED = [
    ("performance/2009-10/england_ks4.csv.gz", "dfe_ks4", NO_RESULTS_BY_URN),
    ("peterborough/2009-10/england_ks4.csv", "dfe_ks4", NO_RESULTS_BY_URN),
    ("performance/2023-24/ees_ks4_school_info_202324.csv.gz", "dfe_ks4", OTHER_TABLE),
    ("peterborough/2023-24/ees_ks4_school_info_202324.csv", "dfe_ks4", OTHER_TABLE),
    ("traps/edubasealldata_is_really_json_error.csv", "gias", "it is a JSON document"),
    ("traps/edubaseallstatefunded_is_really_html_404.csv", "gias", "it is a web page"),
    ("traps/england_ks4_2014-15_header_only.csv", "dfe_ks4", "a header of 552 columns and no data rows"),
    (
        "samples_transcribed/ks2final_2024-25_919_header_only.csv",
        "dfe_ks2",
        "a header of 311 columns and no data",
    ),
]


def accepted() -> list[tuple[str, str, str, int]]:
    return [(file, source, layout, int(rows)) for file, source, layout, rows in csv.reader(ACCEPTED.splitlines())]


@pytest.mark.parametrize(("file", "source", "layout", "rows"), accepted())
def test_a_real_file_is_accepted(real_data: Path, file: str, source: str, layout: str, rows: int) -> None:
    read = read_release(real_data / file, source)
    assert (read.layout, read.rows) == (layout, rows)
    assert tuple(read.frame.columns) == ("_line", *load_sources()[source].columns)
    cells = read.frame.drop(columns="_line").stack(future_stack=True)
    assert cells.map(lambda cell: cell is None or isinstance(cell, str)).all()


@pytest.mark.parametrize(("file", "source", "said"), REFUSED)
def test_a_file_that_is_no_such_table_is_refused(real_data: Path, file: str, source: str, said: str) -> None:
    with pytest.raises(FileRefused) as caught:
        read_release(real_data / file, source)
    assert said in caught.value.faults[0].message


def test_no_file_of_these_sources_is_left_out(real_data: Path) -> None:
    with (real_data / "releases.csv").open(encoding="utf-8", newline="") as index:
        listed = {row["file"] for row in csv.DictReader(index) if row["source"] in load_sources()}
    assert listed <= {file for file, *_ in [*accepted(), *REFUSED]}


def test_row_counts_are_those_that_the_index_gives(real_data: Path) -> None:
    """The cuts of one authority are indexed without the rows for England that they carry."""
    expected = {file: rows for file, _, _, rows in accepted()}
    with (real_data / "releases.csv").open(encoding="utf-8", newline="") as index:
        for row in csv.DictReader(index):
            if row["file"] in expected and row["rows"]:
                extra = expected[row["file"]] - int(row["rows"])
                assert extra in ({0, 2, 3} if row["file"].startswith("peterborough/") else {0}), row["file"]


def test_the_zipped_workbook_of_july_2013_has_71_schools_of_peterborough(real_data: Path) -> None:
    frame = read_release(real_data / "ofsted/ofsted_mi_2013-07-31_provisional.zip", "ofsted_mi").frame
    peterborough = frame[frame["laestab"].str.startswith("874")]
    assert len(peterborough) == 71
    assert set(peterborough["local_authority"]) == {"Peterborough"}
    cut = read_release(real_data / "peterborough/ofsted/ofsted_mi_2013-07-31.csv", "ofsted_mi").frame
    assert peterborough.drop(columns="_line").values.tolist() == cut.drop(columns="_line").values.tolist()


def test_the_two_issues_of_2016_are_stored_in_one_unit(real_data: Path) -> None:
    folder = real_data / "performance/2015-16"
    first = read_release(folder / "england_ks4_provisional_v1.csv.gz", "dfe_ks4").frame.set_index("urn")
    second = read_release(folder / "england_ks4_provisional_v2.csv.gz", "dfe_ks4").frame.set_index("urn")
    # Arthur Mellows Village College: 0.82 in the first issue, 82% in the second.
    assert first.loc["136266", "english_maths_4_pct"] == "82"
    assert second.loc["136266", "english_maths_4_pct"] == "82%"


def test_the_hand_copied_rows_of_the_later_report_card_file_are_accepted(real_data: Path) -> None:
    read = read_release(real_data / "samples_transcribed/ofsted_mi_latest_2026_header_plus_rows.csv", "ofsted_mi")
    assert (read.layout, read.rows) == ("ofsted_mi_2026_grade", 4)
    graded = read.frame.set_index("urn").loc["100025"]
    assert graded[["card_inclusion", "card_early_years", "card_post16", "overall_effectiveness"]].tolist() == [
        "Strong standard",
        "Strong standard",
        "Not applicable",
        "NULL",
    ]
