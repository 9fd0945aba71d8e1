"""Who works in the demo company and who buys from it: users, sales persons, partners, customers with contacts."""

from __future__ import annotations

from random import Random

import frappe
from frappe.utils.password import update_password

from crm_ext.compat import LEAD_SOURCE_DOCTYPE
from crm_ext.setup.demo.story import Buyer
from crm_ext.setup.demo.words import (
    BRANCHES,
    CAMPAIGNS,
    COMPETITORS,
    CUSTOMER_GROUPS,
    FIRST_NAMES,
    FOREIGN_CUSTOMERS,
    LAST_NAMES,
    LOST_REASONS,
    NAME_PATTERNS,
    PROPER_NAMES,
    SALES_PARTNERS,
    SALES_STAGES,
    STREETS,
)
from crm_ext.setup.demo.world import BRANCH, World, put, put_once

MAIL_DOMAIN = "ravan-garma.example"
# User name, full name, language, roles.
USERS = (
    ("sales", ("Sara", "Karimi"), "en", ("Sales User", "Stock User")),
    (
        "marketing",
        ("Maryam", "Yazdani"),
        "fa",
        ("Marketing Head", "Marketing Analyst", "Sales Manager", "Sales User"),
    ),
    ("accounts", ("Reza", "Hosseini"), "en", ("Accounts User", "Accounts Manager")),
    ("store", ("Mehdi", "Rahimi"), "en", ("Stock User", "Stock Manager")),
    (
        "service",
        ("Leila", "Ahmadi"),
        "en",
        ("Support Team", "Maintenance Manager", "Maintenance User", "Dispatcher", "Sales User", "Stock User"),
    ),
    ("technician", ("Omid", "Sharifi"), "fa", ("Technician",)),
)
# Customers with a login to the portal: login, number of the customer, language.
BUYERS = (("buyer", 27, "en"), ("kharidar", 24, "fa"))
BUYER_DOMAIN = "customers.example"


def create(world: World) -> None:
    _territories(world)
    _groups(world)
    _sales_force(world)
    for source in sorted({idea.source for idea in CAMPAIGNS} | {"Existing Customer", "Reference", "Walk In"}):
        put_once(LEAD_SOURCE_DOCTYPE, source, source_name=source)
    for stage, _probability, _days in SALES_STAGES:
        put_once("Sales Stage", stage, stage_name=stage)
    put_once("Opportunity Type", "Sales", __newname="Sales")
    for reason in LOST_REASONS:
        put_once("Opportunity Lost Reason", world.say(reason), lost_reason=world.say(reason))
        put_once("Quotation Lost Reason", world.say(reason), order_lost_reason=world.say(reason))
    for competitor in COMPETITORS:
        put_once("Competitor", competitor, competitor_name=competitor)
    for buyer in world.story.buyers:
        _customer(world, buyer)


def user(code: str) -> str:
    return f"{code}@{MAIL_DOMAIN}"


def buyer(login: str) -> str:
    return f"{login}@{BUYER_DOMAIN}"


def create_users(world: World) -> None:
    """The demo users, without a password: nobody can log in before the load is complete."""
    for code, (first, last), language, roles in USERS:
        if frappe.db.exists("User", user(code)):
            continue
        put(
            "User",
            email=user(code),
            first_name=first,
            last_name=last,
            language=language,
            send_welcome_email=0,
            user_type="System User",
            roles=[{"role": role} for role in roles],
        )
        world.remember("user", code, user(code))


def set_password(world: World) -> str | None:
    """Give the users that this load has made their common password, and tell it; None where there were all before.

    It is 'demo' on a developer's site only; anywhere else it is random.
    """
    made = [name for code, *_rest in (*USERS, *BUYERS) if (name := world.recall("user", code))]
    password = "demo" if frappe.conf.developer_mode else frappe.generate_hash(length=14)
    for name in made:
        update_password(name, password)
    return password if made else None


def territory(world: World, branch: str) -> str:
    return world.say(BRANCH[branch].city)


def _territories(world: World) -> None:
    root = frappe.db.get_value("Territory", {"is_group": 1, "parent_territory": ["is", "not set"]})
    countries = {branch.country for branch in BRANCHES} | {
        country for _n, country, _c, _b in FOREIGN_CUSTOMERS
    }
    for country in sorted(countries):
        put_once(
            "Territory",
            country,
            territory_name=country,
            parent_territory=root,
            is_group=int(country == "Iran"),
        )
    if not frappe.db.get_value("Territory", "Iran", "is_group"):
        frappe.db.set_value("Territory", "Iran", "is_group", 1)
    for branch in BRANCHES:
        city = territory(world, branch.code)
        parent = root if branch.abroad else "Iran"
        put_once("Territory", city, territory_name=city, parent_territory=parent)


def _groups(world: World) -> None:
    root = frappe.db.get_value("Customer Group", {"is_group": 1, "parent_customer_group": ["is", "not set"]})
    for group in CUSTOMER_GROUPS:
        put_once(
            "Customer Group",
            world.say(group),
            customer_group_name=world.say(group),
            parent_customer_group=root,
        )


def customer_group(world: World, group: str) -> str:
    return world.say(next(said for said in CUSTOMER_GROUPS if said.english == group))


def _sales_force(world: World) -> None:
    root = frappe.db.get_value("Sales Person", {"is_group": 1, "parent_sales_person": ["is", "not set"]})
    for branch in BRANCHES:
        name = world.sales_person(branch)
        put_once(
            "Sales Person", name, sales_person_name=name, parent_sales_person=root, is_group=0, enabled=1
        )
    for name, commission in SALES_PARTNERS:
        put_once(
            "Sales Partner",
            name,
            partner_name=name,
            commission_rate=commission,
            territory=territory(world, "TEH"),
        )


def organisation(world: World, group: str, turn: int) -> str:
    """A believable name of a business of this group; different for each of sixty turns."""
    pattern = NAME_PATTERNS[group][turn // len(PROPER_NAMES) % 2]
    return world.say(pattern, turn).format(world.say(PROPER_NAMES[turn % len(PROPER_NAMES)], turn))


def person(world: World, turn: int) -> tuple[str, str, str]:
    """First name, last name and the Latin letters for an e-mail address."""
    first, last = FIRST_NAMES[turn % len(FIRST_NAMES)], LAST_NAMES[turn * 5 % len(LAST_NAMES)]
    return (
        world.say(first, turn),
        world.say(last, turn),
        f"{first.english}.{last.english}".lower().replace("-", ""),
    )


def phone(branch: str, turn: int, mobile: bool = False) -> str:
    """A number in E.164 that nobody was given: the area code of the branch and a run of digits."""
    if mobile and not BRANCH[branch].abroad:
        return f"+98912{5_550_000 + turn * 37 % 9999:07d}"
    return f"{BRANCH[branch].dialling}{55_500_000 + turn * 53 % 99_999:08d}"


def customer_name(world: World, buyer: Buyer) -> str:
    if buyer.foreign is not None:
        return FOREIGN_CUSTOMERS[buyer.foreign][0]
    return organisation(world, buyer.group, buyer.number)


def _customer(world: World, buyer: Buyer) -> None:
    name = customer_name(world, buyer)
    world.remember("customer", buyer.number, name)
    if frappe.db.exists("Customer", name):
        return
    country = FOREIGN_CUSTOMERS[buyer.foreign][1] if buyer.foreign is not None else "Iran"
    accounts = []
    if buyer.foreign is not None and not BRANCH[buyer.branch].abroad:
        accounts = [{"company": world.company, "account": world.account(f"Debtors {buyer.currency}")}]
    put(
        "Customer",
        customer_name=name,
        customer_type="Company",
        customer_group=customer_group(world, buyer.group),
        territory=country if buyer.foreign is not None else territory(world, buyer.branch),
        default_currency=buyer.currency,
        default_price_list=price_list_for(buyer.group, buyer.currency),
        payment_terms=terms_for(buyer.group, buyer.number),
        tax_id=f"{10_000_000_000 + buyer.number * 7_919:011d}",
        account_manager=user("sales"),
        default_sales_partner=SALES_PARTNERS[buyer.number % 2][0] if buyer.number % 7 == 0 else None,
        accounts=accounts,
        sales_team=[{"sales_person": world.sales_person(buyer.branch), "allocated_percentage": 100}],
    )
    add_contact_and_address(world, "Customer", name, buyer.branch, buyer.number, country)


def price_list_for(group: str, currency: str) -> str:
    if currency != "IRR":
        return f"Export {currency}"
    return "Dealer Iran" if group == "Dealers" else "Retail Iran"


def terms_for(group: str, turn: int) -> str:
    if group == "Dealers":
        return "60 days net"
    return ("30 days net", "Half in advance, half after 30 days", "On delivery")[turn % 3]


def add_contact_and_address(
    world: World, doctype: str, name: str, branch: str, turn: int, country: str
) -> None:
    """One person and one address for a customer, as the customer form makes them."""
    first, last, letters = person(world, turn)
    link = [{"link_doctype": doctype, "link_name": name}]
    put(
        "Contact",
        first_name=first,
        last_name=last,
        links=link,
        email_ids=[{"email_id": f"{letters}.{turn}@customers.example", "is_primary": 1}],
        phone_nos=[
            {"phone": phone(branch, turn), "is_primary_phone": 1},
            {"phone": phone(branch, turn, mobile=True), "is_primary_mobile_no": 1},
        ],
    )
    street = world.say(STREETS[turn % len(STREETS)], turn)
    put(
        "Address",
        address_title=name,
        address_type="Billing",
        address_line1=f"{street} {turn % 90 + 1}",
        city=world.say(BRANCH[branch].city, turn) if country == BRANCH[branch].country else country,
        country=country,
        phone=phone(branch, turn),
        links=link,
    )


def chooser(world: World, *parts: object) -> Random:
    """Chance that depends on the seed and on what is decided, so that a resumed load decides the same."""
    return Random("/".join(str(part) for part in (world.wish.seed, *parts)))
