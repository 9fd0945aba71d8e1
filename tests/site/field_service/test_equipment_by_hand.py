"""Equipment by people's hands: what cannot be is refused with a sentence, and every move is kept."""

from __future__ import annotations

import equipment_makers as units
import frappe
import makers
import pytest
from counting import queries_of
from frappe.utils import add_days, getdate

from crm_ext.api import equipment as api
from crm_ext.field_service.flow import equipment, equipment_backfill, meters
from crm_ext.field_service.queries.equipment import above
from crm_ext.field_service.queries.meters import usage

pytestmark = pytest.mark.usefixtures("site")


@pytest.fixture
def customers():
    return [makers.customer(f"Owner {number} {units.tag()}").name for number in (1, 2)]


@pytest.mark.parametrize(
    ("latitude", "longitude", "word"),
    [
        (250, 51, "-90 to 90"),
        (35.7, 200, "-180 to 180"),
        (120.5, 35.7, "Swap"),
        (35.7, 0, "both"),
        (float("inf"), 10, "-90 to 90"),
    ],
)
def test_absurd_coordinates_are_refused_with_a_sentence(customers, latitude, longitude, word):
    with pytest.raises(frappe.ValidationError, match=word):
        units.by_hand(customers[0], latitude=latitude, longitude=longitude)


def test_equipment_without_coordinates_is_welcome(customers):
    made = units.by_hand(customers[0], other_serial_no="X-1").reload()
    assert (made.latitude, made.longitude, made.status) == (0, 0, "In Use")


def test_a_serial_number_of_another_customer_is_refused(customers):
    pump = units.serial_item(f"PUMP-{units.tag()}", equipment_record="Never")
    (number,) = units.stocked(pump.name, 1)
    note = units.delivery(customers[0], pump.name, [number])
    with pytest.raises(frappe.ValidationError, match=note.name):
        units.by_hand(customers[1], serial_no=number)
    own = units.by_hand(customers[0], serial_no=number)
    assert own.item_code == pump.name
    with pytest.raises(frappe.ValidationError, match=own.name):
        units.by_hand(customers[0], serial_no=number)


def test_a_serial_number_belongs_to_its_item(customers):
    pump = units.serial_item(f"PUMP-{units.tag()}")
    (number,) = units.stocked(pump.name, 1)
    with pytest.raises(frappe.ValidationError, match=pump.name):
        units.by_hand(customers[0], serial_no=number, item_code=makers.item(f"OTHER-{units.tag()}").name)


def test_a_delivered_unit_is_moved_by_its_button_and_the_history_keeps_both(customers):
    pump = units.serial_item(f"PUMP-{units.tag()}")
    (number,) = units.stocked(pump.name, 1)
    units.delivery(customers[0], pump.name, [number])
    record = units.equipment_of(number)
    record.customer = customers[1]
    with pytest.raises(frappe.ValidationError, match="Move"):
        record.save()
    equipment.move(record.name, status="In Use", customer=customers[1], note="sold on")
    record.reload()
    assert [(row.customer, row.note) for row in record.placements] == [
        (customers[0], None),
        (customers[1], "sold on"),
    ]
    with pytest.raises(frappe.ValidationError, match="later day"):
        equipment.move(record.name, status="Scrapped", on=add_days(getdate(), -300))


def test_a_move_is_of_the_past_and_tells_of_orders_that_nobody_needs_any_more(customers):
    made = units.by_hand(customers[0])
    values = {"title": "Look", "customer": customers[0], "company": makers.company(), "equipment": made.name}
    order = frappe.get_doc({"doctype": "Service Order", **values}).insert()
    with pytest.raises(frappe.ValidationError, match="earlier day"):
        equipment.move(made.name, status="Scrapped", on=add_days(getdate(), 2))
    frappe.clear_messages()
    equipment.move(made.name, status="Scrapped")
    assert (made.reload().customer, made.customer_name) == (None, None)
    assert [order.name in message.message for message in frappe.get_message_log()] == [True]


def test_a_move_by_hand_survives_the_next_stock_document(customers):
    pump = units.serial_item(f"PUMP-{units.tag()}")
    numbers = units.stocked(pump.name, 2)
    note = units.delivery(customers[0], pump.name, numbers)
    record = units.equipment_of(numbers[0])
    equipment.move(record.name, status="In Use", customer=customers[1], note="sold on")
    units.returned(note, [numbers[1]])
    equipment.document_submitted(note)
    record.reload()
    assert record.customer == customers[1] and record.placements[-1].note == "sold on"


def test_a_tree_of_parts_has_no_circle(customers):
    whole, part = units.by_hand(customers[0], "Boiler"), units.by_hand(customers[0], "Burner")
    nozzle = units.by_hand(None, "Nozzle", parent_equipment=part.name)
    part.update({"parent_equipment": whole.name}).save()
    assert nozzle.customer == customers[0]
    for parent in (whole.name, nozzle.name):
        whole.reload().parent_equipment = parent
        with pytest.raises(frappe.ValidationError, match="part"):
            whole.save()


def test_the_tree_shows_wholes_with_their_customer_and_what_became_of_the_others(customers):
    whole = units.by_hand(customers[0], "Boiler")
    old = units.by_hand(None, "0 Burner", parent_equipment=whole.name)
    units.by_hand(None, "Pump", parent_equipment=whole.name, other_serial_no="P-1")
    (node,) = api.tree("Equipment", is_root=True, customer=customers[0])
    assert node == {"value": whole.name, "title": f"Boiler · {whole.customer_name}", "expandable": 1}
    assert [part["title"] for part in api.tree("Equipment", whole.name)] == ["0 Burner", "Pump"]
    equipment.remove_part(old.name)
    assert [part["title"] for part in api.tree("Equipment", whole.name)] == ["Pump"]
    loose = {node["value"]: node["title"] for node in api.tree("Equipment", is_root=True)}
    assert loose[old.name] == "0 Burner · Scrapped"


def test_a_unit_whose_whole_was_cleared_in_the_form_is_a_part_of_nothing(customers):
    whole, part = units.by_hand(customers[0], "Boiler"), units.by_hand(customers[0], "Burner")
    part.update({"parent_equipment": whole.name}).save()
    part.update({"parent_equipment": ""}).save()
    nozzle = units.by_hand(None, "Nozzle", parent_equipment=part.name)
    assert above(part.name) == []
    assert above(nozzle.name) == [part.name]


def test_a_part_is_replaced_and_both_remember_it(customers):
    whole = units.by_hand(customers[0], "Boiler")
    old = units.by_hand(customers[0], "Burner", parent_equipment=whole.name)
    new = units.by_hand(None, "New Burner", status="In Store")
    equipment.replace_part(old.name, new.name, old_status="Returned")
    old.reload(), new.reload()
    assert (old.status, old.parent_equipment, old.customer) == ("Returned", None, None)
    assert (new.status, new.parent_equipment, new.customer) == ("In Use", whole.name, customers[0])
    history = api.history(whole.name)
    parts = next(section for section in history["sections"] if section["key"] == "parts")
    assert [row.name for row in parts["rows"]] == [new.name]
    assert [row.name for row in history["former_parts"]] == [old.name]


def test_two_records_of_one_unit_become_one_with_their_meters(customers):
    one, other = units.by_hand(customers[0]), units.by_hand(customers[0])
    meters.record_reading(one.name, "Hours", "10", read_on=add_days(getdate(), -5))
    meters.record_reading(other.name, "Hours", "30", read_on=add_days(getdate(), -1))
    frappe.rename_doc("Equipment", one.name, other.name, merge=True, show_alert=False)
    ask = (other.name, "Hours", getdate(add_days(getdate(), -10)), getdate(add_days(getdate(), -1)))
    assert usage([ask]) == {ask: 20}
    assert len(frappe.get_doc("Equipment", other.name).placements) == 2


def test_customers_that_are_merged_keep_their_equipment(customers):
    made = units.by_hand(customers[0])
    frappe.rename_doc("Customer", customers[0], customers[1], merge=True, show_alert=False)
    made.reload()
    assert made.customer == made.placements[0].customer == customers[1]


def test_readings_go_up_and_are_typed_in_any_digits(customers):
    made = units.by_hand(customers[0])
    meters.record_reading(made.name, "Hours", "۱٬۲۰۰", read_on=add_days(getdate(), -30))
    with pytest.raises(frappe.ValidationError, match="1200"):
        meters.record_reading(made.name, "Hours", "1100")
    meters.record_reading(made.name, "Hours", "1500", read_on=add_days(getdate(), -20))
    with pytest.raises(frappe.ValidationError, match="1500"):
        meters.record_reading(made.name, "Hours", "1600", read_on=add_days(getdate(), -25))
    assert frappe.db.get_value("Equipment Meter", {"equipment": made.name}, "last_value") == 1500
    asks = [
        (made.name, "Hours", getdate(add_days(getdate(), -29)), getdate(add_days(getdate(), -20))),
        (made.name, "Hours", getdate(add_days(getdate(), -29)), getdate()),
        (made.name, "Nothing", getdate(), getdate()),
    ]
    assert usage(asks) == {asks[0]: 300, asks[1]: None, asks[2]: None}
    usage(asks)
    assert queries_of(lambda: usage(asks)) == queries_of(lambda: usage(asks[:1])) == 2


def test_a_counter_rolls_over_is_replaced_and_read_wrongly_and_its_usage_is_right(customers):
    made = units.by_hand(customers[0])

    def read(typed: str, days_ago: int, **values) -> str:
        return api.record_reading(made.name, "Pages", typed, str(add_days(getdate(), -days_ago)), **values)

    def used() -> float:
        ask = (made.name, "Pages", getdate(add_days(getdate(), -40)), getdate(add_days(getdate(), -5)))
        return usage([ask])[ask]

    read("99900", 40)
    with pytest.raises(frappe.ValidationError, match="Rolled Over"):
        read("50", 30)
    rolled = read("50", 30, kind="Rolled Over", last_typed="100000")
    read("7", 20, kind="Meter Replaced", last_typed="۹۰")
    wrong = read("700", 5)
    assert used() == 150 + 40 + 693
    frappe.get_doc("Meter Reading", wrong).update({"typed": "70"}).save()
    assert used() == 150 + 40 + 63
    read("40", 10)
    assert used() == 150 + 40 + 63
    assert frappe.db.get_value("Equipment Meter", {"equipment": made.name}, "last_value") == 70
    with pytest.raises(frappe.ValidationError, match="Correct the later readings first"):
        frappe.delete_doc("Meter Reading", rolled)
    with pytest.raises(frappe.ValidationError, match="Correct the later readings first"):
        frappe.get_doc("Meter Reading", rolled).update({"read_on": add_days(getdate(), -45)}).save()


def test_the_history_costs_the_same_for_much_as_for_little_and_shows_only_what_one_may_read(customers):
    made = units.by_hand(customers[0])

    def order():
        values = {
            "doctype": "Service Order",
            "title": "Look",
            "customer": customers[0],
            "company": makers.company(),
        }
        return frappe.get_doc({**values, "equipment": made.name}).insert()

    order()
    api.history(made.name)
    few = queries_of(lambda: api.history(made.name))
    for _ in range(3):
        order()
    assert queries_of(lambda: api.history(made.name)) == few
    history = api.history(made.name)
    assert {section["key"]: section["count"] for section in history["sections"]}["visits"] == 4
    reader = makers.user(f"{units.tag().lower()}@example.com", "Stock User").name
    frappe.set_user(reader)
    seen = api.history(made.name)
    assert "issues" not in {section["key"] for section in seen["sections"]}
    assert seen["costs"]["labour"] is None
    frappe.set_user("Guest")
    with pytest.raises(frappe.PermissionError):
        api.history(made.name)


def test_equipment_of_earlier_deliveries_is_made_in_chunks_that_go_on_where_they_stopped(
    customers, monkeypatch
):
    pump = units.serial_item(f"PUMP-{units.tag()}")
    numbers = units.stocked(pump.name, 5)
    units.delivery(customers[0], pump.name, numbers)
    names = frappe.get_all("Equipment", {"item_code": pump.name}, pluck="name", order_by="name")
    frappe.db.delete("Equipment", {"name": ("in", names)})
    frappe.db.delete("Equipment Placement", {"parent": ("in", names)})
    stopped = {"equipment_status": "Running", "equipment_progress": numbers[1]}
    frappe.db.set_single_value("Field Service Settings", stopped)
    monkeypatch.setattr(equipment_backfill, "_CHUNK", 2)
    equipment_backfill.run(end_step=lambda: None)
    assert [bool(units.equipment_of(number)) for number in numbers] == [False, False, True, True, True]
    equipment_backfill.run(end_step=lambda: None)
    assert frappe.db.count("Equipment", {"item_code": pump.name, "customer": customers[0]}) == 5


def test_serial_numbers_from_before_the_bundles_are_read_too(customers):
    pump = units.serial_item(f"PUMP-{units.tag()}")
    (number,) = units.stocked(pump.name, 1)
    note = units.delivery(customers[0], pump.name, [number])
    record = units.equipment_of(number)
    frappe.db.delete("Equipment", {"name": record.name})
    frappe.db.delete("Equipment Placement", {"parent": record.name})
    lines = {"item_code": pump.name}
    frappe.db.set_value(
        "Stock Ledger Entry", lines, {"serial_no": f"{number}\n", "serial_and_batch_bundle": None}
    )
    equipment_backfill.run(end_step=lambda: None)
    assert units.equipment_of(number).delivery_document == note.name
