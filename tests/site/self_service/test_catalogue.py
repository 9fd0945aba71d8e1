"""A customer finds what they may buy, however they spell it, and nothing else, through whichever door."""

import frappe
import makers
import pytest
import shop_world
from counting import queries_of
from frappe.utils import add_days, getdate

from crm_ext.self_service.flow import carts, catalogue
from crm_ext.self_service.queries import catalogue as queries


@pytest.fixture
def customer(site):
    shop_world.use_settings()
    queries.forget_counts()
    yield makers.customer("Catalogue Reader").name
    # What was counted inside the transaction that is rolled back.
    queries.forget_counts()


def found(customer, *args, **kwargs):
    listing = catalogue.browse(shop_world.shop(customer), *args, **kwargs)
    return [card.item.name for card in listing.cards if card.item.name.startswith("C-")]


def restrict(customer, kind, value):
    frappe.get_doc(
        {"doctype": "Party Specific Item", "party_type": "Customer", "party": customer,
         "restrict_based_on": kind, "based_on_value": value}
    ).insert()  # fmt: skip


def group(name):
    return frappe.get_doc(
        {"doctype": "Item Group", "item_group_name": name, "parent_item_group": "All Item Groups"}
    ).insert().name


def test_only_items_that_are_sold_and_shown_are_there(customer):
    shop_world.goods("C-SHOWN")
    makers.item("C-HIDDEN", 1)
    shop_world.goods("C-DISABLED", disabled=1)
    shop_world.goods("C-NOT-SOLD", is_sales_item=0)
    shop_world.goods("C-ENDED", end_of_life=add_days(getdate(), -1))
    assert found(customer, "C-") == ["C-SHOWN"]
    shop = shop_world.shop(customer)
    for code in ("C-HIDDEN", "C-DISABLED", "C-NOT-SOLD", "C-ENDED", "C-NOWHERE"):
        assert catalogue.item_page(shop, code) is None, code
        assert carts.add(shop, code, "1").code == "item_unknown", code
    assert carts.current(shop) is None


def test_an_item_leaves_the_catalogue_with_its_flag_and_follows_its_name(customer):
    item = shop_world.goods("C-MOVING")
    frappe.rename_doc("Item", "C-MOVING", "C-MOVED", force=True)
    assert found(customer, "C-MOV") == ["C-MOVED"]
    item = frappe.get_doc("Item", "C-MOVED")
    item.update({"item_name": "Something new"})
    item.save()
    assert found(customer, "something new") == ["C-MOVED"]
    item.update({"show_in_catalogue": 0})
    item.save()
    assert found(customer, "C-MOV") == []


def test_persian_and_arabic_spellings_of_words_and_digits_are_one(customer):
    shop_world.goods("C-FA", item_name="پمپ کیفیت ۲۵ کیلووات", description="<b>آب‌بند</b>")
    for typed in ("پمپ", "كيفيت", "25", "٢٥", "کیفیت ۲۵", "آببند", "c-fa"):
        assert found(customer, typed) == ["C-FA"], typed
    assert found(customer, "پمپ هوا") == [], "every word must be found"


def test_signs_of_the_database_stand_for_themselves(customer):
    shop_world.goods("C-100%", item_name="Full")
    shop_world.goods("C-100X", item_name="Other")
    assert found(customer, "C-100%") == ["C-100%"]
    assert found(customer, "C_100") == []


def test_a_restricted_customer_sees_what_satisfies_each_kind_of_restriction(customer):
    pumps, parts = group("C Pumps"), group("C Parts")
    shop_world.goods("C-PUMP", item_group=pumps)
    shop_world.goods("C-PUMP-2", item_group=pumps)
    shop_world.goods("C-PART", item_group=parts)
    other = makers.customer("Unrestricted").name
    restrict(customer, "Item Group", pumps)
    assert found(customer, "C-P") == ["C-PUMP", "C-PUMP-2"]
    restrict(customer, "Item", "C-PUMP")
    assert found(customer, "C-P") == ["C-PUMP"]
    assert found(other, "C-P") == ["C-PART", "C-PUMP", "C-PUMP-2"]
    shop = shop_world.shop(customer)
    assert catalogue.item_page(shop, "C-PUMP-2") is None
    assert carts.add(shop, "C-PUMP-2", "1").code == "item_unknown"
    assert [entry.name for entry in catalogue.browse(shop).groups if entry.name.startswith("C ")] == [pumps]


def test_groups_and_stock_narrow_the_search(customer):
    pumps = group("C Narrow")
    shop_world.goods("C-HERE", item_group=pumps, stock=3)
    shop_world.goods("C-THERE", item_group=pumps)
    shop_world.goods("C-ELSEWHERE", stock=3)
    assert found(customer, "C-", group=pumps) == ["C-HERE", "C-THERE"]
    assert found(customer, "C-", group=pumps, only_in_stock=True) == ["C-HERE"]
    assert found(customer, "C-", group="No such group") == []


def test_the_variants_of_a_shown_template_are_sold_and_the_template_is_not(customer):
    attribute = frappe.get_all("Item Attribute", {"numeric_values": 0}, pluck="name", order_by="name", limit=1)[0]
    values = frappe.get_all("Item Attribute Value", {"parent": attribute}, pluck="attribute_value", order_by="idx")
    makers.item("C-TEMPLATE", 1, has_variants=1, show_in_catalogue=1, attributes=[{"attribute": attribute}])
    for code, value in zip(("C-TEMPLATE-A", "C-TEMPLATE-B"), values, strict=False):
        makers.item(code, 1, variant_of="C-TEMPLATE", attributes=[{"attribute": attribute, "attribute_value": value}])
    shop = shop_world.shop(customer)
    assert found(customer, "C-TEMPLATE") == ["C-TEMPLATE-A", "C-TEMPLATE-B"]
    page = catalogue.item_page(shop, "C-TEMPLATE")
    assert page.card is None and [version.name for version in page.versions] == ["C-TEMPLATE-A", "C-TEMPLATE-B"]
    assert page.versions[0].described == values[0]
    assert carts.add(shop, "C-TEMPLATE", "1").code == "item_unknown"
    assert carts.add(shop, "C-TEMPLATE-A", "1") is None


def test_stock_is_said_in_steps_or_in_numbers(customer):
    shop_world.goods("C-MANY", stock=50)
    shop_world.goods("C-FEW", stock=2)
    shop_world.goods("C-LATER", lead_time_days=7)
    makers.item("C-SERVICE", 0, show_in_catalogue=1)
    shop = shop_world.shop(customer)

    def sayings():
        cards = catalogue.cards_of(shop, ["C-MANY", "C-FEW", "C-LATER", "C-SERVICE"])
        return [card.stock for card in cards]

    assert [saying.code for saying in sayings()] == ["in_stock", "few", "from_day", "service"]
    assert sayings()[2].day > shop.today
    shop_world.use_settings(show_stock_as="Number")
    assert [float(saying.qty or 0) for saying in sayings()] == [50, 2, 0, 0]


def test_many_items_are_put_into_the_catalogue_and_taken_out(customer):
    makers.item("C-LIST-1", 1)
    makers.item("C-LIST-2", 1)
    assert catalogue.show(["C-LIST-1", "C-LIST-2"], True) == 2
    assert found(customer, "C-LIST") == ["C-LIST-1", "C-LIST-2"]
    assert catalogue.show(["C-LIST-1"], False) == 1
    assert found(customer, "C-LIST") == ["C-LIST-2"]


def test_entries_are_right_again_after_a_night(customer):
    shop_world.goods("C-NIGHT")
    frappe.db.set_value("Item", "C-NIGHT", {"item_name": "Nocturne", "disabled": 0})
    shop_world.goods("C-GONE")
    frappe.db.set_value("Item", "C-GONE", "disabled", 1)
    assert catalogue.item_page(shop_world.shop(customer), "C-GONE") is None, "the page asks the item itself"
    catalogue.refresh_all_entries()
    assert found(customer, "nocturne") == ["C-NIGHT"] and found(customer, "C-GONE") == []


def test_queries_of_a_page_do_not_grow_with_its_items(customer):
    for number in range(24):
        shop_world.goods(f"C-Q{number:02}", stock=1)
    shop = shop_world.shop(customer)
    catalogue.browse(shop, "C-Q")
    assert queries_of(lambda: catalogue.browse(shop, "C-Q")) == queries_of(lambda: catalogue.browse(shop, "C-Q00"))
