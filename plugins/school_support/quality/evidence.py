"""SQL that reads again from raw what the files say of a candidate's schools, by another road than the models.

Each function gives common table expressions, separated by commas, for a rule's query over `batch`. They read only releases
that the candidate's assessment pinned, and only rows about its schools and their predecessors. Every cell is looked up by
name in the row as JSON: a column that no layout delivers is null and no error.
"""

from __future__ import annotations

from school_support.quality.cells import as_date, as_number
from school_support.quality.rules import Candidate

# source, measure, cell, cell of its pupils, subject of the row where a school has a row a subject.
CELLS = (
    ("dfe_ks2", "rwm_expected_pct", "rwm_expected_pct", "eligible_pupils", ""),
    ("dfe_ks2", "rwm_higher_pct", "rwm_higher_pct", "eligible_pupils", ""),
    ("dfe_ks2", "reading_progress", "reading_progress", "eligible_pupils", ""),
    ("dfe_ks2", "writing_progress", "writing_progress", "eligible_pupils", ""),
    ("dfe_ks2", "maths_progress", "maths_progress", "eligible_pupils", ""),
    ("dfe_ks2", "ks2_non_mobile_pct", "non_mobile_pct", "eligible_pupils", ""),
    ("dfe_ks2", "rwm_disadvantage_gap", "rwm_expected_gap", "disadvantaged", ""),
    ("dfe_ks2", "rwm_expected_pct", "subject_expected_pct", "", "Reading, writing and maths"),
    ("dfe_ks2", "rwm_higher_pct", "subject_higher_pct", "", "Reading, writing and maths"),
    ("dfe_ks2", "reading_progress", "subject_progress", "", "Reading"),
    ("dfe_ks2", "writing_progress", "subject_progress", "", "Writing"),
    ("dfe_ks2", "maths_progress", "subject_progress", "", "Maths"),
    ("dfe_ks4", "attainment8", "attainment8", "pupils", ""),
    ("dfe_ks4", "progress8", "progress8", "progress8_pupils", ""),
    ("dfe_ks4", "english_maths_4_pct", "english_maths_4_pct", "pupils", ""),
    ("dfe_ks4", "english_maths_5_pct", "english_maths_5_pct", "pupils", ""),
    ("dfe_ks4", "ks4_non_mobile_pct", "non_mobile_pct", "pupils", ""),
    ("dfe_absence", "overall_absence_pct", "overall_absence_pct", "", ""),
    ("dfe_absence", "persistent_absence_10_pct", "persistent_absence_10_pct", "", ""),
    ("dfe_absence", "persistent_absence_15_pct", "persistent_absence_15_pct", "", ""),
    ("dfe_exclusions", "suspension_rate", "suspension_rate", "headcount", ""),
    ("dfe_exclusions", "suspended_pupils_rate", "suspended_pupils_rate", "headcount", ""),
    ("dfe_exclusions", "permanent_exclusion_rate", "permanent_exclusion_rate", "headcount", ""),
    ("dfe_census", "pupils_on_roll", "pupils", "pupils", ""),
    *(
        ("dfe_census", measure, measure, "pupils", "")
        for measure in (
            "girls_pct", "sen_plan_pct", "sen_support_pct", "sen_statement_or_action_plus_pct", "sen_school_action_pct",
            "eal_pct", "fsm_pct", "fsm_ever_pct",
        )
    ),
)  # fmt: skip
# Columns that divide a school's pupils into groups; the row of all of them has these words there.
GROUPS = {
    "dfe_ks2": ("breakdown_topic", "breakdown"),
    "dfe_ks4": (
        "breakdown_topic",
        "breakdown",
        "sex",
        "disadvantage",
        "first_language",
        "prior_attainment",
        "mobility",
    ),
}
EVERYBODY = ("", "Total", "All pupils")

# Rows about more than a school: the record types of the authority and of all state-funded schools of the country.
AGGREGATES = {"dfe_ks2": {"authority": "3", "country": "5"}, "dfe_ks4": {"authority": "4", "country": "7"}}

# source, what kind of statement, and the cells of an inspection's URN, day, report, grade and category.
STATEMENTS = (
    ("ofsted_mi", "latest", "urn_at_inspection", "inspection_date", "publication_date", "overall_effectiveness",
     "category_of_concern"),
    ("ofsted_mi", "previous", "", "previous_inspection_date", "", "previous_overall_effectiveness",
     "previous_category_of_concern"),
    ("ofsted_mi", "card", "card_urn_at_inspection", "card_inspection_date", "card_publication_date", "",
     "card_category_of_concern"),
    ("ofsted_outcomes", "latest", "", "inspection_date", "publication_date", "overall_effectiveness", ""),
    ("ofsted_history", "history", "", "inspection_date", "", "rating", ""),
)  # fmt: skip
REGISTERS = {
    "gias": ("establishment_name", "establishment_number", "type_of_establishment", "establishment_status"),
    "school_spine": ("school_name", "estab", "school_type", "status_code"),
    "school_information": ("school_name", "estab", "school_type", "school_status"),
}


def pinned(candidate: Candidate) -> str:
    """`pinned`: release_id, source, usage, sha8 (as rows name it), academic_year, stage_rank, known_from, row_days, as_at."""
    return f"""
    pinned as (
        select release.release_id, release.source, pins.usage, left(release.sha256, 8) as sha8, release.academic_year,
            array_position(array['provisional', 'revised', 'final'], release.stage) as stage_rank,
            release.known_from, release.row_known_from_days as row_days, release.coverage, assessment.as_at,
            assessment.authority, assessment.ruleset
        from control.assessment
        inner join control.assessment_release as pins using (assessment_id)
        inner join landing.release as release using (release_id)
        where assessment_id = {candidate.assessment_id}
    )"""


def schools(candidate: Candidate) -> str:
    """`schools`: each URN that may speak for a school of the list: urn, spoken_by, is_own."""
    return f"""
    schools as materialized (
        select urn, urn as spoken_by, true as is_own, predecessor_method
        from publication.school where candidate_id = {candidate.candidate_id}
        union all
        select urn, named.predecessor, false, predecessor_method
        from publication.school
        cross join unnest(string_to_array(predecessor_urns, ', ')) as named (predecessor)
        where candidate_id = {candidate.candidate_id}
    )"""


def results(candidate: Candidate) -> str:
    """`cells`: urn, academic_year, measure, number, cell, pupils, and the pinned release that has it."""
    maps = ", ".join(str(row) for row in CELLS)
    groups = " or ".join(
        f"(told.source = '{source}' and groups.name in ({_quoted(names)}))" for source, names in GROUPS.items()
    )
    return f"""{pinned(candidate)},{schools(candidate)},
    told as materialized ({_told(candidate, sorted({source for source, *_ in CELLS}))}),
    cells as materialized (
        select told.urn, pinned.release_id, pinned.source, pinned.sha8, pinned.stage_rank, pinned.known_from, maps.measure,
            coalesce(left(told.cells ->> 'time_period', 4)::integer + 1, pinned.academic_year) as academic_year,
            btrim(told.cells ->> maps.cell) as cell,
            round({as_number("btrim(told.cells ->> maps.cell)")}, 3) as number,
            case maps.pupils
                when '' then null
                when 'disadvantaged'
                    then round({as_number("(told.cells ->> 'eligible_pupils')")} * {as_number("(told.cells ->> 'disadvantaged_pct')")} / 100)
                when 'progress8_pupils'
                    then {as_number("coalesce(nullif(told.cells ->> 'progress8_pupils', ''), told.cells ->> 'pupils')")}
                else {as_number("(told.cells ->> maps.pupils)")}
            end as pupils
        from told
        inner join pinned on pinned.release_id = told.release_id and pinned.usage = 'known'
        inner join (values {maps}) as maps (source, measure, cell, pupils, subject)
            on maps.source = told.source and maps.subject = coalesce(told.cells ->> 'subject', '')
        where told.cells ->> maps.cell is not null
            and coalesce(told.cells ->> 'geographic_level', 'School') = 'School'
            and coalesce(told.cells ->> 'time_identifier', 'Academic year') = 'Academic year'
            and not exists (
                select from jsonb_each_text(told.cells) as groups (name, word)
                where ({groups}) and groups.word not in ({_quoted(EVERYBODY)})
            )
    )"""


def aggregates(candidate: Candidate) -> str:
    """`cells`: what the newest pinned file says of the authority and the country: area, phase, year, measure, number, pupils."""
    kinds = ", ".join(
        f"('{source}', '{kind}', '{area}')" for source, by in AGGREGATES.items() for area, kind in by.items()
    )
    maps = ", ".join(str(row[:4]) for row in CELLS if row[0] in AGGREGATES and not row[4])
    told = " union all ".join(
        f"select _release_id as release_id, '{source}' as source, to_jsonb(raw) as cells from raw.{source} as raw "
        f"where _release_id in ({_numbers(candidate.pinned_of(source))}) and rectype in ('{by['authority']}', '{by['country']}') "
        f"and (rectype = '{by['country']}' or la_code = '{candidate.authority}')"
        for source, by in AGGREGATES.items()
        if candidate.pinned_of(source)
    )
    absence = (
        "select _release_id as release_id, measures.*, case when 'PRI' in (la_code, estab, urn) then 'primary' "
        "when 'SEC' in (la_code, estab, urn) then 'secondary' when 'SPE' in (la_code, estab, urn) then 'special' end as phase "
        "from raw.dfe_absence cross join lateral (values ('overall_absence_pct', overall_absence_pct), "
        "('persistent_absence_10_pct', persistent_absence_10_pct)) as measures (measure, cell) "
        f"where _release_id in ({_numbers(candidate.pinned_of('dfe_absence')) or 'null'}) and 'NAT' in (la_code, estab, urn)"
    )
    nothing = "select null::bigint as release_id, null::text as source, null::jsonb as cells where false"
    return f"""{pinned(candidate)},
    told as materialized ({told or nothing}),
    cells as materialized (
        select distinct on (area, phase, academic_year, measure) *
        from (
            select kinds.area, null::text as phase, pinned.academic_year, maps.measure, pinned.stage_rank, pinned.known_from,
                {as_number("btrim(told.cells ->> maps.cell)")} as number, {as_number("(told.cells ->> maps.pupils)")} as pupils
            from told
            inner join pinned on pinned.release_id = told.release_id and pinned.usage = 'known'
            inner join (values {kinds}) as kinds (source, kind, area)
                on kinds.source = told.source and kinds.kind = told.cells ->> 'rectype'
            inner join (values {maps}) as maps (source, measure, cell, pupils) on maps.source = told.source
            union all
            select 'country', absence.phase, pinned.academic_year, absence.measure, pinned.stage_rank, pinned.known_from,
                {as_number("absence.cell")}, null
            from ({absence}) as absence
            inner join pinned on pinned.release_id = absence.release_id and pinned.usage = 'known'
        ) as found
        where number is not null
        order by area, phase, academic_year, measure, stage_rank desc nulls last, known_from desc
    )"""


def inspections(candidate: Candidate) -> str:
    """`events`: every graded inspection that a pinned file tells of and that was known on the day, a row a statement."""
    maps = ", ".join(str(row) for row in STATEMENTS)
    day, report = as_date("(told.cells ->> maps.day)"), as_date("(told.cells ->> maps.report)")
    return f"""{pinned(candidate)},{schools(candidate)},
    told as materialized ({_told(candidate, sorted({source for source, *_ in STATEMENTS}))}),
    stated as (
        select told.release_id, pinned.sha8, maps.kind, pinned.ruleset,
            coalesce(nullif(nullif(btrim(told.cells ->> maps.urn), ''), 'NULL'), told.urn) as urn,
            {day} as day, {report} as report,
            words.grade, nullif(nullif(nullif(btrim(coalesce(told.cells ->> maps.category, words.category)), '-'), ''), 'NULL')
                as category,
            case when maps.kind = 'latest' then told.cells ->> 'quality_of_education' end as quality_of_education,
            case when maps.kind = 'latest' then told.cells ->> 'leadership_and_management' end as leadership_and_management,
            case when maps.kind = 'latest' then told.cells ->> 'safeguarding'
                when maps.kind = 'card' then told.cells ->> 'card_safeguarding' end as safeguarding,
            case when maps.kind = 'card' then array(
                select word from jsonb_each_text(told.cells) as card (name, word)
                where card.name like 'card\\_%' and word in ('Urgent improvement', 'Needs attention', 'Expected standard',
                    'Strong standard', 'Exceptional')
            ) end as card_words,
            case when maps.kind = 'card' then told.cells ->> 'card_leadership_and_governance' end as leadership_and_governance,
            pinned.as_at, case when pinned.row_days is null then pinned.known_from else {day} + pinned.row_days end as known_from
        from told
        inner join pinned on pinned.release_id = told.release_id and pinned.usage in ('known', 'dated_rows')
        inner join (values {maps}) as maps (source, kind, urn, day, report, grade, category) on maps.source = told.source
        left join seeds.xwalk_inspection_grade as words on words.delivered = nullif(btrim(told.cells ->> maps.grade), 'NULL')
    ),
    events as materialized (
        select * from stated
        where day <= as_at and known_from <= as_at and coalesce(report, day) <= as_at
            and urn in (select spoken_by from schools)
            and (grade is not null or category is not null or card_words <> '{{}}' or quality_of_education ~ '^[1-4]$')
    )"""


def registers(candidate: Candidate) -> str:
    """`entries`: every row of a pinned register file about a school of the list or of the authority."""
    told = " union all ".join(
        f"""
        select raw._release_id as release_id, '{source}' as source, raw.urn, btrim(raw.la_code) as la_code,
            lpad(btrim(raw.{estab}), 4, '0') as estab, btrim(raw.{name}) as school_name, lower(btrim(raw.{kind})) as school_type,
            btrim(raw.{status}) as status,
            {as_date("raw.open_date")} as open_date, {as_date("raw.close_date")} as close_date
        from raw.{source} as raw
        where raw._release_id in ({_numbers(candidate.pinned_of(source))})
            and (raw.la_code = '{candidate.authority}' or raw.urn in (select spoken_by from schools))"""
        for source, (name, estab, kind, status) in REGISTERS.items()
        if candidate.pinned_of(source)
    )
    nothing = (
        "select null::bigint as release_id, null::text as source, null::text as urn, null::text as la_code, null::text as estab, "
        "null::text as school_name, null::text as school_type, null::text as status, null::date as open_date, null::date as close_date where false"
    )
    return f"""{pinned(candidate)},{schools(candidate)},
    entries as materialized (
        select entry.*, pinned.usage, pinned.sha8, pinned.known_from, pinned.as_at
        from ({told or nothing}) as entry inner join pinned using (release_id)
    )"""


def notes_in_force(candidate: Candidate) -> str:
    """`notes`: urn, category, concern, note_date of what officers wrote and what counts on the as-at date."""
    files = _numbers(candidate.pinned_of("local_intelligence")) or "null"
    return f"""
    notes as materialized (
        select raw.urn, raw.category, raw.concern, raw.note_date
        from (
            select distinct on (raw.urn, raw.note_date, raw.category, raw.author) btrim(raw.urn) as urn,
                btrim(raw.category) as category, btrim(raw.concern) as concern, {as_date("raw.note_date")} as note_date,
                {as_date("raw.expires_on")} as expires_on
            from raw.local_intelligence as raw
            inner join landing.release as release on release.release_id = raw._release_id
            where raw._release_id in ({files})
            -- The same note sent again replaces the first.
            order by raw.urn, raw.note_date, raw.category, raw.author, release.known_from desc, release.release_id desc, raw._line desc
        ) as raw
        inner join publication.candidate as of_list on of_list.candidate_id = {candidate.candidate_id}
        where raw.note_date <= of_list.as_at and raw.expires_on >= of_list.as_at
    )"""


def _told(candidate: Candidate, sources: list[str]) -> str:
    """Rows of some sources' pinned releases about the schools, as JSON: release_id, source, urn, cells."""
    parts = [
        f"select raw._release_id as release_id, '{source}' as source, raw.urn, to_jsonb(raw) as cells from raw.{source} as raw "
        f"where raw._release_id in ({_numbers(candidate.pinned_of(source))}) and ({_about(source)})"
        for source in sources
        if candidate.pinned_of(source)
    ]
    nothing = (
        "select null::bigint as release_id, null::text as source, null::text as urn, null::jsonb as cells where false"
    )
    return " union all ".join(parts) or nothing


def _about(source: str) -> str:
    """A row of Ofsted's may tell of the URN that a school had at its inspection."""
    columns = ("urn", "urn_at_inspection", "card_urn_at_inspection") if source == "ofsted_mi" else ("urn",)
    return " or ".join(f"raw.{column} in (select spoken_by from schools)" for column in columns)


def _numbers(values: tuple[int, ...]) -> str:
    return ", ".join(map(str, values))


def _quoted(words: tuple[str, ...]) -> str:
    return ", ".join(f"'{word}'" for word in words)
