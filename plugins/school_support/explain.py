"""The whole chain of one school's tier: from the tier over points and figures back to release, file and line."""

from __future__ import annotations

import re

from psycopg import Connection
from psycopg.rows import DictRow, dict_row
from rich.tree import Tree

from school_support.errors import SupportListError
from school_support.warehouse.connection import connect


def explain(urn: str, edition: int | None, assessment: int | None) -> Tree:
    """Everything that led to a school's tier, every number as the marts have it.

    Args:
        urn: six digits.
        edition: number of the edition (edition_id); none: the newest list that has the school.
        assessment: an assessment instead of an edition.

    Returns:
        A tree to print: school, tier, gates, domains, indicators, years, files.

    Raises:
        SupportListError: no such edition, or the school is not in it.
    """
    with connect("support_publisher") as connection:
        assessment_id = assessment or _assessment_of(connection, urn, edition)
        return _tree(connection, assessment_id, urn)


def _assessment_of(connection: Connection, urn: str, edition: int | None) -> int:
    found = connection.execute(
        """
        select candidate.assessment_id
        from publication.edition
        inner join publication.candidate using (candidate_id)
        inner join publication.support_list as list using (candidate_id)
        where list.urn = %(urn)s and (%(edition)s::bigint is null or edition.edition_id = %(edition)s)
        order by edition.edition_id desc
        limit 1
        """,
        {"urn": urn, "edition": edition},
    ).fetchone()
    if found is None:
        where = "any published edition" if edition is None else f"edition {edition}"
        raise SupportListError(
            f"School {urn} is not in {where}. `support-list status` lists the editions; an assessment that was not "
            "published is explained with --assessment."
        )
    return int(found[0])


def _tree(connection: Connection, assessment_id: int, urn: str) -> Tree:
    key = {"id": assessment_id, "urn": urn}

    def rows(query: str) -> list[DictRow]:
        with connection.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(query, key).fetchall()

    schools = rows(
        """
        select tier.*, school.school_name, school.phase, assessment.list_year, assessment.as_at, assessment.ruleset
        from marts.school_tier as tier
        inner join marts.dim_school as school using (assessment_id, urn)
        inner join control.assessment using (assessment_id)
        where assessment_id = %(id)s and urn = %(urn)s
        """
    )
    if not schools:
        raise SupportListError(
            f"Assessment {assessment_id} has no school {urn}: it was not open in the authority on the day, or the marts "
            "were made anew since and the assessment must be built again (DAG assess_schools)."
        )
    school = schools[0]
    tree = Tree(
        f"[bold]{school['school_name']}[/] ({urn}, {school['phase']}) of authority {school['authority']}: list year "
        f"{school['list_year']}, as at {school['as_at']}, ruleset {school['ruleset']}, assessment {assessment_id}"
    )
    tier = tree.add(f"[bold]{school['tier_name']}[/], decided by {school['decided_by']}")
    tier.add(
        f"{school['points']} of {school['points_available']} points, a share of {_or_none(school['points_share'])}; "
        f"coverage {school['coverage']}; risk {_or_none(school['risk'])}"
    )
    tier.add(f"{school['support_days']} days, £{school['support_cost']}")
    if school["sensitive_to"]:
        tier.add(f"Borderline. {school['sensitive_to']}")
    if school["exit_criteria"]:
        tier.add(f"To leave it: {school['exit_criteria']}")

    gates = rows(
        "select * from marts.school_gate where assessment_id = %(id)s and urn = %(urn)s "
        "order by minimum_tier_rank desc, gate"
    )
    gated = tree.add(f"Gates: {len(gates) or 'none'}")
    for gate in gates:
        gated.add(f"{gate['gate_name']}, at least {gate['minimum_tier']}: {gate['sentence']}")

    standards = rows(
        "select * from marts.fct_school_standard where assessment_id = %(id)s and urn = %(urn)s "
        "order by key_stage, standard, academic_year desc"
    )
    if standards:
        of_the_time = tree.add("Standards of the time")
        for standard in standards:
            of_the_time.add(_standard(standard))

    results = rows(
        """
        select result.*, release.file_name, release.known_from
        from marts.fct_school_result as result
        left join control.assessment_release as pinned using (assessment_id)
        left join landing.release as release using (release_id)
        where assessment_id = %(id)s and urn = %(urn)s and position(left(release.sha256, 8) in result.release) > 0
        order by academic_year
        """
    )
    inspections = rows(
        "select * from marts.fct_inspection where assessment_id = %(id)s and urn = %(urn)s order by inspection_date desc"
    )
    indicators = rows(
        """
        select indicator.*, rule.measure
        from marts.school_indicator as indicator
        inner join control.assessment using (assessment_id)
        left join seeds.rule_indicator as rule using (ruleset, indicator)
        where assessment_id = %(id)s and urn = %(urn)s
        order by indicator
        """
    )
    files = {
        row["sha256"][:8]: f"file {row['file_name']}, public since {row['known_from']}"
        for row in rows(
            "select sha256, file_name, known_from from control.assessment_release "
            "inner join landing.release using (release_id) where assessment_id = %(id)s"
        )
    }
    domains = rows("select * from marts.school_risk where assessment_id = %(id)s and urn = %(urn)s order by domain")
    for domain in domains:
        branch = tree.add(
            f"[bold]{domain['domain']}[/]: {domain['points']} of {domain['points_available']} points (cap {domain['domain_cap']})"
        )
        for indicator in (row for row in indicators if row["domain"] == domain["domain"]):
            _add_indicator(branch, indicator, results, inspections, files)
    return tree


def _add_indicator(
    branch: Tree, indicator: DictRow, results: list[DictRow], inspections: list[DictRow], files: dict[str, str]
) -> None:
    leaf = branch.add(
        f"{indicator['indicator_name']}: {indicator['points']} of {indicator['points_available']} points "
        f"(weight {indicator['weight']})"
    )
    leaf.add(indicator["sentence"])
    figures = (
        "value",
        "n",
        "national",
        "similar_value",
        "similar_schools",
        "interval_low",
        "interval_high",
        "shrunk",
        "line",
        "probability_beyond_line",
    )
    known = [f"{name} {indicator[name]}" for name in figures if indicator[name] is not None]
    leaf.add(", ".join(known) if known else f"no figure: {indicator['reason_code']}")
    if indicator["domain"] in ("inspection", "inspection_due"):
        for inspection in inspections:
            whose = " of the predecessor" if inspection["relates_to_predecessor"] else ""
            leaf.add(
                f"inspected{whose} on {inspection['inspection_date']}: {inspection['overall_effectiveness'] or 'no grade'}, "
                f"level of concern {inspection['concern_level']}, from {inspection['release']}"
            )
    years = set(re.findall(r"[0-9]{4}", indicator["academic_years"] or ""))
    told = [row for row in results if row["measure"] == indicator["measure"]]
    for result in told:
        said = result["value"] if result["value"] is not None else result["reason_code"]
        used = "used" if str(result["academic_year"]) in years else "not used"
        leaf.add(
            f"{result['academic_year']}: {said} ({_pupils(result['pupils'])}, {result['stage'] or 'no stage'}, {used}), "
            f"from {result['release']}, file {result['file_name']}, line {result['line']}, public since {result['known_from']}"
        )
    if not told:
        # Notes, returns and the register: the label ends in the line where one line says it.
        for label, sha8, line in re.findall(
            r"([^,;]+[(]([0-9a-f]{8})[)])( line [0-9]+)?", indicator["releases_used"] or ""
        ):
            leaf.add(f"from {label.strip()}, {files.get(sha8, 'a file that is not pinned')}{line and ',' + line}")


def _standard(row: DictRow) -> str:
    answers = {True: "below", False: "not below", None: f"not judged: {row['reason_code']}"}
    failing = f" ({row['measures_failing']})" if row["is_below"] and row["measures_failing"] else ""
    return (
        f"{row['standard']}, {row['key_stage']}, {row['years_in_words']}: {answers[row['is_below']]}{failing}, "
        f"{_pupils(row['pupils'])}, from {row['releases_used'] or 'no release'}"
    )


def _or_none(value: object) -> str:
    return "none" if value is None else str(value)


def _pupils(number: object) -> str:
    return "pupils not stated" if number is None else f"{number} pupils"
