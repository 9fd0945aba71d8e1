"""What complaints cost: the stock ledger of their service orders, timesheets, credit notes, service credits, time at
the desk, claims.

A fixed number of statements, however many complaints there are. All amounts are in the company's currency.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import frappe


def parts(company: str, start: date, end: date, issue: str | None = None) -> list[dict]:
    """Rows {issue, day, amount, voucher}: value that left stock by entries of service orders."""
    return frappe.db.sql(
        """
        select job.issue, ledger.posting_date as day, -sum(ledger.stock_value_difference) as amount,
            ledger.voucher_no as voucher
        from `tabService Order` job
        join `tabStock Entry` entry on entry.service_order = job.name and entry.docstatus = 1
        join `tabStock Ledger Entry` ledger on ledger.voucher_type = 'Stock Entry' and ledger.voucher_no = entry.name
            and ledger.is_cancelled = 0
        where job.company = %(company)s and ifnull(job.issue, '') != '' and (%(issue)s is null or job.issue = %(issue)s)
            and ledger.posting_date between %(start)s and %(end)s
        group by job.issue, ledger.posting_date, ledger.voucher_no
        """,
        {"company": company, "start": start, "end": end, "issue": issue},
        as_dict=True,
    )


def work(company: str, start: date, end: date, issue: str | None = None) -> list[dict]:
    """Rows {issue, day, activity_type, is_posted, amount, voucher}: cost of timesheets of service orders."""
    return frappe.db.sql(
        """
        select job.issue, date(time.from_time) as day, time.activity_type, job.labour_is_posted as is_posted,
            sum(time.base_costing_amount) as amount, sheet.name as voucher
        from `tabService Order` job
        join `tabTimesheet` sheet on sheet.service_order = job.name and sheet.docstatus = 1
        join `tabTimesheet Detail` time on time.parent = sheet.name
        where job.company = %(company)s and ifnull(job.issue, '') != '' and (%(issue)s is null or job.issue = %(issue)s)
            and time.from_time >= %(start)s and time.from_time < %(end)s + interval 1 day
        group by job.issue, date(time.from_time), time.activity_type, job.labour_is_posted, sheet.name
        """,
        {"company": company, "start": start, "end": end, "issue": issue},
        as_dict=True,
    )


def kilometres(company: str, start: date, end: date, issue: str | None = None) -> list[dict]:
    """Rows {issue, day, is_posted, amount, voucher}: what the kilometres of finished service orders cost."""
    return frappe.db.sql(
        """
        select issue, posting_date as day, labour_is_posted as is_posted, kilometre_cost as amount, name as voucher from `tabService Order`
        where company = %(company)s and docstatus = 1 and ifnull(issue, '') != '' and kilometre_cost != 0
            and posting_date between %(start)s and %(end)s and (%(issue)s is null or issue = %(issue)s)
        """,
        {"company": company, "start": start, "end": end, "issue": issue},
        as_dict=True,
    )


def credit_notes(company: str, start: date, end: date, issue: str | None = None) -> list[dict]:
    """Rows {issue, day, amount, voucher}: what was credited without taxes, each credit note once.

    Those that were put to the complaint, those that return an invoice of its service orders or the invoice it disputes;
    not those that give service credits.
    """
    return frappe.db.sql(
        """
        select found.issue, note.posting_date as day, -note.base_net_total as amount, note.name as voucher
        from (
            select returned.voucher, min(returned.issue) as issue from (
                select cost.sales_invoice as voucher, cost.issue from `tabComplaint Cost` cost
                where cost.company = %(company)s and cost.kind = 'Credit Note'
                union all
                select note.name, job.issue from `tabService Order` job
                join `tabSales Invoice` note on note.return_against = job.sales_invoice
                where job.company = %(company)s and ifnull(job.issue, '') != '' and ifnull(job.sales_invoice, '') != ''
                    and not exists (select 1 from `tabComplaint Cost` named where named.sales_invoice = note.name)
                union all
                select note.name, issue.name from `tabIssue` issue
                join `tabSales Invoice` note on note.return_against = issue.disputed_invoice
                where issue.company = %(company)s and ifnull(issue.equipment, '') != ''
                    and ifnull(issue.disputed_invoice, '') != ''
                    and not exists (select 1 from `tabComplaint Cost` named where named.sales_invoice = note.name)
            ) returned group by returned.voucher
        ) found
        join `tabSales Invoice` note on note.name = found.voucher
        where note.is_return = 1 and note.docstatus = 1 and note.company = %(company)s
            and note.posting_date between %(start)s and %(end)s and (%(issue)s is null or found.issue = %(issue)s)
            and not exists (
                select 1 from `tabBilled Period` given
                where given.sales_invoice = note.name and given.what = 'Service Credit')
        """,
        {"company": company, "start": start, "end": end, "issue": issue},
        as_dict=True,
    )


def service_credits(company: str, start: date, end: date, issue: str | None = None) -> list[dict]:
    """Rows {issue, day, amount, voucher}: what rows of credit notes gave back, without taxes, for times that were missed."""
    return frappe.db.sql(
        """
        select given.issue, note.posting_date as day, -sum(line.base_net_amount) as amount, note.name as voucher
        from `tabBilled Period` given
        join `tabSales Invoice` note on note.name = given.sales_invoice and note.docstatus = 1
        join `tabSales Invoice Item` line on line.name = given.sales_invoice_item
        where given.issue > '' and given.what = 'Service Credit' and note.company = %(company)s
            and note.posting_date between %(start)s and %(end)s and (%(issue)s is null or given.issue = %(issue)s)
        group by given.issue, note.posting_date, note.name
        """,
        {"company": company, "start": start, "end": end, "issue": issue},
        as_dict=True,
    )


def desk_time(company: str, start: date, end: date, issue: str | None = None) -> list[dict]:
    """Rows {issue, day, amount, voucher} of time at the desk."""
    return frappe.db.sql(
        """
        select issue, posted_on as day, amount, name as voucher from `tabComplaint Cost`
        where company = %(company)s and kind = 'Time at the Desk' and posted_on between %(start)s and %(end)s
            and (%(issue)s is null or issue = %(issue)s)
        """,
        {"company": company, "start": start, "end": end, "issue": issue},
        as_dict=True,
    )


def claims(company: str, start: date, end: date, issue: str | None = None) -> list[dict]:
    """Rows {issue, day, status, amount, voucher} of claims that are open or settled."""
    return frappe.db.sql(
        """
        select issue, claim_date as day, status, base_total as amount, name as voucher from `tabSupplier Claim`
        where company = %(company)s and docstatus = 1 and status in ('Claimed', 'Settled') and ifnull(issue, '') != ''
            and claim_date between %(start)s and %(end)s and (%(issue)s is null or issue = %(issue)s)
        """,
        {"company": company, "start": start, "end": end, "issue": issue},
        as_dict=True,
    )


def facts(issues: Collection[str]) -> list[dict]:
    """What complaints are about, and who supplied it.

    The supplier is, of these the first that is known: the one claimed from, the batch's, the one of the receipt that
    brought the serial number, the item's usual one.
    """
    if not issues:
        return []
    return frappe.db.sql(
        """
        select issue.name as issue, issue.opening_date as opened_on, issue.customer, issue.equipment,
            equipment.item_code, serial.batch_no, issue.complaint_cause as cause, issue.subject,
            coalesce(
                (select max(claim.supplier) from `tabSupplier Claim` claim
                    where claim.issue = issue.name and claim.docstatus = 1),
                nullif(batch.supplier, ''), nullif(receipt.supplier, ''), nullif(bill.supplier, ''),
                (select max(usual.default_supplier) from `tabItem Default` usual
                    where usual.parent = equipment.item_code and usual.company = issue.company
                        and ifnull(usual.default_supplier, '') != '')
            ) as supplier
        from `tabIssue` issue
        left join `tabEquipment` equipment on equipment.name = issue.equipment
        left join `tabSerial No` serial on serial.name = equipment.serial_no
        left join `tabBatch` batch on batch.name = serial.batch_no
        left join `tabPurchase Receipt` receipt on receipt.name = serial.purchase_document_no
        left join `tabPurchase Invoice` bill on bill.name = serial.purchase_document_no
        where issue.name in %s
        """,
        [tuple(issues)],
        as_dict=True,
    )


def stock_in_ledger(vouchers: Collection[str]) -> float:
    """What the general ledger charged to accounts other than stock for these stock entries."""
    if not vouchers:
        return 0
    return frappe.db.sql(
        """
        select ifnull(sum(entry.debit - entry.credit), 0) from `tabGL Entry` entry
        join `tabAccount` account on account.name = entry.account and ifnull(account.account_type, '') != 'Stock'
        where entry.voucher_type = 'Stock Entry' and entry.voucher_no in %s and entry.is_cancelled = 0
        """,
        [tuple(vouchers)],
    )[0][0]


def credit_in_ledger(vouchers: Collection[str]) -> float:
    """What the general ledger took back from income for these credit notes."""
    if not vouchers:
        return 0
    return frappe.db.sql(
        """
        select ifnull(sum(entry.debit - entry.credit), 0) from `tabGL Entry` entry
        join `tabAccount` account on account.name = entry.account and account.root_type = 'Income'
        where entry.voucher_type = 'Sales Invoice' and entry.voucher_no in %s and entry.is_cancelled = 0
        """,
        [tuple(vouchers)],
    )[0][0]


def service_credits_in_ledger(credits: Collection[tuple[str, str]]) -> float:
    """What the general ledger charged to the accounts of the credited rows of notes.

    credits: (credit note, complaint). The ledger keeps one entry for all rows of a note on an account: what rows of the
    note gave for other complaints than these is taken off.
    """
    if not credits:
        return 0
    return frappe.db.sql(
        """
        select (
            select ifnull(sum(entry.debit - entry.credit), 0) from `tabGL Entry` entry
            where entry.voucher_type = 'Sales Invoice' and entry.voucher_no in %(notes)s and entry.is_cancelled = 0
                and entry.account in (
                    select line.income_account from `tabBilled Period` given
                    join `tabSales Invoice Item` line on line.name = given.sales_invoice_item
                    where given.sales_invoice = entry.voucher_no and given.what = 'Service Credit')
        ) + (
            select ifnull(sum(line.base_net_amount), 0) from `tabBilled Period` given
            join `tabSales Invoice Item` line on line.name = given.sales_invoice_item
            where given.sales_invoice in %(notes)s and given.what = 'Service Credit' and given.issue not in %(issues)s
        )
        """,
        {
            "notes": tuple({note for note, _issue in credits}),
            "issues": tuple({issue for _note, issue in credits}),
        },
    )[0][0]


def readable(issues: Collection[str]) -> set[str]:
    """Those of the issues that the user may read."""
    if not issues:
        return set()
    return set(
        frappe.get_list(
            "Issue", filters={"name": ("in", list(issues))}, pluck="name", limit=0, order_by="name"
        )
    )


def credit_note(name: str) -> dict | None:
    return frappe.db.get_value(
        "Sales Invoice",
        name,
        ["customer", "company", "posting_date", "is_return", "docstatus", "base_net_total"],
        as_dict=True,
    )


def credited_by(note: str) -> str | None:
    """A complaint for whose missed times a credit note gives something back."""
    return frappe.db.get_value(
        "Billed Period", {"sales_invoice": note, "what": "Service Credit"}, "issue", order_by="billing_key"
    )


def party_of(issue: str) -> dict | None:
    return frappe.db.get_value("Issue", issue, ["customer", "company"], as_dict=True)
