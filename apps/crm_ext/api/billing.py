"""The billing run for the desk: begin, stop, watch, bill one contract, look ahead."""

import frappe

from crm_ext.service_contracts.flow import billing_run


@frappe.whitelist(methods=["POST"])
def begin(run: str) -> None:
    """Begins a billing run, or goes on with one that was stopped."""
    guard_billing(run)
    billing_run.begin(run)


@frappe.whitelist(methods=["POST"])
def stop(run: str) -> None:
    guard_billing(run)
    billing_run.stop(run)


@frappe.whitelist(methods=["POST"])
def bill_now(contract: str) -> dict:
    """Bills what is due of one contract: run, invoices, problem (sentence or None)."""
    guard_contract(contract)
    frappe.has_permission("Billing Run", "create", throw=True)
    return billing_run.bill_now(contract)


@frappe.whitelist()
def progress(run: str) -> dict:
    """How far a run is, what it made and what it set aside: `flow.billing_run.progress`."""
    guard_billing(run, "read")
    return billing_run.progress(run)


@frappe.whitelist()
def invoices(run: str) -> list[str]:
    """All invoices that a run made."""
    guard_billing(run, "read")
    frappe.has_permission("Sales Invoice", "read", throw=True)
    return billing_run.invoices_of(run)


@frappe.whitelist()
def preview(contract: str, months: int = 12) -> list[dict]:
    """What will be billed of one contract in the months to come, and why not where nothing can be."""
    guard_contract(contract)
    return billing_run.preview(contract=contract, months=min(max(months, 1), 60))


def guard_billing(run: str, permission: str = "write") -> None:
    """A run that is not there answers like one that is not yours."""
    frappe.has_permission("Billing Run", permission, throw=True)
    if not frappe.db.exists("Billing Run", run):
        raise frappe.PermissionError
    frappe.has_permission("Billing Run", permission, run, throw=True)


def guard_contract(contract: str) -> None:
    frappe.has_permission("Service Contract", "read", throw=True)
    if not frappe.db.exists("Service Contract", contract):
        raise frappe.PermissionError
    frappe.has_permission("Service Contract", "read", contract, throw=True)
