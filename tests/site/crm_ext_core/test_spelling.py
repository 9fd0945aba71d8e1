"""Days, times, quantities and amounts in the sentences of the server, for readers of two languages."""

from __future__ import annotations

import frappe
import pytest
from frappe.cache_manager import clear_defaults_cache

from crm_ext.crm_ext_core.flow import spelling

AT = "2026-11-22 08:05:59"


@pytest.fixture(params=["en", "fa"])
def written(site, request, monkeypatch):
    """Which of two spellings the reader expects."""
    monkeypatch.setattr(frappe.local, "lang", request.param)
    monkeypatch.setattr(frappe.local, "user_date_format", "dd.mm.yyyy", raising=False)
    return lambda english, persian: persian if request.param == "fa" else english


@pytest.fixture
def of_site(site):
    """Sets the number format of the site."""
    yield lambda number_format: frappe.db.set_default("number_format", number_format)
    frappe.db.rollback()
    clear_defaults_cache()


def test_days_and_times(written):
    assert spelling.day("2026-11-22") == written("22.11.2026", "۱۴۰۵/۰۹/۰۱")
    assert spelling.clock(AT) == written("08:05", "۰۸:۰۵")
    assert spelling.moment(AT) == written("22.11.2026 08:05", "۱۴۰۵/۰۹/۰۱ ۰۸:۰۵")
    assert spelling.window(AT, "2026-11-22 10:00") == written(
        "22.11.2026, 08:05–10:00", "۱۴۰۵/۰۹/۰۱، ۰۸:۰۵ تا ۱۰:۰۰"
    )
    assert spelling.window(AT, None) == spelling.moment(AT)


def test_months_are_those_that_the_figures_were_gathered_by(written):
    assert spelling.month("2026-11-01", "Gregorian") == written("2026-11", "۲۰۲۶-۱۱")
    assert spelling.month("2026-11-22", "Jalali") == written("1405/09", "۱۴۰۵/۰۹")


def test_quantities_and_amounts(written, of_site):
    of_site("#,###.##")
    assert spelling.number(1234567.5) == written("1,234,567.5", "۱٬۲۳۴٬۵۶۷٫۵")
    assert spelling.number(-0.25) == written("-0.25", "-۰٫۲۵")
    assert spelling.number(12) == written("12", "۱۲")
    assert spelling.money(1234.5, "USD") == written("$ 1,234.50", "$ ۱٬۲۳۴٫۵۰")


@pytest.mark.parametrize(
    ("number_format", "english"),
    [
        ("#.###,##", "1.234,50"),
        ("# ###,##", "1 234,50"),
        ("#'###.##", "1'234.50"),
        ("#, ###.##", "1, 234.50"),
        ("", "1,234.50"),
    ],
)
def test_persian_separators_follow_no_number_format(written, of_site, number_format, english):
    of_site(number_format)
    assert spelling.money(1234.5, "USD") == f"$ {written(english, '۱٬۲۳۴٫۵۰')}"


def test_a_number_format_without_decimals_groups_only(written, of_site):
    of_site("#.###")
    assert spelling.money(1234567, "USD") == f"$ {written('1.234.567', '۱٬۲۳۴٬۵۶۷')}"


@pytest.mark.parametrize("write", [spelling.day, spelling.clock, spelling.moment, spelling.number, spelling.money])
def test_nothing_is_written_for_nothing(written, write):
    assert write(None) == ""


def test_nothing_stands_between_the_words_of_a_list_that_has_gaps(written):
    assert spelling.listed("a", "", "b") == written("a, b", "a، b")
    assert spelling.listed() == ""
