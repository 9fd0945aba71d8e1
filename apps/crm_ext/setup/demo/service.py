"""Service as it stands on the day on which the history ends: contracts that were billed, equipment at its places,
visits that were posted, technicians with vans, tomorrow's jobs with a plan, and complaints at every step."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import frappe
from frappe.model.document import Document

from crm_ext.dispatch.flow import applying, planning
from crm_ext.field_service.flow import complaints, maintenance_plans, service_orders, work_reports
from crm_ext.service_contracts.flow import billing_run, service_credits
from crm_ext.service_contracts.rules.service_credits import PERCENTAGE
from crm_ext.setup.demo.company import tax_template
from crm_ext.setup.demo.people import MAIL_DOMAIN, user
from crm_ext.setup.demo.words import Said
from crm_ext.setup.demo.world import World, post, put, put_once

HEATING, PUMPS = Said("Heating", "گرمایش"), Said("Pumps", "پمپ")
BOILER = Said("Boiler", "دیگ و پکیج")
PUMP = Said("Pump", "پمپ")
# Kind, skill, minutes, checklist as (task, answer, unit, mandatory).
TYPES = (
    (
        BOILER,
        HEATING,
        90,
        (
            (Said("Clean the burner", "تمیز کردن مشعل"), "Done or Not", "", 1),
            (Said("Water pressure", "فشار آب"), "Measured Value", "bar", 1),
            (Said("Flue gas tight", "آب‌بندی دودکش"), "Done or Not", "", 1),
            (Said("Photo of the plate", "عکس پلاک"), "Photo", "", 0),
        ),
    ),
    (
        PUMP,
        PUMPS,
        60,
        (
            (Said("Check the seal", "بررسی آب‌بند"), "Done or Not", "", 1),
            (Said("Running hours", "ساعت کارکرد"), "Measured Value", "h", 0),
        ),
    ),
)
CAUSES = (
    (Said("Leaking seal", "نشتی آب‌بند"), "Supplier"),
    (Said("Control board failed", "خرابی برد کنترل"), "Product"),
    (Said("Wrong installation", "نصب نادرست"), "Installation"),
    (Said("Wear", "فرسودگی"), "Wear"),
)
# Code, name, unit, price in rials.
SERVICES = (
    ("SV-CARE", Said("Maintenance contract", "قرارداد نگهداری"), "Nos", 90_000_000),
    ("SV-HOUR", Said("Technician's hour", "ساعت کار تکنسین"), "Hour", 18_000_000),
    ("SV-WAY", Said("Travel, hour", "ایاب و ذهاب، ساعت"), "Hour", 9_000_000),
)
ACTIVITIES = (Said("Service Work", "کار سرویس"), Said("Service Travel", "ایاب و ذهاب سرویس"))
ACCOUNTS = (
    ("warranty_account", "Warranty Provision", "Liability"),
    ("supplier_claim_account", "Claims against Suppliers", "Asset"),
    ("contract_cost_account", "Cost of Service Contracts", "Expense"),
    ("own_cost_account", "Goodwill", "Expense"),
    ("penalty_account", "Penalties to Customers", "Expense"),
)
# Given name, family name, skills, base, cost of an hour in rials; the first has the login of the demo.
TECHNICIANS = (
    ("Omid", "Sharifi", "امید", "شریفی", (HEATING, PUMPS), (32.655, 51.668), 6_500_000),
    ("Navid", "Tavakoli", "نوید", "توکلی", (HEATING,), (32.622, 51.650), 5_800_000),
    ("Shirin", "Mokhtari", "شیرین", "مختاری", (PUMPS,), (32.690, 51.640), 6_000_000),
)
VAN_STOCK = (("SP-SEAL-15", 12), ("SP-BOARD-24", 6), ("RG-CR-25", 2))
# Customer, kind, item, place name, latitude, longitude, months in use, months of warranty.
EQUIPMENT = (
    (27, BOILER, "RG-WB-24", Said("Boiler, house 1", "پکیج، واحد ۱"), 32.640, 51.660, 10, 24),
    (27, BOILER, "RG-WB-24", Said("Boiler, house 2", "پکیج، واحد ۲"), 32.648, 51.672, 10, 24),
    (27, PUMP, "RG-CP-15", Said("Pump in the cellar", "پمپ زیرزمین"), 32.661, 51.681, 30, 12),
    (24, PUMP, "RG-CP-40", Said("Booster pump", "پمپ فشار"), 32.672, 51.655, 14, 12),
    (24, BOILER, "RG-FB-80", Said("Floor boiler", "دیگ زمینی"), 32.675, 51.660, 14, 12),
    (4, BOILER, "RG-FB-80", Said("Boiler, east wing", "دیگ، بال شرقی"), 32.630, 51.700, 16, 24),
    (4, BOILER, "RG-FB-80", Said("Boiler, west wing", "دیگ، بال غربی"), 32.631, 51.698, 16, 24),
    (9, PUMP, "RG-SP-75", Said("Borehole pump", "پمپ شناور"), 32.580, 51.620, 20, 12),
    (9, BOILER, "RG-WB-32", Said("Boiler of the office", "پکیج دفتر"), 32.585, 51.625, 8, 24),
    (1, PUMP, "RG-CP-15", Said("Circulation, hall 2", "گردش آب، سالن ۲"), 32.700, 51.690, 6, 12),
)
# Customer, title, months ago, price of a quarter in rials, calendar, which equipment (number above), visits a quarter,
# and whether the revenue is deferred.
CONTRACTS = (
    (27, Said("Full care, houses", "مراقبت کامل، واحدها"), 12, 24_000_000, "Jalali", (0, 1, 2), 2, 0),
    (24, Said("Pumps and boiler", "پمپ و دیگ"), 9, 14_000_000, "Jalali", (3, 4), 1, 0),
    (4, Said("Two boilers", "دو دیگ"), 12, 20_000_000, "Gregorian", (5, 6), 2, 1),
    (9, Said("Water supply", "تأمین آب"), 6, 12_000_000, "Gregorian", (7, 8), 1, 0),
)
# What the first contract gives back, in percent of a quarter, when a solution comes late, and for a quarter at most.
SERVICE_CREDIT = {"service_credit": PERCENTAGE, "resolution_credit": 10, "credit_cap": 25}
# Visits of the past: equipment, days ago, part used, hours of work, technician, cause where it was a complaint, hours from
# the complaint to its solution. The last one came too late.
VISITS = (
    (0, 150, None, 1.5, 0, None, 0),
    (3, 120, ("SP-SEAL-15", 1), 2.0, 0, 0, 24),
    (5, 95, ("SP-BOARD-24", 1), 2.5, 1, 1, 44),
    (7, 60, ("SP-SEAL-15", 2), 3.0, 2, 0, 26),
    (9, 40, ("SP-SEAL-15", 1), 1.0, 2, 3, 20),
    (1, 20, ("SP-BOARD-24", 1), 1.0, 1, 1, 71),
)
HOURS_TO_ANSWER = 2
# Tomorrow's jobs: equipment, subject, priority, part, hours between which the customer expects us.
JOBS = (
    (2, Said("Pump is loud", "صدای زیاد پمپ"), "High", ("SP-SEAL-15", 1), (9, 12)),
    (4, Said("No hot water", "آب گرم ندارد"), "Urgent", ("SP-BOARD-24", 1), (8, 10)),
    (6, Said("Yearly check", "بازرسی سالانه"), "Medium", None, None),
    (8, Said("Error on the display", "خطا روی نمایشگر"), "Medium", ("SP-BOARD-24", 1), (13, 16)),
    (9, Said("Check the seal", "بررسی آب‌بند"), "Low", None, None),
    (7, Said("Low pressure", "فشار کم"), "High", ("SP-SEAL-15", 1), None),
    (0, Said("Half-yearly care", "سرویس نیم‌ساله"), "Medium", None, None),
)


def create(world: World) -> None:
    """After the history: what was done in service is made of the same documents, on its days."""
    if world.recall("service", "done"):
        return
    _masters(world)
    _settings(world)
    _technicians(world)
    _equipment(world)
    _contracts(world)
    _bill(world)
    _past_visits(world)
    service_credits.give(world.recall("contract", 0), date.fromisoformat(world.wish.until))
    _complaints(world)
    _coming_jobs(world)
    world.remember("service", "done", "1")


def _masters(world: World) -> None:
    for skill in (HEATING, PUMPS):
        put_once("Service Skill", world.say(skill), skill_name=world.say(skill))
    for kind, skill, minutes, checklist in TYPES:
        put_once(
            "Equipment Type",
            world.say(kind),
            type_name=world.say(kind),
            skill=world.say(skill),
            usual_minutes=minutes,
            checklist=[
                {"task": world.say(task), "answer": answer, "unit": unit, "is_mandatory": mandatory}
                for task, answer, unit, mandatory in checklist
            ],
        )
    for cause, origin in CAUSES:
        put_once("Complaint Cause", world.say(cause), cause_name=world.say(cause), responsible=origin)
    group = frappe.db.get_value("Item", "SV-INSTALL", "item_group")
    for code, name, unit, price in SERVICES:
        put_once(
            "Item",
            code,
            item_code=code,
            item_name=world.say(name),
            item_group=group,
            stock_uom=unit,
            is_stock_item=0,
        )
        known = {"price_list": "Retail Iran", "item_code": code}
        if not frappe.db.exists("Item Price", known):
            put("Item Price", **known, price_list_rate=price, valid_from=world.date(-10))
    for activity in ACTIVITIES:
        put_once("Activity Type", world.say(activity), activity_type=world.say(activity))


def _settings(world: World) -> None:
    settings = frappe.get_doc("Field Service Settings")
    settings.update(
        {
            "labour_item": "SV-HOUR",
            "travel_item": "SV-WAY",
            "labour_activity_type": world.say(ACTIVITIES[0]),
            "travel_activity_type": world.say(ACTIVITIES[1]),
        }
    )
    row = {"company": world.company}
    for field, title, root in ACCOUNTS:
        row[field] = _account(world, title, root)
    settings.set("accounts", [row])
    settings.save()
    # So that the picture of tomorrow shows every technician at work.
    frappe.db.set_single_value("Dispatch Settings", "evenness", 100)
    company = frappe.get_doc("Company", world.company)
    if not company.default_deferred_revenue_account:
        company.db_set(
            "default_deferred_revenue_account", _account(world, "Deferred Service Revenue", "Liability")
        )


def _account(world: World, title: str, root: str) -> str:
    parents = {"company": world.company, "is_group": 1, "root_type": root}
    # The deepest group of the kind, where a chart of accounts keeps such accounts.
    parent = frappe.get_all("Account", parents, pluck="name", order_by="lft desc", limit=1)[0]
    return put_once(
        "Account",
        world.account(title),
        account_name=title,
        company=world.company,
        parent_account=parent,
        account_currency="IRR",
    )


def _technicians(world: World) -> None:
    store = frappe.db.get_value("Warehouse", world.store("ISF"), "parent_warehouse")
    vans = []
    for number, (first, last, first_fa, last_fa, skills, (latitude, longitude), cost) in enumerate(
        TECHNICIANS
    ):
        name = f"{first_fa} {last_fa}" if world.wish.language == "fa" else f"{first} {last}"
        van = f"{'ون' if world.wish.language == 'fa' else 'Van'} {name}"
        warehouse = put_once(
            "Warehouse",
            f"{van} - {world.abbreviation('ISF')}",
            warehouse_name=van,
            company=world.company,
            parent_warehouse=store,
        )
        employee = put(
            "Employee",
            first_name=name.split(" ")[0],
            last_name=name.split(" ")[1],
            company=world.company,
            gender="Female" if first == "Shirin" else "Male",
            date_of_birth="1990-01-01",
            date_of_joining=world.date(0),
            user_id=user("technician") if number == 0 else None,
        )
        technician = put(
            "Technician",
            technician_name=name,
            company=world.company,
            employee=employee.name,
            user=user("technician") if number == 0 else None,
            van_warehouse=warehouse,
            cost_per_hour=cost,
            activity_type=world.say(ACTIVITIES[0]),
            skills=[{"skill": world.say(skill)} for skill in skills],
            working_times=[
                {"weekday": day, "from_time": "08:00:00", "to_time": "17:00:00"}
                for day in ("Saturday", "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday")
            ],
            latitude=latitude,
            longitude=longitude,
        )
        for activity in ACTIVITIES:
            put(
                "Activity Cost",
                employee=employee.name,
                activity_type=world.say(activity),
                costing_rate=cost,
                billing_rate=0,
            )
        world.remember("technician", number, technician.name)
        vans.append(warehouse)
    # ERPNext keeps the accounts of the warehouses for the length of a request, without the new vans.
    frappe.flags.pop("warehouse_account_map", None)
    for warehouse in vans:
        _load_van(world, warehouse)


def _load_van(world: World, warehouse: str) -> None:
    rates = {
        code: frappe.db.get_value(
            "Item Price", {"item_code": code, "buying": 1, "currency": "IRR"}, "price_list_rate"
        )
        for code, _qty in VAN_STOCK
    }
    post(
        frappe.get_doc(
            {
                "doctype": "Stock Entry",
                "stock_entry_type": "Material Receipt",
                "company": world.company,
                "set_posting_time": 1,
                "posting_date": world.date(world.story.days - 200)
                if world.story.days > 200
                else world.date(1),
                "items": [
                    {
                        "item_code": code,
                        "qty": quantity,
                        "t_warehouse": warehouse,
                        "basic_rate": rates[code] or 1_000_000,
                    }
                    for code, quantity in VAN_STOCK
                ],
            }
        )
    )


def _equipment(world: World) -> None:
    for number, (customer, kind, item, name, latitude, longitude, months, warranty) in enumerate(EQUIPMENT):
        installed = _days_from_today(world, -30 * months)
        unit = put(
            "Equipment",
            equipment_name=world.say(name),
            equipment_type=world.say(kind),
            item_code=item,
            other_serial_no=f"RG{2000 + number * 37}",
            customer=world.recall("customer", customer),
            company=world.company,
            latitude=latitude,
            longitude=longitude,
            delivered_on=installed,
            installed_on=installed,
            warranty_expires_on=_days_from_today(world, 30 * (warranty - months)),
        )
        world.remember("equipment", number, unit.name)


def _contracts(world: World) -> None:
    clause = put_once(
        "Index Clause",
        "12 % a year",
        clause_name="12 % a year",
        method="Fixed Percentage",
        percentage=12,
        months_between=12,
    )
    for number, (customer, title, months, price, calendar, units, visits, defers) in enumerate(CONTRACTS):
        contract = frappe.get_doc(
            {
                "doctype": "Service Contract",
                "title": world.say(title),
                "customer": world.recall("customer", customer),
                "company": world.company,
                "currency": "IRR",
                "calendar": calendar,
                "start_date": _days_from_today(world, -30 * min(months, world.story.days // 30 - 1)),
                "end_date": _days_from_today(world, 365),
                "selling_price_list": "Retail Iran",
                "taxes_and_charges": tax_template(world, "ISF"),
                "cost_center": world.cost_center("ISF"),
                "renewal": "On Offer",
                "responsible": user("sales"),
                "lines": [
                    {
                        "item_code": "SV-CARE",
                        "rate": price,
                        "interval_count": 3,
                        "interval_unit": "Month",
                        "billing_timing": "In Advance",
                        "defer_revenue": defers,
                        "index_clause": clause,
                        "visits_included": visits,
                        "parts_percent": 50,
                        "response_hours": 8,
                        "resolution_hours": 48,
                        **(SERVICE_CREDIT if number == 0 else {}),
                    }
                ],
                "covered_equipment": [
                    {"line_number": 1, "equipment": world.recall("equipment", unit)} for unit in units
                ],
            }
        )
        contract.insert().submit()
        world.remember("contract", number, contract.name)
        plan = put(
            "Maintenance Plan",
            title=world.say(title),
            company=world.company,
            equipment=world.recall("equipment", units[0]),
            rhythm="Calendar",
            interval_count=6,
            interval_unit="Month",
            calendar=calendar,
            start_date=_days_from_today(world, 20 + number),
        )
        maintenance_plans.generate(plan.name)


def _bill(world: World) -> None:
    """A run for each month of the past, as the nights would have made them."""
    longest = min(max(months for _c, _t, months, *_rest in CONTRACTS), world.story.days // 30 - 1)
    for months in range(longest, -1, -1):
        day = date.fromisoformat(_days_from_today(world, -30 * months))
        run = put("Billing Run", company=world.company, up_to=day, posting_date=day)
        run.db_set("status", "Queued")
        billing_run.work(run.name, commits=False)


def _past_visits(world: World) -> None:
    for number, days_ago, part, hours, technician, cause, waited in VISITS:
        if days_ago >= world.story.days:
            continue
        start = _moment(world, -days_ago, 9)
        end = start + timedelta(hours=hours)
        came_in = end - timedelta(hours=waited)
        issue = _complaint(world, number, cause, came_in.date()) if cause is not None else None
        order = service_orders.make_from(
            *(("Issue", issue.name) if issue else ("Equipment", world.recall("equipment", number)))
        )
        order.update(
            {
                "technician": world.recall("technician", technician),
                "planned_start": start,
                "planned_end": end,
                "posting_date": start.date(),
                "status": "Planned",
            }
        )
        order.insert()
        _report(order, part, start, end)
        if issue:
            complaints.confirm(issue.name, "Demo", stars=5 - number % 3)
            _set_clock(issue, came_in, end)


def _set_clock(issue: Document, came_in: datetime, solved: datetime) -> None:
    """Complaints of the past are written down in one moment of today; their times are those of their days."""
    issue.db_set(
        {
            "creation": came_in,
            "service_level_agreement_creation": came_in,
            "opening_time": came_in.time(),
            "first_responded_on": came_in + timedelta(hours=HOURS_TO_ANSWER),
            "sla_resolution_date": solved,
        }
    )
    # When the answer and the solution were due follows from when it came in.
    issue.reload().save()


def _report(order: Document, part: tuple[str, int] | None, start: datetime, end: datetime) -> None:
    work_reports.record(
        order.name,
        f"demo-{order.name}",
        {
            "status": "In Progress",
            "at": start.isoformat(),
            "tasks": [{"name": row.name, "is_done": 1, "value": 1.6, "note": ""} for row in order.tasks],
            "parts": [{"item_code": part[0], "qty": part[1]}] if part else [],
            "times": [
                {
                    "what": "Travel",
                    "from": (start - timedelta(minutes=30)).isoformat(),
                    "to": start.isoformat(),
                    "kilometres": 14,
                },
                {"what": "Work", "from": start.isoformat(), "to": end.isoformat()},
            ],
            "result": "Solved",
            "work_done": "Checked and put right.",
            "signed_by": "Customer",
        },
    )
    work_reports.finish(order.name, f"demo-finish-{order.name}")


def _complaint(world: World, equipment: int, cause: int, opened_on: date) -> Document:
    return put(
        "Issue",
        subject=world.say(CAUSES[cause][0]),
        equipment=world.recall("equipment", equipment),
        customer=world.recall("customer", EQUIPMENT[equipment][0]),
        company=world.company,
        complaint_cause=world.say(CAUSES[cause][0]),
        opening_date=opened_on,
        raised_by=f"customer@{MAIL_DOMAIN}",
    )


def _complaints(world: World) -> None:
    """One that waits for its customer's word, so that the portal and the service desk have something to answer."""
    waiting = _complaint(world, 2, 3, _moment(world, -3, 0).date())
    waiting.status = "Resolved"
    waiting.save()


def _coming_jobs(world: World) -> None:
    tomorrow = 1
    while (date.fromisoformat(_days_from_today(world, tomorrow))).strftime("%A") == "Friday":
        tomorrow += 1
    for equipment, subject, priority, part, hours in JOBS:
        order = service_orders.make_from("Equipment", world.recall("equipment", equipment))
        order.update({"title": world.say(subject), "priority": priority})
        if part:
            order.append("parts", {"item_code": part[0], "planned_qty": part[1]})
        if hours:
            order.window_start, order.window_end = (_moment(world, tomorrow, hour) for hour in hours)
        order.insert()
    day = date.fromisoformat(_days_from_today(world, tomorrow))
    applying.apply(planning.plan(world.company, day, 1, seconds=1))


def _days_from_today(world: World, days: int) -> str:
    return str(date.fromisoformat(world.wish.until) + timedelta(days=days))


def _moment(world: World, days: int, hour: int) -> datetime:
    return datetime.combine(date.fromisoformat(_days_from_today(world, days)), time(hour))
