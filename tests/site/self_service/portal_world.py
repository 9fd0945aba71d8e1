"""Two customers who must not see each other, and browsers for whoever comes: real requests to Frappe's application.

The documents are committed, since each request has a connection of its own, and taken away again afterwards.
"""

from __future__ import annotations

import contextvars
import re
from dataclasses import dataclass, field

import frappe
import makers
from frappe.utils import add_days, nowdate
from frappe.utils.password import update_password
from werkzeug.test import Client, TestResponse

PASSWORD = "the-portal-of-the-tests"
# Words and figures that stand in the other customer's documents only.
SECRET_RATE = 7654.32
SECRET_WORDS = ("Beta Secret Works", "The recipe of Beta", "7654.32", "7,654.32", "beta-secret")


class Visitor:
    """A browser with cookies. Every request runs apart from the test's own connection and user."""

    def __init__(self, user: str | None = None):
        from frappe.app import application

        self.client = Client(application, response_wrapper=TestResponse)
        self.headers = {"Host": frappe.local.site}
        self.csrf_token = None
        if user:
            answer = self.post("/api/method/login", {"usr": user, "pwd": PASSWORD})
            assert answer.status_code == 200, answer.text

    def get(self, path: str, **parameters) -> TestResponse:
        return self._open("GET", path, query_string=parameters)

    def post(self, path: str, values: dict | None = None, **options) -> TestResponse:
        headers = {"X-Frappe-CSRF-Token": self.csrf_token} if self.csrf_token else {}
        return self._open("POST", path, data=values or {}, extra=headers, **options)

    def request(self, method: str, path: str) -> TestResponse:
        return self._open(method, path)

    def call(self, method: str, **values) -> TestResponse:
        return self.post(f"/api/method/{method}", values)

    def forget_what_was_said(self) -> None:
        """The sentence that the page after a form shows once would make two answers differ."""
        self.client.delete_cookie("crm_ext_saying", domain=frappe.local.site)

    def _open(self, method: str, path: str, extra: dict | None = None, **options) -> TestResponse:
        def ask() -> TestResponse:
            answer = self.client.open(
                path, method=method, headers={**self.headers, **(extra or {})}, buffered=True, **options
            )
            answer.get_data()
            return answer

        answer = contextvars.Context().run(ask)
        found = re.search(r'name="csrf_token" value="(\w+)"', text_of(answer))
        if found:
            self.csrf_token = found.group(1)
        return answer


@dataclass
class World:
    """Names of what was made; `made` in the order in which it came."""

    made: list[tuple[str, str]] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)

    def insert(self, values: dict, submit: bool = False):
        document = frappe.get_doc(values)
        document.flags.ignore_permissions = True
        document.insert()
        self.made.append((document.doctype, document.name))
        if submit:
            document.submit()
        return document

    def take_away(self) -> None:
        frappe.db.rollback()
        frappe.set_user("Administrator")
        for doctype, name in reversed(self.made):
            remove(doctype, name)
        frappe.db.commit()


def text_of(answer: TestResponse) -> str:
    """The body, of files as well."""
    return answer.get_data().decode(errors="replace")


def plain(answer: TestResponse, *names: str) -> tuple[int, str]:
    """Status and body without what differs by chance, and without the names that were sent."""
    text = re.sub(r"__frappe_exc_id\W+\w+", "", text_of(answer))
    text = re.sub(r'name="(csrf_token|key)" value="\w*"', "", text)
    # Papers: each run names its second, and the same fonts by other letters.
    text = re.sub(r"/CreationDate \(.*?\)", "", text)
    text = re.sub(r"/Q[A-Z]AAAA\+", "/", text)
    for name in sorted((name for name in names if len(name) > 3), key=len, reverse=True):
        text = text.replace(name, "NAME")
    return answer.status_code, text


def remove(doctype: str, name: str) -> None:
    if not frappe.db.exists(doctype, name):
        return
    document = frappe.get_doc(doctype, name)
    if document.docstatus == 1:
        document.flags.ignore_links = True
        document.cancel()
    frappe.delete_doc(doctype, name, force=True, delete_permanently=True, ignore_permissions=True)
    # The next document gets the same number, and must not find the ledger rows of this one.
    for ledger in ("GL Entry", "Payment Ledger Entry", "Stock Ledger Entry"):
        frappe.db.delete(ledger, {"voucher_type": doctype, "voucher_no": name})


def remove_what_followed(quotation: str) -> None:
    """Orders, answers and everything else that was made of a quotation in the portal."""
    frappe.db.rollback()
    frappe.set_user("Administrator")
    orders = frappe.get_all(
        "Sales Order Item", {"prevdoc_docname": quotation}, pluck="parent", distinct=True, order_by="parent"
    )
    for order in orders:
        remove("Sales Order", order)
    for doctype in ("Quotation Response", "Portal Link"):
        for name in frappe.get_all(doctype, {"quotation": quotation}, pluck="name", order_by="name"):
            remove(doctype, name)
    named = [quotation, *orders]
    frappe.db.delete("ToDo", {"reference_name": ("in", named)})
    for name in frappe.get_all("Communication", {"reference_name": ("in", named)}, pluck="name", order_by="name"):
        remove("Communication", name)
    frappe.db.commit()


def portal_user(world: World, email: str) -> str:
    """A login of the website with the role that ERPNext gives to portal users."""
    world.insert({"doctype": "User", "email": email, "first_name": email.split("@")[0], "send_welcome_email": 0})
    frappe.get_doc("User", email).add_roles("Customer")
    update_password(email, PASSWORD)
    return email


def portal_customer(world: World, name: str, *users: str) -> str:
    return world.insert(
        {"doctype": "Customer", "customer_name": name, "portal_users": [{"user": user} for user in users]}
    ).name


def service(world: World, code: str, description: str | None = None) -> str:
    if not frappe.db.exists("Item", code):
        item = makers.item(code, description=description or code)
        world.made.append(("Item", item.name))
    return code


def quotation(world: World, customer: str, item_code: str, rate: float, quotation_to: str = "Customer", **values):
    return world.insert(
        {
            "doctype": "Quotation",
            "quotation_to": quotation_to,
            "party_name": customer,
            "company": makers.company(),
            "transaction_date": nowdate(),
            "valid_till": add_days(nowdate(), 10),
            "items": [{"item_code": item_code, "qty": 2, "rate": rate}],
            **values,
        },
        submit=True,
    )


def sales_order(world: World, customer: str, item_code: str, rate: float):
    return world.insert(
        {
            "doctype": "Sales Order",
            "customer": customer,
            "company": makers.company(),
            "delivery_date": add_days(nowdate(), 5),
            "items": [{"item_code": item_code, "qty": 1, "rate": rate}],
        },
        submit=True,
    )


def sales_invoice(world: World, customer: str, item_code: str, rate: float):
    return world.insert(
        {
            "doctype": "Sales Invoice",
            "customer": customer,
            "company": makers.company(),
            "due_date": add_days(nowdate(), 30),
            "items": [{"item_code": item_code, "qty": 1, "rate": rate}],
        },
        submit=True,
    )
