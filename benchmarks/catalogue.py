"""A page of the customers' catalogue, 48 items with own price, stock and date: this app against ERPNext item by item.

ERPNext's own way to a price and the stock of an item is `get_item_details`, which the desk and its web shop call for each
item. Ours is the whole page as it is sent, with search, groups, prices, stock and dates. Both run on the same items for
the same customer, with warm caches; once as the site's pricing rules are, once with a rule that touches every item.
On a site with bulk data its open business is that of `promise_dates`. What is changed for measuring is rolled back.
"""

from __future__ import annotations

from collections.abc import Callable
from statistics import median

import frappe
from document_trail import statements_and_milliseconds
from frappe.utils import getdate
from promise_dates import open_business
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

REPEATS = 15
LOGIN = "catalogue.benchmark@example.com"


def measure(site: str) -> list[dict]:
    """Statements, and milliseconds as the median of repeats, for one page."""
    try:
        company, customer = _prepare()
        items = frappe.db.count("Catalogue Entry")
        plain = _compared("catalogue_page", f"{items} items in the catalogue", company, customer)
        _rule_for_everything(company)
        ruled = _compared("catalogue_page_with_a_rule_for_all", f"{items} items in the catalogue", company, customer)
        searched = _searched(items)
    finally:
        frappe.set_user("Administrator")
        frappe.db.rollback()
        frappe.clear_cache()
    return [*plain, *ruled, *searched]


def _prepare() -> tuple[str, str]:
    """Every item that is sold stands in the catalogue with a price; a login acts for a customer."""
    from crm_ext.self_service.flow import catalogue

    company = frappe.get_all("Company", pluck="name", order_by="creation", limit=1)[0]
    warehouses = {"company": company, "is_group": 0}
    settings = frappe.get_doc("Self Service Settings")
    settings.company = company
    settings.warehouse = frappe.get_all("Warehouse", warehouses, pluck="name", order_by="lft", limit=1)[0]
    settings.save()
    frappe.db.sql("UPDATE `tabItem` SET show_in_catalogue = 1 WHERE is_sales_item = 1 AND disabled = 0")
    _price_everything()
    open_business(company, settings.warehouse)
    catalogue.refresh_all_entries()
    customer = frappe.get_all("Customer", {"disabled": 0}, pluck="name", order_by="creation", limit=1)[0]
    user = {"doctype": "User", "email": LOGIN, "first_name": "Catalogue", "user_type": "Website User"}
    frappe.get_doc({**user, "send_welcome_email": 0}).insert()
    record = frappe.get_doc("Customer", customer)
    record.append("portal_users", {"user": LOGIN})
    record.save()
    return company, customer


def _price_everything() -> None:
    price_list = frappe.db.get_single_value("Selling Settings", "selling_price_list") or "Standard Selling"
    currency = frappe.db.get_value("Price List", price_list, "currency")
    priced = set(frappe.get_all("Item Price", {"price_list": price_list}, pluck="item_code", order_by="name"))
    frappe.db.bulk_insert(
        "Item Price",
        ["name", "item_code", "price_list", "price_list_rate", "currency", "uom", "selling", "valid_from"],
        [
            (frappe.generate_hash(length=12), item.name, price_list, 100, currency, item.stock_uom, 1, "2020-01-01")
            for item in frappe.get_all("Item", fields=["name", "stock_uom"], order_by="name")
            if item.name not in priced
        ],
    )


def _rule_for_everything(company: str) -> None:
    root = frappe.get_all("Item Group", pluck="name", order_by="lft", limit=1)[0]
    frappe.get_doc(
        {
            "doctype": "Pricing Rule",
            "title": "Benchmark of everything",
            "apply_on": "Item Group",
            "item_groups": [{"item_group": root}],
            "selling": 1,
            "company": company,
            "currency": frappe.get_cached_value("Company", company, "default_currency"),
            "price_or_product_discount": "Price",
            "rate_or_discount": "Discount Percentage",
            "discount_percentage": 5,
        }
    ).insert()


def _compared(name: str, size: str, company: str, customer: str) -> list[dict]:
    codes = frappe.get_all("Catalogue Entry", pluck="item_code", order_by="item_name, item_code", limit=48)
    ours = _measured(lambda: _page("/portal/catalogue"))
    theirs = _measured(lambda: _item_by_item(codes, company, customer), repeats=5)
    return [
        {"name": name, "size": size, "ours": round(own, 1), "erpnext": round(other, 1),
         "ratio": round(other / own, 1), "unit": unit}
        for own, other, unit in zip(ours, theirs, ("statements", "ms"), strict=True)
    ]  # fmt: skip


def _searched(items: int) -> list[dict]:
    """The search by itself, for words that no index leads to."""
    from crm_ext.self_service.queries import catalogue

    search = catalogue.Search({}, getdate(), words=("a", "1"))

    def work() -> None:
        catalogue.count(search)
        catalogue.found(search, 0, 48)

    statements, milliseconds = _measured(work)
    size = f"{items} items in the catalogue"
    return [
        {"name": "catalogue_search", "size": size, "ours": round(value, 1), "erpnext": None, "ratio": None, "unit": unit}
        for value, unit in ((statements, "statements"), (milliseconds, "ms"))
    ]


def _page(path: str) -> None:
    """The page as the web server renders it for the customer's login."""
    from crm_ext.overrides.portal_page import PortalPage

    frappe.set_user(LOGIN)
    frappe.local.session.data.csrf_token = "benchmark"
    frappe.local.request = Request(EnvironBuilder(path=path, base_url="http://localhost").get_environ())
    frappe.local.request_ip = "127.0.0.1"
    frappe.local.cookie_manager = frappe.auth.CookieManager()
    frappe.local.form_dict = frappe._dict()
    answer = PortalPage(path.strip("/"), 200).render()
    assert answer.status_code == 200 and b"gallery" in answer.get_data(), "the catalogue was not shown"
    frappe.set_user("Administrator")


def _item_by_item(codes: list[str], company: str, customer: str) -> None:
    from erpnext.stock.get_item_details import get_item_details

    for code in codes:
        get_item_details(
            {
                "item_code": code, "company": company, "customer": customer, "doctype": "Sales Order", "qty": 1,
                "currency": frappe.get_cached_value("Company", company, "default_currency"), "conversion_rate": 1,
                "selling_price_list": frappe.get_cached_doc("Selling Settings").selling_price_list,
                "transaction_date": getdate(),
            }
        )  # fmt: skip


def _measured(work: Callable[[], object], repeats: int = REPEATS) -> tuple[int, float]:
    work()
    work()
    runs = [statements_and_milliseconds(work) for _ in range(repeats)]
    return max(count for count, _ in runs), median(milliseconds for _, milliseconds in runs)
