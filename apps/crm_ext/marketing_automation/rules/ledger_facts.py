"""From rows of the general ledger to what a voucher brought and cost.

One *fact* is one voucher on one day with one campaign. Which account a row is on says what it means:

| account | on the voucher of a sale | elsewhere |
|---|---|---|
| income | revenue (of a credit note: also returns) | revenue |
| cost of goods sold | cost of goods | with a campaign: spending from stock (samples); without: cost of goods |
| discount | discount | discount |
| write-off, or any expense of a write-off entry | bad debt | bad debt where a customer is on the voucher |
| other expense | (none) | with a campaign: spending |

Works on DuckDB over ERPNext's own rows, on a site and on exports of its tables alike.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# What an account means. Income that is a discount account lowers revenue already.
INCOME = "income"
INCOME_DISCOUNT = "income discount"
COST_OF_GOODS = "cost of goods"
DISCOUNT = "discount"
BAD_DEBT = "bad debt"
EXPENSE = "expense"

SALES_VOUCHERS = ("Sales Invoice", "Delivery Note", "POS Invoice")
WRITE_OFF_ENTRY = "Write Off Entry"
PERIOD_CLOSING = "Period Closing Voucher"

# Relations that `classify` reads, with the types of their columns. Amounts are credit less debit in millionths.
LEDGER_ROW = {
    "company": "varchar",
    "voucher_type": "varchar",
    "voucher_no": "varchar",
    "posting_date": "date",
    "account": "varchar",
    "campaign": "varchar",
    "subtype": "varchar",
    "amount": "bigint",
}
ACCOUNT_KIND = {"account": "varchar", "kind": "varchar"}
# Customers on vouchers that are no sales documents, with the invoice that the row settles.
VOUCHER_PARTY = {
    "voucher_type": "varchar",
    "voucher_no": "varchar",
    "party": "varchar",
    "against_invoice": "varchar",
}
# Headers of sales vouchers; ordered_on is the earliest order or delivery behind the lines, discount in millionths.
SALES_DOCUMENT = {
    "doctype": "varchar",
    "name": "varchar",
    "customer": "varchar",
    "dated": "date",
    "ordered_on": "date",
    "is_return": "boolean",
    "return_against": "varchar",
    "campaign": "varchar",
    "discount_account": "varchar",
    "discount": "bigint",
}

MEASURES = (
    "revenue",
    "cost_of_goods",
    "discount",
    "discount_outside_income",
    "discount_on_documents",
    "returns",
    "bad_debt",
    "spend",
    "spend_from_stock",
)
VOUCHER_FACT = {
    "voucher_type": "varchar",
    "voucher_no": "varchar",
    "company": "varchar",
    "posting_date": "date",
    "party": "varchar",
    "decided_on": "date",
    "campaign": "varchar",
    **dict.fromkeys(MEASURES, "decimal(18, 6)"),
}

_SALES = ", ".join(f"'{voucher}'" for voucher in SALES_VOUCHERS)

_CLASSIFY = f"""
insert into voucher_fact
with party_of as (
    select voucher_type, voucher_no,
           if(count(distinct party) = 1, min(party), null) as party,
           if(count(distinct against_invoice) = 1, min(against_invoice), null) as against_invoice
    from voucher_party group by voucher_type, voucher_no
), sold as (
    select *, coalesce(ordered_on, dated) as decided_on from sales_document
), meant as (
    select entry.company, entry.voucher_type, entry.voucher_no, entry.posting_date, entry.amount,
           coalesce(entry.campaign, sold.campaign, original.campaign) as campaign,
           entry.campaign is not null as has_campaign,
           coalesce(sold.customer, party_of.party) as party,
           coalesce(original.decided_on, sold.decided_on, entry.posting_date) as decided_on,
           coalesce(sold.is_return, false) as is_return,
           sold.discount as document_discount,
           case when entry.account = sold.discount_account and account.kind = '{INCOME}' then '{INCOME_DISCOUNT}'
                when entry.account = sold.discount_account then '{DISCOUNT}'
                when entry.subtype = '{WRITE_OFF_ENTRY}' and account.kind = '{EXPENSE}' then '{BAD_DEBT}'
                else account.kind end as kind,
           entry.voucher_type in ({_SALES}) as is_sale,
           entry.voucher_type in ({_SALES}) or party_of.voucher_no is not null as has_customer
    from ledger_row as entry
    join account_kind as account on account.account = entry.account
    left join sold on sold.doctype = entry.voucher_type and sold.name = entry.voucher_no
    left join party_of on party_of.voucher_type = entry.voucher_type and party_of.voucher_no = entry.voucher_no
    left join sold as original on original.doctype = if(sold.name is null, 'Sales Invoice', sold.doctype)
          and original.name = coalesce(sold.return_against, party_of.against_invoice)
), measured as (
    select *,
           if(kind in ('{INCOME}', '{INCOME_DISCOUNT}'), amount, 0) as revenue,
           if(kind in ('{DISCOUNT}', '{INCOME_DISCOUNT}'), -amount, 0) as discount,
           if(kind = '{DISCOUNT}', -amount, 0) as discount_outside_income,
           if(kind = '{BAD_DEBT}' and has_customer, -amount, 0) as bad_debt,
           has_campaign and not is_sale
             and (kind in ('{EXPENSE}', '{COST_OF_GOODS}') or (kind = '{BAD_DEBT}' and not has_customer)) as is_spend
    from meant
), summed as (
    select voucher_type, voucher_no, company, posting_date, any_value(party) as party, any_value(decided_on) as decided_on,
           campaign, sum(revenue) as revenue, sum(if(kind = '{COST_OF_GOODS}' and not is_spend, -amount, 0)) as cost_of_goods,
           sum(discount) as discount, sum(discount_outside_income) as discount_outside_income,
           any_value(document_discount) as document_discount, sum(if(is_return, -revenue, 0)) as returns,
           sum(bad_debt) as bad_debt, sum(if(is_spend, -amount, 0)) as spend,
           sum(if(is_spend and kind = '{COST_OF_GOODS}', -amount, 0)) as spend_from_stock
    from measured group by voucher_type, voucher_no, company, posting_date, campaign
), with_documents as (
    select * exclude (document_discount),
           if(row_number() over (partition by voucher_type, voucher_no order by posting_date, campaign nulls last) = 1
              and sum(abs(discount)) over (partition by voucher_type, voucher_no) = 0, coalesce(document_discount, 0), 0)
             as discount_on_documents
    from summed
)
select voucher_type, voucher_no, company, posting_date, party, decided_on, campaign,
       {", ".join(f"cast({name}::decimal(18, 0) * 0.000001 as decimal(18, 6)) as {name}" for name in MEASURES)}
from with_documents
where {" or ".join(f"{name} <> 0" for name in MEASURES)}
"""


def create_tables(connection: DuckDBPyConnection) -> None:
    """Empty relations for `classify` to read and to write."""
    tables = {
        "ledger_row": LEDGER_ROW,
        "account_kind": ACCOUNT_KIND,
        "voucher_party": VOUCHER_PARTY,
        "sales_document": SALES_DOCUMENT,
        "voucher_fact": VOUCHER_FACT,
    }
    for table, columns in tables.items():
        typed = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        connection.execute(f"create or replace temp table {table} ({typed})")


def classify(connection: DuckDBPyConnection) -> None:
    """Append to `voucher_fact` what the rows of `ledger_row` mean; needs every row of each voucher that it holds.

    Reads ledger_row, account_kind, voucher_party and sales_document (columns above). A credit note and a write-off take
    over the day of decision of the invoice they belong to and, where they name none, its campaign, so that they share
    its customer's journey. A voucher with
    several customers belongs to none.
    """
    connection.execute(_CLASSIFY)
