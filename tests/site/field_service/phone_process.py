"""A process of its own that sends what a phone sends, or uses a link that works once.

Arguments: site, verb, user, first and second argument of the verb. It says 'ready', waits for a line, does it in one
transaction and prints the outcome as JSON.
"""

from __future__ import annotations

import json
import sys


def main(site: str, verb: str, user: str, *arguments: str) -> None:
    import frappe

    frappe.init(site, sites_path=".")
    frappe.connect()
    frappe.flags.mute_emails = True
    frappe.set_user(user)
    # A request has read something before it comes to the point: its view of the data is older than the lock it gets.
    frappe.db.get_value("User", user, "name")
    print("ready", flush=True)
    sys.stdin.readline()
    try:
        outcome = VERBS[verb](*arguments)
        frappe.db.commit()
    except Exception as error:
        frappe.db.rollback()
        outcome = f"{type(error).__name__}: {error}"
    print(json.dumps(outcome), flush=True)


def report(order: str, key: str):
    from crm_ext.api import technician

    row = {"id": "t", "what": "Work", "from": "2026-03-02T08:00:00Z", "to": "2026-03-02T09:00:00Z"}
    return technician.report(order, key, {"work_done": "Once", "times": [row]})["rows"]


def photo(order: str, key: str):
    from phone_world import picture

    from crm_ext.api import technician

    return technician.add_photo(order, key, picture())["photo"]


def use_link(token: str, purpose: str):
    from crm_ext.self_service.flow import service_links

    return service_links.use(token, purpose).name


VERBS = {"report": report, "photo": photo, "use_link": use_link}

if __name__ == "__main__":
    main(*sys.argv[1:])
