"""Fills a site made for measuring with years of a trading company's history, in ERPNext's own tables.

    <bench>/env/bin/python benchmarks/bulk_data.py --site measure.localhost --size S|M|L

One document of each kind is made through ERPNext itself. Its rows are the patterns: every bulk row is INSERT … SELECT
of a pattern, with the columns that differ computed in SQL from the row's number. So defaults, accounts and currency are
what ERPNext would have stored, at some ten thousand rows a second. The same size gives the same data every time.

Made: customers with their origin, items, campaigns, leads, opportunities, quotations, sales orders, sales invoices with
lines (each fiftieth a credit note), payments, campaign spending, write-offs, their general ledger with the campaign on
it, stock postings of the ledger, and touchpoints. Not made: payment ledger, stock ledger, addresses, taxes.
"""

from __future__ import annotations

import argparse
import os
import time
from datetime import date
from pathlib import Path

import frappe

# customers, invoices, items
SIZES = {"S": (1_000, 20_000, 300), "M": (10_000, 200_000, 1_000), "L": (50_000, 1_000_000, 3_000)}
CAMPAIGNS = 40
FIRST_DAY, LAST_DAY = date(2023, 12, 1), date(2026, 11, 20)
DAYS = (LAST_DAY - FIRST_DAY).days
BENCH = Path(os.environ.get("CRM_EXT_BENCH", Path.home() / "crm-ext-bench"))

EMPTIED = (
    "Lead",
    "Opportunity",
    "Quotation",
    "Quotation Item",
    "Sales Order",
    "Sales Order Item",
    "Sales Invoice",
    "Sales Invoice Item",
    "Payment Schedule",
    "Payment Entry",
    "Payment Entry Reference",
    "Journal Entry",
    "Journal Entry Account",
    "GL Entry",
    "Payment Ledger Entry",
    "Stock Entry",
    "Stock Entry Detail",
    "Stock Ledger Entry",
    "Touchpoint",
    "Customer Origin",
)


def dice(sides: int | str, salt: str, number: str = "n.seq") -> str:
    """SQL: a whole number from 0 to sides - 1 that depends on the row's number alone."""
    return f"mod(crc32(concat({number}, '{salt}')), {sides})"


def name_of(prefix: str, number: str, digits: int = 8) -> str:
    return f"concat('BULK-{prefix}-', lpad({number}, {digits}, '0'))"


def campaign_of(number: str) -> str:
    return f"concat('Bulk Campaign ', lpad(mod({number}, {CAMPAIGNS}), 2, '0'))"


def load(site: str, size: str) -> None:
    customers, invoices, items = SIZES[size]
    os.chdir(BENCH / "sites")
    frappe.init(site, sites_path=".")
    frappe.connect()
    try:
        if frappe.db.exists("Sales Invoice", {"name": ("not like", "BULK-%")}):
            raise SystemExit(
                f"{site} holds sales invoices of its own. Load bulk data only into a site made for measuring."
            )
        frappe.flags.mute_emails = True
        _Loader(customers, invoices, items).run()
    finally:
        frappe.destroy()


class _Loader:
    def __init__(self, customers: int, invoices: int, items: int):
        self.customers, self.invoices, self.items = customers, invoices, items
        self.company = frappe.db.get_single_value("Global Defaults", "default_company")
        self.abbreviation = frappe.get_cached_value("Company", self.company, "abbr")
        self.patterns: dict[str, dict] = {}

    def run(self) -> None:
        self._masters()
        self._patterns()
        for statement in ("set session unique_checks = 0", "set session foreign_key_checks = 0"):
            frappe.db.sql(statement)
        for doctype in EMPTIED:
            frappe.db.sql_ddl(f"truncate table `tab{doctype}`")
        for doctype in ("Customer", "Item"):
            frappe.db.delete(doctype, {"name": ("like", "BULK-%")})
        self._staging()
        self._customers_and_items()
        self._pipeline()
        self._invoices()
        self._ledger()
        self._touchpoints()
        frappe.db.sql_ddl("drop table bulk_invoice")
        for doctype in (*EMPTIED, "Customer"):
            frappe.db.sql(f"analyze table `tab{doctype}`")
        frappe.clear_cache()

    # ------------------------------------------------------------------ patterns made by ERPNext

    def _masters(self) -> None:
        for year in range(FIRST_DAY.year, max(LAST_DAY, date.today()).year + 1):
            start, end = f"{year}-01-01", f"{year}-12-31"
            if not frappe.db.exists(
                "Fiscal Year", {"year_start_date": ("<=", start), "year_end_date": (">=", end)}
            ):
                _make("Fiscal Year", year=str(year), year_start_date=start, year_end_date=end)
        for number in range(CAMPAIGNS):
            name = f"Bulk Campaign {number:02d}"
            if not frappe.db.exists("Campaign", name):
                _make("Campaign", campaign_name=name)
        for number in range(20):
            name = f"Bulk Region {number:02d}"
            if not frappe.db.exists("Territory", name):
                _make("Territory", territory_name=name, parent_territory="All Territories")
        if not frappe.db.exists("Customer", "Bulk Pattern"):
            _make(
                "Customer",
                customer_name="Bulk Pattern",
                customer_group="Commercial",
                territory="Bulk Region 00",
            )
        if not frappe.db.exists("Item", "Bulk Pattern"):
            _make("Item", item_code="Bulk Pattern", item_group="Products", stock_uom="Nos", is_stock_item=1)
        frappe.db.commit()

    def _patterns(self) -> None:
        """Submit one document of each kind and keep its rows."""
        company, warehouse = self.company, f"Stores - {self.abbreviation}"
        line = {"item_code": "Bulk Pattern", "qty": 1, "rate": 100, "warehouse": warehouse}
        base = {"company": company, "campaign": "Bulk Campaign 00"}
        stock = _make(
            "Stock Entry",
            stock_entry_type="Material Receipt",
            company=company,
            items=[{"item_code": "Bulk Pattern", "qty": 10, "t_warehouse": warehouse, "basic_rate": 60}],
        )
        stock.submit()
        lead = _make(
            "Lead", first_name="Bulk", company_name="Bulk", campaign_name="Bulk Campaign 00", company=company
        )
        opportunity = _make("Opportunity", opportunity_from="Lead", party_name=lead.name, **base)
        quotation = _make("Quotation", quotation_to="Lead", party_name=lead.name, items=[line], **base)
        order = _make(
            "Sales Order", customer="Bulk Pattern", delivery_date=frappe.utils.nowdate(), items=[line], **base
        )
        order.submit()
        invoice = _make("Sales Invoice", customer="Bulk Pattern", update_stock=1, items=[line], **base)
        invoice.submit()
        debtors = invoice.debit_to
        bank = frappe.get_cached_value("Company", company, "default_cash_account")
        payment = _make(
            "Payment Entry",
            payment_type="Receive",
            company=company,
            party_type="Customer",
            party="Bulk Pattern",
            paid_from=debtors,
            paid_to=bank,
            paid_amount=10,
            received_amount=10,
        )
        payment.submit()
        journal = self._journal("Journal Entry", f"Marketing Expenses - {self.abbreviation}", bank, {})
        write_off = self._journal(
            "Write Off Entry",
            frappe.get_cached_value("Company", company, "write_off_account"),
            debtors,
            {"party_type": "Customer", "party": "Bulk Pattern"},
        )
        touch = {
            "doctype": "Touchpoint",
            "occurred_at": frappe.utils.now(),
            "channel": "Email",
            "direction": "Outbound",
        }
        touch |= {"campaign": "Bulk Campaign 00", "customer": "Bulk Pattern", "company": company}
        origin = {"doctype": "Customer Origin", "customer": "Bulk Pattern", "campaign": "Bulk Campaign 00"}
        for tag, doctype, name in (
            ("customer", "Customer", "Bulk Pattern"),
            ("item", "Item", "Bulk Pattern"),
            ("lead", "Lead", lead.name),
            ("opportunity", "Opportunity", opportunity.name),
            ("quotation", "Quotation", quotation.name),
            ("quotation_item", "Quotation Item", quotation.items[0].name),
            ("order", "Sales Order", order.name),
            ("order_item", "Sales Order Item", order.items[0].name),
            ("invoice", "Sales Invoice", invoice.name),
            ("invoice_item", "Sales Invoice Item", invoice.items[0].name),
            ("payment", "Payment Entry", payment.name),
            ("journal", "Journal Entry", journal.name),
            ("write_off", "Journal Entry", write_off.name),
        ):
            self._keep(tag, doctype, {"name": name})
        for tag, voucher, condition in (
            ("ledger_debtor", invoice, {"account": debtors}),
            ("ledger_income", invoice, {"account": invoice.items[0].income_account}),
            ("ledger_cost", invoice, {"account": invoice.items[0].expense_account}),
            ("ledger_stock", invoice, {"account": ("like", "Stock In Hand%")}),
            ("ledger_bank", payment, {"account": bank}),
            ("ledger_paid", payment, {"account": debtors}),
            ("ledger_spend", journal, {"debit": (">", 0)}),
            ("ledger_spent", journal, {"credit": (">", 0)}),
            ("ledger_write_off", write_off, {"debit": (">", 0)}),
            ("ledger_written_off", write_off, {"credit": (">", 0)}),
        ):
            self._keep(tag, "GL Entry", {"voucher_no": voucher.name, **condition})
        for tag, values in (("touch", touch), ("origin", origin)):
            # The app's own bulk path is measured elsewhere; here the table is filled as the ledger is.
            document = frappe.get_doc(values)
            document.name = f"bulk pattern {tag}"
            document.db_insert()
            self._keep(tag, values["doctype"], {"name": document.name})
        frappe.db.commit()

    def _journal(self, kind: str, debit: str, credit: str, party: dict):
        center = frappe.get_cached_value("Company", self.company, "cost_center")
        rows = [
            {
                "account": debit,
                "debit_in_account_currency": 10,
                "cost_center": center,
                "campaign": "Bulk Campaign 00",
            },
            {"account": credit, "credit_in_account_currency": 10, "cost_center": center, **party},
        ]
        journal = _make(
            "Journal Entry", voucher_type=kind, company=self.company, posting_date=LAST_DAY, accounts=rows
        )
        journal.submit()
        return journal

    def _keep(self, tag: str, doctype: str, filters: dict) -> None:
        name = frappe.db.get_value(doctype, filters)
        if not name:
            raise SystemExit(f"ERPNext made no {doctype} for the pattern '{tag}'.")
        self.patterns[tag] = frappe.db.sql(
            f"select * from `tab{doctype}` where name = %s", name, as_dict=True
        )[0]

    # ------------------------------------------------------------------ bulk rows

    def _fill(self, doctype: str, *parts: tuple[str, str, dict[str, str]]) -> None:
        """Insert rows from (pattern, FROM clause, {column: SQL}); one statement, since the first into an empty table is fast."""
        started = time.perf_counter()
        columns = frappe.db.get_table_columns(doctype)
        selects = []
        for pattern, source, changed in parts:
            row = self.patterns[pattern]
            chosen = [changed.get(column) or _literal(row[column]) for column in columns]
            selects.append(f"select {', '.join(chosen)} from {source}")
        names = ", ".join(f"`{column}`" for column in columns)
        frappe.db.sql(f"insert into `tab{doctype}` ({names}) " + " union all ".join(selects))
        frappe.db.commit()
        count = frappe.db.sql(f"select count(*) from `tab{doctype}`")[0][0]
        print(f"{doctype:28s} {count:>10,} rows {time.perf_counter() - started:8.1f} s", flush=True)

    def _staging(self) -> None:
        frappe.db.sql_ddl("drop table if exists bulk_invoice")
        frappe.db.sql_ddl(
            """create table bulk_invoice (id int primary key, customer int, day date, stocked tinyint, line_count tinyint,
            total decimal(14, 2), cost decimal(14, 2), returned int, campaign varchar(140), sales_order varchar(140))"""
        )
        share = "pow(crc32(concat(n.seq, 'customer')) / 4294967296, 3)"
        frappe.db.sql(
            f"""insert into bulk_invoice
            select n.seq, 1 + floor({self.customers} * {share}),
                   date_add('{FIRST_DAY}', interval floor((n.seq - 1) * {DAYS} / {self.invoices}) day),
                   {dice(5, "stock")} < 2, 1 + mod(n.seq, 2), 20 + {dice(200000, "total")} / 100, 0, null,
                   if({dice(5, "named")} = 0, {campaign_of(dice(CAMPAIGNS, "campaign"))}, null),
                   if(mod(n.seq, 5) = 0, {name_of("SO", "n.seq")}, null)
            from seq_1_to_{self.invoices} n"""
        )
        frappe.db.sql(
            """update bulk_invoice r join bulk_invoice i on i.id = r.id - 1
            set r.returned = i.id, r.customer = i.customer, r.total = -round(i.total * 0.3, 2), r.stocked = i.stocked,
                r.campaign = i.campaign, r.line_count = 1, r.sales_order = null
            where mod(r.id, 50) = 0"""
        )
        frappe.db.sql(
            "update bulk_invoice set cost = round(total * (0.45 + mod(id, 30) / 100), 2) where stocked = 1"
        )
        frappe.db.commit()

    def _customers_and_items(self) -> None:
        label = "concat('Customer ', lpad(n.seq, 6, '0'))"
        region = f"concat('Bulk Region ', lpad({dice(20, 'region')}, 2, '0'))"
        self._fill(
            "Customer",
            (
                "customer",
                f"seq_1_to_{self.customers} n",
                {"name": name_of("C", "n.seq", 6), "customer_name": label, "territory": region}
                | _stamp(FIRST_DAY),
            ),
        )
        item = name_of("I", "n.seq", 5)
        self._fill(
            "Item", ("item", f"seq_1_to_{self.items} n", {"name": item, "item_code": item, "item_name": item})
        )
        self._fill(
            "Customer Origin",
            (
                "origin",
                f"seq_1_to_{self.customers} n where mod(n.seq, 2) = 0",
                {
                    "name": name_of("C", "n.seq", 6),
                    "customer": name_of("C", "n.seq", 6),
                    "campaign": campaign_of(dice(CAMPAIGNS, "origin")),
                    "first_touch_at": f"cast('{FIRST_DAY}' as datetime)",
                }
                | _stamp(FIRST_DAY),
            ),
        )

    def _pipeline(self) -> None:
        leads, opportunities = 2 * self.customers, self.customers * 3 // 2
        some_day = f"date_add('{FIRST_DAY}', interval {dice(DAYS, 'day')} day)"
        campaign = campaign_of(dice(CAMPAIGNS, "campaign"))
        self._fill(
            "Lead",
            (
                "lead",
                f"seq_1_to_{leads} n",
                {
                    "name": name_of("LEAD", "n.seq"),
                    "lead_name": "concat('Lead ', n.seq)",
                    "title": "concat('Lead ', n.seq)",
                    "email_id": "concat('lead', n.seq, '@example.com')",
                    "campaign_name": campaign,
                }
                | _stamp(some_day),
            ),
        )
        self._fill(
            "Opportunity",
            (
                "opportunity",
                f"seq_1_to_{opportunities} n",
                {
                    "name": name_of("OPP", "n.seq"),
                    "party_name": name_of("LEAD", "n.seq"),
                    "campaign": campaign,
                    "transaction_date": some_day,
                }
                | _stamp(some_day),
            ),
        )
        lead = name_of("LEAD", dice(leads, "lead", "n.id") + " + 1")
        quoted = "bulk_invoice n where mod(n.id, 10) = 0"
        self._fill(
            "Quotation",
            (
                "quotation",
                quoted,
                {
                    "name": name_of("QTN", "n.id"),
                    "party_name": lead,
                    "transaction_date": "n.day",
                    "status": "elt(1 + mod(n.id div 10, 3), 'Open', 'Ordered', 'Lost')",
                    "docstatus": "1",
                    "campaign": "n.campaign",
                }
                | _amounts("abs(n.total)")
                | _stamp("n.day"),
            ),
        )
        ordered = "bulk_invoice n where mod(n.id, 5) = 0"
        self._fill(
            "Sales Order",
            (
                "order",
                ordered,
                {
                    "name": name_of("SO", "n.id"),
                    "customer": name_of("C", "n.customer", 6),
                    "transaction_date": "date_sub(n.day, interval mod(n.id, 20) day)",
                    "campaign": "n.campaign",
                }
                | _amounts("abs(n.total)")
                | _stamp("n.day"),
            ),
        )
        self._fill(
            "Sales Order Item",
            (
                "order_item",
                ordered,
                {
                    "name": name_of("SOI", "n.id"),
                    "parent": name_of("SO", "n.id"),
                    "item_code": name_of("I", "1 + " + dice(self.items, "item", "n.id"), 5),
                    "prevdoc_docname": f"if(mod(n.id, 10) = 0, {name_of('QTN', 'n.id')}, null)",
                }
                | _line_amounts("abs(n.total)")
                | _stamp("n.day"),
            ),
        )

    def _invoices(self) -> None:
        self._fill(
            "Sales Invoice",
            (
                "invoice",
                "bulk_invoice n",
                {
                    "name": name_of("SINV", "n.id"),
                    "customer": name_of("C", "n.customer", 6),
                    "customer_name": "concat('Customer ', lpad(n.customer, 6, '0'))",
                    "posting_date": "n.day",
                    "due_date": "date_add(n.day, interval 30 day)",
                    "update_stock": "n.stocked",
                    "campaign": "n.campaign",
                    "is_return": "if(n.returned is null, 0, 1)",
                    "return_against": f"if(n.returned is null, null, {name_of('SINV', 'n.returned')})",
                    "status": "if(n.returned is null, if(mod(n.id, 3) = 0, 'Unpaid', 'Paid'), 'Return')",
                    "outstanding_amount": "if(mod(n.id, 3) = 0, n.total, 0)",
                }
                | _amounts("n.total")
                | _stamp("n.day"),
            ),
        )
        item = name_of("I", "1 + " + dice(self.items, "item", "concat(n.id, line.seq)"), 5)
        amount = "if(line.seq = 1, n.total - if(n.line_count = 2, round(n.total / 3, 2), 0), round(n.total / 3, 2))"
        self._fill(
            "Sales Invoice Item",
            (
                "invoice_item",
                "bulk_invoice n join seq_1_to_2 line on line.seq <= n.line_count",
                {
                    "name": "concat('BULK-SII-', lpad(n.id, 8, '0'), '-', line.seq)",
                    "parent": name_of("SINV", "n.id"),
                    "idx": "line.seq",
                    "item_code": item,
                    "item_name": item,
                    "sales_order": "n.sales_order",
                }
                | _line_amounts(amount)
                | _stamp("n.day"),
            ),
        )

    def _ledger(self) -> None:
        invoice, customer = name_of("SINV", "n.id"), name_of("C", "n.customer", 6)
        returned = f"if(n.returned is null, {invoice}, {name_of('SINV', 'n.returned')})"
        sold = {"voucher_no": invoice, "posting_date": "n.day", "campaign": "n.campaign"}
        paid = {
            "voucher_no": name_of("PAY", "n.id"),
            "posting_date": _later("n.day", "mod(n.id, 60)"),
        }
        payments = "bulk_invoice n where mod(n.id, 3) > 0"
        spending = f"seq_1_to_{CAMPAIGNS * 36 * 3} n"
        spent_on = f"date_add('{FIRST_DAY}', interval {dice(DAYS, 'spent')} day)"
        spent = {"voucher_no": name_of("JV", "n.seq"), "posting_date": spent_on}
        amount = f"50 + {dice(self.invoices * 2, 'spend')} / 100"
        lost = {"voucher_no": name_of("WO", "n.id"), "posting_date": _later("n.day", "90")}
        losses = "bulk_invoice n where mod(n.id, 600) = 3"
        rows = (
            (
                "ledger_debtor",
                "bulk_invoice n",
                sold | {"party": customer, "against_voucher": returned},
                "n.total",
                "",
            ),
            ("ledger_income", "bulk_invoice n", sold, "", "n.total"),
            ("ledger_cost", "bulk_invoice n where n.stocked = 1", sold, "n.cost", ""),
            ("ledger_stock", "bulk_invoice n where n.stocked = 1", sold, "", "n.cost"),
            ("ledger_bank", payments, paid, "n.total", ""),
            ("ledger_paid", payments, paid | {"party": customer, "against_voucher": returned}, "", "n.total"),
            ("ledger_spend", spending, spent | {"campaign": campaign_of("n.seq")}, amount, ""),
            ("ledger_spent", spending, spent, "", amount),
            ("ledger_write_off", losses, lost | {"campaign": "null"}, "n.total", ""),
            (
                "ledger_written_off",
                losses,
                lost | {"party": customer, "against_voucher": invoice},
                "",
                "n.total",
            ),
        )
        parts = []
        for pattern, source, changed, debit, credit in rows:
            # A pattern and its row's number make the name: no two rows of the ledger share it.
            number = "n.seq" if "seq_" in source else "n.id"
            name = f"concat('{pattern}-', lpad({number}, 9, '0'))"
            stamp = _stamp(changed["posting_date"])
            year = f"cast(year({changed['posting_date']}) as char)"
            parts.append(
                (
                    pattern,
                    source,
                    changed | _posted(debit, credit) | stamp | {"name": name, "fiscal_year": year},
                )
            )
        self._fill("GL Entry", *parts)
        self._fill(
            "Payment Entry",
            (
                "payment",
                payments,
                {"name": paid["voucher_no"], "posting_date": paid["posting_date"], "party": customer},
            ),
        )
        self._fill(
            "Journal Entry",
            ("journal", spending, {"name": spent["voucher_no"], "posting_date": spent_on}),
            ("write_off", losses, {"name": lost["voucher_no"], "posting_date": lost["posting_date"]}),
        )

    def _touchpoints(self) -> None:
        lead = name_of("LEAD", "1 + " + dice(2 * self.customers, "lead"))
        moment = f"timestampadd(second, {dice(86400, 'second')}, date_add('{FIRST_DAY}', interval {dice(DAYS, 'day')} day))"
        customer = name_of("C", "1 + " + dice(self.customers, "who"), 6)
        self._fill(
            "Touchpoint",
            (
                "touch",
                f"seq_1_to_{self.customers * 10} n",
                {
                    "name": "sha2(n.seq, 224)",
                    "occurred_at": moment,
                    "customer": f"if(mod(n.seq, 5) = 0, null, {customer})",
                    "lead": f"if(mod(n.seq, 5) = 0, {lead}, null)",
                    "campaign": campaign_of(dice(CAMPAIGNS, "campaign")),
                    "direction": "elt(1 + mod(n.seq, 2), 'Outbound', 'Inbound')",
                }
                | _stamp(moment),
            ),
        )


def _make(doctype: str, **values):
    document = frappe.get_doc({"doctype": doctype, **values})
    document.insert()
    return document


def _later(day: str, days: str) -> str:
    """SQL: so many days later, but nothing is posted after the last day."""
    return f"least(date_add({day}, interval {days} day), '{LAST_DAY}')"


def _literal(value) -> str:
    return "null" if value is None else frappe.db.escape(str(value), percent=False)


def _stamp(moment: date | str) -> dict[str, str]:
    when = f"cast('{moment}' as datetime)" if isinstance(moment, date) else f"cast({moment} as datetime)"
    return {"creation": when, "modified": when}


def _amounts(total: str) -> dict[str, str]:
    names = ("total", "net_total", "grand_total", "rounded_total")
    return {f"{prefix}{name}": total for name in names for prefix in ("", "base_")}


def _line_amounts(amount: str) -> dict[str, str]:
    names = ("rate", "net_rate", "amount", "net_amount", "price_list_rate")
    return {f"{prefix}{name}": amount for name in names for prefix in ("", "base_")}


def _posted(debit: str, credit: str) -> dict[str, str]:
    """Both sides in all currencies; a negative amount stands on the other side, as ERPNext posts it."""
    sides = {"debit": f"greatest({debit or 0}, 0) + greatest(-({credit or 0}), 0)"}
    sides["credit"] = f"greatest({credit or 0}, 0) + greatest(-({debit or 0}), 0)"
    currencies = ("", "_in_account_currency", "_in_transaction_currency")
    return {f"{side}{currency}": amount for side, amount in sides.items() for currency in currencies}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--site", required=True)
    parser.add_argument("--size", choices=SIZES, default="S")
    arguments = parser.parse_args()
    load(arguments.site, arguments.size)
