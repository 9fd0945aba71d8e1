"""Plans that were applied."""

import frappe

from crm_ext.api.guards import require_document
from crm_ext.dispatch.flow import planning


@frappe.whitelist(methods=["POST"])
def revert_plan(plan: str) -> dict:
    """Give each job of the plan back what it had before; {order: why it stays as it is}."""
    require_document("Dispatch Plan", plan, "read")
    frappe.has_permission("Service Order", "write", throw=True)
    return planning.revert(plan)
