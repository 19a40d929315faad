"""Faults in the form of a comma-separated file, each with its line and column."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from school_support.sources.contract import load_sources
from school_support.sources.reader import FileRefused, read_release

Deliver = Callable[..., Path]
Refuse = Callable[..., FileRefused]


ABSENCE = (
    "LA,ESTAB,URN,PERCTOT,PPERSABS10\r\n874,2215,110683,4.6,9.2\r\n874,2223,110691,5.1,SUPP\r\nNAT,PRI,,4.0,8.3\r\n"
)
PROVISIONAL = (
    "RECTYPE,LEA,ESTAB,URN,SCHNAME,ICLOSE,NFTYPE,TPUP,ATT8SCR,P8PUP,TP8ADJ,P8MEA,P8CILOW,P8CIUPP,P8MEA_ORIG,"
    "P8CILOW_ORIG,P8CIUPP_ORIG,PTL2BASICS_94,PTL2BASICS_95,EBACCAPS,PTEBACC_E_PTQ_EE,PTEBACC_94,PTEBACC_95,"
    "PT5EM_94,P8_BANDING\r\n"
    "1,874,5405,110899,Fen School,0,FD,290,41.6,260,2.00,0.00,-0.15,0.15,0.00,-0.16,0.15,52%,29%,3.67,36%,"
    "19%,12%,48%,3\r\n"
)


def test_an_empty_file_is_refused(refuse: Refuse) -> None:
    for content in (b"", b"\r\n \r\n", b"\xef\xbb\xbf"):
        assert refuse(content, "dfe_absence").faults[0].message == "The file is empty."


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            "<!DOCTYPE html>\n<html><head><title>404 Not found</title></head></html>",
            "a web page (HTML or XML)",
        ),
        ('{"code":"error.IOerror.download.extract","message":"Unexpected error"}', "a JSON document"),
        (b"%PDF-1.7\n", "a PDF document"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel workbook (.xls)"),
        (ABSENCE.encode("utf-16"), "text in UTF-16"),
    ],
)
def test_something_else_saved_as_csv_is_named(refuse: Refuse, content: str | bytes, said: str) -> None:
    refusal = refuse(content, "dfe_absence")
    assert refusal.count == 1
    assert said in refusal.faults[0].message


def test_a_header_without_rows_is_refused_under_its_layout(refuse: Refuse) -> None:
    refusal = refuse("LA,ESTAB,URN,PERCTOT,PPERSABS10\r\n", "dfe_absence")
    assert refusal.layout == "absence_2017"
    assert refusal.faults[0].message == "The file has a header of 5 columns and no data rows."


def test_unknown_missing_and_doubled_columns_are_named_with_the_nearest_layout(refuse: Refuse) -> None:
    refusal = refuse("LA,ESTAB,URN,URN,PERCTOTAL,PPERSABS10\r\n874,2215,110683,110683,4.6,9.2\r\n", "dfe_absence")
    assert [(fault.line, fault.column) for fault in refusal.faults] == [
        (1, "URN"),
        (1, "PERCTOT"),
        (1, "PERCTOTAL"),
    ]
    assert [fault.message for fault in refusal.faults] == [
        "The column stands more than once in the header.",
        "The column is missing, which layout absence_2017 (the nearest of dfe_absence) has.",
        "The column is not known to layout absence_2017 (the nearest of dfe_absence).",
    ]
    assert refusal.layout is None


def test_a_header_of_another_world_is_one_fault(refuse: Refuse) -> None:
    refusal = refuse("a,b,c\r\n1,2,3\r\n", "dfe_absence")
    assert [fault.message for fault in refusal.faults] == [
        "The header of 3 columns has none in common with any layout of dfe_absence."
    ]
    refusal = refuse("URN,a,b,c,d,e\r\n1,2,3,4,5,6\r\n", "dfe_absence")
    assert [fault.message for fault in refusal.faults] == [
        "The header of 6 columns fits no layout of dfe_absence; the nearest, absence_2017, has 5 columns, "
        "of which 1 are here."
    ]


def test_another_separator_is_named(refuse: Refuse) -> None:
    fault = refuse(ABSENCE.replace(",", "\t"), "dfe_absence").faults[0]
    assert fault.message == "The columns are separated by tabs, where commas are expected."


def test_a_nul_byte_is_refused_with_its_place(refuse: Refuse) -> None:
    fault = refuse(ABSENCE.replace("5.1", "5\0001"), "dfe_absence").faults[0]
    # Line 1 is 33 bytes with its end, line 2 25, and 17 bytes of line 3 stand before the NUL.
    assert (fault.line, fault.message) == (
        3,
        "There is a NUL byte at offset 75; the file is damaged or is not text.",
    )


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["no mark", "byte order mark"])
def test_bytes_that_are_no_text_are_refused_with_their_place(refuse: Refuse, mark: bytes) -> None:
    fault = refuse(mark + ABSENCE.encode().replace(b"110691", b"11\x9291"), "dfe_absence").faults[0]
    assert fault.line == 3
    assert fault.message == f"The byte 0x92 at offset {69 + len(mark)} is not text in UTF-8."


def test_windows_1252_is_read_where_the_contract_has_it(deliver: Deliver) -> None:
    links = b'"URN","LinkURN","LinkName","LinkType","LinkEstablishedDate"\n110601,147892,"St Mary\x92s","Other",""\n'
    assert read_release(deliver(links), "gias_links").frame.loc[0, "link_name"] == "St Mary\u2019s"


def test_windows_1252_has_bytes_that_are_no_text_either(refuse: Refuse) -> None:
    links = b"URN,LinkURN,LinkName,LinkType,LinkEstablishedDate\n110601,147892,St Mary\x92s \x81,Other,\n"
    fault = refuse(links, "gias_links").faults[0]
    assert (fault.line, fault.message) == (
        2,
        "The byte 0x81 at offset 74 is not text in UTF-8 or Windows-1252.",
    )


def test_a_file_marked_as_utf_8_is_read_as_nothing_else(refuse: Refuse) -> None:
    links = b"\xef\xbb\xbfURN,LinkURN,LinkName,LinkType,LinkEstablishedDate\n110601,147892,St Mary\x92s,Other,\n"
    fault = refuse(links, "gias_links").faults[0]
    assert (fault.line, fault.message) == (2, "The byte 0x92 at offset 74 is not text in UTF-8.")


def test_too_many_and_too_few_fields_are_refused(refuse: Refuse) -> None:
    content = ABSENCE + "874,2225,110692,5.1\r\n874,2226,110693,5.1,8,8\r\n874,2227,110694,3.2,5\r\n"
    refusal = refuse(content, "dfe_absence")
    assert [(fault.line, fault.message) for fault in refusal.faults] == [
        (5, "The record has too few fields: 4, where the header has 5."),
        (6, "The record has too many fields: 6, where the header has 5."),
    ]


def test_a_last_record_that_was_cut_off_is_called_that(refuse: Refuse) -> None:
    refusal = refuse(ABSENCE[:-8], "dfe_absence")
    assert refusal.count == 1
    assert (refusal.faults[0].line, refusal.faults[0].message) == (
        4,
        "The file seems cut off: its last record has 4 of 5 fields and no line end.",
    )


def test_a_file_without_a_last_line_end_is_whole_if_its_record_is(deliver: Deliver) -> None:
    assert read_release(deliver(ABSENCE.removesuffix("\r\n")), "dfe_absence").rows == 3


def test_a_file_cut_off_inside_quotes_is_called_that(refuse: Refuse) -> None:
    links = 'URN,LinkURN,LinkName,LinkType,LinkEstablishedDate\n110601,147892,Fen School,Other,\n110602,147893,"Hig'
    fault = refuse(links, "gias_links").faults[0]
    assert fault.line == 3
    assert fault.message.startswith("The file ends inside a quoted value of the record that begins here")


def test_text_behind_a_closing_quote_is_refused(refuse: Refuse) -> None:
    links = 'URN,LinkURN,LinkName,LinkType,LinkEstablishedDate\n110601,147892,"Fen" School,Other,\n'
    fault = refuse(links, "gias_links").faults[0]
    assert fault.line == 2
    assert fault.message.startswith("The record that begins here is not comma-separated text")


def test_lines_are_counted_where_a_quoted_value_spans_two(deliver: Deliver) -> None:
    links = (
        'URN,LinkURN,LinkName,LinkType,LinkEstablishedDate\n110601,147892,"Fen\nSchool",Other,\n110602,147893,,Other,\n'
    )
    assert read_release(deliver(links), "gias_links").frame["_line"].tolist() == [2, 4]


def test_short_records_are_padded_where_the_publisher_cuts_them(deliver: Deliver) -> None:
    content = PROVISIONAL + "1,874,4000,145000,New School,0,F\r\n5,\r\n"
    read = read_release(deliver(content), "dfe_ks4")
    assert read.rows == 3
    assert read.frame.loc[1, ["school_type", "pupils", "progress8"]].tolist() == ["F", "", ""]
    assert read.frame.loc[2, ["rectype", "la_code", "ebacc_entry_pct"]].tolist() == ["5", "", ""]


def test_a_short_last_record_without_line_end_was_cut_off_even_there(refuse: Refuse) -> None:
    fault = refuse(PROVISIONAL + "1,874,4000,145000,New School,0,F", "dfe_ks4").faults[0]
    assert (fault.line, fault.message) == (
        3,
        "The file seems cut off: its last record has 7 of 25 fields and no line end.",
    )


def test_a_record_shorter_than_any_seen_is_refused_even_there(refuse: Refuse) -> None:
    fault = refuse(PROVISIONAL + "1\r\n", "dfe_ks4").faults[0]
    assert (fault.line, fault.message) == (3, "The record has too few fields: 1, where the header has 25.")


def test_the_last_row_of_a_final_table_may_lack_its_one_empty_field(deliver: Deliver) -> None:
    # The row for England in the 2017/18 tables: 495 of 496 fields and no line end.
    layout = next(layout for layout in load_sources()["dfe_ks4"].layouts if layout.layout == "ks4_tables_2018")
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(layout.headers)
    writer.writerow(["7"] + [""] * 494)
    assert read_release(deliver(text.getvalue().removesuffix("\r\n")), "dfe_ks4").rows == 1


def test_blank_lines_at_the_end_are_left_out_and_others_refused(deliver: Deliver, refuse: Refuse) -> None:
    assert read_release(deliver(ABSENCE + "\r\n,,,,\r\n ,,,,\r\n"), "dfe_absence").rows == 3
    refusal = refuse(ABSENCE + "\r\n,,,,\r\n874,2225,110692,5.1,8\r\n", "dfe_absence")
    assert [(fault.line, fault.message) for fault in refusal.faults] == [
        (5, "The line is blank, and lines with data follow it."),
        (6, "The line is blank, and lines with data follow it."),
    ]
