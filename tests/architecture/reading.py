"""Reads the package as text and syntax trees, so that the house rules are checked without a bench."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
PACKAGE = REPOSITORY / "apps" / "crm_ext"

# Layers from the outside in: a file may import from its own layer and from layers below it in ALLOWED.
LAYERS = ("hooks", "doctype", "overrides", "api", "setup", "patches", "www", "embedded", "flow", "rules", "queries", "port", "compat", "shared")


@dataclass(frozen=True)
class SourceFile:
    path: Path

    @property
    def module(self) -> str:
        """Dotted name, e.g. 'crm_ext.sales_process.rules.stages'."""
        parts = self.path.relative_to(PACKAGE.parent).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @cached_property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, str(self.path))

    @property
    def layer(self) -> str:
        return layer_of(self.module)

    @property
    def place(self) -> str:
        return str(self.path.relative_to(REPOSITORY))

    def imports(self) -> set[str]:
        """Every module named in an import statement anywhere in the file, `from a.b import c` as 'a.b.c'."""
        found: set[str] = set()
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                found.update(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                found.update(f"{node.module}.{alias.name}" for alias in node.names)
        return found


def layer_of(module: str) -> str:
    """The layer that a dotted module name of this package belongs to."""
    parts = module.split(".")[1:]
    if not parts:
        return "package"
    if parts[0] in ("hooks", "compat"):
        return parts[0]
    if parts[0] == "erpnext_port":
        return "port"
    if parts[0] in ("overrides", "api", "setup", "patches", "www", "embedded", "shared"):
        return parts[0]
    if len(parts) > 1 and parts[1] in ("rules", "queries", "flow"):
        return parts[1]
    if len(parts) > 1 and parts[1] in ("doctype", "report", "page", "workspace", "web_form", "print_format", "dashboard_chart_source"):
        return "doctype"
    return "package"


@lru_cache(maxsize=1)
def source_files() -> tuple[SourceFile, ...]:
    return tuple(
        SourceFile(path)
        for path in sorted(PACKAGE.rglob("*.py"))
        if not any(part in ("public", "fixtures", "node_modules") for part in path.relative_to(PACKAGE).parts)
    )


def decorator_names(function: ast.FunctionDef) -> list[str]:
    """Dotted names of a function's decorators, without their arguments."""
    return [ast.unparse(node.func if isinstance(node, ast.Call) else node) for node in function.decorator_list]
