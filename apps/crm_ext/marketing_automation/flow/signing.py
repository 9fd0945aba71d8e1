"""Signatures that only this site can make, for links and forms that strangers bring back."""

from __future__ import annotations

import hmac
import secrets
from hashlib import sha256

import frappe
from frappe.utils.password import get_encryption_key


def signature(purpose: str, *parts: str) -> str:
    """40 hexadecimal digits for these words in this order; every purpose has a key of its own."""
    key = hmac.new(get_encryption_key().encode(), f"crm_ext {purpose}".encode(), sha256).digest()
    return hmac.new(key, "\x1f".join(parts).encode(), sha256).hexdigest()[:40]


def is_signed(given: str | None, purpose: str, *parts: str) -> bool:
    return hmac.compare_digest((given or "").encode(), signature(purpose, *parts).encode())


def form_token() -> str:
    """Says when a form was opened, and tells one opening from another."""
    opened = f"{int(_seconds())}.{secrets.token_hex(6)}"
    return f"{opened}.{signature('enquiry form', opened)}"


def seconds_since_opening(token: str | None) -> float | None:
    """None where the token is none of ours."""
    opened, _dot, given = (token or "").rpartition(".")
    if not is_signed(given, "enquiry form", opened):
        return None
    return _seconds() - int(opened.split(".")[0])


def _seconds() -> float:
    return frappe.utils.now_datetime().timestamp()
