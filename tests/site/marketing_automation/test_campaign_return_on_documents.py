"""A campaign from its spending to the last loss, made of real documents, and figures computed by hand beside it."""

from datetime import date, timedelta
from decimal import Decimal

import makers
import pytest

from crm_ext.marketing_automation.flow import campaign_extract, campaign_return
from crm_ext.marketing_automation.flow.campaign_return import Request
from crm_ext.marketing_automation.rules import attribution
from crm_ext.marketing_automation.rules.attribution import FIRST, LAST, LINEAR, Settings

CAMPAIGN = "Spring Fair of Pumps"
PUMP = "Return Test Pump"


@pytest.fixture(autouse=True)
def without_extract(site, tmp_path, monkeypatch):
    """Figures of these tests come from the ledger alone; no state of the site's extract plays a part."""
    monkeypatch.setattr("crm_ext.marketing_automation.queries.campaign_extract.folder", lambda: tmp_path)


@pytest.fixture
def today(site):
    return site.utils.getdate()


@pytest.fixture
def fair(site):
    makers.item(PUMP, is_stock_item=1)
    makers.stock(PUMP, 100, 40)
    return makers.campaign(CAMPAIGN).name


def request(today, *companies, model=LAST, **settings):
    companies = companies or (makers.company(),)
    return Request(
        companies, today - timedelta(days=60), today + timedelta(days=60), Settings(model, **settings)
    )


def row(asked, campaign=CAMPAIGN, company=None):
    result, _ = campaign_return.figures(asked)
    company = company or makers.company()
    return next(
        (line for line in result.figures if (line.company, line.campaign) == (company, campaign)), None
    )


def journal(lines, **values):
    import frappe

    center = frappe.get_cached_value("Company", values.get("company", makers.company()), "cost_center")
    accounts = [{"cost_center": center, **line} for line in lines]
    document = {
        "doctype": "Journal Entry",
        "posting_date": frappe.utils.nowdate(),
        "company": makers.company(),
    }
    return frappe.get_doc(document | values | {"accounts": accounts}).submit()


def cash():
    import frappe

    return frappe.get_cached_value("Company", makers.company(), "default_cash_account")


def debtors():
    import frappe

    return frappe.get_cached_value("Company", makers.company(), "default_receivable_account")


def write_off(invoice, amount):
    import frappe

    account = frappe.get_cached_value("Company", makers.company(), "write_off_account")
    return journal(
        [
            {"account": account, "debit_in_account_currency": amount},
            {
                "account": debtors(),
                "credit_in_account_currency": amount,
                "party_type": "Customer",
                "party": invoice.customer,
                "reference_type": "Sales Invoice",
                "reference_name": invoice.name,
            },
        ],
        voucher_type="Write Off Entry",
    )


def credit_note(site, invoice, qty):
    from erpnext.accounts.doctype.sales_invoice.sales_invoice import make_sales_return

    note = make_sales_return(invoice.name)
    note.items[0].qty = -qty
    note.update_outstanding_for_self = 0
    return note.submit()


def touch(site, campaign, days_ago, **party):
    from crm_ext.marketing_automation.flow import touchpoints
    from crm_ext.marketing_automation.rules.touchpoints import Touch

    occurred_at = site.utils.now_datetime() - timedelta(days=days_ago)
    fields = {"occurred_at": occurred_at, "channel": "Email", "direction": "Outbound", "campaign": campaign}
    return touchpoints.record([Touch(**fields, **party)])


def test_spending_is_what_expense_rows_with_the_campaign_say(site, fair, today):
    expense = makers.expense_account().name
    site.get_doc(
        {
            "doctype": "Purchase Invoice",
            "supplier": makers.supplier().name,
            "company": makers.company(),
            "items": [
                {
                    "item_name": "Hall",
                    "qty": 1,
                    "rate": 700,
                    "expense_account": expense,
                    "campaign": fair,
                    "uom": "Nos",
                }
            ],
        }
    ).submit()
    journal(
        [
            {"account": expense, "debit_in_account_currency": 200, "campaign": fair},
            {"account": cash(), "credit_in_account_currency": 200},
        ]
    )
    samples = site.get_doc(
        {
            "doctype": "Stock Entry",
            "stock_entry_type": "Material Issue",
            "company": makers.company(),
            "campaign": fair,
            "items": [{"item_code": PUMP, "qty": 2, "s_warehouse": makers.warehouse(), "campaign": fair}],
        }
    ).submit()
    line = row(request(today))
    assert line.spend == Decimal("980.00")
    cost_account = site.db.get_value("Account", samples.items[0].expense_account, "account_type")
    assert line.spend_from_stock == (Decimal("80.00") if cost_account == "Cost of Goods Sold" else 0)
    assert (line.revenue, line.cost_of_goods) == (0, 0)


def test_sale_return_and_loss_give_the_figures_computed_by_hand(site, fair, today):
    """5 pumps at 100 (cost 40 each), one comes back, 50 of the debt is lost: 400 - 160 - 50 = 190."""
    buyer = makers.customer("Fair Visitor").name
    invoice = makers.sales_invoice(buyer, PUMP, qty=5, rate=100, campaign=fair, update_stock=1)
    credit_note(site, invoice, 1)
    write_off(invoice, 50)
    line = row(request(today))
    assert line.revenue == Decimal("400.00")
    assert line.returns == Decimal("100.00")
    assert line.cost_of_goods == Decimal("160.00")
    assert line.bad_debt == Decimal("50.00")
    assert line.margin == Decimal("190.00")


def test_lead_order_delivery_and_invoice_share_one_journey(site, fair, today):
    """The touch came before the order and another one after it: what was delivered and invoiced later is the first's."""
    other = makers.campaign("Too Late").name
    buyer = makers.customer("Order Customer").name
    order = site.get_doc(
        {
            "doctype": "Sales Order",
            "customer": buyer,
            "company": makers.company(),
            "transaction_date": today - timedelta(days=10),
            "delivery_date": today,
            "items": [{"item_code": PUMP, "qty": 3, "rate": 100, "warehouse": makers.warehouse()}],
        }
    ).submit()
    from erpnext.selling.doctype.sales_order.sales_order import make_delivery_note
    from erpnext.stock.doctype.delivery_note.delivery_note import make_sales_invoice

    note = make_delivery_note(order.name).submit()
    make_sales_invoice(note.name).submit()
    touch(site, fair, 12, customer=buyer)
    touch(site, other, 3, customer=buyer)
    line = row(request(today))
    assert (line.revenue, line.cost_of_goods) == (Decimal("300.00"), Decimal("120.00"))
    late = row(request(today), other)
    assert (late.revenue, late.touches) == (0, 1)


def test_touches_of_the_lead_count_for_the_customer_it_became(site, fair, today):
    lead = makers.lead("Fair Guest", campaign_name=fair, company=makers.company())
    touch(site, fair, 5, lead=lead.name)
    buyer = makers.customer("Fair Guest Ltd", lead_name=lead.name).name
    makers.sales_invoice(buyer, PUMP, rate=100)
    line = row(request(today))
    assert (line.leads, line.revenue) == (1, Decimal("100.00"))
    assert line.touches >= 1


def test_a_customer_who_returns_without_a_campaign_is_credited_to_the_first_touch(site, fair, today):
    buyer = makers.customer("Old Friend").name
    site.get_doc(
        {
            "doctype": "Customer Origin",
            "customer": buyer,
            "campaign": fair,
            "first_touch_at": "2020-01-01 10:00:00",
        }
    ).insert()
    makers.sales_invoice(buyer, PUMP, rate=100)
    for model in attribution.MODELS:
        assert row(request(today, model=model, look_back_days=30)).revenue == Decimal("100.00"), model


def test_credit_is_shared_by_the_chosen_model(site, fair, today):
    other = makers.campaign("Newsletter of Pumps").name
    buyer = makers.customer("Twice Met").name
    touch(site, other, 9, customer=buyer)
    touch(site, fair, 4, customer=buyer)
    makers.sales_invoice(buyer, PUMP, rate=100)
    assert row(request(today, model=FIRST), other).revenue == Decimal("100.00")
    assert row(request(today, model=LAST)).revenue == Decimal("100.00")
    assert row(request(today, model=LINEAR)).revenue == Decimal("50.00")
    assert row(request(today, model=LINEAR, look_back_days=5)).revenue == Decimal("100.00")


def test_cancelling_takes_the_figures_back(site, fair, today):
    buyer = makers.customer("Changes Mind").name
    invoice = makers.sales_invoice(buyer, PUMP, rate=100, campaign=fair)
    assert row(request(today)).revenue == Decimal("100.00")
    invoice.reload().cancel()
    gone = row(request(today))
    assert gone is None or gone.revenue == 0


def test_budget_comes_from_the_approved_plan_of_the_period(site, fair, today):
    plan = site.get_doc(
        {
            "doctype": "Campaign Plan",
            "title": "Fair plan",
            "campaign": fair,
            "company": makers.company(),
            "from_date": today,
            "to_date": today + timedelta(days=20),
            "total_budget": 1500,
        }
    )
    plan.flags.ignore_validate = True
    plan.docstatus = 1
    plan.set_new_name()
    plan.db_insert()
    assert row(request(today)).budget == Decimal("1500")


def test_the_sum_of_all_rows_is_erpnexts_own_trial_balance(site, fair, today):
    buyer = makers.customer("Balanced").name
    invoice = makers.sales_invoice(buyer, PUMP, qty=3, rate=99.99, campaign=fair, update_stock=1)
    credit_note(site, invoice, 1)
    makers.sales_invoice(makers.customer("Nobody's").name, PUMP, rate=77.7)
    year = today.year
    compared = campaign_return.compare_with_trial_balance(
        makers.company(), date(year, 1, 1), date(year, 12, 31)
    )
    assert [line["difference"] for line in compared] == [0.0, 0.0]
    assert compared[0]["figures"] >= 277.68


def test_each_figure_opens_the_rows_it_is_made_of(site, fair, today):
    buyer = makers.customer("Opened").name
    invoice = makers.sales_invoice(buyer, PUMP, qty=2, rate=100, campaign=fair, update_stock=1)
    lead = makers.lead("Opened Lead", campaign_name=fair, company=makers.company())
    asked = request(today)
    revenue = campaign_return.rows_behind(asked, fair, "revenue")
    assert [(line["voucher"], line["share"]) for line in revenue.rows] == [(invoice.name, 1.0)]
    assert revenue.total == row(asked).revenue == 200
    leads = campaign_return.rows_behind(asked, fair, "leads")
    assert [line["voucher"] for line in leads.rows] == [lead.name]


def test_two_companies_keep_their_currencies(site, fair, today):
    other = site.get_doc(
        {
            "doctype": "Company",
            "company_name": "Pumps Abroad",
            "abbr": "PA",
            "default_currency": "EUR",
            "country": "Germany",
            "chart_of_accounts": "Standard",
        }
    ).insert()
    expense = makers.account("Expense", of_company=other.name)
    center = site.get_cached_value("Company", other.name, "cost_center")
    asset = site.db.get_value("Account", {"company": other.name, "account_type": "Cash", "is_group": 0})
    expense = (
        site.db.get_value("Account", {"company": other.name, "account_name": "Marketing Expenses"}) or expense
    )
    journal(
        [
            {"account": expense, "debit_in_account_currency": 300, "campaign": fair, "cost_center": center},
            {"account": asset, "credit_in_account_currency": 300, "cost_center": center},
        ],
        company=other.name,
    )
    makers.sales_invoice(makers.customer("At Home").name, PUMP, rate=100, campaign=fair)
    asked = request(today, makers.company(), other.name)
    assert row(asked).spend == 0 and row(asked).revenue == Decimal("100.00")
    assert row(asked, company=other.name).spend == Decimal("300.00")
    assert row(asked, company=other.name).revenue == 0


def test_an_invoice_in_a_foreign_currency_counts_at_the_rate_it_was_posted_with(site, fair, today):
    account = site.get_doc(
        {
            "doctype": "Account",
            "account_name": "Debtors in Euro",
            "parent_account": site.db.get_value("Account", debtors(), "parent_account"),
            "company": makers.company(),
            "account_type": "Receivable",
            "account_currency": "EUR",
        }
    ).insert()
    buyer = makers.customer("Euro Buyer", default_currency="EUR").name
    for rate in (1.25, 1.5):
        makers.sales_invoice(
            buyer, PUMP, rate=100, campaign=fair, currency="EUR", conversion_rate=rate, debit_to=account.name
        )
    assert row(request(today)).revenue == Decimal("275.00")


def test_number_of_queries_does_not_grow_with_the_documents(site, fair, today):
    def queries_of_a_report():
        count = 0
        original = site.db.sql

        def counting(*args, **kwargs):
            nonlocal count
            count += 1
            return original(*args, **kwargs)

        site.db.sql = counting
        try:
            campaign_return.figures(request(today))
        finally:
            site.db.sql = original
        return count

    buyer = makers.customer("Many Invoices").name
    makers.sales_invoice(buyer, PUMP, campaign=fair)
    queries_of_a_report()
    few = queries_of_a_report()
    for _ in range(6):
        makers.sales_invoice(buyer, PUMP, campaign=fair)
    assert queries_of_a_report() == few


def test_a_refused_setting_says_what_to_enter(site, fair, today):
    with pytest.raises(site.ValidationError, match="half-life"):
        campaign_return.figures(request(today, model=attribution.TIME_DECAY, half_life_days=0))


def test_the_embedded_database_is_given_back(site, fair, today):
    with campaign_extract.connect() as connection:
        campaign_extract.open_relations(connection, None, today, today)
        assert connection.execute("select count(*) from touchpoint").fetchall()[0][0] >= 0
