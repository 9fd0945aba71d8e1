"""Which account carries what: by payer and company, from Field Service Settings.

Refusals: 'account_missing' (field, company), 'cost_account_missing' (item, company). `checks` asks before anything is
posted.
"""

from __future__ import annotations

import frappe
from frappe.model.document import Document

from crm_ext import erpnext_port
from crm_ext.field_service.queries import service_posting as queries
from crm_ext.shared.results import Refusal, refuse

_FIELDS = {
    "Contract": "contract_cost_account",
    "Warranty": "warranty_account",
    "Supplier": "supplier_claim_account",
    "Ourselves": "own_cost_account",
}
# Who guarantees bears the cost, not the contract that the equipment has besides.
_APART_FROM_CONTRACT = ("Warranty", "Supplier")


def of_part(order: Document, row: Document) -> str | Refusal:
    """The expense account of a part."""
    if row.payer == "Customer":
        account = erpnext_port.cost_account(row.item_code, order.company)
        return account or refuse("cost_account_missing", item=row.item_code, company=order.company)
    return _from_settings(order.company, _FIELDS[row.payer])


def of_work(company: str, payer: str) -> str | Refusal:
    """The account that is debited with work where work is posted to the ledger."""
    return _from_settings(company, _FIELDS.get(payer, "customer_labour_account"))


def of_work_taken_over(company: str) -> str | Refusal:
    return _from_settings(company, "labour_credit_account")


def contract_of(order: Document, payer: str) -> str | None:
    """The contract that ledger rows of this payer name."""
    return None if payer in _APART_FROM_CONTRACT else order.service_contract or None


def cost_center_of(order: Document) -> str | None:
    own = order.service_contract and frappe.get_cached_value(
        "Service Contract", order.service_contract, "cost_center"
    )
    return own or erpnext_port.cost_center_of(order.company)


def _from_settings(company: str, field: str) -> str | Refusal:
    return queries.accounts_of(company).get(field) or refuse("account_missing", field=field, company=company)
