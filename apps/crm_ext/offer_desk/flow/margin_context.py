"""An ERPNext document as the rules on margin see it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal

import frappe
from frappe.model.document import Document
from frappe.utils import getdate

from crm_ext.offer_desk.queries import costs as cost_queries
from crm_ext.offer_desk.queries import margin as queries
from crm_ext.offer_desk.rules.margin import (
    Assessment,
    Floor,
    Line,
    LineMargin,
    OfferedLine,
    Terms,
    assess,
    credit_percent,
    floor_for,
)
from crm_ext.shared.money import to_decimal

_ZERO, _HUNDRED = Decimal(0), Decimal(100)


@dataclass(frozen=True)
class Row:
    """A row of the document that a line of the rules stands for. idx is None for an option."""

    key: str
    idx: int | None
    item_code: str
    item_name: str
    price: Decimal


@dataclass(frozen=True)
class Offer:
    """A quotation or sales order, ready for the rules. team: commission percent by sales person."""

    rows: Mapping[str, Row]
    lines: tuple[Line, ...]
    terms: Terms
    judgement: str
    currency: str
    team: Mapping[str, Decimal]

    def assess(self) -> Assessment:
        return assess(self.lines, self.terms, self.judgement)

    def offered(self, found: LineMargin) -> OfferedLine:
        return OfferedLine(
            found.line.item_code, found.line.qty, self.rows[found.line.key].price, found.burden
        )


@dataclass(frozen=True)
class _Party:
    """What the customer brings into the margin of every line; nothing for a lead."""

    grade: str | None = None
    is_internal: bool = False
    partner_rate: Decimal = _ZERO
    team: Mapping[str, Decimal] | None = None


def has_floors() -> bool:
    """Whether the site has any floor at all; costs no query."""
    return bool(frappe.get_cached_doc("Offer Desk Settings").has_default_floor or queries.floors())


def customer_of(document: Document) -> str | None:
    if document.doctype == "Quotation":
        return document.party_name if document.quotation_to == "Customer" else None
    return document.customer


def read(document: Document) -> Offer | None:
    """The offer with costs and floors; None for internal customers, to whom one sells at one's own price.

    Some dozen queries at most, whatever the number of lines.
    """
    settings = frappe.get_cached_doc("Offer Desk Settings")
    party = _party(document)
    if party.is_internal:
        return None
    entries = [*_item_entries(document), *_option_entries(document)]
    codes = {row.item_code for row, *_ in entries}
    items = queries.items(codes)
    costs = cost_queries.unit_costs(codes, document.company, settings.cost_basis)
    floors_by_group = floors(items.values(), party.grade, document.company)
    shipped = {packed.parent_item for packed in document.get("packed_items") or ()}
    team_rate = sum((party.team or {}).values(), _ZERO)
    lines = tuple(
        Line(
            key=row.key,
            item_code=row.item_code,
            qty=qty,
            revenue=revenue,
            unit_cost=costs.get(row.item_code),
            commission=party.partner_rate + team_rate if items[row.item_code].grant_commission else _ZERO,
            ships=bool(items[row.item_code].is_stock_item) or row.item_code in shipped,
            counts=counts,
            floor=floors_by_group.get(items[row.item_code].item_group),
        )
        for row, qty, revenue, counts in entries
        if row.item_code in items
    )
    return Offer(
        rows={row.key: row for row, *_ in entries},
        lines=lines,
        terms=_terms(document, settings),
        judgement=settings.margin_judgement or "Each Line",
        currency=document.currency,
        team=party.team or {},
    )


def _item_entries(document: Document) -> list[tuple[Row, Decimal, Decimal, bool]]:
    """(row, stock quantity, revenue, counts in the totals) of each item row.

    ERPNext computes net amounts of the rows in the totals alone; an alternative is reduced as they are on average.
    """
    kept = _kept_share(document)
    entries = []
    for item in document.items:
        if not item.item_code:
            continue
        counts = not item.get("is_alternative")
        qty = to_decimal(item.stock_qty)
        revenue = to_decimal(item.base_net_amount) if counts else to_decimal(item.base_amount) * kept
        net = to_decimal(item.net_amount) if counts else to_decimal(item.amount) * kept
        row = Row(item.name, item.idx, item.item_code, item.item_name, net / qty if qty else _ZERO)
        entries.append((row, qty, revenue, counts))
    return entries


def _option_entries(document: Document) -> list[tuple[Row, Decimal, Decimal, bool]]:
    """The options that the customer may add are judged too, for nobody will be there when he does."""
    kept, rate = _kept_share(document), to_decimal(document.conversion_rate)
    entries = []
    for option in document.get("quotation_options") or ():
        qty = to_decimal(option.qty) * (to_decimal(option.conversion_factor) or 1)
        net = to_decimal(option.amount) * kept
        row = Row(
            option.name,
            None,
            option.item_code,
            option.item_name or option.item_code,
            net / qty if qty else _ZERO,
        )
        entries.append((row, qty, net * rate, False))
    return entries


def _kept_share(document: Document) -> Decimal:
    """What included taxes and the discount on the document leave of an amount."""
    counting = [item for item in document.items if not item.get("is_alternative")]
    gross = sum((to_decimal(item.base_amount) for item in counting), _ZERO)
    net = sum((to_decimal(item.base_net_amount) for item in counting), _ZERO)
    return net / gross if gross else Decimal(1)


def _party(document: Document) -> _Party:
    """Grade and commissions. An order names its own sales partner and team; a quotation has its customer's to come."""
    customer = customer_of(document)
    facts = queries.customer(customer) if customer else {}
    if document.doctype == "Sales Order":
        partner_rate = document.commission_rate if document.sales_partner else 0
        team = document.sales_team
    elif document.referral_sales_partner:
        partner_rate = queries.sales_partner_rate(document.referral_sales_partner)
        team = queries.sales_team_of(customer) if customer else []
    else:
        partner_rate = facts.get("default_commission_rate") if facts.get("default_sales_partner") else 0
        team = queries.sales_team_of(customer) if customer else []
    return _Party(
        grade=facts.get("customer_grade"),
        is_internal=bool(document.get("is_internal_customer") or facts.get("is_internal_customer")),
        partner_rate=to_decimal(partner_rate),
        team={row.sales_person: _team_rate(row) for row in team},
    )


def _team_rate(row: Mapping) -> Decimal:
    """Percent of the revenue that a sales person earns: his share of the order times his rate, as ERPNext computes."""
    return to_decimal(row.allocated_percentage) * to_decimal(row.commission_rate or 0) / _HUNDRED


def _terms(document: Document, settings: Document) -> Terms:
    charges = [tax for tax in document.get("taxes") or () if tax.charge_type == "Actual"]
    taxes = queries.tax_accounts({tax.account_head for tax in charges}) if charges else set()
    day = getdate(document.transaction_date)
    schedule = [
        (to_decimal(row.invoice_portion), (getdate(row.due_date) - day).days)
        for row in document.get("payment_schedule") or ()
        if row.due_date
    ]
    return Terms(
        freight=to_decimal(settings.freight_percent),
        freight_charged=sum(
            (
                to_decimal(charge.base_tax_amount_after_discount_amount)
                for charge in charges
                if charge.account_head not in taxes
            ),
            _ZERO,
        ),
        credit=credit_percent(schedule, to_decimal(settings.credit_rate)),
    )


def floors(items: Collection[Mapping], grade: str | None, company: str) -> dict[str, Decimal | None]:
    """The floor of each item group for this customer and company."""
    groups = {item.item_group for item in items}
    settings = frappe.get_cached_doc("Offer Desk Settings")
    default = to_decimal(settings.default_margin_floor) if settings.has_default_floor else None
    known = [
        Floor(
            to_decimal(floor.minimum_margin),
            floor.item_group or None,
            floor.customer_grade or None,
            floor.company or None,
        )
        for floor in queries.floors()
    ]
    if not known:
        return dict.fromkeys(groups, default)
    lineages = queries.lineages(groups)
    return {
        group: floor_for(known, lineages.get(group, [group]), grade, company, default) for group in groups
    }
