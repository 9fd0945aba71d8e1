"""ERPNext's documents from which touchpoints are read, in the order in which they changed.

Each reader takes a position (moment, name) and gives at most `limit` rows after it: everything that changed later, and
what changed at the same moment under a greater name. A row is ripe when it was changed or, for appointments, when its
time has come. Every row carries `ripe_at`, `name` and `links`, the documents that it names: (doctype, name).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

import frappe

from crm_ext.compat import LEAD_CAMPAIGN_FIELD, SOURCE_FIELD

Link = tuple[str, str]

_AFTER = "{moment} >= %(at)s AND ({moment} > %(at)s OR {key} > %(name)s) AND {moment} <= %(now)s"


def _rows(
    query: str, moment: str, key: str, position: tuple[datetime, str], now: datetime, limit: int
) -> list:
    at, name = position
    after = _AFTER.format(moment=moment, key=key)
    return frappe.db.sql(
        f"{query} AND {after} ORDER BY {moment}, {key} LIMIT %(limit)s",
        {"at": at, "name": name, "now": now, "limit": limit},
        as_dict=True,
    )


def leads(position: tuple[datetime, str], now: datetime, limit: int) -> list[frappe._dict]:
    """Leads but those that flow.capture made of an enquiry."""
    return _rows(
        f"""SELECT name, modified AS ripe_at, creation, owner, company,
                `{LEAD_CAMPAIGN_FIELD}` AS campaign, `{SOURCE_FIELD}` AS source
            FROM `tabLead`
            WHERE NOT EXISTS (
                SELECT 1 FROM `tabEnquiry` WHERE lead = `tabLead`.name AND status = 'Lead Created')""",
        "modified", "name", position, now, limit,
    )  # fmt: skip


def communications(position: tuple[datetime, str], now: datetime, limit: int) -> list[frappe._dict]:
    """E-mails, telephone notes, letters; not the shadow that every Event leaves among communications."""
    rows = _rows(
        """SELECT name, modified AS ripe_at, modified, creation, communication_date, communication_medium,
                sent_or_received, delivery_status, email_status, read_by_recipient, read_by_recipient_on,
                sender, recipients, cc, bcc, reference_doctype, reference_name
            FROM `tabCommunication`
            WHERE communication_type IN ('Communication', 'Automated Message')
                AND IFNULL(reference_doctype, '') <> 'Event'""",
        "modified", "name", position, now, limit,
    )  # fmt: skip
    links = _child_links("Communication Link", "Communication", [row.name for row in rows])
    for row in rows:
        own = [(row.reference_doctype, row.reference_name)] if row.reference_name else []
        row.links = own + links[row.name]
    return rows


def calls(position: tuple[datetime, str], now: datetime, limit: int) -> list[frappe._dict]:
    rows = _rows(
        """SELECT name, modified AS ripe_at, creation, type, status, start_time, customer
            FROM `tabCall Log` WHERE TRUE""",
        "modified", "name", position, now, limit,
    )  # fmt: skip
    links = _child_links("Dynamic Link", "Call Log", [row.name for row in rows])
    for row in rows:
        row.links = links[row.name] + ([("Customer", row.customer)] if row.customer else [])
    return rows


def events(position: tuple[datetime, str], now: datetime, limit: int) -> list[frappe._dict]:
    """Appointments that have begun."""
    rows = _rows(
        """SELECT name, GREATEST(modified, starts_on) AS ripe_at, starts_on, status, event_category,
                reference_doctype, reference_docname
            FROM `tabEvent` WHERE starts_on IS NOT NULL""",
        "GREATEST(modified, starts_on)", "name", position, now, limit,
    )  # fmt: skip
    names = [row.name for row in rows]
    participants = _participants(names)
    links = _child_links("Dynamic Link", "Event", names)
    for row in rows:
        own = [(row.reference_doctype, row.reference_docname)] if row.reference_docname else []
        row.links = own + participants[row.name] + links[row.name]
    return rows


def visits(position: tuple[datetime, str], now: datetime, limit: int) -> list[frappe._dict]:
    """Maintenance visits that were submitted or cancelled and whose day has come."""
    visited_at = "TIMESTAMP(mntc_date, IFNULL(mntc_time, '00:00:00'))"
    ripe_at = f"GREATEST(modified, {visited_at})"
    rows = _rows(
        f"""SELECT name, {ripe_at} AS ripe_at, {visited_at} AS visited_at, docstatus, customer, contact_person, company
            FROM `tabMaintenance Visit` WHERE docstatus > 0""",
        ripe_at, "name", position, now, limit,
    )  # fmt: skip
    for row in rows:
        row.links = [
            (doctype, name)
            for doctype, name in (("Contact", row.contact_person), ("Customer", row.customer))
            if name
        ]
    return rows


def page_views(position: tuple[datetime, str], now: datetime, limit: int) -> list[frappe._dict]:
    """Views under a campaign's link by visitors who made an enquiry, before it or after it."""
    ripe_at = "GREATEST(view.modified, enquiry.modified)"
    # A visitor with several enquiries gives several rows of one view; their key tells them apart.
    key = "CONCAT(view.name, ' ', enquiry.name)"
    rows = _rows(
        f"""SELECT view.name AS view_name, {key} AS name, {ripe_at} AS ripe_at, view.creation, view.source,
                view.medium, view.campaign, enquiry.lead, enquiry.contact, enquiry.customer
            FROM `tabEnquiry` AS enquiry
            JOIN `tabWeb Page View` AS view ON view.visitor_id = enquiry.visitor
            WHERE enquiry.visitor <> '' AND view.campaign <> ''""",
        ripe_at, key, position, now, limit,
    )  # fmt: skip
    for row in rows:
        row.position_name, row.name = row.name, row.view_name
        parties = (("Contact", row.contact), ("Lead", row.lead), ("Customer", row.customer))
        row.links = [(doctype, name) for doctype, name in parties if name]
    return rows


def _child_links(child: str, parenttype: str, parents: Sequence[str]) -> dict[str, list[Link]]:
    links: dict[str, list[Link]] = defaultdict(list)
    if parents:
        rows = frappe.get_all(
            child,
            filters={"parenttype": parenttype, "parent": ("in", parents)},
            fields=["parent", "link_doctype", "link_name"],
            order_by="parent, idx",
        )
        for row in rows:
            links[row.parent].append((row.link_doctype, row.link_name))
    return links


def _participants(events: Sequence[str]) -> dict[str, list[Link]]:
    links: dict[str, list[Link]] = defaultdict(list)
    if events:
        rows = frappe.get_all(
            "Event Participants",
            filters={"parenttype": "Event", "parent": ("in", events)},
            fields=["parent", "reference_doctype", "reference_docname"],
            order_by="parent, idx",
        )
        for row in rows:
            links[row.parent].append((row.reference_doctype, row.reference_docname))
    return links


def recorded_touches(doctype: str, names: Iterable[str]) -> list[frappe._dict]:
    """reference_name, activity, occasion, lead, contact and customer of the touches that documents have already."""
    return frappe.get_all(
        "Touchpoint",
        filters={"reference_doctype": doctype, "reference_name": ("in", list(names))},
        fields=["reference_name", "activity", "occasion", "lead", "contact", "customer"],
        order_by="name",
    )
