"""Where the columnar extract of campaign return lies, and what it holds.

The extract is derived data: Parquet files in the site's private folder, one for each relation, and a manifest that names
the files of the present state. Files are never changed; a new state is new files and one atomic exchange of the
manifest. Losing it costs one rebuild and no figure.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

import frappe

# Raised when the columns of a relation change: an extract of another format is not read and is built anew.
FORMAT = 1
_MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Check:
    """A comparison of one company's facts with its general ledger over all its months. Amounts in its currency."""

    company: str
    ledger_income: str
    ledger_cost_of_goods: str
    difference: str
    months_rebuilt: int
    checked_at: str


@dataclass(frozen=True)
class Manifest:
    """since: rows written after this moment (site time) may be missing and are read from the database.

    files: relation -> file name.
    """

    since: datetime
    files: dict[str, str]
    checks: tuple[Check, ...] = field(default_factory=tuple)

    def path(self, relation: str) -> str:
        return str(folder() / self.files[relation])


def folder() -> Path:
    return Path(frappe.get_site_path("private", "crm_ext", "campaign_return"))


def read_manifest() -> Manifest | None:
    """The present state, or None where no extract was made yet or it is of another format."""
    try:
        stored = json.loads((folder() / _MANIFEST).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    if stored["format"] != FORMAT:
        return None
    if not all((folder() / name).exists() for name in stored["files"].values()):
        return None
    checks = tuple(Check(**check) for check in stored["checks"])
    return Manifest(datetime.fromisoformat(stored["since"]), stored["files"], checks)


def to_json(manifest: Manifest) -> str:
    stored = {"format": FORMAT, "since": manifest.since.isoformat(), "files": manifest.files}
    return json.dumps(stored | {"checks": [asdict(check) for check in manifest.checks]}, indent=1)


def manifest_path() -> Path:
    return folder() / _MANIFEST
