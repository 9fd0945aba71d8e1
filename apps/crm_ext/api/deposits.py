"""The deposit of an order, paid online. How much it is, and whether, is never asked of the browser."""

import frappe

from crm_ext.api.guards import guard_flood, require_offer, require_own
from crm_ext.self_service.flow import deposits
from crm_ext.self_service.queries.quotations import person_of


@frappe.whitelist(methods=["POST"])
def pay_for_order(order: str) -> dict[str, str]:
    """{address} where the customer pays the deposit of an own order; the same however often it is asked for."""
    here = require_own("Sales Order", order)
    guard_flood("deposit", from_one_address=60, from_all=3000, seconds=600)
    return {"address": deposits.pay(order, person_of(here.user).email)}


@frappe.whitelist(allow_guest=True, methods=["POST"])
def pay_for_offer(quotation: str | None = None, token: str | None = None) -> dict[str, str]:
    """As `pay_for_order`, for the order of an accepted quotation, with a login or with the token of a link."""
    answerer = require_offer(quotation, token)
    guard_flood("deposit", from_one_address=60, from_all=3000, seconds=600)
    return {"address": deposits.pay_of_offer(answerer)}
