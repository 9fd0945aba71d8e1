"""Every string that a user sees can be translated, and is translated into Persian."""

import ast
import json
import re

import pytest
from reading import PACKAGE, source_files

from devtools import translations

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


@pytest.mark.parametrize("language", translations.LANGUAGES)
def test_every_string_is_translated(language):
    """`python -m devtools.translations` brings the files up to date and lists what lacks a translation."""
    assert translations.missing(language) == []


@pytest.mark.parametrize("language", translations.LANGUAGES)
def test_translations_keep_the_places_for_values(language):
    """A translation that loses {0} hides the value; one that invents {1} breaks the sentence."""
    wrong = [
        message.id
        for message in translations.catalog(language)
        if message.id and message.string and set(places(message.id)) != set(places(message.string))
    ]
    assert not wrong


@pytest.mark.parametrize("language", translations.LANGUAGES)
def test_no_translation_is_left_of_strings_that_are_gone(language):
    known = {message.id for message in translations.catalog(language) if message.id}
    assert known == set(translations.strings())


def places(text: str) -> list[str]:
    return re.findall(r"\{\w*\}", text)
