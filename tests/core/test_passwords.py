from __future__ import annotations

import pytest

from core.passwords import (
    PasswordNamesLender,
    PasswordTooCommon,
    PasswordTooLong,
    PasswordTooShort,
    check_password,
)

NAMES = ("khotso", "Khotso Finance", "palesa@khotso.example", "Ab")


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery",
        "twelve-chars",
        "kgomo le namane ya yona",
        "ŠšŠš öäü 漢字漢字",
        "x" * 100 + "abcdefgh",
        " a b c d e f g",
    ],
)
def test_any_long_password_will_do_whatever_it_is_made_of(password: str) -> None:
    check_password(password, names=NAMES)


@pytest.mark.parametrize(
    ("password", "refusal"),
    [
        ("", PasswordTooShort),
        ("elevenchars", PasswordTooShort),
        ("correct horse battery " * 6, PasswordTooLong),
        ("administrator", PasswordTooCommon),
        ("1qaz 2wsx 3EDC", PasswordTooCommon),
        ("QWERTY123456", PasswordTooCommon),
        ("aaaaaaaaaaaaaaaa", PasswordTooCommon),
        ("abababababab", PasswordTooCommon),
        ("my khotso password", PasswordNamesLender),
        ("KHOTSO FINANCE 2026", PasswordNamesLender),
        ("palesa@khotso.example!", PasswordNamesLender),
    ],
)
def test_what_is_tried_first_is_refused(password: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal) as refused:
        check_password(password, names=NAMES)

    assert getattr(refused.value, "field", None) == "password"


def test_a_lenders_very_short_name_forbids_nothing() -> None:
    check_password("a cabbage in the rain", names=("Ab",))


@pytest.mark.parametrize(("length", "fits"), [(11, False), (12, True), (128, True), (129, False)])
def test_the_length_is_counted_in_characters(length: int, fits: bool) -> None:
    password = ("šabcdefghijk" * 11)[:length]

    if fits:
        check_password(password, names=())
    else:
        with pytest.raises((PasswordTooShort, PasswordTooLong)):
            check_password(password, names=())
