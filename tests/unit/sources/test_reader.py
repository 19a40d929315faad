"""Reading a release: what comes back, and what a refusal says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from school_support.sources.contract import ContractError
from school_support.sources.reader import FileRefused, read_release

Deliver = Callable[..., Path]
Refuse = Callable[..., FileRefused]


ABSENCE = "LA,ESTAB,URN,PERCTOT,PPERSABS15\r\n874,2215,110683, 4.60 ,3.2\r\nNAT,PRI,,4.0,SUPP\r\n"
FIRST_ISSUE = (
    "RECTYPE,LEA,ESTAB,URN,NFTYPE,TPUP,ATT8SCR,P8MEA,P8CILOW,P8CIUPP,PTEBACC_E_PTQ_EE,PTEBACC_PTQ_EE,"
    "PTL2BASICS_LL_PTQ_EE\n"
    "1,874,5417,136266,ACC,258,54.1,0.14,0.01,0.27,0.45,0.33,0.825\n"
    "1,874,4003,139082,F,,,,,,1,0,0\n"
    "1,201,6007,100003,IND,,NA,NA,NA,NA,NA,NA,SUPP\n"
)


def test_all_canonical_columns_come_back_in_order_as_delivered(deliver: Deliver) -> None:
    read = read_release(deliver(ABSENCE), "dfe_absence")
    assert (read.layout, read.rows) == ("absence_2012", 2)
    assert list(read.frame.columns) == [
        "_line",
        "la_code",
        "estab",
        "urn",
        "overall_absence_pct",
        "persistent_absence_10_pct",
        "persistent_absence_15_pct",
        "laestab",
        "enrolments",
        "unauthorised_absence_pct",
        "time_period",
        "time_identifier",
        "geographic_level",
    ]
    lacking = [None] * 6
    assert read.frame.values.tolist() == [
        [2, "874", "2215", "110683", "4.60", None, "3.2", *lacking],
        [3, "NAT", "PRI", "", "4.0", None, "SUPP", *lacking],
    ]


def test_columns_in_another_order_are_refused_for_two_headers_may_have_changed_places(refuse: Refuse) -> None:
    refusal = refuse("LA,ESTAB,URN,PPERSABS10,PERCTOT\r\n874,2215,110683,9.2,4.6\r\n", "dfe_absence")
    assert [(fault.line, fault.column, fault.message) for fault in refusal.faults] == [
        (
            1,
            "PPERSABS10",
            "The column stands where layout absence_2017 (the nearest of dfe_absence) has 'PERCTOT'; its columns come in "
            "another order.",
        )
    ]


def test_fractions_are_stored_as_percentages_exactly(deliver: Deliver) -> None:
    frame = read_release(deliver(FIRST_ISSUE), "dfe_ks4").frame
    assert frame["ebacc_entry_pct"].tolist() == ["45", "100", "NA"]
    assert frame["english_maths_4_pct"].tolist() == ["82.5", "0", "SUPP"]
    assert frame["english_maths_5_pct"].tolist() == [None, None, None]
    assert frame["attainment8"].tolist() == ["54.1", "", "NA"]


def test_percentages_in_a_layout_of_fractions_are_refused(refuse: Refuse) -> None:
    fault = refuse(FIRST_ISSUE.replace(",0.45,", ",45,"), "dfe_ks4").faults[0]
    assert (fault.line, fault.column, fault.value) == (2, "PTEBACC_E_PTQ_EE", "45")


def test_grade_5_of_2016_is_stored_as_what_it_is(deliver: Deliver) -> None:
    header = (
        "URN,KS4 Pupils,KS4 Boys,KS4 Girls,Progress 8,Progress 8 Boys,Progress 8 Girls,Attainment 8,"
        "Attainment 8 Boys,Attainment 8 Girls,Eng Maths Grade 5,Entering EBacc,EBacc Avg Score,"
        "EBacc Avg Boys,EBacc Avg Girls,EBacc Grade 5,Progress 8 Band,P8 Desc,Academic Year\n"
    )
    row = "136266,258,119,139,0.13,-0.04,0.28,54.2,51.4,56.6,82%,45%,,,,33%,,,{year}\n"
    measures = ["english_maths_4_pct", "english_maths_5_pct"]
    frame = read_release(deliver(header + row.format(year=2016)), "dfe_ks4").frame
    assert frame.loc[0, measures].tolist() == ["82%", None]
    frame = read_release(deliver(header + row.format(year=2017)), "dfe_ks4").frame
    assert frame.loc[0, measures].tolist() == [None, "82%"]


def test_columns_about_people_are_never_kept(deliver: Deliver) -> None:
    header = (
        "URN,LA (code),LA (name),EstablishmentNumber,EstablishmentName,TypeOfEstablishment (name),"
        "EstablishmentStatus (name),ReasonEstablishmentOpened (name),OpenDate,PhaseOfEducation (name),"
        "StatutoryLowAge,StatutoryHighAge,Boarders (name),OfficialSixthForm (name),Gender (name),"
        "ReligiousCharacter (name),AdmissionsPolicy (name),UKPRN,Street,Locality,Address3,Town,County (name),"
        "Postcode,SchoolWebsite,GOR (name),ParliamentaryConstituency (code),ParliamentaryConstituency (name),"
        "HeadLastName\n"
    )
    row = (
        "135263,874,Peterborough,6905,Fen Academy,Academy Sponsor Led,Open,New Provision,10-09-2007,"
        "Secondary,11,19,No Boarders,,Mixed,,,10021035,,,,,,,,,,,Invented\n"
    )
    frame = read_release(deliver(header + row), "gias").frame
    assert "Invented" not in frame.values.ravel().tolist()
    assert frame.loc[0, ["urn", "open_date", "close_date"]].tolist() == ["135263", "10-09-2007", None]


def test_a_refusal_names_file_layout_lines_and_what_to_do(deliver: Deliver) -> None:
    path = deliver(ABSENCE.replace("4.60", "x"), "0f3a9c")
    with pytest.raises(FileRefused) as caught:
        read_release(path, "dfe_absence", "england_abs.csv")
    assert str(caught.value) == (
        "england_abs.csv, taken for layout absence_2012, was refused and nothing of it was loaded. "
        "line 2, URN 110683, column 'PERCTOT': 'x' is not a number, nor one of the codes SUPP. "
        "Take the file from its publisher again, or correct the source's contract if the publisher has "
        "changed the layout."
    )
    assert caught.value.layout == "absence_2012"


def test_all_faults_are_counted_and_the_first_fifty_kept(refuse: Refuse) -> None:
    rows = "".join(f"874,{2000 + n},{110000 + n},x,3.2\r\n" for n in range(120))
    refusal = refuse(f"LA,ESTAB,URN,PERCTOT,PPERSABS15\r\n{rows}874,2900,110900,4.6,\r\n", "dfe_absence")
    assert refusal.count == 121
    assert [fault.line for fault in refusal.faults] == list(range(2, 52))
    assert "More faults: 116." in str(refusal)


def test_faults_of_several_columns_come_in_the_order_of_the_file(refuse: Refuse) -> None:
    content = "LA,ESTAB,URN,PERCTOT,PPERSABS15\r\n874,2215,110683,4.6,y\r\n874,2216,110684,x,3.2\r\n"
    assert [(fault.line, fault.column) for fault in refuse(content, "dfe_absence").faults] == [
        (2, "PPERSABS15"),
        (3, "PERCTOT"),
    ]


def test_a_long_value_is_cut_in_the_message(refuse: Refuse) -> None:
    fault = refuse(ABSENCE.replace("4.60", "9" * 70 + "x"), "dfe_absence").faults[0]
    assert fault.message.startswith(f"'{'9' * 60}'... is not a number")


def test_a_source_without_a_contract_is_an_error_of_the_caller(deliver: Deliver) -> None:
    with pytest.raises(ContractError, match="no contract for source 'dfe_ks7'; there are dfe_absence, dfe_census"):
        read_release(deliver(ABSENCE), "dfe_ks7")
