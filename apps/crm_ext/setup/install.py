"""What an installation adds to a site. `uninstall.py` takes away exactly the same, from the same constants."""

from __future__ import annotations

from crm_ext.setup import (
    contact_index,
    custom_fields,
    equipment_index,
    ledger_link,
    marketing_channels,
    permissions,
    roles,
    sales_process,
    trail_indexes,
)


def before_install() -> None:
    """What must be known of the site before the app's doctypes arrive."""
    roles.note_existing()


def after_install() -> None:
    """Set up what migrations cannot."""
    roles.create()
    permissions.create()
    ledger_link.create()
    marketing_channels.create()
    trail_indexes.create()
    equipment_index.create()
    contact_index.create()
    sales_process.create()
    custom_fields.create()
