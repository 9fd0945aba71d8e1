"""What days bring: contracts start, rest, expire, renew themselves, and their responsible is reminded in time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import frappe
from frappe import _
from frappe.utils import getdate

from crm_ext.crm_ext_core.flow.spelling import day
from crm_ext.service_contracts.flow import renewals, service_credits
from crm_ext.service_contracts.queries import contracts as queries
from crm_ext.service_contracts.rules.contracts import last_day_to_give_notice, status_on
from crm_ext.shared.periods import Period
from crm_ext.shared.text import _lt

_BATCH = 500
_NOT_RENEWED = _lt("Contract {0} could not be renewed")
_NOT_CREDITED = _lt("Service credits of contract {0} could not be given")


def run_nightly() -> None:
    """Renewals first, so that what goes on is not shown as expired for a night."""
    today = getdate()
    renew_due(today)
    refresh_statuses(today)
    remind(today)
    give_service_credits()


def refresh_statuses(today: date) -> int:
    """Statuses that the calendar changed; returns how many. Reads only contracts whose status may have changed."""
    changed, after = 0, ""
    while batch := queries.with_other_status(today, after, _BATCH):
        after = batch[-1].name
        off = queries.suspensions_of([row.name for row in batch])
        for row in batch:
            changed += _refresh(row, off.get(row.name, []), today)
        # A batch is a whole of its own; a run that is stopped goes on with what is left.
        frappe.db.commit()
    return changed


def renew_due(today: date) -> list[str]:
    """Contracts that renew themselves and those whose offer was accepted; one that cannot is logged and the rest go on."""
    done = []
    for row in queries.to_renew(today):
        done += _try(row.name, lambda row=row: renewals.renew(row.name), _NOT_RENEWED)
    for row in queries.with_accepted_offer():
        done += _try(row.name, lambda row=row: renewals.renew_as_offered(row.name), _NOT_RENEWED)
    return done


def give_service_credits() -> list[str]:
    """Where the settings say so: contracts whose complaints were credited for what they missed."""
    if not frappe.db.get_single_value("Contract Billing Settings", "credit_nightly"):
        return []
    done = []
    for name in service_credits.contracts_to_credit():
        done += _try(name, lambda name=name: service_credits.give(name), _NOT_CREDITED)
    return done


def remind(today: date) -> int:
    """A task for the responsible before the last day to give notice or to make an offer; returns how many were made."""
    found = queries.to_remind(today)
    for row in found:
        by = last_day_to_give_notice(row.end_date, row.notice_days or 0)
        task = frappe.get_doc(
            {
                "doctype": "ToDo",
                "allocated_to": row.responsible or row.owner,
                "assigned_by": row.owner,
                "reference_type": "Service Contract",
                "reference_name": row.name,
                "date": by,
                "priority": "High",
                "description": _reminder(row, by),
            }
        )
        # Written by the house for whoever is responsible.
        task.insert(ignore_permissions=True)
    return len(found)


def _reminder(row: dict, by: date) -> str:
    if row.renewal == "On Offer":
        return _("Contract {0} with {1} ends on {2}. Make an offer of renewal by {3}.").format(
            row.title, row.customer_name, day(row.end_date), day(by)
        )
    if row.renewal == "Automatic":
        return _(
            "Contract {0} with {1} renews itself after {2}. Whoever wants to end it gives notice by {3}."
        ).format(row.title, row.customer_name, day(row.end_date), day(by))
    return _("Contract {0} with {1} ends on {2} and is not renewed. Talk to the customer by {3}.").format(
        row.title, row.customer_name, day(row.end_date), day(by)
    )


def _refresh(row: dict, off: list[Period], today: date) -> bool:
    status = status_on(
        today,
        docstatus=row.docstatus,
        start=row.start_date,
        end=row.end_date,
        terminated_on=row.terminated_on,
        suspensions=off,
    )
    if status == row.status:
        return False
    frappe.db.set_value("Service Contract", row.name, "status", status)
    return True


def _try(contract: str, verb: Callable[[], object], failure: str) -> list[str]:
    """Each contract stands alone: what one cannot do is written to the error log, which names it."""
    frappe.db.savepoint("contract")
    try:
        verb()
    except Exception:
        frappe.db.rollback(save_point="contract")
        frappe.log_error(
            _(failure).format(contract),
            reference_doctype="Service Contract",
            reference_name=contract,
        )
        return []
    # What was done for one contract stays done, whatever happens to the next one.
    frappe.db.commit()
    return [contract]
