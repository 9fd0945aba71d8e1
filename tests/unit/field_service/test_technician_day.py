"""Where a job stands on the technician's page."""

from datetime import date, datetime

import pytest

from crm_ext.field_service.rules.technician_day import place_of

TODAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("status", "docstatus", "planned", "place"),
    [
        ("Planned", 0, datetime(2026, 3, 2, 23, 59), "today"),
        ("Planned", 0, datetime(2026, 3, 3), "coming"),
        ("Planned", 0, datetime(2026, 2, 20), "today"),
        ("Open", 0, None, "coming"),
        ("On the Way", 0, datetime(2026, 3, 5), "today"),
        ("In Progress", 0, None, "today"),
        ("Work Done", 0, datetime(2026, 3, 2), "done"),
        ("Completed", 1, datetime(2026, 3, 2), "done"),
        ("Planned", 1, datetime(2026, 3, 9), "done"),
    ],
)
def test_a_job_stands_where_it_is_looked_for(status, docstatus, planned, place):
    assert place_of(status, docstatus, planned, TODAY) == place
