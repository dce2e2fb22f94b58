from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import pytest

from channels.transport import MalformedHook
from channels.ussd.africastalking import (
    TEXT_CHARACTERS_MAX,
    UssdHop,
    UssdSessionStatus,
    parse_hop,
    parse_session_ended,
    render_reply,
)

FIXTURES = Path(__file__).parents[2] / "fixtures" / "africastalking"
SESSION = "ATUid_1c1e09269ff2b366033529d495e083e5"
FIELDS = {"sessionId": "S1", "serviceCode": "*384*555#", "phoneNumber": "+26658851234", "text": "1"}


def fixture(name: str) -> bytes:
    return (FIXTURES / name).read_bytes()


def body_without(name: str) -> bytes:
    return urlencode({key: value for key, value in FIELDS.items() if key != name}).encode()


def body_with(**fields: str) -> bytes:
    return urlencode(FIELDS | fields).encode()


def test_the_first_hop_has_an_empty_text() -> None:
    assert parse_hop(fixture("ussd_first_hop.form")) == UssdHop(
        service="*384*555#", session=SESSION, caller="+26658851234", network="99999", text=""
    )


def test_a_later_hop_has_all_that_was_typed() -> None:
    assert parse_hop(fixture("ussd_fourth_hop.form")).text == "1*Mots'eanong Ts'epo*0"


def test_a_bare_plus_is_mended_and_the_network_may_be_absent() -> None:
    hop = parse_hop(fixture("ussd_bare_plus.form"))

    assert (hop.caller, hop.network, hop.service, hop.text) == ("+26658851234", "", "*384*555#", "1*2")


def test_a_caller_from_abroad_is_read_so_that_they_can_be_told() -> None:
    assert parse_hop(body_with(phoneNumber="+27821234567")).caller == "+27821234567"


@pytest.mark.parametrize("name", ["sessionId", "serviceCode", "phoneNumber"])
def test_a_hop_without_a_field_that_names_it_is_malformed(name: str) -> None:
    with pytest.raises(MalformedHook, match=f"{name} is missing"):
        parse_hop(body_without(name))


@pytest.mark.parametrize("name", sorted(FIELDS))
def test_a_field_that_comes_twice_is_malformed(name: str) -> None:
    with pytest.raises(MalformedHook, match=f"{name} is there twice"):
        parse_hop(body_with() + f"&{name}=2".encode())


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"{}", body_with() + b"&text2=%ZZ", b"sessionId=%E0%A4"])
def test_a_body_that_is_no_such_form_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedHook):
        parse_hop(body)


def test_unknown_fields_are_ignored() -> None:
    assert parse_hop(body_with(shoeSize="44")) == parse_hop(body_with())


def test_a_text_is_freed_of_control_characters_and_bounded() -> None:
    assert parse_hop(body_with(text="1*\x00\x1b\u202eabc\ty")).text == "1*abc y"
    assert len(parse_hop(body_with(text="9" * (TEXT_CHARACTERS_MAX + 1))).text) == TEXT_CHARACTERS_MAX


def test_a_session_id_longer_than_any_is_malformed() -> None:
    with pytest.raises(MalformedHook, match="sessionId is longer"):
        parse_hop(body_with(sessionId="x" * 129))


def test_neither_a_hop_nor_a_refusal_shows_what_was_typed() -> None:
    body = body_with(text="1*4711", phoneNumber="4711")

    with pytest.raises(MalformedHook) as refused:
        parse_hop(body)

    assert "4711" not in str(refused.value)
    assert "4711" not in repr(parse_hop(body_with(text="1*4711")))


def test_a_reply_begins_with_exactly_con_or_end() -> None:
    assert render_reply("Lumela\n1 Kopa", ends=False) == b"CON Lumela\n1 Kopa"
    assert render_reply("Sala hantle", ends=True) == b"END Sala hantle"


def test_the_end_of_a_session_is_read_without_what_was_typed_and_shown() -> None:
    ended = parse_session_ended(fixture("ussd_ended.form"))

    assert ended.status is UssdSessionStatus.INCOMPLETE
    assert ended.ended_at == datetime(2025, 9, 29, 12, 0, 0, tzinfo=UTC)
    assert (ended.session, ended.service, ended.caller) == (SESSION, "*384*555#", "+26658851234")
    assert (ended.hops, ended.duration_milliseconds, ended.cost, ended.error) == (3, 18_250, "KES 0.10", "")
    assert ended.hop_screens == ("home", "apply.amount", "apply.pin")
    assert "4711" not in repr(ended)
    assert "PIN" not in repr(ended)


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        (b"status=Incomplete", b"status=Exploded", "status"),
        (b"hopsCount=3", b"hopsCount=-3", "hopsCount"),
        (b"durationInMillis=18250", b"durationInMillis=1e99", "durationInMillis"),
        (b"date=2025-09-29+12%3A00%3A00", b"date=soon", "date"),
        (b"date=2025-09-29+12%3A00%3A00&", b"", "date"),
    ],
)
def test_a_notice_that_makes_no_sense_is_malformed(old: bytes, new: bytes, what: str) -> None:
    body = fixture("ussd_ended.form")
    assert old in body

    with pytest.raises(MalformedHook, match=what):
        parse_session_ended(body.replace(old, new))


def test_counts_that_were_not_sent_are_zero() -> None:
    body = fixture("ussd_ended.form").replace(b"hopsCount=3&", b"").replace(b"hopsMetadata=", b"ignored=")

    ended = parse_session_ended(body)

    assert (ended.hops, ended.hop_screens) == (0, ())
