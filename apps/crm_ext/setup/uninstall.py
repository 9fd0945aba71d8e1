"""Leaves the site as it was before the app came."""

from __future__ import annotations


def before_uninstall() -> None:
    """Take away what Frappe's own removal of doctypes and modules does not know of."""


def after_uninstall() -> None:
    """Drop what can only go once the app's doctypes are gone."""
