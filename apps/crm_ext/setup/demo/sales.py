"""The sales chain: opportunity, quotation, order, delivery, invoice, payment, return, write-off."""

from __future__ import annotations

import frappe
from frappe.model.document import Document

from crm_ext import erpnext_port as erp
from crm_ext.compat import CAMPAIGN_FIELD, SOURCE_FIELD
from crm_ext.setup.demo.company import rate_of, tax_template
from crm_ext.setup.demo.marketing import campaign_name
from crm_ext.setup.demo.people import customer_group, price_list_for, terms_for, territory, user
from crm_ext.setup.demo.story import Deal, Event
from crm_ext.setup.demo.words import COMPETITORS, FOREIGN_CUSTOMERS, LOST_REASONS
from crm_ext.setup.demo.world import BRANCH, World, post, put

STAGES = ("Qualification", "Needs Analysis", "Value Proposition")


def opportunity(world: World, event: Event) -> None:
    deal = world.story.deals[event.key]
    if deal.lead is None:
        document = frappe.new_doc("Opportunity")
        document.update({"opportunity_from": "Customer", "party_name": world.recall("customer", deal.buyer)})
        document.set(CAMPAIGN_FIELD, campaign_name(world, deal.campaign))
        document.set(SOURCE_FIELD, "Existing Customer" if deal.number % 3 else "Reference")
    else:
        document = erp.make_from("Lead", world.recall("lead", deal.lead), "Opportunity")
    currency, price_list = _money_of(world, deal)
    document.update(
        {
            "company": world.company_of(deal.branch),
            "transaction_date": world.date(event.day),
            "expected_closing": world.date(deal.days["order"]),
            "currency": currency,
            "territory": territory(world, deal.branch),
            "opportunity_type": "Sales",
            "opportunity_owner": user("sales"),
            "sales_stage": "Prospecting",
            "probability": 10,
            "items": [],
        }
    )
    for item, quantity in deal.lines:
        rate = erp.price_of(item, price_list, world.date(event.day))
        document.append("items", {"item_code": item, "qty": quantity, "rate": rate})
    document.opportunity_amount = sum(row.qty * row.rate for row in document.items)
    world.remember("opportunity", deal.number, document.insert().name)


def stage(world: World, event: Event) -> None:
    """The first talk has been held: the opportunity moves on."""
    document = _move(world.recall("opportunity", event.key), STAGES[event.key % len(STAGES)], 30)
    _meeting(document, world.date(event.day))


def _move(name: str, sales_stage: str, probability: int) -> Document:
    document = frappe.get_doc("Opportunity", name)
    document.update({"sales_stage": sales_stage, "probability": probability})
    return document.save()


def _meeting(opportunity: Document, day: str) -> None:
    put(
        "Event",
        subject=f"Visit: {opportunity.customer_name or opportunity.party_name}",
        event_category="Meeting",
        event_type="Public",
        status="Closed",
        starts_on=f"{day} 10:00:00",
        ends_on=f"{day} 11:00:00",
        event_participants=[
            {"reference_doctype": opportunity.opportunity_from, "reference_docname": opportunity.party_name}
        ],
    )


def quotation(world: World, event: Event) -> None:
    deal = world.story.deals[event.key]
    source = world.recall("opportunity", deal.number)
    _move(source, "Proposal/Price Quote", 60)
    document = erp.make_from("Opportunity", source, "Quotation")
    currency, price_list = _money_of(world, deal)
    document.update(
        {
            "transaction_date": world.date(event.day),
            "valid_till": world.date(event.day + 45),
            "order_type": "Sales",
            "selling_price_list": price_list,
            "price_list_currency": currency,
            "plc_conversion_rate": _rate(world, deal, event.day),
            "conversion_rate": _rate(world, deal, event.day),
            "payment_terms_template": _terms(world, deal),
            "additional_discount_percentage": deal.discount,
            "apply_discount_on": "Net Total",
            "payment_schedule": [],
            "taxes_and_charges": tax_template(world, deal.branch, _is_export(world, deal)),
            "taxes": [],
        }
    )
    document.append_taxes_from_master()
    for row in document.items:
        row.rate = row.price_list_rate = None
    document.run_method("set_missing_values")
    world.remember("quotation", deal.number, post(document).name)


def lost(world: World, event: Event) -> None:
    reason = world.say(LOST_REASONS[event.key % len(LOST_REASONS)])
    document = frappe.get_doc("Quotation", world.recall("quotation", event.key))
    document.declare_enquiry_lost(
        [{"lost_reason": reason}], [{"competitor": COMPETITORS[event.key % len(COMPETITORS)]}], ""
    )


def order(world: World, event: Event) -> None:
    deal = world.story.deals[event.key]
    if deal.lead is not None:
        _customer_from_lead(world, deal)
    document = erp.make_from("Quotation", world.recall("quotation", deal.number), "Sales Order")
    day = world.date(event.day)
    document.update(
        {
            "transaction_date": day,
            "delivery_date": world.date(deal.days["delivery"]),
            "po_no": f"PO-{deal.number + 1:04d}",
            "po_date": day,
            "set_warehouse": world.store(deal.branch),
            "cost_center": world.cost_center(deal.branch),
            "payment_terms_template": _terms(world, deal),
            "payment_schedule": [],
        }
    )
    if not document.sales_team:
        document.append(
            "sales_team", {"sales_person": world.sales_person(deal.branch), "allocated_percentage": 100}
        )
    for row in document.items:
        row.update({"delivery_date": document.delivery_date, "warehouse": document.set_warehouse})
    _charge_branch(world, document, deal)
    world.remember("order", deal.number, post(document).name)


def _customer_from_lead(world: World, deal: Deal) -> None:
    lead = world.story.leads[_position_of_lead(world, deal.lead)]
    source = world.recall("lead", deal.lead)
    if frappe.db.exists("Customer", {"lead_name": source}):
        return
    document = erp.make_from("Lead", source, "Customer")
    document.update(
        {
            "customer_group": customer_group(world, lead.group),
            "territory": territory(world, lead.branch),
            "default_currency": "IRR",
            "default_price_list": price_list_for(lead.group, "IRR"),
            "payment_terms": terms_for(lead.group, lead.number),
            "sales_team": [{"sales_person": world.sales_person(lead.branch), "allocated_percentage": 100}],
        }
    )
    document.insert()


def _position_of_lead(world: World, number: int) -> int:
    return next(place for place, lead in enumerate(world.story.leads) if lead.number == number)


def delivery(world: World, event: Event) -> None:
    deal = world.story.deals[event.key]
    document = erp.make_from("Sales Order", world.recall("order", deal.number), "Delivery Note")
    _at(document, world.date(event.day), "11:00:00")
    _charge_branch(world, document, deal)
    world.remember("delivery", deal.number, post(document).name)


def invoice(world: World, event: Event) -> None:
    deal = world.story.deals[event.key]
    document = erp.make_from("Delivery Note", world.recall("delivery", deal.number), "Sales Invoice")
    _at(document, world.date(event.day), "15:00:00")
    document.update(
        {
            "due_date": None,
            "payment_schedule": [],
            "payment_terms_template": _terms(world, deal),
            "allocate_advances_automatically": int(deal.payment == "advance"),
            "conversion_rate": _rate(world, deal, event.day),
        }
    )
    _charge_branch(world, document, deal)
    world.remember("invoice", deal.number, post(document).name)


def advance(world: World, event: Event) -> None:
    deal = world.story.deals[event.key]
    order_name = world.recall("order", deal.number)
    total = frappe.db.get_value("Sales Order", order_name, "grand_total")
    _pay(world, deal, event.day, "Sales Order", order_name, round(total / 2, 2))


def payment(world: World, event: Event) -> None:
    deal = world.story.deals[event.key]
    name = world.recall("invoice", deal.number)
    outstanding = frappe.db.get_value("Sales Invoice", name, "outstanding_amount")
    if outstanding > 0:
        _pay(world, deal, event.day, "Sales Invoice", name, round(outstanding * event.detail[0], 2))


def _pay(world: World, deal: Deal, day: int, doctype: str, name: str, amount: float) -> None:
    currency, _price_list = _money_of(world, deal)
    bank = "Main Bank" if currency == world.currency_of(deal.branch) else f"{currency} Bank"
    document = erp.payment_for(doctype, name, world.account(bank, deal.branch), amount)
    document.posting_date = document.reference_date = world.date(day)
    document.reference_no = f"TR-{deal.number + 1:04d}-{day}"
    document.cost_center = world.cost_center(deal.branch)
    document.source_exchange_rate = document.target_exchange_rate = _rate(world, deal, day)
    document.set_amounts()
    post(document)


def returned(world: World, event: Event) -> None:
    """One piece of the first line comes back: into the store, and off the invoice."""
    for kind, doctype in (("delivery", "Delivery Note"), ("invoice", "Sales Invoice")):
        document = erp.make_from(doctype, world.recall(kind, event.key), f"{doctype} return")
        _at(document, world.date(event.day), "12:00:00" if kind == "delivery" else "16:00:00")
        document.items = document.items[:1]
        document.items[0].qty = -1
        if kind == "invoice":
            document.update(
                {
                    "due_date": document.posting_date,
                    "payment_schedule": [],
                    "payment_terms_template": None,
                    "advances": [],
                    "allocate_advances_automatically": 0,
                }
            )
        post(document)


def write_off(world: World, event: Event) -> None:
    """An invoice that will not be paid: off the receivable, onto the company's write-off account."""
    deal = world.story.deals[event.key]
    document = frappe.get_doc("Sales Invoice", world.recall("invoice", deal.number))
    if document.party_account_currency != "IRR":
        return
    amount = document.outstanding_amount
    write_off_account = frappe.get_cached_value("Company", document.company, "write_off_account")
    rows = [
        {"account": write_off_account, "debit_in_account_currency": amount},
        {
            "account": document.debit_to,
            "party_type": "Customer",
            "party": document.customer,
            "credit_in_account_currency": amount,
            "reference_type": "Sales Invoice",
            "reference_name": document.name,
        },
    ]
    for row in rows:
        row |= {"cost_center": world.cost_center(deal.branch), CAMPAIGN_FIELD: document.get(CAMPAIGN_FIELD)}
    entry = frappe.get_doc(
        {
            "doctype": "Journal Entry",
            "voucher_type": "Write Off Entry",
            "company": document.company,
            "posting_date": world.date(event.day),
            "user_remark": f"Not collectable: {document.name}",
            "accounts": rows,
        }
    )
    post(entry)


def _money_of(world: World, deal: Deal) -> tuple[str, str]:
    """Currency and price list in which the deal is made."""
    if deal.buyer is None:
        lead = world.story.leads[_position_of_lead(world, deal.lead)]
        return "IRR", price_list_for(lead.group, "IRR")
    buyer = world.story.buyers[deal.buyer]
    return buyer.currency, price_list_for(buyer.group, buyer.currency)


def _is_export(world: World, deal: Deal) -> bool:
    """Whether the goods leave the branch's country."""
    foreign = world.story.buyers[deal.buyer].foreign if deal.buyer is not None else None
    return foreign is not None and FOREIGN_CUSTOMERS[foreign][1] != BRANCH[deal.branch].country


def _terms(world: World, deal: Deal) -> str:
    if deal.buyer is None:
        lead = world.story.leads[_position_of_lead(world, deal.lead)]
        return terms_for(lead.group, lead.number)
    buyer = world.story.buyers[deal.buyer]
    return terms_for(buyer.group, buyer.number)


def _rate(world: World, deal: Deal, day: int) -> float:
    """Company currency for one unit of the deal's currency."""
    currency, _price_list = _money_of(world, deal)
    return 1.0 if currency == world.currency_of(deal.branch) else rate_of(currency, day)


def _at(document: Document, day: str, time: str) -> None:
    document.update({"set_posting_time": 1, "posting_date": day, "posting_time": time})


def _charge_branch(world: World, document: Document, deal: Deal) -> None:
    document.cost_center = world.cost_center(deal.branch)
    for row in [*document.items, *document.taxes]:
        row.cost_center = document.cost_center


HANDLERS = {
    "opportunity": opportunity,
    "stage": stage,
    "quotation": quotation,
    "lost": lost,
    "order": order,
    "advance": advance,
    "delivery": delivery,
    "invoice": invoice,
    "payment": payment,
    "return": returned,
    "write_off": write_off,
}
