"""Notice, and the end of a contract before its time with credit for what was paid beyond it."""

from __future__ import annotations

from datetime import date

from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate

from crm_ext.service_contracts.flow.contracts import reading, suspending
from crm_ext.service_contracts.flow.contracts.credits import settle
from crm_ext.service_contracts.flow.contracts.saving import in_force, keep, lock_in_any_state, require_reason
from crm_ext.service_contracts.flow.contracts.sentences import throw
from crm_ext.shared.results import refuse


def give_notice(name: str, *, on: date, reason: str) -> Document:
    """One side said that the contract is not to go on: it runs to its end and is not renewed."""
    contract = in_force(name)
    reason = require_reason(reason)
    if contract.notice_given_on:
        throw(refuse("notice_given_already", day=getdate(contract.notice_given_on)))
    contract.notice_given_on = on
    return keep(contract, "Notice", on, reason)


def withdraw_notice(name: str, *, reason: str) -> Document:
    """The contract goes on as if nobody had given notice."""
    contract = in_force(name)
    if not contract.notice_given_on:
        throw(refuse("notice_not_given"))
    contract.notice_given_on = None
    return keep(contract, "Reinstated", getdate(), require_reason(reason))


def terminate(name: str, *, on: date, reason: str) -> Document:
    """End a contract before its time; `on` is its last day of service.

    What was billed beyond is credited by return invoices, in the same transaction: either all of it stands or nothing.
    """
    contract = in_force(name)
    reason = require_reason(reason)
    days = reading.head(contract)
    if days["terminated_on"]:
        throw(refuse("terminated_already", day=days["terminated_on"]))
    if on < days["start_date"] or (days["end_date"] and on > days["end_date"]):
        throw(refuse("day_outside_of_contract", day=on, first=days["start_date"], last=days["end_date"]))
    contract.terminated_on = on
    suspending.close(contract, on)
    contract.termination_reason = reason
    why = _("Contract ended on {0}: {1}").format(on.isoformat(), reason)
    return keep(contract, "Terminated", on, reason, settle(contract, why))


def take_back_termination(name: str, *, reason: str) -> Document:
    """The contract goes on to its agreed end, suspended if it was; what its early end credited is taken back."""
    contract = lock_in_any_state(name)
    reason = require_reason(reason)
    if not contract.terminated_on:
        throw(refuse("not_terminated"))
    suspending.reopen(contract, getdate(contract.terminated_on))
    contract.terminated_on, contract.termination_reason = None, None
    records = settle(contract, _("Early end taken back: {0}").format(reason))
    return keep(contract, "Reinstated", getdate(), reason, records)
