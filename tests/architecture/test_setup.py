"""What a file of setup/ can create is created by the installation, and what it can remove is removed with the app."""

import ast

import pytest
from reading import PACKAGE

SETUP = PACKAGE / "setup"
TABLES_OF_CONTENTS = ("install", "uninstall")


def functions(path):
    return {node.name for node in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(node, ast.FunctionDef)}


def calls(path):
    """'<module>.<function>' for each call in the file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}


SUBJECTS = [path for path in sorted(SETUP.glob("*.py")) if path.stem not in (*TABLES_OF_CONTENTS, "__init__")]


@pytest.mark.parametrize("path", SUBJECTS, ids=lambda path: path.stem)
def test_creation_is_called_by_the_installation(path):
    if "create" in functions(path):
        assert f"{path.stem}.create" in calls(SETUP / "install.py"), f"setup/install.py forgets {path.stem}"


@pytest.mark.parametrize("path", SUBJECTS, ids=lambda path: path.stem)
def test_removal_is_called_by_the_uninstallation(path):
    if "remove" in functions(path):
        assert f"{path.stem}.remove" in calls(SETUP / "uninstall.py"), f"setup/uninstall.py forgets {path.stem}"


def doctypes_made(path):
    """Names of doctypes in the dictionaries of the file, as folder names."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value == "doctype" and isinstance(value, ast.Constant):
                    yield value.value.lower().replace(" ", "_")


def test_records_of_foreign_doctypes_are_removed_by_whoever_creates_them():
    """Records of the app's own doctypes go with them; everything else needs a `remove`."""
    own = {folder.name for folder in PACKAGE.glob("*/doctype/*") if folder.is_dir()}
    for path in SUBJECTS:
        foreign = set(doctypes_made(path)) - own
        if "create" in functions(path) and foreign:
            assert "remove" in functions(path), f"setup/{path.name} makes {sorted(foreign)} and never removes it"
