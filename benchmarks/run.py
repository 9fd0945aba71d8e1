"""Runs benchmarks: `run.py [name]`, in the bench's Python, on the site that CRM_EXT_MEASURE_SITE names.

A benchmark is a file beside this one with `measure(site) -> list of figures`; its file name is its name. Each figure goes
out as one JSON line: name, size, ours, erpnext, ratio, unit.
"""

from __future__ import annotations

import ast
import importlib
import json
import os
import sys
from pathlib import Path

import frappe

HERE = Path(__file__).resolve().parent
BENCH = Path(os.environ.get("CRM_EXT_BENCH", Path.home() / "crm-ext-bench"))


def main(names: list[str]) -> int:
    site = os.environ["CRM_EXT_MEASURE_SITE"]
    unknown = sorted(set(names) - set(benchmarks()))
    if unknown:
        print(f"no benchmark {', '.join(unknown)}; there are {', '.join(benchmarks())}", file=sys.stderr)
        return 2
    sys.path.insert(0, str(HERE))
    for name in names or benchmarks():
        connect(site)
        try:
            for figure in importlib.import_module(name).measure(site):
                print(json.dumps(figure), flush=True)
        finally:
            frappe.db.rollback()
            frappe.destroy()
    return 0


def benchmarks() -> list[str]:
    """Names of the files beside this one that measure something."""
    return sorted(path.stem for path in HERE.glob("*.py") if "measure" in functions_of(path))


def functions_of(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def connect(site: str) -> None:
    os.chdir(BENCH / "sites")
    frappe.init(site, sites_path=".")
    frappe.connect()
    frappe.set_user("Administrator")
    frappe.flags.mute_emails = True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
