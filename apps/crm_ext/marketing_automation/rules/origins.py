"""Where a customer came from. The first touch stays with the customer, whatever later documents say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class FirstTouch:
    occurred_at: datetime
    channel: str | None
    campaign: str | None


@dataclass(frozen=True, slots=True)
class LeadFacts:
    name: str
    created_at: datetime
    campaign: str | None
    source: str | None


@dataclass(frozen=True, slots=True)
class FirstInvoice:
    posted_at: datetime
    campaign: str | None


@dataclass(frozen=True, slots=True)
class Origin:
    customer: str
    first_touch_at: datetime
    channel: str | None = None
    campaign: str | None = None
    source: str | None = None
    lead: str | None = None


def origin_of(
    customer: str,
    first: FirstTouch | None,
    first_with_campaign: FirstTouch | None,
    lead: LeadFacts | None,
    invoice: FirstInvoice | None,
) -> Origin | None:
    """The origin that the facts speak for, or None where they say nothing.

    Moment and channel are those of the earliest touch. The campaign is that of the earliest touch that had one, else
    the lead's, else the first invoice's. The touches given must not be later than the day of the first invoice: a
    campaign that reaches somebody who buys already did not bring him.
    """
    campaigns = (first_with_campaign, lead, invoice)
    campaign = next((fact.campaign for fact in campaigns if fact and fact.campaign), None)
    source = lead.source if lead else None
    if not (first or campaign or source):
        return None
    if first:
        moment = first.occurred_at
    else:
        moment = lead.created_at if lead else invoice.posted_at
    return Origin(
        customer, moment, first.channel if first else None, campaign, source, lead.name if lead else None
    )


def settled(standing: Origin | None, found: Origin) -> Origin | None:
    """What is to be written, or None where the origin stands.

    An earlier touch that was found late moves the origin; what was missing may be added; nothing is taken away, and a
    later first touch (the earlier one having been taken back) changes nothing.
    """
    if standing is None:
        return found
    if found.first_touch_at > standing.first_touch_at:
        return None
    merged = Origin(
        customer=standing.customer,
        first_touch_at=found.first_touch_at,
        channel=found.channel or standing.channel,
        campaign=found.campaign or standing.campaign,
        source=standing.source or found.source,
        lead=standing.lead or found.lead,
    )
    return merged if merged != standing else None
