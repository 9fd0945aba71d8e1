"""What a complaint is entitled to: customer, contract and line follow from its equipment, or from the contract that is named."""

from __future__ import annotations

from datetime import date
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate

from crm_ext.field_service.queries import complaints as queries
from crm_ext.service_contracts.flow.entitlements import entitlement_for
from crm_ext.service_contracts.rules.entitlements import Entitlement


def find(
    *,
    customer: str | None,
    company: str | None,
    on: date,
    equipment: Any,
    cause: str | None,
    contract: str | None = None,
) -> Entitlement | None:
    """equipment: its facts (queries.complaints.equipment_facts), or None. contract: the only one to look at, if any."""
    if not (customer and company):
        return None
    return entitlement_for(
        customer=customer,
        company=company,
        on=on,
        equipment=equipment.name if equipment else None,
        item_code=equipment.item_code if equipment else None,
        cause=cause or None,
        contract=contract,
    )


def fill(issue: Document) -> None:
    """Customer, company, contract and line of a complaint; refuses equipment and contracts of other customers."""
    equipment = queries.equipment_facts(issue.equipment) if issue.equipment else None
    if equipment:
        _take_from_equipment(issue, equipment)
    if issue.has_value_changed("service_contract") and issue.service_contract:
        _require_contract_of_customer(issue)
    chosen = issue.service_contract if _is_chosen(issue) else None
    found = find(
        customer=issue.customer,
        company=issue.company,
        on=getdate(issue.opening_date),
        equipment=equipment,
        cause=issue.complaint_cause,
        contract=chosen,
    )
    issue.service_contract = found.contract if found else chosen
    issue.contract_line = found.contract_line if found else None


def _take_from_equipment(issue: Document, equipment: Any) -> None:
    if not issue.customer:
        issue.customer = equipment.customer
    if equipment.customer and issue.customer != equipment.customer:
        frappe.throw(
            _(
                "{0} stands at customer {1}. Choose equipment of customer {2}, or correct the customer."
            ).format(equipment.equipment_name, equipment.customer, issue.customer)
        )
    if issue.has_value_changed("equipment"):
        issue.company = equipment.company


def _is_chosen(issue: Document) -> bool:
    """Whether somebody names the contract: an issue without equipment has it from nowhere else."""
    return not issue.equipment or issue.has_value_changed("service_contract")


def _require_contract_of_customer(issue: Document) -> None:
    contract = queries.contract_facts(issue.service_contract)
    if contract and not issue.customer:
        issue.customer = contract.customer
    if contract and contract.customer != issue.customer:
        frappe.throw(
            _("Contract {0} is with customer {1}. Choose a contract of customer {2}.").format(
                issue.service_contract, contract.customer, issue.customer
            )
        )
