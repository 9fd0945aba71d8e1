"""Every dotted path that Frappe will call by name leads to something."""

import ast
import importlib.util
import json
import re

import pytest
from reading import PACKAGE, REPOSITORY, source_files

DOTTED = re.compile(r"^crm_ext(\.\w+)+$")
# Modules that Frappe 15, ERPNext 15 and their common companions have: module names are global on a site.
TAKEN_MODULES = {
    "Accounts", "Assets", "Automation", "Bulk Transaction", "Buying", "CRM", "Communication", "Contacts", "Core",
    "Custom", "Desk", "ERPNext Integrations", "EDI", "Email", "FCRM", "Geo", "HR", "Helpdesk", "Integrations",
    "Maintenance", "Manufacturing", "Payments", "Payroll", "Portal", "Printing", "Projects", "Quality Management",
    "Regional", "Selling", "Setup", "Social", "Stock", "Subcontracting", "Support", "Telephony", "Utilities",
    "Website", "Workflow",
}  # fmt: skip


def hook_values():
    """(hook name, dotted path) for each string of hooks.py that looks like a path of this package."""
    tree = ast.parse((PACKAGE / "hooks.py").read_text(encoding="utf-8"))
    for statement in tree.body:
        if isinstance(statement, ast.Assign):
            name = statement.targets[0].id
            for node in ast.walk(statement.value):
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and DOTTED.match(node.value):
                    yield name, node.value


def defined_names(module: str) -> set[str]:
    path = PACKAGE.parent / (module.replace(".", "/") + ".py")
    if not path.exists():
        path = PACKAGE.parent / module.replace(".", "/") / "__init__.py"
    if not path.exists():
        return set()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)} | {
        alias.asname or alias.name for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names
    }


def test_hooks_holds_paths():
    assert list(hook_values())


@pytest.mark.parametrize(("hook", "path"), list(hook_values()), ids=lambda value: value)
def test_every_hook_path_resolves(hook, path):
    module, _, name = path.rpartition(".")
    assert name in defined_names(module), f"hooks.{hook} names {path}, which is not there"


def test_every_patch_resolves():
    for line in (PACKAGE / "patches.txt").read_text(encoding="utf-8").splitlines():
        line = line.split("#")[0].strip()
        if line and not line.startswith("[") and not line.startswith("execute:"):
            assert "execute" in defined_names(line.split()[0]), f"patches.txt names {line}, which is not there"


def test_modules_are_our_own_and_have_their_folder():
    modules = (PACKAGE / "modules.txt").read_text(encoding="utf-8").split("\n")
    for module in filter(None, modules):
        assert module not in TAKEN_MODULES, f"module {module} exists in Frappe or ERPNext"
        room = PACKAGE / module.lower().replace(" ", "_")
        assert (room / "README.md").exists(), f"room {module} lacks its README"


def test_every_doctype_names_its_room_and_a_sort_order():
    for path in PACKAGE.glob("*/doctype/*/*.json"):
        definition = json.loads(path.read_text(encoding="utf-8"))
        room = path.parents[2].name
        assert definition["module"].lower().replace(" ", "_") == room, path
        if not definition.get("issingle"):
            assert definition.get("sort_field"), f"{path} leaves its order to the framework's version"


def test_assets_named_in_hooks_exist():
    text = (PACKAGE / "hooks.py").read_text(encoding="utf-8")
    for bundle in re.findall(r'"([\w.-]+\.bundle\.(?:js|css))"', text):
        assert list((PACKAGE / "public").rglob(bundle.replace(".css", ".*"))), f"hooks.py names {bundle}"
    for path in re.findall(r'"(public/[\w/.-]+)"', text):
        assert (PACKAGE / path).exists(), f"hooks.py names {path}"


def test_the_link_for_bench_stands():
    link = REPOSITORY / "crm_ext"
    assert link.is_symlink() and link.resolve() == PACKAGE


def test_pure_files_can_be_found_by_the_importer():
    assert importlib.util.find_spec("crm_ext.shared.results")
    assert source_files()
