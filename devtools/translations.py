"""Finds every string that a user can see, and keeps `locale/main.pot` and `locale/<language>.po` complete.

    python -m devtools.translations            write main.pot, add new strings to each .po, tell what lacks a translation
    python -m devtools.translations fa FILE    also take translations from a JSON file {"English": "Persian", …}

Frappe has an extractor of its own that needs a bench and a site; this one reads the same files without either, so that
the check runs everywhere. Files are in the gettext format that Frappe compiles when assets are built.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

PACKAGE = Path(__file__).resolve().parent.parent / "apps" / "crm_ext"
LOCALE = PACKAGE / "locale"
LANGUAGES = ("fa",)

_QUOTED = r"""(?P<quote>["'`])(?P<text>(?:\\.|(?!(?P=quote)).)*)(?P=quote)"""
_JAVASCRIPT_CALL = re.compile(r"(?<![\w$])__\(\s*" + _QUOTED, re.DOTALL)
_TEMPLATE_CALL = re.compile(r"(?<![\w$])__?\(\s*" + _QUOTED, re.DOTALL)
# Values of documents that are code or markup, not words. What a call names is for translators, whatever it is: commas and
# dashes between words differ, too.
_NO_WORDS = re.compile(r"^[\W\d_]*$")

_FIELD_KEYS = ("label", "description", "placeholder")


def strings() -> dict[str, set[str]]:
    """Every translatable string with the files it stands in."""
    found: dict[str, set[str]] = {}
    for path in sorted(PACKAGE.rglob("*")):
        relative = path.relative_to(PACKAGE)
        if not path.is_file() or "dist" in relative.parts or "fixtures" in relative.parts:
            continue
        for text in _strings_of(path):
            text = text.strip()
            if text:
                found.setdefault(text, set()).add(str(relative))
    return found


def _strings_of(path: Path) -> Iterator[str]:
    if path.suffix == ".py":
        yield from _python_strings(path)
    elif path.suffix == ".js":
        yield from _called(_JAVASCRIPT_CALL, path)
    elif path.suffix == ".html":
        yield from _called(_TEMPLATE_CALL, path)
    elif path.suffix == ".json" and path.parent.name == path.stem:
        document = json.loads(path.read_text(encoding="utf-8"))
        yield from (text for text in _document_strings(document) if not _NO_WORDS.match(text.strip()))


def _python_strings(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("_", "_lt", "frappe._") and node.args:
            if isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str):
                yield node.args[0].value


def _called(pattern: re.Pattern[str], path: Path) -> Iterator[str]:
    for match in pattern.finditer(path.read_text(encoding="utf-8")):
        yield re.sub(r"\\(.)", r"\1", match["text"])


def _document_strings(document: object) -> Iterator[str]:
    """Labels and names in the JSON of a doctype, report, page, workspace, card, chart, dashboard or web form."""
    if not isinstance(document, dict) or "doctype" not in document:
        return
    kind = document["doctype"]
    if kind in ("DocType", "Report", "Dashboard", "Number Card", "Dashboard Chart", "Workspace", "Print Format"):
        yield document.get("label") or document["name"]
    for key in ("title", "description", "introduction_text", "success_message", "button_label", "message"):
        if kind != "DocType" and isinstance(document.get(key), str):
            yield document[key]
    if kind == "Workspace":
        yield from re.findall(r'"text":\s*"(?:<[^>]*>)*([^"<\\]+)', document.get("content") or "")
    for group in ("fields", "links", "shortcuts", "charts", "number_cards", "cards", "web_form_fields", "filters", "columns", "actions", "states"):
        for row in document.get(group) or []:
            if isinstance(row, dict):
                yield from _row_strings(row, kind)


def _row_strings(row: dict, kind: str) -> Iterator[str]:
    if row.get("hidden") and kind == "DocType" and row.get("fieldtype") == "Data":
        return
    for key in (*_FIELD_KEYS, "group"):
        if isinstance(row.get(key), str):
            yield row[key]
    if row.get("fieldtype") == "Select" and row.get("fieldname") != "naming_series" and row.get("options"):
        yield from row["options"].split("\n")
    if kind == "DocType" and "title" in row:
        yield row["title"]


def catalog(language: str | None) -> Catalog:
    path = LOCALE / f"{language or 'main'}.{'po' if language else 'pot'}"
    if path.exists():
        with path.open("rb") as file:
            return read_po(file, locale=language)
    return Catalog(locale=language, project="CRM Ext", charset="utf-8")


def missing(language: str) -> list[str]:
    """Strings without a translation, in order."""
    known = catalog(language)
    return [text for text in sorted(strings()) if not (message := known.get(text)) or not message.string]


def update(language: str, translations: dict[str, str]) -> None:
    """Bring the .po to just the strings that are there, with the translations it has and those given."""
    old = catalog(language)
    new = Catalog(locale=language, project="CRM Ext", charset="utf-8", fuzzy=False)
    for text, files in sorted(strings().items()):
        before = old.get(text)
        new.add(text, translations.get(text) or (before.string if before else ""), locations=[(file, None) for file in sorted(files)])
    _write(new, LOCALE / f"{language}.po")


def update_template() -> None:
    template = Catalog(project="CRM Ext", charset="utf-8", fuzzy=False)
    for text, files in sorted(strings().items()):
        template.add(text, locations=[(file, None) for file in sorted(files)])
    _write(template, LOCALE / "main.pot")


def _write(new: Catalog, path: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    with path.open("wb") as file:
        # Without dates and line numbers: a file that changes only when its strings do.
        write_po(file, new, omit_header=False, include_lineno=False, width=0, sort_output=True)
    text = path.read_text(encoding="utf-8")
    text = re.sub(r'^"(POT-Creation-Date|PO-Revision-Date|Last-Translator|Language-Team|Generated-By|Report-Msgid-Bugs-To):.*\\n"\n', "", text, flags=re.MULTILINE)
    path.write_text(re.sub(r"^#(?! ?:).*\n", "", text, flags=re.MULTILINE), encoding="utf-8")


def main(arguments: list[str]) -> int:
    given = json.loads(Path(arguments[1]).read_text(encoding="utf-8")) if len(arguments) > 1 else {}
    update_template()
    for language in LANGUAGES:
        update(language, given if arguments[:1] == [language] else {})
        lacking = missing(language)
        print(f"{language}: {len(strings()) - len(lacking)} translated, {len(lacking)} lacking")
        for text in lacking:
            print(f"  {text!r}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
