import json
import re
from datetime import date
from decimal import Decimal

import duckdb
import pytest

from crm_ext.embedded import __main__ as command
from crm_ext.embedded.analysis import MAIN_MODEL, analyse, as_figures
from crm_ext.embedded.generator import COST, INCOME, make_company, write_company
from crm_ext.embedded.language import Language
from crm_ext.embedded.page import render
from crm_ext.embedded.sources import ExportFolder, load
from crm_ext.marketing_automation.rules import attribution
from crm_ext.shared.calendars import Period
from crm_ext.shared.results import Refusal

LAST_DAY = date(2026, 6, 30)


def analysis_of(folder, period=None):
    connection = duckdb.connect()
    return analyse(connection, load(ExportFolder(folder), connection), "Pumps & <Heating>", "a folder", period)


@pytest.fixture(scope="module")
def company_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("company")
    write_company(folder, LAST_DAY)
    return folder


@pytest.fixture(scope="module")
def analysis(company_folder):
    return analysis_of(company_folder)


def test_figures_reconcile_to_the_ledger(analysis):
    entries = make_company(LAST_DAY).tables["GL Entry"]
    income = sum(row["credit"] - row["debit"] for row in entries if row["account"] == INCOME)
    cost = sum(row["debit"] - row["credit"] for row in entries if row["account"] == COST)
    (figures,) = analysis.companies
    assert (figures.ledger_income, figures.ledger_cost_of_goods, figures.difference) == (income, cost, 0)
    assert figures.revenue == income


def test_every_model_shares_out_the_whole_revenue(analysis):
    (figures,) = analysis.companies
    sums = [sum(column) for column in zip(*figures.revenue_by_model.values(), strict=True)]
    assert len(sums) == len(attribution.MODELS)
    assert set(sums) == {figures.ledger_income}


def test_models_differ_because_customers_met_several_campaigns(analysis):
    (figures,) = analysis.companies
    assert any(len(set(amounts)) > 1 for amounts in figures.revenue_by_model.values())


def test_spend_of_every_campaign_is_what_was_posted(analysis):
    entries = make_company(LAST_DAY).tables["GL Entry"]
    posted = {}
    for row in entries:
        if row["voucher_type"] == "Purchase Invoice" and row["debit"]:
            posted[row["campaign"]] = posted.get(row["campaign"], Decimal(0)) + row["debit"]
    (figures,) = analysis.companies
    assert {row.campaign: row.spend for row in figures.campaigns if row.campaign} == posted


def test_without_touchpoints_the_campaign_of_the_lead_stands_in(company_folder, tmp_path):
    for path in company_folder.glob("*.csv"):
        if path.stem != "tabTouchpoint":
            (tmp_path / path.name).write_bytes(path.read_bytes())
    (figures,) = analysis_of(tmp_path).companies
    assert figures.difference == 0
    assert sum(row.revenue for row in figures.campaigns if row.campaign) > figures.revenue / 2


def test_a_shorter_period_holds_less(company_folder, analysis):
    (half,) = analysis_of(company_folder, Period(date(2026, 1, 1), LAST_DAY)).companies
    assert 0 < half.ledger_income < analysis.companies[0].ledger_income
    assert half.difference == 0


def test_an_empty_ledger_is_refused(company_folder, tmp_path):
    for path in company_folder.glob("*.csv"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    ledger = tmp_path / "tabGL Entry.csv"
    ledger.write_text(ledger.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    refusal = analysis_of(tmp_path)
    assert isinstance(refusal, Refusal) and refusal.code == "ledger_empty"


def test_json_holds_every_figure_as_exact_text(analysis):
    figures = json.loads(json.dumps(as_figures(analysis)))
    (company,) = figures["companies"]
    assert company["attribution_model"] == MAIN_MODEL
    assert Decimal(company["ledger"]["income"]) == analysis.companies[0].ledger_income
    assert figures["lead_to_cash"][0]["name"] == "Lead"
    assert sum(Decimal(row["revenue"]) for row in company["campaign_return"]) == analysis.companies[0].revenue


def test_the_page_stands_alone_and_escapes_what_it_shows(analysis):
    page = render(analysis, Language("en"))
    assert "Pumps &amp; &lt;Heating&gt;" in page
    assert not re.search(r"""(src|href)=|<script|@import|url\(""", page)
    for row in analysis.companies[0].campaigns:
        assert (row.campaign or "No campaign") in page


def test_the_persian_page_reads_from_the_right_with_persian_digits_and_days(analysis):
    page = render(analysis, Language("fa"))
    assert 'lang="fa" dir="rtl"' in page
    assert "۱۴۰۵/۰۴/۰۹" in page
    visible = re.sub(r"<style>.*?</style>|<[^>]*>", "", page, flags=re.DOTALL)
    assert not re.search(r"\d", visible.translate({ord(digit): None for digit in "۰۱۲۳۴۵۶۷۸۹"})), "Latin digits are left"


def test_demo_writes_page_and_figures(tmp_path, capsys):
    page, figures = tmp_path / "demo.html", tmp_path / "demo.json"
    assert command.main(["demo", "--html", str(page), "--json", str(figures)]) == 0
    assert json.loads(figures.read_text(encoding="utf-8"))["companies"]
    assert page.stat().st_size > 5_000
    assert "difference to the ledger 0.00" in capsys.readouterr().err.replace("\n", " ").replace("  ", " ")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--source", "/nowhere"], "There is no file or folder"),
        (["--source", ".", "--from", "1404/12/30", "--to", "1405/01/01"], "Check the month and the day"),
    ],
)
def test_a_refusal_says_what_to_do(arguments, words, capsys):
    assert command.main(["analyse", *arguments]) == 1
    assert words in capsys.readouterr().err.replace("\n", " ")
