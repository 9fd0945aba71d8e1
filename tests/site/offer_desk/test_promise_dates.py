"""Promise dates on real documents: every sort of supply and demand, every sort of line."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import frappe
import makers
import offers
import pytest
from counting import queries_of
from frappe.utils import add_days, getdate, now_datetime

from crm_ext.api import promises as api
from crm_ext.offer_desk.flow import promises, stock_holds
from crm_ext.offer_desk.rules.promises import Ask

ITEM = "Promised Pump"


@pytest.fixture(autouse=True)
def plain_promises(site):
    """A company that works every day, and settings as they are installed."""
    frappe.db.set_value("Company", makers.company(), "default_holiday_list", None)
    frappe.db.set_single_value("Stock Settings", "allow_negative_stock", 0)
    set_up(horizon_days=365, fallback_lead_time_days=0, handling_days=0, count_material_requests=1)


@pytest.fixture
def pump(plain_promises) -> str:
    return makers.item(ITEM, 1).name


def set_up(**values):
    for field, value in values.items():
        frappe.db.set_single_value("Offer Desk Settings", field, value)
    frappe.clear_document_cache("Offer Desk Settings", "Offer Desk Settings")


def on(days: int) -> date:
    return getdate() + timedelta(days=days)


def promised(item: str = ITEM, qty=1, warehouse: str | None = "first", own=None, customer=None):
    warehouse = makers.warehouse() if warehouse == "first" else warehouse
    ask = Ask("line", item, Decimal(qty), warehouse)
    return promises.promise([ask], company=makers.company(), own=own, customer=customer)["line"]


def warehouse(name: str, **values) -> str:
    parent = frappe.db.get_value("Warehouse", makers.warehouse(), "parent_warehouse")
    values = {"company": makers.company(), "parent_warehouse": parent, **values}
    return frappe.get_doc({"doctype": "Warehouse", "warehouse_name": name, **values}).insert().name


def purchase_order(item: str, qty: float, day: date, **line):
    order = frappe.get_doc(
        {
            "doctype": "Purchase Order",
            "supplier": makers.supplier(f"Supplier {frappe.generate_hash(length=5)}").name,
            "company": makers.company(),
            "transaction_date": min(day, getdate()),
            "schedule_date": day,
            "items": [
                {
                    "item_code": item,
                    "qty": qty,
                    "rate": 5,
                    "warehouse": makers.warehouse(),
                    "schedule_date": day,
                    **line,
                }
            ],
        }
    )
    return order.submit()


def sales_order(item: str, qty: float, day: date, **line):
    order = frappe.get_doc(
        {
            "doctype": "Sales Order",
            "customer": makers.customer(f"Buyer {frappe.generate_hash(length=5)}").name,
            "company": makers.company(),
            "transaction_date": min(day, getdate()),
            "delivery_date": day,
            "items": [
                {
                    "item_code": item,
                    "qty": qty,
                    "rate": 9,
                    "warehouse": makers.warehouse(),
                    "delivery_date": day,
                    **line,
                }
            ],
        }
    )
    return order.submit()


def bill_of_materials(item: str, material: str, qty=2):
    return frappe.get_doc(
        {
            "doctype": "BOM",
            "item": item,
            "company": makers.company(),
            "quantity": 1,
            "is_default": 1,
            "currency": frappe.get_cached_value("Company", makers.company(), "default_currency"),
            "items": [{"item_code": material, "qty": qty, "rate": 1}],
        }
    ).submit()


# Stock in hand


def test_stock_counts_where_it_is_asked_for(pump):
    makers.stock(pump, 10, 5)
    annex = warehouse("Promise Annex")
    group = frappe.db.get_value("Warehouse", annex, "parent_warehouse")
    assert promised(qty=10).day == on(0)
    assert promised(qty=1, warehouse=annex).day is None
    assert promised(qty=10, warehouse=group).in_stock == 10
    assert promised(qty=10, warehouse=None).in_stock == 10
    assert promised(qty=11, warehouse=None).day is None


def test_a_warehouse_of_another_company_is_none_to_promise_from(pump):
    makers.stock(pump, 10, 5)
    foreign = warehouse("Promise Elsewhere")
    frappe.db.set_value("Warehouse", foreign, "company", "Another Company")
    assert promised(warehouse=foreign).cause.code == "no_warehouse"


def test_expired_batches_do_not_count_and_others_until_they_expire(site):
    item = makers.item("Promised Glue", 1, has_batch_no=1, has_expiry_date=1, create_new_batch=0).name
    for name, until in (("Glue Fresh", on(20)), ("Glue Old", on(3))):
        frappe.get_doc({"doctype": "Batch", "batch_id": name, "item": item, "expiry_date": until}).insert()
        frappe.get_doc(
            {
                "doctype": "Stock Entry",
                "stock_entry_type": "Material Receipt",
                "company": makers.company(),
                "items": [
                    {
                        "item_code": item,
                        "qty": 5,
                        "basic_rate": 1,
                        "t_warehouse": makers.warehouse(),
                        "batch_no": name,
                        "use_serial_batch_fields": 1,
                    }
                ],
            }
        ).submit()
    purchase_order(item, 5, on(5))
    assert promised(item, 10).day == on(0)
    assert promised(item, 10).in_stock == 10
    assert promised(item, 12).day is None, "the old batch is gone when the purchase arrives"
    frappe.db.set_value("Batch", "Glue Old", "expiry_date", on(-1))
    assert (promised(item, 6).in_stock, promised(item, 6).day) == (5, on(5))


# Supply


def test_a_purchase_order_counts_on_its_expected_day_less_what_was_received(pump):
    order = purchase_order(pump, 10, on(6))
    assert promised(qty=10).day == on(6)
    order.items[0].db_set({"expected_delivery_date": on(9), "received_qty": 4})
    found = promised(qty=6)
    assert (found.day, found.cause.doctype, found.cause.name) == (on(9), "Purchase Order", order.name)
    assert promised(qty=7).day is None


def test_closed_held_and_cancelled_purchase_orders_bring_nothing(pump):
    order = purchase_order(pump, 10, on(6))
    for status in ("Closed", "On Hold"):
        order.db_set("status", status)
        assert promised().day is None
    order.db_set("status", "To Receive and Bill")
    order.reload().cancel()
    assert promised().day is None


def test_overdue_purchases_count_from_today(pump):
    purchase_order(pump, 3, on(-4))
    found = promised(qty=3)
    assert (found.day, found.in_stock, found.cause.due) == (on(0), 0, on(-4))


def test_supply_beyond_the_horizon_is_not_promised(pump):
    purchase_order(pump, 3, on(40))
    set_up(horizon_days=30)
    assert promised().day is None


def test_a_work_order_brings_its_product_and_takes_its_materials(pump):
    material = makers.item("Promised Casting", 1).name
    makers.stock(material, 10, 1)
    bom = bill_of_materials(pump, material)
    order = frappe.get_doc(
        {
            "doctype": "Work Order",
            "production_item": pump,
            "bom_no": bom.name,
            "qty": 4,
            "company": makers.company(),
            "fg_warehouse": makers.warehouse(),
            "wip_warehouse": warehouse("Promise Work in Progress"),
            "source_warehouse": makers.warehouse(),
            "planned_start_date": on(2),
            "expected_delivery_date": on(5),
        }
    )
    order.set_work_order_operations()
    order.get_items_and_operations_from_bom()
    order.submit()
    assert (promised(qty=4).day, promised(qty=4).cause.name) == (on(5), order.name)
    assert promised(material, 10).in_stock == 2
    order.db_set("produced_qty", 3)
    assert promised(qty=2).day is None


def test_goods_on_the_road_arrive_where_and_when_they_were_requested(pump):
    makers.stock(pump, 5, 1)
    road, annex = warehouse("Promise Road", warehouse_type="Transit"), warehouse("Promise Branch")
    request = material_request(pump, 5, on(8), warehouse=annex, material_request_type="Material Transfer")
    transfer = frappe.get_doc(
        {
            "doctype": "Stock Entry",
            "stock_entry_type": "Material Transfer",
            "add_to_transit": 1,
            "company": makers.company(),
            "items": [
                {
                    "item_code": pump,
                    "qty": 5,
                    "s_warehouse": makers.warehouse(),
                    "t_warehouse": road,
                    "material_request": request.name,
                    "material_request_item": request.items[0].name,
                }
            ],
        }
    ).submit()
    found = promised(qty=5, warehouse=annex)
    assert (found.day, found.cause.name, found.in_stock) == (on(8), transfer.name, 0)
    assert promised(qty=1).day is None, "they have left the first warehouse"
    assert promised(qty=5, warehouse=None).day == on(8), "and are not in stock on the road"


def material_request(item: str, qty: float, day: date, **values):
    place = values.pop("warehouse", makers.warehouse())
    return frappe.get_doc(
        {
            "doctype": "Material Request",
            "material_request_type": "Purchase",
            "company": makers.company(),
            "schedule_date": day,
            "items": [{"item_code": item, "qty": qty, "warehouse": place, "schedule_date": day}],
            **values,
        }
    ).submit()


def test_a_request_counts_after_the_lead_time_and_only_where_the_settings_say_so(pump):
    material_request(pump, 5, on(4))
    assert promised(qty=5).day == on(4)
    assert promised(qty=6).day is None
    frappe.db.set_value("Item", pump, "lead_time_days", 7)
    found = promised(qty=5)
    assert (found.day, found.cause.doctype) == (on(7), "Material Request")
    frappe.db.set_value("Item", pump, "lead_time_days", 0)
    set_up(count_material_requests=0)
    assert promised(qty=5).day is None


# Demand


def test_an_order_for_a_later_day_keeps_its_goods(pump):
    makers.stock(pump, 10, 5)
    order = sales_order(pump, 6, on(20))
    assert (promised(qty=5).day, promised(qty=4).day) == (None, on(0))
    order.items[0].db_set("delivered_qty", 2)
    assert promised(qty=6).day == on(0)
    order.db_set("status", "Closed")
    assert promised(qty=10).day == on(0)


def test_an_order_that_is_supplied_in_time_leaves_the_stock_free(pump):
    makers.stock(pump, 10, 5)
    sales_order(pump, 6, on(20))
    purchase_order(pump, 6, on(15))
    assert promised(qty=10).day == on(0)


def test_an_order_does_not_count_itself(pump):
    makers.stock(pump, 10, 5)
    order = sales_order(pump, 10, on(20))
    assert promised(qty=10).day is None
    assert promised(qty=10, own=("Sales Order", order.name)).day == on(0)
    assert promises.promise_document(order)[order.items[0].name].day == on(0)


def test_parts_of_a_sold_bundle_are_taken(pump):
    bundle = offers.priced_item("Promised Set", 50).name
    frappe.get_doc(
        {"doctype": "Product Bundle", "new_item_code": bundle, "items": [{"item_code": pump, "qty": 3}]}
    ).insert()
    makers.stock(pump, 10, 5)
    order = sales_order(bundle, 2, on(9))
    assert promised(qty=5).in_stock == 4
    order.items[0].db_set("delivered_qty", 1)
    assert promised(qty=8).in_stock == 7


def test_reserved_stock_is_taken_at_once_and_not_twice(pump):
    frappe.db.set_single_value("Stock Settings", "enable_stock_reservation", 1)
    makers.stock(pump, 10, 5)
    order = sales_order(pump, 6, on(20), reserve_stock=1)
    purchase_order(pump, 6, on(15))
    assert promised(qty=10).day == on(0), "without a reservation the purchase serves the order"
    order.create_stock_reservation_entries()
    assert (promised(qty=10).in_stock, promised(qty=10).day) == (4, on(15))
    assert promised(qty=10, own=("Sales Order", order.name)).day == on(0)


def test_materials_of_subcontracting_are_taken_and_their_product_comes(pump):
    casting, service = makers.item("Promised Raw Casting", 1).name, makers.item("Promised Machining").name
    makers.stock(casting, 10, 1)
    frappe.db.set_value("Item", pump, "is_sub_contracted_item", 1)
    bom = bill_of_materials(pump, casting)
    vendor = warehouse("Promise Vendor")
    order = frappe.get_doc(
        {
            "doctype": "Purchase Order",
            "supplier": makers.supplier("Promise Machinist").name,
            "company": makers.company(),
            "is_subcontracted": 1,
            "supplier_warehouse": vendor,
            "schedule_date": on(6),
            "items": [
                {
                    "item_code": service,
                    "qty": 4,
                    "rate": 3,
                    "fg_item": pump,
                    "fg_item_qty": 4,
                    "bom": bom.name,
                    "warehouse": makers.warehouse(),
                    "schedule_date": on(6),
                }
            ],
        }
    ).submit()
    subcontract = frappe.get_attr(
        "erpnext.buying.doctype.purchase_order.purchase_order.make_subcontracting_order"
    )(order.name)
    subcontract.items[0].schedule_date = on(6)
    for part in subcontract.supplied_items:
        part.reserve_warehouse = makers.warehouse()
    subcontract.submit()
    assert (promised(qty=4).day, promised(qty=4).cause.name) == (on(6), subcontract.name)
    assert promised(casting, 10).in_stock == 2


def test_holds_of_others_count_and_ones_own_do_not(pump):
    makers.stock(pump, 10, 5)
    buyer = makers.customer("Holding Buyer")
    line = {"item_code": pump, "qty": 6, "rate": 9, "warehouse": makers.warehouse()}
    offer = offers.quotation(buyer, [line]).insert().submit()
    stock_holds.hold(offer.name)
    assert promised(qty=10).in_stock == 4
    assert promised(qty=10, own=("Quotation", offer.name)).in_stock == 10
    assert promised(qty=10, customer=buyer.name).in_stock == 10
    assert promises.promise_document(offer)[offer.items[0].name].in_stock == 6
    order = frappe.get_attr("erpnext.selling.doctype.quotation.quotation._make_sales_order")(offer.name)
    order.delivery_date = order.items[0].delivery_date = on(3)
    order.items[0].qty = 10
    order.insert()
    assert promises.promise_document(order)[order.items[0].name].in_stock == 10
    frappe.db.set_value(
        "Stock Hold", {"quotation": offer.name}, "expires_at", now_datetime() - timedelta(hours=1)
    )
    assert promised(qty=10).in_stock == 10


# Lead times


def test_the_first_known_lead_time_counts(pump):
    set_up(fallback_lead_time_days=30)
    assert (promised().cause.basis, promised().day) == ("settings", on(30))
    material = makers.item("Promised Slow Material", 1, lead_time_days=12).name
    bom = bill_of_materials(pump, material)
    assert (promised().cause.basis, promised().day, promised().cause.party) == (
        "production",
        on(12),
        bom.name,
    )
    order = purchase_order(pump, 1, on(-3))
    order.db_set("transaction_date", on(-9))
    receipt = frappe.get_attr("erpnext.buying.doctype.purchase_order.purchase_order.make_purchase_receipt")(
        order.name
    )
    receipt.submit()
    assert (promised(qty=2).cause.basis, promised(qty=2).day) == ("receipts", on(9))
    frappe.get_doc(
        {
            "doctype": "Supplier Quotation",
            "supplier": order.supplier,
            "company": makers.company(),
            "items": [
                {"item_code": pump, "qty": 1, "rate": 4, "lead_time_days": 5, "warehouse": makers.warehouse()}
            ],
        }
    ).submit()
    assert (promised(qty=2).cause.basis, promised(qty=2).day) == ("supplier", on(5))
    frappe.db.set_value("Item", pump, "lead_time_days", 3)
    assert (promised(qty=2).cause.basis, promised(qty=2).day) == ("item", on(3))


def test_lead_and_handling_count_on_working_days(pump):
    frappe.db.set_value("Item", pump, "lead_time_days", 2)
    closed = frappe.get_doc(
        {
            "doctype": "Holiday List",
            "holiday_list_name": "Promise Holidays",
            "from_date": on(0),
            "to_date": on(30),
            "holidays": [{"holiday_date": on(2), "description": "A holiday"}],
        }
    ).insert()
    frappe.db.set_value("Company", makers.company(), "default_holiday_list", closed.name)
    set_up(handling_days=1)
    assert promised().day == on(4)


def test_stock_that_may_go_below_zero_is_said_and_not_dated(pump):
    frappe.db.set_value("Item", pump, "allow_negative_stock", 1)
    assert (promised().day, promised().cause.code) == (None, "negative_stock")


# Lines of documents


def lines_of(doc):
    found = promises.promise_document(doc)
    return [found[row.name] for row in doc.items]


def test_a_quotation_stores_the_date_of_every_line(pump):
    makers.stock(pump, 10, 5)
    purchase_order(pump, 6, on(7))
    service = makers.item("Promised Visit").name
    gone = makers.item("Promised Relic", 1).name
    line = {"item_code": pump, "qty": 8, "rate": 9, "warehouse": makers.warehouse()}
    offer = offers.quotation(
        makers.customer(),
        [
            line,
            line,
            {"item_code": service, "rate": 1},
            {"item_code": gone, "rate": 1, "warehouse": makers.warehouse()},
        ],
    ).insert()
    stored = frappe.get_all("Quotation Item", {"parent": offer.name}, pluck="promise_date", order_by="idx")
    assert stored == [on(0), on(7), on(0), None]


def test_an_order_stores_its_dates_too_and_asks_for_the_rest_only(pump):
    makers.stock(pump, 4, 5)
    order = sales_order(pump, 10, on(3))
    assert order.items[0].promise_date is None
    order.items[0].delivered_qty = 6
    assert lines_of(order)[0].day == on(0)
    order.items[0].delivered_qty = 10
    assert lines_of(order)[0].cause.code == "nothing_asked"


def sold_in_boxes_of_five(item: str):
    master = frappe.get_doc("Item", item)
    master.append("uoms", {"uom": "Box", "conversion_factor": 5})
    master.save()


def test_units_bundles_options_and_alternative_lines(pump):
    sold_in_boxes_of_five(pump)
    bundle = offers.priced_item("Promised Kit", 50).name
    bolt = makers.item("Promised Bolt", 1).name
    contents = [{"item_code": pump, "qty": 1}, {"item_code": bolt, "qty": 4}]
    frappe.get_doc({"doctype": "Product Bundle", "new_item_code": bundle, "items": contents}).insert()
    makers.stock(pump, 12, 5)
    makers.stock(bolt, 8, 1)
    purchase_order(bolt, 100, on(4))
    place = {"rate": 9, "warehouse": makers.warehouse()}
    offer = offers.quotation(
        makers.customer(),
        [
            {"item_code": pump, "qty": 1, "uom": "Box", "conversion_factor": 5, **place},
            {"item_code": pump, "qty": 6, "is_alternative": 1, **place},
            {"item_code": bundle, "qty": 3, **place},
            {"item_code": pump, "qty": 4, **place},
        ],
    ).insert()
    boxed, alternative, kit, rest = lines_of(offer)
    assert (boxed.in_stock, boxed.day) == (5, on(0))
    assert (kit.in_stock, kit.day, kit.cause.item_code) == (2, on(4), bolt)
    assert rest.day == on(0), "the alternative line takes nothing"
    assert alternative.in_stock == 0


def test_an_opportunity_is_promised_in_its_own_units(pump):
    sold_in_boxes_of_five(pump)
    makers.stock(pump, 8, 5)
    opportunity = frappe.get_doc(
        {
            "doctype": "Opportunity",
            "opportunity_from": "Customer",
            "party_name": makers.customer().name,
            "company": makers.company(),
            "items": [{"item_code": pump, "qty": 2, "uom": "Box", "rate": 1}],
        }
    ).insert()
    assert lines_of(opportunity)[0].in_stock == 8
    assert lines_of(opportunity)[0].day is None


def test_the_supplier_delivers_drop_shipped_lines(site):
    item = makers.item("Promised Container", 1, delivered_by_supplier=1, lead_time_days=6).name
    makers.stock(item, 5, 1)
    found = promised(item)
    assert (found.day, found.cause.code) == (on(6), "drop_ship")


def test_items_that_cannot_be_sold_are_refused(pump):
    for values, code in (
        ({"disabled": 1}, "item_disabled"),
        ({"disabled": 0, "end_of_life": on(-1)}, "item_ended"),
        ({"end_of_life": None, "has_variants": 1}, "item_is_template"),
    ):
        frappe.db.set_value("Item", pump, values)
        assert (promised().day, promised().cause.code) == (None, code)


def test_an_alternative_item_that_comes_sooner_is_named(pump):
    frappe.db.set_value("Item", pump, "allow_alternative_item", 1)
    other = makers.item("Promised Other Pump", 1, allow_alternative_item=1).name
    frappe.get_doc(
        {"doctype": "Item Alternative", "item_code": pump, "alternative_item_code": other}
    ).insert()
    makers.stock(other, 10, 5)
    purchase_order(pump, 5, on(9))
    line = {"item_code": pump, "qty": 5, "rate": 9, "warehouse": makers.warehouse()}
    offer = offers.quotation(makers.customer(), [line]).insert()
    found, sooner = promises.promise_with_alternatives(offer)
    key = offer.items[0].name
    assert (found[key].day, sooner[key].day, sooner[key].cause.item_code) == (on(9), on(0), other)


def test_a_failure_of_promising_is_said_and_does_not_stop_the_saving(pump, monkeypatch):
    monkeypatch.setattr("crm_ext.offer_desk.queries.promises._ORDERED", "select nonsense")
    offer = offers.quotation(makers.customer(), [{"item_code": pump, "rate": 9}]).insert()
    assert offer.name and offer.items[0].promise_date is None
    assert any("promise dates could not be computed" in str(message) for message in frappe.local.message_log)


# What it costs


def test_the_number_of_queries_does_not_grow_with_the_lines(pump):
    codes = [makers.item(f"Promised {number}", 1).name for number in range(12)]
    bundle = offers.priced_item("Promised Costly Set", 50).name
    frappe.get_doc(
        {"doctype": "Product Bundle", "new_item_code": bundle, "items": [{"item_code": pump, "qty": 3}]}
    ).insert()

    def document(items):
        rows = [
            frappe._dict(name=f"row {number}", idx=number, item_code=code, qty=3, uom="Box")
            for number, code in enumerate(items)
        ]
        return frappe._dict(doctype="Opportunity", company=makers.company(), items=rows)

    few, many = document([codes[0], bundle]), document([*codes, bundle])
    promises.promise_with_alternatives(many)
    counts = [queries_of(lambda doc=doc: promises.promise_with_alternatives(doc)) for doc in (few, many)]
    assert counts[0] == counts[1] <= 15


def test_lines_that_are_in_stock_take_six_queries(pump):
    makers.stock(pump, 100, 5)
    line = {"item_code": pump, "qty": 2, "rate": 9, "warehouse": makers.warehouse()}
    offer = offers.quotation(makers.customer(), [line] * 5).insert()
    promises.promise_document(offer)
    assert queries_of(lambda: promises.promise_document(offer)) <= 6


# What the form asks


def asked(item: str, **values):
    lines = [{"name": "new-row-1", "item_code": item, "qty": 2, "warehouse": makers.warehouse()}]
    return {
        "doctype": "Quotation",
        "name": "new-quotation-1",
        "company": makers.company(),
        "items": lines,
        **values,
    }


def test_the_form_gets_the_dates_of_rows_that_are_not_saved(pump):
    order = purchase_order(pump, 5, on(4))
    line = api.get_promises(frappe.as_json(asked(pump)))["lines"]["new-row-1"]
    assert (line["day"], line["cause"]["name"]) == (on(4).isoformat(), order.name)
    assert line["schedule"] == [{"day": on(4).isoformat(), "qty": 2.0}]


@pytest.mark.parametrize("qty", ["nan", "inf", "-5", "", None, "1e300", [], "two"])
def test_quantities_that_are_none_are_promised_nothing(pump, qty):
    document = asked(pump)
    document["items"][0]["qty"] = qty
    assert api.get_promises(document)["lines"]["new-row-1"]["cause"]["code"] == "nothing_asked"


def test_only_who_may_read_asks_and_supplying_documents_stay_unnamed(pump):
    purchase_order(pump, 5, on(4))
    seller = makers.user("promise-seller@example.com", "Sales User")
    frappe.set_user(seller.name)
    line = api.get_promises(asked(pump))["lines"]["new-row-1"]
    assert (line["day"], line["cause"]["doctype"]) == (on(4).isoformat(), "Purchase Order")
    assert bool(line["cause"]["name"]) == bool(frappe.has_permission("Purchase Order", "read"))
    frappe.set_user("Guest")
    for document in (asked(pump), asked(pump, doctype="Item"), asked(pump, company=["x"])):
        with pytest.raises(frappe.PermissionError):
            api.get_promises(document)


def test_items_that_a_user_may_not_read_are_left_out(pump):
    other = makers.item("Promised Secret", 1).name
    seller = makers.user("promise-narrow@example.com", "Sales User")
    frappe.get_doc(
        {"doctype": "User Permission", "user": seller.name, "allow": "Item", "for_value": pump}
    ).insert()
    frappe.clear_cache(user=seller.name)
    frappe.set_user(seller.name)
    assert api.get_promises(asked(pump))["lines"]
    assert not api.get_promises(asked(other))["lines"]


def test_the_catalogue_asks_for_one_of_each(pump):
    makers.stock(pump, 1, 5)
    late = makers.item("Promised Late", 1, lead_time_days=4).name
    found = promises.earliest([pump, late, "Nothing Such"], company=makers.company())
    assert [found[code].day for code in (pump, late, "Nothing Such")] == [on(0), on(4), None]


def test_a_date_in_the_future_can_be_asked_from(pump):
    purchase_order(pump, 5, on(4))
    later = getdate(add_days(getdate(), 10))
    found = promises.promise([Ask(1, pump, Decimal(5), None)], company=makers.company(), today=later)
    assert found[1].day == later
