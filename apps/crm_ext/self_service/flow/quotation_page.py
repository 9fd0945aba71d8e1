"""What the page of a quotation shows its customer, and what the desk sees of the answers."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import strip_html

from crm_ext.crm_ext_core.flow import spelling
from crm_ext.offer_desk.flow import quotation_options as options
from crm_ext.offer_desk.flow import revisions
from crm_ext.self_service.flow import deposits, quotation_responses, quotation_suggestions
from crm_ext.self_service.queries import portal_links as link_queries
from crm_ext.self_service.queries import quotations as queries


def fill(context: Any, quotation_name: str, chosen: Collection[str], alternatives: Collection[str]) -> None:
    """Everything that the template shows of the offer with these options and alternatives taken."""
    quotation = frappe.get_doc("Quotation", quotation_name)
    context.quotation = quotation
    context.state = quotation_responses.state(quotation)
    context.badge = state_words()[context.state]
    context.successor = revisions.current_of(quotation.name) if context.state == "replaced" else None
    context.answers = [row for row in queries.responses_to(quotation.name) if not row.is_withdrawn]
    context.acceptance = _first(context.answers, "Accepted")
    context.deposit = deposits.shown(context.acceptance.sales_order) if context.acceptance else None
    context.is_open = context.state == "open"
    context.chosen = _taken(quotation, context.acceptance, chosen)
    context.alternatives = set(alternatives)
    context.lines = [_line(row) for row in quotation.items if not row.is_alternative]
    context.other_lines = _alternatives(quotation) if context.is_open else []
    context.options = _options(quotation) if context.is_open else []
    context.figures = (
        figures(quotation.name, chosen, alternatives) if context.is_open else _standing(quotation)
    )
    context.lost_reasons = queries.lost_reasons() if context.is_open else []
    context.suggestions = quotation_suggestions.beside(quotation) if context.is_open else []
    context.terms = strip_html(quotation.terms or "").strip()


def figures(quotation: str, chosen: Collection[str], alternatives: Collection[str]) -> dict[str, Any]:
    """{net_total, taxes, total, payable, promise_date}: words for the page; seen_total: the exact amount to pay."""
    shown = options.preview(quotation, chosen, alternatives)
    return {
        "net_total": spelling.money(shown.net_total, shown.currency),
        "taxes": [[tax.description, spelling.money(tax.amount, shown.currency)] for tax in shown.taxes],
        "payable": spelling.money(shown.payable, shown.currency),
        "promise_date": spelling.day(shown.promise_date) or _("on request"),
        "seen_total": str(shown.payable),
    }


def state_words() -> dict[str, tuple[str, str]]:
    """(word, kind of badge) for each state."""
    return {
        "open": (_("Waits for your answer"), "warn"),
        "accepted": (_("Accepted"), "good"),
        "ordered": (_("Ordered"), "good"),
        "refused": (_("Refused"), "plain"),
        "expired": (_("Expired"), "bad"),
        "replaced": (_("Replaced by a newer offer"), "plain"),
        "withdrawn": (_("Withdrawn"), "plain"),
    }


def rows(customer: str, company: str | None, shown: str, start: int, length: int) -> list[dict]:
    """Rows of the list: {name, day, until, total, currency}."""
    return [
        {
            "name": row.name,
            "day": row.transaction_date,
            "until": row.valid_till,
            "total": row.rounded_total or row.grand_total,
            "currency": row.currency,
        }
        for row in queries.list_of(customer, company, shown, start, length)
    ]


def for_desk(quotation: str) -> dict[str, list[dict[str, Any]]]:
    return {"responses": queries.responses_to(quotation), "links": link_queries.links_to(quotation)}


def _standing(quotation: Document) -> dict[str, Any]:
    """Of an offer that nobody chooses in any more: as it stands."""
    days = [row.get("promise_date") for row in quotation.items if row.get("promise_date")]
    return {
        "net_total": spelling.money(quotation.net_total, quotation.currency),
        "taxes": [
            [tax.description, spelling.money(tax.tax_amount, quotation.currency)] for tax in quotation.taxes
        ],
        "payable": spelling.money(quotation.rounded_total or quotation.grand_total, quotation.currency),
        "promise_date": spelling.day(max(days)) if days else "",
        "seen_total": "",
    }


def _line(row: Document) -> dict[str, Any]:
    description = strip_html(row.description or "").strip()
    return {
        "key": row.name,
        "item_name": row.item_name,
        "description": description if description != row.item_name else "",
        "quantity": row.qty,
        "unit": row.uom,
        "rate": row.rate,
        "amount": row.amount,
        "promise_date": row.get("promise_date"),
    }


def _alternatives(quotation: Document) -> list[dict[str, Any]]:
    """Alternatives with the line that each would take the place of: the nearest above that is none."""
    found, replaced = [], None
    for row in quotation.items:
        if row.is_alternative:
            found.append({**_line(row), "instead_of": replaced.item_name if replaced else ""})
        else:
            replaced = row
    return found


def _options(quotation: Document) -> list[dict[str, Any]]:
    return [
        {**_line(row), "group": row.option_group or ""} for row in quotation.get("quotation_options") or ()
    ]


def _taken(quotation: Document, acceptance: dict | None, chosen: Collection[str]) -> set[str]:
    if acceptance:
        return {row.name for row in quotation.get("quotation_options") or () if row.is_chosen}
    return set(chosen)


def _first(answers: list[dict], answer: str) -> dict | None:
    return next((row for row in answers if row.answer == answer), None)
