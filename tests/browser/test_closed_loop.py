"""The closed loop as people click it: from a campaign's lead to the paid invoice, and back from the invoice."""

import pytest
from desk_forms import Form

LOOP_ROLES = ("Sales User", "Sales Manager", "Stock User", "Accounts User", "Accounts Manager", "Marketing Head")


@pytest.fixture
def goods(records, site):
    """A pump in stock with a price, and a campaign."""
    company = site.get_all("Company", pluck="name", order_by="creation", limit=1)[0]
    warehouse = site.db.get_value("Warehouse", {"company": company, "warehouse_name": "Stores"})
    records.insert({"doctype": "Campaign", "campaign_name": "Autumn Pumps"})
    item = records.insert(
        {
            "doctype": "Item",
            "item_code": "LOOP-PUMP",
            "item_name": "Circulation Pump",
            "item_group": "Products",
            "stock_uom": "Nos",
            "is_stock_item": 1,
            "item_defaults": [{"company": company, "default_warehouse": warehouse}],
        }
    )
    records.insert(
        {"doctype": "Item Price", "item_code": item.name, "price_list": "Standard Selling", "price_list_rate": 250}
    )
    records.insert(
        {
            "doctype": "Stock Entry",
            "stock_entry_type": "Material Receipt",
            "company": company,
            "items": [{"item_code": item.name, "qty": 10, "basic_rate": 150, "t_warehouse": warehouse}],
        },
        submit=True,
    )
    return item


@pytest.mark.roles(*LOOP_ROLES)
def test_from_campaign_to_paid_invoice_and_back(page, goods, records, site):
    lead = Form.new(page, "Lead")
    lead.fill("first_name", "Sara")
    lead.fill("last_name", "Karimi")
    lead.fill("email_id", "sara.karimi@loop.test")
    lead.fill("company_name", "Karimi Heating")
    lead.choose("campaign_name", "Autumn Pumps")
    lead.save()
    records.remember("Lead", lead.name)

    lead.menu("Create", "Opportunity")
    page.locator(".modal.show label", has_text="Create Prospect").click()
    page.locator(".modal.show .btn-modal-primary").click()
    opportunity = Form(page, "Opportunity")
    opportunity.add_row("items", item_code="LOOP-PUMP", qty="4", rate="250")
    opportunity.save()
    records.remember("Opportunity", opportunity.name)
    assert opportunity.value("campaign") == "Autumn Pumps"

    quotation = opportunity.create("Quotation", "Quotation")
    quotation.save()
    records.remember("Quotation", quotation.name)
    quotation.submit()

    order = quotation.create("Sales Order", "Sales Order")
    order.fill("delivery_date", page.evaluate("frappe.datetime.str_to_user(frappe.datetime.add_days(frappe.datetime.get_today(), 7))"))
    order.save()
    records.remember("Sales Order", order.name)
    records.remember("Customer", order.value("customer"))
    order.submit()
    assert order.value("campaign") == "Autumn Pumps"

    delivery = order.create("Delivery Note", "Delivery Note")
    delivery.save()
    records.remember("Delivery Note", delivery.name)
    delivery.submit()

    invoice = delivery.create("Sales Invoice", "Sales Invoice")
    invoice.save()
    records.remember("Sales Invoice", invoice.name)
    invoice.submit()
    invoice_name = invoice.name
    assert invoice.value("campaign") == "Autumn Pumps"

    payment = invoice.create("Payment", "Payment Entry")
    payment.fill("reference_no", "TRANSFER-1")
    payment.fill("reference_date", page.evaluate("frappe.datetime.str_to_user(frappe.datetime.get_today())"))
    payment.save()
    records.remember("Payment Entry", payment.name)
    payment.submit()

    paid = site.get_doc("Sales Invoice", invoice_name)
    assert (paid.status, paid.outstanding_amount, paid.base_net_total) == ("Paid", 0, 1000)
    ledger = site.get_all(
        "GL Entry", {"campaign": "Autumn Pumps", "is_cancelled": 0}, ["voucher_type", "account", "debit", "credit"],
        order_by="creation",
    )
    assert sum(row.credit for row in ledger if row.account.startswith("Sales")) == 1000
    assert sum(row.debit for row in ledger if row.account.startswith("Cost of Goods Sold")) == 600
