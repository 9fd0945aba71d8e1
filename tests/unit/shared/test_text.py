import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_ext.shared.text import (
    clean_name,
    literally,
    match_key,
    to_latin_digits,
    to_persian_digits,
    to_persian_number,
)


def test_digits_of_three_scripts_become_latin():
    assert to_latin_digits("۰۹۱۲ ٣٤٥ 67") == "0912 345 67"


def test_persian_decimal_and_thousands_marks_become_latin():
    assert to_latin_digits("۱۲٬۳۴۵٫۶۷") == "12,345.67"


@pytest.mark.parametrize(
    ("written", "decimal"),
    [("$ -1,200.50", "."), ("$ -1.200,50", ","), ("$ -1 200,50", ","), ("$ -1, 200.50", "."), ("$ -1'200.50", ".")],
)
def test_numbers_of_every_format_get_persian_separators(written, decimal):
    assert to_persian_number(written, decimal) == "$ -۱٬۲۰۰٫۵۰"


@given(st.text(alphabet="0123456789-/ abc"))
def test_persian_digits_and_back_is_the_same_text(text):
    assert to_latin_digits(to_persian_digits(text)) == text


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("علي  كريمي", "علی کریمی"),
        ("\u200fشرکت گاز\u200e ", "شرکت گاز"),
        ("می\u200cروم", "می\u200cروم"),
        ("\ufeffAcme\u00a0 GmbH", "Acme GmbH"),
    ],
)
def test_names_are_stored_in_one_form(typed, stored):
    assert clean_name(typed) == stored


@given(st.text())
def test_cleaning_a_clean_name_changes_nothing(text):
    assert clean_name(clean_name(text)) == clean_name(text)


@pytest.mark.parametrize(("typed", "pattern"), [("50%", "50\\%"), ("A_1", "A\\_1"), ("C:\\", "C:\\\\")])
def test_signs_of_like_stand_for_themselves(typed, pattern):
    assert literally(typed) == pattern


def test_names_match_across_spelling_habits():
    assert match_key("پمپ\u200cسازی  كاوه ۲") == match_key("پمپ سازی کاوه 2")
