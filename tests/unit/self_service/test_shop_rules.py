"""Rules of catalogue, cart, checkout and an order's way."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_ext.self_service.rules.cart import MOST_OF_ONE, read_quantity
from crm_ext.self_service.rules.catalogue import PAGE_LENGTH, page_of, say_stock, search_text, search_words
from crm_ext.self_service.rules.checkout import (
    Checkout,
    Need,
    check,
    has_moved,
    is_past_limit,
    last_day,
    shortages,
)
from crm_ext.self_service.rules.item_prices import PriceAsk, PriceRow, list_rate
from crm_ext.self_service.rules.order_steps import OrderFacts, Paper, steps
from crm_ext.shared.results import Refusal

TODAY = date(2026, 3, 4)
LATER = TODAY + timedelta(days=3)
days = st.dates(date(2026, 1, 1), date(2027, 1, 1))
quantities = st.decimals(0, 1000, places=2)


# Catalogue


@given(st.text(max_size=60))
def test_every_word_of_an_item_finds_the_item(text):
    """Whatever is copied from the page into the search box finds it again."""
    kept = search_text([text])
    assert all(word in kept for word in search_words(text))


@given(st.text(max_size=400))
def test_a_search_is_never_long(typed):
    assert len(search_words(typed)) <= 8


def test_spellings_of_persian_are_one():
    assert search_words("كيلو ٢٥") == search_words("کیلو ۲۵") == ("کیلو", "25")


@given(st.one_of(st.none(), st.text(max_size=12), st.integers(-5, 10**6)), st.integers(0, 10_000))
def test_a_page_is_always_one_that_is_there(wanted, found):
    page = page_of(wanted, found)
    assert 1 <= page.number <= page.pages
    assert page.start < found or page.start == 0
    assert (page.pages - 1) * PAGE_LENGTH < max(found, 1) <= page.pages * PAGE_LENGTH


@pytest.mark.parametrize(
    ("is_stock", "qty", "day", "as_number", "code"),
    [
        (False, 0, None, False, "service"), (True, 9, TODAY, False, "in_stock"), (True, 2, TODAY, False, "few"),
        (True, 2, TODAY, True, "number"), (True, 0, LATER, True, "from_day"), (True, 0, None, False, "on_request"),
    ],
)  # fmt: skip
def test_stock_is_said_in_the_words_that_the_site_has_chosen(is_stock, qty, day, as_number, code):
    saying = say_stock(is_stock, Decimal(qty), day, TODAY, few_below=Decimal(5), as_number=as_number)
    assert saying.code == code


# Cart


@given(st.one_of(st.text(max_size=40), st.floats(), st.integers()), st.booleans())
def test_whatever_is_typed_is_a_sound_quantity_or_a_refusal(typed, is_whole):
    qty = read_quantity(typed, is_whole=is_whole)
    if not isinstance(qty, Refusal):
        assert qty.is_finite() and 0 <= qty <= MOST_OF_ONE
        assert not is_whole or qty == qty.to_integral_value()


@given(st.integers(0, 10**6))
def test_whole_numbers_are_read_in_every_script(number):
    for zero in "0٠۰":
        typed = str(number).translate({ord("0") + digit: ord(zero) + digit for digit in range(10)})
        assert read_quantity(typed, is_whole=True) == number


def test_the_least_order_counts_unless_the_line_goes():
    assert read_quantity("2", is_whole=True, least=Decimal(3)).code == "quantity_below_least"
    assert read_quantity("0", is_whole=True, least=Decimal(3)) == 0
    assert read_quantity("3", is_whole=True, least=Decimal(3)) == 3


# Prices


def row(rate, uom="", customer="", packing=0):
    return PriceRow(Decimal(rate), uom, customer, "", packing)


BOX_OF_TWELVE = PriceAsk("Box", "Nos", Decimal(12), "Ann", Decimal(1))


@pytest.mark.parametrize(
    ("rows", "rate"),
    [
        ([], None),
        ([row(5, "Nos")], 60),
        ([row(5, "Nos"), row(50, "Box")], 50),
        ([row(5)], 60),
        ([row(50, "Box"), row(45, "Box", "Ann")], 45),
        ([row(50, "Box"), row(4, "Nos", "Ann")], 50),
        ([row(50, "Box"), row(45, "Box", "Ann", 10)], None),
        ([row(50, "Box"), row(40, "Box", "Bob")], 50),
    ],
)
def test_the_price_is_chosen_as_erpnext_chooses_it(rows, rate):
    assert list_rate(rows, BOX_OF_TWELVE) == rate


# Checkout


def an_order(**values):
    sound = {"lines": 1, "unpriced": (), "gone": (), "net_total": Decimal(100), "least_amount": Decimal(50),
             "is_disabled": False, "is_frozen": False, "wish": None, "today": TODAY}  # fmt: skip
    return Checkout(**{**sound, **values})


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"is_disabled": True}, "customer_disabled"), ({"is_frozen": True}, "customer_frozen"),
        ({"lines": 0}, "cart_empty"), ({"gone": ("A",)}, "items_gone"), ({"unpriced": ("A",)}, "items_unpriced"),
        ({"wish": TODAY - timedelta(days=1)}, "wish_in_the_past"), ({"net_total": Decimal(49)}, "below_least_amount"),
    ],
)  # fmt: skip
def test_what_stands_in_the_way_is_named(values, code):
    assert check(an_order(**values)).code == code


def test_a_sound_order_has_nothing_in_its_way():
    assert check(an_order(wish=TODAY)) is None


@given(st.decimals(0, 10**6), st.decimals(0, 10**6), st.decimals(0, 10**6))
def test_no_limit_lets_everything_pass_and_a_limit_its_amount(limit, outstanding, amount):
    assert is_past_limit(limit, outstanding, amount) == (limit > 0 and outstanding + amount > limit)
    assert not is_past_limit(Decimal(0), outstanding, amount)


@given(st.none() | days, st.none() | days)
def test_only_what_is_later_than_was_shown_has_moved(seen, promised):
    moved = has_moved(seen, promised)
    assert not (moved and seen is None)
    if seen and promised:
        assert moved == (promised > seen)


@given(st.lists(st.none() | days, max_size=5))
def test_the_whole_leaves_with_its_last_part(found):
    day = last_day(found)
    assert day is None if not found or None in found else all(one <= day for one in found)


@given(st.lists(st.tuples(quantities, quantities, st.sampled_from(["Purchase", "Manufacture", "Material Transfer"])), max_size=6))
def test_what_is_covered_and_what_is_requested_add_up(rows):
    needs = [Need(str(number), "I", qty, kind) for number, (qty, _covered, kind) in enumerate(rows)]
    covered = {str(number): have for number, (_qty, have, _kind) in enumerate(rows)}
    missing = shortages(needs, covered)
    asked = {row: qty for rows_of_kind in missing.values() for row, qty in rows_of_kind.items()}
    for need in needs:
        assert asked.get(need.row, Decimal(0)) == max(Decimal(0), need.qty - covered[need.row])
    assert set(missing) <= {"Purchase", "Manufacture"}


# An order's way

ORDER = Paper("Sales Order", "SO-1", TODAY)
DELIVERY, INVOICE = Paper("Delivery Note", "DN-1", LATER), Paper("Invoice", "SI-1", LATER)
shares = st.sampled_from([Decimal(0), Decimal("0.5"), Decimal(1)])


@given(
    st.booleans(), st.booleans(), st.booleans(), shares, shares, st.sampled_from(["", "made", "purchased"]),
    st.none() | days, st.decimals(0, 100),
)  # fmt: skip
def test_an_orders_way_has_one_next_step_at_most(
    is_cancelled, is_closed, is_stocked, delivered, invoiced, kind, reserved, owed
):
    way = steps(
        OrderFacts(
            ORDER, TODAY, is_cancelled, is_closed, is_stocked, reserved, TODAY, kind,
            delivered_share=delivered, invoiced_share=invoiced, outstanding=owed,
        )
    )  # fmt: skip
    assert way[0].code == "ordered" and way[0].state == "done"
    assert sum(step.state == "current" for step in way) <= 1
    if not any(step.state == "current" for step in way):
        assert all(step.state == "done" for step in way)


def test_a_finished_order_is_done_with_its_papers():
    way = steps(
        OrderFacts(ORDER, TODAY, deliveries=[DELIVERY], delivered_share=Decimal(1), invoices=[INVOICE],
                   invoiced_share=Decimal(1), outstanding=Decimal(0), paid_on=LATER)
    )  # fmt: skip
    assert [(step.code, step.state) for step in way] == [
        ("ordered", "done"), ("confirmed", "done"), ("shipped", "done"), ("invoiced", "done"), ("paid", "done"),
    ]  # fmt: skip
    assert way[2].papers == (DELIVERY,) and way[2].day == LATER


def test_half_a_delivery_is_said_to_be_half():
    way = steps(OrderFacts(ORDER, TODAY, deliveries=[DELIVERY], delivered_share=Decimal("0.5")))
    assert [(step.code, step.is_partly) for step in way if step.state == "current"] == [("shipped", True)]
