"""Each document of a trail is shown to those who may read it, by Frappe's own rules, and to nobody else."""

from __future__ import annotations

import frappe.permissions
import frappe.share
import pytest
import trail_chain as chain

from crm_ext.api.trail import get_trail, get_trail_summary
from crm_ext.crm_ext_core.queries.trail_register import CARDS
from crm_ext.crm_ext_core.queries.visibility import readable


@pytest.fixture
def case(site):
    chain.without_default_taxes()
    campaign = chain.campaign()
    lead = chain.lead(campaign)
    opportunity = chain.opportunity_of(lead, chain.item()).name
    quotation = chain.quotation_of(opportunity).name
    order = chain.order_of(quotation)
    invoice = chain.invoice_of_order(order.name)
    payment = chain.payment_of(invoice.name, 300)
    return {
        "Campaign": campaign, "Lead": lead, "Opportunity": opportunity, "Quotation": quotation,
        "Sales Order": order.name, "Sales Invoice": invoice.name, "Payment Entry": payment.name,
    }  # fmt: skip


def shown(trail):
    return {document["name"] for document in trail["documents"]}


def agrees_with_lists(site, user):
    """Our condition and `frappe.get_list` admit the same documents of every doctype of the chain."""
    for doctype in CARDS:
        if not site.has_permission(doctype, "read", user=user):
            continue
        site.set_user(user)
        listed = set(site.get_list(doctype, pluck="name", limit_page_length=0, order_by="name"))
        admitted = {
            name
            for (name,) in site.db.sql(
                f"SELECT name FROM `tab{doctype}` WHERE {readable(doctype, user)}", {"": ""}
            )
        }
        site.set_user("Administrator")
        assert admitted == listed, doctype


def test_an_accountant_without_opportunities_sees_the_invoice_and_its_campaign_still_joined(site, case):
    user = chain.user_with("Accounts User", "Sales User")
    for doctype in ("Opportunity", "Quotation"):
        deny(site, doctype)
    site.set_user(user)
    trail = get_trail("Sales Invoice", case["Sales Invoice"])
    assert shown(trail) == set(case.values()) - {case["Opportunity"], case["Quotation"]}
    text = site.as_json(trail)
    assert case["Opportunity"] not in text and case["Quotation"] not in text
    assert any(edge["through_hidden"] for edge in trail["edges"])


def deny(site, doctype):
    """As a site does that takes a doctype from its roles."""
    frappe.permissions.setup_custom_perms(doctype)
    site.db.delete("Custom DocPerm", {"parent": doctype, "role": ("in", ("Sales User", "Accounts User"))})
    site.clear_cache(doctype=doctype)


@pytest.fixture(autouse=True)
def permissions_as_they_were(site):
    yield
    site.db.rollback()
    for doctype in CARDS:
        site.clear_cache(doctype=doctype)


def test_payments_that_the_reader_may_not_see_are_no_payments_in_the_totals(site, case):
    user = chain.user_with("Sales User", "Accounts User")
    deny(site, "Payment Entry")
    site.set_user(user)
    trail = get_trail("Sales Order", case["Sales Order"])
    assert case["Payment Entry"] not in shown(trail)
    [part] = trail["totals"]["by_currency"]
    assert (part["paid"], part["settled_otherwise"], part["outstanding"]) == (0, 300, 700)


def test_not_there_and_not_yours_get_the_same_answer(site, case):
    site.set_user(chain.user_with("Stock User"))
    answers = []
    for doctype, name in (
        ("Payment Entry", case["Payment Entry"]),
        ("Payment Entry", "nothing"),
        ("User", "Administrator"),
    ):
        for ask in (get_trail, get_trail_summary):
            with pytest.raises(site.PermissionError) as refusal:
                ask(doctype, name)
            answers.append(str(refusal.value))
    assert len(set(answers)) == 1


def test_a_user_permission_on_a_company_hides_the_other_company(site, case):
    other = site.get_doc(
        doctype="Company", company_name=chain.unique("Far"), abbr=site.generate_hash(length=5), default_currency="USD",
        country="United States",
    ).insert()  # fmt: skip
    far = chain.order(chain.item(), chain.customer(), company=other.name, campaign=case["Campaign"])
    user = chain.user_with("Sales User", "Sales Manager", "Accounts User")
    frappe.permissions.add_user_permission("Company", chain.COMPANY, user)
    agrees_with_lists(site, user)
    site.set_user(user)
    trail = get_trail("Campaign", case["Campaign"])
    assert case["Sales Order"] in shown(trail)
    assert far.name not in site.as_json(trail)


def test_one_who_may_read_their_own_orders_only_sees_theirs_and_what_is_shared(site, case):
    user = chain.user_with("Sales User")
    only_owners(site, "Sales Order")
    agrees_with_lists(site, user)
    site.set_user(user)
    assert case["Sales Order"] not in shown(get_trail("Quotation", case["Quotation"]))
    site.set_user("Administrator")
    frappe.share.add("Sales Order", case["Sales Order"], user)
    agrees_with_lists(site, user)
    site.set_user(user)
    assert case["Sales Order"] in shown(get_trail("Quotation", case["Quotation"]))


def only_owners(site, doctype):
    frappe.permissions.setup_custom_perms(doctype)
    site.db.set_value("Custom DocPerm", {"parent": doctype, "permlevel": 0}, "if_owner", 1)
    site.clear_cache(doctype=doctype)


def test_a_document_shared_with_one_who_has_no_role_for_it_is_shown(site, case):
    user = chain.user_with("Stock User")
    frappe.share.add("Payment Entry", case["Payment Entry"], user)
    site.set_user(user)
    assert shown(get_trail("Payment Entry", case["Payment Entry"])) >= {case["Payment Entry"]}


def test_hooks_of_other_apps_are_asked(site, case, monkeypatch):
    user = chain.user_with("Sales User", "Accounts User")
    hooks_of_apps = site.get_hooks

    def with_one_more(hook=None, *arguments, **options):
        found = hooks_of_apps(hook, *arguments, **options)
        return {**found, "Sales Invoice": [never]} if hook == "has_permission" else found

    monkeypatch.setattr(site, "get_hooks", with_one_more)
    site.set_user(user)
    assert case["Sales Invoice"] not in shown(get_trail("Sales Order", case["Sales Order"]))


def never(doc, **_rest):
    """A hook as another app has it; it looks into the rows of the document."""
    return len(doc.items) == 0


def test_amounts_above_the_readers_level_are_left_out(site, case):
    site.get_doc(
        doctype="Property Setter", doctype_or_field="DocField", doc_type="Sales Order", field_name="grand_total",
        property="permlevel", property_type="Int", value="1",
    ).insert()  # fmt: skip
    site.clear_cache(doctype="Sales Order")
    site.set_user(chain.user_with("Sales User"))
    trail = get_trail("Sales Order", case["Sales Order"])
    [order] = [document for document in trail["documents"] if document["name"] == case["Sales Order"]]
    assert order["amount"] is None
