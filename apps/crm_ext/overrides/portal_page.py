"""Shows the portal's pages: an entry of Frappe's hook `page_renderer`.

Frappe's own renderer computes menus, metatags and settings of the website for each page, compiles each template anew
and does not escape. Pages of the portal are documents of their own: compiled once, escaped by default, never cached,
with a content security policy, and with one answer for "not there" and "not yours".
"""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import quote

import frappe
from frappe import _
from frappe.utils import strip_html
from frappe.website.page_renderers.base_renderer import BaseRenderer
from frappe.website.page_renderers.redirect_page import RedirectPage
from jinja2 import Environment, StrictUndefined
from werkzeug.wrappers import Response

from crm_ext.self_service.flow import pages

_ADDRESS = re.compile(r"(portal|offer|visit|solved|technician)/[a-z_]+")
# Where a site may have pages of its own beside ours.
_SHARED = ("offer/", "visit/", "solved/", "technician/")
_INDEXES = ("portal", "technician")
_WWW = Path(frappe.get_app_path("crm_ext", "www"))
_NOTICE = "templates/self_service/notice.html"
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: https:; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; frame-ancestors 'self'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store, private",
    # The address of an offer is its key: it is told to nobody.
    "Referrer-Policy": "no-referrer",
}


class PortalPage(BaseRenderer):
    """A page below /portal, /technician or of a link: `www/<path>.py` gives its context, `www/<path>.html` its form."""

    def __init__(self, path: str | None = None, http_status_code: int | None = None) -> None:
        super().__init__(path, http_status_code)
        self.page = f"{self.path}/index" if self.path in _INDEXES else self.path

    def can_render(self) -> bool:
        """Everything below /portal is ours, found or not; elsewhere, where a site may have pages, what we have."""
        return self.page.startswith("portal/") or (self.page.startswith(_SHARED) and self._is_there())

    def render(self) -> Response:
        try:
            return self._answer(*self._page())
        except frappe.Redirect as redirect:
            return RedirectPage(self.path, redirect.http_status_code).render()
        except frappe.PermissionError as refused:
            return self._refused(refused)
        except frappe.DoesNotExistError as missing:
            return self._notice(404, _("Not Found"), strip_html(str(missing)) or _("There is no such page."))
        except frappe.RateLimitExceededError as refused:
            return self._notice(429, _("Please wait a moment"), strip_html(str(refused)))
        except frappe.ValidationError as refused:
            return self._notice(417, _("This did not work"), strip_html(str(refused)))
        except Exception:
            frappe.db.rollback()
            frappe.log_error("A page of the customer portal could not be shown")
            return self._notice(
                500, _("Something went wrong"), _("We have been told. Please try again later.")
            )

    def _page(self) -> tuple[str, Any]:
        """Template and context. Writes of a page that fails are undone by whoever catches the exception."""
        if not self._is_there():
            raise frappe.DoesNotExistError
        context = frappe._dict(path=self.path)
        module = import_module("crm_ext.www." + self.page.replace("/", "."))
        module.get_context(context)
        self.http_status_code = context.http_status_code or self.http_status_code
        return f"crm_ext/www/{self.page}.html", context

    def _is_there(self) -> bool:
        return bool(_ADDRESS.fullmatch(self.page)) and (_WWW / f"{self.page}.html").is_file()

    def _refused(self, refused: Exception) -> Response:
        """Guests are shown the door, and come back to where they wanted to go; others are told why."""
        frappe.db.rollback()
        if frappe.session.user == "Guest":
            wanted = frappe.request.full_path if frappe.request.method == "GET" else "/portal"
            frappe.flags.redirect_location = f"/login?redirect-to={quote(wanted.rstrip('?'))}"
            return RedirectPage(self.path, 302).render()
        return self._notice(403, _("No Entry"), strip_html(str(refused)))

    def _notice(self, status: int, title: str, text: str) -> Response:
        frappe.db.rollback()
        self.http_status_code = status
        context = frappe._dict(path=self.path, text=text)
        pages.page(context, title, "")
        return self._answer(_NOTICE, context)

    def _answer(self, template: str, context: Any) -> Response:
        html = _environment(frappe.local.site).get_template(template).render(context)
        self.headers = _HEADERS
        return self.build_response(html)


@lru_cache(maxsize=32)
def _environment(site: str) -> Environment:
    """One for each site of the process, since apps that change the templates are installed for each site."""
    environment = Environment(
        loader=frappe.get_jloader(),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=bool(frappe.conf.developer_mode),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["_"] = frappe._
    return environment
