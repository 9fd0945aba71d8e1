"""Recording touchpoints: many at once, each once only, never changed afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import islice

import frappe
from frappe import _
from frappe.model.document import Document

from crm_ext.marketing_automation.queries import channels
from crm_ext.marketing_automation.rules.touchpoints import (
    FREE_ACTIVITIES,
    ChannelPrice,
    Touch,
    cost_in,
    problem_of,
)
from crm_ext.shared.money import rounded, to_decimal
from crm_ext.shared.results import Refusal

TOUCHPOINT = "Touchpoint"
TOUCH_FIELDS = tuple(Touch.__dataclass_fields__)
_COLUMNS = ("name", "owner", "creation", "modified", "modified_by", *TOUCH_FIELDS)
_CHUNK = 1000
_COST_PRECISION = 9  # what a Currency column holds


def record(touches: Iterable[Touch]) -> int:
    """Write touches and return how many were new; those that are there already stay as they are.

    Touches on a disabled channel are left out. The first touch that cannot be one stops everything with a sentence.
    Takes a constant number of queries for every 1,000 touches; the caller's transaction decides about the commit.
    """
    price_list = PriceList()
    recorded = 0
    pending = iter(touches)
    while chunk := list(islice(pending, _CHUNK)):
        recorded += _insert([touch for touch in map(price_list.priced, chunk) if touch])
    return recorded


def complete(document: Document) -> None:
    """Give a Touchpoint that is being inserted as a document the values and the name that `record` would give it."""
    touch = PriceList().priced(_touch_of(document))
    if touch is None:
        frappe.throw(
            _(
                "The channel {0} is switched off. Enable it in the Marketing Channel, or choose another channel."
            ).format(document.channel)
        )
    document.update({field: getattr(touch, field) for field in TOUCH_FIELDS})
    document.name = touch.key


def withdraw(doctype: str, names: Sequence[str], activities: Sequence[str] | None = None) -> None:
    """Take back touches of documents that turned out not to have happened: cancelled visits, bounced e-mails."""
    if names:
        of_them = {"reference_doctype": doctype, "reference_name": ("in", list(names))}
        frappe.db.delete(TOUCHPOINT, of_them | ({"activity": ("in", list(activities))} if activities else {}))


def forget_party(doctype: str, name: str) -> None:
    """Let go of a deleted lead, contact or customer: touches that concern nobody else go with it."""
    field = doctype.lower()
    others = [other for other in ("lead", "contact", "customer") if other != field]
    frappe.db.delete(TOUCHPOINT, {field: name, **{other: ("is", "not set") for other in others}})
    frappe.db.set_value(TOUCHPOINT, {field: name}, field, None, update_modified=False)
    frappe.db.set_value("Enquiry", {field: name}, field, None, update_modified=False)


def refuse_deletion_of_campaign(campaign: str) -> None:
    """What a campaign did stays told, although Frappe is asked not to count touchpoints as links."""
    if frappe.db.exists(TOUCHPOINT, {"campaign": campaign}):
        frappe.throw(
            _(
                "Touchpoints tell of the campaign {0}, so it cannot be deleted. It can be merged into another one."
            ).format(campaign),
            frappe.LinkExistsError,
        )


def refuse_change() -> None:
    frappe.throw(_("A touchpoint says what happened and is never changed. Record a new one instead."))


def refuse_deletion_unless_administered() -> None:
    if "System Manager" not in frappe.get_roles():
        frappe.throw(
            _("Touchpoints are kept. Ask a System Manager if this one must be deleted."),
            frappe.PermissionError,
        )


class PriceList:
    """What touches cost, read once for a run."""

    def __init__(self) -> None:
        self._prices = {
            row.name: ChannelPrice(bool(row.enabled), to_decimal(row.cost_per_touch), row.currency)
            for row in channels.channels()
        }
        self._company = channels.default_company()
        self._currencies = channels.company_currencies()
        foreign = {price.currency for price in self._prices.values() if price.cost} - set(
            self._currencies.values()
        )
        self._rates = channels.latest_rates() if foreign or len(set(self._currencies.values())) > 1 else {}

    def priced(self, touch: Touch) -> Touch | None:
        """The touch with company and cost; None where its channel is switched off."""
        if (problem := problem_of(touch)) is not None:  # a refusal is falsy
            frappe.throw(_sentence(problem))
        price = self._prices.get(touch.channel)
        if price is None:
            frappe.throw(
                _("There is no Marketing Channel {0}. Create it, or choose one of: {1}.").format(
                    touch.channel, ", ".join(self._prices)
                )
            )
        if not price.enabled:
            return None
        company = touch.company or self._company
        cost = touch.cost
        if cost is None and touch.activity in FREE_ACTIVITIES:
            cost = Decimal(0)
        elif cost is None:
            cost = cost_in(price, self._currencies.get(company, price.currency), self._rates)
        return replace(touch, company=company, cost=rounded(cost, _COST_PRECISION))


def _insert(touches: list[Touch]) -> int:
    """One statement; rows in the order of their key, so that two writers never wait for each other in a circle."""
    if not touches:
        return 0
    now, user = frappe.utils.now(), frappe.session.user
    rows = sorted(_row(touch, user, now) for touch in {touch.key: touch for touch in touches}.values())
    columns = ", ".join(f"`{column}`" for column in _COLUMNS)
    one_row = "(" + ", ".join(["%s"] * len(_COLUMNS)) + ")"
    # Unlike INSERT IGNORE this keeps silent about the key only, and not about values that do not fit.
    frappe.db.sql(
        f"INSERT INTO `tab{TOUCHPOINT}` ({columns}) VALUES {', '.join([one_row] * len(rows))}"
        " ON DUPLICATE KEY UPDATE name = `tabTouchpoint`.name",
        list(_flat(rows)),
    )
    return frappe.db._cursor.rowcount


def _row(touch: Touch, user: str, now: str) -> tuple:
    return (touch.key, user, now, now, user, *(getattr(touch, field) for field in TOUCH_FIELDS))


def _flat(rows: list[tuple]) -> Iterator:
    for row in rows:
        yield from row


def _touch_of(document: Document) -> Touch:
    values = {field: document.get(field) or None for field in TOUCH_FIELDS}
    values["occurred_at"] = frappe.utils.get_datetime(values["occurred_at"])
    values["cost"] = to_decimal(values["cost"]) if values["cost"] else None
    return Touch(**values)


def _sentence(problem: Refusal) -> str:
    values = problem.values
    sentences = {
        "touch_without_party": lambda: _(
            "Choose the lead, contact or customer whom the touchpoint concerns."
        ),
        "touch_without_channel": lambda: _("Choose the channel on which the touchpoint took place."),
        "touch_without_site_time": lambda: _(
            "Give the moment of the touchpoint as date and time of the site, not {0}."
        ).format(values["occurred_at"]),
        "activity_unknown": lambda: _("{0} is no activity of a touchpoint. Use one of: {1}.").format(
            values["activity"], ", ".join(values["known"])
        ),
        "direction_unknown": lambda: _("{0} is no direction of a touchpoint. Use one of: {1}.").format(
            values["direction"], ", ".join(values["known"])
        ),
        "reference_incomplete": lambda: _("Give both the type and the name of the reference, or neither."),
        "cost_negative": lambda: _("The cost of a touchpoint cannot be negative: {0}.").format(
            values["cost"]
        ),
        "text_too_long": lambda: _("{0} … is longer than {1} characters. Shorten it.").format(
            values["text"], values["limit"]
        ),
    }
    return sentences[problem.code]()
