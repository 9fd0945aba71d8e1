"""What every page of the portal is given: who is here, the way around, words and figures as the reader writes them."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import frappe
from frappe import _
from frappe.sessions import get_csrf_token
from frappe.utils import flt, fmt_money, format_datetime, formatdate, get_datetime, getdate, strip_html
from frappe.utils.jinja_globals import is_rtl

from crm_ext.marketing_automation.flow import signing
from crm_ext.self_service.flow.identity import Acting, acting
from crm_ext.self_service.queries import identity as queries
from crm_ext.shared.calendars import format_jalali
from crm_ext.shared.text import to_persian_digits

_SAYING = "crm_ext_saying"
_SAYING_SECONDS = 300


def page(context: Any, title: str, active: str, here: Acting | None = None) -> Acting | None:
    """Fill the context of a portal page; called first by every page's get_context, after its guard.

    title: translated; active: the word of `navigation` that is lit, "" for none; here: from the guard, if not the
    login's own choice. Gives back who is here, None on pages that need no login.
    """
    context.no_cache = 1
    context.title = title
    context.active = active
    context.here = here = here or acting()
    context.language = frappe.local.lang
    context.direction = "rtl" if is_rtl() else "ltr"
    context.navigation = navigation() if here else ()
    context.way_back = _way_back(active) if here else None
    context.csrf_token = get_csrf_token() if frappe.session.user != "Guest" else ""
    context.one_time_key = frappe.generate_hash(length=20)
    context.saying = _last_saying()
    context.house = _house(here)
    context.support = queries.settings()
    context.update(formats())
    return here


def take_form(context: Any, act: Callable[[], str | None], address: str) -> None:
    """What a page does with a form that was sent to it; called before the page is filled.

    act: does what the pressed button asks for, and gives the sentence that the page at `address` shows next; None where
    this page is only shown again. What act refuses stands on this page as `problem`, beside what was typed.
    """
    context.problem, context.typed = None, frappe.form_dict
    if frappe.request.method != "POST":
        return
    try:
        saying = act()
    except frappe.DoesNotExistError:
        raise
    except frappe.ValidationError as refused:
        frappe.db.rollback()
        context.problem = strip_html(str(refused))
    else:
        if saying:
            go(address, saying)


def navigation() -> tuple[dict[str, str], ...]:
    """The portal's pages, first in the order of a purchase and then of what comes after it: {key, label, route}."""
    return (
        {"key": "home", "label": _("Overview"), "route": "/portal"},
        {"key": "catalogue", "label": _("Catalogue"), "route": "/portal/catalogue"},
        {"key": "cart", "label": _("Cart"), "route": "/portal/cart"},
        {"key": "quotations", "label": _("Quotations"), "route": "/portal/quotations"},
        {"key": "orders", "label": _("Orders"), "route": "/portal/orders"},
        {"key": "invoices", "label": _("Invoices"), "route": "/portal/invoices"},
        {"key": "statement", "label": _("Statement"), "route": "/portal/statement"},
        {"key": "equipment", "label": _("My equipment"), "route": "/portal/equipment"},
        {"key": "contracts", "label": _("Contracts"), "route": "/portal/contracts"},
        {"key": "service", "label": _("Service"), "route": "/portal/service"},
    )


def formats() -> dict[str, Callable[..., str]]:
    """Functions for templates, by their names: those below, from money to route."""
    return {
        "money": money,
        "number": number,
        "day": day,
        "moment": moment,
        "clock": clock,
        "times": times,
        "listed": listed,
        "route": route,
    }


def money(amount: Any, currency: str | None = None) -> str:
    """With the currency's sign, in the reader's digits; empty for None."""
    return "" if amount is None else _digits(fmt_money(flt(amount), currency=currency))


def number(value: Any) -> str:
    """A quantity without needless zeros: '2.5', '12', '1,200'."""
    if value is None:
        return ""
    text = f"{flt(value, 6):,.6f}".rstrip("0").rstrip(".")
    return _digits(text)


def day(value: date | datetime | str | None) -> str:
    """Jalali for readers of Persian, else in the site's format; empty for None."""
    if not value:
        return ""
    return format_jalali(getdate(value)) if _is_persian() else formatdate(value)


def moment(value: datetime | str | None) -> str:
    """A day with the time of day in the site's time zone."""
    if not value:
        return ""
    if _is_persian():
        at = get_datetime(value)
        return f"{format_jalali(at)} {to_persian_digits(f'{at:%H:%M}')}"
    return format_datetime(value, "medium")


def window(start: datetime | str | None, end: datetime | str | None) -> str:
    """A day with two times of it, in the site's time zone: '2026-11-22, 08:00–10:00'."""
    if not start or not end:
        return moment(start)
    return listed(day(start), times(start, end))


def times(start: datetime | str, end: datetime | str) -> str:
    """Two times of one day: '08:00–10:00'; in words where a dash would be read in either direction."""
    return _("{0}–{1}").format(clock(start), clock(end))


def listed(*words: str) -> str:
    """The words with the reader's commas between them, without those that are empty."""
    return _(", ").join(word for word in words if word)


def clock(value: datetime | str | None) -> str:
    """The time of day alone, in the site's time zone: '08:00'."""
    return _digits(f"{get_datetime(value):%H:%M}") if value else ""


def route(*parts: str) -> str:
    """An address of these words; names of documents may hold any sign."""
    return "/" + "/".join(quote(str(part), safe="") for part in parts)


def go(address: str, saying: str | None = None, is_bad: bool = False) -> None:
    """After a POST: the browser asks for the next page with GET, so that reloading it sends nothing twice.

    saying: a translated sentence that the next page shows once.
    """
    if saying:
        _say(saying, is_bad)
    frappe.flags.redirect_location = address
    raise frappe.Redirect(303)


def leave(address: str, page: str) -> None:
    """After a POST: to another application of this site at once; to other sites by the link that `page` now shows.

    Browsers do not follow a form to other sites: `form-action` of the content security policy.
    """
    is_here = urlsplit(address).netloc in ("", frappe.request.host)
    go(address if is_here else page)


def _say(text: str, is_bad: bool) -> None:
    kept = urlsafe_b64encode(json.dumps([text, is_bad]).encode()).decode()
    frappe.local.cookie_manager.set_cookie(
        _SAYING, f"{kept}.{signing.signature(_SAYING, kept)}", httponly=True, max_age=_SAYING_SECONDS
    )


def _last_saying() -> dict[str, Any] | None:
    """{text, is_bad} from the page before; shown once. Signed, so that nobody puts words into our mouth."""
    kept, _dot, given = unquote(frappe.request.cookies.get(_SAYING) or "").rpartition(".")
    if not kept:
        return None
    frappe.local.cookie_manager.delete_cookie(_SAYING)
    if not signing.is_signed(given, _SAYING, kept):
        return None
    text, is_bad = json.loads(urlsafe_b64decode(kept))
    return {"text": text, "is_bad": is_bad}


def _way_back(active: str) -> dict[str, str] | None:
    """The list of which this page shows one; None for the lists themselves."""
    entry = next((entry for entry in navigation() if entry["key"] == active), None)
    return entry if entry and entry["route"] != frappe.request.path.rstrip("/") else None


def _house(here: Acting | None) -> str:
    """The name above the page."""
    return (here and here.company) or queries.settings().company or frappe.db.get_default("company") or ""


def _is_persian() -> bool:
    return (frappe.local.lang or "").startswith("fa")


def _digits(text: str) -> str:
    return to_persian_digits(text) if _is_persian() else text
