"""What the document trail knows of: the links that join documents, and what a card shows of each doctype.

A room that adds documents to the chain adds lines here; nothing else has to change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from crm_ext.compat import CAMPAIGN_DOCTYPE, CAMPAIGN_FIELD, LEAD_CAMPAIGN_FIELD


@dataclass(frozen=True)
class Link:
    """A column by which the later document names the earlier one.

    table: doctype that has the column: `child` itself, one of its child tables, or a record of its own that names both
    and then names the child in `names_child`. type_column: where the column is a Dynamic Link. kind: 'follows', 'return',
    'amendment' or 'spend'.
    """

    parents: tuple[str, ...]
    child: str
    table: str
    column: str
    type_column: str | None = None
    kind: str = "follows"
    names_child: str | None = None

    @property
    def child_column(self) -> str:
        return self.names_child or ("name" if self.table == self.child else "parent")


@dataclass(frozen=True)
class Card:
    """Field names of one doctype under the words of the trail; the first that is not empty or zero counts.

    `fixed` are values that need no field.
    """

    title: tuple[str, ...] = ()
    party: str | None = None
    party_type: str | None = None
    day: str = "creation"
    status: str | None = "status"
    subtype: str | None = None
    company: str | None = "company"
    currency: tuple[str, ...] = ()
    account_currency: str | None = None
    amount: tuple[str, ...] = ()
    base_amount: tuple[str, ...] = ()
    outstanding: str | None = None
    conversion_rate: str | None = None
    percent_billed: str | None = None
    percent_delivered: str | None = None
    is_return: str | None = None
    moves_stock: str | None = None
    is_consolidated: str | None = None
    amended_from: str | None = None
    fixed: Mapping[str, str] = field(default_factory=dict)


def _from_campaign(doctype: str, column: str = CAMPAIGN_FIELD) -> Link:
    return Link((CAMPAIGN_DOCTYPE,), doctype, doctype, column)


def _amendment(doctype: str) -> Link:
    return Link((doctype,), doctype, doctype, "amended_from", kind="amendment")


AMENDABLE = (
    "Opportunity",
    "Quotation",
    "Sales Order",
    "Delivery Note",
    "Sales Invoice",
    "POS Invoice",
    "Payment Request",
    "Dunning",
    "Payment Entry",
    "Journal Entry",
    "Service Contract",
    "Service Order",
)

LINKS: tuple[Link, ...] = (
    _from_campaign("Campaign Plan"),
    _from_campaign("Lead", LEAD_CAMPAIGN_FIELD),
    _from_campaign("Opportunity"),
    _from_campaign("Quotation"),
    _from_campaign("Sales Order"),
    _from_campaign("Delivery Note"),
    _from_campaign("Sales Invoice"),
    _from_campaign("POS Invoice"),
    Link((CAMPAIGN_DOCTYPE,), "Purchase Invoice", "Purchase Invoice Item", CAMPAIGN_FIELD, kind="spend"),
    Link((CAMPAIGN_DOCTYPE,), "Journal Entry", "Journal Entry Account", CAMPAIGN_FIELD, kind="spend"),
    Link(("Lead",), "Prospect", "Prospect Lead", "lead"),
    Link(("Lead", "Prospect"), "Opportunity", "Opportunity", "party_name", "opportunity_from"),
    Link(("Lead", "Prospect"), "Quotation", "Quotation", "party_name", "quotation_to"),
    Link(("Opportunity",), "Quotation", "Quotation", "opportunity"),
    Link(("Opportunity",), "Quotation", "Quotation Item", "prevdoc_docname", "prevdoc_doctype"),
    Link(("Quotation",), "Sales Order", "Sales Order Item", "prevdoc_docname"),
    Link(("Sales Order",), "Delivery Note", "Delivery Note Item", "against_sales_order"),
    Link(("Sales Order",), "Sales Invoice", "Sales Invoice Item", "sales_order"),
    Link(("Sales Order",), "POS Invoice", "POS Invoice Item", "sales_order"),
    Link(("Quotation",), "Service Contract", "Service Contract", "quotation"),
    Link(("Sales Order",), "Service Contract", "Service Contract", "sales_order"),
    Link(("Service Contract",), "Service Contract", "Service Contract", "renewed_from"),
    Link(("Service Contract",), "Issue", "Issue", "service_contract"),
    Link(("Service Contract",), "Service Order", "Service Order", "service_contract"),
    Link(
        ("Service Contract",),
        "Sales Invoice",
        "Billed Period",
        "service_contract",
        names_child="sales_invoice",
    ),
    Link(("Issue",), "Service Order", "Service Order", "issue"),
    *(
        Link(("Service Order",), doctype, doctype, "service_order")
        for doctype in ("Stock Entry", "Timesheet", "Sales Invoice", "Journal Entry")
    ),
    Link(("Delivery Note",), "Sales Invoice", "Sales Invoice Item", "delivery_note"),
    Link(("Delivery Note",), "POS Invoice", "POS Invoice Item", "delivery_note"),
    Link(("Delivery Note",), "Delivery Note", "Delivery Note", "return_against", kind="return"),
    Link(("Sales Invoice",), "Delivery Note", "Delivery Note Item", "against_sales_invoice"),
    Link(("Sales Invoice",), "Sales Invoice", "Sales Invoice", "return_against", kind="return"),
    Link(("POS Invoice",), "POS Invoice", "POS Invoice", "return_against", kind="return"),
    Link(("POS Invoice",), "Sales Invoice", "Sales Invoice Item", "pos_invoice"),
    Link(("Sales Invoice",), "Dunning", "Overdue Payment", "sales_invoice"),
    Link(
        ("Sales Order", "Sales Invoice", "POS Invoice", "Dunning"),
        "Payment Request",
        "Payment Request",
        "reference_name",
        "reference_doctype",
    ),
    Link(
        ("Sales Order", "Sales Invoice", "Dunning", "Journal Entry"),
        "Payment Entry",
        "Payment Entry Reference",
        "reference_name",
        "reference_doctype",
    ),
    Link(
        ("Sales Order", "Sales Invoice", "Dunning", "Payment Entry"),
        "Journal Entry",
        "Journal Entry Account",
        "reference_name",
        "reference_type",
    ),
    *(_amendment(doctype) for doctype in AMENDABLE),
)

_SOLD = {
    "title": ("customer_name",),
    "party": "customer",
    "currency": ("currency",),
    "amount": ("rounded_total", "grand_total"),
    "base_amount": ("base_rounded_total", "base_grand_total"),
    "conversion_rate": "conversion_rate",
    "amended_from": "amended_from",
    "fixed": {"party_type": "Customer"},
}
_BILLED = {
    **_SOLD,
    "day": "posting_date",
    "account_currency": "party_account_currency",
    "outstanding": "outstanding_amount",
    "is_return": "is_return",
}

CARDS: Mapping[str, Card] = {
    CAMPAIGN_DOCTYPE: Card(title=("campaign_name",), status=None, company=None),
    "Campaign Plan": Card(
        title=(CAMPAIGN_FIELD,), day="from_date", currency=("currency",), amount=("total_budget",),
        base_amount=("total_budget",), amended_from="amended_from",
    ),
    "Lead": Card(title=("lead_name", "company_name")),
    "Prospect": Card(title=("company_name",), status=None),
    "Opportunity": Card(
        title=("customer_name",), party="party_name", party_type="opportunity_from", day="transaction_date",
        currency=("currency",), amount=("opportunity_amount",), base_amount=("base_opportunity_amount",),
        conversion_rate="conversion_rate", amended_from="amended_from",
    ),
    "Quotation": Card(
        **{**_SOLD, "party": "party_name", "fixed": {}}, party_type="quotation_to", day="transaction_date"
    ),
    "Sales Order": Card(
        **_SOLD, day="transaction_date", account_currency="party_account_currency",
        percent_billed="per_billed", percent_delivered="per_delivered",
    ),
    "Delivery Note": Card(**_SOLD, day="posting_date", is_return="is_return"),
    "Sales Invoice": Card(**_BILLED, moves_stock="update_stock", is_consolidated="is_consolidated"),
    "POS Invoice": Card(**_BILLED),
    "Payment Request": Card(
        title=("party_name", "party"), party="party", party_type="party_type", day="transaction_date",
        currency=("currency",), account_currency="party_account_currency", amount=("grand_total",),
        amended_from="amended_from",
    ),
    "Dunning": Card(
        title=("customer_name",), party="customer", day="posting_date", currency=("currency",),
        amount=("grand_total",), conversion_rate="conversion_rate", amended_from="amended_from",
        fixed={"party_type": "Customer"},
    ),
    "Payment Entry": Card(
        title=("party_name",), party="party", party_type="party_type", day="posting_date", subtype="payment_type",
        currency=("paid_from_account_currency",), amount=("paid_amount",), base_amount=("base_paid_amount",),
        conversion_rate="source_exchange_rate", amended_from="amended_from",
    ),
    "Journal Entry": Card(
        title=("title",), day="posting_date", status=None, subtype="voucher_type", amount=("total_debit",),
        base_amount=("total_debit",), amended_from="amended_from",
    ),
    "Service Contract": Card(
        title=("title",), party="customer", day="start_date", currency=("currency",), amended_from="amended_from",
        fixed={"party_type": "Customer"},
    ),
    "Issue": Card(title=("subject",), party="customer", day="opening_date", fixed={"party_type": "Customer"}),
    "Service Order": Card(
        title=("title",), party="customer", day="planned_start", subtype="job_type", currency=("currency",),
        amended_from="amended_from", fixed={"party_type": "Customer"},
    ),
    "Stock Entry": Card(
        title=("stock_entry_type",), day="posting_date", status=None, subtype="purpose", amount=("total_outgoing_value",),
        base_amount=("total_outgoing_value",),
    ),
    "Timesheet": Card(
        title=("employee_name", "title"), currency=("currency",), amount=("total_costing_amount",),
        base_amount=("base_total_costing_amount",), conversion_rate="exchange_rate",
    ),
    "Purchase Invoice": Card(
        **{**_BILLED, "title": ("supplier_name",), "party": "supplier", "fixed": {"party_type": "Supplier"}}
    ),
}  # fmt: skip
