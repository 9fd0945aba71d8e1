"""Where a customer buys: in which company, out of which warehouses, on which day."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import frappe
from frappe import _
from frappe.utils import getdate

from crm_ext.self_service.flow.identity import Acting
from crm_ext.self_service.queries import catalogue as queries


@dataclass(frozen=True)
class Shop:
    """warehouse: as set, maybe a group, None where nothing is set; shelves: the warehouses that goods lie in."""

    user: str
    customer: str
    company: str
    warehouse: str | None
    shelves: tuple[str, ...]
    today: date

    def shelves_of(self, item_codes: Collection[str]) -> dict[str, str]:
        """{item: the warehouse that its order goes to}; empty where ERPNext's own defaults decide."""
        if not self.shelves:
            return {}
        if len(self.shelves) == 1:
            return dict.fromkeys(item_codes, self.shelves[0])
        return dict.fromkeys(item_codes, self.shelves[0]) | queries.best_shelves(item_codes, self.shelves)


def settings() -> frappe._dict:
    return frappe.get_cached_doc("Self Service Settings")


def shop_of(here: Acting) -> Shop:
    """The company that sells in the portal, else the one that the customer has chosen; warehouses of no other company."""
    choices = settings()
    company = choices.company or here.company
    if not company:
        frappe.throw(_("The portal does not say which company sells here yet. Please ask us to set it up."))
    warehouse = choices.warehouse or frappe.get_cached_doc("Stock Settings").default_warehouse
    if warehouse and frappe.get_cached_value("Warehouse", warehouse, "company") != company:
        warehouse = None
    shelves = tuple(queries.leaves_of(warehouse)) if warehouse else ()
    return Shop(here.user, here.customer, company, warehouse, shelves, getdate())
