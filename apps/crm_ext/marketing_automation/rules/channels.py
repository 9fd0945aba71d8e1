"""The channels that the app itself records on, and which one a thing from elsewhere belongs to."""

from __future__ import annotations

EMAIL, PHONE, VISIT, EVENT, WEB = "Email", "Phone Call", "Visit", "Event", "Web"
SOCIAL, SMS, POST, PARTNER, ADVERTISEMENT, OTHER = (
    "Social",
    "SMS",
    "Post",
    "Partner",
    "Advertisement",
    "Other",
)

# Name -> who usually starts.
STANDARD_CHANNELS = {
    EMAIL: "Both",
    PHONE: "Both",
    VISIT: "Both",
    EVENT: "Outbound",
    WEB: "Inbound",
    SOCIAL: "Both",
    SMS: "Outbound",
    POST: "Outbound",
    PARTNER: "Inbound",
    ADVERTISEMENT: "Outbound",
    OTHER: "Both",
}

_BY_MEDIUM = {
    "Email": EMAIL,
    "Phone": PHONE,
    "SMS": SMS,
    "Chat": SOCIAL,
    "Event": EVENT,
    "Meeting": VISIT,
    "Visit": VISIT,
}
_BY_EVENT_CATEGORY = {"Call": PHONE, "Meeting": VISIT, "Sent/Received Email": EMAIL}
# ERPNext's own lead sources.
_BY_LEAD_SOURCE = {
    "advertisement": ADVERTISEMENT,
    "campaign": ADVERTISEMENT,
    "cold calling": PHONE,
    "customer's vendor": PARTNER,
    "exhibition": EVENT,
    "existing customer": OTHER,
    "mass mailing": EMAIL,
    "reference": PARTNER,
    "supplier reference": PARTNER,
    "walk in": VISIT,
    "website": WEB,
}
# The words that advertisers put into utm_medium.
_BY_UTM_MEDIUM = {
    "email": EMAIL,
    "e-mail": EMAIL,
    "newsletter": EMAIL,
    "sms": SMS,
    "social": SOCIAL,
    "social-media": SOCIAL,
    "paid-social": SOCIAL,
    "cpc": ADVERTISEMENT,
    "ppc": ADVERTISEMENT,
    "cpm": ADVERTISEMENT,
    "paid": ADVERTISEMENT,
    "paidsearch": ADVERTISEMENT,
    "display": ADVERTISEMENT,
    "banner": ADVERTISEMENT,
    "print": ADVERTISEMENT,
    "affiliate": PARTNER,
    "referral": PARTNER,
    "partner": PARTNER,
    "post": POST,
    "mail": POST,
    "event": EVENT,
    "offline": EVENT,
}


def channel_of_communication(medium: str | None) -> str:
    """For Communication.communication_medium; e-mail clients leave it empty."""
    return _BY_MEDIUM.get(medium, OTHER) if medium else EMAIL


def channel_of_event(category: str | None) -> str:
    return _BY_EVENT_CATEGORY.get(category, EVENT)


def channel_of_lead_source(source: str | None) -> str:
    return _BY_LEAD_SOURCE.get((source or "").strip().casefold(), OTHER)


def channel_of_utm_medium(medium: str | None) -> str:
    return _BY_UTM_MEDIUM.get((medium or "").strip().casefold().replace("_", "-").replace(" ", "-"), WEB)
