"""Contracts go on: by themselves, or by an offer that the customer accepted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate

from crm_ext import erpnext_port
from crm_ext.service_contracts.flow import contract_profit
from crm_ext.service_contracts.flow.billing_charges import Prices
from crm_ext.service_contracts.flow.billing_sentences import explain
from crm_ext.service_contracts.flow.contracts import amending, reading
from crm_ext.service_contracts.flow.contracts.credits import settle
from crm_ext.service_contracts.flow.contracts.saving import keep, lock_in_any_state, require_sound
from crm_ext.service_contracts.flow.contracts.sentences import throw
from crm_ext.service_contracts.queries import contracts as queries
from crm_ext.service_contracts.rules import amendments as amendment_rules
from crm_ext.service_contracts.rules import renewals as rules
from crm_ext.service_contracts.rules.pricing import PricedLine, index_factor
from crm_ext.shared.money import rounded, to_decimal
from crm_ext.shared.periods import period_of
from crm_ext.shared.results import Refusal, refuse


def renew(name: str, *, rates: Mapping[str, Decimal] | None = None, reason: str = "") -> Document:
    """Prolong a contract by its agreed months; what was credited because it was to end is taken back.

    rates: {row: rate per unit and period} agreed for the new time; rows without one go on at their rate and index clause.
    """
    contract = _renewable(name)
    days = reading.head(contract)
    until = rules.renewed_until(days["end_date"], contract.renewal_months or 0, contract.calendar)
    if isinstance(until, Refusal):
        throw(until)
    first_day = days["end_date"] + timedelta(days=1)
    going_on = [row.name for row in _rows_to_the_end(contract, days["end_date"])]
    records = [amending.move_end(contract, until)]
    records += _agree_rates(contract, going_on, rates or {}, first_day)
    records += _forget_notice(contract)
    contract.renewal_quotation = None
    require_sound(contract, since=first_day)
    records += settle(contract, _("Renewed until {0}").format(until.isoformat()))
    return keep(contract, "Renewed", first_day, reason, records)


def _forget_notice(contract: Document) -> list[dict]:
    """Notice was about the old time: at its next end the contract is brought up, or renews itself, again."""
    given_on, contract.notice_given_on = contract.notice_given_on, None
    if not given_on:
        return []
    fields = [{"field": "notice_given_on", "from": getdate(given_on), "to": None}]
    return [{"what": "contract", "fields": fields}]


def propose_change(name: str) -> Decimal:
    """By how many percent the price should change, from what the contract really earned; 0 where nothing is known."""
    share = contract_profit.proposed_change(name)
    return Decimal(0) if share is None else rounded(share * 100, 1)


def offer_renewal(name: str, *, change: Decimal | None = None, valid_until: date | None = None) -> Document:
    """A draft quotation of the lines that go on, at their present price changed by so many percent.

    change: None takes `propose_change`. The offer is an ordinary one, with its revisions, margin and portal; when it is
    ordered, the contract is renewed at its rates and the order is closed, because the contract bills.
    """
    contract = _renewable(name)
    end = reading.head(contract)["end_date"]
    offer = contract.renewal_quotation and queries.latest_revision(contract.renewal_quotation)
    if offer and frappe.db.get_value("Quotation", offer, "docstatus") != 2:
        return frappe.get_doc("Quotation", offer)
    percent = propose_change(name) if change is None else change
    quotation = _quotation(contract, end, percent, valid_until)
    contract.db_set("renewal_quotation", quotation.name)
    return quotation


def renew_as_offered(name: str) -> Document:
    """Renew at the rates of the offer, whether it was ordered or agreed by word; its orders are closed."""
    contract = lock_in_any_state(name)
    offer = contract.renewal_quotation and queries.latest_revision(contract.renewal_quotation)
    if not offer:
        throw(refuse("offer_unknown"))
    quotation = frappe.get_doc("Quotation", offer)
    rates = {row.contract_line: to_decimal(row.rate) for row in quotation.items if row.get("contract_line")}
    renewed = renew(name, rates=rates, reason=_("As offered in {0}").format(offer))
    for order in queries.orders_of_quotation(offer):
        erpnext_port.close_order(order)
    return renewed


def follow_up(name: str) -> Document:
    """A draft of a new contract that continues one that has ended, from the day after its last one, at its prices."""
    old = frappe.get_doc("Service Contract", name)
    days = reading.head(old)
    last = days["terminated_on"] or days["end_date"]
    if last is None:
        throw(refuse("contract_has_no_end"))
    new = frappe.copy_doc(old)
    new.update({"docstatus": 0, "renewed_from": name, "start_date": last + timedelta(days=1)})
    until = rules.renewed_until(last, max(old.renewal_months or 0, 1), old.calendar)
    new.end_date = until
    priced = reading.priced_lines(old)
    for row, source in zip(new.lines, old.lines, strict=True):
        row.update({"start_date": None, "periods_from": None, "version": 1, "replaces": None, "docstatus": 0})
        # The index clause goes on counting where it stands.
        row.update({"price_since": priced[source.name].price_since, "free_periods": 0})
    new.set("lines", [row for row in new.lines if not row.end_date or getdate(row.end_date) >= last])
    for number, row in enumerate(new.lines, start=1):
        row.update({"idx": number, "end_date": None})
    return new.insert()


def _renewable(name: str) -> Document:
    """A contract that comes, or came, to its agreed end; locked until the transaction ends."""
    contract = lock_in_any_state(name)
    days = reading.head(contract)
    if contract.docstatus != 1:
        throw(refuse("not_in_force", status=contract.status))
    if days["end_date"] is None:
        throw(refuse("contract_has_no_end"))
    if days["terminated_on"]:
        throw(refuse("terminated_already", day=days["terminated_on"]))
    return contract


def _rows_to_the_end(contract: Document, end: date) -> list[Document]:
    return [row for row in contract.lines if not row.end_date or getdate(row.end_date) >= end]


def _agree_rates(
    contract: Document, going_on: list[str], rates: Mapping[str, Decimal], first_day: date
) -> list[dict]:
    """Successors of the rows for which a new rate was agreed; what changed of each."""
    lines = reading.priced_lines(contract)
    records = []
    for row in [row for row in contract.lines if row.name in going_on and row.name in rates]:
        values = reading.values(row)
        new_rate = float(rates[row.name])
        if row.interval_unit == "Once" or (row.price_source == "Fixed Rate" and new_rate == row.rate):
            continue
        changes = {"rate": new_rate, "price_source": "Fixed Rate", "discount_percentage": 0}
        new = amendment_rules.successor(values, lines[row.name], changes, first_day)
        if isinstance(new, Refusal):
            throw(new)
        row.end_date = first_day - timedelta(days=1)
        contract.append("lines", new)
        fields = amendment_rules.differences(values, changes)
        records.append({"what": "changed", "line": row.line_number, "item": row.item_name, "fields": fields})
    return records


def _quotation(contract: Document, end: date, percent: Decimal, valid_until: date | None) -> Document:
    lines = reading.priced_lines(contract)
    quotation = frappe.new_doc("Quotation")
    quotation.update(
        {
            "quotation_to": "Customer",
            "party_name": contract.customer,
            "company": contract.company,
            "currency": contract.currency,
            "order_type": "Maintenance",
            "transaction_date": getdate(),
            "valid_till": valid_until or max(end, getdate()),
            "ignore_pricing_rule": 1,
            "selling_price_list": contract.selling_price_list or None,
            "taxes_and_charges": contract.taxes_and_charges,
            "payment_terms_template": contract.payment_terms_template,
        }
    )
    digits = frappe.get_precision("Quotation Item", "rate", currency=contract.currency) or 2
    prices = Prices(end)
    for row in _rows_to_the_end(contract, end):
        if row.interval_unit == "Once":
            continue
        rate = rules.changed_rate(_present_rate(contract, row, lines[row.name], prices), percent, digits)
        quotation.append(
            "items",
            {
                "item_code": row.item_code,
                "item_name": row.item_name,
                "qty": row.qty,
                "uom": row.uom,
                "rate": float(rate),
                "price_list_rate": float(rate),
                "contract_line": row.name,
            },
        )
    quotation.insert()
    return quotation


def _present_rate(contract: Document, row: Document, line: PricedLine, prices: Prices) -> Decimal:
    """Per unit and period on the last day of the old time, in contract currency: index clause and discount included."""
    base = line.rate
    if base is None and line.discount_percentage < 100:
        base = _known(prices.list_rate(contract.as_dict(), row.item_code, row.uom))
        if not base:
            period = period_of(line.recurrence, line.periods_from, prices.day)
            _known(refuse("price_missing", line=line.line_number, start=period.start, end=prices.day))
    factor = _known(index_factor(line, prices.day))
    return (base or Decimal(0)) * factor * (1 - line.discount_percentage / 100)


def _known(price: Decimal | Refusal | None) -> Decimal | None:
    if isinstance(price, Refusal):
        frappe.throw(explain(price), title=_("Service Contract"))
    return price
