"""Invoices as debts, and what is under way about them: reported payments, promises, disputes."""

from __future__ import annotations

from collections.abc import Collection

import frappe
from frappe.query_builder.functions import Sum


def debts(
    invoices: Collection[str], customer: str, companies: Collection[str], for_update: bool = False
) -> list[dict]:
    """Rows {name, company, debit_to, party_account_currency, outstanding_amount, due_date, docstatus, reported_in}.

    for_update locks the invoices, in the order of their names, and reads what others committed in the meantime.
    """
    if not invoices:
        return []
    table = frappe.qb.DocType("Sales Invoice")
    query = (
        frappe.qb.from_(table)
        .select(
            table.name,
            table.company,
            table.debit_to,
            table.party_account_currency,
            table.outstanding_amount,
            table.due_date,
            table.docstatus,
        )
        .where(
            table.name.isin(tuple(invoices))
            & (table.customer == customer)
            & table.company.isin(tuple(companies))
            & (table.docstatus > 0)
        )
        .orderby(table.name)
    )
    rows = (query.for_update() if for_update else query).run(as_dict=True)
    reported = reported_payments(invoices, for_update)
    for row in rows:
        row.reported_in = reported.get(row.name)
    return rows


def invoices_now(invoices: Collection[str]) -> dict[str, dict]:
    """{docstatus, outstanding_amount} by invoice, locked in the order of their names."""
    table = frappe.qb.DocType("Sales Invoice")
    rows = (
        frappe.qb.from_(table)
        .select(table.name, table.docstatus, table.outstanding_amount)
        .where(table.name.isin(tuple(invoices)))
        .orderby(table.name)
        .for_update()
        .run(as_dict=True)
    )
    return {row.name: row for row in rows}


def reported_payments(invoices: Collection[str], for_update: bool = False) -> dict[str, str]:
    """The portal payment by invoice where the customer says that money is under way and it is not booked yet."""
    if not invoices:
        return {}
    payment, row = frappe.qb.DocType("Portal Payment"), frappe.qb.DocType("Portal Payment Invoice")
    query = (
        frappe.qb.from_(row)
        .join(payment)
        .on(payment.name == row.parent)
        .select(row.sales_invoice, payment.name)
        .where(row.sales_invoice.isin(tuple(invoices)) & payment.status.isin(("Reported", "Matched")))
        .orderby(payment.creation)
    )
    return dict((query.for_update() if for_update else query).run())


def waiting_payments(invoices: Collection[str], customer: str) -> list[str]:
    """Portal payments that were begun for any of the invoices and of which nothing was heard."""
    payment, row = frappe.qb.DocType("Portal Payment"), frappe.qb.DocType("Portal Payment Invoice")
    return (
        frappe.qb.from_(row)
        .join(payment)
        .on(payment.name == row.parent)
        .select(payment.name)
        .distinct()
        .where(
            row.sales_invoice.isin(tuple(invoices))
            & (payment.customer == customer)
            & (payment.status == "Waiting")
        )
        .orderby(payment.name)
        .run(pluck=True)
    )


def open_promises(invoices: Collection[str]) -> dict[str, dict]:
    """{promise, promised_date, amount, currency} by invoice that is under an open promise: reminders wait for the day.

    A promise whose day is over is not open any more, whatever its last computed status says.
    """
    if not invoices:
        return {}
    promise, row = frappe.qb.DocType("Promise to Pay"), frappe.qb.DocType("Promise to Pay Invoice")
    rows = (
        frappe.qb.from_(row)
        .join(promise)
        .on(promise.name == row.parent)
        .select(
            row.sales_invoice,
            promise.name.as_("promise"),
            promise.promised_date,
            promise.amount,
            promise.currency,
        )
        .where(
            row.open_key.isin(tuple(invoices))
            & (promise.status == "Open")
            & (promise.promised_date >= frappe.utils.nowdate())
        )
        .orderby(row.sales_invoice)
        .run(as_dict=True)
    )
    return {row.pop("sales_invoice"): row for row in rows}


def promised(invoices: Collection[str]) -> dict[str, dict]:
    """{promise, promised_date} by invoice that a promise keeps for itself; a locking read."""
    promise, row = frappe.qb.DocType("Promise to Pay"), frappe.qb.DocType("Promise to Pay Invoice")
    rows = (
        frappe.qb.from_(row)
        .join(promise)
        .on(promise.name == row.parent)
        .select(row.open_key, promise.name.as_("promise"), promise.promised_date)
        .where(row.open_key.isin(tuple(invoices)))
        .orderby(row.open_key)
        .for_update()
        .run(as_dict=True)
    )
    return {found.pop("open_key"): found for found in rows}


def promises_to_judge(names: Collection[str] | None = None) -> list[dict]:
    """Rows {name, promised_date, amount, status, paid} of promises whose status payments may still change.

    names: only these; else every open promise and those of the last three months that were kept.
    """
    promise = frappe.qb.DocType("Promise to Pay")
    query = frappe.qb.from_(promise).select(
        promise.name, promise.promised_date, promise.amount, promise.status, promise.paid
    )
    if names is None:
        recent = frappe.utils.add_months(frappe.utils.nowdate(), -3)
        kept_lately = (promise.status == "Kept") & (promise.promised_date >= recent)
        query = query.where((promise.status == "Open") | kept_lately)
    else:
        query = query.where(promise.name.isin(tuple(names)) & (promise.status != "Withdrawn"))
    return query.orderby(promise.name).run(as_dict=True)


def paid_on_promises(promises: Collection[str]) -> dict[str, object]:
    """What payments and journals met of the promises' invoices, from the day of the promise to its promised day.

    In the currency of the receivable account. Entries of an earlier moment of the same day do not count.
    """
    if not promises:
        return {}
    promise, row = frappe.qb.DocType("Promise to Pay"), frappe.qb.DocType("Promise to Pay Invoice")
    ledger = frappe.qb.DocType("Payment Ledger Entry")
    return dict(
        frappe.qb.from_(row)
        .join(promise)
        .on(promise.name == row.parent)
        .join(ledger)
        .on(
            (ledger.against_voucher_no == row.sales_invoice)
            & (ledger.against_voucher_type == "Sales Invoice")
        )
        .select(promise.name, Sum(-ledger.amount_in_account_currency))
        .where(
            promise.name.isin(tuple(promises))
            & (ledger.delinked == 0)
            & (ledger.voucher_no != row.sales_invoice)
            & (ledger.creation >= promise.creation)
            & (ledger.posting_date <= promise.promised_date)
        )
        .groupby(promise.name)
        .run()
    )


def standing_of_promises(promises: Collection[str]) -> dict[str, object]:
    """What was open, when each promise was made, on those of its invoices that are still submitted."""
    if not promises:
        return {}
    row, invoice = frappe.qb.DocType("Promise to Pay Invoice"), frappe.qb.DocType("Sales Invoice")
    return dict(
        frappe.qb.from_(row)
        .join(invoice)
        .on(invoice.name == row.sales_invoice)
        .select(row.parent, Sum(row.outstanding))
        .where(row.parent.isin(tuple(promises)) & (invoice.docstatus == 1))
        .groupby(row.parent)
        .run()
    )


def open_disputes(invoices: Collection[str]) -> dict[str, str]:
    """The open Issue by disputed invoice."""
    if not invoices:
        return {}
    issue = frappe.qb.DocType("Issue")
    return dict(
        frappe.qb.from_(issue)
        .select(issue.dispute_key, issue.name)
        .where(issue.dispute_key.isin(tuple(invoices)))
        .orderby(issue.name)
        .run()
    )


def disputes_of(invoice: str) -> list[dict]:
    """Every dispute about the invoice, newest first: {name, subject, status, opening_date, dispute_key}."""
    return frappe.get_all(
        "Issue",
        filters={"disputed_invoice": invoice},
        fields=["name", "subject", "status", "opening_date", "dispute_key", "creation"],
        order_by="creation desc",
    )


def letters_of(issues: Collection[str]) -> list[dict]:
    """What was written in both directions about the issues, oldest first; notes among colleagues are not letters."""
    if not issues:
        return []
    return frappe.get_all(
        "Communication",
        filters={
            "reference_doctype": "Issue",
            "reference_name": ("in", tuple(issues)),
            "communication_type": "Communication",
        },
        fields=[
            "reference_name",
            "sender_full_name",
            "sender",
            "sent_or_received",
            "content",
            "communication_date",
        ],
        order_by="communication_date, creation",
    )


def payments_under_way(field: str, value: str) -> list[dict]:
    """Rows {doctype, name, status, day, amount, currency} of portal payments that are reported and not booked.

    field: 'sales_invoice' or 'customer', whose `value` is asked for.
    """
    payment, row = frappe.qb.DocType("Portal Payment"), frappe.qb.DocType("Portal Payment Invoice")
    return _matters(payment, row, field, value, payment.transferred_on, ("Reported", "Matched"))


def promises_given(field: str, value: str) -> list[dict]:
    """Rows {doctype, name, status, day, amount, currency} of promises that are open or were broken; arguments as above."""
    promise, row = frappe.qb.DocType("Promise to Pay"), frappe.qb.DocType("Promise to Pay Invoice")
    return _matters(promise, row, field, value, promise.promised_date, ("Open", "Broken"))


def disputes_open(field: str, value: str) -> list[dict]:
    """Rows {doctype, name, status, day, amount, currency} of open disputes; arguments as above."""
    rows = frappe.get_all(
        "Issue",
        filters={"dispute_key": value}
        if field == "sales_invoice"
        else {"customer": value, "dispute_key": ("is", "set")},
        fields=["name", "status", "opening_date as day", "disputed_invoice"],
        order_by="creation",
    )
    return [{"doctype": "Issue", "amount": None, "currency": None, **row} for row in rows]


def _matters(document, row, field: str, value: str, day, statuses: tuple[str, ...]) -> list[dict]:
    table = row if field == "sales_invoice" else document
    rows = (
        frappe.qb.from_(document)
        .join(row)
        .on(row.parent == document.name)
        .select(document.name, document.status, day.as_("day"), document.amount, document.currency)
        .distinct()
        .where((table[field] == value) & document.status.isin(statuses))
        .orderby(day, order=frappe.qb.desc)
        .limit(20)
        .run(as_dict=True)
    )
    return [{"doctype": document.get_table_name().removeprefix("tab"), **found} for found in rows]


def bank_accounts(company: str, currency: str) -> list[dict]:
    """The company's bank accounts that take this currency, the default one first: {account_name, bank, iban, ...}."""
    bank, account = frappe.qb.DocType("Bank Account"), frappe.qb.DocType("Account")
    return (
        frappe.qb.from_(bank)
        .join(account)
        .on(account.name == bank.account)
        .select(
            bank.name,
            bank.account_name,
            bank.bank,
            bank.iban,
            bank.branch_code,
            bank.bank_account_no,
            bank.account,
        )
        .where(
            (bank.is_company_account == 1)
            & (bank.disabled == 0)
            & (bank.company == company)
            & (account.account_currency == currency)
        )
        .orderby(bank.is_default, order=frappe.qb.desc)
        .orderby(bank.name)
        .run(as_dict=True)
    )


def gateway_account(company: str, currency: str) -> dict | None:
    """{name, payment_gateway, payment_account} of the gateway that takes this currency for the company.

    Gateways that call the payer's telephone have no page to lead to.
    """
    gateway, account = frappe.qb.DocType("Payment Gateway Account"), frappe.qb.DocType("Account")
    rows = (
        frappe.qb.from_(gateway)
        .join(account)
        .on(account.name == gateway.payment_account)
        .select(gateway.name, gateway.payment_gateway, gateway.payment_account)
        .where(
            (account.company == company)
            & (account.account_currency == currency)
            & (gateway.currency == currency)
            & (gateway.payment_channel.isnull() | (gateway.payment_channel != "Phone"))
        )
        .orderby(gateway.is_default, order=frappe.qb.desc)
        .orderby(gateway.name)
        .limit(1)
        .run(as_dict=True)
    )
    return rows[0] if rows else None


def accountants() -> list[str]:
    """Enabled users who may read portal payments by one of the accounting roles."""
    role, user = frappe.qb.DocType("Has Role"), frappe.qb.DocType("User")
    return (
        frappe.qb.from_(role)
        .join(user)
        .on(user.name == role.parent)
        .select(user.name)
        .distinct()
        .where(
            role.role.isin(("Accounts User", "Accounts Manager"))
            & (role.parenttype == "User")
            & (user.enabled == 1)
            & (user.user_type == "System User")
            & (user.name != "Administrator")
        )
        .orderby(user.name)
        .run(pluck=True)
    )
