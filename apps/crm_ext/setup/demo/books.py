"""The bookkeeper's month: salaries and rent by branch, and the opening capital."""

from __future__ import annotations

import frappe

from crm_ext.setup.demo.story import Event
from crm_ext.setup.demo.words import BRANCHES
from crm_ext.setup.demo.world import World, post

MONTHLY_SALARIES = 110_000_000
MONTHLY_RENT = 60_000_000
CAPITAL = {"ISF": 150_000_000_000, "HAM": 400_000}


def open_books(world: World) -> None:
    """The owners' money on the bank, on the first day."""
    for branch, amount in CAPITAL.items():
        company = world.company_of(branch)
        equity = frappe.db.get_value("Account", {"company": company, "root_type": "Equity", "is_group": 0})
        _entry(
            world,
            branch,
            0,
            "Capital paid in",
            [
                {"account": world.account("Main Bank", branch), "debit_in_account_currency": amount},
                {"account": equity, "credit_in_account_currency": amount},
            ],
        )


def expenses(world: World, event: Event) -> None:
    rows, total = [], 0
    for branch in BRANCHES:
        if branch.abroad:
            continue
        for title, amount in (("Salaries", MONTHLY_SALARIES * branch.share), ("Branch Rent", MONTHLY_RENT)):
            rows.append(
                {
                    "account": world.account(title),
                    "debit_in_account_currency": amount,
                    "cost_center": world.cost_center(branch.code),
                }
            )
            total += amount
    rows.append({"account": world.account("Main Bank"), "credit_in_account_currency": total})
    _entry(world, "ISF", event.day, "Salaries and rent", rows)


def _entry(world: World, branch: str, day: int, remark: str, rows: list[dict]) -> None:
    post(
        frappe.get_doc(
            {
                "doctype": "Journal Entry",
                "voucher_type": "Bank Entry",
                "company": world.company_of(branch),
                "posting_date": world.date(day),
                "cheque_no": f"JV-{day}",
                "cheque_date": world.date(day),
                "user_remark": remark,
                "accounts": [{"cost_center": world.cost_center(branch), **row} for row in rows],
            }
        )
    )


HANDLERS = {"expenses": expenses}
