"""Names of people never reach the landing store; what is left reads as the delivered file does."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from school_support.landing.people import names_people, without_people
from school_support.sources.contract import load_sources
from school_support.sources.reader import FileRefused, read_release

KEY = b"a key of this test"
GIAS = next(layout for layout in load_sources()["gias"].layouts if layout.layout == "gias_academies")
SCHOOL = {
    "URN": "135263", "LA (code)": "874", "LA (name)": "Peterborough", "EstablishmentNumber": "6905",
    "EstablishmentName": "Fen Academy, The", "TypeOfEstablishment (name)": "Academy Sponsor Led",
    "EstablishmentStatus (name)": "Open", "OpenDate": "10-09-2007", "TelephoneNum": "01733000000",
    "HeadTitle (name)": "Dr", "HeadFirstName": "Ada", "HeadLastName": "Invented", "HeadHonours": "OBE",
    "HeadPreferredJobTitle": "Principal",
}  # fmt: skip


def delivered(folder: Path, *schools: dict[str, str], name: str = "gias.csv") -> Path:
    """A register file as its publisher delivers it, with the columns about people in the midst of the others."""
    headers = [header for header in GIAS.headers if header != "Head token"]
    headers[12:12] = GIAS.personal
    path = folder / name
    with path.open("w", newline="", encoding="cp1252") as file:
        writer = csv.DictWriter(file, headers, restval="")
        writer.writeheader()
        writer.writerows(schools)
    return path


def token(folder: Path, key: bytes = KEY, **changes: str) -> str:
    """The pseudonym that a school's row is kept with."""
    kept = folder / "kept.csv"
    assert without_people(delivered(folder, {**SCHOOL, **changes}), "gias", "gias.csv", kept, key)
    return str(read_release(kept, "gias").frame.loc[0, "head_token"])


def test_no_personal_column_and_no_name_is_left(tmp_path: Path) -> None:
    kept = tmp_path / "kept.csv"
    assert without_people(delivered(tmp_path, SCHOOL), "gias", "gias.csv", kept, KEY)
    text = kept.read_text(encoding="utf-8")
    for gone in ("Ada", "Invented", "OBE", "Principal", "01733000000", *GIAS.personal):
        assert gone not in text


def test_the_rest_reads_as_delivered(tmp_path: Path) -> None:
    second = {**SCHOOL, "URN": "135264", "EstablishmentName": "St Mary\u2019s", "HeadLastName": "Other"}
    path, kept = delivered(tmp_path, SCHOOL, second), tmp_path / "kept.csv"
    assert without_people(path, "gias", "gias.csv", kept, KEY)
    before, after = read_release(path, "gias").frame, read_release(kept, "gias").frame
    assert before["head_token"].tolist() == [None, None]
    assert after.drop(columns="head_token").values.tolist() == before.drop(columns="head_token").values.tolist()
    assert after["establishment_name"].tolist() == ["Fen Academy, The", "St Mary\u2019s"]


def test_a_pseudonym_changes_with_the_person_the_school_and_the_key_alone(tmp_path: Path) -> None:
    first = token(tmp_path)
    assert token(tmp_path, HeadFirstName=" ADA ", **{"HeadTitle (name)": "Professor"}) == first
    assert token(tmp_path, OpenDate="11-09-2007") == first
    others = {
        token(tmp_path, HeadLastName="Other"),
        token(tmp_path, URN="135264"),
        token(tmp_path, key=b"another key"),
    }
    assert len(others) == 3
    assert first not in others
    # The first eight characters say under which key it was made.
    assert token(tmp_path, HeadLastName="Other")[:8] == first[:8] != token(tmp_path, key=b"another key")[:8]
    assert "ada" not in first.lower()


def test_a_vacant_post_has_no_pseudonym(tmp_path: Path) -> None:
    assert token(tmp_path, HeadFirstName="", HeadLastName=" ") == ""


def test_a_file_without_names_is_left_as_it_is(tmp_path: Path) -> None:
    path, kept = tmp_path / "gias.csv", tmp_path / "kept.csv"
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(
            file, [header for header in GIAS.headers if header != "Head token"], extrasaction="ignore", restval=""
        )
        writer.writeheader()
        writer.writerow(SCHOOL)
    assert not without_people(path, "gias", "gias.csv", kept, KEY)
    assert not kept.exists()


def test_a_file_of_unknown_layout_is_not_kept_for_it_may_name_people(tmp_path: Path) -> None:
    path = tmp_path / "gias.csv"
    path.write_text("URN,Name of head\n135263,Ada Invented\n")
    with pytest.raises(FileRefused, match=r"gias\.csv was refused"):
        without_people(path, "gias", "gias.csv", tmp_path / "kept.csv", KEY)
    assert not (tmp_path / "kept.csv").exists()


def test_only_sources_with_personal_columns_are_looked_through() -> None:
    assert names_people("gias")
    assert not names_people("dfe_ks2")
