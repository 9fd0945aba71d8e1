"""Makes the package importable from this checkout, wherever the tests run."""

import sys
from pathlib import Path

APPS = Path(__file__).resolve().parent.parent / "apps"
if str(APPS) not in sys.path:
    sys.path.insert(0, str(APPS))
