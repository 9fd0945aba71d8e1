"""Links in e-mails that are recorded when they are followed.

In an Email Template: {{ tracked_link("https://example.com/offer", doc) }}, or with a campaign as third argument.
"""

from typing import Any

import frappe
from frappe import _

from crm_ext.api.guards import guard_flood
from crm_ext.marketing_automation.flow import clicks
from crm_ext.marketing_automation.rules.links import TrackedLink, is_a_reader


def tracked_link(url: str, doc: Any, campaign: str | None = None) -> str:
    """For templates: an address that leads to `url` and records that the recipient followed it.

    doc: the lead, contact or customer to whom the letter goes, or a document of theirs, such as a quotation.
    """
    return clicks.tracked_address(TrackedLink(url, doc.doctype, doc.name, campaign or ""))


@frappe.whitelist(allow_guest=True, methods=["GET", "HEAD"])
def follow(u: str = "", d: str = "", n: str = "", c: str = "", s: str = "") -> None:
    """Send the reader on to the address that was signed, and nowhere else; a person's click is recorded once."""
    guard_flood("tracked link", from_one_address=300, from_all=30000, seconds=600)
    link = TrackedLink(u, d, n, c)
    if not clicks.is_ours(link, s):
        frappe.respond_as_web_page(
            _("This link is not complete"),
            _("Please open it from the e-mail once more, or copy the whole of it."),
            http_status_code=404,
            indicator_color="orange",
        )
        return
    request = frappe.request
    purpose = (
        request.headers.get("Sec-Purpose") or request.headers.get("Purpose") or request.headers.get("X-Moz")
    )
    if is_a_reader(request.method, request.headers.get("User-Agent"), purpose):
        clicks.followed(link)
    frappe.local.response["type"] = "redirect"
    frappe.local.response["location"] = link.url
