"""What every page of the portal is given: who is here, the way around, words and figures as the reader writes them."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import frappe
from frappe import _
from frappe.sessions import get_csrf_token
from frappe.utils import strip_html
from frappe.utils.jinja_globals import is_rtl

from crm_ext.crm_ext_core.flow import spelling
from crm_ext.marketing_automation.flow import signing
from crm_ext.self_service.flow.identity import Acting, acting
from crm_ext.self_service.queries import identity as queries

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
    """Functions for templates, by their names: how days, amounts and addresses are written."""
    written = (
        spelling.money,
        spelling.number,
        spelling.day,
        spelling.moment,
        spelling.clock,
        spelling.times,
        spelling.listed,
        route,
    )
    return {function.__name__: function for function in written}


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
