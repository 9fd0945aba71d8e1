"""Holds back offers that earn too little until somebody answers for them, and says what a further discount costs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from decimal import Decimal

import frappe
from frappe import _
from frappe.model.document import Document

from crm_ext.offer_desk.flow import margin_context
from crm_ext.offer_desk.flow.margin_context import Offer
from crm_ext.offer_desk.queries import margin as queries
from crm_ext.offer_desk.queries.cost_sight import may_see_cost
from crm_ext.offer_desk.rules.margin import (
    Assessment,
    LineMargin,
    OfferedLine,
    further_discount,
    headroom,
    is_covered,
)
from crm_ext.shared.money import rounded, to_decimal

GUARDED = ("Quotation", "Sales Order")
# Orders whose rows were changed by themselves in this request.
_CHANGED = "crm_ext_changed_orders"
_STEPS = tuple(Decimal(half) / 2 for half in range(41))


class BelowFloor(frappe.ValidationError):
    """An offer earns less than its floor and nobody has answered for it."""


def check(document: Document) -> None:
    """Refuse a document below its floor, unless the same or a worse one was approved.

    Customers who order by themselves in the portal are let through: their prices are the house's own, made by price
    lists and rules, and no one is there to ask.
    """
    if not margin_context.has_floors() or customer_is_acting():
        return
    offer = margin_context.read(document)
    if offer is None:
        return
    assessment = offer.assess()
    if assessment.below and not is_approved(document, offer, assessment):
        _refuse(document, offer, assessment)


def note_changed(item: Document) -> None:
    """Remember that a row of a submitted order is new, or was given another price or quantity."""
    if item.has_value_changed("rate") or item.has_value_changed("qty"):
        frappe.flags.setdefault(_CHANGED, set()).add(item.parent)


def check_changed(order: Document) -> None:
    """Refuse a submitted order whose rows were just changed to below the floor; other changes are not judged."""
    changed = frappe.flags.get(_CHANGED) or set()
    if order.name in changed:
        changed.discard(order.name)
        check(order)


def needs_cover(offer: Offer, assessment: Assessment) -> list[OfferedLine]:
    """What somebody must answer for: the lines below their floor, and with them whatever is given away."""
    if not assessment.below:
        return []
    lines = [offer.offered(found) for found in assessment.lines if found.line.key in assessment.below]
    gifts = [
        line for line in offer.lines if line.counts and line.is_given_away and line.unit_cost and line.qty
    ]
    return lines + [OfferedLine(line.item_code, line.qty, Decimal(0), Decimal(0)) for line in gifts]


def is_approved(document: Document, offer: Offer, assessment: Assessment) -> bool:
    """Whether an approval of the document, of what it was amended from, or a quotation behind it covers it.

    A submitted quotation is the house's word: what is ordered on its terms is not judged again.
    """
    wanted = needs_cover(offer, assessment)
    quotations = _quotations_behind(document)
    references = [(document.doctype, document.name), *(("Quotation", name) for name in quotations)]
    if document.get("amended_from"):
        references.append((document.doctype, document.amended_from))
    approvals = queries.approved_lines(references)
    if any(is_covered(wanted, approved) for approved in _approved(approvals, document.currency)):
        return True
    given = [line for name in quotations for line in _given_word(name, document.currency)]
    return bool(given) and is_covered(wanted, given)


def state(document: Document, user: str) -> dict:
    """What the margin section shows. Without the right to see cost: words, and what a discount takes, never a cost."""
    offer = margin_context.read(document)
    if offer is None:
        return {"guarded": False, "lines": []}
    assessment, sees_cost = offer.assess(), may_see_cost(user)
    room = headroom(offer.lines, offer.terms, offer.judgement)
    own_part = _own_part_of_commission(offer, user)
    steps = _STEPS if document.docstatus == 0 else ()
    return {
        "guarded": any(line.floor is not None for line in offer.lines),
        "sees_cost": sees_cost,
        "currency": frappe.get_cached_value("Company", document.company, "default_currency"),
        "status": _status_of_document(assessment),
        "covered": bool(assessment.below) and is_approved(document, offer, assessment),
        "total": _figures_of_document(assessment) if sees_cost else None,
        "lines": [_line(offer, assessment, found, sees_cost) for found in assessment.lines],
        "headroom": None if room is None else float(room),
        "steps": [_step(offer, percent, own_part) for percent in steps],
        "earns_commission": own_part > 0,
    }


def customer_is_acting() -> bool:
    """Whether whoever is logged in is no user of the desk: a customer in the portal, or a guest."""
    return frappe.get_cached_value("User", frappe.session.user, "user_type") == "Website User"


def _quotations_behind(document: Document) -> list[str]:
    if document.doctype != "Sales Order":
        return []
    return sorted({item.prevdoc_docname for item in document.items if item.get("prevdoc_docname")})


def _approved(approvals: Iterable[dict], currency: str) -> Iterable[list[OfferedLine]]:
    for approval in approvals:
        if approval.currency == currency:
            yield lines_from_text(approval.approved_lines)


def _given_word(quotation: str, currency: str) -> list[OfferedLine]:
    document = frappe.get_doc("Quotation", quotation)
    if document.docstatus != 1 or document.currency != currency:
        return []
    offer = margin_context.read(document)
    if offer is None:
        return []
    gifts = [line for line in offer.lines if line.is_given_away and line.qty]
    return [
        *(offer.offered(found) for found in offer.assess().lines if found.line.qty),
        *(OfferedLine(line.item_code, line.qty, Decimal(0), Decimal(0)) for line in gifts),
    ]


def lines_from_text(text: str) -> list[OfferedLine]:
    return [
        OfferedLine(code, Decimal(qty), Decimal(price), Decimal(burden))
        for code, qty, price, burden in json.loads(text)
    ]


def lines_to_text(lines: Sequence[OfferedLine]) -> str:
    """One spelling for one offer, so that it serves as a fingerprint too."""
    return json.dumps(
        sorted(
            [
                line.item_code,
                str(rounded(line.qty, 9)),
                str(rounded(line.price, 9)),
                str(rounded(line.burden, 9)),
            ]
            for line in lines
        )
    )


# Sentences


def _refuse(document: Document, offer: Offer, assessment: Assessment) -> None:
    below = [found for found in assessment.lines if found.line.key in assessment.below]
    sentence = _sentence_with_cost if may_see_cost() else _sentence
    places = "".join(f"<li>{sentence(offer, found)}</li>" for found in below)
    fault = _("The price is below the least margin:")
    if document.get_db_value("docstatus") == 1:
        advice = _("Raise the price, or amend the order and ask for approval there.")
    else:
        advice = _("Raise the price, or ask for approval in the margin section of this document.")
    message = f"{fault}<ul>{places}</ul>{advice}"
    frappe.msgprint(
        message,
        title=_("Below the Least Margin"),
        indicator="red",
        primary_action=_ask_button(document),
        raise_exception=BelowFloor,
    )


def _ask_button(document: Document) -> dict | None:
    """The button in the message, where the form is open that has loaded what it calls."""
    if frappe.form_dict.cmd != "frappe.desk.form.save.savedocs":
        return None
    return {
        "label": _("Ask for Approval"),
        "client_action": "crm_ext.offer_desk.margin.ask",
        "args": {"doctype": document.doctype, "name": document.name},
    }


def _sentence(offer: Offer, found: LineMargin) -> str:
    row = offer.rows[found.line.key]
    name = frappe.utils.escape_html(row.item_name)
    return _("Row {0}: {1}").format(row.idx, name) if row.idx else _("Option: {0}").format(name)


def _sentence_with_cost(offer: Offer, found: LineMargin) -> str:
    return _("{0}: margin {1} %, at least {2} %").format(
        _sentence(offer, found), frappe.bold(f"{found.percent:f}"), f"{found.line.floor.normalize():f}"
    )


# What the section shows


def _status_of_document(assessment: Assessment) -> str:
    """'below', 'above', 'open' (no floor), or 'unknown' (floors, but no cost is known)."""
    if assessment.below:
        return "below"
    with_floor = [found for found in assessment.lines if found.line.floor is not None]
    if not with_floor:
        return "open"
    return "above" if any(found.margin is not None for found in with_floor) else "unknown"


def _status(found: LineMargin, assessment: Assessment) -> str:
    if found.line.floor is None:
        return "open"
    if found.margin is None:
        return "unknown"
    return "below" if found.line.key in assessment.below else "above"


def _line(offer: Offer, assessment: Assessment, found: LineMargin, sees_cost: bool) -> dict:
    row = offer.rows[found.line.key]
    shown = {
        "row": row.key,
        "idx": row.idx,
        "item_code": row.item_code,
        "item_name": row.item_name,
        "status": _status(found, assessment),
    }
    if not sees_cost:
        return shown
    return shown | {
        "revenue": _money(found.line.revenue),
        "cost": _money(found.cost),
        "commission": _money(found.commission),
        "freight": _money(found.freight),
        "credit": _money(found.credit),
        "given_away": _money(found.given_away),
        "margin": _money(found.margin),
        "percent": None if found.percent is None else float(found.percent),
        "floor": None if found.line.floor is None else float(found.line.floor),
    }


def _figures_of_document(assessment: Assessment) -> dict:
    return {
        "revenue": _money(assessment.revenue),
        "margin": _money(assessment.margin),
        "percent": None if assessment.percent is None else float(assessment.percent),
    }


def _own_part_of_commission(offer: Offer, user: str) -> Decimal:
    """The user's share of all commission: sales partner and team earn on the same lines, at one rate."""
    persons = queries.sales_persons_of(user) if offer.team else set()
    own = sum((rate for person, rate in offer.team.items() if person in persons), Decimal(0))
    return own / max(line.commission for line in offer.lines) if own else own


def _step(offer: Offer, percent: Decimal, own_part: Decimal) -> dict:
    found = further_discount(offer.lines, offer.terms, offer.judgement, percent)
    return {
        "percent": float(percent),
        "revenue_lost": _money(found.revenue_lost),
        "margin_lost": _money(found.margin_lost),
        "commission_lost": _money(found.commission_lost * own_part),
        "below": bool(found.below),
    }


def _money(value: Decimal | None) -> float | None:
    return None if value is None else float(rounded(to_decimal(value), 2))
