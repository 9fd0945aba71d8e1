"""One order: how far it has come, its lines and papers, a question, the same again."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _

from crm_ext.api import deposits as deposits_api
from crm_ext.api import shop as api
from crm_ext.api.guards import require_own
from crm_ext.self_service.flow import deposits, order_progress, pages, shop_words
from crm_ext.self_service.queries import order_notices

_PAPERS = {
    "Sales Order": "/api/method/crm_ext.api.shop.order_pdf?order=",
    "Delivery Note": "/api/method/crm_ext.api.shop.delivery_pdf?delivery=",
    "Sales Invoice": "/portal/invoices/",
}


def get_context(context: Any) -> None:
    name = frappe.form_dict.get("name")
    here = require_own("Sales Order", name)
    if frappe.request.method == "POST":
        _post(name)
    pages.page(context, _("Order {0}").format(name), "orders", here)
    context.shown = order_progress.order_page(name)
    context.deposit = deposits.shown(name)
    context.step_words, context.state_words = shop_words.step, shop_words.state
    context.paper_address = lambda paper: _PAPERS[paper.doctype] + frappe.utils.quoted(paper.name)
    context.is_subscribed = order_notices.is_subscribed(here.user, here.customer)


def _post(name: str) -> None:
    given = frappe.form_dict
    address = pages.route("portal", "orders", name)
    if given.get("do") == "again":
        answer = api.order_again(name)
        pages.go("/portal/cart", answer["message"], is_bad=not answer["ok"])
    if given.get("do") == "deposit":
        pages.leave(_deposit_address(name, address), address)
    if given.get("do") == "notices":
        answer = api.set_notices(given.get("is_subscribed") == "1")
    else:
        answer = api.ask_about_order(name, given.get("question"), given.get("do"))
    pages.go(address, answer["message"], is_bad=not answer["ok"])


def _deposit_address(name: str, page: str) -> str:
    try:
        return deposits_api.pay_for_order(name)["address"]
    except frappe.ValidationError as refused:
        frappe.db.rollback()
        pages.go(page, frappe.utils.strip_html(str(refused)), is_bad=True)
