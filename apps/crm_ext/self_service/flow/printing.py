"""Documents as PDF for people who may see them in the portal and have no rights at the desk."""

from __future__ import annotations

import frappe
from frappe import _


def as_pdf(doctype: str, name: str) -> bytes:
    """The document in its doctype's print format. The caller has checked that it may be shown."""
    frappe.flags.ignore_print_permissions = True
    try:
        return frappe.get_print(doctype, name, as_pdf=True)
    except OSError:
        # The program that makes PDFs did not come through, mostly because it cannot reach this server's own pictures.
        frappe.log_error("No PDF could be made", reference_doctype=doctype, reference_name=name)
        frappe.throw(
            _("The PDF cannot be made at the moment. Please print the page in your browser instead.")
        )
    finally:
        frappe.flags.ignore_print_permissions = False


def answer_with_pdf(doctype: str, name: str) -> None:
    """The response of this request is the document as a file."""
    content = as_pdf(doctype, name)
    frappe.local.response.filename = f"{name}.pdf".replace("/", "-").replace(" ", "-")
    frappe.local.response.filecontent = content
    frappe.local.response.type = "pdf"
