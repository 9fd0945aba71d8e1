"""Plans, planned visits and vans for the desk."""

import frappe

from crm_ext.api.guards import require_document
from crm_ext.field_service.flow import maintenance_plans as flow_plans
from crm_ext.field_service.flow import planned_visits as flow_visits
from crm_ext.field_service.flow import van_refill as flow_vans


@frappe.whitelist(methods=["POST"])
def plan_now(plan: str) -> dict[str, int]:
    """Plan the visits of a plan anew: how many are new, moved and gone."""
    require_document("Maintenance Plan", plan, "write")
    return flow_plans.generate(plan)


@frappe.whitelist(methods=["POST"])
def skip_visits(visits: list[str], reason: str) -> None:
    """These visits do not take place."""
    require_visits(visits)
    flow_visits.skip(visits, reason)


@frappe.whitelist(methods=["POST"])
def plan_visits_again(visits: list[str]) -> None:
    """Visits that were left out take place after all."""
    require_visits(visits)
    flow_visits.plan_again(visits)


@frappe.whitelist(methods=["POST"])
def order_visits(visits: list[str]) -> list[str]:
    """Make the Service Orders of these visits now, and give their names."""
    require_visits(visits)
    return flow_visits.order_now(visits)


@frappe.whitelist(methods=["POST"])
def refill_vans(technician: str | None = None, company: str | None = None) -> list[str]:
    """Ask for the parts that vans lack for their planned jobs: names of the Material Requests."""
    frappe.has_permission("Material Request", "create", throw=True)
    if technician:
        require_document("Technician", technician, "read")
    return flow_vans.refill(company, technician=technician)


def require_visits(visits: list[str]) -> None:
    for visit in visits:
        require_document("Planned Visit", visit, "write")
