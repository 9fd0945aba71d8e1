"""What other processes do with service orders, for the tests of what happens at the same moment."""

from __future__ import annotations

import processes


def finish(order: str, key: str):
    from crm_ext.field_service.flow import work_reports

    return work_reports.finish(order, key)["status"]


def submit(order: str):
    import frappe

    frappe.get_doc("Service Order", order).submit()
    return "Completed"


def report(order: str, key: str):
    import frappe

    from crm_ext.field_service.flow import work_reports

    seal = frappe.get_all("Service Order Part", {"parent": order}, pluck="item_code", order_by="idx")[0]
    parts = [{"id": "p", "item_code": seal, "qty": 1}]
    return work_reports.record(order, key, {"parts": parts, "work_done": key})


VERBS = {"finish": finish, "submit": submit, "report": report}

if __name__ == "__main__":
    processes.take_part(VERBS)
