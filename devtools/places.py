"""Where things are on this machine."""

from __future__ import annotations

import os
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
APP = "crm_ext"
DEVELOPMENT_SITE = "crm.localhost"
# One for each process that runs site tests; the first is also the browser's.
TEST_SITES = ("crm-ext-test.localhost", "crm-ext-test-too.localhost")
MEASURING_SITE = "crm-ext-measure.localhost"


def cache() -> Path:
    """Everything that can be made again: virtual environments, site templates, test benches."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(base) / APP
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def bench_path() -> Path:
    return Path(os.environ.get("CRM_EXT_BENCH") or Path.home() / "crm-ext-bench").expanduser().absolute()
