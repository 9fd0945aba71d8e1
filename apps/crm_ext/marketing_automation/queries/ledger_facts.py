"""The ledger rows, accounts and documents from which `rules.ledger_facts` makes facts. Every read is set-based."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import frappe

from crm_ext.compat import CAMPAIGN_FIELD
from crm_ext.marketing_automation.queries.columnar import in_portions, read_into

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Rows without meaning for a campaign stay in the database: what is left is income, cost of goods, discounts, write-offs,
# and expenses that carry a campaign. The ledger is read by date or voucher: left to itself, the server starts from the
# few accounts and reads all that was ever posted on them.
_LEDGER = f"""
select entry.company, entry.voucher_type, entry.voucher_no, entry.posting_date, entry.account,
       nullif(entry.`{CAMPAIGN_FIELD}`, '') as campaign, entry.voucher_subtype as subtype,
       cast(round((entry.credit - entry.debit) * 1000000) as signed) as amount
from `tabGL Entry` entry
straight_join `tabAccount` account on account.name = entry.account
where entry.is_cancelled = 0 and entry.voucher_type <> 'Period Closing Voucher'
  and coalesce(entry.finance_book, '') = ''
  and (account.root_type = 'Income' or account.account_type = 'Cost of Goods Sold'
       or entry.account in %(watched)s
       or (account.root_type = 'Expense' and (entry.`{CAMPAIGN_FIELD}` > '' or entry.voucher_type = 'Sales Invoice'
                                              or entry.voucher_subtype = 'Write Off Entry')))
"""
_OF_PERIOD = " and entry.posting_date between %(start)s and %(end)s"
_OF_VOUCHERS = " and entry.voucher_no in %(names)s"

_ACCOUNTS = """
select name as account,
       case when root_type = 'Income' and name in %(discount)s then 'income discount'
            when root_type = 'Income' then 'income'
            when name in %(discount)s then 'discount'
            when name in %(bad_debt)s then 'bad debt'
            when account_type = 'Cost of Goods Sold' then 'cost of goods'
            else 'expense' end as kind
from `tabAccount` where root_type in ('Income', 'Expense') and is_group = 0
"""

_PARTIES = """
select distinct voucher_type, voucher_no, party,
       if(against_voucher_type = 'Sales Invoice', against_voucher, null) as against_invoice
from `tabGL Entry`
where voucher_no in %(names)s and party_type = 'Customer' and is_cancelled = 0
"""

_INVOICES = f"""
select 'Sales Invoice' as doctype, invoice.name, invoice.customer, invoice.posting_date as dated,
       nullif(min(least(coalesce(ordered.transaction_date, '9999-12-31'), coalesce(note.posting_date, '9999-12-31'))),
              '9999-12-31') as ordered_on,
       invoice.is_return, nullif(invoice.return_against, '') as return_against,
       nullif(invoice.`{CAMPAIGN_FIELD}`, '') as campaign,
       nullif(invoice.additional_discount_account, '') as discount_account,
       cast(round((coalesce(sum(greatest(line.base_price_list_rate - line.base_rate, 0) * line.qty), 0)
                   + invoice.base_discount_amount) * 1000000) as signed) as discount
from `tabSales Invoice` invoice
left join `tabSales Invoice Item` line on line.parent = invoice.name
left join `tabSales Order` ordered on ordered.name = line.sales_order
left join `tabDelivery Note` note on note.name = line.delivery_note
where invoice.name in %(names)s
group by invoice.name
"""

# The discount of a delivery is that of its invoice and is counted there.
_DELIVERIES = f"""
select 'Delivery Note' as doctype, note.name, note.customer, note.posting_date as dated,
       min(ordered.transaction_date) as ordered_on, note.is_return, nullif(note.return_against, '') as return_against,
       nullif(note.`{CAMPAIGN_FIELD}`, '') as campaign, null as discount_account, 0 as discount
from `tabDelivery Note` note
left join `tabDelivery Note Item` line on line.parent = note.name
left join `tabSales Order` ordered on ordered.name = line.against_sales_order
where note.name in %(names)s
group by note.name
"""

_CHANGED = "select distinct voucher_type, voucher_no from `tabGL Entry` where modified > %(since)s"


def read_accounts(connection: DuckDBPyConnection, columns: dict[str, str]) -> tuple[str, ...]:
    """Fill account_kind; says which expense accounts are watched beside cost of goods: write-offs and discounts."""
    bad_debt = _accounts_named("Company", "write_off_account") | _accounts_named(
        "POS Profile", "write_off_account"
    )
    discount = _accounts_named("Company", "default_discount_account")
    discount |= _accounts_named("Item Default", "default_discount_account")
    # An empty IN list is no SQL; no account has an empty name.
    values = {"discount": (*sorted(discount), ""), "bad_debt": (*sorted(bad_debt), "")}
    read_into(connection, "account_kind", columns, _ACCOUNTS, values)
    return (*sorted(discount | bad_debt), "")


def _accounts_named(doctype: str, field: str) -> set[str]:
    filters = {field: ("is", "set")}
    return set(frappe.get_all(doctype, filters=filters, pluck=field, distinct=True, order_by=field))


def read_ledger_of_period(
    connection, columns, watched: tuple[str, ...], start: date, end: date, in_bulk: bool
) -> int:
    values = {"watched": watched, "start": start, "end": end}
    return read_into(connection, "ledger_row", columns, _LEDGER + _OF_PERIOD, values, in_bulk)


def read_ledger_of_vouchers(
    connection, columns, watched: tuple[str, ...], names: list[str], in_bulk: bool
) -> None:
    for portion in in_portions(names):
        values = {"watched": watched, "names": portion}
        read_into(connection, "ledger_row", columns, _LEDGER + _OF_VOUCHERS, values, in_bulk)


def read_parties(connection, columns, names: list[str]) -> None:
    """Customers on vouchers that are no sales documents."""
    for portion in in_portions(names):
        read_into(connection, "voucher_party", columns, _PARTIES, {"names": portion})


def read_documents(connection, columns, doctype: str, names: list[str], in_bulk: bool) -> None:
    query = {"Sales Invoice": _INVOICES, "Delivery Note": _DELIVERIES}[doctype]
    for portion in in_portions(names):
        read_into(connection, "sales_document", columns, query, {"names": portion}, in_bulk)


def changed_vouchers(since: datetime) -> list[tuple[str, str]]:
    """(type, name) of each voucher of which a ledger row was written, cancelled or reposted after the moment."""
    return [(row[0], row[1]) for row in frappe.db.sql(_CHANGED, {"since": since})]


def span_of_ledger() -> tuple[date, date] | None:
    """First and last posting date of the general ledger, or None where it is empty."""
    first = frappe.get_all(
        "GL Entry", fields=["posting_date"], order_by="posting_date asc", limit=1, pluck="posting_date"
    )
    last = frappe.get_all(
        "GL Entry", fields=["posting_date"], order_by="posting_date desc", limit=1, pluck="posting_date"
    )
    return (first[0], last[0]) if first else None


def ledger_is_large(rows: int) -> bool:
    """Whether the general ledger has more rows than this; looks at no more of them than it has to."""
    return bool(frappe.db.sql("select 1 from `tabGL Entry` limit 1 offset %(rows)s", {"rows": rows}))


# The ledger's own sums by company and month, in millionths: what facts must add up to.
LEDGER_MONTH = {"company": "varchar", "month": "date", "income": "bigint", "cost_of_goods": "bigint"}

_BY_MONTH = """
select entry.company, cast(date_format(entry.posting_date, %(first_of_month)s) as date) as month,
       cast(sum(if(account.root_type = 'Income', round((entry.credit - entry.debit) * 1000000), 0)) as signed) as income,
       cast(sum(if(account.account_type = 'Cost of Goods Sold' and account.root_type = 'Expense',
                   round((entry.debit - entry.credit) * 1000000), 0)) as signed) as cost_of_goods
from `tabGL Entry` entry straight_join `tabAccount` account on account.name = entry.account
where entry.is_cancelled = 0 and entry.voucher_type <> 'Period Closing Voucher' and coalesce(entry.finance_book, '') = ''
  and entry.posting_date between %(start)s and %(end)s
  and (account.root_type = 'Income' or account.account_type = 'Cost of Goods Sold')
group by 1, 2
"""


def read_ledger_by_month(connection: DuckDBPyConnection, start: date, end: date) -> None:
    """Fill ledger_month."""
    values = {"start": start, "end": end, "first_of_month": "%Y-%m-01"}
    read_into(connection, "ledger_month", LEDGER_MONTH, _BY_MONTH, values)
