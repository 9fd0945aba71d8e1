"""What the form of an issue shows of its complaint: what is covered, what the customer said, what it cost."""

from __future__ import annotations

from datetime import date
from typing import Any

import frappe
from frappe.model.document import Document
from frappe.utils import getdate, now_datetime

from crm_ext.field_service.flow import complaint_costs, complaint_entitlement, complaint_moves
from crm_ext.field_service.flow import complaint_policy as policy
from crm_ext.field_service.queries import complaints as queries
from crm_ext.field_service.queries import supplier_claims as claim_queries
from crm_ext.field_service.rules import complaints as rules
from crm_ext.offer_desk.queries.cost_sight import may_see_cost
from crm_ext.self_service.flow import outbox
from crm_ext.service_contracts.flow.entitlements import entitlement_of
from crm_ext.service_contracts.rules.entitlements import Entitlement


def preview(
    *, customer: str | None, company: str | None, on: date | None, equipment: str | None, cause: str | None
) -> dict[str, Any]:
    """{customer, company, service_contract, contract_line, entitlement} that equipment or customer of a new issue lead to."""
    facts = queries.equipment_facts(equipment) if equipment else None
    customer = (facts.customer if facts else None) or customer
    company = (facts.company if facts else None) or company
    found = complaint_entitlement.find(
        customer=customer, company=company, on=on or getdate(), equipment=facts, cause=cause
    )
    return {
        "customer": customer,
        "company": company,
        "service_contract": found.contract if found else None,
        "contract_line": found.contract_line if found else None,
        "entitlement": _entitlement(found, facts),
    }


def of_issue(issue: Document) -> dict[str, Any]:
    """{entitlement, next_move, question, may_decide, letters, may_send_again, orders, claims, costs}.

    costs only for those who may see costs.
    """
    facts = queries.equipment_facts(issue.equipment) if issue.equipment else None
    found = entitlement_of(issue.contract_line, getdate(issue.opening_date)) if issue.contract_line else None
    question = next(iter(queries.questions(issue.name)), None)
    orders, letters = queries.orders_of(issue.name), queries.letters(issue.name)
    return {
        "entitlement": _entitlement(found, facts),
        "next_move": complaint_moves.of_issue(issue, question, orders),
        "question": question,
        "may_decide": bool(question) and _may_decide(question),
        "letters": _troubles(letters),
        "may_send_again": bool(letters) and letters[-1].status in (outbox.FAILED, outbox.NOBODY),
        "orders": orders,
        "claims": claim_queries.claims_of(issue.name)
        if frappe.has_permission("Supplier Claim", "read")
        else [],
        "costs": _costs(issue) if may_see_cost() else None,
    }


def _entitlement(found: Entitlement | None, facts: Any) -> dict[str, Any] | None:
    warranty = facts.warranty_expires_on if facts else None
    if found is None:
        return {"contract": None, "warranty_until": warranty} if warranty else None
    return {
        "contract": found.contract,
        "contract_title": frappe.db.get_value("Service Contract", found.contract, "title"),
        "line_number": found.line_number,
        "visits_left": found.visits_left,
        "hours_left": None if found.hours_left is None else float(found.hours_left),
        "parts_percent": float(found.parts_percent),
        "response_hours": float(found.response_hours),
        "resolution_hours": float(found.resolution_hours),
        "service_level_agreement": found.service_level_agreement,
        "covered_causes": list(found.covered_causes),
        "warranty_until": warranty,
    }


def _may_decide(asked: Any) -> bool:
    refusal = rules.may_close_without_answer(
        asked.status, asked.asked_on, queries.was_told(asked.name), now_datetime(), policy.waiting()
    )
    return refusal is None


def _troubles(letters: list[dict]) -> list[dict]:
    """Letters that did not reach the customer, but for those that were not true any more when they were to go out."""
    return [
        letter
        for letter in letters
        if letter.status in (outbox.FAILED, outbox.NOBODY)
        or (letter.status == outbox.MUTED and letter.recipient)
    ]


def _costs(issue: Document) -> dict[str, Any]:
    costs = complaint_costs.of_issue(issue.name)
    return {
        "parts": float(costs.parts),
        "work": float(costs.posted_labour + costs.labour + costs.travel),
        "credit_notes": float(costs.credit_notes),
        "service_credits": float(costs.service_credits),
        "desk": float(costs.desk),
        "recovered": float(costs.recovered),
        "net": float(costs.net),
        "currency": frappe.get_cached_value("Company", issue.company, "default_currency"),
    }
