"""What the desk and the worker do with a complaint and its letters, for the test of one who is killed in between."""

from __future__ import annotations

import frappe
import processes


def resolve(issue: str):
    """The step is committed; whoever is to start the sending is killed."""
    document = frappe.get_doc("Issue", issue)
    document.status = "Resolved"
    document.save()
    frappe.db.commit()  # the step stands
    processes.wait_to_be_killed()


def send():
    return _letters().send_waiting()


def send_and_die():
    """The letter stands in the queue of e-mails, and is not committed."""
    return _letters().send_waiting(checkpoint=processes.wait_to_be_killed)


def _letters():
    from crm_ext.field_service.flow import complaint_letters

    frappe.flags.mute_emails = frappe.local.conf.mute_emails = False
    return complaint_letters


VERBS = {"resolve": resolve, "send": send, "send_and_die": send_and_die}

if __name__ == "__main__":
    processes.take_part(VERBS)
