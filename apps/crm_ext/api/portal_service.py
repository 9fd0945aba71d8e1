"""What a customer does about equipment, contracts and service in the portal."""

import frappe
from werkzeug.wrappers import Response

from crm_ext.api.guards import guard_flood, require_own
from crm_ext.field_service.flow import complaint_intake, complaints
from crm_ext.self_service.flow import printing, service_requests


@frappe.whitelist(methods=["POST"])
def ask_for_service(equipment: str, subject: str, description: str | None = None) -> dict:
    """A request about a unit, with the photos that the form sends as `photos`: {request}. The same words twice are one."""
    here = require_own("Equipment", equipment)
    guard_flood("portal service", from_one_address=30, from_all=3000, seconds=600)
    name = complaint_intake.open_complaint(
        acting=here,
        equipment=equipment,
        subject=subject,
        description=description or "",
        files=service_requests.photos_sent(),
    )
    return {"request": name}


@frappe.whitelist(methods=["POST"])
def confirm_solution(request: str, stars: str | None = None, remark: str | None = None) -> None:
    """Yes, it is solved; with one to five stars, if the customer likes."""
    here = require_own("Issue", request)
    complaints.confirm(request, service_requests.person(here), stars=stars or 0, remark=remark)


@frappe.whitelist(methods=["POST"])
def not_solved(request: str, reason: str) -> None:
    """No: what is still wrong."""
    here = require_own("Issue", request)
    complaints.reopen(request, reason, service_requests.person(here))


@frappe.whitelist(methods=["POST"])
def rate(request: str, stars: str, remark: str | None = None) -> None:
    """One to five stars for a request that is solved; rating again replaces the rating."""
    require_own("Issue", request)
    complaints.rate(request, stars, remark)


@frappe.whitelist(methods=["POST"])
def write(request: str, text: str) -> None:
    """A message about a request that is not closed."""
    here = require_own("Issue", request)
    service_requests.write(request, text, here.user)


@frappe.whitelist(methods=["POST"])
def ask_renewal(contract: str) -> None:
    """The customer would like the contract to go on; whoever looks after it is told, once."""
    here = require_own("Service Contract", contract)
    service_requests.ask_renewal(contract, here)


@frappe.whitelist(methods=["GET"])
def contract_pdf(contract: str) -> None:
    """The contract by its print format, as a file."""
    require_own("Service Contract", contract)
    printing.answer_with_pdf("Service Contract", contract)


@frappe.whitelist(methods=["GET"])
def photo(photo: str) -> Response:
    """A photo that the customer sent with one of their requests."""
    require_own("Issue", service_requests.request_of_photo(photo))
    return service_requests.answer_with_photo(photo)
