"""What a refused campaign plan says to the person in front of it: what is wrong and what to do."""

from __future__ import annotations

from typing import NoReturn

import frappe
from frappe import _
from frappe.utils import format_date

from crm_ext.shared.results import Refusal


def throw(refusal: Refusal) -> NoReturn:
    frappe.throw(sentence(refusal), title=_("Campaign Plan"))


def sentence(refusal: Refusal) -> str:
    values = {
        key: format_date(value) if hasattr(value, "isoformat") else value
        for key, value in refusal.values.items()
    }
    return _templates()[refusal.code].format(**values)


def _templates() -> dict[str, str]:
    return {
        "period_reversed": _(
            "The period ends on {to_date}, before it begins on {from_date}. Exchange the two dates."
        ),
        "amount_negative": _("Channels, row {row} ({channel}): enter amounts and numbers of zero or more."),
        "responses_above_touches": _(
            "Channels, row {row} ({channel}): more responses than touches are expected. Raise the touches or lower the responses."
        ),
        "channel_twice": _(
            "Channels, row {row}: {channel} is planned already on the same expense account. Put both into one row."
        ),
        "task_without_time": _("Tasks, row {row} ({subject}): a task takes at least one working day."),
        "no_period": _("Enter the dates between which the campaign runs."),
        "no_channel": _("Add at least one channel, so that it can be seen what the budget is for."),
        "no_budget": _("Give at least one channel a budget, or a cost per touch and expected touches."),
        "no_account": _(
            "Channels, row {row} ({channel}): choose the expense account of the plan or of this channel, so that the budget can be watched."
        ),
        "account_of_other_company": _(
            "The account {account} does not belong to the company {company}. Choose an expense account of that company."
        ),
        "account_is_group": _("{account} is a group of accounts. Choose one of the accounts in it."),
        "account_disabled": _(
            "The account {account} is disabled. Enable it or choose another expense account."
        ),
        "account_not_expense": _("{account} is not an expense account. Choose an account under Expenses."),
        "cost_center_of_other_company": _(
            "The cost center {cost_center} does not belong to the company {company}. Choose one of that company."
        ),
        "no_fiscal_year": _(
            "No fiscal year covers {day}. Create it under Fiscal Year, or change the period of the plan."
        ),
        "budget_exists": _(
            "The budget {budget} watches the account {account} in {fiscal_year} for this campaign already. Cancel it, or choose another expense account."
        ),
        "campaign_name_taken": _(
            "A campaign with the title {title} exists. Choose it in the field Campaign, or change the title."
        ),
        "move_not_possible": _(
            "This is not possible while the plan is {status}. Reload the page to see what can be done now."
        ),
        "awaiting_approval": _("The plan awaits approval and cannot be changed. Withdraw the request first."),
        "no_reason": _("Say why the plan is rejected, so that its owner knows what to change."),
    }
