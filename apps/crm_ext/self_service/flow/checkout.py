"""From the cart to one sales order, whatever is clicked twice, lost on the line or killed in the middle.

The cart is the key: its row is locked, and it becomes one order. All of it happens in one transaction: either the order
is there with its reservation and its requests, or the cart is as it was. Locks are taken in the order cart, order
number, stock, which is also the order of the desk's own documents.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate

from crm_ext import erpnext_port
from crm_ext.offer_desk.flow import promises, stock_holds
from crm_ext.offer_desk.rules.promises import Ask, Promise
from crm_ext.self_service.flow import carts, letters
from crm_ext.self_service.flow.service import as_service
from crm_ext.self_service.flow.shop import Shop, settings
from crm_ext.self_service.queries import carts as queries
from crm_ext.self_service.rules.checkout import (
    Checkout,
    Need,
    check,
    has_moved,
    is_past_limit,
    last_day,
    shortages,
)
from crm_ext.shared.money import to_decimal
from crm_ext.shared.results import Refusal, refuse

PORTAL_ORDER = "Shopping Cart"
# A promise that rests on these is kept by what is there or under way; anything else has to be bought or made.
_COVERED_BY = ("in_stock", "supply", "service")


@dataclass(frozen=True)
class Seen:
    """What the customer was shown for the whole order, as the browser tells it: only compared, never believed.

    total: with taxes, in the order's currency, None where nothing is to be compared.
    """

    day: date | None = None
    total: Decimal | None = None


@dataclass(frozen=True)
class Placed:
    """is_waiting: the order is a draft that the sales desk has to look at; is_again: it had been placed before."""

    order: str
    is_waiting: bool = False
    is_again: bool = False


def place(
    shop: Shop,
    cart: str | None,
    seen: Seen,
    checkpoint: Callable[[], None] | None = None,
) -> Placed | Refusal:
    """Order what is in the cart; called twice with the same cart it gives the same order.

    Where the goods cost something else or come later than the customer saw, nothing is ordered and the customer asked.
    checkpoint: called first; by default it commits, so that what is read under the locks is what others committed.
    """
    (checkpoint or _begin_anew)()
    found = queries.locked_cart(cart) if cart else None
    if not found or not _is_own(found, shop):
        return refuse("cart_unknown")
    if found.sales_order:
        return Placed(found.sales_order, found.status == carts.WAITING, is_again=True)
    if found.status != carts.OPEN:
        return refuse("cart_unknown")
    document = frappe.get_doc("Portal Cart", found.name)
    view = carts.view(shop, document)
    objection = _objection(shop, view)
    if objection is not None:
        return objection
    if seen.total is not None and seen.total != carts.total_of(view.order):
        return refuse("total_changed", total=carts.total_of(view.order), order_currency=view.order.currency)
    return _place(shop, document, view.order, seen.day)


def _place(shop: Shop, cart: Document, order: Document, seen: date | None) -> Placed | Refusal:
    frappe.db.savepoint("portal_order")
    try:
        # The guard of the door has said for which customer this login acts; prices and totals are ERPNext's.
        order.insert(ignore_permissions=True)
    except frappe.ValidationError as error:
        frappe.db.rollback(save_point="portal_order")
        _tell_of_failure(shop, cart, error)
        return refuse("not_taken")
    stock_holds.lock_stock(_stock_of(order))
    dated = promises.promise_document(order)
    day = last_day(promise.day for promise in dated.values())
    if has_moved(seen, day):
        frappe.db.rollback(save_point="portal_order")
        return refuse("date_moved", day=day) if day else refuse("date_lost")
    _write_dates(order, dated, shop.today)
    if cart.note:
        order.add_comment("Comment", frappe.utils.escape_html(cart.note))
    # An order waits for the desk until it is submitted, see order_submitted.
    frappe.db.set_value(
        "Portal Cart", cart.name, {"status": carts.WAITING, "sales_order": order.name, "open_key": None}
    )
    reason = _submit(order)
    if reason:
        letters.tell_desk(_keeper(shop.customer), "Sales Order", order.name, reason)
    return Placed(order.name, is_waiting=bool(reason))


def _submit(order: Document) -> str:
    """Submit the order unless ERPNext's credit limit or one of its checks stands in the way; then says why, for the desk."""
    order.save(ignore_permissions=True)  # the guard of the door has said for which customer this login acts
    limit, outstanding = erpnext_port.credit_for_order(order.customer, order.company)
    if is_past_limit(limit, outstanding, to_decimal(order.base_grand_total)):
        return _("Order {0} from the portal takes {1} beyond the credit limit. Please decide and submit it.").format(
            order.name, order.customer_name
        )
    frappe.db.savepoint("portal_submit")
    try:
        order.submit()
    except frappe.ValidationError as error:
        frappe.db.rollback(save_point="portal_submit")
        _forget_messages()
        return _("Order {0} from the portal could not be submitted: {1}").format(
            order.name, frappe.utils.strip_html(str(error))
        )
    return ""


def order_submitted(order: Document) -> None:
    """What a portal order leads to, be it submitted by the checkout or by the desk: reservation and requests."""
    if order.order_type != PORTAL_ORDER:
        return
    with as_service():
        stock_holds.reserve_order(order.name)
        requests = _request_missing(order) if settings().request_missing_goods else {}
    frappe.db.set_value("Portal Cart", {"sales_order": order.name}, {"status": carts.ORDERED, **requests})


def order_cancelled(order: Document) -> None:
    """Take back the requests of a cancelled portal order, as far as nothing was ordered from them yet."""
    if order.order_type != PORTAL_ORDER:
        return
    cart = queries.cart_of_order(order.name)
    names = [name for name in (cart.purchase_request, cart.manufacture_request) if name] if cart else []
    if not names:
        return
    with as_service():
        for name in queries.live_requests(names):
            frappe.get_doc("Material Request", name).cancel()


def order_deleted(order: Document) -> None:
    """A draft that the desk threw away leaves an emptied cart behind."""
    if order.order_type == PORTAL_ORDER:
        frappe.db.set_value(
            "Portal Cart", {"sales_order": order.name}, {"sales_order": None, "status": carts.EMPTIED}
        )


def _begin_anew() -> None:
    """End the transaction, and read in the next one what is committed at each moment.

    A transaction of the usual kind would still see, after waiting for another buyer's lock, the stock of before.
    """
    frappe.db.sql("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED")
    # What the customer wrote into the cart is kept, whatever becomes of the order.
    frappe.db.commit()
    frappe.db.sql("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ")


def _is_own(cart: frappe._dict, shop: Shop) -> bool:
    return (cart.customer, cart.company, cart.user) == (shop.customer, shop.company, shop.user)


def _objection(shop: Shop, view: carts.CartView) -> Refusal | None:
    customer = queries.customer_state(shop.customer)
    cart = view.cart
    return check(
        Checkout(
            lines=len(view.lines),
            unpriced=view.unpriced,
            gone=view.gone,
            net_total=to_decimal(view.order.base_net_total) if view.order else Decimal(0),
            least_amount=to_decimal(settings().minimum_order_amount),
            is_disabled=bool(customer.disabled),
            is_frozen=bool(customer.is_frozen),
            wish=getdate(cart.delivery_date) if cart.delivery_date else None,
            today=shop.today,
        )
    )


def _stock_of(order: Document) -> set[tuple[str, str]]:
    rows = [*order.items, *(order.get("packed_items") or ())]
    return {(row.item_code, row.warehouse) for row in rows if row.warehouse}


def _write_dates(order: Document, dated: dict[str, Promise], today: date) -> None:
    """The confirmed day of each line: when it can leave, or when it is wished, whichever is later."""
    for row in order.items:
        promised = dated[promises.row_key(row)].day
        row.delivery_date = max(getdate(row.delivery_date), promised or today)
    order.delivery_date = max(getdate(row.delivery_date) for row in order.items)


def _request_missing(order: Document) -> dict[str, str]:
    """Material requests for what neither stands in stock nor is under way: one to buy, one to make."""
    parts = order.get("packed_items") or ()
    bundles = {part.parent_detail_docname for part in parts}
    rows = [row for row in order.items if row.name not in bundles and not row.delivered_by_supplier]
    kinds = queries.request_types({row.item_code for row in (*rows, *parts)})
    needs = [Need(row.name, row.item_code, to_decimal(row.stock_qty), kinds.get(row.item_code, "")) for row in rows]
    needs += [Need(part.name, part.item_code, to_decimal(part.qty), kinds.get(part.item_code, "")) for part in parts]
    needs = [need for need in needs if need.item_code in kinds]
    covered = _covered(order, needs, {row.name: row.warehouse for row in (*rows, *parts)})
    fields = {}
    for kind, missing in shortages(needs, covered).items():
        request = erpnext_port.material_request_for(
            order.name, kind, {row: float(qty) for row, qty in missing.items()}
        )
        if request.items:
            request.insert().submit()
            fields["manufacture_request" if kind == "Manufacture" else "purchase_request"] = request.name
    return fields


def _covered(order: Document, needs: list[Need], warehouses: dict[str, str | None]) -> dict[str, Decimal]:
    asks = [Ask(need.row, need.item_code, need.qty, warehouses[need.row]) for need in needs]
    found = promises.promise(asks, company=order.company, own=("Sales Order", order.name))
    return {need.row: _covered_by(found[need.row], need.qty) for need in needs}


def _covered_by(promise: Promise, qty: Decimal) -> Decimal:
    """As much as comes before the day on which newly bought or made goods would be there."""
    if promise.cause.code in _COVERED_BY:
        return qty
    sooner = (
        arrival.qty for arrival in promise.schedule if promise.day is None or arrival.day < promise.day
    )
    return min(qty, sum(sooner, Decimal(0)))


def _keeper(customer: str) -> str:
    """Who looks after orders that need a hand; a task of somebody who has left goes to the administrator."""
    return queries.customer_state(customer).account_manager or settings().order_desk or "Administrator"


def _tell_of_failure(shop: Shop, cart: Document, error: Exception) -> None:
    """ERPNext's own words go to the desk: they may name costs, which a customer must not read."""
    _forget_messages()
    reason = _("The cart of {0} could not become an order: {1}").format(
        shop.customer, frappe.utils.strip_html(str(error))
    )
    letters.tell_desk(_keeper(shop.customer), "Portal Cart", cart.name, reason)


def _forget_messages() -> None:
    frappe.local.message_log = []
