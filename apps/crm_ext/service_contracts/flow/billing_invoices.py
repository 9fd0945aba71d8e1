"""A sales invoice out of priced charges. ERPNext makes it: its prices stand, its taxes, checks and ledgers are ERPNext's.

An invoice that is to be submitted is inserted as a submitted one: ERPNext validates it once instead of twice, and what it
leaves behind is the same, which a test compares field by field and ledger row by ledger row.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import formatdate

from crm_ext import erpnext_port
from crm_ext.service_contracts.flow.billing_charges import PricedCharge, Prices
from crm_ext.shared.calendars import format_jalali
from crm_ext.shared.money import rounded
from crm_ext.shared.periods import LAST_DAY, Period
from crm_ext.shared.results import Refusal, refuse

# Contracts whose charges may stand on one invoice agree in all of these.
GATHERED_BY = (
    "customer", "company", "currency", "selling_price_list", "taxes_and_charges", "payment_terms_template",
    "submit_invoices",
)  # fmt: skip
_EXCHANGE_RATE_DIGITS = 9

Charged = Sequence[tuple[dict, Sequence[PricedCharge]]]


class InvoiceMaker:
    """Makes the invoices of one run, all dated on one day; what they have in common is read once, with the prices."""

    def __init__(self, posting_date: date, prices: Prices) -> None:
        self._day = posting_date
        self._prices = prices

    def prepare(self, charged: Charged) -> Document | Refusal:
        """The invoice, not saved. charged: contracts that agree in GATHERED_BY, each with what it is charged.

        Refusals: 'exchange_rate_missing', 'deferred_account_missing'.
        """
        contract = charged[0][0]
        company_currency = frappe.get_cached_value("Company", contract["company"], "default_currency")
        exchange = self._prices.exchange_rate(contract["currency"], company_currency)
        if isinstance(exchange, Refusal):
            return exchange
        rows = []
        for one, priced_charges in charged:
            for priced in priced_charges:
                row = self._row(one, priced)
                if isinstance(row, Refusal):
                    return row
                rows.append(row)
        spans = [priced.charge.span for _contract, each in charged for priced in each]
        ends = [span.end for span in spans if span.end < LAST_DAY]
        invoice = frappe.get_doc(
            {
                "doctype": "Sales Invoice",
                "customer": contract["customer"],
                "company": contract["company"],
                "currency": contract["currency"],
                "conversion_rate": float(rounded(exchange, _EXCHANGE_RATE_DIGITS)),
                "posting_date": self._day,
                "set_posting_time": 1,
                "selling_price_list": contract["selling_price_list"],
                # What a contract agreed is not for pricing rules to change.
                "ignore_pricing_rule": 1,
                "payment_terms_template": contract["payment_terms_template"],
                "taxes_and_charges": contract["taxes_and_charges"],
                "from_date": min(span.start for span in spans),
                "to_date": max(ends, default=None),
                **{
                    field: _common(charged, field) for field in ("cost_center", "project", "service_contract")
                },
                "items": rows,
            }
        )
        self._set_taxes(invoice)
        return invoice

    def _row(self, contract: dict, priced: PricedCharge) -> dict | Refusal:
        row, charge = priced.row, priced.charge
        values = {
            "item_code": priced.item_code,
            "description": self._description(contract, priced),
            "qty": float(priced.qty),
            "rate": float(priced.rate),
            "cost_center": contract["cost_center"],
            "project": contract["project"],
            "service_contract": contract["name"],
            "enable_deferred_revenue": 0,
        }
        if priced.item_code == row["item_code"]:
            values |= {"item_name": row["item_name"], "uom": row["uom"]}
        if self._is_deferred(priced):
            account = self._prices.once(
                ("deferred", priced.item_code, contract["company"]),
                lambda: erpnext_port.deferred_revenue_account(priced.item_code, contract["company"]),
            )
            if not account:
                return refuse("deferred_account_missing", item=priced.item_code, company=contract["company"])
            values |= {
                "enable_deferred_revenue": 1,
                "deferred_revenue_account": account,
                "service_start_date": charge.span.start,
                "service_end_date": charge.span.end,
            }
        return values

    def _is_deferred(self, priced: PricedCharge) -> bool:
        """Revenue waits only for days that are still to come when it is invoiced."""
        charge = priced.charge
        if charge.what != "Period" or not self._day < charge.span.end < LAST_DAY:
            return False
        by_item = frappe.get_cached_value("Item", priced.item_code, "enable_deferred_revenue")
        return bool(priced.row["defer_revenue"] or by_item)

    def _description(self, contract: dict, priced: PricedCharge) -> str:
        row, charge = priced.row, priced.charge
        text = row["description"] if priced.item_code == row["item_code"] else None
        if not text:
            text = frappe.get_cached_value("Item", priced.item_code, "description")
        return f"{text or priced.item_code}\n{written(charge.span, row['calendar'] or contract['calendar'])}"

    def _set_taxes(self, invoice: Document) -> None:
        """The contract's taxes, else those that ERPNext finds by its tax rules, else the company's."""
        if not invoice.taxes_and_charges and self._prices.once(("rules",), erpnext_port.has_tax_rules):
            invoice.run_method("set_missing_values")
        if not invoice.taxes_and_charges:
            invoice.taxes_and_charges = self._prices.once(
                ("taxes", invoice.company), lambda: erpnext_port.default_sales_taxes(invoice.company)
            )
        template = invoice.taxes_and_charges
        if template and not invoice.taxes:
            rows = self._prices.once(("tax rows", template), lambda: erpnext_port.sales_tax_rows(template))
            invoice.extend("taxes", [dict(row) for row in rows])


def save(invoice: Document, *, submit: bool, name: str | None = None) -> None:
    """Inserts the invoice, as a submitted one at once where it is to be submitted; name: a number reserved for it."""
    if submit:
        invoice.docstatus = 1
    invoice.insert(set_name=name)


def written(span: Period, calendar: str | None) -> str:
    """A span of days in words, in the calendar that the contract counts in."""
    write = format_jalali if calendar == "Jalali" else formatdate
    if span.end == LAST_DAY:
        return write(span.start)
    return _("{0} to {1}").format(write(span.start), write(span.end))


def _common(charged: Charged, field: str) -> str | None:
    """A value in the head of the invoice that all contracts on it share."""
    key = "name" if field == "service_contract" else field
    values = {contract[key] for contract, _charges in charged}
    return values.pop() if len(values) == 1 else None
