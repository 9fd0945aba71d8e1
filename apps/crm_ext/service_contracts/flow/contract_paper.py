"""The contract in words, for the paper that both sides sign."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate

from crm_ext.crm_ext_core.flow import spelling
from crm_ext.service_contracts.flow.contracts.reading import credit_terms
from crm_ext.service_contracts.rules.contracts import last_day_to_give_notice
from crm_ext.service_contracts.rules.service_credits import FIXED, WHOLE_PRICE
from crm_ext.shared.money import to_decimal


def paper(contract: Document) -> dict:
    """Duration, renewal and lines with what they promise and cost, in the language of the print."""
    equipment = _equipment_names(contract)
    return {
        "duration": _span(contract.start_date, contract.end_date),
        "renewal": _renewal(contract),
        "lines": [_line(contract, row, equipment) for row in contract.lines],
    }


def _line(contract: Document, row: Document, equipment: dict[str, str]) -> dict:
    return {
        "number": row.line_number,
        "name": row.item_name or row.item_code,
        "description": row.description,
        "promises": _promises(contract, row, equipment),
        "duration": _span(row.start_date or contract.start_date, row.end_date or contract.end_date),
        "quantity": spelling.number(row.qty),
        "price": _price(contract, row),
        "terms": _terms(row),
    }


def _price(contract: Document, row: Document) -> str:
    if row.price_source == "Price List":
        return _("As in price list {0}").format(contract.selling_price_list)
    rate = to_decimal(row.rate) * (1 - to_decimal(row.discount_percentage) / 100)
    return f"{spelling.money(rate, contract.currency)} {_every(row)}"


def _every(row: Document) -> str:
    if row.interval_unit == "Once":
        return _("once")
    if (row.interval_count or 1) == 1:
        return {
            "Day": _("a day"),
            "Week": _("a week"),
            "Month": _("a month"),
            "Year": _("a year"),
        }[row.interval_unit]
    return {
        "Day": _("every {0} days"),
        "Week": _("every {0} weeks"),
        "Month": _("every {0} months"),
        "Year": _("every {0} years"),
    }[row.interval_unit].format(spelling.number(row.interval_count))


def _terms(row: Document) -> str:
    said = [_("billed in advance") if row.billing_timing == "In Advance" else _("billed in arrears")]
    if row.free_periods:
        said.append(_("the first {0} periods without charge").format(spelling.number(row.free_periods)))
    if row.index_clause:
        said.append(_("index clause: {0}").format(_isolated(row.index_clause)))
    return _(", ").join(said)


def _promises(contract: Document, row: Document, equipment: dict[str, str]) -> list[str]:
    said = []
    named = [row.equipment] if row.equipment else _listed(contract, row.line_number)
    if named:
        said.append(
            _("Equipment: {0}").format(_(", ").join(_isolated(equipment.get(name, name)) for name in named))
        )
    counted = (
        (row.visits_included, _("{0} visits included")),
        (row.hours_included, _("{0} hours included")),
        (row.included_units, _("{0} units included")),
        (row.parts_percent, _("{0} % of parts included")),
        (row.response_hours, _("response within {0} hours")),
        (row.resolution_hours, _("resolution within {0} hours")),
    )
    said += [text.format(spelling.number(value)) for value, text in counted if value]
    said += _credits(contract, row)
    if row.overage_rate:
        rate = spelling.money(row.overage_rate, contract.currency)
        said.append(_("{0} for each one beyond").format(rate))
    return said


def _credits(contract: Document, row: Document) -> list[str]:
    terms = credit_terms(row)
    if terms is None:
        return []

    def written(amount: Decimal) -> str:
        if terms.kind == FIXED:
            return spelling.money(amount, contract.currency)
        return _("{0} % of the period's price").format(spelling.number(amount))

    said = []
    if terms.response:
        said.append(_("{0} back for each response that comes late").format(written(terms.response)))
    if terms.resolution:
        said.append(_("{0} back for each solution that comes late").format(written(terms.resolution)))
    if terms.cap < WHOLE_PRICE:
        said.append(_("at most {0} % of a period's price back").format(spelling.number(terms.cap)))
    return said


def _isolated(name: str) -> str:
    """A name that keeps its own direction inside a sentence of the other one (Unicode's isolates)."""
    return f"\u2068{name}\u2069"


def _listed(contract: Document, number: int) -> list[str]:
    return [row.equipment for row in contract.covered_equipment if row.line_number == number]


def _equipment_names(contract: Document) -> dict[str, str]:
    named = {row.equipment for row in [*contract.lines, *contract.covered_equipment] if row.equipment}
    if not named:
        return {}
    rows = frappe.get_all(
        "Equipment", filters={"name": ("in", named)}, fields=["name", "equipment_name"], order_by="name"
    )
    return {row.name: row.equipment_name for row in rows}


def _renewal(contract: Document) -> str:
    if not contract.end_date:
        return _("Runs until notice is given, {0} days before.").format(contract.notice_days or 0)
    if contract.renewal == "Automatic":
        by = last_day_to_give_notice(getdate(contract.end_date), contract.notice_days or 0)
        return _("Renews itself by {0} months, unless notice is given by {1}.").format(
            contract.renewal_months, spelling.day(by)
        )
    return _("By agreement.") if contract.renewal == "On Offer" else _("Not renewed.")


def _span(first: date | str, last: date | str | None) -> str:
    if not last:
        return _("from {0} on").format(spelling.day(getdate(first)))
    return _("{0} to {1}").format(spelling.day(getdate(first)), spelling.day(getdate(last)))
