"""Somebody whom we know is known by e-mail, telephone or tax number; the same row twice is one lead."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_ext.marketing_automation.rules.lead_duplicates import (
    FileMemory,
    Known,
    Party,
    Sought,
    phone_tail,
    preferred,
)
from crm_ext.marketing_automation.rules.lead_rows import LeadRow

LEAD = Party("Lead", "CRM-LEAD-1")


def row(number=1, tax_id="", **values):
    return LeadRow(number, {"first_name": "Sara", **values}, {}, tax_id)


@pytest.mark.parametrize(
    ("known", "lead", "by"),
    [
        (Known(emails={"sara@example.com": LEAD}), row(email_id="SARA@example.com"), "email"),
        (Known(phones={"+989121234567": LEAD}), row(whatsapp_no="+989121234567"), "phone"),
        (Known(tax_keys={"ir10320": LEAD}), row(tax_id="IR-10 320"), "tax_id"),
        (Known(contents={row().content_key: LEAD}), row(), "content"),
    ],
)
def test_a_known_party_is_found(known, lead, by):
    found = known.find(lead)
    assert (found.by, found.party) == (by, LEAD)


def test_the_same_content_is_no_duplicate_where_an_email_tells_people_apart():
    lead = row(email_id="new@example.com")
    assert Known(contents={lead.content_key: LEAD}).find(lead) is None


def test_an_earlier_row_of_the_file_is_found_by_any_of_its_keys():
    memory = FileMemory()
    assert memory.find_or_remember(row(2, email_id="a@b.com", mobile_no="+989121234567")) is None
    assert memory.find_or_remember(row(3, phone="+989121234567")).earlier_row == 2
    assert memory.find_or_remember(row(4, email_id="A@B.com")).earlier_row == 2
    assert memory.find_or_remember(row(5, email_id="other@b.com")) is None


def test_rows_without_any_number_are_the_same_only_if_everything_is():
    memory = FileMemory()
    assert memory.find_or_remember(row(2, city="Tehran")) is None
    assert memory.find_or_remember(row(3, city="Tabriz")) is None
    assert memory.find_or_remember(row(4, city="tehran")).earlier_row == 2


@pytest.mark.parametrize(
    "text", ["0912 123 4567", "+98 (912) 123-4567", "۰۹۱۲۱۲۳۴۵۶۷", "00989121234567", "9121234567"]
)
def test_every_way_to_write_a_number_has_the_same_tail(text):
    assert phone_tail(text) == "1234567"


def test_what_a_file_asks_for_is_gathered_unread():
    sought = Sought()
    assert not sought
    sought.add("email_id", "Sara@Example.com")
    sought.add("phone", "021 8812 3456")
    sought.add("tax_id", "10-320")
    assert (sought.emails, sought.phone_tails, sought.tax_keys) == (
        {"sara@example.com"},
        {"8123456"},
        {"10320"},
    )


def test_a_customer_goes_before_a_lead_and_a_lead_before_a_contact():
    parties = [Party("Contact", "a"), Party("Lead", "b"), Party("Customer", "c")]
    assert preferred(parties).doctype == "Customer"
    assert preferred(parties[:2]).doctype == "Lead"
    assert preferred([]) is None


@given(st.lists(st.sampled_from(["a@x.com", "b@x.com", "c@x.com", ""]), max_size=20))
def test_of_each_email_exactly_one_row_is_new(emails):
    memory = FileMemory()
    new = [
        email
        for number, email in enumerate(emails)
        if memory.find_or_remember(row(number, **({"email_id": email} if email else {}))) is None
    ]
    assert sorted(new) == sorted(set(emails))
