"""Holds on real quotations and real stock: taken, extended, given back, taken over, turned into an order's own."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import frappe
import makers
import offers
import pytest
from frappe.utils import add_days, get_datetime, getdate, now_datetime

from crm_ext.api import stock_holds as api
from crm_ext.offer_desk.flow import promises, stock_holds

ITEM = "Held Pump"


@pytest.fixture
def pump(site):
    """Ten pumps in the first warehouse."""
    offers.priced_item(ITEM, 100, is_stock_item=1)
    makers.stock(ITEM, 10, 60)
    return ITEM


def buyer(name: str, priority: int | None = None, **grade):
    if priority is None:
        return makers.customer(name)
    frappe.get_doc(
        {"doctype": "Customer Grade", "grade_name": f"Grade {name}", "priority": priority, **grade}
    ).insert()
    return makers.customer(name, customer_grade=f"Grade {name}")


def offer(customer, qty=4, item=ITEM, **values):
    line = {"item_code": item, "qty": qty, "warehouse": makers.warehouse()}
    return offers.quotation(customer, [line], **values).insert().submit()


def holds(quotation, *fields):
    return frappe.get_all(
        "Stock Hold",
        filters={"quotation": quotation.name},
        fields=list(fields) or ["*"],
        order_by="creation, name",
    )


def the_hold(quotation):
    (hold,) = holds(quotation)
    return hold


def events(hold: str) -> list[str]:
    return frappe.get_all("Stock Hold Event", {"parent": hold}, pluck="event", order_by="creation, at")


def held(item=ITEM) -> float:
    return frappe.db.get_value("Held Stock", {"item_code": item, "warehouse": makers.warehouse()}, "qty") or 0


def free(item=ITEM) -> Decimal:
    return promises.earliest([item], company=makers.company())[item].in_stock


def order_of(quotation, qty=None, **values):
    from erpnext.selling.doctype.quotation.quotation import make_sales_order

    order = make_sales_order(quotation.name)
    order.delivery_date = add_days(getdate(), 7)
    if qty:
        order.items[0].qty = qty
    order.items[0].update(values)
    return order.insert().submit()


def reservation_on(**settings):
    for field, value in {"enable_stock_reservation": 1, "allow_partial_reservation": 1, **settings}.items():
        frappe.db.set_single_value("Stock Settings", field, value)
    frappe.clear_document_cache("Stock Settings", "Stock Settings")


def expire(hold: str):
    frappe.db.set_value("Stock Hold", hold, "expires_at", now_datetime() - timedelta(minutes=1))


# Taking


def test_a_hold_keeps_what_the_offer_needs_until_the_end_of_its_last_day(pump):
    quotation = offer(buyer("Anna", 1, hold_days=5))
    assert stock_holds.hold(quotation.name).is_complete
    hold = the_hold(quotation)
    assert (hold.qty, hold.status, hold.priority, held()) == (4, "Active", 1, 4)
    assert get_datetime(hold.expires_at).date() == getdate(add_days(getdate(), 5))


def test_a_hold_does_not_outlive_the_offer(pump):
    quotation = offer(buyer("Anna", 1, hold_days=50), valid_till=add_days(getdate(), 2))
    stock_holds.hold(quotation.name)
    assert get_datetime(the_hold(quotation).expires_at).date() == getdate(quotation.valid_till)


def test_a_second_click_holds_nothing_twice(pump):
    quotation = offer(buyer("Anna"))
    stock_holds.hold(quotation.name)
    stock_holds.hold(quotation.name)
    assert the_hold(quotation).qty == held() == 4


def test_more_than_is_free_takes_what_is_free_and_says_so(pump):
    first, second = offer(buyer("Anna"), qty=7), offer(buyer("Boris"), qty=7)
    stock_holds.hold(first.name)
    result = stock_holds.hold(second.name)
    assert the_hold(second).qty == 3
    assert "3 of 7" in result.sentences()[0]
    assert held() == 10


def test_nothing_free_makes_no_hold(pump):
    first, second = offer(buyer("Anna"), qty=10), offer(buyer("Boris"))
    stock_holds.hold(first.name)
    assert "nothing of" in stock_holds.hold(second.name).sentences()[0]
    assert holds(second) == []


def test_quantities_that_are_none_are_refused(pump):
    quotation = offer(buyer("Anna"))
    for typed in (0, -3, "NaN", "Infinity", "-Infinity", "many", "", "1; drop table"):
        with pytest.raises(frappe.ValidationError):
            stock_holds.hold(quotation.name, {quotation.items[0].name: typed})
    assert holds(quotation) == []


def test_a_line_holds_at_most_what_it_offers(pump):
    quotation = offer(buyer("Anna"))
    stock_holds.hold(quotation.name, {quotation.items[0].name: "1e300"})
    assert the_hold(quotation).qty == 4


def test_a_part_of_a_line_can_be_held_and_topped_up(pump):
    quotation = offer(buyer("Anna"))
    row = quotation.items[0].name
    stock_holds.hold(quotation.name, {row: 1})
    assert the_hold(quotation).qty == 1
    stock_holds.hold(quotation.name, {row: None})
    assert the_hold(quotation).qty == held() == 4


def test_a_line_of_another_offer_cannot_be_named(pump):
    first, second = offer(buyer("Anna")), offer(buyer("Boris"))
    with pytest.raises(frappe.ValidationError):
        stock_holds.hold(first.name, {second.items[0].name: 1})


def test_drafts_and_closed_offers_hold_nothing(pump):
    draft = offers.quotation(buyer("Anna"), [{"item_code": ITEM, "warehouse": makers.warehouse()}]).insert()
    lost = offer(buyer("Boris"))
    lost.db_set("status", "Lost")
    for quotation in (draft, lost):
        with pytest.raises(frappe.ValidationError):
            stock_holds.hold(quotation.name)


def test_services_and_alternatives_are_not_held(pump):
    offers.priced_item("Held Service", 10)
    place = makers.warehouse()
    quotation = offers.quotation(
        buyer("Anna"),
        [
            {"item_code": ITEM, "qty": 2, "warehouse": place},
            {"item_code": ITEM, "qty": 1, "warehouse": place, "is_alternative": 1},
            {"item_code": "Held Service"},
        ],
    )
    quotation.insert().submit()
    stock_holds.hold(quotation.name)
    assert the_hold(quotation).quotation_item == quotation.items[0].name


def test_a_bundle_holds_its_parts(pump):
    offers.priced_item("Held Seal", 5, is_stock_item=1)
    makers.stock("Held Seal", 50, 1)
    offers.priced_item("Held Set", 120)
    parts = [{"item_code": ITEM, "qty": 1}, {"item_code": "Held Seal", "qty": 3}]
    frappe.get_doc({"doctype": "Product Bundle", "new_item_code": "Held Set", "items": parts}).insert()
    quotation = offer(buyer("Anna"), qty=2, item="Held Set")
    stock_holds.hold(quotation.name)
    assert {(hold.item_code, hold.qty) for hold in holds(quotation)} == {(ITEM, 2), ("Held Seal", 6)}
    order_of(quotation)
    assert {hold.status for hold in holds(quotation)} == {"Converted"}


def test_a_group_of_warehouses_holds_where_the_stock_is(pump):
    group = frappe.db.get_value("Warehouse", makers.warehouse(), "parent_warehouse")
    line = {"item_code": ITEM, "qty": 3, "warehouse": group}
    quotation = offers.quotation(buyer("Anna"), [line]).insert().submit()
    stock_holds.hold(quotation.name)
    assert the_hold(quotation).warehouse == makers.warehouse()


def test_everyones_promise_sees_a_hold_and_its_own_offer_does_not(pump):
    quotation = offer(buyer("Anna"), qty=6)
    stock_holds.hold(quotation.name)
    assert (
        promises.promise([promises.Ask("other", ITEM, Decimal(10), None)], company=makers.company())[
            "other"
        ].in_stock
        == 4
    )
    assert promises.promise_document(quotation)[quotation.items[0].name].in_stock == 6


def test_open_orders_come_before_new_holds(pump):
    order_of(offer(buyer("Anna"), qty=8))
    second = offer(buyer("Boris"), qty=5)
    stock_holds.hold(second.name)
    assert the_hold(second).qty == 2


def test_quotations_hold_on_submit_where_the_settings_say_so(pump):
    frappe.db.set_single_value("Offer Desk Settings", "hold_on_submit", 1)
    frappe.clear_document_cache("Offer Desk Settings", "Offer Desk Settings")
    assert the_hold(offer(buyer("Anna"))).status == "Active"


# Keeping and giving back


def test_an_extension_lasts_longer_and_its_reason_is_kept(pump):
    quotation = offer(buyer("Anna"))
    stock_holds.hold(quotation.name)
    before = the_hold(quotation)
    stock_holds.extend(before.name, 2, "waits for a signature")
    after = the_hold(quotation)
    assert after.expires_at - before.expires_at == timedelta(days=2)
    assert events(after.name) == ["Held", "Extended"]
    assert frappe.db.exists("Stock Hold Event", {"parent": after.name, "reason": "waits for a signature"})


def test_only_a_manager_extends_beyond_the_limit(pump):
    quotation = offer(buyer("Anna"))
    stock_holds.hold(quotation.name)
    hold = the_hold(quotation).name
    seller = makers.user("seller@holds.test", "Sales User")
    frappe.set_user(seller.name)
    for _time in range(2):
        stock_holds.extend(hold, 1, "a day more")
    with pytest.raises(frappe.ValidationError):
        stock_holds.extend(hold, 1, "and another")
    frappe.set_user("Administrator")
    stock_holds.extend(hold, 1, "the chief agrees")
    assert the_hold(quotation).extensions == 3


def test_a_release_needs_a_reason_and_frees_the_stock(pump):
    quotation = offer(buyer("Anna"))
    stock_holds.hold(quotation.name)
    hold = the_hold(quotation).name
    with pytest.raises(frappe.ValidationError):
        stock_holds.release(hold, "  ")
    stock_holds.release(hold, "customer waits")
    assert (the_hold(quotation).status, held()) == ("Released", 0)
    with pytest.raises(frappe.ValidationError):
        stock_holds.release(hold, "again")
    stock_holds.hold(quotation.name)
    assert [one.status for one in holds(quotation)].count("Active") == 1


@pytest.mark.parametrize("end", ["cancel", "lose"])
def test_an_offer_that_ends_gives_its_stock_back(pump, end):
    quotation = offer(buyer("Anna"))
    stock_holds.hold(quotation.name)
    if end == "cancel":
        quotation.cancel()
    else:
        quotation.reload().declare_enquiry_lost([], [], "too dear")
    assert (the_hold(quotation).status, held()) == ("Released", 0)


def test_the_amendment_of_an_offer_that_held_stock_holds_it_again(pump):
    first = offer(buyer("Anna"))
    stock_holds.hold(first.name)
    second = offers.amended(first).insert().submit()
    assert (the_hold(first).status, the_hold(second).status, held()) == ("Released", "Active", 4)
    stock_holds.release(the_hold(second).name, "no longer wanted")
    third = offers.amended(second.reload()).insert().submit()
    assert holds(third) == []


def test_a_deleted_offer_takes_its_holds_along(pump):
    quotation = offer(buyer("Anna"))
    stock_holds.hold(quotation.name)
    quotation.cancel()
    frappe.delete_doc("Quotation", quotation.name)
    assert holds(quotation) == []


def test_holds_end_by_time_once_and_never_twice(pump, monkeypatch):
    monkeypatch.setattr(frappe.db, "commit", lambda: None)  # the test's own transaction is rolled back
    stock_holds.expire_due()  # what the site holds besides
    quotation, other = offer(buyer("Anna")), offer(buyer("Boris"), qty=1)
    stock_holds.hold(quotation.name)
    stock_holds.hold(other.name)
    expire(the_hold(quotation).name)
    assert stock_holds.expire_due() == 1
    assert stock_holds.expire_due() == 0
    assert (the_hold(quotation).status, the_hold(other).status, held()) == ("Expired", "Active", 1)
    assert events(the_hold(quotation).name) == ["Held", "Expired"]


def test_ending_many_holds_takes_no_more_queries_than_ending_a_few(pump, monkeypatch):
    monkeypatch.setattr(frappe.db, "commit", lambda: None)  # the test's own transaction is rolled back
    stock_holds.expire_due()  # what the site holds besides
    anna = buyer("Anna")

    def queries_to_end(count: int) -> int:
        for _number in range(count):
            quotation = offer(anna, qty=1)
            stock_holds.hold(quotation.name)
            expire(the_hold(quotation).name)
        counted = 0
        original = frappe.db.sql

        def counting(*args, **kwargs):
            nonlocal counted
            counted += 1
            return original(*args, **kwargs)

        monkeypatch.setattr(frappe.db, "sql", counting)
        assert stock_holds.expire_due() == count
        monkeypatch.setattr(frappe.db, "sql", original)
        return counted

    queries_to_end(1)
    assert queries_to_end(4) == queries_to_end(1)


def test_the_owner_is_warned_once(pump):
    stock_holds.warn_owners()  # of what the site holds besides
    seller = makers.user("warned@holds.test", "Sales User")
    quotation = offer(buyer("Anna"))
    quotation.db_set("owner", seller.name)
    stock_holds.hold(quotation.name)
    frappe.db.set_value(
        "Stock Hold", the_hold(quotation).name, "expires_at", now_datetime() + timedelta(hours=2)
    )
    assert stock_holds.warn_owners() == 1
    assert stock_holds.warn_owners() == 0
    assert (
        frappe.db.count("Notification Log", {"for_user": seller.name, "document_name": quotation.name}) == 1
    )


# Taking over


def test_a_better_customer_takes_over_by_a_managers_word_and_the_loser_is_told(pump):
    seller = makers.user("loser@holds.test", "Sales User")
    loser, winner = offer(buyer("Small", 50), qty=10), offer(buyer("Big", 1), qty=4)
    loser.db_set("owner", seller.name)
    stock_holds.hold(loser.name)
    result = stock_holds.take_over(the_hold(loser).name, winner.name, "waits since spring")
    assert result.is_complete
    assert (the_hold(loser).qty, the_hold(winner).qty, held()) == (6, 4, 10)
    assert "Taken Over" in events(the_hold(loser).name)
    assert frappe.db.exists("Notification Log", {"for_user": seller.name, "document_name": loser.name})


def test_among_equals_who_came_first_keeps_it(pump):
    first, second = offer(buyer("One", 5), qty=10), offer(makers.customer("Two", customer_grade="Grade One"))
    stock_holds.hold(first.name)
    with pytest.raises(frappe.ValidationError):
        stock_holds.take_over(the_hold(first).name, second.name, "wants it")
    assert the_hold(first).qty == 10


def test_a_representative_does_not_take_over(pump):
    loser, winner = offer(buyer("Small", 50), qty=10), offer(buyer("Big", 1))
    stock_holds.hold(loser.name)
    frappe.set_user(makers.user("rep@holds.test", "Sales User").name)
    with pytest.raises(frappe.ValidationError):
        stock_holds.take_over(the_hold(loser).name, winner.name, "wants it")


# Orders


def test_an_order_takes_its_hold_along_and_gives_it_back_when_cancelled(pump):
    quotation = offer(buyer("Anna"))
    stock_holds.hold(quotation.name)
    order = order_of(quotation)
    hold = the_hold(quotation)
    assert (hold.status, hold.sales_order, held(), free()) == ("Converted", order.name, 0, 1)
    order.cancel()
    hold = the_hold(quotation)
    assert (hold.status, hold.sales_order, held()) == ("Active", None, 4)


def test_a_hold_whose_time_is_over_does_not_come_back(pump):
    quotation = offer(buyer("Anna"))
    stock_holds.hold(quotation.name)
    order = order_of(quotation)
    expire(the_hold(quotation).name)
    order.cancel()
    assert (the_hold(quotation).status, held()) == ("Expired", 0)


def test_a_partial_order_leaves_the_rest_held(pump):
    quotation = offer(buyer("Anna"))
    stock_holds.hold(quotation.name)
    order = order_of(quotation, qty=1)
    assert {(hold.status, hold.qty) for hold in holds(quotation)} == {("Active", 3), ("Converted", 1)}
    assert stock_holds.hold(quotation.name).is_complete
    assert held() == 3
    order.cancel()
    assert [(hold.status, hold.qty) for hold in holds(quotation) if hold.status == "Active"] == [
        ("Active", 4)
    ]
    assert held() == 4


def test_holds_become_reservations_where_the_site_reserves(pump):
    reservation_on()
    quotation = offer(buyer("Anna"))
    stock_holds.hold(quotation.name)
    order = order_of(quotation)
    entry = frappe.get_doc("Stock Reservation Entry", the_hold(quotation).stock_reservation_entry)
    assert (entry.voucher_no, entry.reserved_qty, entry.status) == (order.name, 4, "Reserved")
    order.cancel()
    assert frappe.db.get_value("Stock Reservation Entry", entry.name, "docstatus") == 2
    assert (the_hold(quotation).status, held()) == ("Active", 4)


def test_an_order_that_reserves_by_itself_uses_its_own_hold(pump):
    reservation_on()
    quotation, other = offer(buyer("Anna"), qty=6), offer(buyer("Boris"), qty=4)
    stock_holds.hold(quotation.name)
    stock_holds.hold(other.name)
    order = order_of(quotation, reserve_stock=1)
    (entry,) = frappe.get_all(
        "Stock Reservation Entry", {"voucher_no": order.name, "docstatus": 1}, ["name", "reserved_qty"]
    )
    assert (entry.reserved_qty, the_hold(quotation).stock_reservation_entry) == (6, entry.name)
    assert (the_hold(quotation).status, the_hold(other).status, held()) == ("Converted", "Active", 4)


def test_a_hold_in_two_warehouses_becomes_a_reservation_in_each(pump):
    reservation_on()
    annex = frappe.get_doc(
        {
            "doctype": "Warehouse",
            "warehouse_name": "Held Annex",
            "company": makers.company(),
            "parent_warehouse": frappe.db.get_value("Warehouse", makers.warehouse(), "parent_warehouse"),
        }
    ).insert()
    entry = {"item_code": ITEM, "qty": 3, "basic_rate": 60, "t_warehouse": annex.name}
    frappe.get_doc(
        {
            "doctype": "Stock Entry",
            "stock_entry_type": "Material Receipt",
            "company": makers.company(),
            "items": [entry],
        }
    ).submit()
    line = {"item_code": ITEM, "qty": 12, "warehouse": annex.parent_warehouse}
    quotation = offers.quotation(buyer("Anna"), [line]).insert().submit()
    stock_holds.hold(quotation.name)
    assert {(hold.warehouse, hold.qty) for hold in holds(quotation)} == {
        (makers.warehouse(), 10),
        (annex.name, 2),
    }
    order = order_of(quotation, warehouse=makers.warehouse())
    reserved = frappe.get_all(
        "Stock Reservation Entry", {"voucher_no": order.name}, ["warehouse", "reserved_qty"]
    )
    assert {(one.warehouse, one.reserved_qty) for one in reserved} == {
        (makers.warehouse(), 10),
        (annex.name, 2),
    }


def test_an_order_that_cannot_be_reserved_is_submitted_all_the_same(pump):
    """ERPNext reserves all or nothing here; the order's own demand protects the stock."""
    reservation_on(allow_partial_reservation=0)
    quotation = offer(buyer("Anna"), qty=15)
    stock_holds.hold(quotation.name)
    order = order_of(quotation)
    hold = the_hold(quotation)
    assert (order.docstatus, hold.status, hold.stock_reservation_entry) == (1, "Converted", None)


def test_batches_and_serial_numbers_are_reserved_by_quantity(site):
    reservation_on(auto_reserve_serial_and_batch=0)
    offers.priced_item("Held Serial", 9, is_stock_item=1, has_serial_no=1, serial_no_series="HLD-.#####")
    makers.stock("Held Serial", 3, 5)
    quotation = offer(buyer("Anna"), qty=2, item="Held Serial")
    stock_holds.hold(quotation.name)
    order_of(quotation)
    hold = the_hold(quotation)
    assert (hold.status, bool(hold.stock_reservation_entry)) == ("Converted", True)


def test_another_orders_reservation_gets_what_the_holds_leave(pump):
    reservation_on()
    stock_holds.hold(offer(buyer("Anna"), qty=7).name)
    other = order_of(offer(buyer("Boris"), qty=5))
    other.items[0].db_set("reserve_stock", 1)
    other.reload().create_stock_reservation_entries()
    assert frappe.db.get_value("Stock Reservation Entry", {"voucher_no": other.name}, "reserved_qty") == 3


def test_a_reservation_that_would_eat_a_hold_is_refused_with_the_name_of_the_holder(pump):
    reservation_on(allow_partial_reservation=0)
    quotation = offer(buyer("Anna"), qty=7)
    stock_holds.hold(quotation.name)
    other = order_of(offer(buyer("Boris"), qty=5))
    other.items[0].db_set("reserve_stock", 1)
    with pytest.raises(frappe.ValidationError, match=quotation.name):
        other.reload().create_stock_reservation_entries()


def test_an_order_reserves_no_more_than_is_free(pump):
    quotation = offer(buyer("Anna"), qty=7)
    stock_holds.hold(quotation.name)
    other = order_of(offer(buyer("Boris"), qty=5))
    assert stock_holds.reserve_order(other.name) == {other.items[0].name: 3}


# The door


def test_holds_of_others_look_like_holds_that_are_not_there(pump):
    quotation = offer(buyer("Anna"))
    stock_holds.hold(quotation.name)
    frappe.set_user(makers.user("stranger@holds.test", "Stock User").name)
    said = []
    for name in (the_hold(quotation).name, "no such hold"):
        with pytest.raises(frappe.PermissionError) as refusal:
            api.release(name, "mine now")
        said.append(str(refusal.value))
    for name in (quotation.name, "no such quotation"):
        with pytest.raises(frappe.PermissionError):
            api.get_holds(name)
    assert said[0] == said[1]
    assert the_hold(quotation).status == "Active"


def test_the_form_is_told_what_is_held_and_who_holds_what_is_lacking(pump):
    first, second = offer(buyer("Small", 50), qty=8), offer(buyer("Big", 1))
    api.hold(first.name)
    answer = api.hold(second.name)
    assert answer["lines"][0]["held"] == 2
    assert len(answer["sentences"]) == 1
    assert [
        (rival.quotation, rival.qty, rival["weaker"]) for rival in map(frappe._dict, answer["rivals"])
    ] == [(first.name, 8, True)]


def test_what_is_written_as_held_is_put_right(pump):
    stock_holds.reconcile()
    quotation = offer(buyer("Anna"))
    stock_holds.hold(quotation.name)
    frappe.db.set_value("Held Stock", {"item_code": ITEM, "warehouse": makers.warehouse()}, "qty", 9)
    assert stock_holds.reconcile() == 1
    assert held() == 4
