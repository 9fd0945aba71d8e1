"""Campaigns with their spending, and the leads that they bring."""

from __future__ import annotations

import frappe

from crm_ext.compat import CAMPAIGN_FIELD, LEAD_CAMPAIGN_FIELD, SOURCE_FIELD
from crm_ext.marketing_automation.flow import campaign_plans
from crm_ext.setup.demo import catalogue
from crm_ext.setup.demo.company import tax_template
from crm_ext.setup.demo.people import chooser, organisation, person, phone, territory, user
from crm_ext.setup.demo.story import Event, Lead, campaign_days, sample_of
from crm_ext.setup.demo.words import CAMPAIGNS
from crm_ext.setup.demo.world import BRANCH, World, post, put

IDEA = {idea.code: idea for idea in CAMPAIGNS}
SPENDING = {"FAIR": ("MK-STAND", "MK-PRINT"), "DEALER": ("MK-STAND", "MK-PRINT")}
TASKS = (("Agree offer and texts", -10, 4), ("Book channels", -5, 3), ("Measure and report", 20, 2))
STATUS_OF = {"good": "Open", "cold": "Open", "interested": "Interested", "refused": "Do Not Contact"}


def campaign_name(world: World, code: str | None) -> str | None:
    """Every second campaign is called by its Persian name."""
    if code is None:
        return None
    return world.say(IDEA[code].name, list(IDEA).index(code))


def campaign(world: World, event: Event) -> None:
    """The plan is written and approved, and sets campaign, project and budgets in motion."""
    idea = IDEA[event.key]
    first, last = campaign_days(world.story.days)[idea.code]
    budget = idea.budget // len(idea.channels)
    plan = put(
        "Campaign Plan",
        title=campaign_name(world, idea.code),
        company=world.company,
        plan_owner=user("marketing"),
        from_date=world.date(first),
        to_date=world.date(last),
        country="Iran",
        item_group=catalogue.item_group(world, idea.group),
        goal=f"{idea.name.english} / {idea.name.persian}",
        expense_account=world.account("Marketing"),
        cost_center=world.cost_center("ISF"),
        budget_action="Warn",
        channels=[
            {
                "channel": channel,
                "budget": budget,
                "expected_touches": idea.leads * 20,
                "expected_responses": idea.leads,
                "expected_revenue": budget * 6,
            }
            for channel in idea.channels
        ],
        tasks=[
            {"subject": f"{idea.name.english}: {subject}", "start_offset": offset, "duration": days}
            for subject, offset, days in TASKS
        ],
    )
    campaign_plans.request_approval(plan.name)
    campaign_plans.approve(plan.name)


def spend(world: World, event: Event) -> None:
    """An agency's bill for the campaign, half of the budget each time, a little more or less."""
    idea, turn = IDEA[event.key], event.detail[0]
    item = SPENDING.get(idea.code, ("MK-ADVERT", "MK-PRINT"))[turn]
    amount = round(idea.budget / 2 * chooser(world, "spend", idea.code, turn).uniform(0.75, 1.12), -6)
    bill = frappe.get_doc(
        {
            "doctype": "Purchase Invoice",
            "supplier": catalogue.supplier(world, "NEGAR"),
            "company": world.company,
            "set_posting_time": 1,
            "posting_date": world.date(event.day),
            "posting_time": "09:30:00",
            "bill_no": f"NG-{idea.code}-{turn + 1}",
            "bill_date": world.date(event.day),
            "due_date": world.date(event.day + 30),
            "taxes_and_charges": tax_template(world, "ISF"),
            CAMPAIGN_FIELD: campaign_name(world, idea.code),
            "cost_center": world.cost_center("ISF"),
            "items": [
                {
                    "item_code": item,
                    "qty": 1,
                    "rate": amount,
                    "expense_account": world.account("Marketing"),
                    "cost_center": world.cost_center("ISF"),
                    CAMPAIGN_FIELD: campaign_name(world, idea.code),
                }
            ],
        }
    )
    bill.run_method("set_missing_values")
    post(bill)


def sample(world: World, event: Event) -> None:
    """A product from the store, given to the campaign."""
    name = campaign_name(world, event.key)
    entry = frappe.get_doc(
        {
            "doctype": "Stock Entry",
            "stock_entry_type": entry_type("Material Issue"),
            "purpose": "Material Issue",
            "company": world.company,
            "set_posting_time": 1,
            "posting_date": world.date(event.day),
            "posting_time": "09:00:00",
            CAMPAIGN_FIELD: name,
            "items": [
                {
                    "item_code": sample_of(event.key),
                    "qty": 1,
                    "s_warehouse": world.store("ISF"),
                    "expense_account": world.account("Marketing"),
                    "cost_center": world.cost_center("ISF"),
                    CAMPAIGN_FIELD: name,
                }
            ],
        }
    )
    post(entry)


def entry_type(purpose: str) -> str:
    """The Stock Entry Type for a purpose; its name is in the language of the site's first day."""
    return frappe.db.get_value("Stock Entry Type", {"purpose": purpose})


def lead(world: World, event: Event) -> None:
    told = _lead(world, event.key)
    first, last, letters = person(world, told.number)
    idea = IDEA.get(told.campaign)
    document = put(
        "Lead",
        first_name=first,
        last_name=last,
        company_name=_organisation(world, told),
        email_id=f"{letters}.{told.number}@leads.example",
        mobile_no=phone(told.branch, 300 + told.number, mobile=True),
        phone=phone(told.branch, 300 + told.number),
        lead_owner=user("sales"),
        status=STATUS_OF[told.quality],
        company=world.company,
        territory=territory(world, told.branch),
        city=world.say(BRANCH[told.branch].city, told.number),
        country="Iran",
        **{
            LEAD_CAMPAIGN_FIELD: campaign_name(world, told.campaign),
            SOURCE_FIELD: idea.source if idea else "Walk In",
        },
    )
    world.remember("lead", told.number, document.name)


def _organisation(world: World, told: Lead) -> str:
    city = world.say(BRANCH[told.branch].city, told.number)
    return f"{organisation(world, told.group, told.number)} {city}"


def touch(world: World, event: Event) -> None:
    """What the desk does with a new lead on the next day: write, call or visit."""
    told, name = _lead(world, event.key), world.recall("lead", event.key)
    day = world.date(event.day)
    match told.number % 3:
        case 0:
            _message(name, day, "Email", "Sent", "09:10:00", "Our catalogue and prices")
            if told.quality in ("good", "interested"):
                _message(name, day, "Email", "Received", "13:40:00", "Re: Our catalogue and prices")
        case 1:
            _message(name, day, "Phone", "Sent", "10:20:00", "First call")
        case 2:
            _visit(name, day)


def _message(lead_name: str, day: str, medium: str, direction: str, time: str, subject: str) -> None:
    put(
        "Communication",
        communication_type="Communication",
        communication_medium=medium,
        sent_or_received=direction,
        subject=subject,
        content=subject,
        communication_date=f"{day} {time}",
        sender=user("sales") if direction == "Sent" else frappe.db.get_value("Lead", lead_name, "email_id"),
        recipients=frappe.db.get_value("Lead", lead_name, "email_id")
        if direction == "Sent"
        else user("sales"),
        reference_doctype="Lead",
        reference_name=lead_name,
    )


def _visit(lead_name: str, day: str) -> None:
    put(
        "Event",
        subject=f"Visit: {frappe.db.get_value('Lead', lead_name, 'title')}",
        event_category="Meeting",
        event_type="Public",
        status="Closed",
        starts_on=f"{day} 14:00:00",
        ends_on=f"{day} 15:00:00",
        event_participants=[{"reference_doctype": "Lead", "reference_docname": lead_name}],
    )


def _lead(world: World, number: int) -> Lead:
    return next(told for told in world.story.leads if told.number == number)


HANDLERS = {"campaign": campaign, "spend": spend, "sample": sample, "lead": lead, "touch": touch}
