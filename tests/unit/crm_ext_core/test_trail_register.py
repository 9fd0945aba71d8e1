"""The doctypes of the trail are the same wherever they are named."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from crm_ext.crm_ext_core.queries.trail_register import CARDS, LINKS

PACKAGE = Path(__file__).resolve().parents[3] / "apps" / "crm_ext"


def named_in(path: str) -> set[str]:
    [names] = re.findall(r"= \[(.*?)\];", (PACKAGE / path).read_text(encoding="utf-8"), re.DOTALL)
    return set(re.findall(r'"([^"]+)"', names))


def test_every_doctype_that_a_link_joins_has_a_card():
    joined = {doctype for link in LINKS for doctype in (*link.parents, link.child)}
    assert joined == set(CARDS)


def test_forms_and_page_name_the_doctypes_of_the_register():
    assert named_in("public/js/document_trail_form.js") == set(CARDS)
    assert named_in("public/js/document_trail/doctypes.js") == set(CARDS)


def test_the_panel_is_hooked_to_the_form_of_every_doctype():
    for statement in ast.parse((PACKAGE / "hooks.py").read_text(encoding="utf-8")).body:
        if isinstance(statement, ast.Assign) and statement.targets[0].id == "doctype_js":
            files = {
                ast.literal_eval(key): ast.unparse(value)
                for key, value in zip(statement.value.keys, statement.value.values, strict=True)
            }
    assert {doctype for doctype, value in files.items() if "_TRAIL" in value} == set(CARDS)
