"""What a refused campaign plan says to the person in front of it: what is wrong and what to do."""

from __future__ import annotations

from datetime import date
from typing import NoReturn

import frappe
from frappe import _
from frappe.utils import escape_html, format_date

from crm_ext.shared.results import Refusal


def throw(refusal: Refusal) -> NoReturn:
    frappe.throw(sentence(refusal), title=_("Campaign Plan"))


def sentence(refusal: Refusal) -> str:
    text, names = _sentences()[refusal.code]
    return text.format(*(_shown(refusal.values[name]) for name in names))


def _shown(value: object) -> str:
    """Messages are shown as HTML, and titles are typed by people."""
    return format_date(value) if isinstance(value, date) else escape_html(str(value))


def _sentences() -> dict[str, tuple[str, tuple[str, ...]]]:
    """Code of a refusal -> the sentence, and the values that its placeholders stand for in their order."""
    return {
        "period_reversed": (
            _("The period ends on {0}, before it begins on {1}. Exchange the two dates."),
            ("to_date", "from_date"),
        ),
        "amount_negative": (
            _("Channels, row {0} ({1}): enter amounts and numbers of zero or more."),
            ("row", "channel"),
        ),
        "responses_above_touches": (
            _(
                "Channels, row {0} ({1}): more responses than touches are expected. Raise the touches or lower the responses."
            ),
            ("row", "channel"),
        ),
        "channel_twice": (
            _(
                "Channels, row {0}: {1} is planned already on the same expense account. Put both into one row."
            ),
            ("row", "channel"),
        ),
        "task_without_time": (
            _("Tasks, row {0} ({1}): a task takes at least one working day."),
            ("row", "subject"),
        ),
        "no_period": (
            _("Enter the dates between which the campaign runs."),
            (),
        ),
        "no_channel": (
            _("Add at least one channel, so that it can be seen what the budget is for."),
            (),
        ),
        "no_budget": (
            _("Give at least one channel a budget, or a cost per touch and expected touches."),
            (),
        ),
        "no_account": (
            _(
                "Channels, row {0} ({1}): choose the expense account of the plan or of this channel, so that the budget can be watched."
            ),
            ("row", "channel"),
        ),
        "account_of_other_company": (
            _(
                "The account {0} does not belong to the company {1}. Choose an expense account of that company."
            ),
            ("account", "company"),
        ),
        "account_is_group": (
            _("{0} is a group of accounts. Choose one of the accounts in it."),
            ("account",),
        ),
        "account_disabled": (
            _("The account {0} is disabled. Enable it or choose another expense account."),
            ("account",),
        ),
        "account_not_expense": (
            _("{0} is not an expense account. Choose an account under Expenses."),
            ("account",),
        ),
        "cost_center_of_other_company": (
            _("The cost center {0} does not belong to the company {1}. Choose one of that company."),
            ("cost_center", "company"),
        ),
        "no_fiscal_year": (
            _("No fiscal year covers {0}. Create it under Fiscal Year, or change the period of the plan."),
            ("day",),
        ),
        "budget_exists": (
            _(
                "The budget {0} watches the account {1} in {2} for this campaign already. Cancel it, or choose another expense account."
            ),
            ("budget", "account", "fiscal_year"),
        ),
        "campaign_name_taken": (
            _("A campaign with the title {0} exists. Choose it in the field Campaign, or change the title."),
            ("title",),
        ),
        "move_not_possible": (
            _("This is not possible while the plan is {0}. Reload the page to see what can be done now."),
            ("status",),
        ),
        "awaiting_approval": (
            _("The plan awaits approval and cannot be changed. Withdraw the request first."),
            (),
        ),
        "no_reason": (
            _("Say why the plan is rejected, so that its owner knows what to change."),
            (),
        ),
    }
