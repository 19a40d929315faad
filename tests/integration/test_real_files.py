"""Every real public file that its index gives a source: accepted under its layout, or refused for a true reason.

Which layout a file must have is written down by hand, by where the file lies and what it is called; how many rows, by the
index. The cuts of one authority are indexed without the rows for England that they carry.
"""

from __future__ import annotations

import csv
from fnmatch import fnmatch
from pathlib import Path

import pytest

from school_support.sources.contract import load_sources
from school_support.sources.reader import FileRefused, open_release, read_release

pytestmark = pytest.mark.real_data

# files, source, layout
LAYOUTS = """\
*/2010-11/england_abs.csv*,dfe_absence,absence_2011
*/2011-12/england_abs.csv*,dfe_absence,absence_2012
*/2012-13/england_abs.csv*,dfe_absence,absence_2012
*/2016-17/england_abs.csv*,dfe_absence,absence_2017
*/2017-18/england_abs.csv*,dfe_absence,absence_2017
*/2018-19/england_abs.csv*,dfe_absence,absence_2017
peterborough/2010-11/england_census.csv,dfe_census,census_2011
peterborough/2011-12/england_census.csv,dfe_census,census_2012
peterborough/2012-13/england_census.csv,dfe_census,census_2013
peterborough/2013-14/england_census.csv,dfe_census,census_2014
*/2014-15/england_census.csv*,dfe_census,census_2015
*/2015-16/england_census.csv*,dfe_census,census_2015
*/2016-17/england_census.csv*,dfe_census,census_2015
*/2017-18/england_census.csv*,dfe_census,census_2015
*/2018-19/england_census.csv*,dfe_census,census_2019
*/2020-21/england_census.csv*,dfe_census,census_2019
peterborough/2011-12/england_pupdest.csv,dfe_destinations,destinations_ks4_2012
peterborough/201[234]-1[345]/england_pupdest.csv,dfe_destinations,destinations_ks4_2013
*/england_ks4-pupdest.csv*,dfe_destinations,destinations_ks4
peterborough/2016-17/england_ks5-studest.csv,dfe_destinations,destinations_post16_2018
peterborough/2017-18/england_ks5-studest.csv,dfe_destinations,destinations_post16_2018
peterborough/2018-19/england_ks5-studest.csv,dfe_destinations,destinations_post16_2019
peterborough/202[01]-2[12]/england_ks5-studest.csv,dfe_destinations,destinations_post16_2019
peterborough/2018-19/england_ks5-studest-he.csv,dfe_destinations,destinations_progression_2019
peterborough/2020-21/england_ks5-studest-he.csv,dfe_destinations,destinations_progression_2019
peterborough/2021-22/england_ks5-studest-he.csv,dfe_destinations,destinations_progression_2022
*derived/england_ks2final_2018-19_*subset.csv*,dfe_ks2,ks2_subset_2019
*derived/ks2_perf_201[678].csv*,dfe_ks2,ks2_derived
performance/2016-17/*_ks2final.csv.gz,dfe_ks2,ks2_tables_2017
performance/2017-18/*_ks2final.csv.gz,dfe_ks2,ks2_tables_2018
performance/2018-19/*_ks2final.csv.gz,dfe_ks2,ks2_tables_2019
*/2009-10/england_ks4.csv*,dfe_ks4,ks4_tables_2010
*derived/ks4_perf_2016.csv*,dfe_ks4,ks4_derived_2016
*derived/ks4_perf_201[78].csv*,dfe_ks4,ks4_derived
performance/2015-16/england_ks4_provisional_v1.csv.gz,dfe_ks4,ks4_provisional_2016_first
performance/2015-16/england_ks4_provisional_v2.csv.gz,dfe_ks4,ks4_provisional_2016_reissue
peterborough/2015-16/england_ks4_provisional.d3b74e4f7f.csv,dfe_ks4,ks4_provisional_2016_first
peterborough/2015-16/england_ks4_provisional.ea22ea10d0.csv,dfe_ks4,ks4_provisional_2016_reissue
*/2016-17/england_ks4provisional.csv*,dfe_ks4,ks4_provisional_2017
*/2017-18/england_ks4provisional.csv*,dfe_ks4,ks4_provisional_2018
performance/2016-17/*_ks4final.csv.gz,dfe_ks4,ks4_tables_2017
performance/2017-18/*_ks4final.csv.gz,dfe_ks4,ks4_tables_2018
*/2023-24/ees_ks4_school_info_202324.csv*,dfe_ks4,ks4_ees_information_2024
*/2020-21/england_ks4-ebacc-entries.csv*,dfe_ks4_entries,ks4_entries_2021
performance/2024-25/england_ks4underlying_1.xlsx,dfe_ks4_entries,ks4_entries_2025
peterborough/2009-10/england_ks5.csv,dfe_ks5,ks5_tables_2010
peterborough/2010-11/england_ks5.csv,dfe_ks5,ks5_tables_2011
peterborough/2011-12/england_ks5.csv,dfe_ks5,ks5_tables_2012
peterborough/2012-13/england_ks5.csv,dfe_ks5,ks5_tables_2013
peterborough/201[34]-1[45]/england_ks5.csv,dfe_ks5,ks5_tables_2014
peterborough/2015-16/england_ks5.csv,dfe_ks5,ks5_tables_2016
peterborough/2016-17/england_ks5final.csv,dfe_ks5,ks5_tables_2017
performance/2016-17/england_ks2-mats-performance.csv,dfe_trusts,trusts_ks2_2017
performance/2016-17/england_ks4-mats-performance.csv,dfe_trusts,trusts_ks4_2017
performance/2018-19/england_ks2-mats-performance.csv.gz,dfe_trusts,trusts_ks2_2019
performance/2018-19/england_ks4-mats-performance.csv,dfe_trusts,trusts_ks4_2019
performance/2021-22/england_ks4-mats-performance.csv.gz,dfe_trusts,trusts_ks4_2022
performance/2023-24/england_ks2-mats-performance.csv.gz,dfe_trusts,trusts_ks2_2024
performance/2023-24/england_ks4-mats-performance.csv.gz,dfe_trusts,trusts_ks4_2024
peterborough/2010-11/england_swf.csv,dfe_workforce,workforce_2011
peterborough/201[1234]-1[2345]/england_swf.csv,dfe_workforce,workforce_2012
*/2015-16/england_swf.csv*,dfe_workforce,workforce_2016
*/2016-17/england_swf.csv*,dfe_workforce,workforce_2017
peterborough/2017-18/england_swf.csv,dfe_workforce,workforce_2018
peterborough/2018-19/england_swf.csv,dfe_workforce,workforce_2019
peterborough/2020-21/england_swf.csv,dfe_workforce,workforce_2019
gias/edubaseallacademiesandfree_*_nonames.csv.gz,gias,gias_academies
peterborough/gias/academies_and_free_*.csv,gias,gias_academies
gias/gias_2021_936_full_columns_nonames.csv.gz,gias,gias_full
gias/allgroupsdata_2026-08-21_nonames.csv.gz,gias_groups,gias_groups_2026
*gias/grouplinks_*.csv*,gias_group_links,gias_group_links
*gias/links_*.csv*,gias_links,gias_links
*ofsted/ofsted_ratings_history_2005*.csv*,ofsted_history,ofsted_history_2020
ofsted/ofsted_inspections_outcomes_2023-08-31_west_midlands.csv.gz,ofsted_mi,ofsted_mi_2023_resaved
ofsted/ofsted_mi_2013-07-31_provisional.zip,ofsted_mi,ofsted_mi_2013_07
ofsted/ofsted_mi_2015-05-31.xlsx,ofsted_mi,ofsted_mi_2015
ofsted/ofsted_mi_latest_2026-02-28_leeds_only.csv,ofsted_mi,ofsted_mi_2026_judgement
peterborough/ofsted/ofsted_mi_2013-0[45]-3?.csv,ofsted_mi,ofsted_mi_2013_04
peterborough/ofsted/ofsted_mi_2013-07-31.csv,ofsted_mi,ofsted_mi_2013_07
peterborough/ofsted/ofsted_mi_2013-09-30.csv,ofsted_mi,ofsted_mi_2013_09
peterborough/ofsted/ofsted_mi_2013-11-30.csv,ofsted_mi,ofsted_mi_2013_11
peterborough/ofsted/ofsted_mi_2013-12-31.csv,ofsted_mi,ofsted_mi_2013_12
peterborough/ofsted/ofsted_mi_2014-05-31.csv,ofsted_mi,ofsted_mi_2014_05
peterborough/ofsted/ofsted_mi_2014-12-31.csv,ofsted_mi,ofsted_mi_2014_12
peterborough/ofsted/ofsted_mi_2015-0[25]-*.csv,ofsted_mi,ofsted_mi_2015
ofsted/england_ofsted-schools_2018-07-31.xlsx,ofsted_outcomes,ofsted_outcomes_2018
peterborough/ofsted/ofsted_schools_2018-07-31.csv,ofsted_outcomes,ofsted_outcomes_2018
*/england_school_information.csv,school_information,school_information_2019
school_information/school_information_20*.xlsx,school_information,school_information_2019
peterborough/2015-16/england_spine.csv,school_spine,school_spine_2016
*/2016-17/england_spine.*,school_spine,school_spine_2017
*/2017-18/england_spine.*,school_spine,school_spine_2018
"""

# Rows of the files that the index gives none for, as a spreadsheet program or `wc` counts them.
NOT_INDEXED = {
    "ofsted/ofsted_mi_2013-07-31_provisional.zip": 21322,
    "performance/2016-17/england_spine.xlsx": 26328,
    "performance/2017-18/england_spine.xlsx": 26078,
    "performance/2023-24/ees_ks4_school_info_202324.csv.gz": 5709,
    "school_information/school_information_2018-19.xlsx": 26166,
}

# Rows left out: file, line, what is said. A name with a comma outside quotation marks, and a number that is none.
LEFT_OUT = {
    "performance/2016-17/england_ks4-mats-performance.csv": (37, "too many fields: 36, where the header has 35"),
    "performance/2023-24/england_ks4-mats-performance.csv.gz": (157, "'16752X' is not a whole number"),
}

# file, source, what the refusal says
REFUSED = [
    ("traps/edubasealldata_is_really_json_error.csv", "gias", "it is a JSON document"),
    ("traps/edubaseallstatefunded_is_really_html_404.csv", "gias", "it is a web page"),
    ("traps/england_ks4_2014-15_header_only.csv", "dfe_ks4", "a header of 552 columns and no data rows"),
    (
        "samples_transcribed/ks2final_2024-25_919_header_only.csv",
        "dfe_ks2",
        "a header of 311 columns and no data",
    ),
]


def layouts() -> list[tuple[str, str, str]]:
    return [(files, source, layout) for files, source, layout in csv.reader(LAYOUTS.splitlines())]


def indexed(real_data: Path) -> dict[str, dict[str, str]]:
    """The lines of the index that name a source, by file."""
    with (real_data / "releases.csv").open(encoding="utf-8", newline="") as index:
        return {row["file"]: row for row in csv.DictReader(index) if row["source"]}


@pytest.mark.parametrize(("files", "source", "layout"), layouts())
def test_a_real_file_is_accepted(real_data: Path, files: str, source: str, layout: str) -> None:
    matching = {file: row for file, row in indexed(real_data).items() if fnmatch(file, files)}
    assert matching
    for file, row in matching.items():
        read = read_release(real_data / file, source)
        assert (file, row["source"], read.layout) == (file, source, layout)
        assert tuple(read.frame.columns) == ("_line", *load_sources()[source].columns)
        said = LEFT_OUT.get(file)
        assert [fault.line for fault in read.rejected] == ([said[0]] if said else []), file
        assert all(said and said[1] in fault.message for fault in read.rejected), file
        extra = read.rows + len(read.rejected) - int(row["rows"] or NOT_INDEXED[file])
        assert extra in ({0, 1, 2, 3} if file.startswith("peterborough/") else {0}), file
        for name in load_sources()[source].columns:
            assert read.frame[name].map(lambda cell: cell is None or isinstance(cell, str)).all(), (file, name)


def test_every_indexed_file_has_one_layout_that_it_must_have(real_data: Path) -> None:
    for file in indexed(real_data):
        assert [files for files, _, _ in layouts() if fnmatch(file, files)], file
        assert len([files for files, _, _ in layouts() if fnmatch(file, files)]) == 1, file


@pytest.mark.parametrize(("file", "source", "said"), REFUSED)
def test_a_file_that_is_no_such_table_is_refused(real_data: Path, file: str, source: str, said: str) -> None:
    with pytest.raises(FileRefused) as caught:
        read_release(real_data / file, source)
    assert said in caught.value.faults[0].message


def test_a_publisher_s_description_of_columns_is_no_table_of_any_source(real_data: Path) -> None:
    for path in sorted((real_data / "meta").rglob("*.csv")):
        for source in load_sources():
            with pytest.raises(FileRefused):
                open_release(path, source)


def test_the_hand_copied_rows_of_the_census_of_2025_are_accepted(real_data: Path) -> None:
    read = read_release(real_data / "samples_transcribed/england_census_2024-25_header_plus_rows.csv", "dfe_census")
    assert (read.layout, read.rows) == ("census_2022", 6)
    aldgate = read.frame.set_index("urn").loc["100000"]
    assert aldgate[["estab", "pupils", "eal_pct", "fsm_pupils", "fsm_ever_pct"]].tolist() == [
        "3614",
        "249",
        "60.20%",
        "58",
        "24.88%",
    ]


def test_entries_of_2025_are_stored_in_percent(real_data: Path) -> None:
    """St Bernard's in Barrow: 0.193 in the workbook."""
    path = real_data / "performance/2024-25/england_ks4underlying_1.xlsx"
    frame = read_release(path, "dfe_ks4_entries").frame.set_index("urn")
    assert frame.loc["148702", "ebacc_entry_pct"] == "19.3"


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
