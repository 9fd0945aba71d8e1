"""How the screens of the guides are opened, and what none of them may show."""

from __future__ import annotations

import re


def newest(site, doctype: str, **filters) -> str | None:
    return next(iter(site.get_all(doctype, filters, pluck="name", order_by="creation desc", limit=1)), None)


def go(page, *route: str) -> None:
    page.evaluate("route => frappe.set_route(route)", list(route))


def open_form(page, doctype: str, name: str) -> None:
    go(page, "Form", doctype, name)
    page.wait_for_function("name => window.cur_frm?.docname === name && !cur_frm.is_new()", arg=name)
    settle(page)


def settle(page) -> None:
    page.wait_for_function("() => frappe.request.ajax_count === 0 && !document.querySelector('.skeleton:not(.hide)')")
    page.wait_for_timeout(600)  # transitions of the desk


def open_workspace(page, slug: str) -> None:
    go(page, slug)
    page.wait_for_selector(".number-widget-box:visible .number")
    settle(page)
    page.wait_for_timeout(1_500)  # charts grow


def errors_of(page) -> list[str]:
    """Without the complaints of Frappe's charts, which draw themselves once more after one has left their page."""
    return [error for error in page.console_errors if not re.match(r"Error: <\w+> attribute", error)]
