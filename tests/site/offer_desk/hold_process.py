"""What other processes do with holds, for the tests of what happens at the same moment."""

from __future__ import annotations

import processes


def hold(quotation: str):
    from crm_ext.api import stock_holds

    return sum(line["held"] for line in stock_holds.hold(quotation)["lines"])


def order(quotation: str):
    """Makes and submits the order of a quotation as the portal does: the stock is locked before anything is read."""
    import frappe
    from erpnext.selling.doctype.quotation.quotation import make_sales_order
    from frappe.utils import add_days, getdate

    from crm_ext.offer_desk.flow import stock_holds

    rows = frappe.get_all(
        "Quotation Item", {"parent": quotation}, ["item_code", "warehouse"], as_list=True, order_by="idx"
    )
    frappe.db.rollback()
    stock_holds.lock_stock([tuple(row) for row in rows])
    made = make_sales_order(quotation)
    made.delivery_date = add_days(getdate(), 3)
    made.insert().submit()
    return float(sum(stock_holds.reserve_order(made.name).values()))


def expire():
    from crm_ext.offer_desk.flow import stock_holds

    return stock_holds.expire_due()


def release(hold: str):
    from crm_ext.api import stock_holds

    stock_holds.release(hold, "no longer wanted")
    return "released"


VERBS = {"hold": hold, "order": order, "expire": lambda *_names: expire(), "release": release}

if __name__ == "__main__":
    processes.take_part(VERBS)
