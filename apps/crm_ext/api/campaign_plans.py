"""Campaign plans for the desk: the verbs of their life cycle and their figures in the ledger."""

import frappe
from frappe import _

from crm_ext.marketing_automation.flow import campaign_plans as flow
from crm_ext.marketing_automation.queries import campaign_plans as queries

CAMPAIGN_PLAN = queries.CAMPAIGN_PLAN


def require_plan(plan: str, right: str) -> None:
    """The same answer for a plan that is not there and for one that is not the caller's."""
    if not (frappe.db.exists(CAMPAIGN_PLAN, plan) and frappe.has_permission(CAMPAIGN_PLAN, right, doc=plan)):
        frappe.throw(
            _("You may not do this with the campaign plan {0}, or it does not exist.").format(plan),
            frappe.PermissionError,
        )


@frappe.whitelist(methods=["POST"])
def request_approval(plan: str) -> str:
    """Returns the new status."""
    require_plan(plan, "write")
    return flow.request_approval(plan)


@frappe.whitelist(methods=["POST"])
def withdraw(plan: str) -> str:
    """Returns the new status."""
    require_plan(plan, "write")
    return flow.withdraw(plan)


@frappe.whitelist(methods=["POST"])
def reject(plan: str, reason: str) -> str:
    """Returns the new status."""
    require_plan(plan, "submit")
    return flow.reject(plan, reason)


@frappe.whitelist(methods=["POST"])
def approve(plan: str) -> str:
    """Returns the new status; approving twice does it once."""
    require_plan(plan, "submit")
    return flow.approve(plan)


@frappe.whitelist()
def figures(plan: str) -> dict[str, float | str]:
    """Budget of the plan and what the ledger says of its campaign, in the company's currency."""
    require_plan(plan, "read")
    return queries.figures_of_plan(plan)


@frappe.whitelist()
def calendar(start: str, end: str, filters: str | None = None) -> list[dict]:
    """Plans that the caller may read with a day between start and end (ISO dates); the title says the status too."""
    frappe.has_permission(CAMPAIGN_PLAN, "read", throw=True)
    plans = queries.plans_between(start, end, frappe.parse_json(filters) or [])
    return [{**plan, "title": f"{plan.title} ({_(plan.status)})"} for plan in plans]
