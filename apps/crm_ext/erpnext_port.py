"""The only importer of erpnext. What the app needs of ERPNext's engines, under names of this app.

Functions are thin: they call ERPNext's own engine and give back plain values, so that prices, taxes, stock, credit
and ledgers are made there and never beside it.
"""

from __future__ import annotations

from datetime import date

import frappe
from erpnext.accounts.doctype.accounting_dimension.accounting_dimension import (
    get_doctypes_with_dimensions,
    make_dimension_in_accounting_doctypes,
)
from erpnext.selling.doctype.customer.customer import get_credit_limit, get_customer_outstanding
from erpnext.setup.doctype.transaction_deletion_record.transaction_deletion_record import is_deletion_doc_running
from frappe import _
from frappe.model.document import Document


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


def order_from_quotation(quotation: str, lines: list[str], ignore_permissions: bool) -> Document:
    """The sales order that ERPNext maps from these lines of a submitted quotation, not saved.

    A lead or prospect who is no customer yet becomes one, as with ERPNext's own button.
    """
    from erpnext.selling.doctype.quotation.quotation import _make_sales_order

    before = frappe.flags.get("args")
    # The dialog of the quotation hands its selection over in this flag.
    frappe.flags.args = frappe._dict(selected_items=[{"name": name} for name in lines])
    try:
        return _make_sales_order(
            quotation,
            # Decided by the caller, who knows whether a customer is at work who has no right to orders himself.
            ignore_permissions=ignore_permissions,
            args={"filtered_children": lines},
        )
    finally:
        frappe.flags.args = before


def complete_order(order: Document) -> None:
    """Defaults, pricing rules, taxes and totals after lines were added, as saving the order finds them again."""
    order.run_method("set_missing_values")
    order.run_method("calculate_taxes_and_totals")


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
