"""What the form of a service contract does: amend, suspend, end, renew; and what it shows."""

from collections.abc import Callable
from datetime import date

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import flt, getdate

from crm_ext.service_contracts.flow import contract_view, contracts, renewals, service_credits
from crm_ext.shared.money import to_decimal


def require_contract(name: str, permission: str) -> Document:
    """The contract, or one and the same refusal for "not yours" and "not there"."""
    if isinstance(name, str) and frappe.db.exists("Service Contract", name):
        contract = frappe.get_doc("Service Contract", name)
        if frappe.has_permission("Service Contract", permission, contract):
            return contract
    frappe.throw(
        _("There is no such contract, or you may not do this with it. Ask its owner to share it with you."),
        frappe.PermissionError,
    )


@frappe.whitelist()
def get_view(contract: str) -> dict:
    """Versions with what changed, entitlement left today, notice and renewal days, for the form."""
    document = require_contract(contract, "read")
    return contract_view.view(document)


@frappe.whitelist(methods=["POST"])
def amend(
    contract: str,
    effective_from: str,
    reason: str,
    lines: list | str,
    covered: list | str | None = None,
    until: str | None = None,
) -> dict:
    """Change a contract from a day on.

    lines: rows of the dialog, {row (empty: a new line), ends, and the fields of the line}; covered: {row, line_number,
    equipment, ends}; until: the contract's last day.
    """
    require_contract(contract, "submit")
    given = [row for row in _list(lines) if row.get("row") or row.get("item_code")]
    equipment = _list(covered)
    done = contracts.amend(
        contract,
        effective_from=getdate(effective_from),
        reason=reason,
        changed={row["row"]: row for row in given if row.get("row") and not row.get("ends")},
        ended=[row["row"] for row in given if row.get("row") and row.get("ends")],
        added=[row for row in given if not row.get("row") and not row.get("ends")],
        covered=[row for row in equipment if not row.get("row") and row.get("equipment")],
        uncovered=[row["row"] for row in equipment if row.get("row") and row.get("ends")],
        until=_day(until),
    )
    return _told(done)


@frappe.whitelist(methods=["POST"])
def suspend(contract: str, first_day: str, reason: str) -> dict:
    require_contract(contract, "submit")
    return _told(contracts.suspend(contract, first_day=getdate(first_day), reason=reason))


@frappe.whitelist(methods=["POST"])
def resume(contract: str, on: str, reason: str | None = None) -> dict:
    require_contract(contract, "submit")
    return _told(contracts.resume(contract, on=getdate(on), reason=reason))


@frappe.whitelist(methods=["POST"])
def give_notice(contract: str, on: str, reason: str) -> dict:
    require_contract(contract, "submit")
    return _told(contracts.give_notice(contract, on=getdate(on), reason=reason))


@frappe.whitelist(methods=["POST"])
def withdraw_notice(contract: str, reason: str) -> dict:
    require_contract(contract, "submit")
    return _told(contracts.withdraw_notice(contract, reason=reason))


@frappe.whitelist(methods=["POST"])
def terminate(contract: str, on: str, reason: str) -> dict:
    """End a contract before its time; `on` is its last day of service."""
    require_contract(contract, "cancel")
    return _told(contracts.terminate(contract, on=getdate(on), reason=reason))


@frappe.whitelist(methods=["POST"])
def take_back_termination(contract: str, reason: str) -> dict:
    require_contract(contract, "cancel")
    return _told(contracts.take_back_termination(contract, reason=reason))


@frappe.whitelist(methods=["POST"])
def renew(contract: str) -> dict:
    """Prolong a contract: at the rates of its offer where one was made, else at its own."""
    document = require_contract(contract, "submit")
    go_on: Callable[[str], Document] = (
        renewals.renew_as_offered if document.renewal_quotation else renewals.renew
    )
    return _told(go_on(contract))


@frappe.whitelist()
def proposed_change(contract: str) -> float:
    """By how many percent the price should change at renewal, from what the contract really earned."""
    require_contract(contract, "submit")
    return flt(renewals.propose_change(contract))


@frappe.whitelist(methods=["POST"])
def offer_renewal(contract: str, change: float | None = None, valid_until: str | None = None) -> str:
    """The draft quotation of a renewal; change: in percent, None: the proposed one."""
    require_contract(contract, "submit")
    percent = None if change is None else to_decimal(change)
    return renewals.offer_renewal(contract, change=percent, valid_until=_day(valid_until)).name


@frappe.whitelist(methods=["POST"])
def follow_up(contract: str) -> str:
    """A draft of a new contract that continues one that has ended."""
    require_contract(contract, "read")
    frappe.has_permission("Service Contract", "create", throw=True)
    return renewals.follow_up(contract).name


@frappe.whitelist()
def get_service_credits(contract: str) -> list[dict]:
    """Times that complaints of the contract missed, with what they give back, for the form."""
    document = require_contract(contract, "read")
    return service_credits.preview(document)


@frappe.whitelist(methods=["POST"])
def give_service_credits(contract: str) -> list[str]:
    """Credit notes for all missed times that are due and were not credited yet; their names."""
    require_contract(contract, "submit")
    return service_credits.give(contract)


def _told(contract: Document) -> dict:
    return {"status": contract.status, "version": contract.version}


def _list(rows: list | str | None) -> list[dict]:
    given = frappe.parse_json(rows) if isinstance(rows, str) else rows
    return [row for row in given or [] if isinstance(row, dict)]


def _day(text: str | None) -> date | None:
    return getdate(text) if text else None
