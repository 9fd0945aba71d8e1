"""What the desk asks of the room Sales Process: where an opportunity stands, moving it on, and the pipeline board."""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate

from crm_ext.sales_process.flow import board as board_flow
from crm_ext.sales_process.flow import moves as moves_flow
from crm_ext.sales_process.flow import progress as progress_flow
from crm_ext.sales_process.queries import opportunities as queries

REMINDERS = ("", "ToDo", "Event")


def require_opportunity(name: str, permission: str) -> Document:
    """The opportunity, or one and the same refusal for "not yours" and "not there"."""
    if queries.exists(name):
        opportunity = frappe.get_doc("Opportunity", name)
        if frappe.has_permission("Opportunity", permission, opportunity):
            return opportunity
    frappe.throw(
        _(
            "Opportunity {0} is not there, or you have no right to it. Ask its owner to share it with you."
        ).format(name),
        frappe.PermissionError,
    )


@frappe.whitelist()
def state(opportunity: str) -> dict:
    """Where an opportunity stands in its process, for the stepper on its form."""
    document = require_opportunity(opportunity, "read")
    return {**moves_flow.state(document), "can_write": document.has_permission("write")}


@frappe.whitelist(methods=["POST"])
def move(opportunity: str, stage: str, reason: str = "") -> dict:
    """Bring an opportunity to another stage of its process; says why not where criteria stand in the way."""
    document = require_opportunity(opportunity, "write")
    return moves_flow.move(document, stage, reason)


@frappe.whitelist(methods=["POST"])
def set_activity(opportunity: str, stage: str, activity: str, done: bool, note: str = "") -> dict:
    """Tick an activity of the present stage off, or take the tick back."""
    document = require_opportunity(opportunity, "write")
    progress_flow.set_activity(document, stage, activity, done, note)
    return state(opportunity)


@frappe.whitelist(methods=["POST"])
def plan_next_step(opportunity: str, step: str, date: str = "", owner: str = "", remind_by: str = "") -> dict:
    """Write down the next step; remind_by 'ToDo' or 'Event' puts it on its owner's list or in the calendar."""
    document = require_opportunity(opportunity, "write")
    if remind_by not in REMINDERS:
        frappe.throw(_("A next step can be kept as a task (ToDo) or as an appointment (Event)."))
    if not step.strip():
        frappe.throw(_("Say in a few words what the next step is."))
    progress_flow.plan_next_step(
        document, step.strip(), getdate(date) if date else None, owner or None, remind_by
    )
    return state(opportunity)


@frappe.whitelist(methods=["POST"])
def finish_next_step(opportunity: str) -> dict:
    """The next step is done; its task or appointment is closed."""
    document = require_opportunity(opportunity, "write")
    progress_flow.finish_next_step(document)
    return state(opportunity)


@frappe.whitelist()
def board(company: str, process: str = "", owner: str = "", territory: str = "", campaign: str = "") -> dict:
    """The pipeline board of a process in a company, as far as the user may see its opportunities."""
    require_pipeline(company, process)
    filters = {"owner": owner, "territory": territory, "campaign": campaign}
    return board_flow.load(company, process or None, filters)


@frappe.whitelist()
def board_column(
    company: str,
    process: str,
    stage: str,
    start: int,
    owner: str = "",
    territory: str = "",
    campaign: str = "",
) -> list[dict]:
    """More cards of one column of the board."""
    require_pipeline(company, process)
    filters = {"owner": owner, "territory": territory, "campaign": campaign}
    return board_flow.more(company, process, filters, stage, start)


def require_pipeline(company: str, process: str) -> None:
    """The user may read opportunities, and both company and process are there and theirs to read."""
    frappe.has_permission("Opportunity", "read", throw=True)
    for doctype, name in (("Company", company), ("Sales Process", process)):
        if name and not (
            frappe.db.exists(doctype, name, cache=True) and frappe.has_permission(doctype, "read", name)
        ):
            frappe.throw(
                _("{0} {1} is not there, or you have no right to it. Choose another.").format(
                    _(doctype), name
                ),
                frappe.PermissionError,
            )
