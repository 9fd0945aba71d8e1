"""Real processes: a gateway that calls twice at once, a desk that books meanwhile, a form that is sent twice at once."""

from __future__ import annotations

import frappe
import makers
import pytest
from processes import at_once

from crm_ext.self_service.flow import identity, portal_payments

HEAD = """
import sys
import frappe
frappe.init(sys.argv[1], sites_path=".")
frappe.connect()
frappe.flags.mute_emails = True
from crm_ext.self_service.flow import identity, portal_payments
# The snapshot of the transaction is older than whatever the others do.
frappe.db.count("Portal Payment")
print("ready", flush=True)
sys.stdin.readline()
"""
CONFIRM = (
    HEAD
    + """
portal_payments.authorized(sys.argv[2], "Completed")
frappe.db.commit()
print(frappe.db.get_value("Portal Payment", sys.argv[2], "payment_entry"))
"""
)
BOOK = (
    HEAD
    + """
print(portal_payments.make_payment_entry(sys.argv[2]).name)
frappe.db.commit()
"""
)
BEGIN = (
    HEAD
    + """
frappe.set_user(sys.argv[2])
print(portal_payments.start(identity.acting(), dict.fromkeys(sys.argv[3:]), "Bank Transfer", "same key").name)
frappe.db.commit()
"""
)


@pytest.fixture
def debts(site):
    """A committed customer with two invoices and a login: {user, customer, invoices}."""
    tag = site.generate_hash(length=6)
    user = makers.user(f"parallel-{tag}@example.com", "Customer").name
    customer = makers.customer(f"Parallel Payer {tag}", portal_users=[{"user": user}]).name
    item = makers.item(f"PARALLEL-{tag}").name
    invoices = [makers.sales_invoice(customer, item, rate=rate).name for rate in (100, 200)]
    bank = makers.bank_account(is_default=1)
    site.db.commit()
    yield {"user": user, "customer": customer, "invoices": invoices}
    site.db.rollback()
    take_away(customer, invoices)
    bank.delete()
    for doctype, name in (
        ("Bank", bank.bank),
        ("Account", bank.account),
        ("Customer", customer),
        ("Item", item),
        ("User", user),
    ):
        frappe.delete_doc(doctype, name, force=True)
    site.db.commit()


def take_away(customer, invoices):
    entries = frappe.get_all("Payment Entry", {"party": customer}, pluck="name", order_by="creation desc")
    for entry in entries:
        document = frappe.get_doc("Payment Entry", entry)
        if document.docstatus == 1:
            document.cancel()
        frappe.delete_doc("Payment Entry", entry, force=True)
    for payment in frappe.get_all("Portal Payment", {"customer": customer}, pluck="name", order_by="name"):
        frappe.delete_doc("Portal Payment", payment, force=True)
    for invoice in invoices:
        frappe.get_doc("Sales Invoice", invoice).cancel()
        frappe.delete_doc("Sales Invoice", invoice, force=True)
    for ledger in ("GL Entry", "Payment Ledger Entry"):
        frappe.db.delete(ledger, {"voucher_no": ("in", (*entries, *invoices))})


def begun(debts):
    frappe.set_user(debts["user"])
    payment = portal_payments.start(
        identity.acting(), dict.fromkeys(debts["invoices"]), "Bank Transfer", "key"
    ).name
    frappe.set_user("Administrator")
    frappe.db.commit()
    return payment


def entries(debts):
    return frappe.get_all(
        "Payment Entry", {"party": debts["customer"]}, ["name", "docstatus", "paid_amount"], order_by="name"
    )


def test_a_form_sent_twice_at_once_begins_one_payment(debts):
    arguments = [debts["user"], *debts["invoices"]]
    first, second = at_once((BEGIN, arguments), (BEGIN, arguments))

    assert first == second
    assert frappe.db.count("Portal Payment", {"customer": debts["customer"]}) == 1


def test_a_gateway_that_confirms_twice_at_once_is_booked_once(debts):
    payment = begun(debts)
    first, second = at_once((CONFIRM, [payment]), (CONFIRM, [payment]))
    found = entries(debts)

    assert first == second == found[0].name
    assert [(entry.docstatus, entry.paid_amount) for entry in found] == [(1, 300)]
    assert [
        frappe.db.get_value("Sales Invoice", name, "outstanding_amount") for name in debts["invoices"]
    ] == [0, 0]


def test_the_desk_and_the_gateway_at_once_make_one_entry(debts):
    payment = begun(debts)
    drafted, confirmed = at_once((BOOK, [payment]), (CONFIRM, [payment]))

    assert drafted == confirmed
    assert len(entries(debts)) == 1
