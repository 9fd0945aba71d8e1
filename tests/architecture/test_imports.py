"""Imports point one way, rules are pure, and there is one door to ERPNext."""

import sys

import pytest
from reading import PACKAGE, layer_of, source_files

# What each layer may import of this package. Doctype controllers, reports and pages delegate like overrides do.
ALLOWED = {
    "hooks": {"shared"},
    "package": {"shared"},
    "overrides": {"flow", "queries", "compat", "shared"},
    "doctype": {"doctype", "flow", "queries", "rules", "compat", "shared"},
    "api": {"api", "flow", "queries", "rules", "compat", "shared"},
    "www": {"api", "flow", "queries", "compat", "shared"},
    "setup": {"setup", "flow", "queries", "rules", "port", "compat", "shared"},
    "patches": {"setup", "flow", "queries", "port", "compat", "shared"},
    "embedded": {"embedded", "rules", "shared"},
    "flow": {"flow", "rules", "queries", "port", "compat", "shared"},
    "queries": {"queries", "port", "compat", "shared"},
    "rules": {"rules", "shared"},
    "port": {"compat", "shared"},
    "compat": {"shared"},
    "shared": {"shared"},
}

# Pure rules and shared words: computing libraries are welcome, anything that reaches outside the process is not.
IMPURE = {"frappe", "erpnext", "requests", "socket", "subprocess", "os", "random", "time", "pymysql", "MySQLdb", "redis", "rq"}
CLOCK_CALLS = ("date.today", "datetime.now", "datetime.utcnow", "datetime.today", "time.time")


def test_the_package_has_files_to_check():
    assert len(source_files()) > 20


@pytest.mark.parametrize("file", source_files(), ids=lambda file: file.module)
def test_imports_point_inwards(file):
    wrong = sorted(
        name
        for name in file.imports()
        if name.startswith("crm_ext.")
        and layer_of(name) != "package"
        and layer_of(name) not in ALLOWED[file.layer]
    )
    assert not wrong, f"{file.place} is of layer '{file.layer}' and may not import {wrong}"


@pytest.mark.parametrize(
    "file", [file for file in source_files() if file.layer in ("rules", "shared")], ids=lambda file: file.module
)
def test_rules_and_shared_words_are_pure(file):
    reached = sorted(name for name in file.imports() if name.split(".")[0] in IMPURE)
    assert not reached, f"{file.place} reaches outside: {reached}; pass what it needs as arguments"
    for call in CLOCK_CALLS:
        assert f"{call}(" not in file.text, f"{file.place} reads the clock by {call}(); take the moment as an argument"


def test_only_the_port_imports_erpnext():
    importers = {file.module for file in source_files() if any(name.split(".")[0] == "erpnext" for name in file.imports())}
    assert importers <= {"crm_ext.erpnext_port"}


def test_the_embedded_way_in_needs_no_bench():
    for file in source_files():
        if file.layer == "embedded":
            assert not {name.split(".")[0] for name in file.imports()} & {"frappe", "erpnext"}, file.place


def test_nothing_imports_the_package_by_its_folder():
    for file in source_files():
        assert not any(name.startswith("apps.") for name in file.imports()), file.place


def test_no_function_sql_strings_or_star_imports():
    for file in source_files():
        assert not any(name.endswith(".*") for name in file.imports()), f"{file.place} has a star import"


def test_frappe_is_not_needed_to_import_pure_code():
    """The rules run in `./dev demo` on a machine that has no bench."""
    import importlib

    for file in source_files():
        if file.layer in ("rules", "shared"):
            importlib.import_module(file.module)
    assert "erpnext" not in sys.modules


def test_every_folder_of_python_is_a_package():
    for file in source_files():
        folder = file.path.parent
        while folder != PACKAGE.parent:
            assert (folder / "__init__.py").exists(), f"{folder} lacks __init__.py; Frappe would not import {file.place}"
            folder = folder.parent
