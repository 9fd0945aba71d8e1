"""Several invoices paid at once: begun, reported, matched by the desk or confirmed by a gateway; never twice."""

from __future__ import annotations

from dataclasses import dataclass

import frappe
import gateways
import makers
import pytest
from frappe.utils import add_days, getdate, nowdate

from crm_ext.api import portal_invoices
from crm_ext.api import receivables as desk
from crm_ext.self_service.flow import identity, payment_promises, portal_payments
from crm_ext.self_service.flow.disputes import SETTLED
from crm_ext.self_service.queries import receivables


@dataclass
class Portal:
    """A customer with three invoices of 100, 200 and 300, and a login that acts for it."""

    user: str
    customer: str
    item: str
    invoices: list[str]

    def enter(self) -> None:
        frappe.set_user(self.user)
        identity.forget_cached()

    def outstanding(self) -> list[float]:
        return [frappe.db.get_value("Sales Invoice", name, "outstanding_amount") for name in self.invoices]


@pytest.fixture
def portal(site):
    return new_portal(site)


def new_portal(site):
    tag = site.generate_hash(length=6)
    user = makers.user(f"payer-{tag}@example.com", "Customer").name
    customer = makers.customer(f"Payer {tag}", portal_users=[{"user": user}]).name
    item = makers.item(f"PAY-{tag}").name
    invoices = [makers.sales_invoice(customer, item, rate=rate).name for rate in (100, 200, 300)]
    frappe.db.set_single_value("Self Service Settings", "promise_days", 14)
    made = Portal(user, customer, item, invoices)
    made.enter()
    return made


@pytest.fixture
def bank(site):
    """The company's bank account for transfers."""
    site.set_user("Administrator")
    return makers.bank_account(is_default=1, iban="DE89370400440532013000")


def begin(invoices, key="one", **amounts):
    return portal_invoices.start_payment({name: amounts.get(name) for name in invoices}, key)["payment"]


def payment(name):
    return frappe.get_doc("Portal Payment", name)


def as_desk():
    frappe.set_user("Administrator")


# Beginning a payment


def test_one_payment_gathers_all_that_is_open_on_the_chosen_invoices(portal):
    made = payment(begin(portal.invoices))

    assert (made.amount, made.status, made.customer) == (600, "Waiting", portal.customer)
    assert [(row.sales_invoice, row.amount) for row in made.invoices] == list(
        zip(portal.invoices, (100, 200, 300), strict=True)
    )


def test_the_same_form_sent_twice_begins_one_payment(portal):
    assert begin(portal.invoices, key="twice") == begin(portal.invoices, key="twice")


def test_a_later_payment_takes_the_place_of_one_that_nobody_made(portal):
    first = begin(portal.invoices[:2], key="first")
    second = begin(portal.invoices[1:], key="second")

    assert (payment(first).status, payment(second).status) == ("Withdrawn", "Waiting")


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("NaN", "no amount"),
        ("-5", "more than zero"),
        ("0", "more than zero"),
        ("1e999", "no amount"),
        ("Infinity", "no amount"),
        ("100.01", "Only"),
        ("1.2345678", "digits after the point"),
        ("ten", "no amount"),
    ],
)
def test_an_amount_that_cannot_be_paid_is_refused_in_words(portal, typed, words):
    with pytest.raises(frappe.ValidationError, match=words):
        begin(portal.invoices[:1], **{portal.invoices[0]: typed})
    assert not frappe.db.exists("Portal Payment", {"customer": portal.customer})


def test_a_part_can_be_paid_in_persian_digits(portal):
    made = payment(begin(portal.invoices[:2], **{portal.invoices[0]: "۴۰٫۵"}))

    assert [row.amount for row in made.invoices] == [40.5, 200]


def test_strangers_and_inventions_get_one_and_the_same_answer(site, portal):
    site.set_user("Administrator")
    other = new_portal(site)
    portal.enter()
    answers = []
    for name in (other.invoices[0], "SINV-INVENTED"):
        for wanted in ([name], [portal.invoices[0], name]):
            with pytest.raises(frappe.DoesNotExistError) as refused:
                begin(wanted)
            answers.append(str(refused.value))

    assert len(set(answers)) == 1


def test_a_paid_or_cancelled_invoice_is_refused_in_words(portal):
    as_desk()
    frappe.get_doc("Sales Invoice", portal.invoices[0]).cancel()
    portal.enter()

    with pytest.raises(frappe.ValidationError, match="leave it out"):
        portal_payments.start(identity.acting(), dict.fromkeys(portal.invoices), "Bank Transfer", "k")


# Bank transfer


def test_a_reported_transfer_is_told_to_the_accountants_once(site, portal):
    as_desk()
    accountant = makers.user(f"books-{site.generate_hash(length=6)}@example.com", "Accounts User").name
    portal.enter()
    name = begin(portal.invoices)
    for _again in range(2):
        portal_invoices.report_transfer(name, nowdate(), "by my bank's app")

    told = frappe.get_all(
        "Notification Log", {"for_user": accountant, "document_name": name}, order_by="creation"
    )
    assert payment(name).status == "Reported"
    assert len(told) == 1


def test_a_reported_invoice_cannot_be_paid_a_second_time(portal):
    portal_invoices.report_transfer(begin(portal.invoices[:1], key="first"))

    with pytest.raises(frappe.ValidationError, match="already"):
        begin(portal.invoices, key="second")


@pytest.mark.parametrize("day", ["2199-01-01", "1999-01-01", "soon"])
def test_a_transfer_happened_on_a_day_that_was(portal, day):
    name = begin(portal.invoices)

    with pytest.raises(frappe.ValidationError):
        portal_invoices.report_transfer(name, day)
    assert payment(name).status == "Waiting"


def test_the_desk_books_a_reported_transfer_once_with_all_its_invoices(portal, bank):
    portal.enter()
    name = begin(portal.invoices, **{portal.invoices[2]: "250"})
    portal_invoices.report_transfer(name)
    as_desk()
    entry = frappe.get_doc("Payment Entry", desk.make_payment_entry(name))

    assert desk.make_payment_entry(name) == entry.name
    assert (entry.docstatus, entry.paid_to, entry.paid_amount) == (0, bank.account, 550)
    assert payment(name).status == "Matched"
    entry.submit()
    assert payment(name).status == "Paid"
    assert portal.outstanding() == [0, 0, 50]


def test_cancelling_the_booking_opens_the_invoices_and_the_payment_again(portal, bank):
    portal.enter()
    name = begin(portal.invoices)
    portal_invoices.report_transfer(name)
    as_desk()
    entry = frappe.get_doc("Payment Entry", desk.make_payment_entry(name)).submit()
    entry.cancel()

    assert (payment(name).status, payment(name).payment_entry) == ("Reported", None)
    assert portal.outstanding() == [100, 200, 300]
    assert desk.make_payment_entry(name) != entry.name


def test_deleting_the_draft_of_the_booking_lets_another_be_made(portal, bank):
    portal.enter()
    name = begin(portal.invoices)
    portal_invoices.report_transfer(name)
    as_desk()
    draft = desk.make_payment_entry(name)
    frappe.delete_doc("Payment Entry", draft)

    assert payment(name).payment_entry is None
    assert desk.make_payment_entry(name)


def test_what_was_paid_or_cancelled_meanwhile_leaves_an_advance(portal, bank):
    portal.enter()
    name = begin(portal.invoices)
    portal_invoices.report_transfer(name)
    as_desk()
    frappe.get_doc("Sales Invoice", portal.invoices[0]).cancel()
    pay_directly(portal.invoices[1], 150)
    entry = frappe.get_doc("Payment Entry", desk.make_payment_entry(name)).submit()

    assert portal.outstanding()[1:] == [0, 0]
    assert (entry.unallocated_amount, payment(name).excess) == (250, 250)


def test_payment_terms_are_met_one_after_the_other(site, portal, bank):
    as_desk()
    terms = [
        site.get_doc(
            {"doctype": "Payment Term", "payment_term_name": f"{part} {site.generate_hash(length=5)}"}
        ).insert()
        for part in ("first", "second")
    ]
    template = site.get_doc(
        {
            "doctype": "Payment Terms Template",
            "template_name": f"Halves {site.generate_hash(length=5)}",
            "allocate_payment_based_on_payment_terms": 1,
            "terms": [
                {
                    "payment_term": term.name,
                    "invoice_portion": 50,
                    "due_date_based_on": "Day(s) after invoice date",
                }
                for term in terms
            ],
        }
    ).insert()
    invoice = makers.sales_invoice(
        portal.customer, portal.item, rate=400, payment_terms_template=template.name
    )
    portal.enter()
    name = begin([invoice.name, portal.invoices[0]], **{invoice.name: "300"})
    as_desk()
    entry = frappe.get_doc("Payment Entry", desk.make_payment_entry(name)).submit()

    rows = [
        (row.payment_term, row.allocated_amount)
        for row in entry.references
        if row.reference_name == invoice.name
    ]
    assert rows == [(terms[0].name, 200), (terms[1].name, 100)]
    assert frappe.db.get_value("Sales Invoice", invoice.name, "outstanding_amount") == 100


def test_an_open_payment_request_is_met_by_the_booking(site, portal, bank):
    from erpnext.accounts.doctype.payment_request.payment_request import make_payment_request

    as_desk()
    request = make_payment_request(
        dt="Sales Invoice",
        dn=portal.invoices[0],
        submit_doc=1,
        mute_email=1,
        return_doc=1,
        recipient_id="a@example.com",
    )
    portal.enter()
    name = begin(portal.invoices)
    as_desk()
    frappe.get_doc("Payment Entry", desk.make_payment_entry(name)).submit()

    assert site.db.get_value("Payment Request", request.name, "status") == "Paid"
    assert portal.outstanding() == [0, 0, 0]


def test_a_customer_can_do_nothing_at_the_desk_s_door(portal):
    name = begin(portal.invoices)

    for door in (desk.make_payment_entry, desk.withdraw_payment):
        with pytest.raises(frappe.PermissionError):
            door(name)


# The gateway


@pytest.fixture
def gateway(site, monkeypatch):
    """A payment gateway that takes the company's currency."""
    site.set_user("Administrator")
    gateways.account()
    return gateways.install(monkeypatch)


def test_a_confirmed_online_payment_is_booked_at_once_and_once(portal, gateway):
    portal.enter()
    begun = portal_invoices.start_payment(dict.fromkeys(portal.invoices), "online", "Online")
    assert begun["address"] == f"https://gateway.example/pay/{begun['payment']}"
    assert (gateway.asked[0]["amount"], gateway.asked[0]["reference_doctype"]) == (600, "Portal Payment")
    frappe.set_user("Guest")
    for _again in range(2):
        page = payment(begun["payment"]).run_method("on_payment_authorized", "Completed")

    assert page.endswith(f"/portal/payments/{begun['payment']}")
    assert portal.outstanding() == [0, 0, 0]
    assert payment(begun["payment"]).status == "Paid"
    assert frappe.db.count("Payment Entry", {"portal_payment": begun["payment"]}) == 1


def test_a_gateway_that_says_no_changes_nothing(portal, gateway):
    portal.enter()
    begun = portal_invoices.start_payment(dict.fromkeys(portal.invoices), "online", "Online")
    payment(begun["payment"]).run_method("on_payment_authorized", "Failed")

    assert payment(begun["payment"]).status == "Waiting"
    assert portal.outstanding() == [100, 200, 300]


def test_confirmed_money_that_cannot_be_booked_waits_for_the_accountants(portal, gateway):
    portal.enter()
    begun = portal_invoices.start_payment(dict.fromkeys(portal.invoices), "online", "Online")
    frappe.db.set_value("Account", makers.account("Asset", "Bank"), "disabled", 1)
    frappe.db.set_single_value("Accounts Settings", "acc_frozen_upto", add_days(nowdate(), 1))
    frappe.set_user("Guest")
    payment(begun["payment"]).run_method("on_payment_authorized", "Completed")

    assert (payment(begun["payment"]).status, payment(begun["payment"]).payment_entry) == ("Reported", None)
    assert portal.outstanding() == [100, 200, 300]


def test_without_a_gateway_online_payment_says_what_to_do(portal):
    with pytest.raises(frappe.ValidationError, match="bank transfer"):
        portal_invoices.start_payment(dict.fromkeys(portal.invoices), "online", "Online")


# Promises to pay


def promise(invoices, days=7, key="promise", **values):
    return portal_invoices.promise_payment(invoices, add_days(nowdate(), days), key, **values)["promise"]


def status_of(name):
    payment_promises.judge_all()
    return frappe.db.get_value("Promise to Pay", name, "status")


def test_a_promise_is_open_until_the_money_is_there(portal):
    name = promise(portal.invoices[:2])
    assert receivables.open_promises(portal.invoices)[portal.invoices[1]].promise == name
    assert status_of(name) == "Open"
    as_desk()
    pay_directly(portal.invoices[0], 100)
    assert status_of(name) == "Open"
    entry = pay_directly(portal.invoices[1], 200)
    assert status_of(name) == "Kept"
    assert receivables.open_promises(portal.invoices) == {}
    entry.cancel()
    assert status_of(name) == "Open"
    assert set(receivables.open_promises(portal.invoices)) == set(portal.invoices[:2])


def test_a_promise_whose_day_is_over_without_the_money_is_broken(portal):
    name = promise(portal.invoices[:1])
    frappe.db.set_value("Promise to Pay", name, "promised_date", add_days(nowdate(), -1))
    assert receivables.open_promises(portal.invoices) == {}

    assert status_of(name) == "Broken"
    assert promise(portal.invoices[:1], key="again") != name


def test_a_cancelled_invoice_breaks_no_promise(portal):
    name = promise(portal.invoices[:2])
    as_desk()
    frappe.get_doc("Sales Invoice", portal.invoices[1]).cancel()
    pay_directly(portal.invoices[0], 100)

    assert status_of(name) == "Kept"


def test_an_invoice_is_promised_once_at_a_time(portal):
    first = promise(portal.invoices[:1])
    assert promise(portal.invoices[:1]) == first
    with pytest.raises(frappe.ValidationError, match="promised already"):
        promise(portal.invoices, key="second")
    portal_invoices.withdraw_promise(first)

    assert promise(portal.invoices, key="third") != first


@pytest.mark.parametrize(
    ("days", "amount", "words"),
    [
        (-1, None, "is over"),
        (15, None, "days ahead"),
        (3, "1000", "Only"),
        (3, "-1", "more than zero"),
        (3, "NaN", "no amount"),
    ],
)
def test_a_promise_has_limits(portal, days, amount, words):
    with pytest.raises(frappe.ValidationError, match=words):
        promise(portal.invoices[:1], days, amount=amount)
    assert not frappe.db.exists("Promise to Pay", {"customer": portal.customer})


def test_the_desk_notes_a_promise_by_telephone_and_sees_it_at_the_invoice(portal):
    as_desk()
    noted = frappe.get_doc(
        {
            "doctype": "Promise to Pay",
            "customer": portal.customer,
            "promised_date": add_days(nowdate(), 2),
            "invoices": [{"sales_invoice": portal.invoices[2]}],
        }
    ).insert()

    found = desk.matters("Sales Invoice", portal.invoices[2])
    assert (noted.amount, noted.company) == (300, makers.company())
    assert [(row["doctype"], row["name"]) for row in found] == [("Promise to Pay", noted.name)]
    assert desk.promised_invoices(portal.invoices)[0]["invoice"] == portal.invoices[2]


# Disputes


def test_an_objection_is_one_issue_at_a_time_with_letters_in_both_directions(site, portal):
    invoice = portal.invoices[0]
    line = site.db.get_value("Sales Invoice Item", {"parent": invoice})
    name = portal_invoices.raise_dispute(invoice, "price", line, "Agreed was <b>90</b>")["dispute"]
    assert portal_invoices.raise_dispute(invoice, "damaged")["dispute"] == name
    issue = site.get_doc("Issue", name)
    assert (issue.customer, issue.disputed_invoice, issue.company) == (
        portal.customer,
        invoice,
        makers.company(),
    )
    assert "<b>" not in issue.description and portal.item in issue.description
    assert [row["name"] for row in desk_matters(invoice)] == [name]
    portal.enter()
    site.db.set_value("Issue", name, "status", "Replied")
    portal_invoices.answer_dispute(name, "Please look again")
    letters = receivables.letters_of([name])
    assert [row.sent_or_received for row in letters] == ["Received", "Received"]
    assert site.db.get_value("Issue", name, "status") == "Open"
    portal_invoices.settle_dispute(name)

    assert site.db.get_value("Issue", name, "status") in SETTLED
    assert receivables.open_disputes([invoice]) == {}
    with pytest.raises(frappe.ValidationError, match="settled"):
        portal_invoices.answer_dispute(name, "And another thing")
    assert portal_invoices.raise_dispute(invoice, "damaged")["dispute"] != name


def test_a_settled_objection_cannot_be_opened_beside_another(site, portal):
    first = portal_invoices.raise_dispute(portal.invoices[0], "price")["dispute"]
    portal_invoices.settle_dispute(first)
    portal_invoices.raise_dispute(portal.invoices[0], "quantity")
    as_desk()
    reopened = site.get_doc("Issue", first)
    reopened.status = "Open"

    with pytest.raises(frappe.ValidationError, match="open already"):
        reopened.save()


def test_colleagues_notes_are_not_shown_to_the_customer(site, portal):
    name = portal_invoices.raise_dispute(portal.invoices[0], "price")["dispute"]
    as_desk()
    site.get_doc("Issue", name).add_comment("Comment", "The customer is right, do not tell")

    assert all("do not tell" not in row.content for row in receivables.letters_of([name]))


# Papers


def test_papers_are_files_of_their_kind(portal, assets):
    portal_invoices.invoice_pdf(portal.invoices[0])
    assert frappe.local.response.filecontent.startswith(b"%PDF")
    portal_invoices.statement_file("pdf")
    assert frappe.local.response.filecontent.startswith(b"%PDF")
    portal_invoices.statement_file("csv")
    text = frappe.local.response.filecontent.decode("utf-8-sig")
    assert all(name in text for name in portal.invoices)
    portal_invoices.statement_file("xlsx")
    assert frappe.local.response.filecontent.startswith(b"PK")


def test_a_stranger_s_invoice_is_no_paper(site, portal):
    as_desk()
    other = new_portal(site)
    portal.enter()

    with pytest.raises(frappe.DoesNotExistError):
        portal_invoices.invoice_pdf(other.invoices[0])


def desk_matters(invoice):
    as_desk()
    return desk.matters("Sales Invoice", invoice)


def pay_directly(invoice, amount):
    from crm_ext.erpnext_port import payment_for

    entry = payment_for("Sales Invoice", invoice, makers.account("Asset", "Bank"), amount)
    entry.update({"reference_no": "direct", "reference_date": getdate()})
    return entry.submit()
