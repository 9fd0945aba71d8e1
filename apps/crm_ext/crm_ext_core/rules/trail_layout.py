"""Where each document of a trail stands in the picture: a column for each stage, in a column one card below the other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from crm_ext.crm_ext_core.rules.trail import Document, Key, Trail

STAGES = (
    "Campaign",
    "Spend",
    "Lead",
    "Opportunity",
    "Quotation",
    "Order",
    "Contract",
    "Complaint",
    "Service",
    "Parts and Time",
    "Delivery",
    "Invoice",
    "Payment",
    "Return",
)

# Stages by doctype; returns and journal entries are told apart by what they are, see `stage_of`.
_STAGE_OF_DOCTYPE = {
    "Campaign": "Campaign",
    "Campaign Plan": "Campaign",
    "Lead": "Lead",
    "Prospect": "Lead",
    "Opportunity": "Opportunity",
    "Quotation": "Quotation",
    "Sales Order": "Order",
    "Service Contract": "Contract",
    "Issue": "Complaint",
    "Service Order": "Service",
    "Stock Entry": "Parts and Time",
    "Timesheet": "Parts and Time",
    "Delivery Note": "Delivery",
    "Sales Invoice": "Invoice",
    "POS Invoice": "Invoice",
    "Dunning": "Payment",
    "Payment Request": "Payment",
    "Payment Entry": "Payment",
    "Journal Entry": "Payment",
    "Purchase Invoice": "Spend",
}

# Pixels, of an unscaled picture. The browser mirrors it where people read from right to left.
CARD_WIDTH, CARD_HEIGHT = 208, 124
COLUMN_STEP, ROW_STEP = 268, 144
MARGIN, HEADING = 24, 40


@dataclass(frozen=True)
class Place:
    """Column and row of a card, and the pixels of its upper start corner."""

    stage: str
    column: int
    row: int
    x: int
    y: int


@dataclass(frozen=True)
class Picture:
    places: Mapping[Key, Place]
    stages: tuple[str, ...]
    width: int
    height: int


def stage_of(document: Document, spends: bool = False) -> str:
    """The stage that a document belongs to. spends: it is joined to the rest as spending of a campaign alone."""
    if spends:
        return "Spend"
    if document.is_return:
        return "Return"
    return _STAGE_OF_DOCTYPE.get(document.key.doctype, "Payment")


def stages_of(trail: Trail) -> dict[Key, str]:
    kinds: dict[Key, set[str]] = defaultdict(set)
    for edge in trail.edges:
        kinds[edge.child].add(edge.kind)
    return {key: stage_of(document, kinds[key] == {"spend"}) for key, document in trail.documents.items()}


def layout(trail: Trail) -> Picture:
    """Every document of the trail placed, no two on one spot; stages without documents take no room.

    Within a column cards follow the mean row of what they came from (the barycentre rule of layered drawings), then
    their date and name, so that the same trail is always drawn the same.
    """
    stage = stages_of(trail)
    stages = tuple(name for name in STAGES if name in stage.values())
    parents: dict[Key, list[Key]] = defaultdict(list)
    for edge in trail.edges:
        parents[edge.child].append(edge.parent)
    places: dict[Key, Place] = {}
    for column, name in enumerate(stages):
        members = [document for key, document in trail.documents.items() if stage[key] == name]
        for row, document in enumerate(_ordered(members, parents, places)):
            places[document.key] = Place(
                name, column, row, MARGIN + column * COLUMN_STEP, MARGIN + HEADING + row * ROW_STEP
            )
    tallest = max((place.row for place in places.values()), default=-1) + 1
    width = 2 * MARGIN + max(len(stages) - 1, 0) * COLUMN_STEP + CARD_WIDTH
    return Picture(places, stages, width, 2 * MARGIN + HEADING + tallest * ROW_STEP)


def _ordered(
    members: Iterable[Document], parents: Mapping[Key, Sequence[Key]], places: Mapping[Key, Place]
) -> list[Document]:
    def order(document: Document) -> tuple[float, date, Key]:
        rows = [places[parent].row for parent in parents[document.key] if parent in places]
        return sum(rows) / len(rows) if rows else 0.0, document.day or date.max, document.key

    return sorted(members, key=order)
