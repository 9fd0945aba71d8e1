"""What else a customer may want beside the lines of a quotation, and what was asked for."""

from __future__ import annotations

from typing import Literal

import frappe
from frappe import _
from frappe.model.document import Document

from crm_ext.offer_desk.flow import suggestions
from crm_ext.offer_desk.flow.suggestions import Suggestion
from crm_ext.self_service.flow import quotation_responses
from crm_ext.self_service.flow.portal_links import Answerer
from crm_ext.self_service.flow.quotation_responses import Answered

_MOST = 3


def beside(quotation: Document) -> list[Suggestion]:
    """At most three; what is shown is recorded once for each quotation."""
    found = _found(quotation)
    if found:
        _note(quotation, found, "Shown")
        # A page that is looked at writes nothing else; without this the record is thrown away with the request.
        frappe.local.flags.commit = True
    return found


def ask_for(answerer: Answerer, item_code: str | None, key: str | None) -> Answered:
    """The customer wants a suggested item in the offer: the desk is told. Only what is suggested can be asked for."""
    quotation = frappe.get_doc("Quotation", answerer.quotation)
    wanted = [one for one in _found(quotation) if one.item_code == item_code]
    if not wanted:
        frappe.throw(_("This is not suggested any more. Please write to us what you need."))
    _note(quotation, wanted, "Taken")
    return quotation_responses.ask_for_item(answerer, wanted[0].item_name, key)


def _found(quotation: Document) -> list[Suggestion]:
    return suggestions.suggest(
        [row.item_code for row in quotation.items],
        customer=_customer(quotation),
        company=quotation.company,
        place="Portal",
        limit=_MOST,
        document=("Quotation", quotation.name),
    )


def _note(quotation: Document, shown: list[Suggestion], outcome: Literal["Shown", "Taken"]) -> None:
    suggestions.note(
        shown,
        outcome,
        customer=_customer(quotation),
        company=quotation.company,
        place="Portal",
        document=("Quotation", quotation.name),
    )


def _customer(quotation: Document) -> str | None:
    return quotation.party_name if quotation.quotation_to == "Customer" else None
