"""The two companies: charts of accounts, fiscal years, branches, taxes, payment terms, price lists and rates."""

from __future__ import annotations

from datetime import date, timedelta

import frappe
from persiantools.jdatetime import JalaliDate

from crm_ext.setup.demo.words import BRANCHES, COMPANY_ABBREVIATION, EXPORT_ABBREVIATION
from crm_ext.setup.demo.world import BRANCH, World, put, put_once

PRICE_LISTS = (
    # name, currency, selling, part of the retail price
    ("Retail Iran", "IRR", 1, 1.0),
    ("Dealer Iran", "IRR", 1, 0.84),
    ("Export EUR", "EUR", 1, 0.95),
    ("Export USD", "USD", 1, 0.95),
    ("Purchase Iran", "IRR", 0, 1.0),
    ("Purchase Import EUR", "EUR", 0, 1.0),
    ("Purchase Europe EUR", "EUR", 0, 0.6),
)
# Rials for one euro and one dollar at the beginning; they climb by half a percent to two percent a month.
EURO, DOLLAR = 900_000, 820_000
MONTHLY_CLIMB = 1.011
PAYMENT_TERMS = (
    ("30 days net", ((100, 30),)),
    ("60 days net", ((100, 60),)),
    ("Half in advance, half after 30 days", ((50, 0), (50, 30))),
    ("On delivery", ((100, 0),)),
)
# Value added tax by the company that the branch belongs to, in percent.
VAT = {"ISF": 10, "HAM": 19}
EXPORT_TAX = "Export without VAT"


def create(world: World) -> None:
    """Everything that history needs before its first document."""
    _companies(world)
    fiscal_years(world)
    for branch in BRANCHES:
        _branch(world, branch.code)
    _accounts(world)
    _taxes(world)
    _payment_terms()
    _price_lists()
    _exchange_rates(world)


def _companies(world: World) -> None:
    if not frappe.db.count("Company"):
        _finish_setup_wizard(world)
    for name, abbreviation, currency, country in (
        (world.company, COMPANY_ABBREVIATION, "IRR", "Iran"),
        (world.export_company, EXPORT_ABBREVIATION, "EUR", "Germany"),
    ):
        put_once(
            "Company",
            name,
            company_name=name,
            abbr=abbreviation,
            default_currency=currency,
            country=country,
            enable_perpetual_inventory=1,
            create_chart_of_accounts_based_on="Standard Template",
            chart_of_accounts="Standard",
        )


def _finish_setup_wizard(world: World) -> None:
    """What the first user of a fresh site does on its first screen, with the demo company as the house."""
    from frappe.desk.page.setup_wizard.setup_wizard import setup_complete

    year = _persian_year(date.fromisoformat(world.wish.until))
    setup_complete(
        {
            "language": "English",
            "country": "Iran",
            "currency": "IRR",
            "timezone": "Asia/Tehran",
            "company_name": world.company,
            "company_abbr": COMPANY_ABBREVIATION,
            "chart_of_accounts": "Standard",
            "fy_start_date": str(year[0]),
            "fy_end_date": str(year[1]),
            "domain": "Manufacturing",
            "enable_telemetry": 0,
            "setup_demo": 0,
        }
    )


def fiscal_years(world: World) -> None:
    """Fiscal years for every day of the history and of the campaigns that go on after it, in the calendar that the site already uses.

    A fresh site was given Persian years, from 1 Farvardin; a site with calendar years gets calendar years.
    """
    day, last = date.fromisoformat(world.date(0)), date.fromisoformat(world.wish.until) + timedelta(days=75)
    while day <= last:
        day = (_end_of_existing_year(day) or _make_year(*_year_around(day))) + timedelta(days=1)


def _end_of_existing_year(day: date) -> date | None:
    """Last day of the fiscal year around the day that is not kept for other companies."""
    for year in frappe.get_all(
        "Fiscal Year",
        filters={"year_start_date": ["<=", day], "year_end_date": [">=", day], "disabled": 0},
        fields=["name", "year_end_date"],
        order_by="year_start_date desc",
    ):
        if not frappe.db.exists("Fiscal Year Company", {"parent": year.name}):
            return year.year_end_date
    return None


def _make_year(first: date, end: date) -> date:
    put(
        "Fiscal Year",
        year=str(first.year) if first.year == end.year else f"{first.year}-{end.year}",
        year_start_date=str(first),
        year_end_date=str(end),
        # ERPNext counts a year as twelve Gregorian months; a Persian leap year ends a day later.
        is_short_year=int(end != _year_later(first) - timedelta(days=1)),
    )
    return end


def _year_around(day: date) -> tuple[date, date]:
    """The fiscal year that the day lies in, counted as the site's newest fiscal year is."""
    starts = frappe.get_all("Fiscal Year", pluck="year_start_date", order_by="year_start_date desc", limit=1)
    if not starts or _is_new_year_of_persia(starts[0]):
        return _persian_year(day)
    first = starts[0].replace(year=day.year)
    if first > day:
        first = first.replace(year=day.year - 1)
    return first, _year_later(first) - timedelta(days=1)


def _year_later(day: date) -> date:
    return day.replace(year=day.year + 1)


def _is_new_year_of_persia(day: date) -> bool:
    persian = JalaliDate.to_jalali(day)
    return persian.month == 1 and persian.day == 1


def _persian_year(day: date) -> tuple[date, date]:
    """1 Farvardin to the last day of Esfand around the day."""
    year = JalaliDate.to_jalali(day).year
    return (
        JalaliDate(year, 1, 1).to_gregorian(),
        JalaliDate(year + 1, 1, 1).to_gregorian() - timedelta(days=1),
    )


def _branch(world: World, code: str) -> None:
    company = world.company_of(code)
    title = world.store(code).rsplit(" - ", 1)[0]
    put_once(
        "Warehouse",
        world.store(code),
        warehouse_name=title,
        company=company,
        parent_warehouse=frappe.db.get_value("Warehouse", {"company": company, "is_group": 1}),
    )
    put_once(
        "Cost Center",
        world.cost_center(code),
        cost_center_name=title,
        company=company,
        parent_cost_center=frappe.db.get_value(
            "Cost Center", {"company": company, "is_group": 1, "parent_cost_center": ["is", "not set"]}
        ),
    )


def _accounts(world: World) -> None:
    """Bank accounts of each company and the foreign currency accounts of the Iranian one."""
    for branch, currency in (("ISF", "IRR"), ("HAM", "EUR")):
        company = world.company_of(branch)
        banks = frappe.db.get_value("Account", {"company": company, "account_type": "Bank", "is_group": 1})
        _account(world, branch, "Main Bank", banks, "Bank", currency)
        frappe.db.set_value("Company", company, "default_bank_account", world.account("Main Bank", branch))
    company = frappe.get_doc("Company", world.company)
    banks = frappe.db.get_value("Account", {"company": company.name, "account_type": "Bank", "is_group": 1})
    for currency in ("EUR", "USD"):
        _account(world, "ISF", f"{currency} Bank", banks, "Bank", currency)
        _account(
            world,
            "ISF",
            f"Debtors {currency}",
            _parent(company.default_receivable_account),
            "Receivable",
            currency,
        )
    _account(world, "ISF", "Creditors EUR", _parent(company.default_payable_account), "Payable", "EUR")
    for title in ("Salaries", "Branch Rent", "Marketing"):
        _account(world, "ISF", title, _parent(company.write_off_account), "Expense Account", "IRR")


def _account(
    world: World, branch: str, title: str, parent: str, account_type: str | None, currency: str
) -> None:
    put_once(
        "Account",
        world.account(title, branch),
        account_name=title,
        company=world.company_of(branch),
        parent_account=parent,
        account_type=account_type,
        account_currency=currency,
    )


def _parent(account: str) -> str:
    return frappe.db.get_value("Account", account, "parent_account")


def _taxes(world: World) -> None:
    """Value added tax on sales and purchases at home, none on exports."""
    for branch, percent in VAT.items():
        company = world.company_of(branch)
        title = f"VAT {percent} %"
        account = put_once(
            "Account",
            world.account(title, branch),
            account_name=title,
            company=company,
            parent_account=frappe.db.get_value(
                "Account", {"company": company, "account_type": "Tax", "is_group": 1}
            ),
            account_type="Tax",
            tax_rate=percent,
        )
        _tax_template(world, "Sales Taxes and Charges Template", branch, title, account, percent)
        _tax_template(world, "Purchase Taxes and Charges Template", branch, title, account, percent)
        _tax_template(world, "Sales Taxes and Charges Template", branch, EXPORT_TAX, account, 0)


def _tax_template(world: World, doctype: str, branch: str, title: str, account: str, percent: int) -> None:
    row = {"charge_type": "On Net Total", "account_head": account, "description": title, "rate": percent}
    if doctype.startswith("Purchase"):
        row |= {"category": "Total", "add_deduct_tax": "Add"}
    put_once(
        doctype,
        f"{title} - {world.abbreviation(branch)}",
        title=title,
        company=world.company_of(branch),
        is_default=int(bool(percent)),
        taxes=[row],
    )


def tax_template(world: World, branch: str, abroad: bool = False) -> str:
    """The template for business of this branch with a partner at home or abroad."""
    percent = VAT["HAM" if BRANCH[branch].abroad else "ISF"]
    return f"{EXPORT_TAX if abroad else f'VAT {percent} %'} - {world.abbreviation(branch)}"


def _payment_terms() -> None:
    for title, parts in PAYMENT_TERMS:
        rows = []
        for portion, days in parts:
            term = f"{portion} % after {days} days"
            put_once(
                "Payment Term",
                term,
                payment_term_name=term,
                invoice_portion=portion,
                due_date_based_on="Day(s) after invoice date",
                credit_days=days,
            )
            rows.append(
                {
                    "payment_term": term,
                    "invoice_portion": portion,
                    "due_date_based_on": "Day(s) after invoice date",
                    "credit_days": days,
                }
            )
        put_once("Payment Terms Template", title, template_name=title, terms=rows)


def _price_lists() -> None:
    for currency in ("EUR", "USD", "IRR"):
        frappe.db.set_value("Currency", currency, "enabled", 1)
    for name, currency, selling, _part in PRICE_LISTS:
        put_once(
            "Price List",
            name,
            price_list_name=name,
            currency=currency,
            selling=selling,
            buying=1 - selling,
            enabled=1,
        )


def _exchange_rates(world: World) -> None:
    """One rate a month for each pair that documents need, from before the first day on."""
    for month in range(-1, world.story.days // 30 + 1):
        day = world.date(month * 30)
        euro, dollar = rate_of("EUR", month * 30), rate_of("USD", month * 30)
        for from_currency, to_currency, rate in (
            ("EUR", "IRR", euro),
            ("USD", "IRR", dollar),
            ("IRR", "EUR", 1 / euro),
            ("IRR", "USD", 1 / dollar),
            ("USD", "EUR", dollar / euro),
            ("EUR", "USD", euro / dollar),
        ):
            if frappe.db.exists(
                "Currency Exchange", {"date": day, "from_currency": from_currency, "to_currency": to_currency}
            ):
                continue
            put(
                "Currency Exchange",
                date=day,
                from_currency=from_currency,
                to_currency=to_currency,
                exchange_rate=rate,
                for_buying=1,
                for_selling=1,
            )


def rate_of(currency: str, day: int) -> float:
    """Rials for one unit of the currency on a day of the story; whole rials, as a bank quotes them."""
    if currency == "IRR":
        return 1.0
    return round({"EUR": EURO, "USD": DOLLAR}[currency] * MONTHLY_CLIMB ** (day // 30))
