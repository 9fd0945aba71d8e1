"""Words of the catalogue and of an order's way, in the language of the reader."""

from __future__ import annotations

from frappe import _

from crm_ext.crm_ext_core.flow import spelling
from crm_ext.self_service.rules.catalogue import StockSaying
from crm_ext.self_service.rules.order_steps import Step


def stock(saying: StockSaying, unit: str) -> dict[str, str]:
    """{words, kind}: kind is the colour of the badge, which says nothing that the words do not say."""
    if saying.code == "in_stock":
        return {"words": _("In stock"), "kind": "good"}
    if saying.code == "few":
        return {"words": _("Few left"), "kind": "warn"}
    if saying.code == "number":
        return {"words": _("{0} {1} in stock").format(spelling.number(saying.qty), _(unit)), "kind": "good"}
    if saying.code == "from_day":
        return {"words": _("From {0}").format(spelling.day(saying.day)), "kind": "plain"}
    if saying.code == "service":
        return {"words": _("Available"), "kind": "good"}
    return {"words": _("Date on request"), "kind": "plain"}


def sorts() -> tuple[tuple[str, str], ...]:
    return (("name", _("Name")), ("code", _("Item Code")), ("newest", _("Newest first")))


def step(one: Step) -> str:
    """The name of a step of an order's way."""
    words = {
        "ordered": _("Ordered"),
        "confirmed": _("Day confirmed"),
        "reserved": _("Goods reserved"),
        "made": _("Being made"),
        "purchased": _("Being purchased"),
        "picked": _("Picked"),
        "shipped": _("Shipped"),
        "invoiced": _("Invoiced"),
        "paid": _("Paid"),
        "closed": _("Closed"),
        "cancelled": _("Cancelled"),
    }
    if one.code in ("made", "purchased") and one.state == "done":
        return _("Made") if one.code == "made" else _("Purchased")
    return _("{0} in part").format(words[one.code]) if one.is_partly and one.code in (
        "shipped", "invoiced", "paid"
    ) else words[one.code]  # fmt: skip


def state(one: Step) -> str:
    """What the sign before a step means, for those who do not see it."""
    return {"done": _("done"), "current": _("next"), "open": _("open")}[one.state]
