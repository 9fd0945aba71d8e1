"""The world of service orders: customer, equipment, technician with a van; made once for a file of tests."""

from __future__ import annotations

import pytest
import service_world


@pytest.fixture(scope="module")
def committed(site_connection):
    with service_world.committed() as made:
        yield made


@pytest.fixture
def world(site, committed):
    return committed
