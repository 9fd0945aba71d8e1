"""Leads a second from a CSV file with duplicates checked, and the memory that a file of 100 MB takes.

This app's import against ERPNext's Data Import: both read a file of the same shape on the same site in the same run and
commit what they make. A fifth of the rows are somebody known already. What was made is removed afterwards.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

import frappe

OURS, ERPNEXT = 5000, 250
HEADINGS = {
    "first_name": "First Name",
    "last_name": "Last Name",
    "company_name": "Organization Name",
    "email_id": "Email",
    "mobile_no": "Mobile No",
    "phone": "Phone",
    "city": "City",
    "territory": "Territory",
    "job_title": "Job Title",
}


LARGE_FILE = 100 * 1024**2
# Each reads the file named last in a process of its own and prints megabytes at the peak above those at the start.
READERS = {
    "ours": """
from pathlib import Path
from crm_ext.shared.table_files import open_table
work = lambda path: sum(1 for row in open_table(Path(path), 2**40).rows())
""",
    "erpnext": """
import frappe
from frappe.utils.csvutils import read_csv_content
work = lambda path: len(read_csv_content(open(path, "rb").read()))
""",
}
# Of the process itself: what getrusage gives begins with the memory of the parent.
PEAK = """
import sys
def peak():
    line = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024
before = peak()
work(sys.argv[1])
print(peak() - before)
"""


def measure(site: str) -> list[dict]:
    return [*_leads_a_second(), *_memory_of_a_large_file()]


def _memory_of_a_large_file() -> list[dict]:
    """Megabytes that reading every row takes; nothing is imported."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.csv"
        line = "Given,Family,Blue Pumps,given.family@example.com,+989121234567,+982188123456,Tehran,Buyer\n"
        with path.open("w") as stream:
            stream.write("First Name,Last Name,Company,Email,Mobile,Phone,City,Job Title\n")
            for _block in range(LARGE_FILE // (len(line) * 1000)):
                stream.write(line * 1000)
        peaks = {name: _peak(reader, path) for name, reader in READERS.items()}
        size = f"{path.stat().st_size / 1024**2:.0f} MB"
    return [
        {
            "name": "lead_import_memory",
            "size": size,
            "ours": round(peaks["ours"], 1),
            "erpnext": round(peaks["erpnext"], 1),
            "ratio": round(peaks["erpnext"] / max(peaks["ours"], 0.1), 1),
            "unit": "MB",
        }
    ]


def _peak(reader: str, path: Path) -> float:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", reader + PEAK, str(path)]
    return float(subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout)


def _leads_a_second() -> list[dict]:
    """Sizes are rows of the files; both are measured with contacts made automatically."""
    rows_ours, rows_erpnext = (
        int(os.environ.get(name, size))
        for name, size in (("CRM_EXT_ROWS", OURS), ("CRM_EXT_ROWS_ERPNEXT", ERPNEXT))
    )
    frappe.db.set_single_value("CRM Settings", "auto_creation_of_contact", 1)
    before = _last_names()
    try:
        erpnext = _seconds(_data_import, _file("theirs", rows_erpnext))
        made_by_erpnext = _leads_since(before)
        middle = _last_names()
        ours = _seconds(_lead_import, _file("ours", rows_ours))
        made_by_us = _leads_since(middle)
    finally:
        _remove_since(before)
    per_second = made_by_us / ours, made_by_erpnext / erpnext
    return [
        {
            "name": "lead_import",
            "size": f"{rows_ours} rows, {made_by_us} new; ERPNext {rows_erpnext} rows, {made_by_erpnext} new",
            "ours": round(per_second[0], 1),
            "erpnext": round(per_second[1], 1),
            "ratio": round(per_second[0] / per_second[1], 1),
            "unit": "leads/s",
        }
    ]


def _file(prefix: str, count: int) -> str:
    lines = [",".join(HEADINGS.values())]
    for index in range(count):
        # Every fifth row repeats the e-mail and the numbers of the one before it.
        person = index - 1 if index % 5 == 4 else index
        offset = 0 if prefix == "ours" else 500_000
        lines.append(
            f"Given{index % 900},Family{index % 1100},Firm {index % 700},{prefix}{person}@example.com,"
            f"0912{1_000_000 + offset + person},021{88_000_000 + offset + person},Tehran,Rest Of The World,Buyer"
        )
    content = "\n".join(lines)
    file = frappe.get_doc(
        {"doctype": "File", "file_name": f"{prefix}-leads.csv", "content": content, "is_private": 1}
    ).insert()
    return file.file_url


def _lead_import(file_url: str) -> None:
    from crm_ext.marketing_automation.flow.lead_import import run

    doc = frappe.get_doc(
        {
            "doctype": "Lead Import",
            "title": "Benchmark",
            "file": file_url,
            "country": "Iran",
            "status": "Draft",
        }
    ).insert()
    doc.db_set("status", "Running")
    frappe.db.commit()
    run(doc.name)
    doc.reload()
    if doc.status != "Done":
        raise RuntimeError(f"{doc.status}: {doc.error}")


def _data_import(file_url: str) -> None:
    from frappe.core.doctype.data_import.importer import Importer

    doc = frappe.get_doc(
        {
            "doctype": "Data Import",
            "reference_doctype": "Lead",
            "import_type": "Insert New Records",
            "import_file": file_url,
        }
    ).insert()
    frappe.db.commit()
    Importer("Lead", data_import=doc).import_data()
    frappe.db.commit()


def _seconds(task, file_url: str) -> float:
    begin = perf_counter()
    task(file_url)
    return perf_counter() - begin


def _last_names() -> dict[str, set[str]]:
    return {
        doctype: set(frappe.get_all(doctype, pluck="name", order_by="name"))
        for doctype in ("Lead", "Contact")
    }


def _leads_since(before: dict[str, set[str]]) -> int:
    return frappe.db.count("Lead") - len(before["Lead"])


def _remove_since(before: dict[str, set[str]]) -> None:
    frappe.db.rollback()
    for doctype, children in (("Lead", ()), ("Contact", ("Contact Email", "Contact Phone", "Dynamic Link"))):
        added = [
            name
            for name in frappe.get_all(doctype, pluck="name", order_by="name")
            if name not in before[doctype]
        ]
        for start in range(0, len(added), 1000):
            batch = added[start : start + 1000]
            frappe.db.delete(doctype, {"name": ("in", batch)})
            for child in children:
                frappe.db.delete(child, {"parent": ("in", batch), "parenttype": doctype})
    for name in frappe.get_all("Lead Import", filters={"title": "Benchmark"}, pluck="name", order_by="name"):
        frappe.delete_doc("Lead Import", name, force=True)
    frappe.db.commit()
