"""Makes the package importable from this checkout, wherever the tests run."""

import sys
from pathlib import Path

from hypothesis import settings

APPS = Path(__file__).resolve().parent.parent / "apps"
if str(APPS) not in sys.path:
    sys.path.insert(0, str(APPS))

# How long an example takes says more about the machine's other work than about the code.
settings.register_profile("house", deadline=None)
settings.load_profile("house")
