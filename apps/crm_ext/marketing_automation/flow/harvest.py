"""Reading touchpoints off ERPNext's documents: in batches, behind a watermark, never twice.

The documents themselves pay nothing: no event of theirs is watched (but the insertion of a lead that names a campaign
or a source). What imports and other programs wrote straight into the database is found all the same.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

import frappe
from frappe.model.document import Document

from crm_ext.compat import LEAD_CAMPAIGN_FIELD, SOURCE_FIELD
from crm_ext.marketing_automation.flow import origins, touchpoints
from crm_ext.marketing_automation.flow.locks import exclusively
from crm_ext.marketing_automation.flow.watermarks import Pace, Position, drain
from crm_ext.marketing_automation.queries import campaigns, parties, touch_sources
from crm_ext.marketing_automation.rules import harvest as rules

_BATCH = 2000
# Below the time limit of a scheduled job; what is left is taken up by the next one.
_SECONDS = 200
# A transaction that was still open when we read past its moment is found by reading a little back.
_REACH_BACK = timedelta(minutes=10)
_NIGHTLY_REACH_BACK = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Source:
    name: str
    read_rows: Callable[[Position, datetime, int], list[frappe._dict]]
    read_row: Callable[[frappe._dict], rules.Reading]


SOURCES = (
    Source("Lead", touch_sources.leads, rules.read_lead),
    Source("Communication", touch_sources.communications, rules.read_communication),
    Source("Call Log", touch_sources.calls, rules.read_call),
    Source("Event", touch_sources.events, rules.read_event),
    Source("Maintenance Visit", touch_sources.visits, rules.read_visit),
    Source("Web Page View", touch_sources.page_views, rules.read_page_view),
)


def run(
    reach_back: timedelta = _REACH_BACK, batch: int = _BATCH, checkpoint: Callable[[], None] | None = None
) -> int:
    """Read every source up to now and return how many touches were new; 0 at once where another process is reading.

    The origins of the customers concerned are brought up to date in the same run.
    checkpoint: called after each batch, by default a commit, so that a run that is killed goes on where it stood.
    """
    pace = Pace(reach_back, batch, checkpoint or _commit, time.monotonic() + _SECONDS)
    with exclusively("touchpoint harvest") as held:
        if not held:
            return 0
        recorded = sum(_safely(source.name, partial(_drain, source, pace), pace) for source in SOURCES)
        _safely("Customer Origin", partial(origins.follow, pace), pace)
    return recorded


def run_nightly() -> int:
    """Once more over the last days, for transactions that took longer than the short reach back."""
    return run(_NIGHTLY_REACH_BACK)


def leads_inserted(leads: Iterable[Document]) -> None:
    """Show the first touch of new leads at once; leads without a campaign and a source cost no query."""
    rows = [
        frappe._dict(
            name=lead.name,
            owner=lead.owner,
            creation=frappe.utils.get_datetime(lead.creation),
            company=lead.company,
            campaign=lead.get(LEAD_CAMPAIGN_FIELD),
            source=lead.get(SOURCE_FIELD),
        )
        for lead in leads
        if not lead.flags.made_of_enquiry
    ]
    happenings = [event for row in rows for event in rules.read_lead(row).happenings]
    if happenings:
        nobody_else = rules.Acquaintance()
        touchpoints.record(touch for event in happenings for touch in rules.touches_of(event, nobody_else))


def record_happenings(doctype: str, happenings: list[rules.Happening]) -> int:
    """Find out whom the happenings of documents of one doctype concerned, and record a touch for each party."""
    happenings = _placed(happenings)
    if not happenings:
        return 0
    known = _acquaintance(happenings)
    already = _already(doctype, {event.name for event in happenings})
    return touchpoints.record(
        touch for event in happenings for touch in rules.touches_of(event, known, already[event.name])
    )


def _safely(name: str, read: Callable[[], int], pace: Pace) -> int:
    """One source that fails does not keep the others from being read."""
    try:
        return read()
    except Exception:
        frappe.db.rollback()
        frappe.log_error(title=f"Touchpoints: {name} could not be read")
        pace.checkpoint()
        return 0


def _drain(source: Source, pace: Pace) -> int:
    return drain(source.name, source.read_rows, partial(_record_rows, source), pace)


def _record_rows(source: Source, rows: list[frappe._dict]) -> int:
    readings = [source.read_row(row) for row in rows]
    _take_back(source.name, zip((row.name for row in rows), readings, strict=True))
    return record_happenings(source.name, [event for reading in readings for event in reading.happenings])


def _take_back(doctype: str, readings: Iterable[tuple[str, rules.Reading]]) -> None:
    by_activities: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for name, reading in readings:
        if reading.taken_back:
            by_activities[reading.taken_back].append(name)
    for activities, names in by_activities.items():
        touchpoints.withdraw(doctype, names, activities)


def _placed(happenings: list[rules.Happening]) -> list[rules.Happening]:
    """With the parties, campaign and company of the documents that the happenings refer to."""
    behind = parties.behind(link for event in happenings for link in event.links)
    meant = campaigns.campaigns_meant(event.utm_campaign for event in happenings if event.utm_campaign)
    placed = []
    for event in happenings:
        references = [behind[link] for link in event.links if link in behind]
        own_campaign = event.campaign or meant.get(campaigns.folded(event.utm_campaign))
        placed.append(
            replace(
                event,
                links=(*event.links, *(link for found in references for link in found.links)),
                campaign=own_campaign
                or next((found.campaign for found in references if found.campaign), None),
                company=event.company or next((found.company for found in references if found.company), None),
            )
        )
    return placed


def _acquaintance(happenings: Iterable[rules.Happening]) -> rules.Acquaintance:
    named = defaultdict(set)
    for event in happenings:
        for doctype, name in event.links:
            named[doctype].add(name)
    addresses = {address for event in happenings for address in event.addresses}
    of_contacts = parties.links_of_contacts(named["Contact"])
    for links in of_contacts.values():
        for doctype, name in links:
            named[doctype].add(name)
    lead_of_address = parties.leads_by_address(addresses)
    pairs = parties.lead_and_customer_pairs(named["Lead"] | set(lead_of_address.values()), named["Customer"])
    return rules.Acquaintance(
        links_of_contact=of_contacts,
        lead_of_customer={customer: lead for lead, customer in pairs},
        customer_of_lead=dict(pairs),
        lead_of_address=lead_of_address,
    )


def _already(doctype: str, names: set[str]) -> dict[str, list[tuple[str, str | None, rules.Who]]]:
    found = defaultdict(list)
    for row in touch_sources.recorded_touches(doctype, names):
        found[row.reference_name].append(
            (row.activity, row.occasion, rules.Who(row.lead, row.contact, row.customer))
        )
    return found


def _commit() -> None:
    # Batches of a background job: what is read stays read when the job is stopped.
    frappe.db.commit()
