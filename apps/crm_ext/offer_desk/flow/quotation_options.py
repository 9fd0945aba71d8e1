"""Options and alternatives of a quotation: priced with it, weighed before they are taken, and carried into the order.

Every price, tax and total is ERPNext's own: options are priced as lines beside the quotation's lines, a preview is the
order that would be made, calculated and thrown away.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import add_days, flt, getdate

from crm_ext import erpnext_port as port
from crm_ext.offer_desk.flow import option_sentences as sentences
from crm_ext.offer_desk.flow import promises, revisions
from crm_ext.offer_desk.queries import quotation_options as queries
from crm_ext.offer_desk.rules import quotation_options as rules
from crm_ext.shared.money import to_decimal
from crm_ext.shared.results import Refusal


@dataclass(frozen=True)
class PreviewLine:
    """A line of the order that would be made. `key` names the row of the quotation: a line or an option."""

    key: str
    kind: str
    item_code: str
    item_name: str
    quantity: Decimal
    unit: str
    rate: Decimal
    amount: Decimal
    promise_date: date | None


@dataclass(frozen=True)
class PreviewTax:
    """A tax or charge of the order that would be made."""

    description: str
    amount: Decimal


@dataclass(frozen=True)
class PreviewPayment:
    """A payment that would fall due."""

    description: str
    due_date: date | None
    amount: Decimal


@dataclass(frozen=True)
class Preview:
    """The order that would be made of an offer; amounts in `currency`.

    promise_date: the day on which everything can be there; None where any line has no date.
    payable: what the customer pays, rounded where the site rounds totals.
    """

    quotation: str
    currency: str
    lines: tuple[PreviewLine, ...]
    taxes: tuple[PreviewTax, ...]
    payments: tuple[PreviewPayment, ...]
    total: Decimal
    discount: Decimal
    net_total: Decimal
    tax_total: Decimal
    grand_total: Decimal
    payable: Decimal
    promise_date: date | None


# Pricing with the quotation


def price_options(quotation: Document) -> None:
    """Rates and amounts of the options, each as if it were a line of this quotation. Free where there are none."""
    options = quotation.get("quotation_options")
    if not options:
        return
    for option in options:
        refusal = rules.quantity_refusal(option.qty)
        if refusal is not None:
            frappe.throw(sentences.of_quantity(refusal, option.idx), title=_("Options for the Customer"))
    _drop_rates_typed_without_right(quotation)
    for option, line in zip(
        options, port.price_as_lines(quotation, [_as_line(row) for row in options]), strict=True
    ):
        _take_over(option, line)
    port.require_whole_units(quotation, "Quotation Option")


def _as_line(option: Document) -> dict:
    line = {
        "item_code": option.item_code,
        "qty": option.qty,
        "uom": option.uom,
        "description": option.description,
    }
    if option.is_rate_typed:
        line["rate"] = option.rate or 0
    return line


def _take_over(option: Document, line: Document) -> None:
    for field in ("uom", "conversion_factor", "stock_uom", "price_list_rate", "rate", "amount"):
        option.set(field, line.get(field))
    option.item_name = option.item_name or line.item_name
    option.description = option.description or line.description


def _drop_rates_typed_without_right(quotation: Document) -> None:
    """Who may not type rates into lines may not type them into options; what somebody with the right typed stands."""
    typed = [option for option in quotation.quotation_options if option.is_rate_typed]
    if not typed or _may_type_rates(quotation):
        return
    saved = quotation.get_doc_before_save()
    before = {row.name: row for row in saved.quotation_options} if saved else {}
    for option in typed:
        stored = before.get(option.name)
        option.is_rate_typed = bool(stored and stored.is_rate_typed)
        if option.is_rate_typed:
            option.rate = stored.rate


def _may_type_rates(quotation: Document) -> bool:
    if quotation.flags.ignore_permissions:
        return True
    rate = frappe.get_meta("Quotation Item").get_field("rate")
    return quotation.has_permlevel_access_to("rate", rate, "write")


def require_prices(quotation: Document) -> None:
    """An offer does not go out with an option that costs nothing only because nobody has priced it."""
    for option in quotation.get("quotation_options") or ():
        if not option.rate and not option.is_rate_typed:
            frappe.throw(
                _("Option {0}: {1} has no price in {2}. Add an Item Price or type the rate.").format(
                    option.idx, option.item_code, quotation.selling_price_list
                ),
                title=_("Options for the Customer"),
            )


def print_readably(quotation: Document) -> None:
    """ERPNext's print formats show the options under a heading of their own and say that the total is without them."""
    if quotation.get("quotation_options"):
        templates = quotation.get("print_templates") or {}
        quotation.print_templates = {
            **templates,
            "quotation_options": "templates/offer_desk/printed_options.html",
        }


# The order that a choice makes


def preview(quotation: str, chosen: Collection[str], alternatives: Collection[str]) -> Preview:
    """What the order would be: lines, taxes, total, payments and promise date; nothing is saved.

    chosen: names of Quotation Option rows; alternatives: names of Quotation Item rows that are alternatives. The caller
    has made sure that the user may read the quotation. Raises a ValidationError that says what to do next.
    """
    offer = frappe.get_doc("Quotation", quotation)
    choice = _choose(offer, chosen, alternatives)
    order = _order_to_be(offer, choice)
    port.settle_totals(order)
    return _as_preview(offer, order)


def make_order(
    quotation: str, chosen: Collection[str], alternatives: Collection[str], ignore_permissions: bool = False
) -> Document:
    """The Sales Order of an offer with what the customer chose: not saved, complete, ready to insert.

    Holds the quotation's row until the transaction ends, so that of two makers the second finds the first one's order.
    Raises a ValidationError that says what to do next where the offer may not be ordered or the choice does not fit.
    ignore_permissions: for a customer at work, who has no right to orders himself and was checked by the caller.
    """
    # Read with locks: what the transaction saw of the quotation before it had the lock may be old.
    offer = frappe.get_doc("Quotation", quotation, for_update=True)
    refusal = rules.order_refusal(standing(offer), getdate())
    if refusal is not None:
        frappe.throw(sentences.of_standing(refusal), title=_("Order"))
    choice = _choose(offer, chosen, alternatives)
    # As the caller decided, see above.
    order = _mapped(offer, choice, ignore_permissions=ignore_permissions)
    _require_still_open(offer, order)
    _date_deliveries(order)
    return order


def _require_still_open(offer: Document, order: Document) -> None:
    """ERPNext's mapping reads what was ordered without a lock; where another order came in between, nothing is made."""
    still_open = {row.name: flt(row.qty) - flt(row.ordered_qty) for row in offer.items}
    if any(flt(row.qty) > still_open[row.quotation_item] for row in order.items if row.quotation_item):
        frappe.throw(sentences.of_choice(rules.refuse("choice_not_offered")), title=_("Order"))


def standing(offer: Document) -> rules.Standing:
    """What decides whether the offer may still be ordered."""
    draft = queries.order_of(offer.name) if offer.docstatus.is_submitted() else None
    done = queries.last_order_of(offer.name) if offer.status == "Ordered" else None
    return rules.Standing(
        is_submitted=offer.docstatus.is_submitted(),
        is_cancelled=offer.docstatus.is_cancelled(),
        status=offer.status,
        valid_until=getdate(offer.valid_till) if offer.valid_till else None,
        superseded_by=None if offer.docstatus.is_submitted() else revisions.current_of(offer.name),
        order=draft or done,
        late_allowed=queries.late_orders_allowed(),
    )


def _choose(offer: Document, chosen: Collection[str], alternatives: Collection[str]) -> rules.Choice:
    lines = [rules.OfferedLine(row.name, row.item_code, bool(row.is_alternative)) for row in offer.items]
    options = [
        rules.OfferedOption(row.name, row.item_code, row.option_group or "", bool(row.is_chosen))
        for row in offer.get("quotation_options") or ()
    ]
    choice = rules.choose(lines, options, chosen, alternatives)
    if isinstance(choice, Refusal):
        frappe.throw(sentences.of_choice(choice), title=_("Options for the Customer"))
    return choice


def _order_to_be(offer: Document, choice: rules.Choice) -> Document:
    """The order in memory, or, for whom ERPNext would first have to make a customer, the quotation with the choice."""
    if offer.docstatus.is_submitted() and queries.customer_of(offer.quotation_to, offer.party_name):
        # Nothing is saved, and the caller has checked that the offer may be read.
        return _mapped(offer, choice, ignore_permissions=True)
    stand_in = frappe.copy_doc(offer, ignore_no_copy=False)
    stand_in.name = offer.name
    kept = set(choice.lines)
    for row, source in zip(list(stand_in.items), offer.items, strict=True):
        row.quotation_item = source.name
        row.is_alternative = 0
        if source.name not in kept:
            stand_in.remove(row)
    stand_in.extend("items", _chosen_options(offer, choice))
    stand_in.run_method("calculate_taxes_and_totals")
    return stand_in


def _mapped(offer: Document, choice: rules.Choice, ignore_permissions: bool) -> Document:
    options = [{**line, "prevdoc_docname": offer.name} for line in _chosen_options(offer, choice)]
    return port.order_from_quotation(offer.name, list(choice.lines), options, ignore_permissions)


def _chosen_options(offer: Document, choice: rules.Choice) -> list[dict]:
    taken = set(choice.options)
    return [_option_as_line(row) for row in offer.get("quotation_options") or () if row.name in taken]


def _option_as_line(option: Document) -> dict:
    """The quoted price stands, as it does for the quotation's lines; a pricing rule still wins, as it does there."""
    fields = (
        "item_code",
        "item_name",
        "description",
        "qty",
        "uom",
        "conversion_factor",
        "price_list_rate",
        "rate",
    )
    line = {field: option.get(field) for field in fields}
    line["quotation_option"] = option.name
    if not option.rate:
        line["discount_percentage"] = 100
    return line


def _date_deliveries(order: Document) -> None:
    """Each line leaves on the day that is promised now.

    Where no day is known the item's own lead time serves, as in ERPNext; such a line carries no promise date.
    """
    promised = promises.promise_document(order)
    start = getdate(order.transaction_date)
    for row in order.items:
        promise = promised.get(promises.row_key(row))
        lead_time = frappe.get_cached_value("Item", row.item_code, "lead_time_days") or 0
        row.delivery_date = max(start, promise.day) if promise and promise.day else add_days(start, lead_time)
    order.delivery_date = max((getdate(row.delivery_date) for row in order.items), default=None)


def _as_preview(offer: Document, order: Document) -> Preview:
    promised = promises.promise_document(order)
    alternatives = {row.name for row in offer.items if row.is_alternative}
    lines = tuple(
        _preview_line(row, alternatives, promised.get(promises.row_key(row))) for row in order.items
    )
    days = [line.promise_date for line in lines]
    return Preview(
        quotation=offer.name,
        currency=order.currency,
        lines=lines,
        taxes=tuple(
            PreviewTax(row.description, to_decimal(row.tax_amount_after_discount_amount))
            for row in order.taxes
        ),
        payments=tuple(_preview_payment(row) for row in order.payment_schedule),
        total=to_decimal(order.total),
        discount=to_decimal(order.discount_amount),
        net_total=to_decimal(order.net_total),
        tax_total=to_decimal(order.total_taxes_and_charges),
        grand_total=to_decimal(order.grand_total),
        payable=to_decimal(order.rounded_total or order.grand_total),
        promise_date=max(days) if days and all(days) else None,
    )


def _preview_line(row: Document, alternatives: set[str], promise: promises.Promise | None) -> PreviewLine:
    option, line = row.get("quotation_option"), row.get("quotation_item")
    return PreviewLine(
        key=option or line or "",
        kind="option" if option else "alternative" if line in alternatives else "line",
        item_code=row.item_code,
        item_name=row.item_name,
        quantity=to_decimal(row.qty),
        unit=row.uom,
        rate=to_decimal(row.rate),
        amount=to_decimal(row.amount),
        promise_date=promise.day if promise else None,
    )


def _preview_payment(row: Document) -> PreviewPayment:
    return PreviewPayment(
        description=row.description or row.payment_term or "",
        due_date=getdate(row.due_date) if row.due_date else None,
        amount=to_decimal(row.payment_amount),
    )


# What was chosen


def note_chosen(order: Document) -> None:
    """Mark the options that submitted orders took; an order that was cancelled gives them back. Free without options."""
    rows = [row for row in order.items if row.get("quotation_option")]
    if not rows:
        return
    options = sorted({row.quotation_option for row in rows})
    taken = queries.options_in_orders(sorted({row.prevdoc_docname for row in rows}), options)
    for option in options:
        frappe.db.set_value(
            "Quotation Option", option, "is_chosen", int(option in taken), update_modified=False
        )
