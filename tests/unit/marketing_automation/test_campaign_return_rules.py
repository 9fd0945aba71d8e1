"""Figures of a campaign from their parts, and rows that add up to the ledger."""

from datetime import date, timedelta
from decimal import Decimal

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_ext.marketing_automation.rules import attribution, campaign_return

PARTS = attribution.AMOUNT_PARTS * attribution.WEIGHT_PARTS
MEASURES = ", ".join(f"{name} decimal(18, 2) default 0" for name in campaign_return.MEASURES)


@pytest.fixture
def books():
    return empty_books()


def empty_books():
    connection = duckdb.connect()
    connection.execute("create table touches (party varchar, campaign varchar, occurred_at timestamp)")
    connection.execute("create table origins (party varchar, campaign varchar)")
    connection.execute(
        f"""create table results (voucher varchar, party varchar, company varchar, posting_date date, decided_on date,
        campaign_on_document varchar, {MEASURES})"""
    )
    connection.execute(
        "create table spending (company varchar, campaign varchar, posting_date date, amount decimal(18, 2), from_stock boolean)"
    )
    connection.execute("create table counts (company varchar, campaign varchar, kind varchar, number bigint)")
    connection.execute("create table budgets (company varchar, campaign varchar, amount decimal(18, 2))")
    return connection


def sell(connection, day, campaign, company="Test Pumps", party=None, **measures):
    names = ", ".join(
        ["voucher", "party", "company", "posting_date", "decided_on", "campaign_on_document", *measures]
    )
    values = ["V", party, company, day, day, campaign, *measures.values()]
    connection.execute(f"insert into results ({names}) values ({', '.join('?' * len(values))})", values)


def spend(connection, day, campaign, amount, company="Test Pumps", from_stock=False):
    connection.execute(
        "insert into spending values (?, ?, ?, ?, ?)", (company, campaign, day, amount, from_stock)
    )


def figures_of(connection, campaign, company="Test Pumps", **policy):
    result = campaign_return.calculate(connection, attribution.Settings(**policy))
    return next(row for row in result.figures if (row.company, row.campaign) == (company, campaign))


DAY = date(2026, 2, 1)


def test_margin_and_return_follow_their_formulas(books):
    sell(
        books,
        DAY,
        "Fair",
        revenue=1000,
        cost_of_goods=400,
        discount=70,
        discount_outside_income=50,
        bad_debt=30,
    )
    spend(books, DAY, "Fair", 200)
    row = figures_of(books, "Fair")
    assert (row.margin, row.profit) == (Decimal("520.00"), Decimal("320.00"))
    assert row.return_on_spend == Decimal("1.6")


def test_a_campaign_that_cost_nothing_has_no_return(books):
    sell(books, DAY, "Fair", revenue=10)
    assert figures_of(books, "Fair").return_on_spend is None


def test_payback_is_the_first_day_on_which_the_margin_covers_the_spending(books):
    spend(books, DAY, "Fair", 100)
    sell(books, DAY + timedelta(days=3), "Fair", revenue=99)
    sell(books, DAY + timedelta(days=9), "Fair", revenue=1)
    sell(books, DAY + timedelta(days=12), "Fair", revenue=50)
    assert figures_of(books, "Fair").payback_on == DAY + timedelta(days=9)


def test_an_equal_share_that_meets_the_spending_to_the_cent_pays_it_back(books):
    for hour, campaign in enumerate(("Catalogue", "Fair", "Newsletter")):
        books.execute("insert into touches values ('x', ?, ?)", (campaign, f"{DAY} {hour:02}:00:00"))
    spend(books, DAY, "Catalogue", 100)
    sell(books, DAY, None, party="x", revenue=300)
    assert figures_of(books, "Catalogue", model=attribution.LINEAR).payback_on == DAY


def test_a_campaign_that_never_pays_back_has_no_payback_date(books):
    spend(books, DAY, "Fair", 100)
    sell(books, DAY, "Fair", revenue=99)
    assert figures_of(books, "Fair").payback_on is None


def test_income_before_any_spending_is_no_payback(books):
    sell(books, DAY, "Fair", revenue=500)
    spend(books, DAY + timedelta(days=5), "Fair", 600)
    assert figures_of(books, "Fair").payback_on is None


def test_companies_and_their_currencies_are_never_added(books):
    sell(books, DAY, "Fair", revenue=10)
    sell(books, DAY, "Fair", company="Pumps Iran", revenue=5_000_000)
    assert figures_of(books, "Fair").revenue == Decimal("10.00")
    assert figures_of(books, "Fair", "Pumps Iran").revenue == Decimal("5000000.00")


def test_what_no_campaign_brought_has_a_row_and_completes_the_ledger(books):
    sell(books, DAY, "Fair", revenue=10, cost_of_goods=4)
    sell(books, DAY, None, revenue=90, cost_of_goods=30)
    spend(books, DAY, "Fair", 6, from_stock=True)
    result = campaign_return.calculate(books, attribution.Settings())
    assert [row.campaign for row in result.figures] == ["Fair", None]
    assert result.totals == [campaign_return.LedgerTotals("Test Pumps", Decimal("100.00"), Decimal("40.00"))]


def test_counts_and_budget_stand_in_the_row_of_their_campaign(books):
    books.execute(
        "insert into counts values ('Test Pumps', 'Fair', 'leads', 3), ('Test Pumps', 'Fair', 'orders', 1)"
    )
    books.execute("insert into budgets values ('Test Pumps', 'Fair', 500)")
    row = figures_of(books, "Fair")
    assert (row.leads, row.orders, row.touches, row.budget) == (3, 1, 0, Decimal("500.00"))


@settings(deadline=None, max_examples=10)
@given(
    st.lists(
        st.tuples(st.sampled_from(("x", "y")), st.decimals("-500", "500", places=2)), min_size=1, max_size=15
    ),
    st.lists(st.tuples(st.sampled_from(("x", "y")), st.sampled_from("ABC"), st.integers(0, 30)), max_size=15),
    st.sampled_from(attribution.MODELS),
)
def test_rows_add_up_to_the_ledger_to_the_cent_in_every_model(sales, touches, model):
    books = empty_books()
    for party, amount in sales:
        sell(books, DAY, None, party=party, revenue=amount)
    for party, campaign, age in touches:
        books.execute("insert into touches values (?, ?, ?)", (party, campaign, DAY - timedelta(days=age)))
    result = campaign_return.calculate(books, attribution.Settings(model))
    assert sum(row.revenue for row in result.figures) == sum(amount for _, amount in sales)
    assert all(row.revenue == round(row.revenue, 2) for row in result.figures)


@given(st.lists(st.integers(-(10**24), 10**24), max_size=20), st.integers(0, 3))
def test_rounding_keeps_the_sum_and_moves_nothing_by_a_whole_unit(parts, precision):
    rounded = campaign_return.round_keeping_sum(parts, precision)
    unit = Decimal(1).scaleb(-precision)
    assert abs(sum(rounded, Decimal(0)) - Decimal(sum(parts)) / PARTS) <= unit / 2
    assert all(abs(part - Decimal(exact) / PARTS) < unit for part, exact in zip(rounded, parts, strict=True))
