"""A quotation answered in the portal: with a login, by a link, twice, in parallel, killed half-way, refused by ERPNext."""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
from urllib.parse import unquote

import frappe
import pytest
from frappe.utils import add_days, now_datetime, nowdate
from portal_world import (
    Visitor,
    World,
    plain,
    portal_customer,
    portal_user,
    quotation,
    remove_what_followed,
    service,
)

from crm_ext.self_service.flow import portal_links

SIGNATURE = "data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\nsigned").decode()
ANSWER = "crm_ext.api.quotation_portal."


@pytest.fixture(scope="module")
def world(site_connection):
    frappe.set_user("Administrator")
    made = World()
    user = portal_user(made, "ann@accepts.test")
    made.names["user"] = user
    made.names["customer"] = portal_customer(made, "Accepting Works", user)
    made.names["item"] = service(made, "ACCEPT-SERVICE")
    frappe.db.commit()
    yield made
    made.take_away()


@pytest.fixture
def offer(world):
    made = World()
    document = quotation(made, world.names["customer"], world.names["item"], 100)
    frappe.db.commit()
    yield document
    remove_what_followed(document.name)
    made.take_away()


@pytest.fixture
def offer_with_options(world):
    made = World()
    document = quotation(
        made,
        world.names["customer"],
        world.names["item"],
        100,
        quotation_options=[{"item_code": world.names["item"], "qty": 1, "uom": "Nos", "rate": 30, "is_rate_typed": 1}],
    )
    frappe.db.commit()
    yield document
    remove_what_followed(document.name)
    made.take_away()


@pytest.fixture(scope="module")
def ann(world):
    return Visitor(world.names["user"])


def token_for(offer, email="somebody@link.test") -> str:
    token = portal_links.make(offer.name, email, is_mailed=False)["address"].rsplit("/", 1)[1]
    frappe.db.commit()
    return token


def accept(visitor, total, **values):
    return visitor.call(ANSWER + "accept", person_name="Ann Lee", agreed=1, seen_total=total, **values)


def orders_of(offer) -> list[str]:
    frappe.db.rollback()  # a fresh look at what the request committed
    return frappe.get_all(
        "Sales Order Item",
        {"prevdoc_docname": offer.name, "docstatus": 1},
        pluck="parent",
        distinct=True,
        order_by="parent",
    )


def acceptance(offer):
    frappe.db.rollback()
    return frappe.get_doc("Quotation Response", {"acceptance_of": offer.name})


def test_accepting_makes_the_order_and_keeps_who_when_from_where_and_the_signature(ann, offer):
    answer = accept(ann, "200", quotation=offer.name, signature=SIGNATURE)
    assert answer.status_code == 200, answer.text
    kept = acceptance(offer)
    assert orders_of(offer) == [answer.json["message"]["sales_order"]] == [kept.sales_order]
    assert (kept.person_name, kept.user, kept.ip_address) == ("Ann Lee", "ann@accepts.test", "127.0.0.1")
    assert kept.signature == SIGNATURE and kept.total == 200 and kept.answered_at
    assert frappe.db.get_value("Quotation", offer.name, "status") == "Ordered"
    assert frappe.db.exists("ToDo", {"reference_name": kept.sales_order})


def test_accepting_again_gives_the_same_order_and_makes_no_second_one(ann, offer):
    first = accept(ann, "200", quotation=offer.name).json["message"]
    again = accept(ann, "200", quotation=offer.name).json["message"]
    assert first == again
    assert len(orders_of(offer)) == 1
    assert frappe.db.count("Quotation Response", {"quotation": offer.name}) == 1


def test_what_is_ticked_is_what_is_ordered_at_the_price_of_the_offer(ann, offer_with_options):
    option = offer_with_options.quotation_options[0]
    shown = ann.call(
        ANSWER + "preview", quotation=offer_with_options.name, chosen=json.dumps([option.name])
    ).json["message"]
    assert shown["seen_total"] in ("230", "230.0")
    accept(ann, shown["seen_total"], quotation=offer_with_options.name, chosen=json.dumps([option.name]))
    (order,) = orders_of(offer_with_options)
    assert frappe.db.get_value("Sales Order", order, "grand_total") == 230


def test_a_total_other_than_the_offers_is_not_accepted(ann, offer):
    for seen in ("1", "0", "-200", "NaN", "Infinity", "1e400", "", "200 OR 1=1", "199.99", "200,00"):
        answer = accept(ann, seen, quotation=offer.name)
        assert answer.status_code == 417 and "200.00" in answer.text, seen
    assert not orders_of(offer) and not frappe.db.exists("Quotation Response", {"quotation": offer.name})


def test_an_acceptance_that_is_not_whole_says_what_is_missing_and_is_not_kept(ann, offer):
    for changed, said in (
        ({"person_name": " "}, "your name"),
        ({"agreed": 0}, "tick that you accept"),
        ({"signature": "data:image/svg+xml;base64,PHN2Zz4="}, "could not be read"),
        ({"signature": "data:image/png;base64,PHNjcmlwdD4="}, "could not be read"),
        ({"signature": "data:image/png;base64," + "A" * 400_000}, "too large"),
        ({"chosen": '["no-such-option"]'}, "changed since"),
    ):
        values = {"person_name": "Ann", "agreed": 1, "seen_total": "200", "quotation": offer.name, **changed}
        answer = ann.call(ANSWER + "accept", **values)
        assert answer.status_code == 417 and said in answer.text
    assert not orders_of(offer) and not frappe.db.exists("Quotation Response", {"quotation": offer.name})


def test_the_page_works_without_scripts_from_reading_to_the_order(ann, offer_with_options):
    address = f"/portal/quotations/{offer_with_options.name}"
    page = ann.get(address)
    assert page.status_code == 200 and "$ 200.00" in page.text
    option = re.search(r'name="chosen" value="(\w+)"', page.text).group(1)
    form = {"chosen": option, "person_name": "Ann Lee", "agreed": "1", "csrf_token": ann.csrf_token}
    page = ann.post(address, {**form, "do": "recalculate"})
    assert "$ 230.00" in page.text and "checked" in page.text
    seen = re.search(r'name="seen_total" value="([\d.]+)"', page.text).group(1)
    answer = ann.post(address, {**form, "do": "accept", "seen_total": seen})
    assert answer.status_code == 303 and unquote(answer.headers["Location"]) == address
    (order,) = orders_of(offer_with_options)
    assert order in ann.get(address).text


def test_an_unrecalculated_total_is_shown_before_it_is_accepted(ann, offer_with_options):
    option = offer_with_options.quotation_options[0].name
    page = ann.post(
        f"/portal/quotations/{offer_with_options.name}",
        {
            "chosen": option,
            "person_name": "Ann Lee",
            "agreed": "1",
            "seen_total": "200",
            "do": "accept",
            "csrf_token": ann.csrf_token or "",
        },
    )
    assert page.status_code == 200 and "The total is now $ 230.00" in page.text
    assert not orders_of(offer_with_options)


def test_an_order_that_erpnext_refuses_leaves_the_acceptance_and_a_task(world, ann, offer):
    customer = frappe.get_doc("Customer", world.names["customer"])
    customer.append("credit_limits", {"company": offer.company, "credit_limit": 10})
    customer.save()
    frappe.db.commit()
    try:
        answer = accept(ann, "200", quotation=offer.name)
        assert answer.status_code == 200 and answer.json["message"]["sales_order"] is None
        assert "redit limit" not in answer.text
        kept = acceptance(offer)
        assert "redit limit" in kept.order_problem
        assert not orders_of(offer)
        assert frappe.db.exists("ToDo", {"reference_type": "Quotation", "reference_name": offer.name})
        assert "needs a look by us" in ann.get(f"/portal/quotations/{offer.name}").text
    finally:
        customer.reload()
        customer.credit_limits = []
        customer.save()
        frappe.db.commit()
    answer = Visitor().post("/api/method/" + ANSWER + "place_order", {"response": kept.name})
    assert answer.status_code == 403
    from crm_ext.self_service.flow import quotation_responses

    order = quotation_responses.place_order(kept.name)
    frappe.db.commit()
    assert orders_of(offer) == [order]


def test_a_refusal_loses_the_quotation_and_the_desk_can_take_it_back(ann, offer):
    reason = frappe.get_doc({"doctype": "Quotation Lost Reason", "order_lost_reason": "Dear of the tests"}).insert()
    frappe.db.commit()
    answer = ann.call(ANSWER + "refuse", quotation=offer.name, reason=reason.name, message="Too dear")
    assert answer.status_code == 200, answer.text
    frappe.db.rollback()
    lost = frappe.get_doc("Quotation", offer.name)
    assert lost.status == "Lost" and lost.lost_reasons[0].lost_reason == reason.name
    assert accept(ann, "200", quotation=offer.name).status_code == 417
    from crm_ext.self_service.flow import quotation_responses

    quotation_responses.take_back(lost)
    frappe.db.commit()
    assert frappe.db.get_value("Quotation", offer.name, "status") == "Open"
    assert accept(ann, "200", quotation=offer.name).status_code == 200
    remove_what_followed(offer.name)
    lost.reload()
    frappe.delete_doc("Quotation Lost Reason", reason.name, force=True, delete_permanently=True)
    frappe.db.commit()


def test_a_question_reaches_the_timeline_once_however_often_it_is_sent(ann, offer):
    for _attempt in range(2):
        assert ann.call(ANSWER + "ask", quotation=offer.name, message="When <b>exactly</b>?", key="k1").status_code == 200
    frappe.db.rollback()
    (letter,) = frappe.get_all(
        "Communication", {"reference_name": offer.name}, ["content", "sender"], order_by="name"
    )
    assert letter.sender == "ann@accepts.test" and "<b>exactly" not in letter.content
    assert "When &lt;b&gt;exactly&lt;/b&gt;?" in ann.get(f"/portal/quotations/{offer.name}").text


def test_an_expired_offer_says_so_and_can_be_asked_for_anew(ann, offer):
    frappe.db.set_value("Quotation", offer.name, "valid_till", add_days(nowdate(), -1))
    frappe.db.commit()
    page = ann.get(f"/portal/quotations/{offer.name}").text
    assert "Expired" in page and "Ask for a new offer" in page and "Accept and order" not in page
    answer = accept(ann, "200", quotation=offer.name)
    assert answer.status_code == 417 and "no longer valid" in answer.text
    assert ann.call(ANSWER + "ask_for_renewal", quotation=offer.name, key="k").status_code == 200
    frappe.db.rollback()
    assert frappe.db.exists("Quotation Response", {"quotation": offer.name, "answer": "Renewal Wanted"})


def test_a_cancelled_order_lets_the_customer_accept_anew(ann, offer):
    order = accept(ann, "200", quotation=offer.name).json["message"]["sales_order"]
    frappe.db.rollback()
    frappe.get_doc("Sales Order", order).cancel()
    frappe.db.commit()
    again = accept(ann, "200", quotation=offer.name).json["message"]["sales_order"]
    assert again and again != order and orders_of(offer) == [again]


# Links


def test_a_link_opens_its_own_quotation_without_a_login_and_accepts_it(offer):
    token, guest = token_for(offer), Visitor()
    page = guest.get(f"/offer/{token}")
    assert page.status_code == 200 and offer.name in page.text and "Log out" not in page.text
    assert accept(guest, "200", token=token).status_code == 200
    kept = acceptance(offer)
    assert kept.sales_order and kept.user is None and kept.portal_link
    link = frappe.get_doc("Portal Link", kept.portal_link)
    assert [use.action for use in link.uses] == ["Opened", "Accepted"] and link.times_opened == 1
    assert token not in frappe.as_json(link.as_dict())


def test_a_link_is_no_login(offer):
    token, guest = token_for(offer), Visitor()
    guest.get(f"/offer/{token}")
    assert guest.get("/portal").status_code == 302
    assert guest.get("/api/method/frappe.auth.get_logged_user").status_code == 403
    # A token opens its own quotation, whatever else is named.
    answer = guest.call(ANSWER + "ask", quotation="SAL-QTN-0000-00000", token=token, message="Mine?", key="x")
    assert answer.status_code == 200
    frappe.db.rollback()
    assert frappe.db.exists("Quotation Response", {"quotation": offer.name, "answer": "Question"})


def test_wrong_expired_and_revoked_links_get_one_and_the_same_answer(offer):
    guest = Visitor()
    expired, revoked, spoilt = token_for(offer), token_for(offer), token_for(offer)[:-1]
    links = frappe.get_all("Portal Link", {"quotation": offer.name}, pluck="name", order_by="creation")
    frappe.db.set_value("Portal Link", links[0], "expires_at", add_days(now_datetime(), -1))
    portal_links.revoke(links[1])
    frappe.db.commit()
    asked = (lambda token: guest.get(f"/offer/{token}"), lambda token: guest.get(f"/api/method/{ANSWER}pdf", token=token))
    for ask in asked:
        pages = [(ask(token), token) for token in (expired, revoked, spoilt, "never-there")]
        answers = {plain(page, token) for page, token in pages}
        assert len(answers) == 1 and answers.pop()[0] == 404
    for token in (expired, revoked, spoilt):
        assert accept(guest, "200", token=token).status_code == 404
    assert not orders_of(offer)


def test_who_guesses_tokens_is_shut_out(offer):
    guest = Visitor()
    guest.headers["X-Forwarded-For"] = "203.0.113.77"
    statuses = [guest.get(f"/offer/guess-{number}").status_code for number in range(24)]
    assert statuses[:20] == [404] * 20 and set(statuses[20:]) == {429}
    frappe.cache.delete_keys("crm_ext_flood|offer")


def test_a_lead_accepts_by_link_and_becomes_a_customer(world):
    made = World()
    lead = made.insert({"doctype": "Lead", "lead_name": "Lea Accepts", "company_name": "Lea Works"})
    offer = quotation(made, lead.name, world.names["item"], 100, quotation_to="Lead")
    frappe.db.commit()
    try:
        answer = accept(Visitor(), "200", token=token_for(offer))
        assert answer.status_code == 200 and answer.json["message"]["sales_order"], acceptance(offer).order_problem
        customer = frappe.db.get_value("Customer", {"lead_name": lead.name})
        assert customer and frappe.db.get_value("Sales Order", {"customer": customer}) in orders_of(offer)
    finally:
        remove_what_followed(offer.name)
        for customer in frappe.get_all("Customer", {"lead_name": lead.name}, pluck="name", order_by="name"):
            made.made.append(("Customer", customer))
        made.made.sort(key=lambda pair: pair[0] == "Quotation")
        made.take_away()


# At the same moment, and killed

PROCESS = """
import os, sys
import frappe
sys.path.insert(0, {folder!r})
frappe.init({site!r}, sites_path=".")
frappe.connect()
from portal_world import Visitor
visitor = Visitor()
{before}
print("ready", flush=True)
sys.stdin.readline()
answer = visitor.call({method!r}, person_name="Ann Lee", agreed=1, seen_total="200", token={token!r})
print(answer.status_code, answer.json.get("message", {{}}).get("sales_order"), flush=True)
os._exit(0)
"""
DIE_BEFORE_THE_END = """
from crm_ext.self_service.flow import letters
letters.tell_desk = lambda *_: os._exit(9)
"""


def process(token: str, before: str = "") -> subprocess.Popen:
    code = PROCESS.format(
        folder=os.path.dirname(__file__),
        site=frappe.local.site,
        before=before,
        method=ANSWER + "accept",
        token=token,
    )
    started = subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    return started


def wait_until_ready(*processes: subprocess.Popen) -> None:
    for one in processes:
        assert one.stdout.readline().strip() == "ready"


def test_two_who_accept_at_the_same_moment_get_one_order(offer):
    tokens = [token_for(offer, f"{number}@link.test") for number in range(2)]
    both = [process(token) for token in tokens]
    wait_until_ready(*both)
    for one in both:
        one.stdin.write("\n")
        one.stdin.flush()
    answers = [one.communicate(timeout=120)[0].split() for one in both]
    (order,) = orders_of(offer)
    assert answers == [["200", order], ["200", order]]
    assert frappe.db.count("Quotation Response", {"quotation": offer.name}) == 1


def test_an_acceptance_that_dies_half_way_leaves_nothing_and_can_be_given_again(offer):
    token = token_for(offer)
    dying = process(token, DIE_BEFORE_THE_END)
    wait_until_ready(dying)
    dying.communicate("\n", timeout=120)
    assert dying.returncode == 9
    assert not orders_of(offer) and not frappe.db.exists("Quotation Response", {"quotation": offer.name})
    assert accept(Visitor(), "200", token=token).status_code == 200
    assert len(orders_of(offer)) == 1


# Beside the lines


def test_a_suggested_item_can_be_asked_for_and_nothing_else(world, ann, offer):
    made = World()
    wanted = service(made, f"ACCEPT-BESIDE-{frappe.generate_hash(length=4)}")
    frappe.db.set_value("Item", wanted, "show_in_catalogue", 1)
    made.insert(
        {"doctype": "Item Accessory", "item_code": world.names["item"], "accessory": wanted, "kind": "Complement"}
    )
    frappe.db.commit()
    try:
        assert wanted in ann.get(f"/portal/quotations/{offer.name}").text
        answer = ann.call(ANSWER + "ask_for_item", quotation=offer.name, item="ATTACK", key="k")
        assert answer.status_code == 417 and "not suggested" in answer.text
        assert ann.call(ANSWER + "ask_for_item", quotation=offer.name, item=wanted, key="k").status_code == 200
        frappe.db.rollback()
        (asked,) = frappe.get_all(
            "Quotation Response", {"quotation": offer.name}, ["answer", "message"], order_by="name"
        )
        assert asked.answer == "Item Wanted" and wanted in asked.message
        assert frappe.db.get_value("Item Suggestion", {"item_code": wanted}, "outcome") == "Taken"
    finally:
        frappe.db.rollback()
        frappe.db.delete("Item Suggestion", {"item_code": wanted})
        made.take_away()
