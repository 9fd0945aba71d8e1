"""Tracked links: made for letters, followed by their readers, recorded once for each link and reader."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode

import frappe
from frappe import _

from crm_ext.marketing_automation.flow import harvest, signing
from crm_ext.marketing_automation.rules.channels import EMAIL
from crm_ext.marketing_automation.rules.harvest import Happening
from crm_ext.marketing_automation.rules.links import TrackedLink, checked
from crm_ext.marketing_automation.rules.touchpoints import INBOUND
from crm_ext.shared.results import Refusal

_DOOR = "crm_ext.api.click.follow"
_PURPOSE = "tracked link"


def tracked_address(link: TrackedLink) -> str:
    """The address of this site that leads to the link's, signed, so that it leads nowhere else."""
    good = checked(link)
    if isinstance(good, Refusal):
        frappe.throw(
            _("{0} is no address of the web. Write it with https:// in front.").format(good.values["url"])
        )
    parameters = {"u": link.url, "d": link.doctype, "n": link.name}
    if link.campaign:
        parameters["c"] = link.campaign
    parameters["s"] = signing.signature(_PURPOSE, *link.parts)
    return frappe.utils.get_url(f"/api/method/{_DOOR}?{urlencode(parameters)}")


def is_ours(link: TrackedLink, given_signature: str | None) -> bool:
    return signing.is_signed(given_signature, _PURPOSE, *link.parts)


def followed(link: TrackedLink) -> None:
    """Have a click recorded by a worker: the reader is sent on at once."""
    frappe.enqueue(
        "crm_ext.marketing_automation.flow.clicks.record_click",
        queue="short",
        url=link.url,
        doctype=link.doctype,
        name=link.name,
        campaign=link.campaign,
        clicked_at=frappe.utils.now_datetime(),
    )


def record_click(url: str, doctype: str, name: str, campaign: str, clicked_at: datetime) -> int:
    link = TrackedLink(url, doctype, name, campaign)
    return harvest.record_happenings(
        doctype,
        [
            Happening(
                occurred_at=clicked_at,
                channel=EMAIL,
                activity="Clicked",
                direction=INBOUND,
                doctype=doctype,
                name=name,
                links=((doctype, name),),
                campaign=campaign or None,
                occasion=link.occasion,
            )
        ],
    )
