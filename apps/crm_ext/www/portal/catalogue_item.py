"""One item of the catalogue, or a template with the versions to choose from."""

from __future__ import annotations

from typing import Any

import frappe

from crm_ext.api import shop as api
from crm_ext.self_service.flow import catalogue, pages, shop_words


def get_context(context: Any) -> None:
    shop = api.guard_catalogue()
    name = frappe.form_dict.get("name")
    page = catalogue.item_page(shop, name)
    if page is None:
        raise frappe.DoesNotExistError
    if frappe.request.method == "POST":
        answer = api.add_to_cart(name, frappe.form_dict.get("qty") or "")
        pages.go(pages.route("portal", "catalogue", name), answer["message"], is_bad=not answer["ok"])
    pages.page(context, page.item.item_name, "catalogue")
    context.shown = page
    context.say_stock = shop_words.stock
    context.least = max(1, (page.item.min_order_qty or 0) / (page.item.conversion_factor or 1))
