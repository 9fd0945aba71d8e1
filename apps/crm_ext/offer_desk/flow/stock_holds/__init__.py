"""Holds on stock: made by a quotation, extended, released, taken over, ended by time, turned into an order's own.

Every change of a hold happens under the lock of the stock rows it touches (`locks.lock_stock`), and the locks are always
taken in the order quotation, stock rows, holds: parallel changes wait for each other and never for a circle.
"""

from crm_ext.offer_desk.flow.stock_holds.conversion import (
    convert_for_order,
    guard_reservation,
    reserve_order,
    restore_for_order,
)
from crm_ext.offer_desk.flow.stock_holds.ending import (
    expire_due,
    forget_offer,
    reconcile,
    release_cancelled,
    release_offer,
    release_when_lost,
    warn_owners,
)
from crm_ext.offer_desk.flow.stock_holds.holding import (
    HoldResult,
    extend,
    hold,
    hold_submitted,
    release,
    take_over,
)
from crm_ext.offer_desk.flow.stock_holds.locks import lock_stock

__all__ = [
    "HoldResult",
    "convert_for_order",
    "expire_due",
    "extend",
    "forget_offer",
    "guard_reservation",
    "hold",
    "hold_submitted",
    "lock_stock",
    "reconcile",
    "release",
    "release_cancelled",
    "release_offer",
    "release_when_lost",
    "reserve_order",
    "restore_for_order",
    "take_over",
    "warn_owners",
]
