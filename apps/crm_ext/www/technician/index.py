"""The technician's page: a frame without data that scripts fill from what is kept on the phone."""

from __future__ import annotations

from typing import Any

from frappe import _

from crm_ext.api.guards import require_technician
from crm_ext.field_service.flow import technician_page
from crm_ext.self_service.flow import pages


def get_context(context: Any) -> None:
    require_technician()
    pages.page(context, _("My Jobs"), "")
    # The frame is kept on the phone: nobody's name, nobody's key.
    context.navigation, context.here, context.csrf_token = (), None, ""
    context.words = technician_page.words()
