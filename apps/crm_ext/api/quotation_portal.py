"""A quotation answered by its customer, with a login or with the token of a link; and what the desk does about it.

Guests may post here without a CSRF token: the token of the link stands in the request itself and is the only key.
"""

from typing import Any

import frappe
from frappe import _

from crm_ext.api import deposits
from crm_ext.api.guards import guard_flood, require_document, require_offer
from crm_ext.self_service.flow import (
    pages,
    portal_links,
    printing,
    quotation_page,
    quotation_responses,
    quotation_suggestions,
)

_MOST_CHOICES = 200


@frappe.whitelist(allow_guest=True, methods=["POST"])
def preview(
    quotation: str | None = None,
    token: str | None = None,
    chosen: list | str | None = None,
    alternatives: list | str | None = None,
) -> dict[str, Any]:
    """What the offer comes to with these options and alternatives, in words for the page; nothing is saved."""
    answerer = require_offer(quotation, token)
    guard_flood("offer preview", from_one_address=300, from_all=6000, seconds=600)
    return quotation_page.figures(answerer.quotation, _names(chosen), _names(alternatives))


@frappe.whitelist(allow_guest=True, methods=["POST"])
def accept(
    quotation: str | None = None,
    token: str | None = None,
    person_name: str | None = None,
    agreed: bool | int | str = False,
    signature: str | None = None,
    chosen: list | str | None = None,
    alternatives: list | str | None = None,
    seen_total: str | None = None,
) -> dict[str, Any]:
    """Accept the offer; {sales_order} is None where the desk has to look at the order first. Twice is once."""
    answerer = require_offer(quotation, token)
    guard_flood("offer answer", from_one_address=60, from_all=3000, seconds=600)
    answered = quotation_responses.accept(
        answerer,
        person_name,
        str(agreed).lower() in ("1", "true", "on"),
        signature,
        _names(chosen),
        _names(alternatives),
        seen_total,
    )
    return {"accepted": True, "sales_order": answered.sales_order}


@frappe.whitelist(allow_guest=True, methods=["POST"])
def refuse(
    quotation: str | None = None,
    token: str | None = None,
    reason: str | None = None,
    message: str | None = None,
    person_name: str | None = None,
) -> None:
    """Refuse the offer, with a reason of the site's list, in own words, or with neither."""
    answerer = require_offer(quotation, token)
    guard_flood("offer answer", from_one_address=60, from_all=3000, seconds=600)
    quotation_responses.refuse(answerer, reason, message, person_name)


@frappe.whitelist(allow_guest=True, methods=["POST"])
def ask(
    quotation: str | None = None, token: str | None = None, message: str | None = None, key: str | None = None
) -> None:
    """Put a question on the quotation's timeline."""
    answerer = require_offer(quotation, token)
    guard_flood("offer answer", from_one_address=60, from_all=3000, seconds=600)
    quotation_responses.ask(answerer, message, key)


@frappe.whitelist(allow_guest=True, methods=["POST"])
def ask_for_renewal(quotation: str | None = None, token: str | None = None, key: str | None = None) -> None:
    """Ask for an offer that has expired to be made anew."""
    answerer = require_offer(quotation, token)
    guard_flood("offer answer", from_one_address=60, from_all=3000, seconds=600)
    quotation_responses.ask_for_renewal(answerer, key)


@frappe.whitelist(allow_guest=True, methods=["POST"])
def ask_for_item(
    quotation: str | None = None, token: str | None = None, item: str | None = None, key: str | None = None
) -> None:
    """Ask for something that is suggested beside the lines to be put into the offer."""
    answerer = require_offer(quotation, token)
    guard_flood("offer answer", from_one_address=60, from_all=3000, seconds=600)
    quotation_suggestions.ask_for(answerer, item, key)


@frappe.whitelist(allow_guest=True, methods=["GET"])
def pdf(quotation: str | None = None, token: str | None = None) -> None:
    """The quotation as a PDF file."""
    answerer = require_offer(quotation, token)
    guard_flood("offer print", from_one_address=20, from_all=600, seconds=600)
    portal_links.note_use(answerer, "Downloaded")
    printing.answer_with_pdf("Quotation", answerer.quotation)


# The page's own form


def take_form(form: Any, quotation: str | None, token: str | None) -> str | None:
    """Do what a button of the page asks for; gives the sentence to show, None where the page is only shown again."""
    key = form.get("key")
    action = form.get("do")
    if action == "accept":
        answered = accept(
            quotation,
            token,
            form.get("person_name"),
            form.get("agreed") or False,
            form.get("signature"),
            _ticked(form, "chosen"),
            _ticked(form, "alternatives"),
            form.get("seen_total"),
        )
        if answered["sales_order"]:
            return _("Thank you. Your order is {0}.").format(answered["sales_order"])
        return _(
            "Thank you. We have your acceptance; your order needs a look by us, and we will call you soon."
        )
    if action == "refuse":
        refuse(quotation, token, form.get("reason"), form.get("message"), form.get("person_name"))
        return _("We are sorry that it did not suit you. Thank you for telling us.")
    if action == "ask":
        ask(quotation, token, form.get("message"), key)
        return _("Thank you. We have your question and will answer by e-mail.")
    if form.get("want"):
        ask_for_item(quotation, token, form.get("want"), key)
        return _("Thank you. We will send you an offer with it.")
    if action == "deposit":
        begun = deposits.pay_for_offer(quotation, token)
        pages.leave(
            begun["address"],
            pages.route("offer", token) if token else pages.route("portal", "quotations", quotation),
        )
    if action == "renew":
        ask_for_renewal(quotation, token, key)
        return _("Thank you. We will send you a new offer.")
    return None


def _ticked(form: Any, field: str) -> list[str]:
    """All values of a field of a form; Frappe's own dictionary keeps only one of them."""
    return [value for value in frappe.request.form.getlist(field) if value]


def _names(given: list | str | None) -> list[str]:
    """Names of rows, from a list or its JSON; anything else is none."""
    names = frappe.parse_json(given) if isinstance(given, str) else given
    if not isinstance(names, list):
        return []
    return [name for name in names[:_MOST_CHOICES] if isinstance(name, str) and name]


# The desk


@frappe.whitelist(methods=["POST"])
def send_link(quotation: str, email: str, is_mailed: bool = True) -> dict[str, str]:
    """{link, address, expires_at} of a new link to a quotation, mailed to the receiver or only told to the user."""
    require_document("Quotation", quotation, "email")
    return portal_links.make(quotation, email, is_mailed)


@frappe.whitelist(methods=["POST"])
def revoke_link(link: str) -> None:
    """The link stops working at once."""
    require_document("Portal Link", link, "write")
    portal_links.revoke(link)


@frappe.whitelist(methods=["GET"])
def answers(quotation: str) -> dict[str, list[dict[str, Any]]]:
    """{responses, links} of a quotation, for its form at the desk."""
    require_document("Quotation", quotation, "read")
    return quotation_page.for_desk(quotation)


@frappe.whitelist(methods=["POST"])
def place_order(response: str) -> str | None:
    """Make the order of an acceptance that ERPNext refused before; None where it refuses again."""
    frappe.has_permission("Sales Order", "submit", throw=True)
    require_document("Quotation Response", response, "read")
    return quotation_responses.place_order(response)


@frappe.whitelist(methods=["POST"])
def take_back(quotation: str) -> None:
    """Undo what the customer answered, so that they may answer anew."""
    document = require_document("Quotation", quotation, "write")
    quotation_responses.take_back(document)
