from __future__ import annotations

import pytest

from channels.transport import MalformedHook
from channels.ussd.truroute import (
    INPUT_CHARACTERS_MAX,
    RequestType,
    TruRouteRequest,
    dialled_suffix,
    parse_request,
    render_reply,
)

CODES = frozenset({"*384*555#", "*384#"})


def request(kind: str = "2", msg: str = "1", msisdn: str = "26658851234", session: str = "77") -> bytes:
    return (
        f"<ussd><msisdn>{msisdn}</msisdn><sessionid>{session}</sessionid><type>{kind}</type><msg>{msg}</msg></ussd>"
    ).encode()


def test_the_first_request_brings_what_was_dialled() -> None:
    assert parse_request(request("1", "*384*555#")) == TruRouteRequest(
        type=RequestType.BEGINS, session="77", caller="+26658851234", text="*384*555#"
    )


def test_a_later_request_brings_its_own_input() -> None:
    asked = parse_request(request(msg=" Mots&apos;eanong &amp; 1 "))

    assert (asked.type, asked.text, asked.is_hop) == (RequestType.ANSWERS, "Mots'eanong & 1", True)


@pytest.mark.parametrize("kind", ["3", "4", "10"])
def test_a_notice_is_no_hop(kind: str) -> None:
    assert not parse_request(request(kind)).is_hop


@pytest.mark.parametrize("kind", ["", "0", "5", "11", "x", "1.0"])
def test_any_other_type_is_malformed(kind: str) -> None:
    with pytest.raises(MalformedHook, match="type"):
        parse_request(request(kind))


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (request(session=""), "sessionid is missing"),
        (request(session="7" * 129), "sessionid is longer"),
        (request(msisdn=""), "msisdn is missing"),
        (request(msisdn="somebody"), "msisdn is not a phone number"),
    ],
)
def test_a_request_that_does_not_say_who_asks_is_malformed(body: bytes, why: str) -> None:
    with pytest.raises(MalformedHook, match=why):
        parse_request(body)


def test_a_long_input_is_read_up_to_a_bound_without_marks_that_hide_text() -> None:
    asked = parse_request(request(msg="\u202e1" + "7" * 2_000))

    assert asked.text.startswith("17")
    assert len(asked.text) == INPUT_CHARACTERS_MAX


def test_what_was_typed_is_in_no_repr() -> None:
    assert "2580" not in repr(parse_request(request(msg="2580")))


def test_a_page_continues_or_releases() -> None:
    assert render_reply("Fees < M5 & 'x'\n1. Yes", ends=False) == (
        b"<ussd><type>2</type><msg>Fees &lt; M5 &amp; 'x'\n1. Yes</msg></ussd>"
    )
    assert render_reply("Goodbye\f", ends=True) == b"<ussd><type>3</type><msg>Goodbye </msg></ussd>"


@pytest.mark.parametrize(
    ("dialled", "suffix"),
    [
        ("*384*555#", ""),
        ("*384*555*1*2#", "1*2"),
        ("*384#", ""),
        ("*384*7#", "7"),
        ("*384*55#", "55"),
        ("*385#", None),
        ("*384*555*1", None),
        ("", None),
    ],
)
def test_choices_follow_the_longest_code_that_is_ours(dialled: str, suffix: str | None) -> None:
    assert dialled_suffix(dialled, CODES) == suffix


def test_where_every_code_is_ours_nothing_of_it_is_a_choice() -> None:
    assert dialled_suffix("*384*555*1*2#", None) == ""
