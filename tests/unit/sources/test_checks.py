"""Values and keys that a contract does not allow, each with line, column and value."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from school_support.sources.contract import load_sources
from school_support.sources.reader import FileRefused, read_release

Deliver = Callable[..., Path]
Refuse = Callable[..., FileRefused]


ABSENCE = "LA,ESTAB,URN,PERCTOT,PPERSABS10\r\n874,2215,110683,4.6,9.2\r\n"
LINKS = "URN,LinkURN,LinkName,LinkType,LinkEstablishedDate\n"
DERIVED_2018 = {"URN": "137082", "KS4 Pupils": "169", "Eng Maths Grade 5": "28%", "Academic Year": "2018"}


def table(source: str, layout_name: str, *rows: Mapping[str, str]) -> str:
    """A file with the whole header of a layout; cells that are not given are blank."""
    layout = next(layout for layout in load_sources()[source].layouts if layout.layout == layout_name)
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, layout.headers)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


@pytest.mark.parametrize(
    ("row", "column", "value", "message"),
    [
        ("874,2223,11069x,5.1,8", "URN", "11069x", "'11069x' is not a whole number."),
        ("874,2223,110691.0,5.1,8", "URN", "110691.0", "'110691.0' is not a whole number."),
        ("874,2223,11069,5.1,8", "URN", "11069", "'11069' lies outside 100000 to 999999."),
        (
            "874,2223,110691,5.1.1,8",
            "PERCTOT",
            "5.1.1",
            "'5.1.1' is not a number, nor one of the codes SUPP.",
        ),
        ("874,2223,110691,5%,8", "PERCTOT", "5%", "'5%' is not a number, nor one of the codes SUPP."),
        ("874,2223,110691,NE,8", "PERCTOT", "NE", "'NE' is not a number, nor one of the codes SUPP."),
        ("874,2223,110691,supp,8", "PERCTOT", "supp", "'supp' is not a number, nor one of the codes SUPP."),
        ("874,2223,110691,,8", "PERCTOT", "", "The value is missing."),
        ("874,2223,110691, ,8", "PERCTOT", "", "The value is missing."),
        (
            "874,2223,110691,5.1,100.1",
            "PPERSABS10",
            "100.1",
            "'100.1' lies outside 0 to 100, nor one of the codes SUPP.",
        ),
        (
            "874,2223,110691,5.1,-1",
            "PPERSABS10",
            "-1",
            "'-1' lies outside 0 to 100, nor one of the codes SUPP.",
        ),
    ],
)
def test_a_number_that_is_none_or_lies_outside(refuse: Refuse, row: str, column: str, value: str, message: str) -> None:
    refusal = refuse(f"{ABSENCE}{row}\r\n", "dfe_absence")
    assert refusal.count == 1
    fault = refusal.faults[0]
    assert (fault.line, fault.column, fault.value, fault.message) == (3, column, value, message)


@pytest.mark.parametrize(
    ("date", "message"),
    [
        ("2019-04-01", "'2019-04-01' is not a date written dd-mm-yyyy."),
        ("04/01/2019", "'04/01/2019' is not a date written dd-mm-yyyy."),
        ("1-4-2019", "'1-4-2019' is not a date written dd-mm-yyyy."),
        (
            "04-25-2019",
            "'04-25-2019' is no day of the calendar, read as dd-mm-yyyy; day and month may have changed places in the file.",
        ),
        ("30-02-2019", "'30-02-2019' is no day of the calendar, read as dd-mm-yyyy."),
        ("01-04-2219", "'01-04-2219' lies outside 1800-01-01 to 2100-12-31."),
    ],
)
def test_a_date_in_another_order_or_form_or_impossible(refuse: Refuse, date: str, message: str) -> None:
    refusal = refuse(f"{LINKS}110601,147892,Fen School,Successor,{date}\n", "gias_links")
    fault = refusal.faults[0]
    assert (refusal.count, fault.line, fault.column) == (1, 2, "LinkEstablishedDate")
    assert (fault.value, fault.message) == (date, message)


def test_a_word_that_is_not_on_the_closed_list(refuse: Refuse) -> None:
    fault = refuse(f"{LINKS}110601,147892,Fen School,Cousin,\n", "gias_links").faults[0]
    assert (fault.line, fault.column, fault.value) == (2, "LinkType", "Cousin")
    assert fault.message.startswith("'Cousin' is not one of Successor, Successor - merged,")


@pytest.mark.parametrize("value", ["0.42", "42", "104%", "-1%"])
def test_a_percentage_without_its_sign_or_outside_0_to_100(refuse: Refuse, value: str) -> None:
    content = table("dfe_ks4", "ks4_derived", {**DERIVED_2018, "Entering EBacc": value})
    fault = refuse(content, "dfe_ks4").faults[0]
    assert (fault.line, fault.column, fault.value) == (2, "Entering EBacc", value)


def test_codes_stand_where_values_do(deliver: Deliver) -> None:
    school = {"RECTYPE": "1", "LEA": "874", "ESTAB": "2215", "URN": "110683", "SCHNAME": "Fen School"}
    content = table("dfe_ks2", "ks2_tables_2018", {**school, "TELIG": "4", "PTRWM_EXP": "SUPP", "READPROG": "LOWCOV"})
    frame = read_release(deliver(content), "dfe_ks2").frame
    measures = ["rwm_expected_pct", "reading_progress", "writing_progress"]
    assert frame.loc[0, measures].tolist() == [
        "SUPP",
        "LOWCOV",
        "",
    ]


def test_a_code_of_another_publisher_is_refused(refuse: Refuse) -> None:
    content = table("dfe_ks2", "ks2_tables_2018", {"RECTYPE": "4", "PTRWM_EXP": "z"})
    fault = refuse(content, "dfe_ks2").faults[0]
    assert fault.message == (
        "'z' is not a percentage written with its sign, such as 63%, nor one of the codes "
        "SUPP, NE, NA, NP, NEW, LOWCOV."
    )


def test_a_school_that_stands_twice(refuse: Refuse) -> None:
    refusal = refuse(f"{ABSENCE}874,2223,110691,5,8\r\n874,2215,110683,4.7,9.1\r\n", "dfe_absence")
    fault = refusal.faults[0]
    assert (refusal.count, fault.line, fault.column, fault.value) == (
        1,
        4,
        "LA + ESTAB + URN",
        "874 + 2215 + 110683",
    )
    assert fault.message == "LA 874, ESTAB 2215, URN 110683 stands on line 2 already."


def test_a_row_for_england_that_stands_twice(refuse: Refuse) -> None:
    content = table("dfe_ks2", "ks2_tables_2018", {"RECTYPE": "4"}, {"RECTYPE": "5"}, {"RECTYPE": "4"})
    fault = refuse(content, "dfe_ks2").faults[0]
    assert fault.line == 4
    assert fault.message == "RECTYPE 4, LEA (blank), URN (blank) stands on line 2 already."


SPINE = {
    "URN": "141353", "LA": "878", "ESTAB": "2044", "SCHNAME": "Gate School", "ICLOSE": "1",
    "MINORGROUP": "Academy", "NFTYPE": "Academy sponsor led mainstream", "ISPRIMARY": "1", "ISSECONDARY": "0",
    "ISPOST16": "0", "AGEL": "4", "AGEH": "11",
}  # fmt: skip


def test_a_row_repeated_whole_passes_only_where_the_publisher_does_that(deliver: Deliver, refuse: Refuse) -> None:
    twice = table("school_spine", "school_spine_2017", SPINE, SPINE)
    assert read_release(deliver(twice), "school_spine").rows == 2
    twice = table("school_spine", "school_spine_2018", SPINE, SPINE)
    assert refuse(twice, "school_spine").faults[0].message == "URN 141353 stands on line 2 already."


def test_a_repeated_row_that_says_something_else_is_refused_everywhere(refuse: Refuse) -> None:
    content = table("school_spine", "school_spine_2017", SPINE, {**SPINE, "ICLOSE": "2"})
    fault = refuse(content, "school_spine").faults[0]
    assert (fault.line, fault.message) == (3, "URN 141353 stands on line 2 already.")


def test_whole_numbers_that_a_tool_wrote_with_a_decimal_are_put_right(deliver: Deliver) -> None:
    content = table(
        "ofsted_mi",
        "ofsted_mi_2023_resaved",
        {
            "URN": "103120.0",
            "LAESTAB": "3301001.0",
            "School name": "Green School",
            "Ofsted phase": "Nursery",
            "Type of education": "LA Nursery School",
            "Local authority": "Birmingham",
            "Overall effectiveness": "2.0",
            "Inspection start date": "21/01/2015",
        },
    )
    frame = read_release(deliver(content), "ofsted_mi").frame
    assert frame.loc[0, ["urn", "laestab", "overall_effectiveness"]].tolist() == ["103120", "3301001", "2"]


def test_a_year_that_the_first_row_does_not_have_is_refused(refuse: Refuse) -> None:
    content = table("dfe_ks4", "ks4_derived", DERIVED_2018, {**DERIVED_2018, "URN": "137880", "Academic Year": "2016"})
    fault = refuse(content, "dfe_ks4").faults[0]
    assert (fault.line, fault.column, fault.value) == (3, "Academic Year", "2016")


def test_a_year_that_no_layout_has_is_refused(refuse: Refuse) -> None:
    fault = refuse(table("dfe_ks4", "ks4_derived", {**DERIVED_2018, "Academic Year": "2031"}), "dfe_ks4").faults[0]
    assert (fault.line, fault.column) == (2, "Academic Year")
    assert fault.message == "'2031' is none of 2016, 2017, 2018, which tell layouts with these headers apart."


def test_null_and_blank_are_not_the_same_in_a_report_card_file(deliver: Deliver, refuse: Refuse) -> None:
    layout = next(layout for layout in load_sources()["ofsted_mi"].layouts if layout.layout == "ofsted_mi_2026_grade")
    school = dict.fromkeys(layout.headers, "NULL") | {
        "URN": "107809",
        "LAESTAB": "3832270",
        "School name": "Fen School",
        "Ofsted phase": "Primary",
        "Inspection start date": "06/01/2026",
        "Category of concern": "",
        "Inclusion": "Urgent improvement",
        "Safeguarding standards": "Not met",
        "Early years (where applicable)": "Not applicable",
    }
    frame = read_release(deliver(table("ofsted_mi", "ofsted_mi_2026_grade", school)), "ofsted_mi").frame
    assert frame.loc[
        0, ["card_category_of_concern", "category_of_concern", "card_inclusion", "card_early_years"]
    ].tolist() == ["", "NULL", "Urgent improvement", "Not applicable"]
    assert frame.loc[0, "previous_inspection_date"] is None
    school["Achievement"] = "Not applicable"
    fault = refuse(table("ofsted_mi", "ofsted_mi_2026_grade", school), "ofsted_mi").faults[0]
    assert (fault.column, fault.value) == ("Achievement", "Not applicable")


def test_more_rows_than_a_source_can_have_are_refused(refuse: Refuse) -> None:
    rows = "".join(f"110601,147892,,Other,{day:02d}-01-2019\n" for day in range(1, 31)) * 2_001
    refusal = refuse(LINKS + rows, "gias_links")
    assert refusal.faults[0].message == "The file has 60,030 rows, where layout gias_links has 1 to 60,000."
