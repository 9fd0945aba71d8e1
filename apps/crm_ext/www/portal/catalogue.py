"""The catalogue: pictures, prices and stock of what this customer may buy."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import frappe
from frappe import _

from crm_ext.api import shop as api
from crm_ext.self_service.flow import catalogue, pages, shop_words

_ASKED = ("q", "group", "stock", "sort")


def get_context(context: Any) -> None:
    shop = api.guard_catalogue()
    given = frappe.form_dict
    asked = {name: str(given.get(name))[:140] for name in _ASKED if given.get(name)}
    if frappe.request.method == "POST":
        answer = api.add_to_cart(given.get("item"), given.get("qty") or "1")
        pages.go(_address({**asked, "page": given.get("page")}), answer["message"], is_bad=not answer["ok"])
    pages.page(context, _("Catalogue"), "catalogue")
    listing = catalogue.browse(
        shop, asked.get("q"), asked.get("group"), bool(asked.get("stock")), asked.get("sort"), given.get("page")
    )
    context.asked = {name: asked.get(name, "") for name in _ASKED}
    context.listing = listing
    context.say_stock = shop_words.stock
    context.sorts = shop_words.sorts()
    context.own_address = _address({**asked, "page": listing.page.number})
    context.before = _neighbour(asked, listing.page.number - 1, listing.page.pages)
    context.after = _neighbour(asked, listing.page.number + 1, listing.page.pages)


def _neighbour(asked: dict[str, str], number: int, pages_there: int) -> str | None:
    return _address({**asked, "page": number}) if 1 <= number <= pages_there else None


def _address(parameters: dict[str, Any]) -> str:
    query = urlencode({name: value for name, value in parameters.items() if value})
    return f"/portal/catalogue?{query}" if query else "/portal/catalogue"
