"""Phone numbers: one canonical form, mobiles of Lesotho alone, and never whole in a log."""

from __future__ import annotations

import pytest

from core.phones import NotALesothoMobile, PhoneNumber


@pytest.mark.parametrize(
    "written",
    ["+26658851234", "26658851234", "0026658851234", "58851234", " 26658851234", "+266 5885 1234", "5885-1234"],
)
def test_every_way_of_writing_it_is_one_number(written: str) -> None:
    assert PhoneNumber.parse(written).e164 == "+26658851234"


@pytest.mark.parametrize(
    "written", ["", "abc", "22312345", "77123456", "+27821234567", "5885123", "588512345", "+2665885123456"]
)
def test_what_is_no_mobile_of_lesotho_is_refused(written: str) -> None:
    with pytest.raises(NotALesothoMobile) as refused:
        PhoneNumber.parse(written)

    assert refused.value.field == "phone"


def test_neither_screens_nor_logs_show_it_whole() -> None:
    number = PhoneNumber.parse("58851234")

    assert number.masked == "+266 ••••• 234"
    assert repr(number) == "PhoneNumber(…234)"
    assert str(number) == "+26658851234"
