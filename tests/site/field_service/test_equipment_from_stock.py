"""Equipment follows real stock documents: delivered, returned, delivered again, cancelled, built in."""

from __future__ import annotations

import equipment_makers as units
import frappe
import makers
import pytest
from counting import statements_of

pytestmark = pytest.mark.usefixtures("site")


@pytest.fixture
def pump():
    return units.serial_item(f"PUMP-{units.tag()}", warranty_period=365)


@pytest.fixture
def customers():
    return [makers.customer(f"Owner {number} {units.tag()}").name for number in (1, 2)]


def test_a_delivery_makes_one_record_for_every_serial_number(pump, customers):
    numbers = units.stocked(pump.name, 3)
    note = units.delivery(customers[0], pump.name, numbers[:2])
    for number in numbers[:2]:
        record = units.equipment_of(number)
        assert (record.status, record.customer, record.origin) == ("In Use", customers[0], "Delivered by Us")
        assert (record.delivery_document, record.item_code) == (note.name, pump.name)
        assert (record.warranty_expires_on - record.delivered_on).days == 365
        assert [placement.document for placement in record.placements] == [note.name]
        record.save()
    assert units.equipment_of(numbers[2]) is None


def test_a_return_takes_the_unit_from_the_customer_and_another_one_gets_it(pump, customers):
    (number,) = units.stocked(pump.name, 1)
    note = units.delivery(customers[0], pump.name, [number])
    units.returned(note, [number])
    record = units.equipment_of(number)
    assert (record.status, record.customer) == ("Returned", None)
    units.delivery(customers[1], pump.name, [number], days_ago=5)
    again = units.equipment_of(number)
    assert (again.name, again.status, again.customer) == (record.name, "In Use", customers[1])
    assert [placement.customer for placement in again.placements] == [customers[0], None, customers[1]]


def test_cancelling_goes_back_step_by_step_to_nothing(pump, customers):
    (number,) = units.stocked(pump.name, 1)
    first = units.delivery(customers[0], pump.name, [number])
    back = units.returned(first, [number])
    second = units.delivery(customers[1], pump.name, [number], days_ago=5)
    second.reload().cancel()
    assert units.equipment_of(number).status == "Returned"
    back.reload().cancel()
    assert units.equipment_of(number).customer == customers[0]
    first.reload().cancel()
    assert units.equipment_of(number) is None


def test_a_record_that_others_name_outlives_the_cancelled_delivery(pump, customers):
    (number,) = units.stocked(pump.name, 1)
    note = units.delivery(customers[0], pump.name, [number])
    record = units.equipment_of(number)
    meter = {"doctype": "Equipment Meter", "equipment": record.name, "meter_name": "Hours"}
    frappe.get_doc(meter).insert()
    note.reload().cancel()
    record = units.equipment_of(number)
    assert (record.status, record.customer, record.delivery_document) == ("In Store", None, None)
    units.delivery(customers[1], pump.name, [number], days_ago=3)
    assert units.equipment_of(number).name == record.name


def test_an_invoice_that_moves_stock_delivers_too_and_one_that_does_not_says_nothing(pump, customers):
    numbers = units.stocked(pump.name, 1)
    invoice = {
        "doctype": "Sales Invoice",
        "customer": customers[0],
        "company": makers.company(),
        "items": [units.row(pump.name, numbers)],
    }
    frappe.get_doc(invoice | {"update_stock": 1}).submit()
    assert units.equipment_of(numbers[0]).delivery_document_type == "Sales Invoice"


def test_a_place_that_was_corrected_by_hand_stands_while_the_unit_is_there(pump, customers):
    numbers = units.stocked(pump.name, 2)
    note = units.delivery(customers[0], pump.name, numbers)
    record = units.equipment_of(numbers[0])
    record.update({"latitude": 35.7, "longitude": 51.4}).save()
    units.returned(note, [numbers[1]])
    record.reload()
    assert (record.latitude, record.longitude) == (35.7, 51.4)


def test_moving_between_our_warehouses_changes_nothing_for_the_returned_unit(pump, customers):
    (number,) = units.stocked(pump.name, 1)
    units.returned(units.delivery(customers[0], pump.name, [number]), [number])
    before = units.equipment_of(number).as_dict()
    other = frappe.get_all(
        "Warehouse",
        {"company": makers.company(), "is_group": 0, "name": ("!=", makers.warehouse())},
        pluck="name",
        order_by="lft",
        limit=1,
    )[0]
    row = units.row(pump.name, [number]) | {"s_warehouse": makers.warehouse(), "t_warehouse": other}
    row.pop("warehouse")
    entry = {"doctype": "Stock Entry", "stock_entry_type": "Material Transfer", "company": makers.company()}
    frappe.get_doc(entry | {"items": [row]}).submit()
    after = units.equipment_of(number)
    assert (after.status, len(after.placements)) == ("Returned", len(before.placements))


def test_a_part_that_a_service_order_used_hangs_under_its_whole(pump, customers):
    board = units.serial_item(f"BOARD-{units.tag()}")
    (number,) = units.stocked(pump.name, 1)
    (part,) = units.stocked(board.name, 1)
    units.delivery(customers[0], pump.name, [number])
    whole = units.equipment_of(number)
    order = frappe.get_doc(
        {
            "doctype": "Service Order",
            "title": "New board",
            "customer": customers[0],
            "company": makers.company(),
            "equipment": whole.name,
        }
    ).insert()
    row = units.row(board.name, [part]) | {"s_warehouse": makers.warehouse()}
    entry = frappe.get_doc(
        {
            "doctype": "Stock Entry",
            "stock_entry_type": "Material Issue",
            "company": makers.company(),
            "service_order": order.name,
            "items": [row],
        }
    ).submit()
    record = units.equipment_of(part)
    assert (record.parent_equipment, record.customer, record.status) == (whole.name, customers[0], "In Use")
    entry.reload().cancel()
    assert units.equipment_of(part) is None


def test_parts_go_back_with_their_whole(pump, customers):
    (number,) = units.stocked(pump.name, 1)
    note = units.delivery(customers[0], pump.name, [number])
    whole = units.equipment_of(number)
    part = units.by_hand(customers[0], "Valve", parent_equipment=whole.name)
    units.returned(note, [number])
    part.reload()
    assert (part.status, part.customer, part.parent_equipment) == ("Returned", None, whole.name)


def test_items_without_numbers_get_a_record_for_every_piece_where_they_say_so(customers):
    radiator = makers.item(f"RADIATOR-{units.tag()}", is_stock_item=1, equipment_record="For Every Piece")
    units.stocked(radiator.name, 5)
    note = units.delivery(customers[0], radiator.name, qty=3)
    filters = {"item_code": radiator.name}
    assert frappe.db.count("Equipment", {**filters, "customer": customers[0], "status": "In Use"}) == 3
    back = units.returned(note, qty=2)
    assert frappe.db.count("Equipment", {**filters, "status": "In Use"}) == 1
    assert frappe.db.count("Equipment", {**filters, "status": "Returned", "customer": ("is", "not set")}) == 2
    back.reload().cancel()
    assert frappe.db.count("Equipment", {**filters, "status": "In Use"}) == 3
    note.reload().cancel()
    assert frappe.db.count("Equipment", filters) == 0


def test_items_that_say_never_make_no_equipment(customers):
    tool = units.serial_item(f"TOOL-{units.tag()}", equipment_record="Never")
    numbers = units.stocked(tool.name, 1)
    units.delivery(customers[0], tool.name, numbers)
    assert units.equipment_of(numbers[0]) is None


def test_documents_without_units_cost_no_statement(customers):
    from crm_ext.field_service.flow import equipment

    plain = makers.item(f"PLAIN-{units.tag()}", is_stock_item=1)
    units.stocked(plain.name, 5)
    note = units.delivery(customers[0], plain.name, qty=2)

    def all_events():
        equipment.document_submitted(note)
        equipment.before_cancel(note)
        equipment.document_cancelled(note)

    all_events()
    assert statements_of(all_events) == []


def test_many_units_cost_as_many_statements_as_few(pump, customers):
    from crm_ext.field_service.flow import equipment

    numbers = units.stocked(pump.name, 12)
    few = units.delivery(customers[0], pump.name, numbers[:2])
    many = units.delivery(customers[0], pump.name, numbers[2:])
    counts = []
    for note in (few, many):
        names = [
            row.serial_no
            for row in frappe.get_all(
                "Equipment", {"delivery_document": note.name}, "serial_no", order_by="name"
            )
        ]
        frappe.db.delete("Equipment", {"serial_no": ("in", names)})
        counts.append(len(statements_of(lambda note=note: equipment.document_submitted(note))))
    assert counts[0] == counts[1] < 20


def test_units_without_a_record_lock_no_gap_that_another_delivery_writes_into(pump, customers):
    from crm_ext.field_service.queries import equipment as queries

    known, unknown = units.stocked(pump.name, 2)
    units.delivery(customers[0], pump.name, [known])
    sent = statements_of(lambda: queries.by_serial_no([unknown]))
    assert sent and not [sql for sql in sent if "for update" in sql.lower()]
    assert [row.serial_no for row in queries.by_serial_no([known, unknown])] == [known]
    (sql,) = [sql for sql in statements_of(lambda: queries.by_serial_no([known])) if "for update" in sql]
    assert "serial_no in" not in sql


def test_a_longer_warranty_on_the_serial_number_is_that_of_the_unit(pump, customers):
    (number,) = units.stocked(pump.name, 1)
    note = units.delivery(customers[0], pump.name, [number])
    frappe.get_doc("Serial No", number).update({"warranty_expiry_date": "2031-05-01"}).save()
    assert str(units.equipment_of(number).warranty_expires_on) == "2031-05-01"
    equipment_again(note)
    assert str(units.equipment_of(number).warranty_expires_on) == "2031-05-01"


def test_an_item_that_changes_its_word_is_heard_at_the_next_delivery(pump, customers):
    first, second = units.stocked(pump.name, 2)
    units.delivery(customers[0], pump.name, [first])
    pump.reload().update({"equipment_record": "Never"}).save()
    units.delivery(customers[0], pump.name, [second], days_ago=4)
    assert units.equipment_of(first) and units.equipment_of(second) is None


def equipment_again(note) -> None:
    from crm_ext.field_service.flow import equipment

    equipment.document_submitted(note)
