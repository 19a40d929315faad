"""Assessments: which schools are judged, as at which day, from which releases, under which ruleset."""
