from school_support.quality import rules


def test_braces_of_a_pattern_survive_the_formatting_of_the_query() -> None:
    check = rules.no_rows("select urn from batch where urn !~ '^[0-9]{6}$'")
    query = check.arguments["unexpected_rows_query"]
    assert isinstance(query, str)
    assert query.format(batch="(select 1) as subselect") == (
        "with batch as (select * from (select 1) as subselect)\nselect urn from batch where urn !~ '^[0-9]{6}$'"
    )
    assert check.failing_rows == "select urn from batch where urn !~ '^[0-9]{6}$'"


def test_a_cheaper_question_is_asked_and_the_rows_are_fetched() -> None:
    check = rules.no_rows("select n from batch group by n having count(*) > 1", asked="select from batch limit 0")
    assert str(check.arguments["unexpected_rows_query"]).endswith("\nselect from batch limit 0")
    assert check.failing_rows == "select n from batch group by n having count(*) > 1"


def test_a_condition_is_asked_and_its_rows_are_fetched() -> None:
    check = rules.no_row_where("n < 0 or n is null", "urn, n")
    assert check.arguments == {"condition": "n < 0 or n is null"}
    assert check.failing_rows == "select urn, n from batch where n < 0 or n is null"


def test_a_pattern_is_checked_and_fetched_alike() -> None:
    check = rules.matches("urn", "^[0-9]{6}$")
    assert check.expectation == "ExpectColumnValuesToMatchRegex"
    assert check.arguments == {"column": "urn", "regex": "^[0-9]{6}$"}
    assert check.failing_rows == "select * from batch where urn is not null and urn !~ '^[0-9]{6}$'"
    assert check.shows == ("urn",)


def test_filled_takes_a_share() -> None:
    check = rules.filled("phase", 0.5)
    assert check.arguments == {"column": "phase", "mostly": 0.5}
    assert check.failing_rows == "select * from batch where phase is null"


def test_a_side_left_open_is_not_looked_at() -> None:
    assert rules.between("n", 0, None).failing_rows == "select * from batch where n < 0"
    assert rules.between("share", 0, 1).failing_rows == "select * from batch where share < 0 or share > 1"


def test_one_of_lists_its_values() -> None:
    assert rules.one_of("stage", ["final", "revised"]).failing_rows == (
        "select * from batch where stage not in ('final', 'revised')"
    )


def test_unique_takes_one_column_or_several() -> None:
    assert rules.unique("urn").expectation == "ExpectColumnValuesToBeUnique"
    assert rules.unique("urn", "domain").arguments == {"column_list": ["urn", "domain"]}
    assert rules.unique("urn", "domain").failing_rows == (
        "select * from batch where (urn, domain) in "
        "(select urn, domain from batch group by urn, domain having count(*) > 1)"
    )
