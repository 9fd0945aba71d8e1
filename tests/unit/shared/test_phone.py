import pytest

from crm_ext.shared.phone import to_e164


@pytest.mark.parametrize(
    ("typed", "region", "stored"),
    [
        ("۰۹۱۲ ۳۴۵ ۶۷۸۹", "IR", "+989123456789"),
        ("٠٩١٢٣٤٥٦٧٨٩", "IR", "+989123456789"),
        ("0098 912 345 6789", "US", "+989123456789"),
        ("+98 (912) 345-6789", None, "+989123456789"),
        ("(212) 555-0143", "US", "+12125550143"),
        ("021-88776655", "IR", "+982188776655"),
    ],
)
def test_numbers_are_stored_in_e164(typed, region, stored):
    assert to_e164(typed, region) == stored


@pytest.mark.parametrize("typed", ["", "call me", "12", "0912-abc-6789", "9" * 40])
def test_what_is_no_number_is_none(typed):
    assert to_e164(typed, "IR") is None


def test_a_local_number_without_a_country_is_none():
    assert to_e164("09123456789", None) is None
