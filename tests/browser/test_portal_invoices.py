"""A customer on a phone: sees the statement, pays two invoices by transfer, promises the third, objects to the fourth."""

import sys
from pathlib import Path

import pytest
from conftest import PATIENCE, PHONE, log_in, user_with

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "site"))


@pytest.fixture
def customer(site, records):
    """A customer with four open invoices, and its login."""
    import makers

    tag = site.generate_hash(length=6)
    user = user_with(site, ("Customer",), "en")
    item = makers.item(f"PHONE-{tag}", item_name="Pump")
    records.remember("Item", item.name)
    buyer = makers.customer(f"Phone {tag}", portal_users=[{"user": user}])
    records.remember("Customer", buyer.name)
    invoices = []
    for rate in (100, 200, 300, 400):
        invoices.append(makers.sales_invoice(buyer.name, item.name, rate=rate).name)
        records.remember("Sales Invoice", invoices[-1])
    site.db.commit()
    return {"user": user, "name": buyer.name, "invoices": invoices}


@pytest.fixture
def phone(browser, server, customer):
    context = browser.new_context(base_url=server, locale="en", **PHONE)
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    log_in(page, customer["user"])
    yield page
    context.close()


def test_a_customer_pays_promises_and_objects_on_a_phone(site, records, phone, customer, accessible):
    paid, also_paid, promised, disputed = customer["invoices"]
    phone.goto("/portal/statement")
    accessible(phone)
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth"), (
        "the statement scrolls sideways"
    )
    for name in (paid, also_paid):
        phone.get_by_label(f"Pay {name}").check()
    phone.get_by_role("button", name="Pay what is chosen").click()
    phone.get_by_label(f"Invoice {also_paid} (USD)").fill("150")
    accessible(phone)
    phone.get_by_role("button", name="Go on").click()
    phone.wait_for_url("**/portal/payments/*")
    payment = phone.url.rsplit("/", 1)[1]
    records.remember("Portal Payment", payment)
    accessible(phone)
    phone.get_by_role("button", name="I have transferred it").click()
    phone.get_by_text("We have told our accountants").wait_for()

    phone.goto(f"/portal/invoices/{promised}")
    phone.get_by_text("Tell us when you will pay").click()
    phone.get_by_label("I will pay on").fill(site.utils.add_days(site.utils.nowdate(), 3))
    accessible(phone)
    phone.get_by_role("button", name="Promise", exact=True).click()
    phone.get_by_text("We have noted your promise").wait_for()
    records.remember("Promise to Pay", site.db.get_value("Promise to Pay", {"customer": customer["name"]}))

    phone.goto(f"/portal/invoices/{disputed}")
    phone.get_by_text("Object to this invoice").click()
    phone.get_by_label("What is wrong?").select_option("quantity")
    phone.get_by_label("Your message").fill("We got three, not four.")
    phone.get_by_role("button", name="Send the objection").click()
    phone.get_by_text("We have received your objection").wait_for()
    issue = site.db.get_value("Issue", {"disputed_invoice": disputed})
    for letter in site.get_all("Communication", {"reference_name": issue}, pluck="name", order_by="creation"):
        records.remember("Communication", letter)
    records.remember("Issue", issue)
    phone.get_by_text("We got three, not four.").wait_for()
    accessible(phone)

    phone.goto("/portal/statement")
    for words in ("Transfer reported", "Promised for", "Under objection"):
        assert phone.get_by_text(words).first.is_visible()
    assert site.db.get_value("Portal Payment", payment, ["status", "amount"]) == ("Reported", 250)
