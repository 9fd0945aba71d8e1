"""An offer on the desk: filled from a template, its options weighed, amended with reasons, and its revisions compared."""

from __future__ import annotations

import re

import pytest
from desk_forms import Form
from playwright.sync_api import expect

PATIENCE = 60_000


@pytest.fixture
def season(site, records):
    """A template with a line, an alternative and two options of one choice; for a customer of its own."""
    mark = site.generate_hash(length=6)
    group = site.get_all("Item Group", {"is_group": 0}, pluck="name", order_by="lft", limit=1)[0]
    codes = {}
    for name, price in (("Pump", 1000), ("Strong Pump", 1300), ("Warranty 1", 50), ("Warranty 3", 140)):
        codes[name] = f"{name} {mark}"
        values = {"item_code": codes[name], "item_group": group, "stock_uom": "Nos", "is_stock_item": 0}
        records.insert({"doctype": "Item", **values})
        price = {"item_code": codes[name], "price_list": "Standard Selling", "price_list_rate": price}
        records.insert({"doctype": "Item Price", **price})
    customer = records.insert({"doctype": "Customer", "customer_name": f"Green Fields {mark}"})
    template = records.insert(
        {
            "doctype": "Offer Template",
            "title": f"Season {mark}",
            "items": [{"item_code": codes["Pump"]}, {"item_code": codes["Strong Pump"], "is_alternative": 1}],
            "options": [
                {"item_code": codes[name], "option_group": "Warranty"}
                for name in ("Warranty 1", "Warranty 3")
            ],
        }
    )
    return site._dict(customer=customer.name, template=template.name, codes=codes)


@pytest.fixture
def clean(site, records, season):
    """Removes the revisions that the browser made, the last one first."""
    yield
    site.db.rollback()
    for name in site.get_all("Quotation", {"party_name": season.customer}, pluck="name", order_by="creation"):
        document = site.get_doc("Quotation", name)
        if document.docstatus == 1:
            document.cancel()
        records.remember("Quotation", name)
        if revision := site.db.get_value("Quotation Revision", {"quotation": name}):
            records.remember("Quotation Revision", revision)
    site.db.commit()


@pytest.mark.roles("Sales User", "Sales Manager")
def test_an_offer_goes_from_template_to_amendment_with_reasons(page, season, clean, accessible, screenshot):
    form = Form.new(page, "Quotation")
    form.choose("party_name", season.customer)
    # As Frappe spells the group in its markup.
    form.menu("Get%20Items%20From", "Offer Template")
    page.locator(f".crm-templates button[data-template='{season.template}']").click()
    page.wait_for_function(
        "() => cur_frm.doc.items.length === 2 && cur_frm.doc.quotation_options.length === 2"
    )
    form.settle()
    form.save().submit()

    form.menu("Create", "Sales Order with Options")
    dialog = page.locator(".modal.show .crm-choice")
    expect(dialog.locator("output dl")).to_be_visible(timeout=PATIENCE)
    dialog.get_by_label("Warranty 3").check()
    dialog.get_by_label("Strong Pump").check()
    expect(dialog.locator("output")).to_contain_text(re.compile(r"Net Total\s*\$?\s*1,440"), timeout=PATIENCE)
    accessible(page, within=".crm-choice")
    screenshot("offer-options", page.locator(".modal.show .modal-content"))
    page.locator(".modal.show .btn-modal-close").click()

    first = form.name
    page.evaluate(
        "() => frappe.xcall('frappe.client.cancel', {doctype: 'Quotation', name: cur_frm.doc.name})"
    )
    page.wait_for_function("() => frappe.request.ajax_count === 0")
    page.evaluate("() => cur_frm.reload_doc()")
    page.wait_for_function("() => cur_frm.doc.docstatus === 2")
    form.root.locator(".primary-action[data-label='Amend']").click()
    page.wait_for_function("() => cur_frm.doc.amended_from")
    page.evaluate("() => frappe.model.set_value('Quotation Item', cur_frm.doc.items[0].name, 'qty', 2)")
    form.settle()
    form.save()
    form.root.locator(".primary-action[data-label='Submit']").click()
    page.locator(".modal.show .btn-modal-primary", has_text="Yes").click()
    reason = page.locator(".modal.show input[type='text']:visible").first
    reason.fill("A second hall is built")
    page.locator(".modal.show .btn-modal-primary", has_text="Keep Reasons").click()
    page.wait_for_function("() => cur_frm.doc.docstatus === 1")
    form.settle()

    form.button("Compare").click()
    table = page.locator(".modal.show .crm-comparison")
    changed = table.locator("tr[data-kind='Changed']")
    expect(changed).to_contain_text("A second hall is built", timeout=PATIENCE)
    expect(changed).to_have_count(1)
    expect(table.locator("thead")).to_contain_text(first)
    accessible(page, within=".crm-comparison")
    screenshot("offer-revisions", page.locator(".modal.show .modal-content"))
