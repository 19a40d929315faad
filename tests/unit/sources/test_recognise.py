"""Recognition of the vintage from the header line."""

from __future__ import annotations

from school_support.sources.contract import Layout, load_sources
from school_support.sources.recognise import Nearest, recognise

ABSENCE = load_sources()["dfe_absence"]
KS4 = load_sources()["dfe_ks4"]
GIAS = load_sources()["gias"]
OFSTED = load_sources()["ofsted_mi"]

DERIVED = [
    "URN", "KS4 Pupils", "KS4 Boys", "KS4 Girls", "Progress 8", "Progress 8 Boys", "Progress 8 Girls",
    "Attainment 8", "Attainment 8 Boys", "Attainment 8 Girls", "Eng Maths Grade 5", "Entering EBacc",
    "EBacc Avg Score", "EBacc Avg Boys", "EBacc Avg Girls", "EBacc Grade 5", "Progress 8 Band", "P8 Desc",
    "Academic Year",
]  # fmt: skip


def name_of(found: Layout | Nearest) -> str:
    assert isinstance(found, Layout)
    return found.layout


def headers_of(name: str) -> list[str]:
    return list(next(layout for layout in OFSTED.layouts if layout.layout == name).headers)


def absence(**changes: object) -> list[Layout]:
    """The layout of 2017 on with some of its fields changed."""
    return [next(layout for layout in ABSENCE.layouts if layout.layout == "absence_2017").model_copy(update=changes)]


def test_outer_spaces_and_byte_order_mark_do_not_matter() -> None:
    assert (
        name_of(recognise(["\ufeffLA", "ESTAB ", " URN", "PERCTOT", "PPERSABS10"], ABSENCE.layouts)) == "absence_2017"
    )


def test_order_matters_unless_the_publisher_keeps_none() -> None:
    delivered = ["PPERSABS10", "URN", "LA", "PERCTOT", "ESTAB"]
    found = recognise(delivered, absence())
    assert isinstance(found, Nearest)
    assert found.disordered == ("PPERSABS10", "LA")
    assert name_of(recognise(delivered, absence(any_order=True))) == "absence_2017"


def test_another_spelling_of_a_header_is_the_same_column() -> None:
    delivered = ["LA", "ESTAB", "URN", "PERCTOT", "Persistent absence"]
    assert isinstance(recognise(delivered, absence()), Nearest)
    spelt = absence(aliases={"PPERSABS10": ("Persistent absence",)})
    assert name_of(recognise(delivered, spelt)) == "absence_2017"
    doubled = recognise([*delivered, "PPERSABS10"], spelt)
    assert isinstance(doubled, Nearest)
    assert doubled.doubled == ("PPERSABS10",)


def test_an_optional_header_may_be_absent() -> None:
    assert name_of(recognise(["LA", "ESTAB", "URN", "PERCTOT"], absence(optional=("PPERSABS10",)))) == "absence_2017"


def test_the_definition_of_persistent_absence_tells_vintages_apart() -> None:
    assert name_of(recognise(["LA", "ESTAB", "URN", "PERCTOT", "PPERSABS15"], ABSENCE.layouts)) == "absence_2012"


def test_case_matters() -> None:
    found = recognise(["LA", "Estab", "URN", "PERCTOT", "PPERSABS10"], ABSENCE.layouts)
    assert isinstance(found, Nearest)
    assert (found.missing, found.unknown) == (("ESTAB",), ("Estab",))


def test_the_nearest_layout_comes_with_every_difference() -> None:
    found = recognise(["LA", "ESTAB", "URN", "URN", "PPERSABS10", "PERCTOTAL", "YEAR"], ABSENCE.layouts)
    assert isinstance(found, Nearest)
    assert found.layout.layout == "absence_2017"
    assert found.missing == ("PERCTOT",)
    assert found.unknown == ("PERCTOTAL", "YEAR")
    assert found.doubled == ("URN",)
    assert found.shared == 4


def test_the_first_row_tells_apart_layouts_with_the_same_headers() -> None:
    assert name_of(recognise(DERIVED, KS4.layouts, {"Academic Year": "2016"})) == "ks4_derived_2016"
    assert name_of(recognise(DERIVED, KS4.layouts, {"Academic Year": "2018"})) == "ks4_derived"


def test_a_first_row_that_fits_none_of_them_is_said() -> None:
    found = recognise(DERIVED, KS4.layouts, {"Academic Year": "2031"})
    assert isinstance(found, Nearest)
    assert found.misplaced == ("Academic Year",)


def test_columns_about_people_may_be_there_or_not() -> None:
    full = GIAS.layouts[0]
    assert name_of(recognise(full.headers, GIAS.layouts)) == "gias_full"
    assert name_of(recognise([*full.headers, "HeadFirstName", "HeadLastName"], GIAS.layouts)) == "gias_full"


def test_nine_renamed_columns_make_another_vintage_of_the_report_card() -> None:
    february = headers_of("ofsted_mi_2026_judgement")
    later = [header.replace("date of judgement", "date of grade") for header in february]
    assert sum(a != b for a, b in zip(february, later, strict=True)) == 9
    assert name_of(recognise(february, OFSTED.layouts)) == "ofsted_mi_2026_judgement"
    assert name_of(recognise(later, OFSTED.layouts)) == "ofsted_mi_2026_grade"
