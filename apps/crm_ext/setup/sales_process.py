"""The first sales process of a site, over the sales stages that ERPNext made. It goes with its doctype."""

from __future__ import annotations

from crm_ext.sales_process.flow import definitions


def create(arguments: dict | None = None) -> None:
    """Called by the installation and, on a site that is set up later, by the setup wizard with its arguments."""
    definitions.create_default()
