"""A discount below the floor is refused, asked for, approved and submitted; a suggestion becomes a line."""

from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

OPENING = 60_000  # Milliseconds that a cold page may take.


@pytest.fixture
def offer(site, records):
    """A quotation at 15 % margin where 20 % are asked for, and a seal that goes with its pump."""
    suffix = site.generate_hash(length=6)
    settings = site.get_doc("Offer Desk Settings")
    before = {field: settings.get(field) for field in ("has_default_floor", "default_margin_floor")}
    settings.update({"has_default_floor": 1, "default_margin_floor": 20}).save()
    group = site.get_all("Item Group", {"is_group": 0}, pluck="name", order_by="lft", limit=1)[0]
    pump, seal = (
        records.insert(
            {
                "doctype": "Item",
                "item_code": f"{name} {suffix}",
                "item_group": group,
                "stock_uom": "Nos",
                "is_stock_item": 0,
                "valuation_rate": 85,
            }
        )
        for name in ("Pump", "Seal")
    )
    records.insert(
        {
            "doctype": "Item Price",
            "item_code": seal.name,
            "price_list": "Standard Selling",
            "price_list_rate": 150,
        }
    )
    records.insert(
        {"doctype": "Item Accessory", "item_code": pump.name, "accessory": seal.name, "kind": "Spare Part"}
    )
    customer = records.insert({"doctype": "Customer", "customer_name": f"Buyer {suffix}"})
    quotation = records.insert(
        {
            "doctype": "Quotation",
            "quotation_to": "Customer",
            "party_name": customer.name,
            "company": site.get_all("Company", pluck="name", order_by="creation", limit=1)[0],
            "items": [{"item_code": pump.name, "qty": 1, "rate": 100}],
        }
    )
    yield SimpleNamespace(name=quotation.name, seal=seal.name)
    site.db.rollback()
    for todo in site.get_all("ToDo", {"reference_type": "Margin Approval"}, pluck="name", order_by="name"):
        site.delete_doc("ToDo", todo)
    site.db.delete("Item Suggestion", {"reference_name": quotation.name})
    document = site.get_doc("Quotation", quotation.name)
    if document.docstatus == 1:
        document.cancel()
    settings.reload()
    settings.update(before).save()
    site.db.commit()


def margin_of(page, offer):
    page.evaluate("name => frappe.set_route('Form', 'Quotation', name)", offer.name)
    section = page.locator(".crm-offer-section[data-key=margin]:visible")
    expect(section.get_by_role("status").first).to_contain_text("least margin", timeout=OPENING)
    return section


def test_below_the_floor_one_asks_another_approves_and_the_offer_goes_out(
    desk, offer, site, accessible, screenshot
):
    seller = desk("Sales User")
    margin = margin_of(seller, offer)
    expect(margin.get_by_role("status").first).to_contain_text("Below the least margin")

    suggestion = seller.locator(".crm-suggestions li", has_text=offer.seal)
    suggestion.get_by_role("button", name=f"Add Seal {offer.seal.split()[-1]}").click()
    expect(seller.locator("[data-fieldname=items] .grid-row[data-idx='2']")).to_contain_text(offer.seal)
    seller.evaluate("() => cur_frm.save()")
    expect(margin.locator("tbody tr")).to_have_count(2, timeout=OPENING)
    screenshot("margin-guard", seller)
    accessible(seller, within=".crm-offer-card")

    seller.evaluate("() => { cur_frm.savesubmit() }")
    seller.get_by_role("button", name="Yes").click()
    refusal = seller.locator(".msgprint-dialog:visible")
    expect(refusal).to_contain_text("Row 1", timeout=OPENING)
    refusal.get_by_role("button", name="Ask for Approval").click()
    question = seller.locator(".modal-dialog:visible", has_text="Why is the lower margin worth it?")
    question.locator("[data-fieldname=reason] textarea").fill("First order of a large house")
    question.get_by_role("button", name="Ask for Approval").click()
    expect(margin).to_contain_text("Nobody has decided yet", timeout=OPENING)

    head = desk("Sales User", "Sales Manager")
    answer = margin_of(head, offer)
    answer.get_by_role("button", name="Approve").click()
    expect(answer).to_contain_text("approved.", timeout=OPENING)

    seller.evaluate("() => cur_frm.reload_doc()")
    expect(margin).to_contain_text("approved.", timeout=OPENING)
    seller.evaluate("() => { cur_frm.savesubmit() }")
    seller.get_by_role("button", name="Yes").click()
    seller.wait_for_function("() => cur_frm.doc.docstatus === 1", timeout=OPENING)
    assert site.db.get_value("Quotation", offer.name, "docstatus") == 1
    assert site.db.get_value("Item Suggestion", {"reference_name": offer.name}, "outcome") == "Taken"
