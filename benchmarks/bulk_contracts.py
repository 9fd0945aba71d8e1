"""Ten thousand contracts over the bulk data: their invoices, service orders, timesheets and parts, written in bulk.

What no column of these figures reads is left empty. Run on a site filled by `bulk_data.py`; it runs once.
"""

from __future__ import annotations

import frappe

CONTRACTS = 10_000
INVOICES = 240_000
ORDERS = 40_000


def prepare() -> None:
    """Contracts BULK-SC-…, each with some 24 of the latest invoices and four service orders."""
    if frappe.db.exists("Service Contract", f"BULK-SC-{CONTRACTS:05d}"):
        return
    company = frappe.get_all("Company", pluck="name", order_by="creation", limit=1)[0]
    values = {"company": company, "contracts": CONTRACTS, "invoices": INVOICES}
    last = frappe.db.sql("select max(name) from `tabSales Invoice` where name like 'BULK-SINV-%%'")[0][0]
    values["last"] = int(last.rsplit("-", 1)[1])
    values |= _accounts(company)
    for statement in _STATEMENTS:
        frappe.db.sql(statement, values)
        # Each statement is a batch of its own: one transaction over millions of rows would fill the undo log.
        frappe.db.commit()


def _accounts(company: str) -> dict[str, str]:
    expense = {"company": company, "is_group": 0, "account_type": "Cost of Goods Sold"}
    stock = {"company": company, "is_group": 0, "account_type": "Stock"}
    return {
        "cost": frappe.get_all("Account", expense, pluck="name", order_by="lft", limit=1)[0],
        "stock": frappe.get_all("Account", stock, pluck="name", order_by="lft", limit=1)[0],
    }


_NUMBERS = f"seq_1_to_{ORDERS}"
_STATEMENTS = (
    f"""
    insert into `tabService Contract`
        (name, creation, modified, owner, modified_by, docstatus, title, customer, customer_name, company, currency,
         status, start_date, calendar)
    select concat('BULK-SC-', lpad(number.seq, 5, '0')), now(), now(), 'Administrator', 'Administrator', 1,
           concat('Contract ', number.seq), customer.name, customer.customer_name, %(company)s, 'USD', 'Active',
           '2023-12-01', 'Gregorian'
    from seq_1_to_{CONTRACTS} number
    join (select name, customer_name, row_number() over (order by name) as place from `tabCustomer`
          where name like 'BULK-C-%%') customer
      on customer.place = number.seq
    """,
    """
    update `tabGL Entry` entry
    set service_contract = concat('BULK-SC-', lpad(substring(voucher_no, 11) %% %(contracts)s + 1, 5, '0'))
    where voucher_type = 'Sales Invoice' and voucher_no like 'BULK-SINV-%%'
      and cast(substring(voucher_no, 11) as unsigned) > %(last)s - %(invoices)s
    """,
    f"""
    insert into `tabService Order`
        (name, creation, modified, owner, modified_by, docstatus, status, title, company, customer, service_contract,
         technician, issue, posting_date, stock_entry, timesheet)
    select concat('BULK-SO-', number.seq), now(), now(), 'Administrator', 'Administrator', 1, 'Completed', 'Visit',
           %(company)s, contract.customer, contract.name, concat('BULK-TECH-', number.seq %% 100),
           if(number.seq %% 5 = 0, concat('BULK-ISSUE-', number.seq), null),
           date_sub('2026-11-19', interval number.seq %% 365 day), concat('BULK-STE-', number.seq),
           concat('BULK-TS-', number.seq)
    from {_NUMBERS} number
    join `tabService Contract` contract on contract.name = concat('BULK-SC-', lpad(number.seq %% %(contracts)s + 1, 5, '0'))
    """,
    f"""
    insert into `tabStock Entry`
        (name, creation, modified, owner, modified_by, docstatus, company, purpose, stock_entry_type, posting_date,
         service_order)
    select concat('BULK-STE-', seq), now(), now(), 'Administrator', 'Administrator', 1, %(company)s, 'Material Issue',
           'Material Issue', date_sub('2026-11-19', interval seq %% 365 day), concat('BULK-SO-', seq)
    from {_NUMBERS}
    """,
    f"""
    insert into `tabTimesheet`
        (name, creation, modified, owner, modified_by, docstatus, company, status, service_order)
    select concat('BULK-TS-', seq), now(), now(), 'Administrator', 'Administrator', 1, %(company)s, 'Submitted',
           concat('BULK-SO-', seq)
    from {_NUMBERS}
    """,
    f"""
    insert into `tabTimesheet Detail`
        (name, creation, modified, owner, modified_by, docstatus, parent, parenttype, parentfield, idx, activity_type,
         hours, base_costing_amount)
    select concat('BULK-TSD-', number.seq, '-', part.seq), now(), now(), 'Administrator', 'Administrator', 1,
           concat('BULK-TS-', number.seq), 'Timesheet', 'time_logs', part.seq, if(part.seq = 1, 'Execution', 'Travel'),
           part.seq, 40 * part.seq
    from {_NUMBERS} number join seq_1_to_2 part
    """,
    f"""
    insert into `tabGL Entry`
        (name, creation, modified, owner, modified_by, docstatus, posting_date, company, account, voucher_type,
         voucher_no, service_contract, debit, credit, is_cancelled)
    select concat('BULK-GLS-', number.seq, '-', side.seq), now(), now(), 'Administrator', 'Administrator', 1,
           date_sub('2026-11-19', interval number.seq %% 365 day), %(company)s,
           if(side.seq = 1, %(cost)s, %(stock)s), 'Stock Entry', concat('BULK-STE-', number.seq),
           concat('BULK-SC-', lpad(number.seq %% %(contracts)s + 1, 5, '0')),
           if(side.seq = 1, 25, 0), if(side.seq = 1, 0, 25), 0
    from {_NUMBERS} number join seq_1_to_2 side
    """,
)
