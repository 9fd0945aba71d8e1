"""What days bring: contracts start, rest, expire, renew themselves, and their responsible is reminded in time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import frappe
from frappe import _
from frappe.utils import getdate

from crm_ext.service_contracts.flow import renewals
from crm_ext.service_contracts.flow.contracts.sentences import day
from crm_ext.service_contracts.queries import contracts as queries
from crm_ext.service_contracts.rules.contracts import last_day_to_give_notice, status_on
from crm_ext.shared.periods import Period

_BATCH = 500


def run_nightly() -> None:
    """Renewals first, so that what goes on is not shown as expired for a night."""
    today = getdate()
    renew_due(today)
    refresh_statuses(today)
    remind(today)


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
        done += _try(row.name, lambda row=row: renewals.renew(row.name))
    for row in queries.with_accepted_offer():
        done += _try(row.name, lambda row=row: renewals.renew_as_offered(row.name))
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


def _try(contract: str, renewal: Callable[[], object]) -> list[str]:
    """Each contract stands alone: what one cannot do is written to the error log and to its timeline."""
    frappe.db.savepoint("renewal")
    try:
        renewal()
    except Exception:
        frappe.db.rollback(save_point="renewal")
        frappe.log_error(
            _("Contract {0} could not be renewed").format(contract),
            reference_doctype="Service Contract",
            reference_name=contract,
        )
        return []
    # A renewed contract stays renewed, whatever happens to the next one.
    frappe.db.commit()
    return [contract]
