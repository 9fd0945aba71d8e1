"""The technician's phone: own jobs, what was done there, photos. Everything that is sent has a key and is written once."""

from typing import Any

import frappe

from crm_ext.api.guards import guard_flood, require_own_job, require_technician
from crm_ext.field_service.flow import technician_page, technician_photos, technician_reports


@frappe.whitelist(methods=["GET"])
def day() -> dict[str, Any]:
    """{user, technician, csrf_token, zone, jobs, van}: what the phone keeps of the coming and the last days."""
    own = require_technician()
    return technician_page.day(own)


@frappe.whitelist(methods=["POST"])
def report(service_order: str, key: str, report: dict | str) -> dict[str, Any]:
    """{rows, job}: write what was entered about an own job; the same key again writes nothing."""
    require_own_job(service_order)
    return technician_reports.take(service_order, key, frappe.parse_json(report))


@frappe.whitelist(methods=["POST"])
def add_photo(service_order: str, key: str, picture: str | None = None) -> dict[str, Any]:
    """Keep a photo (JPEG as a data URL) on an own job, once for its key."""
    require_own_job(service_order)
    guard_flood("technician photo", from_one_address=600, from_all=6000, seconds=600)
    return {"rows": {}, "photo": technician_photos.add(service_order, key, picture or "")}


@frappe.whitelist(methods=["POST"])
def finish(service_order: str, key: str) -> dict[str, Any]:
    """{job}: post parts and times of an own job, once."""
    require_own_job(service_order)
    return technician_reports.finish(service_order, key)
