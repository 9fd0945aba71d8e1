"""The lists of orders and invoices: found by number, own number, period and state; one's own only; few queries."""

from __future__ import annotations

import frappe
import makers
import pytest
from counting import queries_of
from frappe.utils import add_days, getdate, nowdate

from crm_ext.self_service.flow import identity, receivable_pages
from crm_ext.self_service.queries import portal_documents


@pytest.fixture
def buyer(site):
    """A customer with a paid, an overdue and an open invoice, and a login for it."""
    tag = site.generate_hash(length=6)
    user = makers.user(f"list-{tag}@example.com", "Customer").name
    customer = makers.customer(f"List {tag}", portal_users=[{"user": user}]).name
    item = makers.item(f"LIST-{tag}").name

    def invoice(days_ago, po_no, **values):
        day = add_days(getdate(), -days_ago)
        return makers.sales_invoice(
            customer,
            item,
            set_posting_time=1,
            posting_date=day,
            due_date=add_days(day, 10),
            po_no=po_no,
            **values,
        ).name

    made = frappe._dict(
        user=user,
        customer=customer,
        item=item,
        overdue=invoice(40, f"OLD_{tag}"),
        open=invoice(1, f"NEW-{tag}"),
        free=invoice(5, f"FREE-{tag}", rate=0),
        tag=tag,
    )
    enter(made)
    return made


def enter(buyer):
    frappe.set_user(buyer.user)
    identity.forget_cached()


def listed(fill=receivable_pages.fill_invoices, **given):
    context = frappe._dict()
    fill(context, identity.acting(), given)
    return context


def names(context):
    return [row["name"] for row in context.rows]


def test_invoices_come_newest_first_with_their_state_in_words(buyer):
    context = listed()

    assert names(context) == [buyer.open, buyer.free, buyer.overdue]
    assert [row["word"] for row in context.rows] == ["Open", "Paid", "Overdue"]
    assert [tab["count"] for tab in context.tabs] == [3, 2, 1, 1]


@pytest.mark.parametrize(
    ("state", "expected"),
    [("open", ["open", "overdue"]), ("overdue", ["overdue"]), ("paid", ["free"]), ("x", None)],
)
def test_tabs_show_what_they_count(buyer, state, expected):
    context = listed(show=state)

    assert names(context) == [buyer[key] for key in expected or ("open", "free", "overdue")]


def test_invoices_are_found_by_their_own_and_by_the_customer_s_number(buyer):
    assert names(listed(search=buyer.open)) == [buyer.open]
    assert names(listed(search=f"NEW-{buyer.tag}")) == [buyer.open]
    assert names(listed(search=f"OLD_{buyer.tag}")) == [buyer.overdue]


@pytest.mark.parametrize(
    "words", ["%", "_%_", "\\", "'; DROP TABLE", "\u06f1\u06f2\u06f3\u06f4\u06f5\u06f6\u06f7\u06f8\u06f9"]
)
def test_signs_of_the_database_s_language_are_words_like_any_other(buyer, words):
    assert names(listed(search=words)) == []


def test_a_period_is_inclusive_and_nonsense_is_no_period(buyer):
    day = str(add_days(getdate(), -40))

    assert names(listed(**{"from": day, "to": day})) == [buyer.overdue]
    assert len(names(listed(**{"from": "soon", "to": "1405-13-99"}))) == 3


def test_pages_follow_each_other_without_gap_or_repetition(buyer, monkeypatch):
    monkeypatch.setattr(portal_documents, "LIST_LENGTH", 2)
    first, second = listed(), listed(page="1")

    assert names(first) + names(second) == [buyer.open, buyer.free, buyer.overdue]
    assert first.before is None and "page=1" in first.after
    assert second.before and second.after is None
    assert names(listed(page="-3")) == names(first)
    assert names(listed(page="99999999999")) == []


def test_nobody_sees_another_customer_s_documents(site, buyer):
    site.set_user("Administrator")
    other = makers.customer(f"Other {buyer.tag}").name
    foreign = makers.sales_invoice(other, buyer.item, po_no=f"NEW-{buyer.tag}").name
    enter(buyer)

    assert foreign not in names(listed(search=f"NEW-{buyer.tag}"))


def test_orders_say_what_comes_next(site, buyer):
    site.set_user("Administrator")

    def order(days, **values):
        return site.get_doc(
            {
                "doctype": "Sales Order",
                "customer": buyer.customer,
                "company": makers.company(),
                "transaction_date": add_days(nowdate(), -30),
                "delivery_date": add_days(nowdate(), days),
                "items": [{"item_code": buyer.item, "qty": 1, "rate": 10, "warehouse": makers.warehouse()}],
                **values,
            }
        ).submit()

    late, coming, closed = order(-1), order(5, po_no=f"PO-{buyer.tag}"), order(5)
    closed.update_status("Closed")
    enter(buyer)

    found = listed(receivable_pages.fill_orders)
    assert {row["name"]: row["word"] for row in found.rows} == {
        late.name: "Late",
        coming.name: "Being prepared",
        closed.name: "Closed",
    }
    assert names(listed(receivable_pages.fill_orders, show="late")) == [late.name]
    assert names(listed(receivable_pages.fill_orders, search=f"PO-{buyer.tag}")) == [coming.name]


def test_a_list_costs_the_same_queries_for_many_documents_as_for_one(buyer):
    enter(buyer)
    listed(show="overdue")
    few = queries_of(lambda: listed(show="overdue"))

    assert queries_of(listed) == few <= 6
