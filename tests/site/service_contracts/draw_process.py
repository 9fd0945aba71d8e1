"""A process of its own that draws from a contract line. Arguments: site, row, hours, source; says 'ready', waits for a line."""

from __future__ import annotations

import json
import os
import sys


def main(site: str, row: str, hours: str, source: str) -> None:
    os.chdir(os.path.join(os.environ["CRM_EXT_BENCH"], "sites"))
    import frappe
    from frappe.utils import getdate

    from crm_ext.service_contracts.flow import entitlements

    frappe.init(site, sites_path=".")
    frappe.connect()
    frappe.set_user("Administrator")
    # A request has read something before it comes to the point: its view of the data is older than the lock it gets.
    frappe.get_all("Entitlement Use", limit=1, order_by="name")
    print("ready", flush=True)
    sys.stdin.readline()
    drawn = entitlements.draw(
        row, unit="Hour", quantity=float(hours), used_on=getdate(), source=("Currency", source)
    )
    frappe.db.commit()
    print(json.dumps([float(drawn.within), float(drawn.beyond), float(drawn.refused)]), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
