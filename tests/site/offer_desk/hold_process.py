"""A process of its own that does one thing with holds, for the tests of what happens at the same moment.

Arguments: site, verb, names … It says 'ready', waits for a line, does it in one transaction and prints the outcome as
JSON. With 'die' as the last argument it stops inside the transaction, says 'inside' and waits to be killed.
"""

from __future__ import annotations

import json
import sys
import time


def main(site: str, verb: str, *names: str) -> None:
    import frappe

    frappe.init(site, sites_path=".")
    frappe.connect()
    frappe.flags.mute_emails = True
    frappe.set_user("Administrator")
    # A request has read something before it comes to the point: its view of the data is older than the lock it gets.
    frappe.get_all("Bin", limit=1, order_by="name")
    dies = names[-1] == "die"
    print("ready", flush=True)
    sys.stdin.readline()
    try:
        outcome = VERBS[verb](*(name for name in names if name != "die"))
        if dies:
            print("inside", flush=True)
            time.sleep(60)
        frappe.db.commit()
    except Exception as error:
        frappe.db.rollback()
        outcome = type(error).__name__
    print(json.dumps(outcome), flush=True)


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
    main(*sys.argv[1:])
