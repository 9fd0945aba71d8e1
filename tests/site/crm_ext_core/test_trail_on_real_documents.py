"""The trail of real documents: found whole from each of them, its figures those of the ledger."""

from __future__ import annotations

import pytest
import trail_chain as chain
from frappe.utils import flt

from crm_ext.api.trail import get_trail
from crm_ext.crm_ext_core.queries.trail import cards, counts, neighbours
from crm_ext.crm_ext_core.queries.trail_register import CARDS, LINKS


@pytest.fixture(autouse=True)
def no_taxes(site):
    """Round figures: the standard chart brings a default tax."""
    chain.without_default_taxes()


def names(trail, doctype):
    return [document["name"] for document in trail["documents"] if document["doctype"] == doctype]


def card(trail, name):
    return next(document for document in trail["documents"] if document["name"] == name)


def joined(trail, parent, child):
    for edge in trail["edges"]:
        if (trail["documents"][edge["from"]]["name"], trail["documents"][edge["to"]]["name"]) == (
            parent,
            child,
        ):
            return edge
    return None


def sums(trail, currency="USD"):
    return next(part for part in trail["totals"]["by_currency"] if part["currency"] == currency)


def company_sums(trail, company=chain.COMPANY):
    return next(part for part in trail["totals"]["by_company"] if part["company"] == company)


def assert_balanced(part):
    assert flt(part["invoiced"] - part["returned"] - part["paid"] - part["settled_otherwise"], 6) == flt(
        part["outstanding"], 6
    )


@pytest.fixture
def whole_chain(site):
    """1,000 ordered; 400 and 600 delivered; 400 invoiced and half paid; a credit note over 100."""
    campaign = chain.campaign()
    lead = chain.lead(campaign)
    opportunity = chain.opportunity_of(lead, chain.item()).name
    quotation = chain.quotation_of(opportunity).name
    order = chain.order_of(quotation).name
    first, second = chain.delivery_of(order, 4), chain.delivery_of(order, 6)
    invoice = chain.invoice_from(first.name)
    payment = chain.payment_of(invoice.name, 200)
    credit = chain.credit_note_of(invoice.name, 1)
    return {
        "Campaign": campaign,
        "Lead": lead,
        "Opportunity": opportunity,
        "Quotation": quotation,
        "Sales Order": order,
        "Delivery Note": first.name,
        "second delivery": second.name,
        "Sales Invoice": invoice.name,
        "Payment Entry": payment.name,
        "credit note": credit.name,
    }


@pytest.mark.parametrize(
    "doctype",
    [
        "Campaign",
        "Lead",
        "Opportunity",
        "Quotation",
        "Sales Order",
        "Delivery Note",
        "Sales Invoice",
        "Payment Entry",
    ],
)
def test_the_whole_chain_is_found_from_each_of_its_documents(whole_chain, doctype):
    trail = get_trail(doctype, whole_chain[doctype])
    assert {document["name"] for document in trail["documents"]} == set(whole_chain.values())
    assert trail["start"] == {"doctype": doctype, "name": whole_chain[doctype]}
    assert trail["complete"] and not trail["more"] and not trail["stopped"]


def test_totals_of_the_chain_are_those_of_the_documents(whole_chain):
    part = sums(get_trail("Sales Order", whole_chain["Sales Order"]))
    assert part["ordered"] == 1000
    assert part["delivered"] == 1000
    assert part["to_deliver"] == 0
    assert part["invoiced"] == 400
    assert part["returned"] == 100
    assert part["paid"] == 200
    assert part["outstanding"] == 100
    assert_balanced(part)


def test_an_invoice_leads_back_to_its_campaign_and_the_payment_shows_its_share(whole_chain):
    trail = get_trail("Sales Invoice", whole_chain["Sales Invoice"])
    assert joined(trail, whole_chain["Campaign"], whole_chain["Lead"])
    assert joined(trail, whole_chain["Delivery Note"], whole_chain["Sales Invoice"])
    assert joined(trail, whole_chain["Sales Invoice"], whole_chain["Payment Entry"])["amount"] == 200
    assert joined(trail, whole_chain["Sales Invoice"], whole_chain["credit note"])["kind"] == "return"
    assert card(trail, whole_chain["credit note"])["stage"] == "Return"


def test_an_invoice_made_straight_for_a_customer_leads_back_by_the_campaign_on_it(site):
    campaign, buyer = chain.campaign(), chain.customer()
    order = chain.order(chain.item(), buyer, campaign=campaign)
    invoice = chain.invoice_of_order(order.name)
    assert names(get_trail("Sales Invoice", invoice.name), "Campaign") == [campaign]
    assert invoice.name in names(get_trail("Campaign", campaign), "Sales Invoice")


def test_goods_sent_back_lower_what_is_delivered(site):
    order = chain.order(chain.item(), chain.customer())
    delivery = chain.delivery_of(order.name, 10)
    back = chain.return_of(delivery.name, 3)
    trail = get_trail("Sales Order", order.name)
    assert card(trail, back.name)["stage"] == "Return"
    assert sums(trail)["delivered"] == 700


def test_other_invoices_of_a_payment_are_shown_from_the_payment_only(site):
    item, buyer = chain.item(), chain.customer()
    ours, other = (chain.invoice_of_order(chain.order(item, buyer).name) for _ in range(2))
    payment = chain.payment_of(ours.name, 300).name
    both = chain.get_payment_entry("Sales Invoice", other.name)
    both.reference_no, both.reference_date = "both", chain.nowdate()
    both.append(
        "references",
        {"reference_doctype": "Sales Invoice", "reference_name": ours.name, "allocated_amount": 50},
    )
    both.paid_amount = both.received_amount = 1050
    both.insert().submit()
    trail = get_trail("Sales Invoice", ours.name)
    assert set(names(trail, "Payment Entry")) == {payment, both.name}
    assert other.name not in names(trail, "Sales Invoice")
    assert sums(trail)["paid"] == 350
    assert set(names(get_trail("Payment Entry", both.name), "Sales Invoice")) == {ours.name, other.name}


def test_money_paid_on_an_order_is_an_advance(site):
    order = chain.order(chain.item(), chain.customer())
    payment = chain.payment_of(order.name, 250, doctype="Sales Order")
    trail = get_trail("Sales Order", order.name)
    assert joined(trail, order.name, payment.name)["amount"] == 250
    assert sums(trail)["advances"] == 250


def test_a_write_off_by_journal_settles_without_being_a_payment(site):
    invoice = chain.invoice_of_order(chain.order(chain.item(), chain.customer()).name)
    chain.payment_of(invoice.name, 900)
    journal = chain.write_off_of(invoice, 100, chain.expense_account())
    trail = get_trail("Sales Invoice", invoice.name)
    assert joined(trail, invoice.name, journal.name)
    part = sums(trail)
    assert (part["paid"], part["settled_otherwise"], part["outstanding"]) == (900, 100, 0)
    assert card(trail, journal.name)["stage"] == "Payment"


def test_spending_that_carries_the_campaign_is_shown_beside_it(site):
    if not site.get_meta("Journal Entry Account").has_field("campaign"):
        pytest.skip("the site has no dimension on Campaign")
    campaign = chain.campaign()
    journal = site.get_doc(doctype="Journal Entry", company=chain.COMPANY, posting_date=chain.nowdate())
    bank = site.db.get_value("Account", {"company": chain.COMPANY, "account_type": "Cash", "is_group": 0})
    spent = {"account": chain.expense_account(), "debit_in_account_currency": 70, "campaign": campaign}
    journal.append("accounts", {**spent, "cost_center": chain.cost_center()})
    journal.append("accounts", {"account": bank, "credit_in_account_currency": 70})
    journal.insert().submit()
    trail = get_trail("Campaign", campaign)
    assert card(trail, journal.name)["stage"] == "Spend"


def test_a_rate_that_moved_between_invoice_and_payment_leaves_both_currencies_balanced(site):
    receivable = foreign_receivable(site)
    buyer = chain.customer("EUR")
    order = chain.order(chain.item(), buyer, currency="EUR", conversion_rate=1.10, selling_price_list=None)
    invoice = chain.invoice_of_order(order.name, debit_to=receivable, conversion_rate=1.10)
    payment = chain.payment_of(invoice.name)
    payment_rate = 1.25
    payment.reload()
    payment.cancel()
    amended = chain.amendment_of(payment)
    amended.source_exchange_rate = payment_rate
    amended.paid_amount = 1000
    amended.received_amount = amended.base_received_amount = 1250
    for reference in amended.references:
        reference.allocated_amount = 1000
    amended.insert().submit()
    trail = get_trail("Sales Order", order.name)
    euros, dollars = sums(trail, "EUR"), company_sums(trail)
    assert (euros["invoiced"], euros["paid"], euros["outstanding"]) == (1000, 1000, 0)
    assert flt(dollars["invoiced"], 2) == 1100
    assert flt(dollars["paid"], 2) == 1250
    assert flt(dollars["settled_otherwise"], 2) == -150, "the gain stands apart from what was paid"
    assert flt(dollars["outstanding"], 2) == 0
    assert names(trail, "Journal Entry"), "the journal of the exchange gain is part of the trail"
    cancelled = card(trail, payment.name)
    assert cancelled["cancelled"] and cancelled["replaced_by"] == amended.name


def foreign_receivable(site):
    group = site.db.get_value(
        "Account", {"company": chain.COMPANY, "account_type": "Receivable", "is_group": 0}, "parent_account"
    )
    account = site.get_doc(
        doctype="Account", account_name=chain.unique("Debtors EUR"), parent_account=group, company=chain.COMPANY,
        account_type="Receivable", account_currency="EUR",
    ).insert()  # fmt: skip
    return account.name


def test_a_foreign_invoice_on_a_company_currency_account_shows_what_is_open_in_its_own_currency(site):
    site.db.set_single_value(
        "Accounts Settings", "allow_multi_currency_invoices_against_single_party_account", 1
    )
    order = chain.order(
        chain.item(), chain.customer("EUR"), currency="EUR", conversion_rate=1.10, selling_price_list=None
    )
    invoice = chain.invoice_of_order(order.name, conversion_rate=1.10)
    assert invoice.party_account_currency == "USD"
    trail = get_trail("Sales Invoice", invoice.name)
    assert card(trail, invoice.name)["outstanding"] == 1000
    assert sums(trail, "EUR")["outstanding"] == 1000
    assert flt(company_sums(trail)["outstanding"], 2) == 1100


def test_a_cancelled_and_amended_order_counts_once_and_names_its_successor(site):
    order = chain.order(chain.item(), chain.customer())
    order.cancel()
    amended = chain.amendment_of(order).insert().submit()
    invoice = chain.invoice_of_order(amended.name)
    trail = get_trail("Sales Order", order.name)
    assert names(trail, "Sales Invoice") == [invoice.name]
    assert card(trail, order.name)["cancelled"] and card(trail, order.name)["replaced_by"] == amended.name
    assert joined(trail, order.name, amended.name)["kind"] == "amendment"
    assert sums(trail)["ordered"] == 1000
    assert order.name in names(get_trail("Sales Invoice", invoice.name), "Sales Order")


def test_a_cancelled_payment_is_shown_and_not_counted(site):
    invoice = chain.invoice_of_order(chain.order(chain.item(), chain.customer()).name)
    payment = chain.payment_of(invoice.name, 400)
    payment.reload()
    payment.cancel()
    trail = get_trail("Sales Invoice", invoice.name)
    assert card(trail, payment.name)["cancelled"]
    assert (sums(trail)["paid"], sums(trail)["outstanding"]) == (0, 1000)


def test_a_lead_that_was_deleted_is_marked_and_the_trail_goes_on(site, whole_chain):
    site.db.delete("Lead", {"name": whole_chain["Lead"]})
    trail = get_trail("Sales Invoice", whole_chain["Sales Invoice"])
    assert card(trail, whole_chain["Lead"])["deleted"]
    assert whole_chain["Campaign"] in names(trail, "Campaign"), "the campaign stands on the opportunity too"


def test_documents_of_two_companies_are_summed_apart(site):
    other = second_company(site)
    item, buyer, campaign = chain.item(), chain.customer(), chain.campaign()
    chain.order(item, buyer, quantity=1, campaign=campaign)
    chain.order(item, buyer, quantity=2, campaign=campaign, company=other)
    trail = get_trail("Campaign", campaign)
    assert company_sums(trail)["ordered"] == 100
    assert company_sums(trail, other)["ordered"] == 200


def second_company(site):
    existing = site.get_all("Company", filters={"name": ("!=", chain.COMPANY)}, pluck="name", order_by="name")
    if existing:
        return existing[0]
    return site.get_doc(
        doctype="Company", company_name="Trail Pumps", abbr="TRP", default_currency="USD", country="United States"
    ).insert().name  # fmt: skip


def test_a_campaign_with_more_leads_than_one_picture_says_how_many_more(site):
    campaign = chain.campaign()
    rows = [(chain.unique("LEAD"), campaign, "Administrator") for _ in range(130)]
    site.db.bulk_insert("Lead", ["name", "campaign_name", "owner"], rows)
    trail = get_trail("Campaign", campaign)
    assert len(names(trail, "Lead")) == 50
    assert not trail["complete"]
    [more] = trail["more"]
    assert (more["doctype"], more["count"]) == ("Lead", 80)
    listed = site.get_list("Lead", filters=more["filters"], pluck="name", limit_page_length=0)
    assert len(listed) == 130


def test_customers_are_named_with_what_they_first_came_by(site):
    campaign, buyer = chain.campaign(), chain.customer()
    site.db.bulk_insert("Customer Origin", ["name", "customer", "campaign"], [(buyer, buyer, campaign)])
    order = chain.order(chain.item(), buyer)
    [customer] = get_trail("Sales Order", order.name)["customers"]
    assert (customer["name"], customer["campaign"]) == (buyer, campaign)


def test_every_link_and_card_of_the_register_fits_the_tables_of_the_site(site):
    documents = [(doctype, "nothing") for doctype in CARDS]
    assert neighbours(documents, documents, lambda _doctype: 5) == ([], [])
    assert cards(documents) == []
    every_cut = [
        (index, is_upward, ((link.child if is_upward else link.parents[0], "nothing"),))
        for index, link in enumerate(LINKS)
        for is_upward in (True, False)
    ]
    assert {count for _cut, _doctype, count in counts(every_cut)} == {0}
