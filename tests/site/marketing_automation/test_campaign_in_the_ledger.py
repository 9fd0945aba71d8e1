"""Whatever is spent or earned for a campaign carries its name in the general ledger."""

import frappe
import pytest
from counting import queries_of
from frappe.utils import getdate
from makers import (
    account,
    campaign,
    company,
    customer,
    expense_account,
    item,
    sales_invoice,
    stock,
    supplier,
    warehouse,
)


@pytest.fixture
def spring(site):
    return campaign("Spring Pumps").name


def ledger(voucher, **filters):
    """Campaign -> balance (debit - credit) of a voucher's live rows."""
    rows = frappe.get_all(
        "GL Entry",
        filters={"voucher_no": voucher.name, "is_cancelled": 0, **filters},
        fields=["campaign", "debit", "credit"],
        order_by="name",
    )
    balances = {}
    for row in rows:
        balances[row.campaign] = balances.get(row.campaign, 0) + row.debit - row.credit
    return balances


def purchase_invoice(expense, rows):
    item_code = item("Leaflet").name
    document = frappe.get_doc(
        {
            "doctype": "Purchase Invoice",
            "supplier": supplier("Printer").name,
            "company": company(),
            "bill_no": "1",
            "items": [
                {"item_code": item_code, "qty": 1, "rate": rate, "expense_account": expense, "campaign": name}
                for name, rate in rows
            ],
        }
    )
    return document.submit()


def budget_of(spring, expense, amount, action="Stop"):
    year = frappe.get_all(
        "Fiscal Year",
        filters={"year_start_date": ("<=", getdate()), "year_end_date": (">=", getdate())},
        pluck="name",
        order_by="name",
    )[0]
    document = frappe.get_doc(
        {
            "doctype": "Budget",
            "budget_against": "Campaign",
            "campaign": spring,
            "company": company(),
            "fiscal_year": year,
            "applicable_on_booking_actual_expenses": 1,
            "action_if_annual_budget_exceeded": action,
            "action_if_accumulated_monthly_budget_exceeded": "Ignore",
            "accounts": [{"account": expense, "budget_amount": amount}],
        }
    )
    return document.submit()


def test_every_doctype_with_dimensions_has_the_field_and_its_column(site):
    for doctype in frappe.get_hooks("accounting_dimension_doctypes"):
        meta = frappe.get_meta(doctype)
        assert meta.get_field("campaign").options == "Campaign", doctype
        if not meta.issingle and not meta.is_virtual:
            assert frappe.db.has_column(doctype, "campaign"), doctype


def test_a_line_of_a_purchase_invoice_books_its_expense_on_the_campaign(spring):
    expense = expense_account().name
    invoice = purchase_invoice(expense, [(spring, 70), (None, 30)])
    assert ledger(invoice, account=expense) == {spring: 70, None: 30}


def test_a_cancelled_invoice_leaves_nothing_on_the_campaign(spring):
    invoice = purchase_invoice(expense_account().name, [(spring, 70)])
    invoice.reload().cancel()
    assert ledger(invoice) == {}


def test_a_row_of_a_journal_entry_carries_the_campaign(spring):
    expense = expense_account().name
    entry = frappe.get_doc(
        {
            "doctype": "Journal Entry",
            "company": company(),
            "posting_date": getdate(),
            "accounts": [
                {"account": expense, "debit_in_account_currency": 50, "campaign": spring},
                {"account": account("Asset", "Cash"), "credit_in_account_currency": 50},
            ],
        }
    ).submit()
    assert ledger(entry) == {spring: 50, None: -50}


def test_samples_from_stock_are_booked_on_the_campaign(spring):
    pump = item("Sample Pump", is_stock_item=1).name
    stock(pump, 5, 40)
    expense = expense_account("Samples").name
    issue = frappe.get_doc(
        {
            "doctype": "Stock Entry",
            "stock_entry_type": "Material Issue",
            "company": company(),
            "items": [
                {
                    "item_code": pump,
                    "qty": 2,
                    "s_warehouse": warehouse(),
                    "expense_account": expense,
                    "campaign": spring,
                }
            ],
        }
    ).submit()
    assert ledger(issue, account=expense) == {spring: 80}


def test_income_and_cost_of_goods_of_a_sale_carry_the_campaign_of_the_invoice(spring):
    pump = item("Sold Pump", is_stock_item=1).name
    stock(pump, 5, 40)
    invoice = sales_invoice(customer("Spring Buyer").name, pump, 2, 100, update_stock=1, campaign=spring)
    by_root = {}
    for row in frappe.get_all(
        "GL Entry",
        filters={"voucher_no": invoice.name, "is_cancelled": 0},
        fields=["account", "campaign", "debit", "credit"],
        order_by="name",
    ):
        assert row.campaign == spring
        root = frappe.get_cached_value("Account", row.account, "root_type")
        by_root[root] = by_root.get(root, 0) + row.debit - row.credit
    assert by_root["Income"] == -200
    assert by_root["Expense"] == 80


def test_a_customer_who_returns_without_a_campaign_is_not_stamped_in_the_ledger(spring):
    buyer = customer("Faithful Buyer").name
    service = item("Service Visit").name
    sales_invoice(buyer, service, campaign=spring)
    later = sales_invoice(buyer, service)
    assert set(ledger(later)) == {None}


def test_a_budget_on_the_campaign_stops_overspending(spring):
    expense = expense_account().name
    budget_of(spring, expense, 100)
    assert purchase_invoice(expense, [(spring, 100), (None, 900)]).docstatus == 1
    with pytest.raises(frappe.ValidationError, match="Budget"):
        frappe.get_doc(
            {
                "doctype": "Journal Entry",
                "company": company(),
                "posting_date": getdate(),
                "accounts": [
                    {"account": expense, "debit_in_account_currency": 1, "campaign": spring},
                    {"account": account("Asset", "Cash"), "credit_in_account_currency": 1},
                ],
            }
        ).submit()


def test_rows_of_one_campaign_are_read_by_index_not_by_scan(spring):
    plan = frappe.db.sql(
        """explain select sum(debit) - sum(credit) from `tabGL Entry`
        where campaign = %s and account = %s and is_cancelled = 0""",
        (spring, account("Expense")),
        as_dict=True,
    )[0]
    assert "crm_ext_campaign_account" in (plan.possible_keys or "")


def test_the_dimension_costs_a_sale_without_a_campaign_no_query(site):
    buyer, service = customer("Plain Buyer").name, item("Plain Service").name
    sales_invoice(buyer, service)  # fills the caches of this process

    def with_dimension(enabled):
        frappe.db.set_value("Accounting Dimension", {"document_type": "Campaign"}, "disabled", 1 - enabled)
        frappe.flags.accounting_dimensions = None
        frappe.flags.accounting_dimensions_details = None
        return queries_of(lambda: sales_invoice(buyer, service))

    # Caches that run out by time add queries to a single round, never to all of one kind.
    rounds = [(with_dimension(1), with_dimension(0)) for _ in range(3)]
    try:
        assert min(on for on, _ in rounds) == min(off for _, off in rounds)
    finally:
        frappe.flags.accounting_dimensions = None
