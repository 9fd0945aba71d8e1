"""What a touchpoint is: one contact between the company and a lead, contact or customer, and what makes two the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from hashlib import blake2b

from crm_ext.shared.results import Refusal, refuse

INBOUND, OUTBOUND = "Inbound", "Outbound"
DIRECTIONS = (INBOUND, OUTBOUND)
ACTIVITIES = (
    "Enquiry",
    "Lead Created",
    "Sent",
    "Received",
    "Opened",
    "Clicked",
    "Call",
    "Visit",
    "Meeting",
    "Viewed",
    "Page View",
    "Other",
)
# What the customer does with something already paid for, or by own effort: the channel's cost is not counted again.
FREE_ACTIVITIES = frozenset({"Received", "Opened", "Clicked", "Viewed", "Page View"})
# Length of a Data or Link column.
TEXT_LENGTH = 140


@dataclass(frozen=True, slots=True)
class Touch:
    """One touch, as `flow.touchpoints.record` takes it.

    occurred_at: site time, without a time zone.
    cost: in the currency of `company`; None takes the channel's cost per touch (nothing for FREE_ACTIVITIES).
    company: None takes the default company.
    occasion: tells apart touches of one activity on one reference (views on several days, clicks on several links).
    """

    occurred_at: datetime
    channel: str
    activity: str = "Other"
    direction: str = INBOUND
    lead: str | None = None
    contact: str | None = None
    customer: str | None = None
    campaign: str | None = None
    company: str | None = None
    cost: Decimal | None = None
    reference_doctype: str | None = None
    reference_name: str | None = None
    occasion: str | None = None
    utm_source: str | None = None
    utm_medium: str | None = None
    utm_campaign: str | None = None
    utm_content: str | None = None

    @property
    def party(self) -> tuple[str, str] | None:
        """Whom the touch counts for: the lead, else the customer, else the contact.

        A contact stands for its lead or customer, so that one letter to two people of a firm is one touch of the firm;
        and the lead goes before the customer, so that a touch read again after the lead became a customer is the same.
        """
        for doctype, name in (("Lead", self.lead), ("Customer", self.customer), ("Contact", self.contact)):
            if name:
                return doctype, name
        return None

    @property
    def key(self) -> str:
        """Digest of what makes the touch this one and no other (32 hexadecimal digits): the record's name.

        Without a reference the moment, channel and campaign tell touches apart.
        """
        if self.reference_name or self.occasion:
            discriminator = (self.reference_doctype, self.reference_name, self.occasion)
        else:
            discriminator = (self.occurred_at.isoformat(), self.channel, self.campaign)
        parts = (self.activity, *(self.party or ()), *discriminator)
        return blake2b("\x1f".join(part or "" for part in parts).encode(), digest_size=16).hexdigest()


def problem_of(touch: Touch) -> Refusal | None:
    """Why a touch cannot be recorded, or None."""
    if touch.party is None:
        return refuse("touch_without_party", activity=touch.activity)
    if not touch.channel:
        return refuse("touch_without_channel", activity=touch.activity)
    if not isinstance(touch.occurred_at, datetime) or touch.occurred_at.tzinfo is not None:
        return refuse("touch_without_site_time", occurred_at=touch.occurred_at)
    if touch.activity not in ACTIVITIES:
        return refuse("activity_unknown", activity=touch.activity, known=ACTIVITIES)
    if touch.direction not in DIRECTIONS:
        return refuse("direction_unknown", direction=touch.direction, known=DIRECTIONS)
    if bool(touch.reference_doctype) != bool(touch.reference_name):
        return refuse("reference_incomplete", doctype=touch.reference_doctype, name=touch.reference_name)
    if touch.cost is not None and touch.cost < 0:
        return refuse("cost_negative", cost=touch.cost)
    texts = (touch.occasion, touch.utm_source, touch.utm_medium, touch.utm_campaign, touch.utm_content)
    too_long = next((text for text in texts if text and len(text) > TEXT_LENGTH), None)
    if too_long:
        return refuse("text_too_long", text=too_long[:40], limit=TEXT_LENGTH)
    return None


@dataclass(frozen=True, slots=True)
class ChannelPrice:
    """What one touch on a channel costs, in which currency; a disabled channel records nothing new."""

    enabled: bool
    cost: Decimal
    currency: str


def cost_in(price: ChannelPrice, currency: str, rates: dict[tuple[str, str], Decimal]) -> Decimal:
    """The channel's cost per touch in another currency; zero where no rate from one to the other is known."""
    if price.currency == currency or not price.cost:
        return price.cost
    return price.cost * rates.get((price.currency, currency), Decimal(0))
