"""Tracked links and quotations seen in the portal."""

from urllib.parse import parse_qs, urlsplit

import frappe
import makers
import pytest
import strangers
from frappe.utils import now_datetime

from crm_ext.api.click import tracked_link
from crm_ext.marketing_automation.flow import clicks, views
from crm_ext.marketing_automation.rules.links import TrackedLink

BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
TARGET = "https://pumps.example/offer?a=1&b=2"


def follow(address, method="GET", **headers):
    parts = urlsplit(address)
    return strangers.request(method, f"{parts.path}?{parts.query}", headers=BROWSER | headers)


@pytest.fixture
def queued(monkeypatch):
    """Jobs that the web application would have given to a worker, with what they were given."""
    jobs = []
    monkeypatch.setattr(frappe, "enqueue", lambda method, **kwargs: jobs.append((method, kwargs)))
    yield jobs
    strangers.forget()


def test_a_template_can_make_a_tracked_link():
    lead = makers.lead()
    html = frappe.render_template("{{ tracked_link('https://pumps.example', doc) }}", {"doc": lead})
    assert "crm_ext.api.click.follow" in html


def test_a_link_leads_where_it_was_made_to_lead_and_the_click_is_queued(queued):
    lead = makers.lead()
    answer = follow(tracked_link(TARGET, lead, "Spring"))
    assert (answer.status_code, answer.headers["Location"]) == (302, TARGET)
    [(method, given)] = queued
    assert method.endswith("clicks.record_click")
    assert (given["name"], given["campaign"], given["url"]) == (lead.name, "Spring", TARGET)


@pytest.mark.parametrize(
    "change", [{"u": "https://evil.example"}, {"n": "Other"}, {"c": "Other"}, {"s": ""}, {"s": "é"}]
)
def test_a_link_that_was_altered_leads_nowhere(queued, change):
    address = tracked_link(TARGET, makers.lead(), "Spring")
    given = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()} | change
    answer = strangers.request(
        "GET", "/api/method/crm_ext.api.click.follow", query_string=given, headers=BROWSER
    )
    assert answer.status_code == 404
    assert "Location" not in answer.headers and not queued


@pytest.mark.parametrize(
    ("method", "headers"),
    [("HEAD", {}), ("GET", {"Sec-Purpose": "prefetch"}), ("GET", {"User-Agent": "Slackbot 1.0"})],
)
def test_machines_are_sent_on_and_not_recorded(queued, method, headers):
    answer = follow(tracked_link(TARGET, makers.lead()), method, **headers)
    assert answer.status_code == 302 and not queued


def test_a_script_is_refused_as_a_link():
    with pytest.raises(frappe.ValidationError, match="https://"):
        tracked_link("javascript:alert(1)", makers.lead())


def test_a_click_is_one_touch_for_each_link_and_reader():
    campaign, lead = makers.campaign("Clicked"), makers.lead()
    for url in (TARGET, TARGET, "https://pumps.example/other"):
        clicks.record_click(url, "Lead", lead.name, campaign.name, now_datetime())
    touches = frappe.get_all(
        "Touchpoint",
        {"lead": lead.name, "activity": "Clicked"},
        ["campaign", "direction", "cost"],
        order_by="name",
    )
    assert touches == [{"campaign": campaign.name, "direction": "Inbound", "cost": 0}] * 2
    assert TrackedLink(TARGET, "Lead", lead.name).occasion


def quotation(customer):
    item = makers.item(f"Viewed {frappe.generate_hash(length=6)}")
    return frappe.get_doc(
        {"doctype": "Quotation", "quotation_to": "Customer", "party_name": customer.name,
         "company": makers.company(), "items": [{"item_code": item.name, "qty": 1, "rate": 10}]}
    ).insert()  # fmt: skip


@pytest.fixture
def visitor():
    """Sets whose page view it is: 'Website User' or 'System User'."""
    before = frappe.session.data.user_type

    def become(kind):
        frappe.session.data.user_type = kind

    yield become
    frappe.session.data.user_type = before


def test_a_quotation_seen_in_the_portal_is_a_touch_once_a_day(queued, visitor):
    customer = makers.customer("Viewing Customer")
    seen = quotation(customer)
    visitor("Website User")
    frappe.cache.delete_keys("crm_ext_viewed")
    views.page_shown({"doc": seen})
    views.page_shown({"doc": seen})
    [(method, given)] = queued
    assert method.endswith("views.record_view")
    given.pop("queue")
    assert views.record_view(**given) == 1
    assert views.record_view(**given) == 0
    touch = frappe.get_last_doc("Touchpoint", filters={"reference_name": seen.name})
    assert (touch.activity, touch.channel, touch.customer) == ("Viewed", "Web", customer.name)


def test_a_print_view_by_a_key_counts_and_our_own_people_and_other_pages_do_not(queued, visitor):
    seen = quotation(makers.customer("Printing Customer"))
    frappe.cache.delete_keys("crm_ext_viewed")
    visitor("System User")
    views.page_shown({"doc": seen})
    visitor("Website User")
    views.page_shown({"doc": makers.lead()})
    views.page_shown({"title": "About us"})
    assert not queued
    views.page_shown({"doctype": "Quotation", "name": seen.name})
    assert len(queued) == 1
