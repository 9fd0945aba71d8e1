"""What strangers may send, and what is made of it."""

from hypothesis import given
from hypothesis import strategies as st

from crm_ext.marketing_automation.rules.enquiries import (
    TYPED,
    Enquiry,
    enquiry_key,
    looks_like_a_machine,
    read_form,
    spellings_of,
)
from crm_ext.shared.results import Refusal

GOOD = {"person_name": "Ann Lee", "email": "Ann@X.example"}


def errors(**values):
    result = read_form(GOOD | values, "US")
    return dict(result.values["errors"]) if isinstance(result, Refusal) else {}


def test_what_was_typed_is_cleaned():
    enquiry = read_form(
        {"person_name": " علي  كاظمی ", "phone": "۰۹۱۲ ۱۲۳ ۴۵۶۷", "email": "A@B.Example "}, "IR"
    )
    assert (enquiry.person_name, enquiry.phone, enquiry.email) == (
        "علی کاظمی",
        "+989121234567",
        "a@b.example",
    )


def test_markup_and_formulas_are_taken_out_of_action_and_their_words_kept():
    enquiry = read_form(GOOD | {"person_name": "=HYPERLINK(1)", "message": "<script>x</script>"}, "US")
    assert enquiry.person_name == "HYPERLINK(1)"
    assert enquiry.message == "‹script›x‹/script›"


def test_every_field_says_what_is_wrong_with_it():
    assert errors(person_name=" ") == {"person_name": "missing"}
    assert errors(email="ann@x") == {"email": "email_not_understood"}
    assert errors(phone="12") == {"phone": "phone_not_understood"}
    assert errors(email="") == {"email": "no_way_to_answer"}
    assert errors(message="x" * 5001) == {"message": "too_long"}
    assert errors(city="x" * 141) == {"city": "too_long"}


def test_what_the_page_adds_is_cut_and_never_refused():
    enquiry = read_form(GOOD | {"utm_campaign": "c" * 5000, "page": "p" * 5000}, "US")
    assert len(enquiry.utm_campaign) == 140 and len(enquiry.page) == 140


@given(st.dictionaries(st.sampled_from([*TYPED, "utm_campaign", "page", "visitor"]), st.text(max_size=200)))
def test_nothing_that_is_posted_breaks_the_door(values):
    result = read_form(values, "IR")
    if isinstance(result, Enquiry):
        texts = [getattr(result, field) or "" for field in result.__dataclass_fields__]
        assert not any("<" in text or ">" in text or "\x00" in text for text in texts)
        assert result.person_name and (result.email or result.phone)
    else:
        assert result.values["errors"]


def test_a_repeat_has_the_same_key_and_another_message_another_one():
    enquiry = read_form(GOOD | {"message": "Pump?"}, "US")
    respelled = read_form({"person_name": "ANN  LEE", "email": "ann@x.example", "message": "Pump?"}, "US")
    other = read_form(GOOD | {"message": "Valve?"}, "US")
    assert enquiry_key(enquiry, None, 1) == enquiry_key(respelled, None, 1) != enquiry_key(other, None, 1)
    assert enquiry_key(enquiry, None, 1) != enquiry_key(enquiry, None, 2)
    assert enquiry_key(enquiry, "r", 1) == enquiry_key(enquiry, "r", 2) != enquiry_key(enquiry, "s", 1)


def test_machines_fill_the_trap_or_are_too_fast_or_never_opened_the_form():
    assert looks_like_a_machine("http://spam", 60)
    assert looks_like_a_machine("", 0.5)
    assert looks_like_a_machine("", None)
    assert looks_like_a_machine("", 2 * 24 * 3600)
    assert not looks_like_a_machine(" ", 60)


def test_a_number_is_found_in_the_spellings_of_hand_typed_records():
    assert {"+989121234567", "09121234567", "989121234567", "0912 123 4567"} <= set(
        spellings_of("+989121234567")
    )
    assert "(212) 555-0100" in spellings_of("+12125550100")
