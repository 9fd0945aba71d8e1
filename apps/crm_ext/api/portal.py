"""What every page of the customer portal shares."""

import frappe

from crm_ext.api.guards import require_customer
from crm_ext.self_service.flow import identity


@frappe.whitelist(methods=["POST"])
def act_for(customer: str | None = None, company: str | None = None) -> None:
    """Go on as this customer in this company; what the login may not do falls back to what it may."""
    here = require_customer()
    identity.act_for(customer if here.owns(customer) else here.customer, company)
