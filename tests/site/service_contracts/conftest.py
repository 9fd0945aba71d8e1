"""What most tests of contracts begin with."""

from __future__ import annotations

import billing
import pytest


@pytest.fixture
def item(site):
    """A service that can be billed."""
    return billing.service().name


@pytest.fixture
def buyer(site):
    return billing.customer().name
