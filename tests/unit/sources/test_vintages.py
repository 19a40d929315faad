"""Vintages of which no file of a publisher is at hand: a file made by hand in the layout, and a layout added by hand.

The header is the contract's own; of optional headers those that the row fills are there.
"""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from school_support.landing.people import without_people
from school_support.sources import contract
from school_support.sources.contract import Layout, load_sources
from school_support.sources.reader import FileRefused, read_release

Deliver = Callable[..., Path]
Refuse = Callable[..., FileRefused]

EES = {
    "time_period": "202425",
    "time_identifier": "Academic year",
    "geographic_level": "School",
    "country_code": "E92000001",
    "country_name": "England",
    "old_la_code": "874",
    "school_urn": "110691",
}
KS2_SCHOOL = {"RECTYPE": "1", "LEA": "874", "ESTAB": "2223", "URN": "110691", "SCHNAME": "Fen School", "NFTYPE": "CY"}
KS4_SCHOOL = {"RECTYPE": "1", "LEA": "874", "ESTAB": "4000", "URN": "137082", "SCHNAME": "Fen College", "NFTYPE": "AC"}
MI_SCHOOL = {
    "URN": "110691",
    "LAESTAB": "8742223",
    "School name": "Fen School",
    "Ofsted phase": "Primary",
    "Type of education": "Community School",
    "Local authority": "Peterborough",
}

# source, layout, a row by header as delivered, what is read of it by canonical column
VINTAGES: list[tuple[str, str, dict[str, str], dict[str, str]]] = [
    (
        "dfe_absence",
        "absence_ees",
        {**EES, "education_phase": "State-funded primary", "enrolments": "1,204", "sess_possible": "457000",
         "sess_overall_percent": "6.93412", "enrolments_pa_10_exact_percent": "18.75", "sess_unauthorised_percent": "c"},
        {"urn": "110691", "la_code": "874", "enrolments": "1204", "overall_absence_pct": "6.93412",
         "persistent_absence_10_pct": "18.75", "unauthorised_absence_pct": "c", "time_period": "202425"},
    ),
    (
        "dfe_census",
        "census_2022",
        {"URN": "100000", "LA": "201", "Estab": "3614", "SCHOOLTYPE": "State-funded primary", "NOR": "249",
         "PNORG": "45.0", "PSENELSE": "4.8", "PSENELK": "18.1", "PNUMEAL": "NA", "NUMFSM": "58", "NUMFSMEVER": "52",
         "PNUMFSMEVER": "24.9"},
        {"estab": "3614", "pupils": "249", "girls_pct": "45.0", "eal_pct": "NA", "fsm_pupils": "58", "fsm_ever_pct": "24.9"},
    ),
    (
        "dfe_destinations",
        "destinations_ees",
        {**EES, "breakdown_topic": "Total", "breakdown": "Total", "data_type": "Percentage", "cohort": "180",
         "overall": "94.4", "education": "86.1", "appren": "low", "all_work": "5.6", "all_notsust": "4.4"},
        {"ks4_pupils": "180", "ks4_sustained_pct": "94.4", "ks4_apprenticeship_pct": "low", "data_type": "Percentage"},
    ),
    (
        "dfe_exclusions",
        "exclusions_ees",
        {**EES, "education_phase": "State-funded secondary", "headcount": "1,150", "perm_excl": "2",
         "perm_excl_rate": "0.17", "suspension": "230", "susp_rate": "20", "one_plus_susp": "z", "one_plus_susp_rate": "x"},
        {"headcount": "1150", "suspensions": "230", "suspension_rate": "20", "suspended_pupils": "z",
         "permanent_exclusion_rate": "0.17"},
    ),
    (
        "dfe_exclusions",
        "exclusions_ees_2020",
        {**EES, "time_period": "201819", "education_phase": "State-funded secondary", "headcount": "1000",
         "perm_excl": "1", "perm_excl_rate": "0.1", "fixed_excl": "1200", "fixed_excl_rate": "120",
         "one_plus_fixed_excl": "300", "one_or_more_fixed_excl_rate": "30"},
        {"suspensions": "1200", "suspension_rate": "120", "suspended_pupils_rate": "30"},
    ),
    (
        "dfe_ks2",
        "ks2_tables_2025",
        {**KS2_SCHOOL, "TELIG": "30", "PTRWM_EXP": "63%", "READPROG": "NA", "PSENELE": "3%", "TOTPUPS": "NEW"},
        {"rwm_expected_pct": "63%", "reading_progress": "NA", "sen_plan_pct": "3%", "pupils_on_roll": "NEW"},
    ),
    (
        "dfe_ks2",
        "ks2_tables_2023",
        {**KS2_SCHOOL, "CONFEXAM": "R", "TELIG": "58", "PTRWM_EXP": "55%", "READPROG": "-1.2", "TELIG_22": "61",
         "READPROG_19": "0.3"},
        {"eligible_pupils": "58", "rwm_expected_pct": "55%", "reading_progress": "-1.2"},
    ),
    (
        "dfe_ks2",
        "ks2_tables_2016",
        {**KS2_SCHOOL, "TELIG": "45", "PTRWM_EXP": "53%", "READPROG": "LOWCOV", "TKS1AVERAGE": "15.9"},
        {"rwm_expected_pct": "53%", "reading_progress": "LOWCOV", "prior_attainment": "15.9"},
    ),
    (
        "dfe_ks2",
        "ks2_tables_2015",
        {**KS2_SCHOOL, "TELIG": "45", "PTREADWRITTAMATX": "80%", "PTREADWRITTAMAT4B": "69%", "PT2READ": "91%",
         "OVAMEAS": "100.3", "PTFSM6CLA1A": "SUPP"},
        {"rwm_level4_pct": "80%", "rwm_level4b_pct": "69%", "reading_two_levels_pct": "91%", "value_added": "100.3",
         "disadvantaged_pct": "SUPP"},
    ),
    (
        "dfe_ks2",
        "ks2_tables_2014",
        {**KS2_SCHOOL, "TELIG": "45", "PTREADWRITTAMATX": "78%", "PT2READ": "90%", "PT2WRITTA": "93%", "PT2MATH": "88%",
         "TOTPUPS": "320", "ICLOSE": "0"},
        {"rwm_level4_pct": "78%", "writing_two_levels_pct": "93%", "maths_two_levels_pct": "88%", "is_closed": "0"},
    ),
    (
        "dfe_ks2",
        "ks2_tables_2013",
        {**KS2_SCHOOL, "TELIG": "45", "PTREADWRITTAMATX": "75%", "PT2MATH12": "89%", "PTFSMCLA": "31%", "TAPS": "28.1"},
        {"rwm_level4_pct": "75%", "maths_two_levels_pct": "89%", "disadvantaged_pct": "31%", "average_points": "28.1"},
    ),
    (
        "dfe_ks2",
        "ks2_tables_2011",
        {**KS2_SCHOOL, "TELIG": "45", "PTENGMATX": "74%", "PT2ENG12": "84%", "EMVAMEAS": "99.8"},
        {"english_maths_level4_pct": "74%", "english_two_levels_pct": "84%", "value_added": "99.8"},
    ),
    (
        "dfe_ks2",
        "ks2_ees",
        {**EES, "breakdown_topic": "All pupils", "breakdown": "Total", "subject": "Reading, writing and maths",
         "expected_standard_pupil_percent": "62", "higher_standard_pupil_percent": "c", "progress_measure_score": "z"},
        {"urn": "110691", "subject": "Reading, writing and maths", "subject_expected_pct": "62",
         "subject_higher_pct": "c", "subject_progress": "z"},
    ),
    (
        "dfe_ks2",
        "ks2_ees_information",
        {**EES, "telig": "58", "ptfsm6cla1a": "24", "psenelk": "low", "tmobn": "55"},
        {"eligible_pupils": "58", "disadvantaged_pct": "24", "sen_support_pct": "low"},
    ),
    (
        "dfe_ks4",
        "ks4_tables_2022",
        {**KS4_SCHOOL, "TPUP": "180", "ATT8SCR": "46.1", "P8MEA": "-0.12", "PTL2BASICS_94": "61%", "KS2ASS": "103.2",
         "PSENE4": "3%", "ATT8SCR_22": "47.0", "P8_BANDING": "Average"},
        {"attainment8": "46.1", "progress8": "-0.12", "english_maths_4_pct": "61%", "ks2_average_scaled_score": "103.2",
         "sen_plan_pct": "3%"},
    ),
    (
        "dfe_ks4",
        "ks4_tables_2019",
        {**KS4_SCHOOL, "TPUP": "172", "ATT8SCR": "45.5", "P8MEA": "SUPP", "KS2APS": "28.9"},
        {"attainment8": "45.5", "progress8": "SUPP", "ks2_average_points": "28.9"},
    ),
    (
        "dfe_ks4",
        "ks4_tables_2016",
        {**KS4_SCHOOL, "TPUP": "170", "ATT8SCR": "48.0", "PTL2BASICS_LL_PTQ_EE": "59%", "PTAC5EM_PTQ_EE": "54%"},
        {"attainment8": "48.0", "english_maths_4_pct": "59%", "five_good_passes_pct": "54%"},
    ),
    (
        "dfe_ks4",
        "ks4_tables_2015",
        {**KS4_SCHOOL, "TPUP": "170", "PTAC5EM_PTQ_EE": "57%", "PT24EngPrg_PTQ_EE": "71%", "B8VAMEA_PTQ_EE": "1002.5",
         "P8MEA": "NP"},
        {"five_good_passes_pct": "57%", "english_expected_progress_pct": "71%", "value_added": "1002.5", "progress8": "NP"},
    ),
    (
        "dfe_ks4",
        "ks4_tables_2014",
        {**KS4_SCHOOL, "ICLOSE": "0", "TOTPUPS": "900", "TPUP": "170", "PTAC5EM_PTQ": "52%", "PTEBACC_E_PTQ": "20%"},
        {"five_good_passes_pct": "52%", "ebacc_entry_pct": "20%", "pupils_on_roll": "900"},
    ),
    (
        "dfe_ks4",
        "ks4_tables_2013",
        {**KS4_SCHOOL, "TPUP": "170", "PTAC5EM": "60%", "PT24MathPrg": "70%", "PTL2BASICS": "61%", "PTFSMCLA": "28%"},
        {"five_good_passes_pct": "60%", "maths_expected_progress_pct": "70%", "english_maths_4_pct": "61%",
         "disadvantaged_pct": "28%"},
    ),
    (
        "dfe_ks4",
        "ks4_tables_2012",
        {**KS4_SCHOOL, "ICLOSE": "0", "TOTPUPS": "900", "TPUP": "170", "PTAC5EM": "58%"},
        {"five_good_passes_pct": "58%", "pupils": "170"},
    ),
    (
        "dfe_ks4",
        "ks4_tables_2011",
        {**KS4_SCHOOL, "TPUP": "170", "PTAC5EM": "55%", "PTEBACC_E": "19%"},
        {"five_good_passes_pct": "55%", "ebacc_entry_pct": "19%"},
    ),
    (
        "dfe_ks4",
        "ks4_ees_2025",
        {**EES, "breakdown_topic": "Total", "breakdown": "Total", "sex": "Total", "pupil_count": "182",
         "attainment8_average": "45.9", "engmath_94_percent": "64.3", "engmath_95_percent": "43.1", "progress8_average": "z"},
        {"pupils": "182", "attainment8": "45.9", "english_maths_4_pct": "64.3", "progress8": "z", "sex": "Total"},
    ),
    (
        "dfe_ks4",
        "ks4_ees_2024",
        {**EES, "time_period": "202324", "breakdown_topic": "Total", "breakdown": "Total", "t_pupils": "180",
         "avg_att8": "46.4", "pt_l2basics_94": "65.1", "pt_l2basics_95": "45.0", "avg_p8score": "-0.03"},
        {"pupils": "180", "attainment8": "46.4", "english_maths_5_pct": "45.0", "progress8": "-0.03"},
    ),
    (
        "dfe_workforce",
        "workforce_ees",
        {**EES, "school_type": "Community school", "pupils_fte": "1,020.5", "pupil_to_qual_teacher_ratio": "18.2",
         "pupil_to_qual_unqual_teacher_ratio": "17.9"},
        {"pupils_fte": "1020.5", "pupil_qualified_teacher_ratio": "18.2", "pupil_teacher_ratio": "17.9"},
    ),
    (
        "gias",
        "gias_daily",
        {"URN": "130000", "LA (code)": "100", "LA (name)": "Fenmere", "EstablishmentNumber": "1000",
         "EstablishmentName": "Fen School", "TypeOfEstablishment (name)": "Academy sponsor led",
         "EstablishmentStatus (name)": "Open", "OpenDate": "29/05/1993", "Trusts (code)": "2000",
         "Trusts (name)": "Fen Trust", "PercentageFSM": "32.7", "OfstedLastInsp": "01-01-2021"},
        {"urn": "130000", "open_date": "29/05/1993", "trust_uid": "2000", "fsm_pct": "32.7"},
    ),
    (
        "gias_governance",
        "gias_governance",
        {"URN": "110691", "Role": "Chair of Governors", "Date of appointment": "01/09/2024",
         "Date term of office ends/ended": "31/08/2028", "Appointing body": "Appointed by GB/board"},
        {"urn": "110691", "role": "Chair of Governors", "appointed_on": "01/09/2024", "term_ends_on": "31/08/2028"},
    ),
    (
        "ofsted_mi",
        "ofsted_mi_2015_09",
        {**MI_SCHOOL, "Inspection number": "10012345", "Inspection start date": "14/03/2017", "Overall effectiveness": "3",
         "Effectiveness of leadership and management": "2", "Category of concern": "NULL", "16 - 19 study programmes": "9",
         "Outcomes for pupils": "3", "Previous inspection start date": "05/02/2013", "Previous overall effectiveness": "4",
         "Previous category of concern": "SM"},
        {"inspection_number": "10012345", "inspection_date": "14/03/2017", "overall_effectiveness": "3",
         "leadership_and_management": "2", "category_of_concern": "NULL", "previous_category_of_concern": "SM"},
    ),
    (
        "ofsted_mi",
        "ofsted_mi_2019",
        {**MI_SCHOOL, "Inspection number of latest full inspection": "10100001", "Inspection start date": "03/12/2019",
         "Publication date": "20/01/2020", "Overall effectiveness": "2", "Quality of education": "2",
         "Effectiveness of leadership and management": "2", "Safeguarding is effective?": "Yes",
         "Previous full inspection overall effectiveness": "3", "Section 8 inspection overall outcome": "NULL"},
        {"overall_effectiveness": "2", "quality_of_education": "2", "previous_overall_effectiveness": "3",
         "ungraded_outcome": "NULL"},
    ),
    (
        "ofsted_mi",
        "ofsted_mi_2022",
        {**MI_SCHOOL, "Inspection number of latest graded inspection": "10300001", "Inspection start date": "08/10/2024",
         "Publication date": "18/11/2024", "Overall effectiveness": "Not judged", "Quality of education": "3",
         "Effectiveness of leadership and management": "2", "Safeguarding is effective?": "Yes",
         "Previous graded inspection overall effectiveness": "3",
         "Ungraded inspection overall outcome": "Standards maintained", "Date of latest ungraded inspection": "NULL"},
        {"overall_effectiveness": "Not judged", "quality_of_education": "3", "previous_overall_effectiveness": "3",
         "ungraded_outcome": "Standards maintained", "ungraded_inspection_date": "NULL"},
    ),
    (
        "ofsted_mi",
        "ofsted_mi_2026_grade",
        {**MI_SCHOOL, "Inspection start date": "18/11/2025", "Inclusion": "Needs attention",
         "Inclusion - date of grade": "10/03/2026", "Achievement": "Expected standard",
         "Achievement - date of grade": "18/11/2025", "Most recent category of concern": ""},
        {"card_inclusion": "Needs attention", "card_inclusion_date": "10/03/2026", "card_achievement_date": "18/11/2025",
         "card_leadership_and_governance_date": "NULL"},
    ),
]  # fmt: skip


def layout_of(source: str, name: str) -> Layout:
    return next(layout for layout in load_sources()[source].layouts if layout.layout == name)


def table(layout: Layout, row: Mapping[str, str], missing: str = "") -> str:
    """A file of one row; title lines where the layout has them, columns turned round where their order is free."""
    headers = [header for header in layout.headers if header not in layout.optional or header in row]
    if layout.any_order:
        headers.reverse()
    text = io.StringIO(newline="")
    text.write("Title\n" * (layout.header_row - 1))
    writer = csv.DictWriter(text, headers, restval=missing, delimiter=layout.delimiter)
    writer.writeheader()
    writer.writerow(row)
    return text.getvalue()


@pytest.mark.parametrize(("source", "name", "row", "expected"), VINTAGES)
def test_a_file_in_the_layout_is_read(
    deliver: Deliver, source: str, name: str, row: dict[str, str], expected: dict[str, str]
) -> None:
    missing = "NULL" if name == "ofsted_mi_2026_grade" else ""
    read = read_release(deliver(table(layout_of(source, name), row, missing)), source)
    assert (read.layout, read.rows, read.rejected) == (name, 1, [])
    assert read.frame.loc[0, list(expected)].to_dict() == expected


def test_every_vintage_is_read_here_or_from_a_real_file() -> None:
    """Those of returns, notes and panel decisions are the project's own and tested with them."""
    own = {"school_returns", "local_intelligence", "panel_decisions"}
    real = (Path(__file__).parents[2] / "integration" / "test_real_files.py").read_text(encoding="utf-8")
    here = {(source, name) for source, name, _, _ in VINTAGES}
    for source in load_sources().values():
        for layout in source.layouts:
            if source.name not in own:
                assert (source.name, layout.layout) in here or f",{source.name},{layout.layout}\n" in real, (
                    layout.layout
                )


def test_the_phase_of_october_2013_has_another_header(deliver: Deliver) -> None:
    layout = layout_of("ofsted_mi", "ofsted_mi_2013_09")
    row = {
        "urn": "110691",
        "laestab": "8742223",
        "schoolname": "Fen School",
        "Local Authority": "Peterborough",
        "Type of Education": "Community School",
        "Ofsted Phase": "Primary",
        "Latest inspection date": "2012-11-20",
        "Overall effectiveness: how good is the school": "2",
        "The effectiveness of leadership and management in embedding ambition and driving improvement": "2",
        "Previous inspection date": "-",
        "previous Overall effectivness": "-",
    }
    october = table(layout, row).replace(",Ofsted Phase,", ",Phase,")
    read = read_release(deliver(october), "ofsted_mi")
    assert (read.layout, read.frame.loc[0, "ofsted_phase"]) == ("ofsted_mi_2013_09", "Primary")


def test_a_percentage_comes_with_its_sign_or_without(deliver: Deliver, refuse: Refuse) -> None:
    layout = layout_of("dfe_census", "census_2019")
    row = {"URN": "110683", "LA": "874", "ESTAB": "2215", "NOR": "427", "NUMFSM": "119"}
    for delivered in ("29.5%", "29.5"):
        read = read_release(deliver(table(layout, {**row, "PNUMFSMEVER": delivered})), "dfe_census")
        assert read.frame.loc[0, "fsm_ever_pct"] == delivered
    fault = refuse(table(layout, {**row, "PNUMFSMEVER": "29,5"}), "dfe_census").faults[0]
    assert (fault.column, fault.value) == ("PNUMFSMEVER", "29,5")


def test_governors_are_known_by_role_and_dates_alone(deliver: Deliver, tmp_path: Path) -> None:
    """The publisher's own header, with the columns about people; of them nothing is kept and nothing read."""
    content = (
        "GID,URN,UID,Companies House Number,Role,Title,Forename 1,Forename 2,Surname,Date of appointment,"
        "Date term of office ends/ended,Appointing body\n"
        "1234567,110691,,,Governor,Ms,Ada,,Fenwright,01/09/2024,31/08/2028,Elected by parents\n"
    )
    kept = tmp_path / "kept.csv"
    assert without_people(deliver(content), "gias_governance", "governance.csv", kept, b"key")
    assert kept.read_text(encoding="utf-8") == (
        "URN,UID,Companies House Number,Role,Date of appointment,Date term of office ends/ended,Appointing body\n"
        "110691,,,Governor,01/09/2024,31/08/2028,Elected by parents\n"
    )
    frame = read_release(deliver(content), "gias_governance").frame
    assert frame.loc[0, ["urn", "role", "appointed_on"]].tolist() == ["110691", "Governor", "01/09/2024"]
    assert not {"Ada", "Fenwright", "1234567"}.intersection(map(str, frame.iloc[0]))


@pytest.fixture
def own_contracts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the package's contracts, read in their place."""
    folder = tmp_path / "contracts"
    shutil.copytree(contract.CONTRACTS, folder)
    monkeypatch.setattr(contract, "CONTRACTS", folder)
    load_sources.cache_clear()
    yield folder
    load_sources.cache_clear()


NEXT_YEAR = """
---
layout: absence_2031
extends: absence_2017
describes: Six columns, with severe absence and a new name for the school's number, from 2030/31.
columns:
  estab: {header: SCHOOL NUMBER}
headers: LA, SCHOOL NUMBER, URN, PERCTOT, PPERSABS10, PSEVABS50
"""
ABSENCE_2031 = "LA,SCHOOL NUMBER,URN,PERCTOT,PPERSABS10,PSEVABS50\n874,2223,110691,5.5,14.2,1.1\n"


def test_next_year_s_layout_is_one_document_and_no_code(own_contracts: Path, deliver: Deliver) -> None:
    with pytest.raises(FileRefused, match="SCHOOL NUMBER"):
        read_release(deliver(ABSENCE_2031), "dfe_absence")
    with (own_contracts / "dfe_absence.yaml").open("a", encoding="utf-8") as file:
        file.write(NEXT_YEAR)
    load_sources.cache_clear()
    read = read_release(deliver(ABSENCE_2031), "dfe_absence")
    assert (read.layout, read.rows) == ("absence_2031", 1)
    assert read.frame.loc[0, ["la_code", "estab", "urn", "overall_absence_pct"]].tolist() == [
        "874",
        "2223",
        "110691",
        "5.5",
    ]
