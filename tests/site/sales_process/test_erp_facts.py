"""Facts as the ERP has them: credit, stock, margin, quotations, advances, in the company's currency."""

import frappe
import makers
import pipeline
from counting import queries_of
from frappe.utils import add_days, getdate
from pipeline import criterion, line

from crm_ext.api import sales_process as api
from crm_ext.sales_process.flow import moves


def judged(opportunity):
    """(met, sentence) of the only criterion of the present stage."""
    (only,) = moves.state(frappe.get_doc("Opportunity", opportunity.name))["criteria"]
    return only["met"], only["sentence"]


def judged_for(fact, *answer, **values):
    return judged(pipeline.opportunity(pipeline.process(criteria=[criterion(fact, *answer)]), **values))


def test_the_credit_limit_of_erpnext_less_what_is_outstanding_must_cover_the_amount():
    customer = pipeline.customer(credit_limits=[{"company": makers.company(), "credit_limit": 5000}])
    makers.sales_invoice(customer.name, pipeline.item().name, rate=3800)
    met, sentence = judged_for("Credit available", party_name=customer.name, opportunity_amount=5000)
    assert not met and sentence == "Credit available: $ 1,200.00 of $ 5,000.00 needed"
    met, _sentence = judged_for("Credit available", party_name=customer.name, opportunity_amount=1200)
    assert met


def test_an_amount_in_another_currency_is_weighed_in_the_companys():
    customer = pipeline.customer(credit_limits=[{"company": makers.company(), "credit_limit": 1100}])
    amount = {
        "currency": "EUR",
        "conversion_rate": 1.2,
        "opportunity_amount": 1000,
        "party_name": customer.name,
    }
    met, sentence = judged_for("Credit available", **amount)
    assert not met and sentence == "Credit available: $ 1,100.00 of $ 1,200.00 needed"
    met, sentence = judged_for("Opportunity amount", "At least", 1200, **amount)
    assert met and sentence == "Opportunity amount: $ 1,200.00 (at least $ 1,200.00 asked)"


def test_a_customer_without_a_limit_has_credit_and_a_lead_has_none_yet():
    assert judged_for("Credit available", opportunity_amount=10**9)[0]
    lead = pipeline.lead()
    met, sentence = judged_for("Credit available", opportunity_from="Lead", party_name=lead.name)
    assert not met and "once the party is a customer" in sentence


def test_a_lead_that_became_a_customer_is_one():
    lead = pipeline.lead()
    party = {"opportunity_from": "Lead", "party_name": lead.name}
    assert not judged_for("Party is a customer", **party)[0]
    customer = pipeline.customer(lead_name=lead.name)
    assert judged_for("Party is a customer", **party) == (True, f"Customer: {customer.name}")


def test_stock_is_promised_from_the_items_own_warehouse_in_its_stock_unit():
    item = pipeline.item(
        is_stock_item=1,
        uoms=[{"uom": "Box", "conversion_factor": 10}],
        item_defaults=[{"company": makers.company(), "default_warehouse": makers.warehouse()}],
    )
    makers.stock(item.name, 25, 40)
    assert judged_for("Stock promised", items=[line(item, 2, uom="Box")])[0]
    met, sentence = judged_for("Stock promised", items=[line(item, 3, uom="Box")])
    assert not met and sentence == f"Stock promised for {item.name}: 25 of 30"


def test_stock_is_promised_by_the_expected_closing_date_with_what_arrives_until_then():
    item = pipeline.item(is_stock_item=1)
    makers.stock(item.name, 4, 40)
    item.db_set("lead_time_days", 10)
    lines = {"items": [line(item, 6)]}
    met, sentence = judged_for("Stock promised", **lines)
    assert not met and sentence == f"Stock promised for {item.name}: 4 of 6"
    assert not judged_for("Stock promised", expected_closing=add_days(getdate(), 5), **lines)[0]
    met, sentence = judged_for("Stock promised", expected_closing=add_days(getdate(), 60), **lines)
    assert met and sentence == "Everything can be promised in time"


def test_a_service_needs_no_stock():
    assert judged_for("Stock promised", items=[line(pipeline.item(), 1000)])[0]


def test_margin_compares_rates_in_company_currency_with_what_the_stock_is_worth():
    item = pipeline.item(is_stock_item=1)
    makers.stock(item.name, 10, 60)
    euro = {"currency": "EUR", "conversion_rate": 1.25, "items": [line(item, 2, 64)]}
    met, sentence = judged_for("Margin", "At least", 30, **euro)
    assert not met and sentence == "Margin: 25.0 % (at least 30.0 % asked)"
    assert judged_for("Margin", "At least", 25, **euro)[0]


def test_margin_falls_back_to_the_price_last_paid_and_is_unknown_without_any():
    item = pipeline.item()
    met, sentence = judged_for("Margin", "At least", 0, items=[line(item)])
    assert not met and item.name in sentence
    frappe.db.set_value("Item", item.name, "last_purchase_rate", 80)
    assert judged_for("Margin", "At least", 20, items=[line(item)])[0]


def test_a_submitted_quotation_counts_and_a_lost_one_does_not():
    process = pipeline.process(criteria=[criterion("Quotations submitted", "At least", 1)])
    opportunity = pipeline.opportunity(process, items=[line(pipeline.item())])
    assert not judged(opportunity)[0]
    quotation = pipeline.quotation(opportunity)
    assert judged(opportunity) == (True, "Quotations submitted: 1 (at least 1 asked)")
    quotation.db_set("status", "Lost")
    assert not judged(opportunity)[0]


def test_an_advance_on_the_order_counts_against_the_amount():
    process = pipeline.process(criteria=[criterion("Advance received", "At least", 30)])
    opportunity = pipeline.opportunity(process, items=[line(pipeline.item(), 10, 100)])
    order = pipeline.order(pipeline.quotation(opportunity))
    assert not judged(opportunity)[0]
    payment = frappe.get_attr("erpnext.accounts.doctype.payment_entry.payment_entry.get_payment_entry")(
        "Sales Order", order.name, party_amount=300
    )
    payment.update({"reference_no": "1", "reference_date": frappe.utils.nowdate()})
    payment.insert()
    payment.submit()
    met, sentence = judged(opportunity)
    assert met and sentence.startswith("Advance received: $ 300.00 of $ 1,000.00 (30.0 %)")
    payment.cancel()
    assert not judged(opportunity)[0]


def test_the_decision_maker_is_a_contact_with_a_title():
    customer = pipeline.customer()
    contact = frappe.get_doc(
        {
            "doctype": "Contact",
            "first_name": "Mina",
            "last_name": "Rahimi",
            "email_ids": [{"email_id": "mina@example.com", "is_primary": 1}],
            "links": [{"link_doctype": "Customer", "link_name": customer.name}],
        }
    ).insert()
    named = {"party_name": customer.name, "contact_person": contact.name}
    assert not judged_for("Decision maker named", **named)[0]
    assert judged_for("Contact can be reached", **named) == (
        True,
        "Contact can be reached at mina@example.com",
    )
    frappe.db.set_value("Contact", contact.name, "designation", "Head of Purchasing")
    assert judged_for("Decision maker named", **named) == (
        True,
        "Decision maker: Mina Rahimi, Head of Purchasing",
    )


def test_sentences_are_persian_for_a_reader_of_persian():
    frappe.local.lang = "fa"
    try:
        _met, sentence = judged_for("Opportunity amount", "At least", 1, opportunity_amount=1200)
    finally:
        frappe.local.lang = "en"
    assert "۱٬۲۰۰٫۰۰" in sentence


def test_the_number_of_queries_does_not_grow_with_the_items():
    process = pipeline.process(criteria=[criterion("Stock promised"), criterion("Margin", "At least", 1)])

    def cost(count):
        items = [line(pipeline.item(is_stock_item=1)) for _number in range(count)]
        opportunity = pipeline.opportunity(process, items=items)
        document = frappe.get_doc("Opportunity", opportunity.name)
        return queries_of(lambda: moves.state(document))

    cost(1)  # Warms the caches of metadata.
    assert cost(9) <= cost(2)


def test_what_is_unmet_leads_to_where_it_is_put_right():
    process = pipeline.process(
        criteria=[criterion("Items listed", "At least", 1), criterion("Credit available")]
    )
    customer = pipeline.customer(credit_limits=[{"company": makers.company(), "credit_limit": 1}])
    opportunity = pipeline.opportunity(process, party_name=customer.name, opportunity_amount=5)
    items, credit = api.state(opportunity.name)["criteria"]
    assert items["fix"] == {"kind": "field", "target": "items"}
    assert credit["fix"] == {"kind": "document", "doctype": "Customer", "name": customer.name}
