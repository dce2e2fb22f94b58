from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from channels.sms.inbound import TEXT_CHARACTERS_MAX, InboundSms, parse_inbound_sms
from channels.transport import MalformedHook

FIXTURES = Path(__file__).parents[2] / "fixtures" / "africastalking"
WITH_ZONE = (FIXTURES / "inbound_with_zone.form").read_bytes()
WITHOUT_ZONE = (FIXTURES / "inbound_without_zone.form").read_bytes()


def test_an_inbound_message_is_read() -> None:
    assert parse_inbound_sms(WITH_ZONE) == InboundSms(
        provider_id="28a92cdf-2d63-4ee3-93df-4233d3de0356",
        sender="+26658851234",
        service="28901",
        text="LOAN balance",
        received_at=datetime(2017, 5, 3, 6, 4, 45, tzinfo=UTC),
        link_id="SampleLinkId123",
        network="",
    )


def test_the_date_without_a_zone_is_the_same_instant() -> None:
    assert parse_inbound_sms(WITHOUT_ZONE).received_at == parse_inbound_sms(WITH_ZONE).received_at


def test_a_text_is_bounded_freed_of_control_characters_and_not_shown() -> None:
    long = parse_inbound_sms(WITH_ZONE.replace(b"LOAN+balance", b"%00x" + b"y" * 9_000))

    assert long.text == "x" + "y" * (TEXT_CHARACTERS_MAX - 1)
    assert "yyy" not in repr(long)


@pytest.mark.parametrize("name", [b"id", b"from", b"to", b"date"])
def test_a_message_without_what_names_it_is_malformed(name: bytes) -> None:
    body = WITH_ZONE.replace(b"&" + name + b"=", b"&gone=")
    assert body != WITH_ZONE

    with pytest.raises(MalformedHook, match=f"{name.decode()} is missing"):
        parse_inbound_sms(body)
