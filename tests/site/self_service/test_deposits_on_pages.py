"""The deposit as customers meet it: on the pages, by a link, clicked twice at once; real requests and real processes."""

from __future__ import annotations

import re
from urllib.parse import unquote

import frappe
import gateways
import pytest
from portal_world import (
    Visitor,
    World,
    portal_customer,
    portal_user,
    quotation,
    remove,
    remove_what_followed,
    service,
)
from processes import at_once

from crm_ext.self_service.flow import portal_links

HEAD = """
import sys
import frappe
frappe.init(sys.argv[1], sites_path=".")
frappe.connect()
frappe.flags.mute_emails = True
import gateways
gateways.install()
from crm_ext.self_service.flow import deposits
# The snapshot of the transaction is older than whatever the others do.
frappe.db.count("Payment Request")
print("ready", flush=True)
sys.stdin.readline()
"""
PAY = (
    HEAD
    + """
print(deposits.pay(sys.argv[2], "somebody@link.test"))
frappe.db.commit()
"""
)
CONFIRM = (
    HEAD
    + """
frappe.set_user("Guest")
frappe.get_doc("Payment Request", sys.argv[2]).run_method("on_payment_authorized", "Completed")
frappe.db.commit()
print(frappe.db.count("Payment Entry Reference", {"payment_request": sys.argv[2], "docstatus": 1}))
"""
)
BUTTON = "Pay the deposit of $ 60.00"


@pytest.fixture(scope="module")
def world(site_connection):
    frappe.set_user("Administrator")
    made = World()
    made.names["user"] = portal_user(made, "ann@deposits.test")
    made.names["customer"] = portal_customer(made, "Deposit Works", made.names["user"])
    made.names["item"] = service(made, "DEPOSIT-SERVICE")
    account = gateways.account()
    percent = frappe.db.get_single_value("Self Service Settings", "deposit_percent")
    frappe.db.set_single_value("Self Service Settings", "deposit_percent", 30)
    frappe.db.commit()
    yield made
    made.take_away()
    frappe.db.set_single_value("Self Service Settings", "deposit_percent", percent)
    frappe.db.delete("Payment Gateway Account", {"name": account.name})
    frappe.db.commit()


@pytest.fixture
def offer(world):
    """A quotation of 200 that its customer has accepted."""
    made = World()
    document = quotation(made, world.names["customer"], world.names["item"], 100)
    frappe.db.commit()
    yield document
    remove_payments(order_of(document))
    remove_what_followed(document.name)
    made.take_away()


@pytest.fixture
def order(offer, world):
    answer = Visitor(world.names["user"]).call(
        "crm_ext.api.quotation_portal.accept",
        quotation=offer.name,
        person_name="Ann Lee",
        agreed=1,
        seen_total="200",
    )
    return answer.json["message"]["sales_order"]


@pytest.fixture
def gateway(site, monkeypatch):
    return gateways.install(monkeypatch)


def order_of(offer) -> str | None:
    frappe.db.rollback()
    return frappe.db.get_value("Quotation Response", {"acceptance_of": offer.name}, "sales_order")


def remove_payments(order: str | None) -> None:
    frappe.set_user("Administrator")
    for entry in frappe.get_all(
        "Payment Entry Reference", {"reference_name": order}, pluck="parent", order_by="parent"
    ):
        remove("Payment Entry", entry)
        for ledger in ("GL Entry", "Payment Ledger Entry"):
            frappe.db.delete(ledger, {"voucher_no": entry})
    frappe.db.commit()
    for request in requests_of(order):
        remove("Payment Request", request)
    frappe.db.commit()


def requests_of(order: str | None) -> list[str]:
    frappe.db.rollback()  # a fresh look at what others committed
    return frappe.get_all("Payment Request", {"reference_name": order}, pluck="name", order_by="name")


def confirm(request: str) -> None:
    frappe.set_user("Guest")
    frappe.get_doc("Payment Request", request).run_method("on_payment_authorized", "Completed")
    frappe.set_user("Administrator")
    frappe.db.commit()


def test_the_order_s_page_leads_to_the_gateway_and_says_afterwards_what_was_paid(world, gateway, order):
    ann, address = Visitor(world.names["user"]), f"/portal/orders/{order}"
    assert BUTTON in ann.get(address).text
    for _again in range(2):
        answer = ann.post(address, {"do": "deposit", "csrf_token": ann.csrf_token})
        # A gateway on another site: the policy of the page lets no form go there, a link may.
        assert answer.status_code == 303 and unquote(answer.headers["Location"]) == address
    (request,) = requests_of(order)
    page = ann.get(address).text
    assert re.search(rf'<a class="button" href="https://gateway.example/pay/{request}"[^>]*>{re.escape(BUTTON)}', page)
    confirm(request)
    page = ann.get(address).text
    assert BUTTON not in page and "The deposit of $ 60.00 was paid on" in page
    refused = ann.post(address, {"do": "deposit", "csrf_token": ann.csrf_token})
    assert refused.status_code == 303 and "paid already" in ann.get(address).text


def test_whoever_has_the_link_pays_the_deposit_of_that_offer_only(world, gateway, offer, order):
    gateway.host = f"http://{frappe.local.site}"
    link = portal_links.make(offer.name, "somebody@link.test", is_mailed=False)
    frappe.db.commit()
    guest, address = Visitor(), f"/offer/{link['address'].rsplit('/', 1)[1]}"
    assert BUTTON in guest.get(address).text
    answer = guest.post(address, {"do": "deposit"})
    (request,) = requests_of(order)
    # A page of the gateway on this site is gone to at once.
    assert answer.status_code == 303 and answer.headers["Location"] == f"{gateway.host}/pay/{request}"
    assert gateway.asked[0]["payer_email"] == "somebody@link.test"
    assert "Deposit" in [use.action for use in frappe.get_doc("Portal Link", link["link"]).uses]
    assert guest.call("crm_ext.api.deposits.pay_for_order", order=order).status_code == 403
    portal_links.revoke(link["link"])
    frappe.db.commit()
    assert guest.post(address, {"do": "deposit"}).status_code == 404


def test_an_offer_that_was_not_accepted_has_no_deposit(world, gateway, offer):
    ann = Visitor(world.names["user"])
    assert "Pay the deposit" not in ann.get(f"/portal/quotations/{offer.name}").text
    answer = ann.call("crm_ext.api.deposits.pay_for_offer", quotation=offer.name)
    assert answer.status_code == 417 and "no order of this offer yet" in answer.text


def test_two_who_click_at_once_are_led_to_one_payment_that_is_booked_once(world, order):
    first, second = at_once((PAY, [order]), (PAY, [order]))
    (request,) = requests_of(order)
    assert first == second == f"https://gateway.example/pay/{request}"
    at_once((CONFIRM, [request]), (CONFIRM, [request]))
    assert frappe.db.get_value("Sales Order", order, "advance_paid") == 60
    assert frappe.db.count("Payment Entry Reference", {"reference_name": order}) == 1
