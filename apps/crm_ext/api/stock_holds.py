"""What the forms and the warehouse's page do with holds on stock."""

from collections.abc import Callable

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint

from crm_ext.offer_desk.flow import stock_holds as flow
from crm_ext.offer_desk.flow.stock_holds.state import state_of
from crm_ext.offer_desk.queries import stock_holds as queries


def require_quotation(name: str, permission: str) -> Document:
    """The quotation, or one and the same refusal for "not yours" and "not there"."""
    if isinstance(name, str) and frappe.db.exists("Quotation", name):
        quotation = frappe.get_doc("Quotation", name)
        if frappe.has_permission("Quotation", permission, quotation):
            return quotation
    frappe.throw(
        _("There is no such quotation, or you may not work on it. Ask its owner to share it with you."),
        frappe.PermissionError,
    )


def require_hold(name: str) -> str:
    """The quotation of a hold that the user may change; the same refusal for "not yours" and "not there"."""
    quotation = queries.quotation_of(name) if isinstance(name, str) else None
    if quotation and frappe.has_permission("Quotation", "write", doc=quotation):
        return quotation
    frappe.throw(
        _(
            "There is no such hold, or you may not change it. Whoever made the offer, or a Sales Manager, can extend or release it."
        ),
        frappe.PermissionError,
    )


@frappe.whitelist()
def get_holds(quotation: str) -> dict:
    """What a quotation holds, what its lines still lack and who holds that, for the section on its form."""
    document = require_quotation(quotation, "read")
    return state_of(document)


@frappe.whitelist(methods=["POST"])
def hold(quotation: str, lines: dict | str | None = None) -> dict:
    """Hold stock for a submitted quotation.

    lines: quantities by name of the quotation's row in stock units (of a bundle: in bundles), null for the whole line;
    left out, every line is held. The answer is that of `get_holds`, with sentences where less is held than was asked.
    """
    document = require_quotation(quotation, "write")
    quantities = frappe.parse_json(lines) if lines else None
    if quantities is not None and not isinstance(quantities, dict):
        frappe.throw(_("Name the lines to hold with their quantities."))
    result = _afresh(lambda: flow.hold(document.name, quantities))
    return {**state_of(document), "sentences": result.sentences()}


@frappe.whitelist(methods=["POST"])
def extend(hold: str, days: int, reason: str) -> None:
    """Let a hold last so many days longer; a Sales Manager may go beyond the number of extensions in the settings."""
    require_hold(hold)
    _afresh(lambda: flow.extend(hold, cint(days), reason))


@frappe.whitelist(methods=["POST"])
def release(hold: str, reason: str) -> None:
    """Give the stock of a hold back."""
    require_hold(hold)
    _afresh(lambda: flow.release(hold, reason))


@frappe.whitelist(methods=["POST"])
def take_over(hold: str, quotation: str, reason: str) -> dict:
    """A better customer's quotation takes what it lacks from another hold; for Sales Managers."""
    document = require_quotation(quotation, "write")
    require_hold(hold)
    result = _afresh(lambda: flow.take_over(hold, document.name, reason))
    return {**state_of(document), "sentences": result.sentences()}


def _afresh(verb: Callable[[], object]) -> object:
    """Act on the data as it is now, not as it was when the request began; once more where the database gave us up.

    Who waited for another's lock would otherwise decide by what was true before.
    """
    if not frappe.db.transaction_writes:
        frappe.db.rollback()
    try:
        return verb()
    except (frappe.QueryDeadlockError, frappe.db.IntegrityError):
        frappe.db.rollback()
    return verb()
