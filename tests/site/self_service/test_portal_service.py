"""Equipment, contracts, requests and visits in the portal, by real requests of a customer's login."""

from __future__ import annotations

import io
from dataclasses import replace

import frappe
import makers
import pytest
from counting import queries_of
from portal_world import Visitor, World, plain, portal_customer, portal_user, service, text_of

from crm_ext.api import portal_service
from crm_ext.patches.v0_3 import mark_photos_of_customers
from crm_ext.self_service.flow import identity, service_pages

PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f64540"
    "0000000049454e44ae426082"
)


@pytest.fixture(scope="module")
def world(site_connection):
    frappe.set_user("Administrator")
    made = World()
    run = frappe.generate_hash(length=5)
    names = made.names
    try:
        names["user"] = portal_user(made, f"service-{run}@portal.test")
        names["customer"] = portal_customer(made, f"Service Works {run}", names["user"])
        names["item"] = service(made, f"SERVICE-{run}")
        parties = {"customer": names["customer"], "company": makers.company()}
        names["equipment"] = made.insert(
            {
                "doctype": "Equipment",
                "equipment_name": f"Boiler {run}",
                "other_serial_no": f"SN-{run}",
                **parties,
            }
        ).name
        names["contract"] = made.insert(
            {
                "doctype": "Service Contract",
                "title": f"Care {run}",
                "currency": frappe.get_cached_value("Company", makers.company(), "default_currency"),
                "start_date": frappe.utils.add_months(frappe.utils.nowdate(), -1),
                "end_date": frappe.utils.add_months(frappe.utils.nowdate(), 11),
                "lines": [
                    {
                        "item_code": names["item"],
                        "rate": 80,
                        "visits_included": 3,
                        "equipment": names["equipment"],
                    }
                ],
                **parties,
            },
            submit=True,
        ).name
        names["run"] = run
        frappe.db.commit()
        yield made
    finally:
        frappe.db.rollback()
        frappe.set_user("Administrator")
        remove_service_of(made.names.get("customer"))
        made.take_away()


def remove_service_of(customer):
    for doctype in ("Service Order", "Solution Confirmation", "Issue"):
        for name in frappe.get_all(doctype, {"customer": customer}, pluck="name", order_by="name"):
            frappe.delete_doc(doctype, name, force=True, delete_permanently=True, ignore_permissions=True)
    frappe.db.delete("ToDo", {"reference_type": ("in", ("Issue", "Service Contract"))})
    frappe.db.commit()


@pytest.fixture(scope="module")
def customer(world):
    visitor = Visitor(world.names["user"])
    visitor.get("/portal/acting")  # a page with a form, which gives the token of the session
    return visitor


@pytest.fixture(autouse=True)
def no_flood(site):
    frappe.cache.delete_keys("crm_ext_flood")


def ask(customer, world, subject, **values):
    page = customer.get("/portal/service/new")
    assert world.names["equipment"] in text_of(page)
    form = {
        "equipment": world.names["equipment"],
        "subject": subject,
        "csrf_token": customer.csrf_token,
        **values,
    }
    answer = customer.post("/portal/service/new", form)
    assert answer.status_code == 303, text_of(answer)[-2000:]
    frappe.db.rollback()
    return answer.headers["Location"].rsplit("/", 1)[1]


def act(customer, address, **values):
    customer.get(address)
    return customer.post(address, {"csrf_token": customer.csrf_token, **values})


def test_a_unit_shows_its_serial_number_and_what_the_contract_gives(customer, world):
    listed = text_of(customer.get("/portal/equipment", q=world.names["run"]))
    assert f"Boiler {world.names['run']}" in listed and f"SN-{world.names['run']}" in listed
    unit = text_of(customer.get(f"/portal/equipment/{world.names['equipment']}"))
    assert "3 visits left in this period" in unit


def test_a_contract_shows_its_lines(customer, world):
    page = text_of(customer.get(f"/portal/contracts/{world.names['contract']}"))
    assert f"Boiler {world.names['run']}" in page and "every month" in page


def test_a_contract_is_taken_along_as_pdf(world, assets):
    frappe.set_user(world.names["user"])
    identity.forget_cached()
    portal_service.contract_pdf(world.names["contract"])
    assert frappe.local.response.filecontent.startswith(b"%PDF")


def test_a_time_that_nobody_offered_is_refused_with_a_sentence(customer, world):
    visit = world.insert(
        {
            "doctype": "Service Order",
            "title": "Visit",
            "equipment": world.names["equipment"],
            "customer": world.names["customer"],
            "company": makers.company(),
        }
    )
    frappe.db.commit()
    for start in ("NaN", "2026-01-01T08:00:00"):
        answer = act(customer, f"/portal/visits/{visit.name}", do="move", start=start)
        assert answer.status_code == 200 and 'role="alert"' in text_of(answer)


def test_asking_for_renewal_gives_one_task_however_often_and_whatever_else_is_to_do(customer, world):
    contract = world.names["contract"]
    other = {
        "doctype": "ToDo",
        "description": f"Contract {contract} ends",
        "reference_type": "Service Contract",
    }
    world.insert({**other, "reference_name": contract, "allocated_to": "Administrator"})
    frappe.db.commit()
    for _again in range(2):
        assert act(customer, f"/portal/contracts/{world.names['contract']}", do="renew").status_code == 303
    frappe.db.rollback()
    tasks = frappe.db.count("ToDo", {"reference_name": world.names["contract"], "status": "Open"})
    assert tasks == 2


def test_a_request_with_a_photo_becomes_a_complaint_under_the_contract(customer, world):
    name = ask(customer, world, "No pressure", photos=(io.BytesIO(PICTURE), "leak.png"))
    issue = frappe.get_doc("Issue", name)
    assert (issue.equipment, issue.service_contract) == (world.names["equipment"], world.names["contract"])
    page = text_of(customer.get(f"/portal/service/{name}"))
    address = page.split("/api/method/crm_ext.api.portal_service.photo?photo=")[1].split('"')[0]
    photo = customer.get("/api/method/crm_ext.api.portal_service.photo", photo=address)
    assert photo.get_data() == PICTURE
    told = (photo.mimetype, photo.headers["X-Content-Type-Options"], photo.headers["Content-Disposition"])
    assert told == ("image/png", "nosniff", "inline; filename=leak.png")
    assert Visitor().get("/api/method/crm_ext.api.portal_service.photo", photo=address).status_code == 403


def attached(issue, name, content, **values):
    """A file that the desk attaches to a request."""
    about = {"attached_to_doctype": "Issue", "attached_to_name": issue, "is_private": 1}
    file = frappe.get_doc(
        {"doctype": "File", "file_name": name, "content": content, **about, **values}
    ).insert()
    frappe.db.commit()
    return file.name


def test_what_the_desk_attached_to_a_request_is_not_the_customers_to_see(customer, world):
    request = ask(customer, world, "Cracked glass", photos=(io.BytesIO(PICTURE), "crack.png"))
    secrets = [
        attached(request, "supplier.png", PICTURE + b"of the desk"),
        attached(request, "quote.html", b"<script>alert(1)</script>"),
        # A mark alone makes no picture of a page.
        attached(request, "page.svg", b"<svg onload='alert(1)'/>", sent_by_customer=1),
    ]
    page = text_of(customer.get(f"/portal/service/{request}"))
    assert page.count("portal_service.photo?photo=") == 1 and "crack.png" in page
    for secret in secrets:
        assert customer.get("/api/method/crm_ext.api.portal_service.photo", photo=secret).status_code == 404


def test_nobody_but_the_house_marks_a_file_as_sent_by_a_customer(world, here):
    words = {"doctype": "File", "file_name": "mine.png", "content": PICTURE, "is_private": 1}
    file = frappe.get_doc({**words, "sent_by_customer": 1}).insert()
    assert frappe.db.get_value("File", file.name, "sent_by_customer") == 0


def test_photos_from_before_the_mark_get_it_and_what_the_desk_attached_does_not(customer, world):
    request = ask(customer, world, "Loose bolt", photos=(io.BytesIO(PICTURE), "bolt.png"))
    sent = frappe.get_value("File", {"attached_to_name": request})
    of_the_desk = attached(request, "supplier.png", PICTURE + b"later")
    hour_later = frappe.utils.add_to_date(frappe.db.get_value("File", of_the_desk, "creation"), hours=1)
    frappe.db.set_value("File", of_the_desk, "creation", hour_later)
    frappe.db.set_value("File", sent, "sent_by_customer", 0)
    mark_photos_of_customers.mark()
    assert [frappe.db.get_value("File", name, "sent_by_customer") for name in (sent, of_the_desk)] == [1, 0]


def test_a_photo_that_is_none_is_refused_and_what_was_typed_stays(customer, world):
    customer.get("/portal/service/new")
    form = {
        "equipment": world.names["equipment"],
        "subject": "Strange noise",
        "csrf_token": customer.csrf_token,
        "photos": (io.BytesIO(b"MZ not a picture"), "virus.png"),
    }
    answer = customer.post("/portal/service/new", form)
    assert answer.status_code == 200 and 'role="alert"' in text_of(answer)
    assert 'value="Strange noise"' in text_of(answer)
    frappe.db.rollback()
    assert not frappe.db.exists("Issue", {"subject": "Strange noise", "customer": world.names["customer"]})


@pytest.mark.parametrize(("most", "said"), [(None, 24), (8 * 1024 * 1024, 7), (500 * 1024 * 1024, 100)])
def test_the_form_promises_as_much_as_the_site_lets_in_at_once(customer, monkeypatch, most, said):
    given = frappe.get_site_config

    def configured(*arguments, **options):
        found = given(*arguments, **options)
        found.pop("max_file_size", None)
        return found if most is None else frappe._dict(found, max_file_size=most)

    monkeypatch.setattr(frappe, "get_site_config", configured)
    page = text_of(customer.get("/portal/service/new"))
    assert f"together at most {said} MB" in page and f'data-together="{said * 1024 * 1024}"' in page


def test_only_the_customers_word_closes_a_request_and_it_may_be_opened_again(customer, world):
    name = ask(customer, world, "Drops of oil")
    issue = frappe.get_doc("Issue", name)
    issue.status = "Closed"
    issue.save()
    frappe.db.commit()
    assert "Is it solved?" in text_of(customer.get(f"/portal/service/{name}"))
    refused = act(customer, f"/portal/service/{name}", do="not_solved", reason="Still drops")
    assert refused.status_code == 303
    frappe.db.rollback()
    assert frappe.db.get_value("Issue", name, "status") == "Open"
    issue.reload()
    issue.status = "Resolved"
    issue.save()
    frappe.db.commit()
    assert act(customer, f"/portal/service/{name}", do="confirm", stars="4", remark="Fine").status_code == 303
    frappe.db.rollback()
    assert frappe.db.get_value("Issue", name, "status") == "Closed"
    assert "You gave 4 of 5." in text_of(customer.get(f"/portal/service/{name}"))


def test_pages_of_what_is_not_there_say_so(customer):
    for page in ("equipment", "contracts", "service", "visits"):
        assert customer.get(f"/portal/{page}/NOT-THERE-1").status_code == 404


@pytest.fixture
def here(site, world):
    frappe.set_user(world.names["user"])
    identity.forget_cached()
    yield identity.acting()
    frappe.set_user("Administrator")
    frappe.db.rollback()
    identity.forget_cached()


def equipment(world, name, **values):
    document = frappe.get_doc(
        {
            "doctype": "Equipment",
            "equipment_name": name,
            "customer": world.names["customer"],
            "company": makers.company(),
            **values,
        }
    )
    return document.insert(ignore_permissions=True).name


def found(here, text):
    context = frappe._dict()
    service_pages.fill_equipment_list(context, here, {"q": text})
    return [row.name for row in context.rows]


def test_a_search_takes_percent_signs_and_underscores_as_they_are(world, here):
    exact = equipment(world, f"Mixer 50% A_1 {world.names['run']}")
    assert found(here, "50%") == found(here, "A_1") == [exact]
    assert found(here, "%") == [exact] and found(here, "Mixer%") == []


def test_units_of_another_company_are_not_in_the_list_of_this_one(world, here):
    assert found(here, "") and found(replace(here, company="Another House"), "") == []


def test_a_customer_of_many_units_looks_for_theirs(world, here, monkeypatch):
    monkeypatch.setattr(service_pages, "_TO_CHOOSE_FROM", 2)
    units = [equipment(world, f"Row {number} {world.names['run']}") for number in range(4)]

    def offered(**given):
        context = frappe._dict()
        service_pages.fill_request_form(context, here, given)
        return context.is_searched, [unit.name for unit in context.units], context.chosen

    is_searched, listed, chosen = offered()
    assert is_searched and len(listed) == 2 and chosen is None
    assert offered(q="Row 3") == (True, [units[3]], None)
    # The one that the page before led here with is there in any case; somebody else's is not.
    assert offered(equipment=units[3])[1:] == ([units[3], *listed], units[3])
    stranger = equipment(world, "Not theirs", customer=None)
    assert offered(equipment=stranger) == (True, listed, None)


def test_what_a_unit_went_through_at_its_former_customer_is_not_told_to_the_next(world, here):
    frappe.set_user("Administrator")
    former = makers.customer(f"Former {world.names['run']}").name
    unit = equipment(world, f"Second hand {world.names['run']}", customer=former)
    about = {"equipment": unit, "customer": former, "company": makers.company()}
    frappe.get_doc({"doctype": "Issue", "subject": "Secret of the former", **about}).insert()
    frappe.get_doc({"doctype": "Service Order", "title": "Secret visit", **about}).insert()
    frappe.db.set_value("Equipment", unit, "customer", world.names["customer"])
    context = frappe._dict()
    service_pages.fill_equipment(context, here, unit)
    assert (context.requests, context.visits, context.next_visit) == ([], [], None)
    service_pages.fill_equipment_list(context, here, {"q": "Second hand"})
    assert [(row.name, row.requests) for row in context.rows] == [(unit, 0)]


def test_a_visit_that_was_cancelled_says_so(customer, world):
    visit = world.insert(
        {
            "doctype": "Service Order",
            "title": "Called off",
            "customer": world.names["customer"],
            "company": makers.company(),
        }
    )
    visit.db_set("status", "Cancelled")
    frappe.db.commit()
    page = customer.get(f"/portal/visits/{visit.name}")
    assert page.status_code == 200 and "This visit was cancelled." in text_of(page)


def test_every_page_leads_back_to_its_list(customer, world):
    for page, name in (("equipment", "equipment"), ("contracts", "contract")):
        assert f'class="way-back"><a href="/portal/{page}"' in text_of(
            customer.get(f"/portal/{page}/{world.names[name]}")
        )
        assert 'class="way-back"' not in text_of(customer.get(f"/portal/{page}"))


def test_a_login_whose_tie_to_the_customer_ends_is_out_of_every_page_at_once(world):
    login = portal_user(world, f"contact-{world.names['run']}@portal.test")
    tie = makers.contact("Cora", ("Customer", world.names["customer"]))
    tie.db_set("user", login)
    world.made.append(("Contact", tie.name))
    frappe.db.commit()
    visitor = Visitor(login)
    own = [f"/portal/equipment/{world.names['equipment']}", f"/portal/contracts/{world.names['contract']}"]
    assert [visitor.get(page).status_code for page in ("/portal/equipment", *own)] == [200, 200, 200]
    tie.set("links", [])
    tie.save(ignore_permissions=True)
    frappe.db.commit()
    nothing = visitor.get("/portal/equipment/NOT-THERE")
    for page in own:
        answer = visitor.get(page)
        assert (answer.status_code, plain(answer, page)) == (
            nothing.status_code,
            plain(nothing, "/portal/equipment/NOT-THERE"),
        )
        assert answer.status_code in (403, 404)
    assert visitor.get("/portal/equipment").status_code == 403


def test_the_lists_ask_the_same_number_of_questions_for_one_unit_and_for_many(world, here):
    def listed():
        context = frappe._dict()
        service_pages.fill_equipment_list(context, here, {})
        return context.rows

    listed()
    few = queries_of(listed)
    for number in range(8):
        equipment(world, f"More {number}")
    assert len(listed()) == 9
    assert queries_of(listed) == few
