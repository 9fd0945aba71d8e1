"""A payment gateway as the payments app brings them: a controller that is called, and calls back.

The app itself is not needed: that it is there and its one function are stood in for, and everything else is ERPNext's
and ours. Processes that a test starts bring it with `install()`, too.
"""

from __future__ import annotations

import sys
from types import ModuleType

import frappe
import makers
import pytest

from crm_ext import erpnext_port


class Controller:
    """asked: what it was asked to collect. host: where its pages are."""

    def __init__(self, host: str):
        self.asked: list[dict] = []
        self.host = host

    def validate_transaction_currency(self, currency: str) -> None:
        assert currency in ("USD", "EUR")

    def get_payment_url(self, **values) -> str:
        self.asked.append(values)
        return f"{self.host}/pay/{values['order_id']}"


def install(patch: pytest.MonkeyPatch | None = None, host: str = "https://gateway.example") -> Controller:
    """The app and its controller, until `patch` is undone; for good in a process of its own."""
    patch, controller = patch or pytest.MonkeyPatch(), Controller(host)
    utils = ModuleType("payments.utils")
    utils.get_payment_gateway_controller = lambda name: controller
    patch.setitem(sys.modules, "payments", ModuleType("payments"))
    patch.setitem(sys.modules, "payments.utils", utils)
    patch.setattr(erpnext_port, "has_gateways", lambda: True)
    return controller


def account(ledger: str | None = None, currency: str = "USD"):
    """A Payment Gateway Account of the company."""
    made = frappe.get_doc(
        {
            "doctype": "Payment Gateway Account",
            "name": f"Test Gateway {frappe.generate_hash(length=5)}",
            "payment_gateway": "Test Gateway",
            "payment_account": ledger or makers.account("Asset", "Bank"),
            "company": makers.company(),
            "currency": currency,
        }
    )
    # The doctype that the gateway's name links to comes with the payments app.
    made.db_insert()
    return made
