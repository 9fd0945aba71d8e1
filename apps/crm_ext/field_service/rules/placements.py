"""Where a unit has been, from what the stock ledger and people say: one placement after the other, the last one holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from crm_ext.shared.results import Refusal, refuse

# What items say about which of their units get a record; the first is what an item says of itself.
RULE, EVERY_PIECE, NEVER = "For Serial Numbers", "For Every Piece", "Never"
Status = Literal["In Use", "In Store", "Returned", "Scrapped"]
# Parts of parts of parts; deeper is a mistake, and the walk through the tree must end.
DEEPEST_TREE = 20


@dataclass(frozen=True)
class Voucher:
    """What a stock document says about the units in it.

    customer: whose place the goods go to, None where they stay with us or go elsewhere. is_return: what comes in comes
    from a customer. to_supplier: what goes out goes back to the supplier. part_of: the equipment that they were built
    into at a service.
    """

    doctype: str
    name: str
    customer: str | None = None
    address: str | None = None
    is_return: bool = False
    to_supplier: bool = False
    stays_with_us: bool = False
    part_of: str | None = None


@dataclass(frozen=True)
class Movement:
    """One line of the stock ledger for one unit. order: its place among the movements of the same moment."""

    moment: datetime
    order: tuple
    is_outward: bool
    voucher: Voucher


@dataclass(frozen=True)
class Placement:
    """Since when a unit is where. document: (doctype, name), None where a person said so."""

    since: datetime
    status: Status
    customer: str | None = None
    address: str | None = None
    part_of: str | None = None
    document: tuple[str, str] | None = None
    note: str | None = None

    @property
    def is_at_a_customer(self) -> bool:
        return self.status == "In Use"


def placement_of(movement: Movement) -> Placement | None:
    """What one movement makes of a unit; None where the goods go out and are ours still."""
    voucher = movement.voucher
    document = (voucher.doctype, voucher.name)
    if not movement.is_outward:
        return Placement(movement.moment, "Returned" if voucher.is_return else "In Store", document=document)
    if voucher.stays_with_us:
        return None
    if voucher.customer:
        return Placement(
            movement.moment, "In Use", voucher.customer, voucher.address, voucher.part_of, document
        )
    return Placement(movement.moment, "Returned" if voucher.to_supplier else "Scrapped", document=document)


def placements(movements: Iterable[Movement], by_hand: Sequence[Placement] = ()) -> list[Placement]:
    """The placements of one unit in the order of time, from the first at a customer's place on.

    What changes nothing, such as moving between our own warehouses, makes no new placement. What people said is kept.
    """
    ordered = sorted(movements, key=lambda movement: (movement.moment, movement.order))
    # A document that takes a unit out and puts it in again (a transfer, a count, a repacking) says where it ends up.
    put_in = {movement.voucher for movement in ordered if not movement.is_outward}
    from_stock = [
        placement
        for movement in ordered
        if not (movement.is_outward and movement.voucher in put_in) and (placement := placement_of(movement))
    ]
    # A stable sort: at the same moment a person's word comes after the document that it corrects.
    found: list[Placement] = []
    for placement in sorted([*from_stock, *by_hand], key=lambda placement: placement.since):
        if not found and not placement.is_at_a_customer and placement.document:
            continue
        if found and placement.document and _says_the_same(found[-1], placement):
            continue
        found.append(placement)
    return found


def _says_the_same(one: Placement, other: Placement) -> bool:
    if not one.is_at_a_customer and not other.is_at_a_customer:
        # Returned goods that are put on another shelf are returned goods.
        return one.status == other.status or (one.status, other.status) == ("Returned", "In Store")
    return (one.status, one.customer, one.part_of, one.document) == (
        other.status,
        other.customer,
        other.part_of,
        other.document,
    )


def check_parent(equipment: str | None, parent: str, parents_above: Sequence[str]) -> Refusal | None:
    """Why `equipment` cannot be a part of `parent`.

    parents_above: the equipment that `parent` itself is a part of, from near to far. Refusals: 'part_of_itself',
    'part_of_own_part', 'tree_too_deep'.
    """
    if equipment and equipment == parent:
        return refuse("part_of_itself")
    if equipment and equipment in parents_above:
        return refuse("part_of_own_part", parent=parent)
    if len(parents_above) >= DEEPEST_TREE:
        return refuse("tree_too_deep", deepest=DEEPEST_TREE)
    return None


def check_owner(serial_no: str, customer: str | None, latest: Placement | None) -> Refusal | None:
    """Why a record made by hand cannot say that a serial number is at `customer`'s place.

    latest: where the stock ledger has it. Refusal: 'serial_no_of_another_customer'.
    """
    if latest is None or not latest.is_at_a_customer or latest.customer == customer:
        return None
    return refuse(
        "serial_no_of_another_customer",
        serial_no=serial_no,
        customer=latest.customer,
        document=latest.document,
    )


def pieces_at_the_customer(delivered: float, returned: float) -> tuple[int, int]:
    """(pieces that a row of a delivery makes, how many of them are still there): whole pieces only."""
    made = max(int(delivered), 0)
    return made, max(made - max(int(returned), 0), 0)


def makes_equipment(item_code: str, has_serial_no: bool, exceptions: Mapping[str, str]) -> bool:
    """Whether units of an item get a record by themselves.

    exceptions: what the items say that differ from the rule 'For Serial Numbers'.
    """
    word = exceptions.get(item_code)
    if word == NEVER:
        return False
    return has_serial_no or word == EVERY_PIECE
