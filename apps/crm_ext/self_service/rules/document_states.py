"""What state an order or invoice is in for the customer, and what is the next step. Codes; words are made by the pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

InvoiceState = Literal[
    "credit_note", "paid", "transfer_reported", "disputed", "promised", "overdue", "part_paid", "open"
]
OrderState = Literal["on_hold", "closed", "completed", "late", "to_deliver", "to_pay"]


@dataclass(frozen=True)
class InvoiceFacts:
    """outstanding and total: in the currency of the receivable account and of the document; only their signs count."""

    outstanding: Decimal
    is_partly_met: bool
    is_return: bool
    due: date
    has_report: bool = False
    has_dispute: bool = False
    has_promise: bool = False


def invoice_state(facts: InvoiceFacts, today: date) -> InvoiceState:
    """The one word that matters most: what is being done about the invoice comes before how late it is."""
    if facts.is_return:
        return "credit_note"
    if facts.outstanding <= 0:
        return "paid"
    if facts.has_report:
        return "transfer_reported"
    if facts.has_dispute:
        return "disputed"
    if facts.has_promise:
        return "promised"
    if facts.due < today:
        return "overdue"
    return "part_paid" if facts.is_partly_met else "open"


def order_state(status: str, delivered_percent: Decimal, delivery: date | None, today: date) -> OrderState:
    """From ERPNext's status and percentage; late where goods are missing after the agreed day."""
    if status == "On Hold":
        return "on_hold"
    if status == "Closed":
        return "closed"
    if status == "Completed":
        return "completed"
    if delivered_percent < 100 and status != "To Bill":
        return "late" if delivery and delivery < today else "to_deliver"
    return "to_pay"
