"""The only importer of erpnext. What the app needs of ERPNext's engines, under names of this app.

Functions are thin: they call ERPNext's own engine and give back plain values, so that prices, taxes, stock, credit
and ledgers are made there and never beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any

import frappe
from erpnext.accounts.doctype.accounting_dimension.accounting_dimension import (
    get_doctypes_with_dimensions,
    make_dimension_in_accounting_doctypes,
)
from erpnext.selling.doctype.customer.customer import get_credit_limit, get_customer_outstanding
from erpnext.setup.doctype.transaction_deletion_record.transaction_deletion_record import (
    is_deletion_doc_running,
)
from frappe import _
from frappe.model.document import Document
from frappe.utils import flt

# Accounting dimensions


def doctypes_with_dimensions() -> list[str]:
    """Every doctype that carries accounting dimensions, those of other apps included."""
    return get_doctypes_with_dimensions()


def dimension_name(document_type: str) -> str | None:
    """The site's Accounting Dimension for a doctype."""
    return frappe.db.get_value("Accounting Dimension", {"document_type": document_type})


def dimension_field(document_type: str) -> str | None:
    """The fieldname by which ledger rows name records of this doctype; None where it is no dimension."""
    return frappe.db.get_value("Accounting Dimension", {"document_type": document_type}, "fieldname")


def make_accounting_dimension(document_type: str, fieldname: str) -> None:
    """The dimension with its fields on every doctype that lacks them, when this returns and not in a later job.

    ERPNext's after_insert leaves the fields to a background job. A job that waits while the app is removed again would
    put the fields back, so the record is written without it and ERPNext's own maker is called here.
    """
    existing = dimension_name(document_type)
    if existing:
        dimension = frappe.get_doc("Accounting Dimension", existing)
    else:
        dimension = frappe.new_doc("Accounting Dimension", document_type=document_type, fieldname=fieldname)
        dimension.run_method("before_insert")
        dimension.set_new_name()
        dimension.run_method("validate")
        dimension.db_insert()
    make_dimension_in_accounting_doctypes(dimension)
    forget_cached_dimensions()


def forget_cached_dimensions() -> None:
    """ERPNext keeps the list of dimensions for the length of a request."""
    frappe.flags.accounting_dimensions = None
    frappe.flags.accounting_dimensions_details = None


def budget_options_of_plain_erpnext() -> str:
    """What a budget can be set against where no dimension was ever made, in the spelling of a property setter."""
    return "\nCost Center\nProject"


# Customer credit


def customer_credit(customer: str, company: str) -> dict[str, float]:
    """Credit limit (0: none) and outstanding amount in company currency, as ERPNext weighs them on a sales order.

    Orders not billed yet count as outstanding, except for customers whose orders ERPNext lets past the limit.
    """
    bypassed = frappe.db.get_value(
        "Customer Credit Limit",
        {"parent": customer, "parenttype": "Customer", "company": company},
        "bypass_credit_limit_check",
    )
    return {
        "limit": get_credit_limit(customer, company),
        "outstanding": get_customer_outstanding(customer, company, ignore_outstanding_sales_order=bool(bypassed)),
    }


# Documents made from documents

# What ERPNext's own "Create" buttons call, by (from, to). "… return" is the credit note or the goods that come back.
DOCUMENT_MAKERS = {
    ("Lead", "Opportunity"): "erpnext.crm.doctype.lead.lead.make_opportunity",
    ("Lead", "Customer"): "erpnext.crm.doctype.lead.lead.make_customer",
    ("Opportunity", "Quotation"): "erpnext.crm.doctype.opportunity.opportunity.make_quotation",
    # The button's own function refuses what has expired by today's date; orders of the past are made by the one below it.
    ("Quotation", "Sales Order"): "erpnext.selling.doctype.quotation.quotation._make_sales_order",
    ("Sales Order", "Delivery Note"): "erpnext.selling.doctype.sales_order.sales_order.make_delivery_note",
    ("Delivery Note", "Sales Invoice"): "erpnext.stock.doctype.delivery_note.delivery_note.make_sales_invoice",
    ("Delivery Note", "Delivery Note return"): "erpnext.stock.doctype.delivery_note.delivery_note.make_sales_return",
    ("Sales Invoice", "Sales Invoice return"): "erpnext.accounts.doctype.sales_invoice.sales_invoice.make_sales_return",
    ("Purchase Order", "Purchase Receipt"): "erpnext.buying.doctype.purchase_order.purchase_order.make_purchase_receipt",
    ("Purchase Receipt", "Purchase Invoice"): (
        "erpnext.stock.doctype.purchase_receipt.purchase_receipt.make_purchase_invoice"
    ),
}


def make_from(doctype: str, name: str, target: str) -> Document:
    """The next document of a chain, not yet saved, as ERPNext's own button makes it."""
    return frappe.get_attr(DOCUMENT_MAKERS[doctype, target])(name)


def payment_for(doctype: str, name: str, bank_account: str, amount: float) -> Document:
    """A payment entry, not yet saved, of `amount` (currency of the party's account) for an order or invoice."""
    from erpnext.accounts.doctype.payment_entry.payment_entry import get_payment_entry

    return get_payment_entry(doctype, name, party_amount=amount, bank_account=bank_account)


def price_of(item_code: str, price_list: str, day: str) -> float:
    """Price of one stock unit in the price list's currency on a day; 0 where there is none."""
    from erpnext.stock.get_item_details import get_item_price

    unit = frappe.get_cached_value("Item", item_code, "stock_uom")
    found = get_item_price(
        {"price_list": price_list, "uom": unit, "transaction_date": day, "customer": None, "supplier": None}, item_code
    )
    return found[0][1] if found else 0.0


# Companies


def require_company_not_being_deleted(company: str | None) -> None:
    """Raises while ERPNext deletes the transactions of the company."""
    is_deletion_doc_running(company, _("Import the leads when the deletion is done."))


# Ledger reports


def trial_balance(company: str, start: date, end: date) -> dict[str, tuple[float, float]]:
    """Debit and credit of the period by account, leaves and groups, from ERPNext's own Trial Balance.

    The report knows one fiscal year at a time; a longer period is the sum of its years.
    """
    from erpnext.accounts.report.trial_balance.trial_balance import execute

    movements: dict[str, tuple[float, float]] = {}
    years = frappe.get_all(
        "Fiscal Year",
        filters={"year_start_date": ("<=", end), "year_end_date": (">=", start)},
        fields=["name", "year_start_date", "year_end_date"],
        order_by="year_start_date",
    )
    for year in years:
        filters = frappe._dict(company=company, fiscal_year=year.name)
        filters.update(from_date=max(start, year.year_start_date), to_date=min(end, year.year_end_date))
        for row in execute(filters)[1] or ():
            if row.get("account"):
                debit, credit = movements.get(row["account"], (0.0, 0.0))
                movements[row["account"]] = (debit + row["debit"], credit + row["credit"])
    return movements


def exchange_rate(source: str, target: str, day: date) -> float:
    """How much of the target currency one of the source was worth, by ERPNext's own search of rates; 0: unknown."""
    from erpnext.setup.utils import get_exchange_rate

    return get_exchange_rate(source, target, day) or 0.0


def campaign_efficiency(start: date, end: date) -> list[dict]:
    """Rows of ERPNext's own report on campaigns: what ours is measured against."""
    from erpnext.crm.report.campaign_efficiency.campaign_efficiency import execute

    return execute(frappe._dict(from_date=start, to_date=end))[1]


def profitability_by_dimension(company: str, document_type: str, start: str, end: str) -> list[dict]:
    """Rows of ERPNext's Profitability Analysis by an accounting dimension: what ours is measured against."""
    from erpnext.accounts.report.profitability_analysis.profitability_analysis import execute

    filters = {
        "company": company,
        "based_on": "Accounting Dimension",
        "accounting_dimension": document_type,
        "from_date": start,
        "to_date": end,
        "fiscal_year": frappe.db.get_value("Fiscal Year", {"year_start_date": ("<=", end), "year_end_date": (">=", end)}),
    }
    return execute(frappe._dict(filters))[1]


# Quotations and the orders made of them


def price_as_lines(quotation: Document, rows: list[dict]) -> list[Document]:
    """Quotation Item rows, not saved, as ERPNext prices each of `rows` beside the quotation's own lines.

    A row gives item_code, qty and uom; one with a `rate` keeps it as a rate typed into a line would be kept: pricing
    rules that apply still win. Amounts are in the quotation's currency. Each row costs what a line costs ERPNext.
    """
    from erpnext.stock.get_item_details import get_item_details

    scratch = _header_alone(quotation)
    header = {name: scratch.get(name) for name in scratch.meta.get_valid_columns()}
    header["document_type"] = "Quotation Item"
    if quotation.quotation_to == "Customer":
        header["customer"] = quotation.party_name
    lines = [line for line in quotation.items if not line.is_alternative]
    priced = []
    for row in rows:
        scratch.items = list(lines)
        line = scratch.append("items", row)
        asked = {**header, **line.as_dict(), "doctype": "Quotation", "name": quotation.name}
        asked |= {"child_doctype": line.doctype, "child_docname": line.name}
        details = get_item_details(frappe._dict(asked), scratch, overwrite_warehouse=False)
        keep_rate = row.get("rate") is not None
        line.update(
            {
                name: value
                for name, value in details.items()
                if line.meta.has_field(name) and not (keep_rate and name == "rate") and name != "qty"
            }
        )
        if keep_rate and not line.rate:
            line.discount_percentage = 100
        if details.get("pricing_rules"):
            scratch.apply_pricing_rule_on_items(line, details)
        priced.append(line)
    scratch.items = priced
    scratch.calculate_taxes_and_totals()
    return priced


def _header_alone(quotation: Document) -> Document:
    """A quotation in memory with the same customer, currency, price list and day, but no tax, discount or line."""
    scratch = frappe.new_doc("Quotation")
    scratch.update({name: quotation.get(name) for name in quotation.meta.get_valid_columns()})
    whole_document = ("taxes_and_charges", "shipping_rule", "additional_discount_percentage", "discount_amount")
    scratch.update({**dict.fromkeys(whole_document), "taxes": [], "payment_schedule": []})
    return scratch


def order_from_quotation(
    quotation: str, lines: list[str], further: list[dict], ignore_permissions: bool
) -> Document:
    """The sales order that ERPNext maps from these lines of a submitted quotation, not saved, with further lines after them.

    A lead or prospect who is no customer yet becomes one, as with ERPNext's own button.
    """
    from erpnext.selling.doctype.quotation.quotation import _make_sales_order

    order = frappe.new_doc("Sales Order")
    # Before the mapping, which then completes, prices and taxes all of them in one go.
    added = [order.append("items", line) for line in further]

    before = frappe.flags.get("args") or frappe._dict()
    # The dialog of the quotation hands its selection over in this flag.
    frappe.flags.args = frappe._dict(selected_items=[{"name": name} for name in lines])
    try:
        order = _make_sales_order(
            quotation,
            order,
            # Decided by the caller, who knows whether a customer is at work who has no right to orders himself.
            ignore_permissions=ignore_permissions,
            args={"filtered_children": lines},
        )
    finally:
        frappe.flags.args = before
    order.items = [line for line in order.items if line not in added] + added
    for place, line in enumerate(order.items, start=1):
        line.idx = place
    return order


def complete(document: Document) -> None:
    """Defaults, pricing rules, taxes and totals after lines were added, as saving the document finds them again."""
    document.run_method("set_missing_values")
    document.run_method("calculate_taxes_and_totals")


def settle_totals(document: Document) -> None:
    """What ERPNext's validation of a selling document still does to its totals: rules on the whole, payment terms."""
    from erpnext.accounts.doctype.pricing_rule.utils import apply_pricing_rule_on_transaction

    if not document.ignore_pricing_rule:
        apply_pricing_rule_on_transaction(document)
    document.set_payment_schedule()


def require_whole_units(document: Document, child_doctype: str) -> None:
    """Raises where a row of the document counts in parts what its unit counts in whole pieces."""
    from erpnext.utilities.transaction_base import validate_uom_is_integer

    validate_uom_is_integer(document, "uom", "qty", child_doctype)


# Payments of customers


def has_gateways() -> bool:
    """Whether the app that talks to payment gateways is there; ERPNext itself knows only their accounts."""
    return "payments" in frappe.get_installed_apps()


def gateway_payment_address(payment_gateway: str, **payment: object) -> str:
    """Where a payer pays, from the gateway's own controller; it calls `on_payment_authorized` of the reference document."""
    from payments.utils import get_payment_gateway_controller

    controller = get_payment_gateway_controller(payment_gateway)
    controller.validate_transaction_currency(payment["currency"])
    if hasattr(controller, "validate_minimum_transaction_amount"):
        controller.validate_minimum_transaction_amount(payment["currency"], payment["amount"])
    return controller.get_payment_url(payment_gateway=payment_gateway, **payment)


def request_payment_of_order(order: str, amount: float, gateway_account: str, payer_email: str | None) -> Document:
    """ERPNext's payment request of `amount` (order's currency), submitted, with the address of the gateway; no letter is sent.

    Raises what ERPNext or the gateway's controller has against it.
    """
    from erpnext.accounts.doctype.payment_request.payment_request import make_payment_request

    request = make_payment_request(
        dt="Sales Order",
        dn=order,
        payment_gateway_account=gateway_account,
        recipient_id=payer_email,
        mute_email=1,
        return_doc=1,
    )
    # ERPNext asks for all that is open.
    request.grand_total = amount
    request.save()
    request.submit()
    request.set_payment_request_url()
    return request


def book_payment_request(name: str) -> Document:
    """ERPNext's payment entry of what is open on a payment request, submitted: an advance where it is for an order.

    Where payment terms share out what is paid, ERPNext names all of them; only those that this money meets are kept.
    """
    entry = frappe.get_doc("Payment Request", name, for_update=True).create_payment_entry(submit=False)
    entry.set("references", [row for row in entry.references if row.payment_request])
    return entry.insert().submit()


def receipt_for_invoices(
    first_invoice: str, shares: Sequence[tuple[str, float]], amount: float, bank_account: str | None
) -> Document:
    """A payment entry, not yet saved, of `amount` (currency of the party's account) that meets these sales invoices.

    shares: (invoice, amount); what is beyond their sum stays an advance of the customer. first_invoice names the party
    and its account, also where nothing is open on it any more. Open payment requests of the invoices are met, too.
    """
    from erpnext.accounts.doctype.payment_entry.payment_entry import (
        allocate_open_payment_requests_to_references,
        get_payment_entry,
    )

    receipt = get_payment_entry(
        "Sales Invoice", first_invoice, party_amount=amount, bank_account=bank_account, payment_type="Receive"
    )
    # A discount for early payment belongs to a whole invoice; this is what really came in.
    exchange = receipt.received_amount / receipt.paid_amount if receipt.paid_amount else 1
    receipt.set("deductions", [])
    receipt.set("references", [])
    receipt.paid_amount, receipt.received_amount = amount, amount * exchange
    for invoice, share in shares:
        for reference in _invoice_references(invoice, share):
            receipt.append("references", reference)
    receipt.set_missing_ref_details()
    receipt.set_amounts()
    allocate_open_payment_requests_to_references(receipt.references, receipt.precision("paid_amount"))
    return receipt


def _invoice_references(invoice_name: str, share: float) -> list[dict]:
    """Rows of a payment entry for one invoice: one, or one for each payment term where ERPNext keeps terms apart."""
    from erpnext.accounts.doctype.payment_entry.payment_entry import get_reference_as_per_payment_terms

    invoice = frappe.get_doc("Sales Invoice", invoice_name)
    by_terms = invoice.payment_terms_template and frappe.get_cached_value(
        "Payment Terms Template", invoice.payment_terms_template, "allocate_payment_based_on_payment_terms"
    )
    if not by_terms:
        return [{"reference_doctype": "Sales Invoice", "reference_name": invoice_name, "allocated_amount": share}]
    references, left = [], share
    for reference in get_reference_as_per_payment_terms(
        invoice.payment_schedule,
        "Sales Invoice",
        invoice_name,
        invoice,
        share,
        invoice.outstanding_amount,
        invoice.party_account_currency,
    ):
        allocated = min(reference["allocated_amount"], left)
        if allocated > 0:
            references.append({**reference, "allocated_amount": allocated})
            left = flt(left - allocated, invoice.precision("outstanding_amount"))
    return references


# Orders of the portal


def portal_order(
    customer: str, company: str, day: date, lines: list[dict], **values: str | date | None
) -> Document:
    """A sales order, not saved, as ERPNext fills and reckons it: currency, prices, rules, taxes, shipping, addresses.

    lines: {item_code, qty, uom, warehouse, delivery_date}; without any it tells the terms that hold for the customer.
    values: fields that are decided already, like the shipping address.
    """
    from erpnext.accounts.party import get_default_price_list

    order = frappe.new_doc("Sales Order")
    # The site's defaults would stand in the way of what the customer's record says.
    order.update({"customer": customer, "company": company, "transaction_date": day, "currency": None, **values})
    order.order_type = "Shopping Cart"
    order.selling_price_list = get_default_price_list(frappe.get_cached_doc("Customer", customer)) or (
        frappe.get_cached_doc("Selling Settings").selling_price_list
    )
    order.price_list_currency = order.plc_conversion_rate = order.conversion_rate = None
    # Asked by a customer's login, which may not read the documents that its terms come from.
    order.flags.ignore_permissions = True
    for line in lines:
        order.append("items", line)
    order.set_missing_values()
    if lines:
        order.set_taxes_and_charges()
        order.calculate_taxes_and_totals()
    return order


def price_lines(order: Document, rows: list[dict]) -> list[Document]:
    """Sales Order Items, not saved, with the rate of each row of {item_code, …, price_list_rate} by itself.

    Rates are in the order's currency. Pricing rules are asked for each row alone in an order, so that none counts for
    another; margins and discounts are reckoned by ERPNext's own engine for all of them at once.
    """
    from erpnext.accounts.doctype.pricing_rule.pricing_rule import get_pricing_rule_for_item

    scratch = frappe.new_doc("Sales Order")
    header = {name: order.get(name) for name in order.meta.get_valid_columns()}
    scratch.update({**header, "taxes": [], "shipping_rule": None, "additional_discount_percentage": 0})
    scratch.discount_amount = 0
    priced = []
    for row in rows:
        scratch.items = []
        line = scratch.append("items", row)
        asked = frappe._dict({**header, **line.as_dict(), "doctype": "Sales Order", "name": scratch.name})
        asked.update(
            child_doctype=line.doctype,
            child_docname=line.name,
            transaction_date=order.transaction_date,
            price_list=order.selling_price_list,
            transaction_type="selling",
            item_group=row["item_group"],
            brand=row["brand"],
            variant_of=row["variant_of"],
        )
        details = get_pricing_rule_for_item(asked, doc=scratch)
        for name, value in details.items():
            # As ERPNext fills a line: what is empty, and what only rules decide.
            if line.meta.has_field(name) and value is not None and (
                line.get(name) is None or name in ("margin_type", "margin_rate_or_amount")
            ):
                line.set(name, value)
        if details.get("pricing_rules") and details.get("price_or_product_discount") == "Price":
            scratch.apply_pricing_rule_on_items(line, details)
        priced.append(line)
    scratch.items = priced
    scratch.calculate_taxes_and_totals()
    return priced


# Stock reservation


def stock_reservation_is_on() -> bool:
    """Whether the site sets stock aside for orders (Stock Settings)."""
    return bool(frappe.db.get_single_value("Stock Settings", "enable_stock_reservation"))


def parts_may_be_reserved() -> bool:
    return bool(frappe.db.get_single_value("Stock Settings", "allow_partial_reservation"))


def reserve_stock(order: Document, parts: Sequence[tuple[str, str, Decimal]]) -> None:
    """Stock Reservation Entries of a submitted Sales Order for (line, warehouse, quantity in stock units).

    ERPNext says in messages what it leaves out: picked lines, and parts where the settings want all or nothing.
    """
    from erpnext.stock.doctype.stock_reservation_entry.stock_reservation_entry import (
        create_stock_reservation_entries_for_so_items,
    )

    # ERPNext reserves only for lines that ask for it; this one was asked for by its offer or its customer.
    frappe.db.set_value("Sales Order Item", {"name": ("in", [row for row, _, _ in parts])}, "reserve_stock", 1)
    details = [
        {"sales_order_item": row, "warehouse": warehouse, "qty_to_reserve": float(qty), "conversion_factor": 1}
        for row, warehouse, qty in parts
    ]
    with _rights_of_the_house():
        create_stock_reservation_entries_for_so_items(order, items_details=details, notify=False)


@contextmanager
def _rights_of_the_house() -> Iterator[None]:
    """ERPNext asks whoever is logged in for rights to items and reservations; a customer whose order is reserved has none.

    Who may order was decided before; nothing that is checked in here depends on the person.
    """
    user = frappe.session.user
    frappe.session.user = "Administrator"
    try:
        yield
    finally:
        frappe.session.user = user


# Item details


def item_details(args: Any, doc: Any, for_validate: Any, overwrite_warehouse: Any) -> dict:
    """Price, units, accounts and more for a line with an item, as ERPNext fills it in."""
    from erpnext.stock.get_item_details import get_item_details

    return get_item_details(args, doc, for_validate, overwrite_warehouse)


def item_valuation(item_code: str, company: str, warehouse: str | None) -> dict:
    """{"valuation_rate": …} of an item as ERPNext tells it to its forms."""
    from erpnext.stock.get_item_details import get_valuation_rate

    return get_valuation_rate(item_code, company, warehouse)


def material_request_for(order: str, kind: str, missing: Mapping[str, float]) -> Document:
    """The request for what an order lacks, not saved: ERPNext's own mapping, cut down to `missing`.

    kind: "Purchase" or "Manufacture"; missing: {name of the order's row or of a bundle's part: quantity in stock units}.
    """
    from erpnext.selling.doctype.sales_order.sales_order import make_material_request

    request = make_material_request(order)
    request.material_request_type = kind
    parts = {row.item_code: row.name for row in frappe.get_doc("Sales Order", order).get("packed_items") or ()}
    kept = []
    for row in request.items:
        qty = missing.get(row.sales_order_item or parts.get(row.item_code) or "")
        if qty:
            row.uom, row.conversion_factor, row.qty, row.stock_qty = row.stock_uom, 1, qty, qty
            kept.append(row)
    request.items = kept
    request.schedule_date = max(row.schedule_date for row in kept) if kept else None
    return request


def lose_quotation(quotation: Document, reasons: list[str], detail: str) -> None:
    """Set a quotation lost as ERPNext's own button does, for a customer who may not read the list of reasons.

    Lead and opportunity follow. The caller has checked who is refusing.
    """
    quotation.db_set("status", "Lost")
    if detail:
        quotation.db_set("order_lost_reason", detail)
    for reason in reasons:
        quotation.append("lost_reasons", {"lost_reason": reason})
    quotation.update_opportunity("Lost")
    quotation.update_lead()
    # The customer's right to this quotation was checked by the caller.
    quotation.flags.ignore_permissions = True
    quotation.save()


def reopen_quotation(quotation: Document) -> None:
    """Take back that a quotation was lost: its status is what its orders make it, its opportunity is quoted again."""
    quotation.lost_reasons = []
    quotation.order_lost_reason = ""
    quotation.save()
    quotation.db_set("status", quotation.get_ordered_status())
    quotation.update_opportunity("Quotation")
    quotation.update_lead()


def terms_text(template: str, document: Document) -> str:
    """Terms and conditions as ERPNext fills them in for a document."""
    from erpnext.setup.doctype.terms_and_conditions.terms_and_conditions import get_terms_and_conditions

    return get_terms_and_conditions(template, document.as_dict())


def credit_for_order(customer: str, company: str) -> tuple[Decimal, Decimal]:
    """Credit limit (0: none, or not asked for orders) and outstanding amount, as ERPNext weighs them when an order is submitted."""
    bypassed = frappe.db.get_value(
        "Customer Credit Limit",
        {"parent": customer, "parenttype": "Customer", "company": company},
        "bypass_credit_limit_check",
    )
    if bypassed:
        return Decimal(0), Decimal(0)
    limit = Decimal(str(get_credit_limit(customer, company) or 0))
    return limit, Decimal(str(get_customer_outstanding(customer, company))) if limit else Decimal(0)


# Production


def lines_to_make(sales_order: str) -> list[dict]:
    """What of a submitted order no Work Order covers yet: item_code, bom, warehouse, pending_qty, sales_order_item."""
    from erpnext.selling.doctype.sales_order.sales_order import get_work_order_items

    return get_work_order_items(sales_order)


def make_work_order(order: Document, line: dict) -> str:
    """A draft Work Order for one of `lines_to_make`, as ERPNext's own button makes it."""
    from erpnext.selling.doctype.sales_order.sales_order import make_work_orders

    return make_work_orders(frappe.as_json({"items": [line]}), order.name, order.company, order.project)[0]


# The technician's van


def batches_in(warehouse: str, item_code: str | None = None) -> list[dict]:
    """[{batch_no, qty}] that may be taken from the warehouse today, in the order that ERPNext picks; of one item or all."""
    from erpnext.stock.doctype.batch.batch import get_batch_qty

    return get_batch_qty(warehouse=warehouse, item_code=item_code)


# Service levels of issues


def service_levels_are_tracked() -> bool:
    return bool(frappe.db.get_single_value("Support Settings", "track_service_level_agreement"))


def agreement_knows_priority(agreement: str, priority: str | None) -> bool:
    """Whether a Service Level Agreement has times for a priority; ERPNext refuses issues with others."""
    rows = frappe.get_cached_doc("Service Level Agreement", agreement).priorities
    return any(row.priority == priority for row in rows)


def apply_service_level_agreement(
    document: Document, agreement: str, default_priority: str | None, is_for_resolution: int
) -> None:
    """ERPNext's own engine with this agreement, whichever one it would have chosen: due times, pauses, status."""
    from erpnext.support.doctype.service_level_agreement.service_level_agreement import process_sla

    process_sla(
        document,
        frappe._dict(
            name=agreement, default_priority=default_priority, apply_sla_for_resolution=is_for_resolution
        ),
    )


def holidays(holiday_list: str) -> set[date]:
    from erpnext.support.doctype.issue.issue import get_holidays

    return set(get_holidays(holiday_list))


# Invoices of service contracts


def stock_units(item_code: str, uom: str | None) -> float:
    """How many stock units one unit of the item holds."""
    from erpnext.stock.get_item_details import get_conversion_factor

    return get_conversion_factor(item_code, uom)["conversion_factor"] if uom else 1.0


def default_sales_taxes(company: str) -> str | None:
    """The taxes of a company's sales where nothing else says them."""
    return frappe.db.get_value("Sales Taxes and Charges Template", {"is_default": 1, "company": company})


def sales_tax_rows(template: str) -> list[dict]:
    """Rows of taxes and charges that a template gives to a document."""
    from erpnext.controllers.accounts_controller import get_taxes_and_charges

    return get_taxes_and_charges("Sales Taxes and Charges Template", template)


def has_tax_rules() -> bool:
    """Whether customers, addresses or items may decide the taxes of an invoice."""
    return bool(frappe.db.exists("Tax Rule", {}))


def deferred_revenue_account(item_code: str, company: str) -> str | None:
    """Where revenue of later days waits: the item's account, else the company's."""
    filters = {"parent": item_code, "parenttype": "Item", "company": company}
    return frappe.db.get_value("Item Default", filters, "deferred_revenue_account") or frappe.get_cached_value(
        "Company", company, "default_deferred_revenue_account"
    )


def is_closed_period(problem: Exception) -> bool:
    """Whether ERPNext refused a document because its accounting period is closed."""
    from erpnext.accounts.doctype.accounting_period.accounting_period import ClosedAccountingPeriod

    return isinstance(problem, ClosedAccountingPeriod)


# Service contracts that change


def receivable_currency(customer: str, company: str) -> str:
    """Currency of the account that the customer's invoices in a company are booked on."""
    from erpnext.accounts.party import get_party_account

    account = get_party_account("Customer", customer, company)
    return (account and frappe.get_cached_value("Account", account, "account_currency")) or ""


def partial_credit_note(invoice: str, parts: Sequence[tuple[str | None, Decimal, bool]], posting_date: date) -> Document:
    """ERPNext's return of a submitted sales invoice, not saved, cut down to what is credited of some rows.

    parts: (row of the invoice, net amount in its currency, whether it stands alone). ERPNext takes each unit back once: a
    part that stands alone, or whose amount the quantity does not divide, is one unit that names no row. Taxes by
    percentage follow; fixed charges are not given back. The caller has checked who may credit.
    """
    with _rights_of_the_house():
        note = make_from("Sales Invoice", invoice, "Sales Invoice return")
    by_row = {row.sales_invoice_item: row for row in note.items}
    returnable = {source: -flt(row.qty) or 1.0 for source, row in by_row.items()}
    taken: set[str | None] = set()
    kept = []
    for source, amount, stands_alone in parts:
        row = frappe.copy_doc(by_row[source]) if source in taken else by_row[source]
        taken.add(source)
        named, quantity = source, returnable[source]
        rate = flt(float(amount) / quantity, row.precision("rate"))
        if stands_alone or flt(rate * quantity, row.precision("amount")) != float(amount):
            named, quantity, rate = None, 1.0, float(amount)
        row.update({"sales_invoice_item": named, "qty": -quantity, "rate": rate, "price_list_rate": rate})
        row.update({"discount_percentage": 0})
        row.update({"discount_amount": 0, "margin_type": "", "margin_rate_or_amount": 0})
        row.update({"enable_deferred_revenue": 0, "service_start_date": None, "service_end_date": None})
        kept.append(row)
    note.set("items", kept)
    note.set("taxes", [tax for tax in note.taxes if tax.charge_type != "Actual"])
    note.update({"posting_date": posting_date, "set_posting_time": 1, "due_date": posting_date})
    note.update({"payment_terms_template": None, "payment_schedule": [], "update_outstanding_for_self": 0})
    if not note.additional_discount_percentage:
        note.discount_amount = 0
    note.run_method("calculate_taxes_and_totals")
    return note


def stop_deferral(invoice_row: str, last_day: date | None) -> None:
    """From the last day of service on, ERPNext recognises what is still deferred of a row at once; None: as before.

    A credit note books against income, so that both together leave the income of the days that were served. ERPNext
    never looks back: a day that was recognised already moves to the next one, and where the rest was recognised on the
    day of a stop, the stop stays, because nothing is left to recognise.
    """
    row = frappe.db.get_value(
        "Sales Invoice Item",
        invoice_row,
        ["service_start_date", "service_end_date", "service_stop_date", "deferred_revenue_account"],
        as_dict=True,
    )
    recognised = frappe.get_all(
        "GL Entry",
        filters={
            "voucher_detail_no": invoice_row, "account": row.deferred_revenue_account,
            "debit": (">", 0), "is_cancelled": 0,
        },
        pluck="posting_date", order_by="posting_date desc", limit=1,
    )  # fmt: skip
    if row.service_stop_date and any(day >= row.service_stop_date for day in recognised):
        return
    if last_day is not None:
        last_day = max([last_day, row.service_start_date, *(frappe.utils.add_days(day, 1) for day in recognised)])
        if last_day > row.service_end_date:
            return
    frappe.db.set_value("Sales Invoice Item", invoice_row, "service_stop_date", last_day)


def close_order(order: str) -> None:
    """ERPNext's own closing of a sales order: nothing more is delivered or billed of it."""
    frappe.get_doc("Sales Order", order).update_status("Closed")


# Claims against suppliers


def payable_account(supplier: str, company: str) -> frappe._dict:
    """{account, currency} on which ERPNext keeps what is owed to a supplier."""
    from erpnext.accounts.party import get_party_account
    from erpnext.accounts.utils import get_account_currency

    account = get_party_account("Supplier", supplier, company)
    return frappe._dict(account=account, currency=get_account_currency(account))


# Service orders


def service_invoice(
    customer: str, company: str, day: date, lines: Sequence[Mapping], **values: object
) -> Document:
    """A sales invoice, not saved, with prices, pricing rules, accounts and taxes as ERPNext finds them for these lines.

    lines: {item_code, qty, uom, …}; they are the first items of the invoice in the same order. values: fields that are
    decided already, like the currency.
    """
    from erpnext.accounts.party import get_default_price_list
    from erpnext.controllers.accounts_controller import get_default_taxes_and_charges

    invoice = frappe.new_doc("Sales Invoice")
    # The site's defaults would stand in the way of what the customer's record says.
    invoice.update({"customer": customer, "company": company, "currency": None})
    invoice.update({"posting_date": day, "set_posting_time": 1, "update_stock": 0, "is_pos": 0, **values})
    invoice.selling_price_list = get_default_price_list(frappe.get_cached_doc("Customer", customer)) or (
        frappe.get_cached_doc("Selling Settings").selling_price_list
    )
    invoice.price_list_currency = invoice.plc_conversion_rate = invoice.conversion_rate = None
    # Whoever may post the service order posts what belongs to it.
    invoice.flags.ignore_permissions = True
    for line in lines:
        invoice.append("items", dict(line))
    invoice.set_missing_values()
    if not invoice.taxes_and_charges and not invoice.taxes:
        # ERPNext's form asks for the company's default beside what the customer's record says.
        invoice.update(get_default_taxes_and_charges("Sales Taxes and Charges Template", company=company))
    if lines:
        invoice.set_taxes_and_charges()
        invoice.calculate_taxes_and_totals()
    return invoice


def may_be_invoiced_in(customer: str, company: str, currency: str) -> bool:
    """Whether ERPNext takes an invoice in a currency against the customer's receivable account."""
    from erpnext.accounts.party import get_party_gle_currency

    return bool(
        receivable_currency(customer, company) == currency
        or get_party_gle_currency("Customer", customer, company)
        or frappe.get_cached_doc("Accounts Settings").allow_multi_currency_invoices_against_single_party_account
    )


def cost_account(item_code: str, company: str) -> str | None:
    """Where the cost of a sold item goes: of the item, its group, its brand or the company."""
    from erpnext.setup.doctype.brand.brand import get_brand_defaults
    from erpnext.setup.doctype.item_group.item_group import get_item_group_defaults
    from erpnext.stock.doctype.item.item import get_item_defaults

    for defaults in (get_item_defaults, get_item_group_defaults, get_brand_defaults):
        if account := defaults(item_code, company).get("expense_account"):
            return account
    return frappe.get_cached_value("Company", company, "default_expense_account")


def cost_center_of(company: str) -> str | None:
    return frappe.get_cached_value("Company", company, "cost_center")


def period_errors() -> tuple[type[Exception], ...]:
    """What ERPNext raises for days on which nothing may be posted any more, where it says so by a type of its own."""
    from erpnext.accounts.doctype.accounting_period.accounting_period import ClosedAccountingPeriod
    from erpnext.accounts.utils import FiscalYearError
    from erpnext.stock.doctype.stock_ledger_entry.stock_ledger_entry import StockFreezeError

    return ClosedAccountingPeriod, FiscalYearError, StockFreezeError


def require_stock_not_frozen(day: date) -> None:
    """Raises where this user may not move stock on a day any more (Stock Settings)."""
    frappe.new_doc("Stock Ledger Entry", posting_date=day).check_stock_frozen_date()
