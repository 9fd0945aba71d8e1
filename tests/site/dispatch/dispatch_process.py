"""A process of its own that gives jobs to technicians: for what happens at the same moment, or when one is killed.

Arguments: site, verb, names … It says 'ready', waits for a line, works in one transaction and prints 'done', or the kind of
error. With 'die' as the last argument it stops before its commit, says 'inside' and waits to be killed.
"""

from __future__ import annotations

import sys
import time


def main(site: str, verb: str, *names: str) -> None:
    import frappe

    frappe.init(site, sites_path=".")
    frappe.connect()
    frappe.flags.mute_emails = True
    frappe.set_user("Administrator")
    # A request has read something before it comes to the point: its view of the data is older than the locks it gets.
    frappe.get_all("Bin", limit=1, order_by="name")
    dies = names[-1] == "die"
    print("ready", flush=True)
    sys.stdin.readline()
    try:
        VERBS[verb](*(name for name in names if name != "die"))
        if dies:
            print("inside", flush=True)
            time.sleep(60)
        frappe.db.commit()
        outcome = "done"
    except Exception as error:
        frappe.db.rollback()
        outcome = type(error).__name__
    print(outcome, flush=True)


def take(order: str, start: str) -> None:
    from crm_ext.dispatch.flow import slots

    slots.take_slot(order, start)


def assign(order: str, technician: str, start: str) -> None:
    """As a dispatcher who saw nothing that speaks against it."""
    from crm_ext.dispatch.flow import moves

    moves.assign(order, technician, start, accepted=())


def apply(key: str) -> None:
    from crm_ext.dispatch.flow import planning

    planning.apply(planning.kept(key))


VERBS = {"take": take, "assign": assign, "apply": apply}

if __name__ == "__main__":
    main(*sys.argv[1:])
