"""What a phone sends, and the use of a link that works once, for the tests of what happens at the same moment."""

from __future__ import annotations

import frappe
import processes


def report(user: str, order: str, key: str):
    frappe.set_user(user)
    from crm_ext.api import technician

    row = {"id": "t", "what": "Work", "from": "2026-03-02T08:00:00Z", "to": "2026-03-02T09:00:00Z"}
    return technician.report(order, key, {"work_done": "Once", "times": [row]})["rows"]


def photo(user: str, order: str, key: str):
    frappe.set_user(user)
    from phone_world import picture

    from crm_ext.api import technician

    return technician.add_photo(order, key, picture())["photo"]


def use_link(user: str, token: str, purpose: str):
    frappe.set_user(user)
    from crm_ext.self_service.flow import service_links

    return service_links.use(token, purpose).name


VERBS = {"report": report, "photo": photo, "use_link": use_link}

if __name__ == "__main__":
    processes.take_part(VERBS)
