"""Where a unit is, whatever order its documents are read in."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_ext.field_service.rules.coordinates import Coordinates, read_coordinates
from crm_ext.field_service.rules.placements import (
    Movement,
    Placement,
    Voucher,
    check_owner,
    check_parent,
    makes_equipment,
    pieces_at_the_customer,
    placements,
)
from crm_ext.shared.results import Refusal

BEGIN = datetime(2026, 1, 1)


def at(hour: int) -> datetime:
    return BEGIN + timedelta(hours=hour)


def delivered(hour: int, customer: str) -> Movement:
    return Movement(at(hour), (hour,), True, Voucher("Delivery Note", f"DN-{hour}", customer))


def came_back(hour: int) -> Movement:
    return Movement(at(hour), (hour,), False, Voucher("Delivery Note", f"RET-{hour}", "A", is_return=True))


def received(hour: int) -> Movement:
    return Movement(at(hour), (hour,), False, Voucher("Purchase Receipt", f"PR-{hour}"))


def transferred(hour: int) -> list[Movement]:
    voucher = Voucher("Stock Entry", f"STE-{hour}")
    return [
        Movement(at(hour), (hour, False), True, voucher),
        Movement(at(hour), (hour, True), False, voucher),
    ]


@st.composite
def lives(draw):
    """Movements as a ledger allows them: in, out, in, …"""
    movements, there = [received(0)], True
    for hour in range(1, draw(st.integers(1, 12))):
        if there:
            kind = draw(st.sampled_from(["deliver", "transfer", "scrap"]))
            if kind == "transfer":
                movements += transferred(hour)
                continue
            customer = draw(st.sampled_from("ABC")) if kind == "deliver" else None
            movements.append(
                Movement(at(hour), (hour, True), True, Voucher("Delivery Note", f"DN-{hour}", customer))
            )
        else:
            movements.append(came_back(hour))
        there = not there
    return movements


@given(lives(), st.randoms())
def test_the_order_in_which_documents_are_read_does_not_matter(movements, random):
    mixed = list(movements)
    random.shuffle(mixed)
    assert placements(mixed) == placements(movements)


@given(lives())
def test_the_last_placement_is_where_the_ledger_has_the_unit(movements):
    found = placements(movements)
    was_delivered = any(movement.is_outward and movement.voucher.customer for movement in movements)
    assert bool(found) == was_delivered
    if found:
        last = movements[-1]
        assert found[-1].is_at_a_customer == bool(last.is_outward and last.voucher.customer)
        assert found[0].is_at_a_customer
        assert [placement.since for placement in found] == sorted(placement.since for placement in found)


@given(lives())
def test_taking_the_last_document_back_leaves_what_was_before(movements):
    name = movements[-1].voucher.name
    rest = [movement for movement in movements if movement.voucher.name != name]
    before, after = placements(rest), placements(movements)
    assert after[: len(before)] == before


def test_words_of_people_stand_between_documents():
    moved = Placement(at(3), "In Use", "B", note="sold on")
    found = placements([received(0), delivered(1, "A"), came_back(5)], [moved])
    assert [(placement.status, placement.customer) for placement in found] == [
        ("In Use", "A"),
        ("In Use", "B"),
        ("Returned", None),
    ]


def test_a_shelf_more_or_less_makes_no_placement():
    found = placements([received(0), delivered(1, "A"), came_back(2), *transferred(3)])
    assert [placement.status for placement in found] == ["In Use", "Returned"]


def test_a_count_says_where_a_unit_ends_up_and_not_that_it_was_gone():
    voucher = Voucher("Stock Reconciliation", "COUNT")
    missed = Movement(at(4), (4, False), True, voucher)
    found = Movement(at(4), (4, True), False, voucher)
    life = [received(0), delivered(1, "A"), came_back(2)]
    assert [placement.status for placement in placements([*life, missed, found])] == ["In Use", "Returned"]
    assert [placement.status for placement in placements([*life, missed])] == [
        "In Use",
        "Returned",
        "Scrapped",
    ]


def test_what_was_written_off_by_mistake_can_be_found_again():
    scrapped = Movement(at(3), (3,), True, Voucher("Stock Entry", "STE-3"))
    found = placements([received(0), delivered(1, "A"), came_back(2), scrapped, received(4)])
    assert [placement.status for placement in found] == ["In Use", "Returned", "Scrapped", "In Store"]


def test_what_goes_back_to_the_supplier_is_returned():
    sent = Movement(at(3), (3,), True, Voucher("Purchase Receipt", "PR-3", to_supplier=True))
    assert placements([received(0), delivered(1, "A"), received(2), sent])[-1].status == "Returned"


def test_words_of_people_are_kept_where_they_change_nothing():
    shelf = Placement(at(3), "In Store", note="shelf 7")
    assert placements([received(0), delivered(1, "A"), came_back(2)], [shelf])[-1] == shelf


@pytest.mark.parametrize(
    ("delivered", "returned", "there"), [(3, 0, 3), (3, 2, 1), (3, 9, 0), (2.7, 0.5, 2), (-1, 0, 0)]
)
def test_only_whole_pieces_count(delivered, returned, there):
    assert pieces_at_the_customer(delivered, returned)[1] == there


def test_what_items_say_decides():
    words = {"TOOL": "Never", "RADIATOR": "For Every Piece"}
    assert makes_equipment("PUMP", True, words) and makes_equipment("RADIATOR", False, words)
    assert not makes_equipment("TOOL", True, words) and not makes_equipment("SCREW", False, words)


def test_the_ledger_knows_whose_number_it_is():
    latest = Placement(at(1), "In Use", "A", document=("Delivery Note", "DN-1"))
    assert check_owner("N1", "A", latest) is None and check_owner("N1", "A", None) is None
    assert check_owner("N1", "B", latest).code == "serial_no_of_another_customer"


def test_nothing_is_a_part_of_itself_or_of_its_parts():
    assert check_parent("E1", "E1", []).code == "part_of_itself"
    assert check_parent("E1", "E3", ["E2", "E1"]).code == "part_of_own_part"
    assert check_parent(None, "E3", ["E2"]) is None
    assert check_parent("E1", "E3", [f"X{number}" for number in range(20)]).code == "tree_too_deep"


@given(st.floats(allow_nan=True, allow_infinity=True), st.floats(allow_nan=True, allow_infinity=True))
def test_a_place_is_on_this_globe_or_it_is_refused(latitude, longitude):
    place = read_coordinates(latitude, longitude)
    if isinstance(place, Coordinates):
        assert -90 <= place.latitude <= 90 and -180 <= place.longitude <= 180
    else:
        assert place is None or isinstance(place, Refusal)


@pytest.mark.parametrize("empty", [(None, None), (0, 0), (0.0, None)])
def test_a_place_may_be_unknown(empty):
    assert read_coordinates(*empty) is None
