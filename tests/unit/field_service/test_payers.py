"""Who pays: every row of the table, and what must hold for all jobs."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_ext.field_service.rules.payers import Coverage, Job, payers_of_part, payers_of_times

DAY = date(2026, 5, 4)
NEXT_YEAR = DAY + timedelta(days=365)
YESTERDAY = DAY - timedelta(days=1)
REPAIR = Job(is_repair=True, reported_on=DAY)
FULL = Coverage("SVC-CON-1", 1, Decimal(100), None, None)


def told(shares):
    return [(share.payer, share.quantity, share.reason.code) for share in shares]


@pytest.mark.parametrize(
    ("job", "payer", "code"),
    [
        (REPAIR, "Customer", "nothing_covers"),
        (replace(REPAIR, warranty_until=NEXT_YEAR), "Warranty", "warranty"),
        (replace(REPAIR, warranty_until=DAY), "Warranty", "warranty"),
        (replace(REPAIR, warranty_until=YESTERDAY), "Customer", "warranty_over"),
        (replace(REPAIR, warranty_until=NEXT_YEAR, cause_origin="Use"), "Customer", "not_under_warranty"),
        (replace(REPAIR, warranty_until=NEXT_YEAR, cause_origin="Wear"), "Customer", "not_under_warranty"),
        (replace(REPAIR, warranty_until=NEXT_YEAR, is_repair=False), "Customer", "nothing_covers"),
        (
            replace(REPAIR, supplier="S", supplier_warranty_until=DAY, cause_origin="Product"),
            "Supplier",
            "supplier_warranty",
        ),
        (
            replace(REPAIR, supplier="S", supplier_warranty_until=DAY, cause_origin="Supplier", coverage=FULL),
            "Supplier",
            "supplier_warranty",
        ),
        (replace(REPAIR, supplier="S", supplier_warranty_until=DAY), "Customer", "nothing_covers"),
        (replace(REPAIR, coverage=FULL), "Contract", "contract_parts"),
        (replace(REPAIR, coverage=FULL, warranty_until=NEXT_YEAR), "Warranty", "warranty"),
        (replace(REPAIR, coverage=replace(FULL, parts_percent=Decimal(0))), "Customer", "parts_not_included"),
        (replace(REPAIR, delivered_by_us=True, cause_origin="Installation"), "Ourselves", "our_installation"),
        (replace(REPAIR, cause_origin="Installation"), "Customer", "nothing_covers"),
    ],
)
def test_a_part_is_paid_by_the_first_row_of_the_table_that_applies(job, payer, code):
    assert told(payers_of_part(job)) == [(payer, Decimal(100), code)]


def test_a_contract_with_a_share_of_parts_leaves_the_rest_to_the_customer():
    shares = payers_of_part(replace(REPAIR, coverage=replace(FULL, parts_percent=Decimal(80))))
    assert told(shares) == [
        ("Contract", Decimal(80), "contract_parts"),
        ("Customer", Decimal(20), "rest_of_contract"),
    ]


def test_what_our_installation_broke_is_not_left_to_the_customer_beside_a_contract():
    job = replace(
        REPAIR,
        coverage=replace(FULL, parts_percent=Decimal(50)),
        delivered_by_us=True,
        cause_origin="Installation",
    )
    assert [share.payer for share in payers_of_part(job)] == ["Contract", "Ourselves"]


def test_the_hours_of_a_contract_are_used_up_by_the_first_times_first():
    job = replace(REPAIR, coverage=replace(FULL, hours_left=Decimal("2.5")))
    found = payers_of_times(job, [Decimal(2), Decimal(2), Decimal(1)])
    assert [told(shares) for shares in found] == [
        [("Contract", Decimal(2), "contract_hours")],
        [
            ("Contract", Decimal("0.5"), "contract_hours"),
            ("Customer", Decimal("1.5"), "rest_of_contract"),
        ],
        [("Customer", Decimal(1), "hours_used_up")],
    ]


@pytest.mark.parametrize(("by_hand", "left"), [(Decimal(2), Decimal(3)), (Decimal(9), Decimal(0))])
def test_hours_given_by_hand_to_the_contract_are_used_up_before_all_others(by_hand, left):
    job = replace(REPAIR, coverage=replace(FULL, hours_left=Decimal(5)))
    [shares] = payers_of_times(job, [Decimal(5)], by_hand)
    assert {share.payer: share.quantity for share in shares}.get("Contract", Decimal(0)) == left
    assert sum(share.quantity for share in shares) == 5


@pytest.mark.parametrize(
    ("coverage", "payer", "code"),
    [
        (replace(FULL, visits_left=3), "Contract", "contract_visits"),
        (replace(FULL, visits_left=0), "Customer", "visits_used_up"),
        (replace(FULL, visits_left=0, overage_is_billed=True), "Contract", "contract_overage"),
        (replace(FULL, hours_left=Decimal(0)), "Customer", "hours_used_up"),
        (replace(FULL, hours_left=Decimal(1), overage_is_billed=True), "Contract", "contract_overage"),
        (replace(FULL, visits_left=0, hours_left=Decimal(9)), "Customer", "visits_used_up"),
        (FULL, "Contract", "contract_work"),
    ],
)
def test_work_is_paid_by_a_contract_that_has_something_left(coverage, payer, code):
    [shares] = payers_of_times(replace(REPAIR, coverage=coverage), [Decimal(2)])
    assert told(shares) == [(payer, Decimal(2), code)]


dates = st.none() | st.dates(date(2025, 1, 1), date(2027, 1, 1))
coverages = st.none() | st.builds(
    Coverage,
    contract=st.just("C"),
    line_number=st.just(1),
    parts_percent=st.decimals(0, 150, places=2),
    visits_left=st.none() | st.integers(0, 3),
    hours_left=st.none() | st.decimals(0, 10, places=2),
    overage_is_billed=st.booleans(),
)
jobs = st.builds(
    Job,
    is_repair=st.booleans(),
    reported_on=st.dates(date(2025, 1, 1), date(2027, 1, 1)),
    cause_origin=st.none()
    | st.sampled_from(("Product", "Supplier", "Installation", "Use", "Wear", "Transport", "Other")),
    warranty_until=dates,
    supplier=st.none() | st.just("S"),
    supplier_warranty_until=dates,
    delivered_by_us=st.booleans(),
    coverage=coverages,
)


@given(jobs)
def test_the_shares_of_a_part_make_the_whole(job):
    shares = payers_of_part(job)
    assert sum(share.quantity for share in shares) == 100
    assert all(share.quantity > 0 and share.reason.code for share in shares)


@given(jobs, st.lists(st.decimals("0.25", 12, places=2), max_size=5))
def test_every_hour_is_paid_once_and_no_contract_gives_more_than_it_has(job, hours):
    found = payers_of_times(job, hours)
    assert [sum(share.quantity for share in shares) for shares in found] == hours
    by_contract = sum(share.quantity for shares in found for share in shares if share.payer == "Contract")
    if job.coverage and job.coverage.hours_left is not None and not job.coverage.overage_is_billed:
        assert by_contract <= job.coverage.hours_left
    if job.coverage is None:
        assert by_contract == 0
