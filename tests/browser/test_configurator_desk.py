"""Configuring while talking: choose, read why something is impossible, take the nearest change, complete, get the lines."""

import pytest
from playwright.sync_api import expect

OPENING = 60_000  # Milliseconds that a cold page may take.


@pytest.fixture
def model(site, records):
    """A published model of pumps; a pricing rule takes ten percent off the steel body."""
    mark = site.generate_hash(length=6)
    for code, rate in (("IRON", 100), ("STEEL", 180), ("M230", 50), ("M400", 70)):
        records.insert(
            {
                "doctype": "Item",
                "item_code": f"{code} {mark}",
                "item_group": site.get_all(
                    "Item Group", {"is_group": 0}, pluck="name", order_by="lft", limit=1
                )[0],
                "stock_uom": "Nos",
                "is_stock_item": 0,
            }
        )
        records.insert(
            {
                "doctype": "Item Price",
                "item_code": f"{code} {mark}",
                "price_list": "Standard Selling",
                "price_list_rate": rate,
            }
        )
    records.insert(
        {
            "doctype": "Pricing Rule",
            "title": f"Steel {mark}",
            "apply_on": "Item Code",
            "items": [{"item_code": f"STEEL {mark}"}],
            "selling": 1,
            "rate_or_discount": "Discount Percentage",
            "discount_percentage": 10,
            "company": company(site),
            "currency": "USD",
        }
    )
    options = [
        ("Body", "IRON", "Cast iron"),
        ("Body", "STEEL", "Steel"),
        ("Motor", "M230", "230 V"),
        ("Motor", "M400", "400 V"),
    ]
    document = records.insert(
        {
            "doctype": "Offer Model",
            "title": f"Pump {mark}",
            "groups": [
                {"group_name": "Body", "at_least": 1, "at_most": 1},
                {"group_name": "Motor", "at_least": 1, "at_most": 1},
            ],
            "options": [
                {
                    "option_group": group,
                    "option_code": code,
                    "label": label,
                    "kind": "Item",
                    "item_code": f"{code} {mark}",
                    "quantity": "1",
                }
                for group, code, label in options
            ],
            "rules": [{"when_options": "STEEL", "kind": "Excludes", "then_options": "M230"}],
        }
    )
    from crm_ext.offer_desk.flow import offer_models

    offer_models.publish(document.name)
    site.db.commit()
    return document


@pytest.fixture
def draft(site, records, model):
    """A quotation with a line of its own, which stays."""
    customer = records.insert({"doctype": "Customer", "customer_name": f"Buyer {model.name}"})
    return records.insert(
        {
            "doctype": "Quotation",
            "quotation_to": "Customer",
            "party_name": customer.name,
            "company": company(site),
            "currency": "USD",
            "selling_price_list": "Standard Selling",
            "items": [{"item_code": model.options[0].item_code, "qty": 3}],
        }
    )


def company(site):
    return site.get_all("Company", pluck="name", order_by="creation", limit=1)[0]


def test_a_pump_is_configured_while_the_customer_listens(page, site, model, draft, accessible, screenshot):
    page.evaluate("name => frappe.set_route('Form', 'Quotation', name)", draft.name)
    page.locator(".page-container:visible").get_by_role("button", name="Configure").click(timeout=OPENING)
    choose = page.locator(".modal:visible [data-key]", has_text=model.title)
    dialog = page.locator(".crm-conf:visible")
    expect(choose.or_(dialog).first).to_be_visible(timeout=OPENING)
    if choose.count():
        choose.click()

    def option(code):
        return dialog.locator(f"[data-option={code}]")

    option("M230").locator("input").check(timeout=OPENING)
    expect(option("STEEL")).to_contain_text("Steel does not go together with 230 V. You chose: 230 V.")
    accessible(page, within=".crm-conf")

    option("STEEL").locator("input").click()
    proposal = dialog.locator("[data-proposal]")
    expect(proposal).to_contain_text("Goes away: 230 V")
    proposal.get_by_role("button", name="Take the Nearest Valid Change").click()
    expect(option("STEEL").locator("input")).to_be_checked()
    expect(option("M400").locator("input")).to_be_checked()
    expect(dialog.locator("tfoot")).to_contain_text("232.00")

    option("IRON").locator("input").check()
    option("M400").locator("input").check()
    expect(dialog.locator("tfoot")).to_contain_text("170.00")
    option("STEEL").locator("input").check()
    expect(dialog.locator("tfoot")).to_contain_text("232.00")
    screenshot("configurator")
    dialog.get_by_role("button", name="Put into the Quotation").dblclick()
    expect(dialog).to_have_count(0, timeout=OPENING)

    lines = [
        (row.item_code.split()[0], row.qty, row.rate) for row in site.get_doc("Quotation", draft.name).items
    ]
    assert lines == [("IRON", 3, 100), ("STEEL", 1, 162), ("M400", 1, 70)]
    assert site.db.count("Offer Configuration", {"quotation": draft.name}) == 1


def test_the_cheapest_completion_fills_what_is_open_on_a_telephone(phone_page, model, draft):
    page = phone_page
    page.evaluate("name => frappe.set_route('Form', 'Quotation', name)", draft.name)
    page.wait_for_function(
        "name => window.cur_frm && cur_frm.doc.name === name && window.crm_ext?.offer_desk?.section",
        arg=draft.name,
        timeout=OPENING,
    )
    page.evaluate(
        """async () => {
            await frappe.require(["offer_configurator.bundle.css", "offer_configurator.bundle.js"]);
            crm_ext.offer_desk.configure(cur_frm);
        }"""
    )
    choose = page.locator(".modal:visible [data-key]", has_text=model.title)
    dialog = page.locator(".crm-conf:visible")
    expect(choose.or_(dialog).first).to_be_visible(timeout=OPENING)
    if choose.count():
        choose.click()
    dialog.get_by_role("button", name="Cheapest").click(timeout=OPENING)
    expect(dialog.locator("[data-proposal]")).to_contain_text("Comes in: Cast iron, 230 V")
    dialog.get_by_role("button", name="Take It").click()
    expect(dialog.locator("tfoot")).to_contain_text("150.00")
    width = page.evaluate(
        "() => document.querySelector('.crm-conf .modal-body').scrollWidth - document.documentElement.clientWidth"
    )
    assert width <= 0, "the dialog is wider than the telephone"
