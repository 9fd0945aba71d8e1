"""What else a customer may want beside the lines of an offer, and what became of it."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

import frappe
from frappe.utils import getdate, now_datetime

from crm_ext.offer_desk.flow import margin_context, promises
from crm_ext.offer_desk.queries import costs as cost_queries
from crm_ext.offer_desk.queries import margin as margin_queries
from crm_ext.offer_desk.queries import suggestions as queries
from crm_ext.offer_desk.rules import suggestions as rules
from crm_ext.offer_desk.rules.suggestions import Candidate, Commerce
from crm_ext.shared.money import to_decimal

Place = Literal["Desk", "Portal"]
Outcome = Literal["Shown", "Taken", "Refused"]

_ON_LINES = (rules.CONSUMABLE, rules.SPARE_PART, rules.COMPLEMENT, rules.BETTER_MODEL)
_ON_EQUIPMENT = (rules.CONSUMABLE, rules.SPARE_PART)
# Of these many times the wanted number the delivery date is asked for: most have one.
_DATES_ASKED = 3
_COLUMNS = (
    "name", "owner", "modified_by", "creation", "modified", "showing_key", "item_code", "kind", "because_of", "outcome",
    "shown_on", "decided_on", "place", "customer", "company", "representative", "reference_doctype", "reference_name",
)  # fmt: skip


@dataclass(frozen=True)
class Suggestion:
    """One item to offer. kind: 'Complement', 'Better Model', 'Consumable' or 'Spare Part'.

    because: the item of the lines or of the customer's equipment that led to it. day: the earliest day for one unit.
    """

    item_code: str
    item_name: str
    kind: str
    because: str
    day: date | None


def suggest(
    item_codes: Collection[str],
    *,
    customer: str | None,
    company: str,
    place: Place = "Desk",
    limit: int | None = None,
    document: tuple[str, str] | None = None,
) -> list[Suggestion]:
    """The best suggestions beside the lines `item_codes`, best first. Nothing is recorded: whoever shows them notes it.

    document: (doctype, name) of the offer; what was refused on it stays away. limit: default by Offer Desk Settings.
    The number of queries is the same whatever the number of lines.
    """
    settings = frappe.get_cached_doc("Offer Desk Settings")
    wanted = limit or settings.suggestion_limit or 5
    today = getdate()
    since = today - timedelta(days=settings.refused_days or 0)
    candidates = rules.still_open(
        _candidates(set(item_codes), customer, company),
        item_codes,
        queries.refused(customer, document, since),
    )
    items = queries.sellable({found.item_code for found in candidates}, customer, today, place == "Portal")
    candidates = [found for found in candidates if found.item_code in items]
    commerce = _commerce(candidates, items, customer, company, today)
    worthy = rules.ranked(found for found in candidates if _is_worthy(found, commerce))[
        : wanted * _DATES_ASKED
    ]
    codes = [found.item_code for found in worthy]
    dates = promises.earliest(codes, company=company, customer=customer) if codes else {}
    return [
        Suggestion(
            found.item_code,
            items[found.item_code].item_name,
            found.kind,
            found.because,
            dates[found.item_code].day,
        )
        for found in worthy
        if dates[found.item_code].day
    ][:wanted]


def note(
    suggestions: Iterable[Suggestion | str],
    outcome: Outcome,
    *,
    customer: str | None,
    company: str,
    place: Place = "Desk",
    document: tuple[str, str] | None = None,
) -> None:
    """Record what became of suggested items: shown, taken or refused; one row per document and item.

    suggestions: as `suggest` gave them, or item codes alone. Without a document, one row per customer, item and day.
    What was taken or refused is never 'Shown' again; the last word of the customer stands.
    """
    rows = [_row(found, outcome, customer, company, place, document) for found in suggestions]
    if not rows:
        return
    names = ", ".join(f"`{column}`" for column in _COLUMNS)
    on_duplicate = (
        "showing_key = showing_key"
        if outcome == "Shown"
        else "outcome = values(outcome), decided_on = values(decided_on), modified = values(modified)"
    )
    places = ", ".join(f"%(row{number})s" for number in range(len(rows)))
    frappe.db.sql(
        f"insert into `tabItem Suggestion` ({names}) values {places} on duplicate key update {on_duplicate}",
        {f"row{number}": row for number, row in enumerate(rows)},
    )


def _row(found: Suggestion | str, outcome, customer, company, place, document) -> tuple:
    now, user = now_datetime(), frappe.session.user
    code = found if isinstance(found, str) else found.item_code
    kind, because = (None, None) if isinstance(found, str) else (found.kind, found.because)
    doctype, name = document or (None, None)
    occasion = document or (customer or user, str(getdate()))
    key = hashlib.sha1("|".join((*occasion, place, company, code)).encode()).hexdigest()
    decided_on = None if outcome == "Shown" else now
    return (
        frappe.generate_hash(length=10), user, user, now, now, key, code, kind, because, outcome, now, decided_on, place,
        customer, company, user if place == "Desk" else None, doctype, name,
    )  # fmt: skip


def _candidates(codes: set[str], customer: str | None, company: str) -> list[Candidate]:
    """Everything that goes with the lines and with what the customer owns, whether or not it can be offered."""
    found = []
    if codes:
        found += [
            Candidate(row.other_item, rules.COMPLEMENT, row.item_code, to_decimal(row.lift))
            for row in queries.affinities(codes, company)
        ]
        found += [
            Candidate(row.accessory, row.kind, row.item_code) for row in queries.accessories(codes, _ON_LINES)
        ]
        # An alternative is one for want of the item, until its price shows it to be the better one.
        found += [
            Candidate(better, rules.BETTER_MODEL, code, Decimal(0))
            for code, better in queries.alternatives(codes)
        ]
    equipment = queries.equipment_of(customer) if customer else []
    if equipment:
        found += [
            Candidate(row.accessory, row.kind, row.item_code)
            for row in queries.accessories(equipment, _ON_EQUIPMENT)
        ]
    return found


def _commerce(
    candidates: Sequence[Candidate], items: dict, customer: str | None, company: str, today: date
) -> dict[str, Commerce]:
    """Price, cost and floor of the candidates, and of the items that better models would stand in for."""
    codes = {found.item_code for found in candidates}
    codes |= {found.because for found in candidates if found.kind == rules.BETTER_MODEL}
    if not codes:
        return {}
    prices = queries.list_prices(codes, customer, company, today)
    basis = frappe.get_cached_doc("Offer Desk Settings").cost_basis or "Valuation"
    costs = cost_queries.unit_costs(codes, company, basis)
    grade = margin_queries.customer(customer).get("customer_grade") if customer else None
    floors = margin_context.floors(items.values(), grade, company) if margin_context.has_floors() else {}
    return {
        code: Commerce(
            prices.get(code),
            costs.get(code),
            floors.get(items[code].item_group) if code in items else None,
        )
        for code in codes
    }


def _is_worthy(found: Candidate, commerce: dict[str, Commerce]) -> bool:
    if commerce[found.item_code].is_below_floor:
        return False
    is_guess = found.kind == rules.BETTER_MODEL and found.lift is not None
    return not is_guess or rules.is_step_up(commerce[found.because], commerce[found.item_code])
