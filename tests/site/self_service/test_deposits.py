"""The deposit of an order: shown where it can be paid, asked for once, booked once by ERPNext, and nobody else's business."""

from __future__ import annotations

from dataclasses import dataclass

import frappe
import gateways
import makers
import pytest
from frappe.utils import add_days, getdate, nowdate

from crm_ext.api import deposits as api
from crm_ext.self_service.flow import deposits, identity


@dataclass
class Buyer:
    """A customer with an order of 1,000 and a login that acts for it."""

    user: str
    customer: str
    item: str
    order: str

    def pay(self, order: str | None = None) -> str:
        frappe.set_user(self.user)
        identity.forget_cached()
        try:
            return api.pay_for_order(order or self.order)["address"]
        finally:
            frappe.set_user("Administrator")

    def requests(self) -> list:
        return frappe.get_all(
            "Payment Request",
            {"reference_name": self.order, "docstatus": 1},
            ["name", "grand_total", "status", "payment_url", "party"],
            order_by="name",
        )

    def entries(self) -> list:
        return frappe.get_all(
            "Payment Entry", {"party": self.customer}, ["name", "docstatus", "paid_amount"], order_by="name"
        )

    def advance(self) -> float:
        return frappe.db.get_value("Sales Order", self.order, "advance_paid")


@pytest.fixture
def buyer(site):
    frappe.db.set_single_value("Self Service Settings", "deposit_percent", 30)
    return new_buyer(site)


def new_buyer(site) -> Buyer:
    tag = site.generate_hash(length=6)
    user = makers.user(f"deposit-{tag}@example.com", "Customer").name
    customer = makers.customer(f"Deposit Payer {tag}", portal_users=[{"user": user}]).name
    item = makers.item(f"DEPOSIT-{tag}").name
    return Buyer(user, customer, item, new_order(customer, item).name)


def new_order(customer, item, submit=True, **values):
    order = frappe.get_doc(
        {
            "doctype": "Sales Order",
            "customer": customer,
            "company": makers.company(),
            "delivery_date": add_days(nowdate(), 5),
            "items": [{"item_code": item, "qty": 1, "rate": 1000}],
            **values,
        }
    ).insert()
    return order.submit() if submit else order


@pytest.fixture
def gateway(site, monkeypatch):
    gateways.account()
    return gateways.install(monkeypatch)


def confirm(request: str, status: str = "Completed", user: str = "Guest"):
    """The gateway's controller calls back."""
    frappe.set_user(user)
    try:
        return frappe.get_doc("Payment Request", request).run_method("on_payment_authorized", status)
    finally:
        frappe.set_user("Administrator")


# Shown


def test_a_deposit_is_shown_with_its_amount_where_a_gateway_takes_the_currency(buyer, gateway):
    seen = deposits.shown(buyer.order)

    assert (seen.amount, seen.currency, seen.paid_on, seen.address) == (300, "USD", None, None)


def test_without_a_gateway_nothing_is_shown_and_paying_says_what_to_do(buyer):
    assert deposits.shown(buyer.order) is None
    with pytest.raises(frappe.ValidationError, match="bank transfer"):
        buyer.pay()


def test_a_gateway_account_alone_is_no_gateway(buyer):
    gateways.account()

    assert deposits.shown(buyer.order) is None


@pytest.mark.parametrize(("field", "value"), [("currency", "EUR"), ("payment_channel", "Phone")])
def test_a_gateway_that_cannot_take_this_payment_is_none(buyer, gateway, field, value):
    frappe.db.set_value("Payment Gateway Account", {"payment_gateway": "Test Gateway"}, field, value)

    assert deposits.shown(buyer.order) is None


def test_with_zero_percent_nothing_is_shown_and_nothing_is_looked_up(buyer, gateway, monkeypatch):
    frappe.db.set_single_value("Self Service Settings", "deposit_percent", 0)
    frappe.get_cached_doc("Self Service Settings")
    monkeypatch.setattr(frappe.db, "sql", lambda *_a, **_k: pytest.fail("a query"))

    assert deposits.shown(buyer.order) is None


# Asked for


def test_the_deposit_is_asked_for_once_however_often_it_is_clicked(buyer, gateway):
    first, again = buyer.pay(), buyer.pay()
    (request,) = buyer.requests()

    assert first == again == request.payment_url == f"https://gateway.example/pay/{request.name}"
    assert (request.grand_total, request.status, request.party) == (300, "Initiated", buyer.customer)
    assert [(asked["amount"], asked["payer_email"]) for asked in gateway.asked] == [(300, buyer.user)]
    assert deposits.shown(buyer.order).address == first


def test_what_was_asked_for_stays_when_the_setting_changes(buyer, gateway):
    buyer.pay()
    frappe.db.set_single_value("Self Service Settings", "deposit_percent", 50)

    assert deposits.shown(buyer.order).amount == 300


def test_a_request_that_the_desk_cancelled_makes_way_for_another(buyer, gateway):
    first = buyer.pay()
    frappe.get_doc("Payment Request", buyer.requests()[0].name).cancel()

    assert buyer.pay() != first
    assert len(buyer.requests()) == 1


def test_strangers_and_inventions_get_one_and_the_same_answer(site, buyer, gateway):
    other = new_buyer(site)
    answers = []
    for order in (other.order, "SO-INVENTED"):
        with pytest.raises(frappe.DoesNotExistError) as refused:
            buyer.pay(order)
        answers.append(str(refused.value))

    assert len(set(answers)) == 1
    assert not other.requests()


def test_an_order_that_is_not_there_for_paying_says_why(site, buyer, gateway):
    draft = new_order(buyer.customer, buyer.item, submit=False).name
    cancelled = new_order(buyer.customer, buyer.item)
    cancelled.cancel()
    for order, words in ((draft, "not confirmed yet"), (cancelled.name, "cancelled")):
        with pytest.raises(frappe.ValidationError, match=words):
            deposits.pay(order, buyer.user)
        assert deposits.shown(order) is None


def test_an_invoiced_order_leads_to_its_invoices(site, buyer, gateway):
    frappe.db.set_value("Sales Order", buyer.order, "per_billed", 40)

    with pytest.raises(frappe.ValidationError, match="invoices"):
        buyer.pay()
    assert deposits.shown(buyer.order) is None


def test_where_the_desk_has_asked_for_money_itself_no_deposit_is_asked_for_beside(site, buyer, gateway):
    from erpnext.accounts.doctype.payment_request.payment_request import make_payment_request

    make_payment_request(
        dt="Sales Order", dn=buyer.order, submit_doc=1, mute_email=1, return_doc=1, recipient_id="a@example.com"
    )

    with pytest.raises(frappe.ValidationError, match="another way"):
        buyer.pay()
    assert deposits.shown(buyer.order) is None


# Paid


def test_a_confirmed_deposit_is_booked_once_as_an_advance_and_the_page_says_when(buyer, gateway):
    buyer.pay()
    request = buyer.requests()[0].name
    for _again in range(2):
        assert confirm(request) is None
    (entry,) = buyer.entries()

    assert (entry.docstatus, entry.paid_amount, buyer.advance()) == (1, 300, 300)
    assert frappe.db.get_value("Payment Request", request, "status") == "Paid"
    seen = deposits.shown(buyer.order)
    assert (seen.amount, seen.paid_on) == (300, getdate())
    with pytest.raises(frappe.ValidationError, match="paid already"):
        buyer.pay()


def test_who_comes_back_from_the_gateway_with_a_login_sees_the_order(buyer, gateway):
    buyer.pay()

    assert confirm(buyer.requests()[0].name, user=buyer.user).endswith(f"/portal/orders/{buyer.order}")


def test_a_gateway_that_says_no_changes_nothing(buyer, gateway):
    buyer.pay()
    confirm(buyer.requests()[0].name, "Failed")

    assert (buyer.entries(), buyer.advance()) == ([], 0)
    assert deposits.shown(buyer.order).paid_on is None


def test_requests_that_are_no_deposits_are_none_of_our_business(site, buyer, gateway):
    from erpnext.accounts.doctype.payment_request.payment_request import make_payment_request

    request = make_payment_request(
        dt="Sales Order", dn=buyer.order, submit_doc=1, mute_email=1, return_doc=1, recipient_id="a@example.com"
    )

    assert confirm(request.name) is None
    assert not buyer.entries()


def test_money_that_cannot_be_booked_is_told_to_the_accountants_and_not_asked_for_again(site, buyer, gateway):
    accountant = makers.user(f"books-{site.generate_hash(length=6)}@example.com", "Accounts User").name
    buyer.pay()
    request = buyer.requests()[0].name
    frappe.db.set_single_value("Accounts Settings", "acc_frozen_upto", add_days(nowdate(), 1))
    for _again in range(2):
        confirm(request)

    assert not [entry for entry in buyer.entries() if entry.docstatus == 1]
    assert frappe.db.count("Notification Log", {"for_user": accountant, "document_name": request}) == 1
    with pytest.raises(frappe.ValidationError, match="paid already"):
        buyer.pay()


def test_a_deposit_that_the_desk_booked_by_hand_is_paid_on_the_day_of_its_entry(buyer, gateway):
    buyer.pay()
    entry = frappe.get_doc("Payment Request", buyer.requests()[0].name).create_payment_entry(submit=False)
    entry.update({"posting_date": add_days(nowdate(), -1), "reference_date": nowdate()})
    entry.insert().submit()

    assert deposits.shown(buyer.order).paid_on == getdate(add_days(nowdate(), -1))


@pytest.mark.parametrize("is_shared_out", [0, 1])
def test_the_part_that_is_due_with_the_order_is_the_deposit(site, buyer, gateway, is_shared_out):
    order = new_order(
        buyer.customer, buyer.item, payment_terms_template=terms(site, is_shared_out, (40, 0), (60, 30))
    )
    buyer.order = order.name
    buyer.pay()
    (request,) = buyer.requests()
    confirm(request.name)

    assert (request.grand_total, buyer.advance()) == (400, 400)
    references = frappe.get_all(
        "Payment Entry Reference",
        {"parent": buyer.entries()[0].name},
        ["reference_name", "allocated_amount"],
        order_by="idx",
    )
    assert [tuple(row.values()) for row in references] == [(order.name, 400)]


def terms(site, is_shared_out, *parts):
    """A template of (portion, days) whose payments are shared out over its terms or not."""
    made = [
        site.get_doc(
            {"doctype": "Payment Term", "payment_term_name": f"{days} {site.generate_hash(length=5)}"}
        ).insert()
        for _portion, days in parts
    ]
    return (
        site.get_doc(
            {
                "doctype": "Payment Terms Template",
                "template_name": f"Parts {site.generate_hash(length=5)}",
                "allocate_payment_based_on_payment_terms": is_shared_out,
                "terms": [
                    {
                        "payment_term": term.name,
                        "invoice_portion": portion,
                        "credit_days": days,
                        "due_date_based_on": "Day(s) after invoice date",
                    }
                    for term, (portion, days) in zip(made, parts, strict=True)
                ],
            }
        )
        .insert()
        .name
    )


def test_an_order_in_another_currency_is_paid_in_its_own(site, buyer, gateway):
    ledger = makers.bank_account().account
    frappe.db.set_value("Account", ledger, "account_currency", "EUR")
    gateways.account(ledger, "EUR")
    buyer.order = new_order(buyer.customer, buyer.item, currency="EUR", conversion_rate=1.25).name
    buyer.pay()
    (request,) = buyer.requests()
    confirm(request.name)

    assert gateway.asked[0]["currency"] == "EUR"
    assert request.grand_total == 300
    entry = frappe.get_doc("Payment Entry", buyer.entries()[0].name)
    assert (entry.docstatus, entry.received_amount, entry.paid_to) == (1, 300, ledger)
    assert deposits.shown(buyer.order).paid_on == getdate()
