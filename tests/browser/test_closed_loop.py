"""The closed loop as people click it: from a campaign's lead to the paid invoice, and back from the invoice."""

import re

import pytest
from desk_forms import Form
from playwright.sync_api import expect

LOOP_ROLES = ("Sales User", "Sales Manager", "Stock User", "Accounts User", "Accounts Manager", "Marketing Head")
ACCOUNTANT = ("Accounts User", "Accounts Manager")
CAMPAIGN = "Autumn Pumps"


@pytest.fixture
def plan(site, records):
    """A campaign plan, ready for approval; leaves with all that its approval makes."""
    company = site.get_all("Company", pluck="name", order_by="creation", limit=1)[0]
    account = site.get_all(
        "Account", {"company": company, "account_name": "Marketing Expenses"}, pluck="name", order_by="name"
    )[0]
    year_end = site.get_all(
        "Fiscal Year", {"year_end_date": (">=", site.utils.today())}, pluck="year_end_date", order_by="year_end_date"
    )[0]
    yield site.get_doc(
        {
            "doctype": "Campaign Plan",
            "title": CAMPAIGN,
            "company": company,
            "plan_owner": "Administrator",
            "from_date": site.utils.today(),
            "to_date": year_end,
            "expense_account": account,
            "channels": [{"channel": "Email", "budget": 500, "expected_touches": 100}],
            "tasks": [{"subject": "Write the letter", "duration": 1}],
        }
    ).insert()
    site.db.rollback()
    records.remove_all()
    for name in site.get_all("Campaign Plan", {"title": CAMPAIGN}, pluck="name", order_by="name"):
        if site.db.get_value("Campaign Plan", name, "docstatus") == 1:
            site.get_doc("Campaign Plan", name).cancel()
        site.delete_doc("Campaign Plan", name, force=True)
    projects = site.get_all("Project", {"project_name": ("like", f"{CAMPAIGN}%")}, pluck="name", order_by="name")
    for doctype, filters in (
        ("Task", {"project": ("in", projects or [""])}),
        ("Project", {"name": ("in", projects or [""])}),
        ("Budget", {"campaign": CAMPAIGN}),
        ("Campaign", {"name": CAMPAIGN}),
    ):
        for name in site.get_all(doctype, filters, pluck="name", order_by="name"):
            site.delete_doc(doctype, name, force=True)
    site.db.commit()


@pytest.fixture
def goods(records, site):
    """A pump in stock with a price."""
    company = site.get_all("Company", pluck="name", order_by="creation", limit=1)[0]
    warehouse = site.db.get_value("Warehouse", {"company": company, "warehouse_name": "Stores"})
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


def open_trail(page, invoice: str):
    Form.open(page, "Sales Invoice", invoice)
    page.locator(".page-container:visible").get_by_role("tab", name="Connections").click()
    return page.locator(".crm-ext-trail:visible")


@pytest.mark.roles(*LOOP_ROLES)
def test_from_campaign_to_paid_invoice_and_back(page, desk, plan, goods, records, site):
    site.db.commit()
    campaign = Form.open(page, "Campaign Plan", plan.name)
    campaign.button("Request Approval").click()
    campaign.button("Approve").click()
    page.locator(".modal.show .btn-modal-primary", has_text="Yes").click()
    page.wait_for_function("() => cur_frm.doc.docstatus === 1")
    assert campaign.value("campaign") == CAMPAIGN

    lead = Form.new(page, "Lead")
    lead.fill("first_name", "Sara")
    lead.fill("last_name", "Karimi")
    lead.fill("email_id", "sara.karimi@loop.test")
    lead.fill("company_name", "Karimi Heating")
    lead.choose("campaign_name", CAMPAIGN)
    lead.save()
    records.remember("Lead", lead.name)

    lead.menu("Create", "Opportunity")
    page.locator(".modal.show label", has_text="Create Prospect").click()
    page.locator(".modal.show .btn-modal-primary").click()
    opportunity = Form(page, "Opportunity")
    opportunity.add_row("items", item_code="LOOP-PUMP", qty="4", rate="250")
    opportunity.save()
    records.remember("Opportunity", opportunity.name)
    assert opportunity.value("campaign") == CAMPAIGN

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
    assert order.value("campaign") == CAMPAIGN

    delivery = order.create("Delivery Note", "Delivery Note")
    delivery.save()
    records.remember("Delivery Note", delivery.name)
    delivery.submit()

    invoice = delivery.create("Sales Invoice", "Sales Invoice")
    invoice.save()
    records.remember("Sales Invoice", invoice.name)
    invoice.submit()
    invoice_name = invoice.name
    assert invoice.value("campaign") == CAMPAIGN

    payment = invoice.create("Payment", "Payment Entry")
    payment.fill("reference_no", "TRANSFER-1")
    payment.fill("reference_date", page.evaluate("frappe.datetime.str_to_user(frappe.datetime.get_today())"))
    payment.save()
    records.remember("Payment Entry", payment.name)
    payment.submit()

    site.db.commit()
    paid = site.get_doc("Sales Invoice", invoice_name)
    assert (paid.status, paid.outstanding_amount, paid.base_net_total) == ("Paid", 0, 1000)
    ledger = site.get_all(
        "GL Entry", {"campaign": CAMPAIGN, "is_cancelled": 0}, ["voucher_type", "account", "debit", "credit"],
        order_by="creation",
    )
    assert sum(row.credit for row in ledger if row.account.startswith("Sales")) == 1000
    assert sum(row.debit for row in ledger if row.account.startswith("Cost of Goods Sold")) == 600

    accountant = desk(*ACCOUNTANT)
    panel = open_trail(accountant, invoice_name)
    panel.locator(".trail-chip", has_text="Campaign").click()
    accountant.wait_for_function("name => cur_frm?.doctype === 'Campaign' && cur_frm.docname === name", arg=CAMPAIGN)
    panel = open_trail(accountant, invoice_name)
    expect(panel.locator(".trail-chip", has_text="Lead")).to_have_count(0)  # not for this reader's eyes
    panel.get_by_role("button", name="Open picture").click()
    expect(accountant.locator(".trail-card", has_text=invoice_name)).to_have_class(re.compile("trail-start"))
    accountant.evaluate("campaign => frappe.set_route('query-report', 'Campaign Return', {campaign})", CAMPAIGN)
    accountant.wait_for_function("() => frappe.query_report?.report_name === 'Campaign Return' && frappe.query_report.data?.length")
    row = accountant.evaluate("campaign => frappe.query_report.data.find(row => row.campaign === campaign)", CAMPAIGN)
    assert (row["revenue"], row["cost_of_goods"], row["margin"]) == (1000, 600, 400)
    assert accountant.console_errors == []
