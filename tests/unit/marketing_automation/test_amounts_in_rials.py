"""One bill in rials has more digits than a year's turnover in dollars."""

from datetime import date
from decimal import Decimal

import duckdb
import pytest

from crm_ext.marketing_automation.rules import attribution

DAY = date(2026, 2, 1)


@pytest.mark.parametrize("amount", ["9394000000.000000", "999999999999.999999"])
@pytest.mark.parametrize("model", attribution.MODELS)
def test_a_bill_of_billions_is_shared_out_to_the_last_rial(amount, model):
    connection = duckdb.connect()
    connection.execute("create table touches (party varchar, campaign varchar, occurred_at timestamp)")
    connection.execute("create table origins (party varchar, campaign varchar)")
    connection.execute(
        """create table results (voucher varchar, party varchar, company varchar, posting_date date, decided_on date,
        campaign_on_document varchar, revenue decimal(18, 6))"""
    )
    for campaign in ("Boiler Exchange", "Dealer Conference", "Free Pump Check"):
        connection.execute("insert into touches values ('Buyer', ?, '2026-01-01 10:00:00')", (campaign,))
    connection.execute(
        "insert into results values ('SINV-1', 'Buyer', 'Ravan Garma', ?, ?, null, ?)",
        (DAY, DAY, Decimal(amount)),
    )
    attribution.attribute(connection, attribution.Settings(model=model))
    attribution.add_up(connection, ["revenue"], ["company"])
    total = connection.execute("select sum(revenue) from attributed_total").fetchone()[0]
    in_parts = attribution.AMOUNT_PARTS * attribution.WEIGHT_PARTS
    assert Decimal(int(total)) == Decimal(amount) * in_parts
