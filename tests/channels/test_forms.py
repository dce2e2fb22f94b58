from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.forms import BODY_BYTES_MAX, instant, international_number, read_form, required, visible
from channels.transport import MalformedHook


def test_a_form_keeps_only_the_fields_that_are_known() -> None:
    assert read_form(b"a=1&b=&c=3", {"a", "b"}) == {"a": "1", "b": ""}


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (b"a=%ZZ", "percent"),
        (b"a=%4", "percent"),
        (b"a=%FF", "UTF-8"),
        (b"a=\xff", "UTF-8"),
        (b"a=1&a=1", "a is there twice"),
        (b"&".join(b"x%d=1" % number for number in range(65)), "fields"),
        (b"a=" + b"1" * BODY_BYTES_MAX, "larger"),
    ],
)
def test_a_wrong_form_is_refused_and_its_values_are_not_repeated(body: bytes, what: str) -> None:
    with pytest.raises(MalformedHook, match=what):
        read_form(body, {"a"})


def test_an_unknown_field_may_come_twice() -> None:
    assert read_form(b"x=1&x=2&a=3", {"a"}) == {"a": "3"}


def test_a_field_of_blanks_and_invisible_characters_is_missing() -> None:
    with pytest.raises(MalformedHook, match="a is missing"):
        required({"a": " \u200f\x00 "}, "a", characters_max=9)


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("+26658851234", "+26658851234"),
        (" 26658851234", "+26658851234"),
        ("26658851234", "+26658851234"),
        ("58851234", "+26658851234"),
        ("+254711223344", "+254711223344"),
        (" 254711223344", "+254711223344"),
    ],
)
def test_a_number_of_any_country_becomes_plus_and_digits(written: str, canonical: str) -> None:
    assert international_number(written, "phoneNumber") == canonical


@pytest.mark.parametrize("written", ["", "abc", "+0123456789", "123", "+1234567890123456", "+2547 11223344;--"])
def test_what_is_no_number_is_refused(written: str) -> None:
    with pytest.raises(MalformedHook):
        international_number(written, "phoneNumber")


def test_control_and_format_characters_go_and_a_line_break_is_a_space() -> None:
    assert visible("1\x00*\u202eTs'epo\r\nM\u200b\ufeff.") == "1*Ts'epo  M."


@given(st.text(), st.text())
def test_what_is_appended_never_changes_how_the_beginning_reads(first: str, second: str) -> None:
    assert visible(first + second) == visible(first) + visible(second)


@pytest.mark.parametrize("written", ["2017-05-03T06:04:45Z", "2017-05-03 06:04:45", "2017-05-03T08:04:45+02:00"])
def test_both_forms_of_a_date_are_the_same_instant_in_utc(written: str) -> None:
    assert instant(written, "date") == datetime(2017, 5, 3, 6, 4, 45, tzinfo=UTC)


@pytest.mark.parametrize("written", ["", "yesterday", "2017-13-03 06:04:45", "0001-01-01T00:00:00+14:00"])
def test_what_is_no_date_is_refused(written: str) -> None:
    with pytest.raises(MalformedHook, match="date"):
        instant(written, "date")
