"""The report as people with different rights see it."""

import makers
import pytest

from crm_ext.api import campaign_return as api
from crm_ext.marketing_automation.report.campaign_return import campaign_return as report
from crm_ext.marketing_automation.report.campaign_return_ledger_rows import (
    campaign_return_ledger_rows as rows,
)

CAMPAIGN = "Rights Fair"


@pytest.fixture(autouse=True)
def sold(site, tmp_path, monkeypatch):
    monkeypatch.setattr("crm_ext.marketing_automation.queries.campaign_extract.folder", lambda: tmp_path)
    makers.item("Rights Service")
    makers.campaign(CAMPAIGN)
    return makers.sales_invoice(
        makers.customer("Rights Buyer").name, "Rights Service", rate=100, campaign=CAMPAIGN
    )


def filters(site, **values):
    today = site.utils.getdate()
    return {"from_date": today.replace(day=1), "to_date": site.utils.get_last_day(today), **values}


def names(columns):
    return {column["fieldname"] for column in columns}


def test_an_accountant_sees_margins_and_a_marketing_analyst_does_not(site):
    makers.user("return.accountant@example.com", "Accounts Manager")
    makers.user("return.analyst@example.com", "Marketing Analyst")
    site.set_user("return.accountant@example.com")
    assert report.CONFIDENTIAL[0] in names(report.execute(filters(site))[0])
    site.set_user("return.analyst@example.com")
    columns, _lines, message, _chart, summary = report.execute(filters(site))
    assert not names(columns) & set(report.CONFIDENTIAL)
    assert message is None
    assert "Margin" not in {line["label"] for line in summary}
    with pytest.raises(site.PermissionError):
        rows.execute(filters(site, figure="revenue", campaign=CAMPAIGN))
    with pytest.raises(site.PermissionError):
        api.margin_card()


def test_confidential_values_do_not_travel_without_their_columns(site):
    makers.user("return.analyst@example.com", "Marketing Analyst")
    site.set_user("return.analyst@example.com")
    lines = report.execute(filters(site))[1]
    assert lines
    assert all(set(line).isdisjoint(report.CONFIDENTIAL) for line in lines)


def test_a_company_that_is_not_the_users_is_as_one_that_does_not_exist(site):
    home = makers.company()
    makers.user("return.elsewhere@example.com", "Accounts Manager")
    other = site.get_doc(
        {"doctype": "Company", "company_name": "Rights Abroad", "abbr": "RA", "default_currency": "EUR"}
        | {"country": "Germany", "chart_of_accounts": "Standard"}
    ).insert()
    site.permissions.add_user_permission("Company", other.name, "return.elsewhere@example.com")
    site.set_user("return.elsewhere@example.com")
    for name in (home, "No Such Company"):
        with pytest.raises(site.PermissionError, match="that you may see"):
            report.execute(filters(site, company=[name]))
    assert {line["company"] for line in report.execute(filters(site))[1]} <= {other.name}


def test_the_last_row_is_the_sum_and_the_message_names_the_ledger(site):
    _columns, lines, message, _chart, _summary = report.execute(filters(site, company=[makers.company()]))
    total = lines[-1]
    assert total["is_total"]
    assert total["revenue"] == pytest.approx(sum(line["revenue"] for line in lines[:-1]))
    assert makers.company() in message


def test_a_period_upside_down_is_refused_with_what_to_do(site):
    with pytest.raises(site.ValidationError, match="Exchange them"):
        report.execute({"from_date": "2026-02-01", "to_date": "2026-01-01"})


def test_the_trial_balance_agrees_for_every_company(site):
    today = site.utils.getdate()
    answer = api.compare_with_trial_balance(f"{today.year}-01-01", f"{today.year}-12-31", "[]")
    assert answer and all(line["difference"] == 0 for line in answer)
