"""Requests a second of the portal's lists against ERPNext's own `/orders` and `/invoices`, for one customer's documents.

Both are asked by the same login of the same customer, from the same server with the same number of workers, one after
the other in alternating rounds; a few clients keep the server busy. The documents are rows of one real order and one
real invoice, copied in the database. What was made is removed.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from time import perf_counter, sleep
from urllib.parse import urlencode

import frappe
from frappe.utils import add_days, getdate, nowdate

DOCUMENTS = 1000
WORKERS = 2
CLIENTS = 4
SECONDS = 5
ROUNDS = 3
PAGES = (("orders", "/portal/orders", "/orders"), ("invoices", "/portal/invoices", "/invoices"))
_TABLES = {
    "Sales Order": ("Sales Order Item", "Payment Schedule"),
    "Sales Invoice": ("Sales Invoice Item", "Payment Schedule"),
}


def measure(site: str) -> Iterator[dict]:
    """Requests a second of both, and the size of our pages in bytes before compression."""
    with _customer() as (user, password), _server(site) as port:
        cookie = _login(site, port, user, password)
        for name, ours, erpnext in PAGES:
            sizes = [len(_get(site, port, address, cookie)) for address in (ours, erpnext)]
            rates = [
                (_rate(site, port, ours, cookie), _rate(site, port, erpnext, cookie)) for _ in range(ROUNDS)
            ]
            own, other = (median(column) for column in zip(*rates, strict=True))
            documents = f"{DOCUMENTS} documents, {WORKERS} workers, {CLIENTS} clients"
            yield _figure(f"portal_{name}", documents, own, other, own / other, "requests/s")
            yield _figure(f"portal_{name}_page", documents, *sizes, sizes[1] / sizes[0], "bytes")


def _figure(name: str, size: str, ours: float, erpnext: float, ratio: float, unit: str) -> dict:
    figures = {"ours": round(ours, 1), "erpnext": round(erpnext, 1), "ratio": round(ratio, 1)}
    return {"name": name, "size": size, **figures, "unit": unit}


@contextmanager
def _customer() -> Iterator[tuple[str, str]]:
    """A login and its password, of a customer with DOCUMENTS orders and as many invoices."""
    tag, password = frappe.generate_hash(length=8), frappe.generate_hash(length=20)
    user = frappe.get_doc(
        {"doctype": "User", "email": f"{tag}@example.com", "first_name": tag, "send_welcome_email": 0}
    )
    user.new_password = password
    user.insert()
    user.add_roles("Customer")
    company = frappe.get_all("Company", pluck="name", order_by="creation", limit=1)[0]
    customer = frappe.get_doc(
        {"doctype": "Customer", "customer_name": f"Portal {tag}", "portal_users": [{"user": user.name}]}
    ).insert()
    group = frappe.get_all("Item Group", {"is_group": 0}, pluck="name", order_by="lft", limit=1)[0]
    item = frappe.get_doc(
        {
            "doctype": "Item",
            "item_code": f"PORTAL-{tag}",
            "item_group": group,
            "stock_uom": "Nos",
            "is_stock_item": 0,
        }
    ).insert()
    lines = [{"item_code": item.name, "qty": qty, "rate": 100} for qty in (1, 2, 3, 4, 5)]
    head = {"customer": customer.name, "company": company, "items": lines}
    first = [
        frappe.get_doc({"doctype": "Sales Order", "delivery_date": add_days(nowdate(), 7), **head}).submit(),
        frappe.get_doc({"doctype": "Sales Invoice", "due_date": getdate(), **head}).submit(),
    ]
    try:
        for document in first:
            for table in (document.doctype, *_TABLES[document.doctype]):
                _copy(table, document, tag)
        # The server's processes are to see the customer.
        frappe.db.commit()
        yield user.name, password
    finally:
        _remove(first, tag, customer, item, user)


def _copy(table: str, document, tag: str) -> None:
    """Rows of the document as rows of DOCUMENTS - 1 more, each a minute older than the one before."""
    field = "name" if table == document.doctype else "parent"
    columns = [row.Field for row in frappe.db.sql(f"SHOW COLUMNS FROM `tab{table}`", as_dict=True)]
    numbered = {"name": f"CONCAT('{tag}-', seq, '-', name)"}
    if field == "parent":
        numbered["parent"] = f"CONCAT('{tag}-', seq, '-', parent)"
    else:
        numbered["modified"] = numbered["creation"] = "creation - INTERVAL seq MINUTE"
    values = ", ".join(numbered.get(column, f"`{column}`") for column in columns)
    names = ", ".join(f"`{column}`" for column in columns)
    frappe.db.sql(
        f"INSERT INTO `tab{table}` ({names}) SELECT {values} FROM `tab{table}`, seq_1_to_{DOCUMENTS - 1}"
        f" WHERE `{field}` = %s",
        (document.name,),
    )


def _remove(first: list, tag: str, customer, item, user) -> None:
    frappe.db.rollback()
    for document in first:
        frappe.db.delete(document.doctype, {"name": ("like", f"{tag}-%")})
        for table in _TABLES[document.doctype]:
            frappe.db.delete(table, {"parent": ("like", f"{tag}-%")})
    # The measurement has left the site as it was once this is written.
    frappe.db.commit()
    for document in first:
        document.reload()
        document.cancel()
        document.delete(ignore_permissions=True, force=True)  # the benchmark's own document
    for ledger in ("GL Entry", "Payment Ledger Entry"):
        frappe.db.delete(ledger, {"party": customer.name})
    for document in (customer, item, user):
        frappe.delete_doc(document.doctype, document.name, force=True)
    # As above.
    frappe.db.commit()


@contextmanager
def _server(site: str) -> Iterator[int]:
    """A server of its own with WORKERS processes; it is stopped by its process number."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    sites = Path.cwd()
    server = subprocess.Popen(
        [
            str(Path(sys.executable).with_name("gunicorn")),
            "-b",
            f"127.0.0.1:{port}",
            "-w",
            str(WORKERS),
            "-t",
            "120",
            "frappe.app:application",
        ],
        cwd=sites,
        env={**os.environ, "SITES_PATH": str(sites)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(120):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                sleep(0.5)
        yield port
    finally:
        server.terminate()
        server.wait(30)


def _login(site: str, port: int, user: str, password: str) -> str:
    connection = HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request(
        "POST",
        "/api/method/login",
        body=urlencode({"usr": user, "pwd": password}),
        headers={"Host": site, "Content-Type": "application/x-www-form-urlencoded"},
    )
    answer = connection.getresponse()
    answer.read()
    assert answer.status == 200, answer.status
    return "; ".join(
        value.split(";")[0] for name, value in answer.getheaders() if name.lower() == "set-cookie"
    )


def _get(site: str, port: int, path: str, cookie: str) -> bytes:
    connection = HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request("GET", path, headers={"Host": site, "Cookie": cookie})
    answer = connection.getresponse()
    body = answer.read()
    assert answer.status == 200, (path, answer.status)
    return body


def _rate(site: str, port: int, path: str, cookie: str) -> float:
    """Requests a second with CLIENTS at once, for SECONDS."""

    def ask_until(end: float) -> int:
        count = 0
        while perf_counter() < end:
            _get(site, port, path, cookie)
            count += 1
        return count

    begin = perf_counter()
    with ThreadPoolExecutor(CLIENTS) as clients:
        counts = list(clients.map(ask_until, [begin + SECONDS] * CLIENTS))
    return sum(counts) / (perf_counter() - begin)
