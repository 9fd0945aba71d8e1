"""The whitelisted surface: typed, permission-checked, POST for writes; and permissions are not bypassed in silence."""

import ast
import re

import pytest
from reading import PACKAGE, decorator_names, source_files

# A whitelisted function starts by asking who is calling. Guests' doors name the guard that stands in for a permission.
GUARDS = (
    "frappe.has_permission",
    "frappe.only_for",
    "check_permission",
    "has_permission",
    "require_",
    "guard_",
)
WRITING_VERBS = ("flow.", "flow_")


def whitelisted_functions():
    for file in source_files():
        for node in ast.walk(file.tree):
            if isinstance(node, ast.FunctionDef) and "frappe.whitelist" in decorator_names(node):
                yield pytest.param(file, node, id=f"{file.module}.{node.name}")


WHITELISTED = list(whitelisted_functions())


def first_statement(function: ast.FunctionDef) -> str:
    body = function.body
    if isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        body = body[1:]
    return ast.unparse(body[0]) if body else ""


@pytest.mark.parametrize(("file", "function"), WHITELISTED)
def test_whitelisted_functions_are_typed(file, function):
    arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    bare = [argument.arg for argument in arguments if argument.annotation is None and argument.arg != "self"]
    assert not bare, f"{file.place}: {function.name} takes {bare} without a type"
    assert function.returns is not None, f"{file.place}: {function.name} does not say what it returns"


@pytest.mark.parametrize(("file", "function"), WHITELISTED)
def test_whitelisted_functions_check_permission_first(file, function):
    opening = first_statement(function)
    assert any(guard in opening for guard in GUARDS), (
        f"{file.place}: {function.name} does not ask for permission on its first line: {opening}"
    )


@pytest.mark.parametrize(("file", "function"), WHITELISTED)
def test_whitelisted_functions_that_write_demand_post(file, function):
    decorator = next(ast.unparse(node) for node in function.decorator_list if "frappe.whitelist" in ast.unparse(node))
    calls_flow = any(
        isinstance(node, ast.Call) and ast.unparse(node.func).startswith(WRITING_VERBS) for node in ast.walk(function)
    )
    if calls_flow:
        assert "POST" in decorator, f"{file.place}: {function.name} writes; whitelist it with methods=['POST']"


def test_whitelisted_functions_stand_in_api_only():
    outside = [
        file.place
        for file in source_files()
        if file.layer not in ("api", "doctype")
        and any(
            isinstance(node, ast.FunctionDef) and "frappe.whitelist" in decorator_names(node)
            for node in ast.walk(file.tree)
        )
    ]
    assert not outside


def test_bypassed_permissions_are_explained():
    """`ignore_permissions` needs a comment on its line or the line above that says who was checked instead."""
    unexplained = []
    for file in source_files():
        lines = file.text.splitlines()
        for number, line in enumerate(lines):
            if re.search(r"ignore_permissions\s*=\s*(True|1)", line) and not line.strip().startswith("#"):
                if "#" not in line and not lines[number - 1].strip().startswith("#"):
                    unexplained.append(f"{file.place}:{number + 1}")
    assert not unexplained


def test_commits_are_explained():
    for file in source_files():
        lines = file.text.splitlines()
        for number, line in enumerate(lines):
            if "frappe.db.commit()" in line:
                assert "#" in line or lines[number - 1].strip().startswith("#"), f"{file.place}:{number + 1}"


def test_parameters_are_never_formatted_into_sql():
    for file in source_files():
        for node in ast.walk(file.tree):
            if (
                isinstance(node, ast.Call)
                and ast.unparse(node.func) == "frappe.db.sql"
                and node.args
                and isinstance(node.args[0], ast.BinOp)
                and isinstance(node.args[0].op, ast.Mod)
            ):
                pytest.fail(f"{file.place}:{node.lineno} formats values into SQL")


def test_dialogs_open_without_fading():
    """Bootstrap drops a hide that comes while a dialog fades in: a quick choice would leave it open for good."""
    opening = re.compile(r"new frappe\.ui\.Dialog\((?!\{\s*animate: false,)")
    scripts = (path for path in PACKAGE.rglob("*.js") if "dist" not in path.parts)
    fading = [path.relative_to(PACKAGE).as_posix() for path in scripts if opening.search(path.read_text("utf-8"))]
    assert not fading, f"say `animate: false` first in the dialogs of {fading}"


def test_no_desk_routes_are_spelled_out():
    """Version 16 moves /app; `frappe.utils.get_url_to_form` and `frappe.set_route` do not care."""
    for path in [*PACKAGE.rglob("*.py"), *PACKAGE.rglob("*.js"), *PACKAGE.rglob("*.html")]:
        if "dist" not in path.parts:
            assert "/app/" not in path.read_text(encoding="utf-8"), path


@pytest.mark.parametrize(("file", "function"), WHITELISTED)
def test_types_of_whitelisted_functions_are_real(file, function):
    """With postponed annotations Frappe sees texts where types should be, and checks and converts nothing."""
    assert "__future__.annotations" not in file.imports(), f"{file.place}: take out the import from __future__"
