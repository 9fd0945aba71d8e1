"""A year of a company that makes pumps and heating equipment, in ERPNext's own table shapes.

Small and seeded: the same seed and last day give the same company, whatever the day it runs on. Every sale is posted
as ERPNext would post it (debtors, income, stock and cost of goods; payments; returns; write-offs), so that the trial
balance of the year is zero and the figures made from it can be reconciled.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

from crm_ext.embedded.generated_stock import ordered_goods, write_stock
from crm_ext.embedded.tables import BY_DOCTYPE

COMPANY = "Aras Pumps and Heating"
CURRENCY = "EUR"
DAYS = 365

Row = dict[str, Any]


@dataclass(frozen=True)
class CampaignStory:
    """How a campaign goes: when it starts (day of the year), what it costs, how many come and how good they are."""

    name: str
    channel: str
    first_day: int
    length: int
    budget: int
    spend: int
    leads: int
    conversion: float  # share of its leads that place an order
    order_value: int  # median, company currency


CAMPAIGNS = (
    CampaignStory("Spring Irrigation Pumps", "Event", 20, 60, 18_000, 17_200, 90, 0.22, 5_200),
    CampaignStory("Boiler Replacement Bonus", "Email", 150, 75, 9_000, 8_300, 130, 0.19, 3_900),
    CampaignStory("Tabriz Trade Fair", "Event", 95, 12, 26_000, 29_400, 60, 0.28, 9_800),
    CampaignStory("Search Advertising", "Advertisement", 0, 365, 24_000, 23_100, 210, 0.08, 2_600),
    CampaignStory("Dealer Days", "Partner", 200, 30, 14_000, 12_700, 40, 0.30, 8_200),
    CampaignStory("Solar Heating Launch", "Web", 120, 120, 30_000, 33_800, 70, 0.06, 4_400),
    CampaignStory("Winter Service Call", "Phone Call", 235, 60, 6_000, 5_100, 75, 0.30, 2_100),
)
UNPROMPTED_LEADS = 260
UNPROMPTED_CONVERSION = 0.21
UNPROMPTED_ORDER_VALUE = 3_600

INCOME, COST, STOCK = "Sales - AP", "Cost of Goods Sold - AP", "Stock In Hand - AP"
DEBTORS, CREDITORS, BANK = "Debtors - AP", "Creditors - AP", "Bank - AP"
MARKETING, WRITE_OFF = "Marketing Expenses - AP", "Write Off - AP"

ACCOUNTS = (
    (INCOME, "Income", "Income Account"),
    (COST, "Expense", "Cost of Goods Sold"),
    (MARKETING, "Expense", "Expense Account"),
    (WRITE_OFF, "Expense", ""),
    (STOCK, "Asset", "Stock"),
    (DEBTORS, "Asset", "Receivable"),
    (BANK, "Asset", "Bank"),
    (CREDITORS, "Liability", "Payable"),
)


@dataclass
class Books:
    """The tables being written, and the number series of their documents."""

    random: Random
    first_day: date
    last_day: date
    tables: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    _numbers: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def new_name(self, prefix: str) -> str:
        self._numbers[prefix] += 1
        return f"{prefix}-{self._numbers[prefix]:05d}"

    def add(self, doctype: str, **row: Any) -> Row:
        unknown = set(row) - set(BY_DOCTYPE[doctype].columns)
        if unknown:
            raise ValueError(f"{doctype} has no columns {sorted(unknown)}")
        self.tables[doctype].append(row)
        return row

    def post(
        self, day: date, voucher_type: str, voucher_no: str, *entries: tuple[str, Decimal, Decimal], **shared: Any
    ) -> None:
        """Ledger rows of one voucher: (account, debit, credit) each; they must balance."""
        if sum(debit - credit for _, debit, credit in entries) != 0:
            raise ValueError(f"{voucher_no} does not balance")
        for account, debit, credit in entries:
            party = shared.get("party") if account in (DEBTORS, CREDITORS) else None
            self.add(
                "GL Entry",
                name=self.new_name("GLE"),
                posting_date=day,
                account=account,
                party_type=shared.get("party_type") if party else None,
                party=party,
                debit=debit,
                credit=credit,
                voucher_type=voucher_type,
                voucher_no=voucher_no,
                against_voucher=shared.get("against_voucher") if party else None,
                company=COMPANY,
                is_cancelled=0,
                campaign=shared.get("campaign"),
            )

    def between(self, first: int, last: int) -> int:
        return self.random.randint(first, last)

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability


def write_company(folder: Path, last_day: date, seed: int = 1) -> None:
    """Write the year that ends with `last_day` as one CSV file a table into the folder."""
    books = make_company(last_day, seed)
    folder.mkdir(parents=True, exist_ok=True)
    for doctype, table in BY_DOCTYPE.items():
        with (folder / f"{table.stored_name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(table.columns))
            writer.writeheader()
            writer.writerows(books.tables[doctype])


def make_company(last_day: date, seed: int = 1) -> Books:
    books = Books(Random(seed), last_day - timedelta(days=DAYS - 1), last_day)
    books.add("Company", name=COMPANY, default_currency=CURRENCY, write_off_account=WRITE_OFF)
    for name, root_type, account_type in ACCOUNTS:
        books.add("Account", name=name, company=COMPANY, root_type=root_type, account_type=account_type)
    for campaign in CAMPAIGNS:
        _run_campaign(books, campaign)
    for _ in range(UNPROMPTED_LEADS):
        day = books.first_day + timedelta(days=books.between(0, DAYS - 1))
        _follow_lead(books, None, "Web", day, UNPROMPTED_CONVERSION, UNPROMPTED_ORDER_VALUE)
    write_stock(books, COMPANY)
    return books


def _run_campaign(books: Books, campaign: CampaignStory) -> None:
    books.add("Campaign", name=campaign.name)
    books.add(
        "Campaign Plan", campaign=campaign.name, company=COMPANY, total_budget=Decimal(campaign.budget), docstatus=1
    )
    instalments = 3
    for part in range(instalments):
        day = books.first_day + timedelta(days=min(campaign.first_day + part * campaign.length // 3, DAYS - 1))
        amount = (Decimal(campaign.spend) / instalments).quantize(Decimal("0.01"))
        invoice = books.new_name("ACC-PINV")
        books.post(
            day,
            "Purchase Invoice",
            invoice,
            (MARKETING, amount, Decimal(0)),
            (CREDITORS, Decimal(0), amount),
            campaign=campaign.name,
            party_type="Supplier",
            party="Media House",
        )
    for _ in range(campaign.leads):
        day = books.first_day + timedelta(days=min(campaign.first_day + books.between(0, campaign.length), DAYS - 1))
        _follow_lead(books, campaign.name, campaign.channel, day, campaign.conversion, campaign.order_value)


def _follow_lead(
    books: Books, campaign: str | None, channel: str, day: date, conversion: float, order_value: int
) -> None:
    lead = books.new_name("CRM-LEAD")
    record = books.add(
        "Lead",
        company=COMPANY,
        name=lead,
        creation=_at(books, day),
        status="Open",
        campaign_name=campaign,
    )
    _touch(books, lead, None, day, channel, campaign)
    will_order = books.chance(conversion)
    if not (will_order or books.chance(0.25)):
        return
    record["status"] = "Opportunity"
    day += timedelta(days=books.between(2, 15))
    value = _amount(books, order_value)
    opportunity = _opportunity(books, lead, campaign, day, value)
    if not (will_order or books.chance(0.5)) or opportunity is None:
        return
    day += timedelta(days=books.between(1, 12))
    later = books.random.choice(CAMPAIGNS)
    if books.chance(0.35):
        _touch(books, lead, None, day, later.channel, later.name)
    customer = f"Customer {lead[-5:]}"
    quotation = _quotation(books, lead, opportunity, campaign, day, value)
    if not will_order or quotation is None:
        return
    record["status"] = "Converted"
    books.add("Customer", name=customer, lead_name=lead)
    day += timedelta(days=books.between(3, 25))
    _sell(books, customer, quotation, campaign, day, value)
    while books.chance(0.45):  # comes back, and nobody writes a campaign on the document
        day += timedelta(days=books.between(30, 110))
        if books.chance(0.3):
            again = books.random.choice(CAMPAIGNS)
            _touch(books, None, customer, day - timedelta(days=books.between(1, 20)), again.channel, again.name)
        _sell(books, customer, None, None, day, _amount(books, order_value))


def _opportunity(books: Books, lead: str, campaign: str | None, day: date, value: Decimal) -> Row | None:
    if day > books.last_day:
        return None
    return books.add(
        "Opportunity",
        company=COMPANY,
        name=books.new_name("CRM-OPP"),
        transaction_date=day,
        opportunity_from="Lead",
        party_name=lead,
        status="Open",
        campaign=campaign,
        opportunity_amount=value,
        base_total=Decimal(0),
        conversion_rate=Decimal(1),
    )


def _quotation(
    books: Books, lead: str, opportunity: Row, campaign: str | None, day: date, value: Decimal
) -> Row | None:
    if day > books.last_day:
        return None
    opportunity["status"] = "Quotation"
    return books.add(
        "Quotation",
        company=COMPANY,
        name=books.new_name("SAL-QTN"),
        transaction_date=day,
        quotation_to="Lead",
        party_name=lead,
        opportunity=opportunity["name"],
        campaign=campaign,
        docstatus=1,
        base_net_total=value,
    )


def _sell(
    books: Books, customer: str, quotation: Row | None, campaign: str | None, day: date, value: Decimal
) -> None:
    """Order, delivery, invoice, payment, and now and then a return or a debt that is never paid."""
    if day > books.last_day:
        return
    order = books.new_name("SAL-ORD")
    ordered = books.add(
        "Sales Order",
        company=COMPANY,
        name=order,
        transaction_date=day,
        customer=customer,
        campaign=campaign,
        docstatus=1,
        base_net_total=value,
    )
    days_to_delivery = books.between(2, 20)
    is_delivered = day + timedelta(days=days_to_delivery) <= books.last_day
    ordered["status"] = "Completed" if is_delivered else "To Deliver and Bill"
    ordered_goods(books, ordered, quotation, value, day + timedelta(days=days_to_delivery))
    day += timedelta(days=days_to_delivery)
    if not is_delivered:
        return
    cost = (value * Decimal(books.between(52, 71)) / 100).quantize(Decimal("0.01"))
    delivery = books.new_name("MAT-DN")
    books.add("Delivery Note", name=delivery, posting_date=day, customer=customer, campaign=campaign, docstatus=1)
    books.post(
        day, "Delivery Note", delivery, (COST, cost, Decimal(0)), (STOCK, Decimal(0), cost), campaign=campaign
    )
    invoice = _invoice(books, customer, campaign, day, value, order, delivery)
    if books.chance(0.04):
        returned = (value * Decimal(books.between(20, 100)) / 100).quantize(Decimal("0.01"))
        _credit_note(books, customer, campaign, day + timedelta(days=books.between(3, 30)), returned, invoice)
    elif books.chance(0.03):
        _write_off(books, customer, day + timedelta(days=90), value, invoice)
    else:
        _pay(books, customer, day + timedelta(days=books.between(0, 75)), value, invoice)


def _invoice(
    books: Books, customer: str, campaign: str | None, day: date, value: Decimal, order: str, delivery: str
) -> Row:
    invoice = books.add(
        "Sales Invoice",
        name=books.new_name("ACC-SINV"),
        posting_date=day,
        customer=customer,
        campaign=campaign,
        docstatus=1,
        is_return=0,
        base_net_total=value,
        base_discount_amount=(value * Decimal(books.between(0, 6)) / 100).quantize(Decimal("0.01")),
    )
    books.add("Sales Invoice Item", parent=invoice["name"], sales_order=order, delivery_note=delivery)
    books.post(
        day,
        "Sales Invoice",
        invoice["name"],
        (DEBTORS, value, Decimal(0)),
        (INCOME, Decimal(0), value),
        campaign=campaign,
        party_type="Customer",
        party=customer,
        against_voucher=invoice["name"],
    )
    return invoice


def _credit_note(
    books: Books, customer: str, campaign: str | None, day: date, value: Decimal, invoice: Row
) -> None:
    if day > books.last_day:
        return
    note = books.add(
        "Sales Invoice",
        name=books.new_name("ACC-SINV"),
        posting_date=day,
        customer=customer,
        campaign=campaign,
        docstatus=1,
        is_return=1,
        base_net_total=-value,
        base_discount_amount=Decimal(0),
    )
    books.post(
        day,
        "Sales Invoice",
        note["name"],
        (INCOME, value, Decimal(0)),
        (DEBTORS, Decimal(0), value),
        campaign=campaign,
        party_type="Customer",
        party=customer,
        against_voucher=invoice["name"],
    )


def _write_off(books: Books, customer: str, day: date, value: Decimal, invoice: Row) -> None:
    _settle(books, customer, day, value, invoice, "Journal Entry", "ACC-JV", WRITE_OFF)


def _pay(books: Books, customer: str, day: date, value: Decimal, invoice: Row) -> None:
    _settle(books, customer, day, value, invoice, "Payment Entry", "ACC-PAY", BANK)


def _settle(
    books: Books,
    customer: str,
    day: date,
    value: Decimal,
    invoice: Row,
    voucher_type: str,
    series: str,
    account: str,
) -> None:
    if day > books.last_day:
        return
    books.post(
        day,
        voucher_type,
        books.new_name(series),
        (account, value, Decimal(0)),
        (DEBTORS, Decimal(0), value),
        party_type="Customer",
        party=customer,
        against_voucher=invoice["name"],
    )


def _touch(
    books: Books, lead: str | None, customer: str | None, day: date, channel: str, campaign: str | None
) -> None:
    if day > books.last_day or campaign is None:
        return
    books.add(
        "Touchpoint",
        company=COMPANY,
        lead=lead,
        customer=customer,
        occurred_at=_at(books, day),
        channel=channel,
        campaign=campaign,
    )


def _at(books: Books, day: date) -> datetime:
    return datetime(day.year, day.month, day.day, books.between(8, 18), books.between(0, 59))


def _amount(books: Books, median: int) -> Decimal:
    """A log-normal order value around the median, in whole units."""
    return Decimal(max(50, round(median * books.random.lognormvariate(0, 0.55))))
