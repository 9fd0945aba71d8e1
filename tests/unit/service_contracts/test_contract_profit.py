"""Contract profit: every view has the same totals, nothing is counted twice."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from crm_ext.service_contracts.rules import contract_profit as rules
from crm_ext.service_contracts.rules.contract_profit import Job, LedgerSum, Profit

CUSTOMERS = {"C1": "Ada", "C2": "Ada", "C3": "Bob"}
EQUIPMENT = {"C1": {"E1": Decimal(30), "E2": Decimal(70)}}


def job(
    order="O1",
    contract="C1",
    equipment="E1",
    technician="T1",
    labour=40,
    travel=5,
    hours=2,
    is_complaint=False,
):
    return Job(
        order,
        contract,
        equipment,
        technician,
        "",
        Decimal(labour),
        Decimal(travel),
        Decimal(hours),
        is_complaint,
    )


def lines(view, sums, jobs=()):
    found = rules.profits(view, sums, list(jobs), customers=CUSTOMERS, equipment=EQUIPMENT, decimals=2)
    return {line.key: line for line in found}


def test_true_profit_is_the_ledgers_less_work_that_no_ledger_row_knows():
    found = lines(
        rules.CONTRACT,
        [
            LedgerSum("C1", rules.REVENUE, Decimal(200)),
            LedgerSum("C1", rules.PARTS, Decimal(60), service_order="O1"),
        ],
        [job()],
    )["C1"]
    assert (found.ledger_profit, found.profit) == (Decimal(140), Decimal(95))
    assert found.margin == Decimal("0.475")
    assert (found.visits, found.hours) == (1, 2)


def test_costs_of_complaints_are_a_part_of_the_costs():
    sums = [LedgerSum("C1", rules.PARTS, Decimal(60), service_order="O1")]
    found = lines(rules.CONTRACT, sums, [job(is_complaint=True)])["C1"]
    assert found.complaint_costs == Decimal(105)
    assert found.profit == Decimal(-105)
    assert found.complaints == 1


def test_revenue_goes_to_equipment_by_what_was_billed_for_it_and_parts_to_where_the_order_was():
    sums = [
        LedgerSum("C1", rules.REVENUE, Decimal(100)),
        LedgerSum("C1", rules.PARTS, Decimal(60), service_order="O1"),
    ]
    found = lines(rules.EQUIPMENT, sums, [job(equipment="E2")])
    assert (found["E1"].revenue, found["E2"].revenue) == (Decimal(30), Decimal(70))
    assert (found["E1"].parts, found["E2"].parts) == (0, Decimal(60))


def test_revenue_without_equipment_or_technician_is_shown_and_not_lost():
    found = lines(rules.TECHNICIAN, [LedgerSum("C3", rules.REVENUE, Decimal(100))])
    assert found[""].revenue == Decimal(100)


def test_customers_gather_their_contracts():
    sums = [LedgerSum(name, rules.REVENUE, Decimal(10)) for name in CUSTOMERS]
    found = lines(rules.CUSTOMER, sums)
    assert {key: line.revenue for key, line in found.items()} == {"Ada": Decimal(20), "Bob": Decimal(10)}


AMOUNTS = st.decimals(min_value=-1000, max_value=1000, places=2)
SUMS = st.lists(
    st.builds(
        LedgerSum,
        contract=st.sampled_from(sorted(CUSTOMERS)),
        kind=st.sampled_from(
            [rules.REVENUE, rules.PARTS, rules.LABOUR, rules.PENALTIES, rules.OTHER, rules.DEFERRED]
        ),
        amount=AMOUNTS,
        month=st.sampled_from(["2026-01-01", "2026-02-01"]),
        service_order=st.sampled_from(["", "O0", "O1", "O2"]),
    ),
    max_size=12,
)
JOBS = st.lists(
    st.tuples(
        st.sampled_from(sorted(CUSTOMERS)),
        st.sampled_from(["E1", "E2", ""]),
        st.sampled_from(["T1", "T2", ""]),
        st.booleans(),
    ),
    max_size=3,
).map(lambda rows: [job(f"O{number}", *row[:3], is_complaint=row[3]) for number, row in enumerate(rows)])


@given(sums=SUMS, jobs=JOBS)
def test_every_view_has_the_same_totals(sums, jobs):
    totals = []
    for view in rules.VIEWS:
        whole = rules.total(lines(view, sums, jobs).values())
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
