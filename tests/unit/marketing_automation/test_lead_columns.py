"""Headings of real files find their fields; wrong mappings are refused by name."""

import pytest

from crm_ext.marketing_automation.rules.lead_columns import (
    HEADINGS,
    TEMPLATE,
    Target,
    check_columns,
    guess_columns,
    template_headings,
)

TARGETS = [Target(fieldname, words[0]) for fieldname, words in HEADINGS.items()]


@pytest.mark.parametrize(
    ("heading", "fieldname"),
    [
        ("First Name", "first_name"),
        ("first_name", "first_name"),
        ("FIRSTNAME", "first_name"),
        ("E-Mail", "email_id"),
        ("نام", "first_name"),
        ("نام خانوادگي", "last_name"),
        ("نام و نام خانوادگی", "lead_name"),
        ("تلفن‌ همراه", "mobile_no"),
        ("شماره موبایل", "mobile_no"),
        ("كد پستي", "pincode"),
        ("شناسه ملی", "tax_id"),
        ("ايميل", "email_id"),
        ("UTM Campaign", "campaign_name"),
        ("Shoe size", ""),
        ("", ""),
    ],
)
def test_a_heading_is_understood_in_the_spellings_that_people_use(heading, fieldname):
    assert guess_columns([heading], TARGETS) == [fieldname]


def test_no_two_headings_mean_different_fields():
    for fieldname, words in HEADINGS.items():
        for word in words:
            assert guess_columns([word], TARGETS) == [fieldname], word


def test_a_field_is_given_to_the_first_column_only():
    assert guess_columns(["Email", "E-mail"], TARGETS) == ["email_id", ""]


def test_a_field_that_the_site_does_not_have_is_not_guessed():
    assert guess_columns(["Gender"], [Target("first_name", "First Name")]) == [""]


def test_a_custom_field_is_found_by_its_label():
    assert guess_columns(["Boiler type"], [*TARGETS, Target("boiler_type", "Boiler Type")]) == ["boiler_type"]


def test_each_fault_of_a_mapping_is_named():
    targets = [*TARGETS, Target("region_code", "Region Code", required=True)]
    problems = check_columns(["email_id", "email_id", "gone", ""], targets)
    assert [(problem.code, *problem.values.values()) for problem in problems] == [
        ("column_unknown", "gone"),
        ("column_twice", "email_id"),
        ("no_name_column",),
        ("column_missing", "Region Code"),
    ]


@pytest.mark.parametrize("language", ["en", "fa", "fa-IR"])
def test_the_template_is_understood_as_it_is(language):
    assert tuple(guess_columns(template_headings(language), TARGETS)) == TEMPLATE
