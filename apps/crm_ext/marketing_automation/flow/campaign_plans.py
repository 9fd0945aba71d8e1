"""What may be done with campaign plans: prepare, ask for approval, decide, set in motion, call off."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.desk.doctype.notification_log.notification_log import enqueue_create_notification
from frappe.model.document import Document
from frappe.utils import getdate, now_datetime

from crm_ext.compat import CAMPAIGN_DOCTYPE
from crm_ext.marketing_automation.flow import campaign_plan_effects as effects
from crm_ext.marketing_automation.flow.campaign_plan_sentences import throw
from crm_ext.marketing_automation.queries import campaign_plans as queries
from crm_ext.marketing_automation.rules import campaign_plan as rules
from crm_ext.shared.calendars import Period
from crm_ext.shared.money import to_decimal
from crm_ext.shared.results import Refusal, refuse

CAMPAIGN_PLAN = queries.CAMPAIGN_PLAN


def start_afresh(document: Document) -> None:
    """An amended plan begins without what the cancelled one had set in motion: the desk copies those fields too."""
    document.update(
        {
            "status": rules.DRAFT,
            "project": None,
            "budgets": [],
            "approved_by": None,
            "approved_on": None,
            "rejection_reason": None,
        }
    )
    for row in document.tasks:
        row.task = None


def prepare(document: Document) -> None:
    """Before every save: what follows from what was typed, and what cannot be kept."""
    _keep_status_out_of_hand(document)
    document.currency = frappe.get_cached_value("Company", document.company, "default_currency")
    _complete_channels(document)
    plan = plan_of(document)
    if plan.period and not document.season:
        document.season = rules.default_season(plan.period)
    _stop(rules.check_draft(plan))
    _stop(_check_ledger_fields(document, plan))


def request_approval(name: str) -> str:
    """Hand a whole plan to those who decide; returns the status."""
    document = _locked(name)
    _stop(_missing_for_approval(document))
    return _move(document, "request_approval")


def withdraw(name: str) -> str:
    """Take the request back, so that the plan can be changed; returns the status."""
    return _move(_locked(name), "withdraw")


def reject(name: str, reason: str) -> str:
    """Give the plan back to its owner with what has to change; returns the status."""
    if not reason.strip():
        throw(refuse("no_reason"))
    document = _locked(name)
    status = _move(document, "reject", rejection_reason=reason.strip())
    document.add_comment("Info", _("Rejected: {0}").format(reason.strip()))
    _notify([document.plan_owner], _("The campaign plan {0} was rejected").format(document.title), document)
    return status


def approve(name: str) -> str:
    """Submit the plan, which sets it in motion; returns the status. A plan that is approved already stays as it is."""
    document = _locked(name)
    if document.docstatus == 0:
        document.submit()
    return document.status


def set_in_motion(document: Document) -> None:
    """On approval: campaign, project with tasks, budgets; all in the transaction of the submit, so all or nothing.

    Frappe holds the plan's row locked since the submit began: of two approvals at the same moment the second waits,
    finds the plan changed and stops.
    """
    _stop(_missing_for_approval(document))
    plan = plan_of(document)
    document.campaign = document.campaign or effects.make_campaign(document)
    shares = _budget_shares(document, plan)
    if isinstance(shares, Refusal):
        throw(shares)
    effects.make_project_with_tasks(document, plan)
    effects.make_budgets(document, shares)
    document.update(
        {
            "status": rules.status_on(plan.period, getdate()),
            "approved_by": frappe.session.user,
            "approved_on": now_datetime(),
            "rejection_reason": None,
        }
    )


def tell_the_owner(document: Document) -> None:
    _notify([document.plan_owner], _("The campaign plan {0} was approved").format(document.title), document)


def call_off(document: Document) -> None:
    """On cancel: budgets cancelled, project and its open tasks cancelled. The campaign stays, its past is real."""
    effects.cancel_budgets(document)
    effects.cancel_project(document)
    document.db_set("status", rules.CANCELLED, update_modified=False)


def refresh_statuses() -> None:
    """Each night: approved plans are running, and running ones completed, by their period. One statement."""
    plan = frappe.qb.DocType(CAMPAIGN_PLAN)
    today = getdate()
    status = (
        frappe.qb.terms.Case()
        .when(plan.from_date > today, rules.APPROVED)
        .when(plan.to_date < today, rules.COMPLETED)
        .else_(rules.RUNNING)
    )
    frappe.qb.update(plan).set(plan.status, status).where(plan.docstatus == 1).run()


def plan_of(document: Document) -> rules.Plan:
    """The document as the rules read it."""
    has_period = document.from_date and document.to_date
    return rules.Plan(
        title=document.title,
        company=document.company,
        period=Period(getdate(document.from_date), getdate(document.to_date)) if has_period else None,
        channels=tuple(_channel_of(row) for row in document.channels),
        tasks=tuple(
            rules.PlannedTask(row.subject, row.start_offset or 0, row.duration or 0) for row in document.tasks
        ),
        account=document.expense_account,
    )


def _channel_of(row: Document) -> rules.Channel:
    return rules.Channel(
        channel=row.channel,
        budget=to_decimal(row.budget),
        unit_cost=to_decimal(row.unit_cost),
        expected_touches=row.expected_touches or 0,
        expected_response_rate=to_decimal(row.expected_response_rate),
        expected_responses=row.expected_responses or 0,
        expected_revenue=to_decimal(row.expected_revenue),
        account=row.expense_account or None,
    )


def _complete_channels(document: Document) -> None:
    precision = document.precision("total_budget")
    channels = []
    for row in document.channels:
        channel = rules.completed_channel(_channel_of(row), precision)
        row.update(
            {
                "budget": float(channel.budget),
                "expected_touches": channel.expected_touches,
                "expected_responses": channel.expected_responses,
                "expected_response_rate": float(channel.expected_response_rate),
                "currency": document.currency,
            }
        )
        channels.append(channel)
    totals = rules.totals(channels)
    document.update(
        {
            "total_budget": float(totals.budget),
            "total_expected_touches": totals.expected_touches,
            "total_expected_responses": totals.expected_responses,
            "total_expected_revenue": float(totals.expected_revenue),
        }
    )


def _keep_status_out_of_hand(document: Document) -> None:
    """The status moves by this module's verbs only, whatever a form or an import sends."""
    if document.flags.moved_by_verb:
        return
    before = document.get_doc_before_save()
    document.status = before.status if before else rules.DRAFT
    if document.status == rules.AWAITING_APPROVAL and not document.has_permission("submit"):
        throw(refuse("awaiting_approval"))


def _check_ledger_fields(document: Document, plan: rules.Plan) -> Refusal | None:
    names = {plan.account, *(channel.account for channel in plan.channels)} - {None, ""}
    facts = [rules.Account(**row) for row in queries.accounts(names)] if names else []
    refusal = rules.check_accounts(plan.company, facts)
    if refusal is None and document.cost_center:
        company = frappe.get_cached_value("Cost Center", document.cost_center, "company")
        if company != plan.company:
            return refuse(
                "cost_center_of_other_company", cost_center=document.cost_center, company=plan.company
            )
    return refusal


def _missing_for_approval(document: Document) -> Refusal | None:
    plan = plan_of(document)
    refusal = rules.check_complete(plan)
    if refusal is not None:
        return refusal
    if not document.campaign and frappe.db.exists(CAMPAIGN_DOCTYPE, {"campaign_name": document.title}):
        return refuse("campaign_name_taken", title=document.title)
    shares = _budget_shares(document, plan)
    return shares if isinstance(shares, Refusal) else None


def _budget_shares(document: Document, plan: rules.Plan) -> list[rules.BudgetShare] | Refusal:
    years = [
        rules.FiscalYear(name, Period(start, end)) for name, start, end in queries.fiscal_years(plan.company)
    ]
    shares = rules.budget_shares(plan, years, document.precision("total_budget"))
    if isinstance(shares, Refusal) or not document.campaign:
        return shares
    conflict = queries.conflicting_budget(
        document.campaign, plan.company, {(share.fiscal_year, share.account) for share in shares}
    )
    if conflict:
        return refuse(
            "budget_exists", budget=conflict.name, account=conflict.account, fiscal_year=conflict.fiscal_year
        )
    return shares


def _locked(name: str) -> Document:
    """The plan as it is now; nobody else decides on it until this transaction ends."""
    return frappe.get_doc(CAMPAIGN_PLAN, name, for_update=True)


def _move(document: Document, verb: str, **changes: str) -> str:
    status = rules.next_status(document.status, verb)
    if isinstance(status, Refusal):
        throw(refuse(status.code, status=_(document.status)))
    document.update({"status": status, **changes})
    document.flags.moved_by_verb = True
    document.save()
    if status == rules.AWAITING_APPROVAL:
        _notify(
            queries.approvers(),
            _("The campaign plan {0} awaits your approval").format(document.title),
            document,
        )
    return status


def _notify(users: list[str], subject: str, document: Document) -> None:
    others = [user for user in users if user != frappe.session.user]
    if others:
        enqueue_create_notification(
            others,
            {
                "type": "Alert",
                "document_type": document.doctype,
                "document_name": document.name,
                "subject": subject,
                "from_user": frappe.session.user,
            },
        )


def _stop(refusal: Refusal | None) -> None:
    if refusal is not None:
        throw(refusal)
