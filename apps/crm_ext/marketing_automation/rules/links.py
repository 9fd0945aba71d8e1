"""Links in e-mails that tell when they are followed: what they carry, and who follows links without being a reader."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import blake2b
from urllib.parse import urlsplit

from crm_ext.shared.results import Refusal, refuse

_LONGEST = 2000
# Mail scanners, link previews and crawlers fetch every link of a letter; none of them is the recipient.
_MACHINES = re.compile(
    r"bot|crawl|spider|slurp|preview|scan|fetch|monitor|curl|wget|python|java/|go-http|headless|proofpoint|mimecast"
    r"|barracuda|safelinks|facebookexternalhit|whatsapp|telegram|slack|skype|discord|bingpreview|google-read-aloud",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class TrackedLink:
    """A link in a letter about a document (a lead, contact, customer, quotation …), perhaps for a campaign."""

    url: str
    doctype: str
    name: str
    campaign: str = ""

    @property
    def parts(self) -> tuple[str, ...]:
        return (self.url, self.doctype, self.name, self.campaign)

    @property
    def occasion(self) -> str:
        """Tells the links of one letter apart; the campaign belongs to it."""
        return blake2b(f"{self.url}\x1f{self.campaign}".encode(), digest_size=16).hexdigest()


def checked(link: TrackedLink) -> TrackedLink | Refusal:
    """Only addresses of the web are followed: no scripts, no files, no addresses without a host."""
    address = urlsplit(link.url)
    if address.scheme not in ("http", "https") or not address.netloc or len(link.url) > _LONGEST:
        return refuse("not_a_web_address", url=link.url[:80])
    return link


def is_a_reader(method: str, user_agent: str | None, purpose: str | None) -> bool:
    """Whether a request is a person's click: not a probe, not a prefetch, not a machine."""
    if method != "GET" or not (user_agent or "").strip():
        return False
    return "prefetch" not in (purpose or "").lower() and not _MACHINES.search(user_agent)
