"""What happened, read off ERPNext's documents, and whom it concerned.

`flow.harvest` reads rows of a source in batches; the functions here say what each row means: a happening (at most two
for an e-mail: sent and opened), nothing yet, or that what was recorded did not happen after all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import getaddresses

from crm_ext.marketing_automation.rules import channels
from crm_ext.marketing_automation.rules.touchpoints import INBOUND, OUTBOUND, TEXT_LENGTH, Touch

Link = tuple[str, str]  # doctype, name

_PENDING = frozenset({"Sending", "Scheduled"})
_UNDELIVERED = frozenset({"Bounced", "Soft-Bounced", "Rejected", "Error", "Expired"})
_CALL_GOING_ON = frozenset({"Ringing", "Queued", "In Progress"})
_CALL_FAILED = frozenset({"Failed", "Canceled"})
_CALL_UNANSWERED = frozenset({"Busy", "No Answer"})


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened between the company and whoever `links` name, before it is known who that is."""

    occurred_at: datetime
    channel: str
    activity: str
    direction: str
    doctype: str
    name: str
    links: tuple[Link, ...] = ()
    addresses: tuple[str, ...] = ()
    campaign: str | None = None
    company: str | None = None
    occasion: str | None = None
    utm_source: str | None = None
    utm_medium: str | None = None
    utm_campaign: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What one row means: its happenings, and the activities that must be taken back."""

    happenings: tuple[Happening, ...] = ()
    taken_back: tuple[str, ...] = ()


NOTHING = Reading()


@dataclass(frozen=True, slots=True)
class Who:
    lead: str | None = None
    contact: str | None = None
    customer: str | None = None

    @property
    def identity(self) -> str | None:
        return self.lead or self.customer or self.contact


@dataclass(frozen=True, slots=True)
class Acquaintance:
    """What is known of the people in a batch.

    links_of_contact: contact -> its leads and customers, for contacts that may be counted (not staff, not suppliers).
    lead_of_customer, customer_of_lead: from Customer.lead_name.
    lead_of_address: e-mail address in lower case -> lead.
    """

    links_of_contact: Mapping[str, Sequence[Link]] = field(default_factory=dict)
    lead_of_customer: Mapping[str, str] = field(default_factory=dict)
    customer_of_lead: Mapping[str, str] = field(default_factory=dict)
    lead_of_address: Mapping[str, str] = field(default_factory=dict)


def people(links: Iterable[Link], addresses: Iterable[str], known: Acquaintance) -> list[Who]:
    """Whom a happening concerned: one entry for each lead, customer or stranger, however many of its people took part.

    A contact brings the lead and customer that it is linked with; those that the document names itself come first.
    Addresses count only where no link says who it was.
    """
    links = list(dict.fromkeys(links))
    named = {name for doctype, name in links if doctype in ("Lead", "Customer")}
    found = []
    for doctype, name in links:
        if doctype == "Contact" and name in known.links_of_contact:
            theirs = sorted(known.links_of_contact[name], key=lambda link: link[1] not in named)
            lead = next((other for kind, other in theirs if kind == "Lead"), None)
            customer = next((other for kind, other in theirs if kind == "Customer"), None)
            found.append(_joined(lead, name, customer, known))
    covered = {part for who in found for part in (who.lead, who.customer)}
    for doctype, name in links:
        if doctype in ("Lead", "Customer") and name not in covered:
            who = _joined(name, None, None, known) if doctype == "Lead" else _joined(None, None, name, known)
            found.append(who)
            covered |= {who.lead, who.customer}
    if not found:
        leads = dict.fromkeys(filter(None, (known.lead_of_address.get(address) for address in addresses)))
        found = [_joined(lead, None, None, known) for lead in leads]
    return list({who.identity: who for who in reversed(found)}.values())[::-1]


def touches_of(
    happening: Happening, known: Acquaintance, already: Iterable[tuple[str, str | None, Who]] = ()
) -> list[Touch]:
    """The touches of a happening, one for each party, without those of a party that has it already.

    already: activity, occasion and party of the touches that the same document has.
    """
    counted = {
        part
        for activity, occasion, who in already
        if activity == happening.activity and (occasion or None) == happening.occasion
        for part in (("Lead", who.lead), ("Contact", who.contact), ("Customer", who.customer))
        if part[1]
    }
    return [
        Touch(
            occurred_at=happening.occurred_at,
            channel=happening.channel,
            activity=happening.activity,
            direction=happening.direction,
            lead=who.lead,
            contact=who.contact,
            customer=who.customer,
            campaign=happening.campaign,
            company=happening.company,
            reference_doctype=happening.doctype,
            reference_name=happening.name,
            occasion=happening.occasion,
            utm_source=clipped(happening.utm_source),
            utm_medium=clipped(happening.utm_medium),
            utm_campaign=clipped(happening.utm_campaign),
        )
        for who in people(happening.links, happening.addresses, known)
        if not counted & {("Lead", who.lead), ("Contact", who.contact), ("Customer", who.customer)}
    ]


def clipped(text: str | None) -> str | None:
    return text[:TEXT_LENGTH] if text else None


def addresses_in(*headers: str | None) -> tuple[str, ...]:
    """The e-mail addresses of header lines, in lower case, each once."""
    pairs = getaddresses([header for header in headers if header])
    return tuple(dict.fromkeys(address.lower() for _name, address in pairs if "@" in address))


# What a row of each source means. Rows are mappings with attribute access, as queries.touch_sources gives them.


def read_lead(row) -> Reading:
    """A lead that names a campaign or a source, or that a guest made through a web form of the site.

    Leads made of enquiries have their touch already.
    """
    made_by_guest = row.owner == "Guest"
    if not (row.campaign or row.source or made_by_guest):
        return NOTHING
    channel = channels.channel_of_lead_source(row.source) if row.source or not made_by_guest else channels.WEB
    usual = channels.STANDARD_CHANNELS[channel]
    return Reading(
        (
            Happening(
                occurred_at=row.creation,
                channel=channel,
                activity="Lead Created",
                direction=OUTBOUND if usual == OUTBOUND else INBOUND,
                doctype="Lead",
                name=row.name,
                links=(("Lead", row.name),),
                campaign=row.campaign,
                company=row.company,
            ),
        )
    )


def read_communication(row) -> Reading:
    """Sent or received by any medium, and opened. What waits is nothing yet; what was not delivered is taken back."""
    outgoing = row.sent_or_received != "Received"
    if row.email_status in ("Spam", "Trash"):
        return Reading(taken_back=("Sent", "Received", "Opened"))
    if outgoing and row.delivery_status in _UNDELIVERED:
        return Reading(taken_back=("Sent",))
    if outgoing and row.delivery_status in _PENDING:
        return NOTHING
    channel = channels.channel_of_communication(row.communication_medium)
    common = dict(
        channel=channel,
        doctype="Communication",
        name=row.name,
        links=tuple(row.links),
        addresses=addresses_in(row.recipients, row.cc, row.bcc) if outgoing else addresses_in(row.sender),
    )
    happenings = [
        Happening(
            occurred_at=row.communication_date or row.creation,
            activity=_activity_on(channel, outgoing),
            direction=OUTBOUND if outgoing else INBOUND,
            **common,
        )
    ]
    if outgoing and row.read_by_recipient:
        opened_at = row.read_by_recipient_on or row.modified
        happenings.append(Happening(occurred_at=opened_at, activity="Opened", direction=INBOUND, **common))
    return Reading(tuple(happenings))


def _activity_on(channel: str, outgoing: bool) -> str:
    if channel == channels.PHONE:
        return "Call"
    if channel == channels.VISIT:
        return "Visit"
    if channel == channels.EVENT:
        return "Meeting"
    return "Sent" if outgoing else "Received"


def read_call(row) -> Reading:
    """A finished call; one of ours that nobody answered reached nobody, one of theirs that we missed still counts."""
    incoming = row.type == "Incoming"
    if row.status in _CALL_GOING_ON:
        return NOTHING
    if row.status in _CALL_FAILED or (row.status in _CALL_UNANSWERED and not incoming):
        return Reading(taken_back=("Call",))
    return Reading(
        (
            Happening(
                occurred_at=row.start_time or row.creation,
                channel=channels.PHONE,
                activity="Call",
                direction=INBOUND if incoming else OUTBOUND,
                doctype="Call Log",
                name=row.name,
                links=tuple(row.links),
            ),
        )
    )


def read_event(row) -> Reading:
    """An appointment with participants whose time has come."""
    if row.status == "Cancelled":
        return Reading(taken_back=("Call", "Meeting", "Sent"))
    channel = channels.channel_of_event(row.event_category)
    activity = {channels.PHONE: "Call", channels.EMAIL: "Sent"}.get(channel, "Meeting")
    return Reading(
        (
            Happening(
                occurred_at=row.starts_on,
                channel=channel,
                activity=activity,
                direction=OUTBOUND,
                doctype="Event",
                name=row.name,
                links=tuple(row.links),
            ),
        )
    )


def read_visit(row) -> Reading:
    """A submitted maintenance visit; a cancelled one never took place."""
    if row.docstatus == 2:
        return Reading(taken_back=("Visit",))
    return Reading(
        (
            Happening(
                occurred_at=row.visited_at,
                channel=channels.VISIT,
                activity="Visit",
                direction=OUTBOUND,
                doctype="Maintenance Visit",
                name=row.name,
                links=tuple(row.links),
                company=row.company,
            ),
        )
    )


def read_page_view(row) -> Reading:
    """A page opened through a campaign's link by a visitor who has made himself known by an enquiry."""
    return Reading(
        (
            Happening(
                occurred_at=row.creation,
                channel=channels.channel_of_utm_medium(row.medium),
                activity="Page View",
                direction=INBOUND,
                doctype="Web Page View",
                name=row.name,
                links=tuple(row.links),
                utm_source=row.source,
                utm_medium=row.medium,
                utm_campaign=row.campaign,
            ),
        )
    )


def _joined(lead: str | None, contact: str | None, customer: str | None, known: Acquaintance) -> Who:
    """Lead and customer belong together where the customer was made of the lead."""
    if customer and not lead:
        lead = known.lead_of_customer.get(customer)
    elif lead and not customer:
        customer = known.customer_of_lead.get(lead)
    return Who(lead, contact, customer)
