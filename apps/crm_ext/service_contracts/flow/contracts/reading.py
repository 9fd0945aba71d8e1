"""Contracts as the rules want them."""

from __future__ import annotations

from datetime import date

import frappe
from frappe.model.document import Document
from frappe.utils import getdate

from crm_ext import erpnext_port
from crm_ext.service_contracts.queries import contracts as queries
from crm_ext.service_contracts.rules.contracts import ContractTerms, LineTerms, Surroundings
from crm_ext.service_contracts.rules.pricing import (
    IndexClause,
    PricedLine,
    clause_from,
    line_from,
    recurrence_from,
)
from crm_ext.service_contracts.rules.service_credits import WHOLE_PRICE, Terms
from crm_ext.shared.money import to_decimal
from crm_ext.shared.periods import LAST_DAY, Period

_ROW_DATES = ("start_date", "end_date", "periods_from", "price_since")


def head(contract: Document) -> dict:
    """The days and the calendar of a contract."""
    days = {name: _day(contract.get(name)) for name in ("start_date", "end_date", "terminated_on")}
    return {**days, "calendar": contract.calendar}


def values(row: Document) -> dict:
    """The fields of a row with dates as dates."""
    return {**row.as_dict(), **{name: _day(row.get(name)) for name in _ROW_DATES}}


def days_off(contract: Document) -> list[Period]:
    return [
        Period(getdate(row.from_date), getdate(row.to_date) if row.to_date else LAST_DAY)
        for row in contract.suspensions
    ]


def priced_lines(contract: Document) -> dict[str, PricedLine]:
    """Every row of a contract by its name, as its price is reckoned."""
    clauses = index_clauses({row.index_clause for row in contract.lines if row.index_clause})
    off = days_off(contract)
    top = head(contract)
    return {
        row.name: line_from(values(row), top, index=clauses.get(row.index_clause), days_off=off)
        for row in contract.lines
    }


def index_clauses(names: set[str]) -> dict[str, IndexClause]:
    return {name: clause_from(top, table) for name, (top, table) in queries.index_clauses(names).items()}


def clause_of(clause: Document) -> IndexClause:
    """An index clause as its document says it now, saved or not."""
    return clause_from(clause.as_dict(), [row.as_dict() for row in clause.values])


def credit_terms(row: Document) -> Terms | None:
    """What a row promises and gives back where it is missed; None where it gives nothing back."""
    if not row.service_credit:
        return None
    return Terms(
        kind=row.service_credit,
        response=to_decimal(row.response_credit),
        resolution=to_decimal(row.resolution_credit),
        cap=to_decimal(row.credit_cap) or WHOLE_PRICE,
        agreement=row.service_level_agreement,
        response_hours=to_decimal(row.response_hours),
        resolution_hours=to_decimal(row.resolution_hours),
    )


def terms(contract: Document, since: date | None = None) -> ContractTerms:
    """The contract as it is judged; since: leave out lines and coverage that are over before this day."""
    rows = [row for row in contract.lines if _lives(row.end_date, since)]
    over = {row.line_number for row in contract.lines} - {row.line_number for row in rows}
    listed = [row for row in contract.covered_equipment if _lives(row.to_date, since)]
    return ContractTerms(
        start=getdate(contract.start_date),
        end=_day(contract.end_date),
        lines=[_line_terms(contract, row, listed) for row in rows],
        customer=contract.customer,
        company=contract.company,
        currency=contract.currency,
        price_list=contract.selling_price_list,
        renewal=contract.renewal or "None",
        renewal_months=contract.renewal_months or 0,
        listed_equipment=[
            (row.line_number, row.equipment, _day(row.from_date), _day(row.to_date))
            for row in listed
            if row.line_number not in over
        ],
        listed_causes=[
            (row.line_number, row.complaint_cause)
            for row in contract.covered_causes
            if row.line_number not in over
        ],
    )


def surroundings(contract: Document) -> Surroundings:
    """What the database knows about all that a contract names; the number of queries does not depend on its rows."""
    items = {row.item_code for row in contract.lines}
    deferring = {row.item_code for row in contract.lines if row.defer_revenue}
    named = {row.equipment for row in [*contract.lines, *contract.covered_equipment] if row.equipment}
    price_list = contract.selling_price_list
    return Surroundings(
        customer_is_disabled=bool(frappe.get_cached_value("Customer", contract.customer, "disabled")),
        company_currency=frappe.get_cached_value("Company", contract.company, "default_currency"),
        account_currency=erpnext_port.receivable_currency(contract.customer, contract.company),
        price_list_is_usable=not price_list
        or all(frappe.get_cached_value("Price List", price_list, ("enabled", "selling"))),
        closed_until=queries.closed_until(contract.company) if deferring else None,
        equipment=queries.equipment(named),
        items=queries.items(items),
        items_without_deferred_account=queries.items_without_deferred_account(deferring, contract.company),
        foreign=queries.foreign_to(contract.company, _of_a_company(contract)),
    )


def _of_a_company(contract: Document) -> list[tuple[str, str, str | None]]:
    fields = ("taxes_and_charges", "cost_center", "project")
    found = [contract.meta.get_field(name) for name in fields]
    return [(field.label, field.options, contract.get(field.fieldname)) for field in found]


def _lives(end: object, since: date | None) -> bool:
    return since is None or not end or getdate(end) >= since


def _line_terms(contract: Document, row: Document, covered: list[Document]) -> LineTerms:
    listed = {one.equipment for one in covered if one.line_number == row.line_number}
    return LineTerms(
        number=row.line_number,
        item_code=row.item_code,
        start=_day(row.start_date),
        end=_day(row.end_date),
        recurrence=recurrence_from(row.as_dict(), {"calendar": contract.calendar}),
        interval_count=row.interval_count or 0,
        kind=row.kind,
        equipment=frozenset({row.equipment} if row.equipment else listed),
        qty=to_decimal(row.qty),
        rate=None if row.price_source == "Price List" else to_decimal(row.rate),
        discount_percentage=to_decimal(row.discount_percentage),
        parts_percent=to_decimal(row.parts_percent),
        periods_from=_day(row.periods_from),
        meter=row.meter,
        defers_revenue=bool(row.defer_revenue),
        credit=credit_terms(row),
    )


def _day(value: object) -> date | None:
    return getdate(value) if value else None
