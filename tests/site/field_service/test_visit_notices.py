"""Customers hear of a visit once at each step, in their language; sites that cannot send do business all the same."""

from __future__ import annotations

from datetime import timedelta

import frappe
import phone_world
import pytest
from frappe.utils import add_days, get_datetime, now_datetime

from crm_ext.field_service.flow import service_orders, visit_notices
from crm_ext.self_service.flow import letters, outbox, service_links


@pytest.fixture
def sent(monkeypatch):
    """What went out, at the edge of the site: e-mails and short messages."""
    out = frappe._dict(mails=[], messages=[])
    monkeypatch.setattr(letters, "can_send", lambda: True)
    monkeypatch.setattr(frappe, "sendmail", lambda **mail: out.mails.append(mail))
    monkeypatch.setattr(frappe, "are_emails_muted", lambda: False)
    monkeypatch.setattr(outbox, "send_sms", lambda to, text, **_: out.messages.append((to, text)))
    return out


@pytest.fixture(scope="module")
def committed(site_connection):
    """Committed, so that making it is paid once; what the tests do to it is rolled back."""
    frappe.set_user("Administrator")
    frappe.db.rollback()
    made = phone_world.world()
    frappe.db.set_value("Technician", made.ann, {"latitude": 35.70, "longitude": 51.40})
    frappe.db.commit()  # the rollback of a test must not take it along
    yield made
    phone_world.remove(made)


@pytest.fixture
def visit(site, committed):
    return phone_world.job(
        committed.ann,
        committed.customer,
        contact_email=f"told{committed.tag}@notices.test",
        latitude=35.75,
        longitude=51.45,
        **window(3),
    )


def window(days: int) -> dict:
    start = get_datetime(add_days(now_datetime().date(), days)) + timedelta(hours=9)
    return {"window_start": start, "window_end": start + timedelta(hours=2)}


def look(order: str) -> int:
    return visit_notices.tell([order], checkpoint=lambda: None)


def told(order: str) -> list[tuple[str, str]]:
    return [
        (row.step, row.status)
        for row in frappe.get_all(
            "Visit Notice", {"service_order": order}, ["step", "status"], order_by="creation"
        )
    ]


def test_a_window_is_told_once_and_again_when_it_changes_also_back(visit, sent):
    for days in (3, 3, 4, 4, 3):
        frappe.get_doc("Service Order", visit).db_set(window(days))
        look(visit)
    assert told(visit) == [("Window", "Sent")] * 3
    assert len(sent.mails) == 3
    address = sent.mails[-1]["message"].split("/visit/")[1].split("?")[0]
    assert service_links.open_link(address, service_links.MOVE).name == visit


def test_each_step_is_told_once_however_often_it_is_looked_at(visit, sent):
    at = now_datetime().replace(microsecond=0)
    for status in ("Planned", "On the Way", "Planned", "On the Way", "In Progress", "Work Done"):
        service_orders.set_status(visit, status, at)
        look(visit)
        look(visit)
    assert [step for step, _status in told(visit)] == ["Window", "On the Way", "Done"]
    expected = frappe.db.get_value(
        "Visit Notice", {"service_order": visit, "step": "On the Way"}, "expected_at"
    )
    assert at < expected < at + timedelta(hours=1)
    assert "Ann" in sent.mails[1]["message"] and "Phone" not in sent.mails[1]["message"]


def test_a_window_that_passed_before_it_was_told_is_left_out(visit, sent):
    frappe.get_doc("Service Order", visit).db_set(window(-1))
    look(visit)
    assert told(visit) == [] and sent.mails == []


def test_the_letter_speaks_the_customers_language(visit, sent):
    frappe.db.set_value("Customer", frappe.db.get_value("Service Order", visit, "customer"), "language", "fa")
    look(visit)
    assert frappe.db.get_value("Visit Notice", {"service_order": visit}, "language") == "fa"
    assert 'dir="rtl"' in sent.mails[0]["message"] and "_lang=fa" in sent.mails[0]["message"]
    assert frappe.local.lang == "en"


def test_a_site_with_a_gateway_sends_a_short_message_as_well(visit, sent):
    frappe.db.set_single_value("SMS Settings", "sms_gateway_url", "https://gateway.test")
    frappe.db.set_value("Service Order", visit, "contact_mobile", "+989121234567")
    look(visit)
    ((receivers, text),) = sent.messages
    assert receivers == ["+989121234567"] and "/visit/" in text
    assert told(visit) == [("Window", "Sent")]


def test_a_gateway_that_fails_is_noted_and_the_letter_goes_all_the_same(visit, sent, monkeypatch):
    def fails(*_arguments, **_options):
        raise frappe.ValidationError("No credit left")

    monkeypatch.setattr(outbox, "send_sms", fails)
    frappe.db.set_single_value("SMS Settings", "sms_gateway_url", "https://gateway.test")
    frappe.db.set_value("Service Order", visit, "contact_mobile", "+989121234567")
    look(visit)
    notice = frappe.get_doc("Visit Notice", {"service_order": visit})
    assert (notice.status, notice.failure) == ("Sent", "No credit left")


def test_a_site_that_is_muted_and_a_customer_without_address_change_nothing_about_the_visit(visit):
    look(visit)
    assert told(visit) == [("Window", "Muted")]
    service_orders.set_status(visit, "On the Way")
    assert frappe.db.get_value("Service Order", visit, "status") == "On the Way"


def test_a_site_that_does_not_want_notices_keeps_none(visit, sent):
    frappe.db.set_single_value("Field Service Settings", "no_visit_notices", 1)
    frappe.clear_document_cache("Field Service Settings", "Field Service Settings")
    try:
        look(visit)
        assert told(visit) == []
    finally:
        frappe.clear_document_cache("Field Service Settings", "Field Service Settings")


def test_a_change_of_a_visit_starts_the_look_after_the_commit(visit, monkeypatch):
    started = []
    monkeypatch.setattr(frappe, "enqueue", lambda method, **options: started.append((method, options)))
    service_orders.set_status(visit, "On the Way")
    ours = [options for method, options in started if method.endswith("visit_notices.tell")]
    assert ours and ours[0]["orders"] == [visit] and ours[0]["enqueue_after_commit"]


def test_a_notice_that_cannot_be_sent_does_not_hold_up_the_others(visit, sent, monkeypatch):
    other = phone_world.job(
        frappe.db.get_value("Service Order", visit, "technician"),
        frappe.db.get_value("Service Order", visit, "customer"),
        contact_email="second@notices.test",
        **window(5),
    )
    sends = frappe.sendmail

    def sends_to_others(**mail):
        if "second@notices.test" not in mail["recipients"]:
            raise frappe.ValidationError("No such mailbox")
        sends(**mail)

    monkeypatch.setattr(frappe, "sendmail", sends_to_others)
    visit_notices.tell([visit, other], checkpoint=lambda: None)
    assert told(visit) == [("Window", "Failed")] and told(other) == [("Window", "Sent")]
