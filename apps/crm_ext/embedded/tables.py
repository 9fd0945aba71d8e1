"""The tables of ERPNext that the figures are made of: their columns, DuckDB types, and what is lost without them.

A house may have fewer: an older version, an export of some tables, or no CRM Ext yet. What is missing is named to the
reader by `lost`, and the figures that do not need it are still made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from crm_ext.shared.text import _lt

AMOUNT = "DECIMAL(21, 9)"  # as ERPNext stores currency
MOMENT = "TIMESTAMP"


@dataclass(frozen=True)
class Table:
    """One doctype's table: `columns` maps names to DuckDB types; without it `lost` cannot be said."""

    doctype: str
    columns: Mapping[str, str]
    lost: str
    required: bool = False

    @property
    def stored_name(self) -> str:
        return f"tab{self.doctype}"


TABLES: tuple[Table, ...] = (
    Table(
        "GL Entry",
        {
            "name": "VARCHAR",
            "posting_date": "DATE",
            "account": "VARCHAR",
            "party_type": "VARCHAR",
            "party": "VARCHAR",
            "debit": AMOUNT,
            "credit": AMOUNT,
            "voucher_type": "VARCHAR",
            "voucher_no": "VARCHAR",
            "against_voucher": "VARCHAR",
            "company": "VARCHAR",
            "is_cancelled": "TINYINT",
            "campaign": "VARCHAR",
        },
        _lt("revenue, cost of goods, spend and margin"),
        required=True,
    ),
    Table(
        "Account",
        {"name": "VARCHAR", "company": "VARCHAR", "root_type": "VARCHAR", "account_type": "VARCHAR"},
        _lt("which ledger rows are income and which are cost"),
        required=True,
    ),
    Table(
        "Company",
        {"name": "VARCHAR", "default_currency": "VARCHAR", "write_off_account": "VARCHAR"},
        _lt("the currency of the figures and bad debt"),
    ),
    Table("Campaign", {"name": "VARCHAR"}, _lt("campaigns that have brought nothing yet")),
    Table(
        "Campaign Plan",
        {"campaign": "VARCHAR", "company": "VARCHAR", "total_budget": AMOUNT, "docstatus": "TINYINT"},
        _lt("budgets of campaigns"),
    ),
    Table(
        "Lead",
        {
            "name": "VARCHAR",
            "creation": MOMENT,
            "status": "VARCHAR",
            "campaign_name": "VARCHAR",
            "company": "VARCHAR",
        },
        _lt("leads, and the first touch of customers who came from one"),
    ),
    Table(
        "Customer",
        {"name": "VARCHAR", "lead_name": "VARCHAR"},
        _lt("which customer a lead became"),
    ),
    Table(
        "Opportunity",
        {
            "name": "VARCHAR",
            "transaction_date": "DATE",
            "opportunity_from": "VARCHAR",
            "party_name": "VARCHAR",
            "status": "VARCHAR",
            "campaign": "VARCHAR",
            "opportunity_amount": AMOUNT,
            "base_total": AMOUNT,
            "conversion_rate": AMOUNT,
            "company": "VARCHAR",
        },
        _lt("opportunities in the funnel"),
    ),
    Table(
        "Quotation",
        {
            "name": "VARCHAR",
            "transaction_date": "DATE",
            "quotation_to": "VARCHAR",
            "party_name": "VARCHAR",
            "opportunity": "VARCHAR",
            "campaign": "VARCHAR",
            "docstatus": "TINYINT",
            "status": "VARCHAR",
            "valid_till": "DATE",
            "base_net_total": AMOUNT,
            "company": "VARCHAR",
        },
        _lt("quotations in the funnel"),
    ),
    Table(
        "Quotation Item",
        {
            "parent": "VARCHAR",
            "idx": "INTEGER",
            "item_code": "VARCHAR",
            "warehouse": "VARCHAR",
            "stock_qty": AMOUNT,
            "is_alternative": "TINYINT",
        },
        _lt("promise dates of open quotations"),
    ),
    Table(
        "Item",
        {
            "name": "VARCHAR",
            "item_name": "VARCHAR",
            "is_stock_item": "TINYINT",
            "lead_time_days": "INTEGER",
            "disabled": "TINYINT",
        },
        _lt("lead times and names of items"),
    ),
    Table(
        "Warehouse",
        {"name": "VARCHAR", "company": "VARCHAR", "is_group": "TINYINT", "disabled": "TINYINT"},
        _lt("whose stock it is"),
    ),
    Table("Bin", {"item_code": "VARCHAR", "warehouse": "VARCHAR", "actual_qty": AMOUNT}, _lt("stock in hand")),
    Table(
        "Purchase Order",
        {"name": "VARCHAR", "company": "VARCHAR", "docstatus": "TINYINT", "status": "VARCHAR"},
        _lt("goods that are on their way"),
    ),
    Table(
        "Purchase Order Item",
        {
            "parent": "VARCHAR",
            "item_code": "VARCHAR",
            "warehouse": "VARCHAR",
            "qty": AMOUNT,
            "received_qty": AMOUNT,
            "conversion_factor": AMOUNT,
            "schedule_date": "DATE",
            "expected_delivery_date": "DATE",
        },
        _lt("goods that are on their way"),
    ),
    Table(
        "Stock Hold",
        {
            "item_code": "VARCHAR",
            "warehouse": "VARCHAR",
            "qty": AMOUNT,
            "status": "VARCHAR",
            "expires_at": MOMENT,
            "quotation": "VARCHAR",
        },
        _lt("goods that are held for other offers (CRM Ext writes them)"),
    ),
    Table(
        "Sales Order",
        {
            "name": "VARCHAR",
            "transaction_date": "DATE",
            "customer": "VARCHAR",
            "campaign": "VARCHAR",
            "docstatus": "TINYINT",
            "status": "VARCHAR",
            "base_net_total": AMOUNT,
            "company": "VARCHAR",
        },
        _lt("orders in the funnel"),
    ),
    Table(
        "Sales Order Item",
        {
            "parent": "VARCHAR",
            "prevdoc_docname": "VARCHAR",
            "item_code": "VARCHAR",
            "warehouse": "VARCHAR",
            "stock_qty": AMOUNT,
            "delivered_qty": AMOUNT,
            "conversion_factor": AMOUNT,
            "delivery_date": "DATE",
        },
        _lt("which quotation an order came from, and what is promised to others"),
    ),
    Table(
        "Delivery Note",
        {
            "name": "VARCHAR",
            "posting_date": "DATE",
            "customer": "VARCHAR",
            "campaign": "VARCHAR",
            "docstatus": "TINYINT",
        },
        _lt("cost of goods that was posted by deliveries"),
    ),
    Table(
        "Sales Invoice",
        {
            "name": "VARCHAR",
            "posting_date": "DATE",
            "customer": "VARCHAR",
            "campaign": "VARCHAR",
            "docstatus": "TINYINT",
            "is_return": "TINYINT",
            "base_net_total": AMOUNT,
            "base_discount_amount": AMOUNT,
        },
        _lt("whose revenue it is, discounts and returns"),
        required=True,
    ),
    Table(
        "Sales Invoice Item",
        {"parent": "VARCHAR", "sales_order": "VARCHAR", "delivery_note": "VARCHAR"},
        _lt("which order an invoice came from"),
    ),
    Table(
        "Touchpoint",
        {
            "lead": "VARCHAR",
            "customer": "VARCHAR",
            "occurred_at": MOMENT,
            "channel": "VARCHAR",
            "campaign": "VARCHAR",
            "company": "VARCHAR",
        },
        _lt("touches after the first one (CRM Ext writes them; without it, campaigns on leads, opportunities and documents stand in)"),
    ),
    Table(
        "Customer Origin",
        {"customer": "VARCHAR", "campaign": "VARCHAR", "first_touch_at": MOMENT},
        _lt("the first touch of customers whose lead is gone"),
    ),
)

BY_DOCTYPE = {table.doctype: table for table in TABLES}
