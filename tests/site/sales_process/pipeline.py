"""A sales process, opportunities that run through it, and the documents that follow from them."""

import frappe
import makers

FIRST, SECOND, THIRD = "Prospecting", "Qualification", "Negotiation/Review"


def customer(**values):
    return makers.customer(f"Customer {frappe.generate_hash(length=8)}", **values)


def lead(**values):
    name = f"Lead {frappe.generate_hash(length=8)}"
    return frappe.get_doc(
        {"doctype": "Lead", "lead_name": name, "company": makers.company(), **values}
    ).insert()


def item(**values):
    return makers.item(f"Item {frappe.generate_hash(length=8)}", **values)


def user(*roles):
    return makers.user(f"{frappe.generate_hash(length=8)}@example.com", *roles)


def process(criteria=(), activities=(), **values):
    """A process of its own opportunity type over three of ERPNext's stages: 10, 40 and 70 percent."""
    kind = frappe.get_doc({"doctype": "Opportunity Type", "name": frappe.generate_hash(length=8)})
    kind.insert()
    return frappe.get_doc(
        {
            "doctype": "Sales Process",
            "process_name": f"Process {kind.name}",
            "opportunity_type": kind.name,
            "stages": [
                {"sales_stage": FIRST, "probability": 10, "age_limit_days": 7},
                {"sales_stage": SECOND, "probability": 40},
                {"sales_stage": THIRD, "probability": 70},
            ],
            "criteria": list(criteria),
            "activities": list(activities),
            **values,
        }
    ).insert()


def criterion(fact, operator="Yes", threshold=0, stage=FIRST, **values):
    return {"sales_stage": stage, "fact": fact, "operator": operator, "threshold": threshold, **values}


def opportunity(process, **values):
    if "party_name" not in values:
        values["party_name"] = customer().name
    return frappe.get_doc(
        {
            "doctype": "Opportunity",
            "opportunity_from": "Customer",
            "opportunity_type": process.opportunity_type,
            "company": makers.company(),
            "currency": "USD",
            "conversion_rate": 1,
            "sales_stage": FIRST,
            **values,
        }
    ).insert()


def line(item, qty=1, rate=100, **values):
    return {"item_code": item.name, "qty": qty, "rate": rate, "uom": "Nos", **values}


def quotation(of):
    made = frappe.get_attr("erpnext.crm.doctype.opportunity.opportunity.make_quotation")(of.name)
    made.insert()
    made.submit()
    return made


def order(of):
    made = frappe.get_attr("erpnext.selling.doctype.quotation.quotation.make_sales_order")(of.name)
    made.delivery_date = frappe.utils.add_days(frappe.utils.nowdate(), 7)
    made.insert()
    made.submit()
    return made


def invoice(of):
    made = frappe.get_attr("erpnext.selling.doctype.sales_order.sales_order.make_sales_invoice")(of.name)
    made.insert()
    made.submit()
    return made


def history(of):
    return frappe.get_doc("Opportunity Progress", of.name).passages
