"""Every string that a user sees can be translated, and is translated into Persian."""

import ast
import json
import re

from reading import PACKAGE, source_files

# Calls whose text a person reads.
SPEAKING = {"frappe.throw", "frappe.msgprint", "frappe.publish_progress"}


def is_translated(node: ast.expr) -> bool:
    if isinstance(node, ast.Constant):
        return not isinstance(node.value, str)
    if isinstance(node, ast.JoinedStr):
        return False
    return True


def test_messages_are_translated():
    bare = []
    for file in source_files():
        for node in ast.walk(file.tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in SPEAKING and node.args:
                if not is_translated(node.args[0]):
                    bare.append(f"{file.place}:{node.lineno}")
    assert not bare, "wrap these in _()"


def test_translated_strings_are_literal():
    """`_(f"…")` and `_("…" + x)` are never found by the extractor."""
    wrong = []
    for file in source_files():
        for node in ast.walk(file.tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "_" and node.args:
                if isinstance(node.args[0], ast.JoinedStr | ast.BinOp):
                    wrong.append(f"{file.place}:{node.lineno}")
    assert not wrong


def test_javascript_messages_are_translated():
    speaking = re.compile(r"(frappe\.(?:throw|msgprint|show_alert)\(\s*[\"'`])")
    wrong = [
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.js")
        if "dist" not in path.parts and speaking.search(path.read_text(encoding="utf-8"))
    ]
    assert not wrong, "wrap the text in __()"


def test_labels_of_doctypes_are_present():
    for path in PACKAGE.glob("*/doctype/*/*.json"):
        for field in json.loads(path.read_text(encoding="utf-8")).get("fields", []):
            if field["fieldtype"] not in ("Section Break", "Column Break", "Tab Break", "HTML"):
                assert field.get("label"), f"{path.name}: {field['fieldname']} has no label"
