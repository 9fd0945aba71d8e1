"""A stranger's requests, answered by the whole web application in a thread of its own; what they leave is removed."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import frappe
from werkzeug.test import Client

DOMAIN = "stranger.example"


def request(method: str, path: str, **kwargs):
    """The response to one request; every request comes from an address of its own unless one is named."""
    site, headers = frappe.local.site, dict(kwargs.pop("headers", {}))
    headers.setdefault(
        "X-Forwarded-For", f"203.0.113.{threading.get_ident() % 250}-{frappe.generate_hash(length=6)}"
    )
    headers["X-Frappe-Site-Name"] = site

    def answer():
        from frappe.app import application

        return Client(application, use_cookies=False).open(path, method=method, headers=headers, **kwargs)

    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(answer).result()


def forget() -> None:
    """Remove what posts under DOMAIN left in the database, and the counters of the doors."""
    frappe.set_user("Administrator")
    frappe.db.rollback()
    mine = {"email": ("like", f"%@{DOMAIN}")}
    enquiries = frappe.get_all("Enquiry", mine, ["name", "lead", "utm_campaign"], order_by="name")
    for enquiry in enquiries:
        frappe.db.delete("Touchpoint", {"reference_name": enquiry.name})
        frappe.db.delete("Unknown Campaign", {"name": enquiry.utm_campaign or ""})
    frappe.db.delete("Enquiry", mine)
    for lead in frappe.get_all("Lead", {"email_id": ("like", f"%@{DOMAIN}")}, pluck="name", order_by="name"):
        frappe.delete_doc("Lead", lead, force=True)
    for key in ("enquiry", "enquiry token", "tracked link"):
        frappe.cache.delete_keys(f"crm_ext_flood|{key}")
    # Tests commit only here, where they have let other processes write.
    frappe.db.commit()
