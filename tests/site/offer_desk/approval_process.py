"""A process of its own that decides on an approval: site, approval, verdict. Says 'ready', waits for a line, decides."""

from __future__ import annotations

import sys


def main(site: str, approval: str, verdict: str) -> None:
    import frappe

    frappe.init(site, sites_path=".")
    frappe.connect()
    frappe.flags.mute_emails = True
    frappe.set_user("Administrator")
    from crm_ext.api import margin

    # A request has read the approval before it gets the lock.
    frappe.get_doc("Margin Approval", approval)
    print("ready", flush=True)
    sys.stdin.readline()
    try:
        outcome = margin.decide(approval, verdict, "Together")["status"]
        frappe.db.commit()
    except Exception as error:
        frappe.db.rollback()
        outcome = type(error).__name__
    print(outcome, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
