"""Pages of the website as they are shown."""

from __future__ import annotations

from typing import Any

from crm_ext.marketing_automation.flow import views


def update_website_context(context: Any) -> None:
    """Called for every page once its own permission check is passed; only a quotation's page is looked at further."""
    views.page_shown(context)
