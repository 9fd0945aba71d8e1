"""Contract profit: every view has the same totals, nothing is counted twice."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from crm_ext.service_contracts.rules import contract_profit as rules
from crm_ext.service_contracts.rules.contract_profit import Billed, Covered, LedgerSum, Part, Profit, Work

CUSTOMERS = {"C1": "Ada", "C2": "Ada", "C3": "Bob"}
EQUIPMENT = {"C1": {"E1": Decimal(30), "E2": Decimal(70)}}


def work(contract="C1", equipment="E1", technician="T1", labour=40, travel=5, hours=2, is_complaint=False):
    amounts = (Decimal(labour), Decimal(travel), Decimal(hours))
    return Work(contract, equipment, technician, "2026-01-01", *amounts, 1, is_complaint)


def posted(amount, equipment="E1", technician="T1", **values):
    return LedgerSum("C1", rules.PARTS, Decimal(amount), equipment=equipment, technician=technician, **values)


def lines(view, sums, works=(), **values):
    found = rules.profits(
        view, sums, list(works), customers=CUSTOMERS, equipment=EQUIPMENT, decimals=2, **values
    )
    return {line.key: line for line in found}


def test_true_profit_is_the_ledgers_less_work_that_no_ledger_row_knows():
    sums = [LedgerSum("C1", rules.REVENUE, Decimal(200)), posted(60)]
    found = lines(rules.CONTRACT, sums, [work()])["C1"]
    assert (found.ledger_profit, found.profit) == (Decimal(140), Decimal(95))
    assert found.margin == Decimal("0.475")
    assert (found.visits, found.hours) == (1, 2)


def test_costs_of_complaints_are_a_part_of_the_costs():
    found = lines(rules.CONTRACT, [posted(60, is_complaint=True)], [work(is_complaint=True)])["C1"]
    assert found.complaint_costs == Decimal(105)
    assert found.profit == Decimal(-105)
    assert found.complaints == 1


def test_revenue_goes_to_equipment_by_what_was_billed_for_it_and_parts_to_where_the_order_was():
    sums = [LedgerSum("C1", rules.REVENUE, Decimal(100)), posted(60, equipment="E2")]
    found = lines(rules.EQUIPMENT, sums, [work(equipment="E2")])
    assert (found["E1"].revenue, found["E2"].revenue) == (Decimal(30), Decimal(70))
    assert (found["E1"].parts, found["E2"].parts) == (0, Decimal(60))


YEAR = (date(2026, 1, 1), date(2026, 12, 31))


def weights(billed, covered):
    return rules.weights_of_equipment(billed, covered, *YEAR)


def test_what_a_line_bills_for_several_units_is_theirs_by_the_days_that_each_was_covered():
    covered = [
        Covered("C1", 1, "E1", None, None),
        Covered("C1", 1, "E2", date(2026, 12, 1), date(2027, 5, 1)),
        Covered("C1", 1, "E3", None, date(2025, 12, 31)),
    ]
    found = weights([Billed("C1", 1, "", Decimal(396))], covered)
    assert found == {"C1": {"E1": Decimal(365), "E2": Decimal(31)}}


def test_a_line_for_one_unit_is_its_own_and_a_line_for_none_is_tied_to_none():
    billed = [
        Billed("C1", 1, "E1", Decimal(30)),
        Billed("C1", 2, "", Decimal(70)),
        Billed("C2", 1, "", Decimal(5)),
    ]
    covered = [Covered("C1", 1, "E2", None, None), Covered("C2", 2, "E3", None, None)]
    found = weights(billed, covered)
    assert found == {"C1": {"E1": Decimal(30), "": Decimal(70)}, "C2": {"": Decimal(5)}}


def test_a_line_that_was_credited_in_full_takes_no_share():
    assert weights([Billed("C1", 1, "E1", Decimal(0)), Billed("C1", 2, "E2", Decimal(-5))], []) == {}


def test_what_falls_to_one_unit_is_seen_by_contract_with_the_same_total():
    sums = [
        LedgerSum("C1", rules.REVENUE, Decimal(100)),
        LedgerSum("C2", rules.REVENUE, Decimal(50)),
        posted(60),
    ]
    whole = lines(rules.EQUIPMENT, sums, [work()])
    for unit, line in whole.items():
        part = lines(rules.CONTRACT, sums, [work()], part=Part(rules.EQUIPMENT, unit))
        assert (total := rules.total(part.values())).profit == line.profit
        assert (total.revenue, total.visits) == (line.revenue, line.visits)
    assert set(lines(rules.CONTRACT, sums, part=Part(rules.EQUIPMENT, "E1"))) == {"C1"}
    assert set(lines(rules.EQUIPMENT, sums, part=Part(rules.EQUIPMENT, "E1"))) == {"E1"}


def test_revenue_that_an_order_for_a_complaint_brought_is_no_cost_of_it():
    brought = LedgerSum("C1", rules.REVENUE, Decimal(80), equipment="E1", is_complaint=True)
    found = lines(rules.EQUIPMENT, [brought])["E1"]
    assert (found.revenue, found.complaint_costs) == (Decimal(80), 0)


def test_revenue_goes_to_technicians_by_their_hours():
    works = [work(technician="T1", hours=1), work(technician="T2", hours=3)]
    found = lines(rules.TECHNICIAN, [LedgerSum("C1", rules.REVENUE, Decimal(100))], works)
    assert (found["T1"].revenue, found["T2"].revenue) == (Decimal(25), Decimal(75))


def test_revenue_without_equipment_or_technician_is_shown_and_not_lost():
    found = lines(rules.TECHNICIAN, [LedgerSum("C3", rules.REVENUE, Decimal(100))])
    assert found[""].revenue == Decimal(100)


def test_customers_gather_their_contracts():
    sums = [LedgerSum(name, rules.REVENUE, Decimal(10)) for name in CUSTOMERS]
    found = lines(rules.CUSTOMER, sums)
    assert {key: line.revenue for key, line in found.items()} == {"Ada": Decimal(20), "Bob": Decimal(10)}


KINDS = [rules.REVENUE, rules.PARTS, rules.LABOUR, rules.PENALTIES, rules.OTHER, rules.DEFERRED]
SUMS = st.lists(
    st.builds(
        LedgerSum,
        contract=st.sampled_from(sorted(CUSTOMERS)),
        kind=st.sampled_from(KINDS),
        amount=st.decimals(min_value=-1000, max_value=1000, places=2),
        month=st.sampled_from(["2026-01-01", "2026-02-01"]),
        equipment=st.sampled_from([None, "", "E1", "E2"]),
        technician=st.sampled_from([None, "", "T1", "T2"]),
        is_complaint=st.booleans(),
    ),
    max_size=12,
)
WORKS = st.lists(
    st.builds(
        work,
        contract=st.sampled_from(sorted(CUSTOMERS)),
        equipment=st.sampled_from(["E1", "E2", ""]),
        technician=st.sampled_from(["T1", "T2", ""]),
        is_complaint=st.booleans(),
    ),
    max_size=4,
)


@given(sums=SUMS, works=WORKS)
def test_every_view_has_the_same_totals(sums, works):
    totals = []
    for view in rules.VIEWS:
        whole = rules.total(lines(view, sums, works).values())
        totals.append((whole.revenue, whole.profit, whole.complaint_costs, whole.deferred, whole.visits))
    assert len(set(totals)) == 1


def test_the_price_proposed_leaves_the_target_margin():
    past = Profit("C1", revenue=Decimal(100), parts=Decimal(90))
    change = rules.proposed_change(past, Decimal("0.25"), Decimal(0), Decimal(1))
    assert change == Decimal("0.2")
    assert Profit("C1", revenue=100 * (1 + change), parts=Decimal(90)).margin == Decimal("0.25")


def test_the_price_proposed_keeps_within_its_bounds():
    loss = Profit("C1", revenue=Decimal(100), parts=Decimal(500))
    assert rules.proposed_change(loss, Decimal("0.25"), Decimal(0), Decimal("0.15")) == Decimal("0.15")
    rich = Profit("C1", revenue=Decimal(100))
    assert rules.proposed_change(rich, Decimal("0.25"), Decimal(0), Decimal("0.15")) == 0


def test_no_price_is_proposed_where_nothing_was_earned():
    assert rules.proposed_change(Profit("C1"), Decimal("0.25"), Decimal(0), Decimal(1)) is None
