from datetime import date, timedelta
from decimal import Decimal

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_ext.sales_process.rules.funnel import STAGES, lead_to_cash

DAY = date(2026, 3, 1)


def journeys(*leads):
    """A relation with one row a lead; each lead gives the day number it reached each stage on, or None."""
    connection = duckdb.connect()
    dates = ", ".join(f"{stage.lower()}_on DATE" for stage in STAGES)
    amounts = ", ".join(f"{stage.lower()}_amount DECIMAL(21, 9)" for stage in STAGES[1:])
    connection.execute(f"CREATE TABLE lead_journeys ({dates}, {amounts})")
    for days, amount in leads:
        reached = [None if day is None else DAY + timedelta(days=day) for day in days]
        worth = [None if day is None else amount for day in reached[1:]]
        connection.execute(f"INSERT INTO lead_journeys VALUES ({', '.join('?' * 11)})", [*reached, *worth])
    return connection


def test_counts_shares_waits_and_amounts():
    funnel = lead_to_cash(
        journeys(
            ((0, 4, 6, 10, 12, 40), Decimal(1000)),
            ((0, 8, None, None, None, None), Decimal(500)),
            ((0, None, None, None, None, None), Decimal(0)),
            ((0, None, None, None, None, None), Decimal(0)),
        )
    )
    assert [stage.reached for stage in funnel] == [4, 2, 1, 1, 1, 1]
    assert funnel[1].of_previous == 0.5 and funnel[5].of_leads == 0.25
    assert funnel[1].median_days == 6.0 and funnel[5].median_days == 28.0
    assert funnel[0].amount is None and funnel[1].amount == 1500 and funnel[5].amount == 1000


def test_a_sale_without_a_quotation_passed_that_stage():
    funnel = lead_to_cash(journeys(((0, 3, None, 5, None, None), Decimal(10))))
    assert [stage.reached for stage in funnel] == [1, 1, 1, 1, 0, 0]
    assert funnel[2].median_days is None


def test_a_document_written_late_makes_no_negative_wait():
    assert lead_to_cash(journeys(((0, 9, 2, None, None, None), Decimal(10))))[2].median_days == 0


def test_an_empty_house_has_an_empty_funnel():
    funnel = lead_to_cash(journeys())
    assert [stage.reached for stage in funnel] == [0] * 6
    assert all(stage.of_leads is None for stage in funnel)


leads = st.lists(
    st.tuples(st.tuples(st.just(0), *[st.none() | st.integers(0, 400)] * 5), st.decimals(0, 10**6, places=2)),
    max_size=12,
)


@pytest.mark.filterwarnings("ignore")
@given(leads)
def test_a_funnel_never_widens(rows):
    reached = [stage.reached for stage in lead_to_cash(journeys(*rows))]
    assert reached == sorted(reached, reverse=True)
