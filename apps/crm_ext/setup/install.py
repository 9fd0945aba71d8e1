"""What an installation adds to a site. `uninstall.py` takes away exactly the same, from the same constants."""

from __future__ import annotations


def after_install() -> None:
    """Set up what migrations cannot."""
