"""The trail's walk, contraction, layout and totals on made-up graphs of every shape."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from crm_ext.crm_ext_core.rules.trail import (
    ORIGINS,
    Cut,
    Document,
    Edge,
    Found,
    Key,
    Limits,
    Trail,
    amendments,
    contract,
    seen_cuts,
    shown_as_deleted,
    visible_trail,
    walk,
)
from crm_ext.crm_ext_core.rules.trail_layout import STAGES, layout
from crm_ext.crm_ext_core.rules.trail_totals import Settlement, allocated, outstanding_of, stage_sums, totals

DOCTYPES = (
    "Campaign",
    "Lead",
    "Opportunity",
    "Quotation",
    "Sales Order",
    "Sales Invoice",
    "Payment Entry",
    "Journal Entry",
)
keys = st.builds(Key, st.sampled_from(DOCTYPES), st.sampled_from("ABCDEF"))
edges_of_any_shape = st.lists(
    st.builds(Edge, keys, keys, st.sampled_from(("follows", "return", "amendment", "spend"))), max_size=40
)


def graph(edges):
    """Neighbours as a database would find them."""

    def neighbours(upward, downward, _limit_of):
        return Found([edge for edge in edges if edge.child in upward or edge.parent in downward])

    return neighbours


def reachable(edges, start):
    onward = defaultdict(set)
    for edge in edges:
        onward[edge.parent].add(edge.child)
    found, waiting = set(), [start]
    while waiting:
        for child in onward[waiting.pop()] - found:
            found.add(child)
            waiting.append(child)
    return found


def key(text):
    doctype, _, name = text.rpartition(" ")
    return Key(doctype, name)


def chain(*steps):
    return [Edge(key(parent), key(child)) for parent, child in steps]


def document(name, **values):
    values = {"docstatus": 1, "currency": "EUR", "company": "Ours", "company_currency": "USD", **values}
    return Document(key(name), **values)


def trail(*documents, edges=()):
    return Trail(documents[0].key, {each.key: each for each in documents}, tuple(edges))


@given(edges_of_any_shape, keys)
def test_a_walk_ends_on_any_graph_and_knows_all_ends_of_its_edges(edges, start):
    walked = walk(start, graph(edges))
    assert start in walked.documents and not walked.stopped
    assert all(edge.parent in walked.documents and edge.child in walked.documents for edge in walked.edges)


@given(edges_of_any_shape, keys)
def test_all_that_came_of_the_start_and_all_it_came_from_is_found(edges, start):
    walked = walk(start, graph(edges))
    backwards = [Edge(edge.child, edge.parent) for edge in edges]
    assert reachable(edges, start) | reachable(backwards, start) <= walked.documents


@given(edges_of_any_shape, keys)
def test_nothing_is_found_but_ancestors_and_what_came_of_the_start_or_of_ancestors_that_are_no_origins(
    edges, start
):
    backwards = [Edge(edge.child, edge.parent) for edge in edges]
    ancestors = reachable(backwards, start)
    case = {start} | ancestors
    for above in {start} | {each for each in ancestors if each.doctype not in ORIGINS}:
        case |= reachable(edges, above)
    assert walk(start, graph(edges)).documents == case


@given(edges_of_any_shape, keys)
def test_each_document_is_asked_once_in_each_direction(edges, start):
    asked = []

    def neighbours(upward, downward, limit_of):
        asked.extend(("up", each) for each in upward)
        asked.extend(("down", each) for each in downward)
        return graph(edges)(upward, downward, limit_of)

    walk(start, neighbours)
    assert len(asked) == len(set(asked))


def test_other_invoices_of_a_payment_belong_to_other_business():
    edges = chain(
        ("Sales Order A", "Sales Invoice A"),
        ("Sales Invoice A", "Payment Entry P"),
        ("Sales Invoice B", "Payment Entry P"),
    )
    assert key("Sales Invoice B") not in walk(key("Sales Order A"), graph(edges)).documents
    assert key("Sales Invoice B") in walk(key("Payment Entry P"), graph(edges)).documents


def test_other_leads_and_orders_of_a_campaign_are_not_drawn_in():
    edges = chain(("Campaign C", "Lead L"), ("Campaign C", "Lead M"), ("Lead L", "Opportunity O"))
    assert key("Lead M") not in walk(key("Opportunity O"), graph(edges)).documents


def test_a_walk_stops_at_its_limit_and_says_so():
    edges = [Edge(Key("Sales Order", str(n)), Key("Sales Order", str(n + 1))) for n in range(50)]
    walked = walk(Key("Sales Order", "0"), graph(edges), Limits(documents=10))
    assert walked.stopped and len(walked.documents) == 10


def test_fewer_documents_are_read_from_an_origin_than_from_an_order():
    limits = {}

    def neighbours(upward, downward, limit_of):
        limits.update({each.doctype: limit_of(each.doctype) for each in downward})
        return graph(chain(("Campaign C", "Sales Order S")))(upward, downward, limit_of)

    walk(key("Campaign C"), neighbours)
    assert limits["Campaign"] < limits["Sales Order"]


@given(edges_of_any_shape, st.sets(keys))
def test_what_was_joined_through_hidden_documents_stays_joined_and_nothing_else(edges, seen):
    contracted = contract(edges, seen)
    for start in seen:
        assert reachable(contracted, start) - {start} == (reachable(edges, start) & seen) - {start}


@given(edges_of_any_shape, st.sets(keys, min_size=1))
def test_hidden_documents_never_appear(edges, seen):
    shown = visible_trail(walk(min(seen), graph(edges)), [Document(each) for each in seen])
    assert {end for edge in shown.edges for end in (edge.parent, edge.child)} <= seen


@given(edges_of_any_shape, st.sets(keys, min_size=1))
def test_leaving_out_shortcuts_parts_nothing(edges, seen):
    walked = walk(min(seen), graph(edges))
    shown = visible_trail(walked, [Document(each) for each in seen])
    whole = contract(walked.edges, seen)
    for start in seen:
        assert reachable(shown.edges, start) == reachable(whole, start)


def test_an_edge_through_hidden_documents_says_so():
    edges = chain(("Lead L", "Opportunity O"), ("Opportunity O", "Quotation Q"))
    [edge] = contract(edges, {key("Lead L"), key("Quotation Q")})
    assert edge == Edge(key("Lead L"), key("Quotation Q"), "follows", True)


def test_a_campaign_is_joined_to_the_first_document_that_carries_it():
    edges = chain(("Campaign C", "Lead L"), ("Lead L", "Quotation Q"), ("Campaign C", "Quotation Q"))
    shown = visible_trail(
        walk(key("Quotation Q"), graph(edges)),
        [document("Campaign C"), document("Lead L"), document("Quotation Q")],
    )
    assert Edge(key("Campaign C"), key("Quotation Q")) not in shown.edges


def test_a_deleted_document_is_named_only_where_a_seen_one_names_it():
    walked = walk(
        key("Sales Order S"), graph(chain(("Lead L", "Quotation Q"), ("Quotation Q", "Sales Order S")))
    )
    missing = [key("Lead L")]
    assert shown_as_deleted(walked, missing, {key("Quotation Q")}) == {key("Lead L")}
    assert shown_as_deleted(walked, missing, {key("Sales Order S")}) == set()


def test_a_cut_at_hidden_documents_is_told_of_without_their_names():
    cut = Cut(3, False, (key("Sales Order S"), key("Sales Order H")))
    walked = walk(key("Sales Order S"), lambda *_: Found([], [cut]))
    assert seen_cuts(walked, {key("Sales Order S")}) == ([Cut(3, False, (key("Sales Order S"),))], True)


def test_a_document_amended_twice_names_the_last():
    shown = trail(
        document("Sales Order S", docstatus=2),
        document("Sales Order S-1", docstatus=2, amended_from="S"),
        document("Sales Order S-2", amended_from="S-1"),
    )
    assert amendments(shown) == {
        key("Sales Order S"): key("Sales Order S-2"),
        key("Sales Order S-1"): key("Sales Order S-2"),
    }


@given(edges_of_any_shape, st.sets(keys, min_size=1))
def test_every_document_has_a_spot_of_its_own_within_the_picture(edges, seen):
    shown = visible_trail(walk(min(seen), graph(edges)), [Document(each) for each in seen])
    picture = layout(shown)
    assert picture.places.keys() == seen
    assert len({(place.x, place.y) for place in picture.places.values()}) == len(seen)
    assert all(place.x < picture.width and place.y < picture.height for place in picture.places.values())
    assert list(picture.stages) == [stage for stage in STAGES if stage in picture.stages]


@given(edges_of_any_shape, st.sets(keys, min_size=1))
def test_the_same_trail_is_always_drawn_the_same(edges, seen):
    documents = [Document(each) for each in seen]
    walked = walk(min(seen), graph(edges))
    assert layout(visible_trail(walked, documents)) == layout(visible_trail(walked, reversed(documents)))


def test_a_journal_is_spending_beside_a_campaign_and_a_payment_below_an_invoice():
    spend = Edge(key("Campaign C"), key("Journal Entry J"), "spend")
    settles = Edge(key("Sales Invoice I"), key("Journal Entry J"))
    documents = document("Campaign C"), document("Sales Invoice I"), document("Journal Entry J")
    assert layout(trail(*documents, edges=[spend])).places[key("Journal Entry J")].stage == "Spend"
    assert layout(trail(*documents, edges=[spend, settles])).places[key("Journal Entry J")].stage == "Payment"


money = st.decimals(min_value=-100000, max_value=100000, places=2)
rates = st.decimals(min_value="0.01", max_value=100, places=4)


@st.composite
def invoices_with_ledgers(draw):
    documents, rows = [document("Payment Entry P", subtype="Receive")], []
    for number in range(draw(st.integers(1, 5))):
        name = f"Sales Invoice {number}"
        documents.append(
            document(
                name,
                docstatus=draw(st.sampled_from((0, 1, 2))),
                amount=draw(money),
                base_amount=draw(money),
                outstanding=draw(money),
                account_currency=draw(st.sampled_from(("EUR", "USD"))),
                conversion_rate=draw(rates),
                is_return=draw(st.booleans()),
            )
        )
        for voucher in draw(
            st.lists(st.sampled_from((name, "Payment Entry P", "Journal Entry hidden")), max_size=4)
        ):
            rows.append(Settlement(key(name), key(voucher), draw(money), draw(money)))
    return trail(*documents), rows


@given(invoices_with_ledgers())
def test_invoiced_less_returned_paid_and_settled_is_what_is_outstanding(case):
    found = totals(*case)
    for part in [*found.by_currency.values(), *found.by_company.values()]:
        assert part.invoiced - part.returned - part.paid - part.settled_otherwise == part.outstanding


def test_drafts_and_cancelled_documents_do_not_count():
    found = totals(
        trail(
            document("Sales Order A", docstatus=0, amount=Decimal(5), base_amount=Decimal(5)),
            document("Sales Order B", docstatus=2, amount=Decimal(7), base_amount=Decimal(7)),
        ),
        [],
    )
    assert not found.by_currency and not found.by_company


def test_what_is_left_of_an_order_is_its_undone_share_unless_it_was_closed():
    part = {
        "amount": Decimal(1000),
        "base_amount": Decimal(1100),
        "percent_billed": Decimal(40),
        "percent_delivered": Decimal("33.333"),
    }
    left = totals(trail(document("Sales Order A", **part)), []).by_currency["EUR"]
    assert (left.ordered, left.to_invoice, left.to_deliver) == (1000, 600, Decimal("666.67"))
    closed = totals(trail(document("Sales Order A", status="Closed", **part)), []).by_currency["EUR"]
    assert (closed.ordered, closed.to_invoice, closed.to_deliver) == (1000, 0, 0)


def test_point_of_sale_invoices_are_not_counted_again_in_the_invoice_that_gathers_them():
    amounts = {"amount": Decimal(50), "base_amount": Decimal(50)}
    gathered = document("Sales Invoice S", is_consolidated=True, **amounts)
    sold = document("POS Invoice P", **amounts)
    joined = [Edge(sold.key, gathered.key)]
    assert totals(trail(sold, gathered, edges=joined), []).by_currency["EUR"].invoiced == 50
    assert totals(trail(gathered), []).by_currency["EUR"].invoiced == 50


def test_what_is_open_is_said_in_the_currency_of_the_invoice():
    invoice = document(
        "Sales Invoice S", outstanding=Decimal(110), account_currency="USD", conversion_rate=Decimal("1.1")
    )
    assert outstanding_of(invoice) == 100


def test_a_payment_shows_what_of_it_went_to_each_invoice_shown():
    shown = trail(document("Sales Invoice S"), document("Payment Entry P"))
    rows = [
        Settlement(key("Sales Invoice S"), key("Sales Invoice S"), Decimal(100), Decimal(100)),
        Settlement(key("Sales Invoice S"), key("Payment Entry P"), Decimal(-30), Decimal(-30)),
        Settlement(key("Sales Invoice S"), key("Payment Entry hidden"), Decimal(-20), Decimal(-20)),
    ]
    assert allocated(shown, rows) == {(key("Sales Invoice S"), key("Payment Entry P")): 30}


def test_a_chip_adds_what_was_paid_and_not_what_was_asked_for():
    shown = trail(
        document("Payment Entry P", amount=Decimal(100), subtype="Receive", day=date(2026, 1, 2)),
        document("Payment Entry R", amount=Decimal(30), subtype="Pay"),
        document("Payment Request Q", amount=Decimal(100)),
        document("Journal Entry W", amount=Decimal(9), subtype="Write Off Entry"),
    )
    [chip] = stage_sums(shown)
    assert chip.amounts == {"EUR": 70}
    assert len(chip.documents) == 4


def test_an_invoice_whose_amount_the_reader_may_not_see_is_in_no_total():
    hidden = document("Sales Invoice S", outstanding=Decimal(40), account_currency="EUR")
    assert (
        totals(trail(hidden), [Settlement(hidden.key, hidden.key, Decimal(40), Decimal(40))]).by_currency
        == {}
    )
