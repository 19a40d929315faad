"""Census, exclusions and trusts from the file to staging: what gate 1 lets pass, and what staging makes of it."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from school_support.landing.ingest import land_folder, load_landed
from school_support.quality.gate import accept_loaded
from school_support.warehouse.connection import connect
from school_support.warehouse.dbt import build

SOURCES = ["dfe_census", "dfe_exclusions", "gias_group_links", "ofsted_mi", "dfe_ks2", "dfe_ks4", "dfe_absence"]
CENSUS = (
    "URN,LA,ESTAB,NOR,NORG,NORB,PNORG,PNORB,TSENELSE,PSENELSE,TSENELK,PSENELK,NUMEAL,NUMENGFL,NUMUNCFL,PNUMEAL,"
    "PNUMENGFL,PNUMUNCFL,PNUMFSM,NUMFSMEVER,PNUMFSMEVER\n"
)
# 110001 stands twice, as one school does in 2017/18; 110002 has no figure for free school meals of six years.
SCHOOLS = (
    "110001,901,2001,200,100,100,50.0,50.0,4,2.0,24,12.0,50,150,0,25.0,75.0,0,15.0,60,30.0\n"
    "110001,901,2001,200,100,100,50.0,50.0,4,2.0,24,12.0,50,150,0,25.0,75.0,0,15.0,60,30.0\n"
    "110002,901,2002,400,190,210,47.5,52.5,8,2.0,40,10.0,20,380,0,5.0,95.0,0,10.0,NP,NP\n"
    "NAT,,PRI,4500000,2200000,2300000,48.9,51.1,70000,1.6,550000,12.2,900000,3600000,0,20.0,80.0,0,13.7,1100000,24.0\n"
)
IN_FRACTIONS = SCHOOLS.replace(",25.0,75.0,", ",0.25,0.75,").replace(",5.0,95.0,", ",0.05,0.95,")
EXCLUSIONS = (
    "time_period,time_identifier,geographic_level,country_code,country_name,school_urn,education_phase,headcount,"
    "perm_excl,perm_excl_rate,suspension,susp_rate,one_plus_susp,one_plus_susp_rate\n"
)
YEARS = (
    "202324,Academic year,School,E92000001,England,110002,State-funded secondary,1000,1,0.10,130,13.00,60,6.00\n"
    "202223,Academic year,School,E92000001,England,110002,State-funded secondary,800,0,0.00,1000,125.00,x,x\n"
    "202324,Autumn term,School,E92000001,England,110002,State-funded secondary,1000,0,0.00,50,5.00,30,3.00\n"
)
# The same suspensions per 1,000 pupils.
PER_THOUSAND = YEARS.replace("13.00", "130.00").replace("125.00", "1250.00").replace("5.00,30", "50.00,30")
LINKS = (
    '"URN","Linked UID","Group Name","Companies House Number","Group Type","Closed Date","Group Status",'
    '"FederationType","Joined date","EstablishmentName","TypeOfEstablishment (code)","TypeOfEstablishment (name)",'
    '"PhaseOfEducation (code)","PhaseOfEducation (name)","LA (code)","LA (name)","HasSharedHT"\n'
    '110003,16519,"Fen Trust","05090788","Multi-academy trust","","Open","","01-09-2016","Fen Academy","28",'
    '"Academy Sponsor Led","4","Secondary","901","Fenmere"\n'
    '110003,2863,"Fen Sponsors","","School sponsor","","Open","","10-09-2007","Fen Academy","28",'
    '"Academy Sponsor Led","4","Secondary","901","Fenmere"\n'
)

# file, source, academic year, known from, content
FILES = [
    ("census.csv", "dfe_census", "2018", "2019-01-25", CENSUS + SCHOOLS),
    ("census_in_fractions.csv", "dfe_census", "2017", "2018-01-25", CENSUS + IN_FRACTIONS),
    ("exclusions.csv", "dfe_exclusions", "2024", "2025-07-20", EXCLUSIONS + YEARS),
    ("exclusions_per_thousand.csv", "dfe_exclusions", "2024", "2025-07-21", EXCLUSIONS + PER_THOUSAND),
    ("grouplinks.csv", "gias_group_links", "", "2021-12-31", LINKS),
]


@pytest.fixture(scope="module")
def ledger(
    another_warehouse: Callable[[], AbstractContextManager[Path]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, tuple[str, str | None]]]:
    """The files landed, loaded, judged and staged; status and reason by file."""
    folder = tmp_path_factory.mktemp("context")
    with (folder / "releases.csv").open("w", newline="") as file:
        index = csv.writer(file)
        index.writerow(["file", "source", "academic_year", "snapshot_date", "stage", "known_from", "coverage"])
        for name, source, year, known_from, content in FILES:
            (folder / name).write_text(content, encoding="utf-8")
            index.writerow([name, source, year, "", "final" if year else "", known_from, f"cut {name}"])
    with another_warehouse():
        assert land_folder(folder, SOURCES).refused == []
        assert load_landed(SOURCES).quarantined == []
        accept_loaded(SOURCES)
        build(["resource_type:seed", "staging.context", "stg_gias__trusts"])
        with connect("support_loader") as connection:
            rows = connection.execute("select file_name, status, reason from landing.release").fetchall()
        yield {name: (status, reason) for name, status, reason in rows}


def staged(query: str) -> list[tuple[object, ...]]:
    with connect("support_transformer") as connection:
        return connection.execute(query).fetchall()


def test_sound_files_are_accepted(ledger: dict[str, tuple[str, str | None]]) -> None:
    assert {name for name, (status, _) in ledger.items() if status == "accepted"} == {
        "census.csv",
        "exclusions.csv",
        "grouplinks.csv",
    }


@pytest.mark.parametrize(
    ("file", "rule"),
    [
        ("census_in_fractions.csv", "raw_dfe_census.eal_pct_in_its_unit"),
        ("exclusions_per_thousand.csv", "raw_dfe_exclusions.suspension_rate_per_100_pupils"),
    ],
)
def test_another_unit_is_quarantined(ledger: dict[str, tuple[str, str | None]], file: str, rule: str) -> None:
    status, reason = ledger[file]
    assert status == "quarantined"
    assert rule in str(reason)


def test_a_school_of_the_census_counts_once_and_england_not_at_all(ledger: object) -> None:
    assert staged(
        "select urn, value, reason_code, pupils from staging.stg_dfe__census where measure = 'fsm_ever_pct' order by urn"
    ) == [
        ("110001", Decimal("30.000"), None, Decimal("200.0")),
        ("110002", None, "not_published", Decimal("400.0")),
    ]


def test_exclusions_are_those_of_whole_years_each_under_its_own(ledger: object) -> None:
    assert staged(
        "select academic_year, measure, value, reason_code from staging.stg_dfe__exclusions "
        "where measure <> 'permanent_exclusion_rate' order by academic_year, measure"
    ) == [
        (2023, "suspended_pupils_rate", None, "not_published"),
        (2023, "suspension_rate", Decimal("125.000"), None),
        (2024, "suspended_pupils_rate", Decimal("6.000"), None),
        (2024, "suspension_rate", Decimal("13.000"), None),
    ]


def test_a_sponsor_is_no_trust(ledger: object) -> None:
    assert staged("select urn, trust_uid, trust_name, joined_on from staging.stg_gias__trusts") == [
        ("110003", "16519", "Fen Trust", date(2016, 9, 1))
    ]
