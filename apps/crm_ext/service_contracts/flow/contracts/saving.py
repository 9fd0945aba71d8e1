"""Saving, submitting and cancelling a contract; what every later change ends with."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import frappe
from frappe.model.document import Document
from frappe.utils import getdate, now_datetime

from crm_ext.service_contracts.flow import billing_run
from crm_ext.service_contracts.flow.contracts import reading
from crm_ext.service_contracts.flow.contracts.sentences import throw, throw_all
from crm_ext.service_contracts.queries import contracts as queries
from crm_ext.service_contracts.queries.entitlements import lock_contract
from crm_ext.service_contracts.rules import contracts as rules
from crm_ext.service_contracts.rules.pricing import table_fault
from crm_ext.shared.periods import LAST_DAY, Period
from crm_ext.shared.results import refuse

_OF_SETTINGS = ("renewal_needs_end", "renewal_needs_months", "of_another_company")


def validate(contract: Document) -> None:
    """Give the lines their numbers and refuse, in sentences, what could not be billed or served."""
    _number_lines(contract)
    _complete(contract)
    contract.status = status(contract)
    require_sound(contract)


def require_sound(contract: Document, since: date | None = None) -> None:
    """Refuses, all at once, what could not be billed or served from a day on; None: from the beginning."""
    found = list(rules.faults(reading.terms(contract, since), reading.surroundings(contract)))
    if found:
        throw_all(found)


def check_settings(contract: Document) -> None:
    """What may be set on a contract in force by its form: not what it named when it was submitted."""
    found = [
        fault
        for fault in rules.faults(reading.terms(contract), reading.surroundings(contract))
        if fault.code in _OF_SETTINGS
    ]
    if found:
        throw_all(found)


def submit(contract: Document) -> None:
    """The contract is in force from its first day on and finds its place in the billing run."""
    contract.db_set("status", status(contract))
    _first_version(contract)
    billing_run.refresh_next_billing([contract.name])


def guard_cancel(contract: Document) -> None:
    """A contract that was billed or used is ended, not cancelled."""
    if queries.has_uses_or_bills(contract.name):
        throw(refuse("billed_or_used"))


def cancel(contract: Document) -> None:
    contract.db_set({"status": "Cancelled", "next_billing_date": None})


def forget(contract: Document) -> None:
    """What belongs to a contract that is deleted and to nobody else."""
    frappe.db.delete("ToDo", {"reference_type": "Service Contract", "reference_name": contract.name})


def validate_index_clause(clause: Document) -> None:
    """Refuse a table with holes, in the wrong order, or bounds that cross."""
    for row in clause.values:
        row.valid_from = getdate(row.valid_from) if row.valid_from else None
    fault = table_fault(reading.clause_of(clause))
    if fault is not None:
        throw(fault)


def status(contract: Document, today: date | None = None) -> str:
    days = reading.head(contract)
    return rules.status_on(
        today or getdate(),
        docstatus=int(contract.docstatus),
        start=days["start_date"],
        end=days["end_date"],
        terminated_on=days["terminated_on"],
        suspensions=reading.days_off(contract),
    )


# What every change of a contract in force has in common


def in_force(name: str) -> Document:
    """The contract, locked against other changes and draws until the transaction ends; refuses what is not in force."""
    contract = lock_in_any_state(name)
    if contract.docstatus != 1 or contract.status in ("Expired", "Terminated"):
        throw(refuse("not_in_force", status=contract.status))
    return contract


def lock_in_any_state(name: str) -> Document:
    """The contract as it stands now, locked until the transaction ends."""
    lock_contract(name)
    return frappe.get_doc("Service Contract", name, for_update=True)


def require_reason(reason: str | None) -> str:
    text = (reason or "").strip()
    if not text:
        throw(refuse("reason_missing"))
    return text


def keep(
    contract: Document, what: str, effective_from: date, reason: str, changes: Sequence[dict] = ()
) -> Document:
    """Save a change of a contract in force: its version, status, next billing and the record of what changed."""
    contract.version = (contract.version or 1) + 1
    contract.append("versions", _version(contract, what, effective_from, reason, changes))
    contract.status = status(contract)
    # Lines are changed by these verbs only; for everybody else Frappe keeps them as they were submitted.
    contract.flags.ignore_validate_update_after_submit = True
    contract.flags.change_is_checked = True
    # The right to the contract was asked for where the verb was called.
    contract.flags.ignore_permissions = True
    contract.save()
    billing_run.refresh_next_billing([contract.name])
    return contract


def _first_version(contract: Document) -> None:
    row = contract.append("versions", _version(contract, "Concluded", getdate(contract.start_date), "", ()))
    row.db_insert()


def _version(
    contract: Document, what: str, effective_from: date, reason: str, changes: Sequence[dict]
) -> dict:
    return {
        "version": contract.version or 1,
        "effective_from": effective_from,
        "what": what,
        "reason": reason,
        "changes": frappe.as_json(list(changes)),
        "made_by": frappe.session.user,
        "made_on": now_datetime(),
    }


def _number_lines(contract: Document) -> None:
    numbers = rules.numbered([(row.line_number or 0, row.version or 1) for row in contract.lines])
    for row, number in zip(contract.lines, numbers, strict=True):
        row.line_number = number


def _complete(contract: Document) -> None:
    """What a line says by saying nothing, for people, prints and queries."""
    contract.version = contract.version or 1
    for row in contract.lines:
        row.version = row.version or 1
        if row.kind == "Prepaid Hours" and not row.hours_included:
            row.hours_included = row.qty
        if row.kind == "Prepaid Visits" and not row.visits_included:
            row.visits_included = int(row.qty or 0)
        if row.kind != "Metered":
            row.meter = None


def suspended_span(contract: Document) -> Period | None:
    """The open suspension, if there is one."""
    for row in contract.suspensions:
        if not row.to_date:
            return Period(getdate(row.from_date), LAST_DAY)
    return None
