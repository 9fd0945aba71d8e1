"""The document trail: what led to a document, what came of it, and what of that a person may see.

Documents are nodes, an edge leads from the document that came first to the one made from it. The walk goes

- upstream from the start to everything it came from,
- downstream from the start and from each document found upstream, but never downstream from an origin (a campaign, a
  campaign plan, a lead, a prospect) unless it is the start itself, and
- never upstream again from what was found downstream: the other invoices of a payment belong to other business.

So a trail is one business case, and is bounded where the case is not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

ORIGINS = frozenset({"Campaign", "Campaign Plan", "Lead", "Prospect"})
INVOICES = frozenset({"Sales Invoice", "POS Invoice"})
# Their rows name the order as well as what lies between.
_NAMING_THE_WHOLE_WAY = INVOICES | {"Delivery Note"}


class Key(NamedTuple):
    """Which document."""

    doctype: str
    name: str


class Edge(NamedTuple):
    """`kind` is 'follows', 'return', 'amendment' or 'spend'; `through_hidden` where steps between were left out."""

    parent: Key
    child: Key
    kind: str = "follows"
    through_hidden: bool = False


class Cut(NamedTuple):
    """A link that has more documents than one step reads: which link (an index of the register) from which documents."""

    link: int
    upward: bool
    asked: tuple[Key, ...]


@dataclass(frozen=True)
class Limits:
    """How far one picture goes, in documents: of each link at each step, the same from an origin, and in all."""

    step: int = 250
    step_from_origin: int = 50
    documents: int = 1000


@dataclass(frozen=True)
class Found:
    """What one step of the walk brings back."""

    edges: Sequence[Edge]
    cuts: Sequence[Cut] = ()


@dataclass(frozen=True)
class Walk:
    """Every document of the case, seen or not. `stopped` where the limit of documents ended it early."""

    start: Key
    documents: frozenset[Key]
    edges: frozenset[Edge]
    cuts: tuple[Cut, ...]
    stopped: bool
    steps: int


@dataclass(frozen=True)
class Document:
    """A document as its card shows it. Amounts are None where the document has none or the reader may not see them.

    amount in `currency`, base_amount in `company_currency`; outstanding in `account_currency`, the currency of the
    party's account, which is one of the two. percent_billed and percent_delivered are 0 to 100.
    """

    key: Key
    title: str = ""
    party_type: str = ""
    party: str = ""
    day: date | None = None
    docstatus: int = 0
    status: str = ""
    subtype: str = ""
    company: str = ""
    currency: str = ""
    company_currency: str = ""
    account_currency: str = ""
    amount: Decimal | None = None
    base_amount: Decimal | None = None
    outstanding: Decimal | None = None
    conversion_rate: Decimal = Decimal(1)
    percent_billed: Decimal = Decimal(0)
    percent_delivered: Decimal = Decimal(0)
    is_return: bool = False
    moves_stock: bool = False
    is_consolidated: bool = False
    amended_from: str = ""
    deleted: bool = False

    @property
    def cancelled(self) -> bool:
        return self.docstatus == 2

    @property
    def counts(self) -> bool:
        """Only submitted documents count in totals."""
        return self.docstatus == 1 and not self.deleted


@dataclass(frozen=True)
class Trail:
    """What the reader may see of a walk."""

    start: Key
    documents: Mapping[Key, Document]
    edges: tuple[Edge, ...]


Neighbours = Callable[[Collection[Key], Collection[Key], Callable[[str], int]], Found]


def walk(start: Key, neighbours: Neighbours, limits: Limits | None = None) -> Walk:
    """Breadth first, one call of `neighbours(upward, downward, limit_of)` a step.

    neighbours: the edges into each document of `upward` and out of each of `downward`; `limit_of(doctype)` says how
    many documents one link brings from documents of a doctype. Every document is asked at most once in each direction,
    so cycles end.
    """
    limits = limits or Limits()
    documents, edges, cuts = {start}, set(), []
    climbed, descended = {start}, {start}
    upward, downward = {start}, {start}
    steps = 0
    while (upward or downward) and len(documents) < limits.documents:
        found = neighbours(upward, downward, lambda doctype: _limit(doctype, limits))
        steps += 1
        cuts.extend(found.cuts)
        edges.update(found.edges)
        above = {edge.parent for edge in found.edges if edge.child in upward}
        below = {edge.child for edge in found.edges if edge.parent in downward}
        documents |= above | below
        upward = above - climbed
        downward = (below | {key for key in above if key.doctype not in ORIGINS}) - descended
        climbed |= upward
        descended |= downward
    known = frozenset(edge for edge in edges if edge.parent in documents and edge.child in documents)
    return Walk(start, frozenset(documents), known, tuple(cuts), bool(upward or downward), steps)


def _limit(doctype: str, limits: Limits) -> int:
    return limits.step_from_origin if doctype in ORIGINS else limits.step


def visible_trail(walked: Walk, documents: Iterable[Document]) -> Trail:
    """The walk without what the reader may not see; what was joined through it stays joined.

    documents: those the reader may see, and deleted ones that are to be shown as such.
    """
    seen = {document.key: document for document in documents}
    edges = contract(walked.edges, seen.keys())
    return Trail(walked.start, seen, _without_shortcuts(edges))


def contract(edges: Iterable[Edge], seen: Collection[Key]) -> tuple[Edge, ...]:
    """Edges between seen documents only: a path through unseen ones becomes one edge that says so."""
    onward: dict[Key, list[Edge]] = defaultdict(list)
    for edge in sorted(edges):
        onward[edge.parent].append(edge)
    joined: dict[tuple[Key, Key], Edge] = {}
    for parent in seen:
        for edge in onward[parent]:
            if edge.child in seen:
                known = joined.get((parent, edge.child))
                if known is None or known.through_hidden or known.kind == "follows":
                    joined[parent, edge.child] = edge
        for child in _seen_beyond_unseen(parent, onward, seen):
            joined.setdefault((parent, child), Edge(parent, child, through_hidden=True))
    return tuple(sorted(joined.values()))


def _seen_beyond_unseen(start: Key, onward: Mapping[Key, Sequence[Edge]], seen: Collection[Key]) -> set[Key]:
    """The first seen documents on every path from `start` that begins with an unseen one."""
    reached: set[Key] = set()
    passed: set[Key] = set()
    waiting = [edge.child for edge in onward[start] if edge.child not in seen]
    while waiting:
        unseen = waiting.pop()
        if unseen in passed:
            continue
        passed.add(unseen)
        for edge in onward.get(unseen, ()):
            if edge.child not in seen:
                waiting.append(edge.child)
            elif edge.child != start:
                reached.add(edge.child)
    return reached


def _without_shortcuts(edges: Sequence[Edge]) -> tuple[Edge, ...]:
    """Leave out an edge from an origin, to a delivery or to an invoice where a longer way joins the two as well.

    The campaign is copied down from lead to invoice, the order from delivery to invoice and credit note; drawn in full
    they would be joined to every card.
    """
    onward: dict[Key, set[Key]] = defaultdict(set)
    for edge in edges:
        onward[edge.parent].add(edge.child)
    kept = []
    for edge in edges:
        may_go = edge.parent.doctype in ORIGINS or edge.child.doctype in _NAMING_THE_WHOLE_WAY
        if may_go and edge.kind == "follows" and _reached_otherwise(edge, onward):
            onward[edge.parent].discard(edge.child)
        else:
            kept.append(edge)
    return tuple(kept)


def _reached_otherwise(edge: Edge, onward: Mapping[Key, set[Key]]) -> bool:
    passed = {edge.parent}
    waiting = [child for child in onward[edge.parent] if child != edge.child]
    while waiting:
        key = waiting.pop()
        if key == edge.child:
            return True
        if key not in passed:
            passed.add(key)
            waiting.extend(onward.get(key, ()))
    return False


def shown_as_deleted(walked: Walk, missing: Iterable[Key], seen: Collection[Key]) -> set[Key]:
    """Of the documents that are gone, those whose name still stands in a document that the reader sees."""
    missing = set(missing)
    return {edge.parent for edge in walked.edges if edge.parent in missing and edge.child in seen}


def seen_cuts(walked: Walk, seen: Collection[Key]) -> tuple[list[Cut], bool]:
    """Cuts as the reader may be told of them: asked from documents they see; and whether others had to be left out."""
    told, silent = [], False
    for cut in walked.cuts:
        asked = tuple(key for key in cut.asked if key in seen)
        silent |= len(asked) < len(cut.asked)
        if asked:
            told.append(Cut(cut.link, cut.upward, asked))
    return told, silent


def shown_of_cut(walked: Walk, cut: Cut, doctype: str, seen: Collection[Key]) -> int:
    """How many documents of a doctype that the reader sees hang on the documents that a cut was asked from."""
    asked = set(cut.asked)
    ends = ((edge.child, edge.parent) if cut.upward else (edge.parent, edge.child) for edge in walked.edges)
    return len(
        {other for near, other in ends if near in asked and other.doctype == doctype and other in seen}
    )


def amendments(trail: Trail) -> dict[Key, Key]:
    """Each cancelled document -> the one that finally took its place, where the reader sees it."""
    replaced = {
        Key(document.key.doctype, document.amended_from): document.key
        for document in trail.documents.values()
        if document.amended_from
    }
    return {old: _last(old, replaced) for old in replaced if old in trail.documents}


def _last(key: Key, replaced: Mapping[Key, Key]) -> Key:
    passed = {key}
    while key in replaced and replaced[key] not in passed:
        key = replaced[key]
        passed.add(key)
    return key
