"""What may be done to marketing channels."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.model.document import Document

from crm_ext.marketing_automation.rules.channels import STANDARD_CHANNELS


def refuse_deletion_in_use(channel: Document) -> None:
    """The channels that the app records on by itself stay, and so does any channel with touchpoints."""
    if channel.name in STANDARD_CHANNELS or frappe.db.exists("Touchpoint", {"channel": channel.name}):
        frappe.throw(
            _("Touchpoints are recorded on the channel {0}. Switch it off instead of deleting it.").format(
                channel.name
            ),
            frappe.LinkExistsError,
        )
