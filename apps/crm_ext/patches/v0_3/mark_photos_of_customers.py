"""Photos that customers sent before they bore a mark get it: the portal shows nothing else that is attached to a request."""

import frappe

from crm_ext.setup import custom_fields


def execute() -> None:
    custom_fields.create()
    mark()


def mark() -> None:
    """Told by three facts together: the request was made in the portal by a login, the house itself wrote the file, as it
    does for logins that may not, and it did so with the request, in the same step; whatever the desk attached came later."""
    frappe.db.sql(
        """
        update `tabFile` file
        join `tabIssue` issue on issue.name = file.attached_to_name
        set file.sent_by_customer = 1
        where file.attached_to_doctype = 'Issue'
          and file.owner = 'Administrator'
          and file.is_private = 1
          and issue.via_customer_portal = 1
          and issue.equipment > ''
          and issue.owner <> 'Administrator'
          and file.creation between issue.creation and timestampadd(minute, 1, issue.creation)
        """
    )
