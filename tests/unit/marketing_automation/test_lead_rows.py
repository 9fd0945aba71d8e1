"""One row of a file: what becomes of each cell, and why a row is refused."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_ext.marketing_automation.rules.lead_columns import HEADINGS, Target
from crm_ext.marketing_automation.rules.lead_rows import LeadRow, Masters, RefusedRow, plain_number, read_row
from crm_ext.shared.table_files import FileRow
from crm_ext.shared.text import match_key

TARGETS = {fieldname: Target(fieldname, words[0]) for fieldname, words in HEADINGS.items()} | {
    "territory": Target("territory", "Territory", "Link", "Territory"),
    "type": Target("type", "Lead Type", "Select", choices=("", "Client", "Consultant")),
    "qualified_on": Target("qualified_on", "Qualified On", "Date"),
    "annual_revenue": Target("annual_revenue", "Annual Revenue", "Currency"),
    "team": Target("team", "Team", "Int"),
    "vip": Target("vip", "VIP", "Check"),
}
LINKS = {
    "territory": {match_key(name): name for name in ("Tehran", "همدان")},
    "type": {match_key("Client"): "Client"},
}
MASTERS = Masters(TARGETS, LINKS, region="IR", country="Iran")


def read(masters=MASTERS, **cells):
    return read_row(FileRow(7, tuple(cells.values())), list(cells), masters)


def codes(result):
    assert isinstance(result, RefusedRow), result
    return [reason.code for reason in result.reasons]


def test_names_numbers_and_dates_are_stored_in_one_form():
    row = read(
        first_name=" علي ",
        last_name="كاظمي",
        company_name="شركت   پمپ",
        mobile_no="۰۹۱۲ ۱۲۳ ۴۵۶۷",
        phone="(021) 8812-3456",
        email_id="mailto:Ali@Example.com",
        territory="tehran",
        type="CLIENT",
        qualified_on="۱۴۰۵/۰۸/۳۰",
        annual_revenue="۱٬۲۵۰٬۰۰۰٫۵",
        team="12",
        vip="بله",
    )
    assert isinstance(row, LeadRow), row
    assert row.values == {
        "first_name": "علی",
        "last_name": "کاظمی",
        "company_name": "شرکت پمپ",
        "mobile_no": "+989121234567",
        "phone": "+982188123456",
        "email_id": "Ali@Example.com",
        "territory": "Tehran",
        "type": "Client",
        "qualified_on": date(2026, 11, 21),
        "annual_revenue": 1250000.5,
        "team": 12,
        "vip": 1,
    }
    assert (row.email, row.phones) == ("ali@example.com", ["+989121234567", "+982188123456"])


@pytest.mark.parametrize(
    ("fieldname", "cell", "code"),
    [
        ("company_name", '=HYPERLINK("http://evil")', "formula_in_cell"),
        ("company_name", "@SUM(1+1)*cmd|' /C calc'!A0", "formula_in_cell"),
        ("job_title", "+1+cmd|' /C calc'!A0", "formula_in_cell"),
        ("job_title", "<script>alert(1)</script>", "markup_in_cell"),
        ("city", "x" * 141, "too_long"),
        ("email_id", "sara at example.com", "email_not_valid"),
        ("email_id", "sara@example", "email_not_valid"),
        ("mobile_no", "call me", "phone_not_understood"),
        ("mobile_no", "09121234567 / 09351234567", "phone_not_understood"),
        ("territory", "Atlantis", "unknown_link"),
        ("type", "Friend", "unknown_choice"),
        ("qualified_on", "soon", "date_not_understood"),
        ("qualified_on", "1404-12-30", "date_does_not_exist"),
        ("annual_revenue", "a lot", "number_not_understood"),
        ("annual_revenue", "-5", "number_negative"),
        ("team", "2.5", "number_not_understood"),
        ("vip", "perhaps", "yes_no_not_understood"),
        ("pincode", "19395", "address_incomplete"),
    ],
)
def test_a_cell_that_cannot_be_stored_refuses_the_row_with_its_reason(fieldname, cell, code):
    assert codes(read(first_name="Sara", **{fieldname: cell})) == [code]


def test_every_reason_of_a_row_is_told_at_once():
    assert codes(read(first_name="Sara", email_id="x", mobile_no="y")) == [
        "email_not_valid",
        "phone_not_understood",
    ]


def test_a_lead_needs_a_person_or_an_organisation():
    assert codes(read(first_name="", email_id="sara@example.com")) == ["name_missing"]


def test_a_family_name_alone_is_name_enough_for_erpnext():
    assert read(last_name="Hosseini").values == {"first_name": "Hosseini"}


def test_a_name_too_long_for_a_contact_is_refused():
    assert codes(read(first_name="a" * 80, last_name="b" * 80)) == ["full_name_too_long"]


def test_placeholders_are_empty_cells():
    assert read(first_name="Sara", phone="-", email_id="n/a", city="---").values == {"first_name": "Sara"}


def test_a_cell_neutralised_by_a_former_report_of_refused_rows_is_read_as_it_was():
    assert read(first_name="Sara", mobile_no="'+989121234567").values["mobile_no"] == "+989121234567"


def test_an_address_is_kept_apart_from_the_lead():
    row = read(first_name="Sara", address_line1="Valiasr 12", city="Tehran", pincode="۱۹۳۹۵")
    assert row.address == {"address_line1": "Valiasr 12", "pincode": "19395"}
    assert row.values == {"first_name": "Sara", "city": "Tehran"}


def test_faults_of_the_file_refuse_the_row():
    assert codes(read_row(FileRow(3, ("a",), "undecodable"), ["first_name"], MASTERS)) == ["undecodable"]
    assert codes(read_row(FileRow(3, ("a", "b"), None), ["first_name"], MASTERS)) == ["too_many_cells"]


def test_a_field_that_the_site_demands_is_demanded():
    masters = Masters({**TARGETS, "team": Target("team", "Team", "Int", required=True)})
    assert codes(read(masters, first_name="Sara")) == ["required_missing"]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,234.5", "1234.5"),
        ("1.234,5", "1234.5"),
        ("1,234", "1234"),
        ("1,23", "1.23"),
        ("1.234.567", "1234567"),
        ("1 234", "1234"),
        ("۱۲٫۵", "12.5"),
        ("12a", None),
        ("", None),
    ],
)
def test_numbers_are_read_in_the_notations_of_the_world(text, number):
    assert plain_number(text) == number


@given(st.integers(0, 10**12), st.integers(0, 99))
def test_a_number_grouped_in_thousands_is_itself(whole, cents):
    assert float(plain_number(f"{whole:,}.{cents:02d}")) == float(f"{whole}.{cents:02d}")


@given(st.lists(st.text(max_size=30), min_size=1, max_size=len(TARGETS)))
def test_whatever_stands_in_a_row_it_is_a_lead_or_refused(cells):
    result = read_row(FileRow(1, tuple(cells)), list(TARGETS)[: len(cells)], MASTERS)
    assert isinstance(result, LeadRow | RefusedRow)
    assert isinstance(result, LeadRow) or result.reasons
