"""When a quotation can be answered, and what a valid answer holds."""

import base64
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_ext.self_service.rules.quotation_answers import (
    LARGEST_SIGNATURE,
    Facts,
    is_what_was_seen,
    message_of,
    signed,
    state_of,
)
from crm_ext.shared.results import Refusal

TODAY = date(2026, 11, 22)
OPEN = Facts(docstatus=1, status="Open", valid_till=TODAY, is_accepted=False, replaced_by=None)
PICTURE = "data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"x" * 10).decode()


@pytest.mark.parametrize(
    ("changed", "state"),
    [
        ({}, "open"),
        ({"valid_till": None}, "open"),
        ({"valid_till": date(2026, 11, 21)}, "expired"),
        ({"valid_till": date(2026, 11, 21), "late_allowed": True}, "open"),
        ({"is_accepted": True}, "accepted"),
        ({"is_accepted": True, "valid_till": date(2026, 1, 1)}, "accepted"),
        ({"status": "Ordered", "is_accepted": True}, "ordered"),
        ({"status": "Partially Ordered"}, "ordered"),
        ({"status": "Lost"}, "refused"),
        ({"docstatus": 2}, "withdrawn"),
        ({"docstatus": 0}, "withdrawn"),
        ({"docstatus": 2, "replaced_by": "Q-2"}, "replaced"),
    ],
)
def test_the_state_that_a_customer_sees(changed, state):
    assert state_of(replace(OPEN, **changed), TODAY) == state


@pytest.mark.parametrize(
    ("name", "agreed", "picture", "code"),
    [
        (None, True, None, "name_missing"),
        (" \u200c ", True, None, "name_missing"),
        ("A" * 141, True, None, "name_too_long"),
        ("Ann", False, PICTURE, "not_agreed"),
        ("Ann", True, "data:image/svg+xml;base64,PHN2Zz4=", "signature_unreadable"),
        ("Ann", True, "data:image/png;base64,!!", "signature_unreadable"),
        ("Ann", True, "data:image/png;base64,PHNjcmlwdD4=", "signature_unreadable"),
        ("Ann", True, "data:image/png;base64," + "A" * (LARGEST_SIGNATURE * 2), "signature_too_large"),
    ],
)
def test_a_signature_that_is_refused(name, agreed, picture, code):
    refusal = signed(name, agreed, picture)
    assert isinstance(refusal, Refusal) and refusal.code == code


def test_a_typed_name_signs_without_a_drawing_and_is_stored_in_one_spelling():
    assert signed("علي  رضايي", True, None).person_name == "علی رضایی"
    assert signed("Ann Lee", True, PICTURE).picture == PICTURE


@pytest.mark.parametrize("seen", [None, "", "NaN", "Infinity", "-Infinity", "1e9999", "1,160.0", "1160.01", "x", "--1"])
def test_what_is_not_the_total_was_not_seen(seen):
    assert not is_what_was_seen(seen, Decimal("1160.00"))


@pytest.mark.parametrize("seen", ["1160", "1160.0", " 1160.00 ", "۱۱۶۰٫۰"])
def test_the_total_in_any_spelling_was_seen(seen):
    assert is_what_was_seen(seen, Decimal("1160.0"))


@given(st.text())
def test_whatever_is_sent_as_a_total_never_breaks_the_comparison(text):
    assert is_what_was_seen(text, Decimal("NaN")) is False


def test_messages_have_an_end_and_questions_a_text():
    assert message_of("  hello ") == "hello"
    assert message_of(None) == ""
    assert message_of(" ", is_needed=True).code == "message_missing"
    assert message_of("x" * 5001).code == "message_too_long"
