"""A chat is heard as much as a person can say, and no more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from channels.telegram.flooding import AT_ONCE_MAX, CHATS_KNOWN_MAX, SECONDS_EACH, Floodgate

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
CHAT, OTHER = b"chat", b"other"


def flooded() -> Floodgate:
    gate = Floodgate()
    assert all(gate.lets_in(CHAT, NOW) for _ in range(AT_ONCE_MAX))
    return gate


def test_what_is_said_beyond_the_bound_is_not_heard() -> None:
    assert not flooded().lets_in(CHAT, NOW)


def test_one_that_floods_us_takes_nothing_from_another() -> None:
    assert flooded().lets_in(OTHER, NOW)


def test_after_a_while_one_more_is_heard_for_each_while() -> None:
    gate, later = flooded(), NOW + timedelta(seconds=2 * SECONDS_EACH)

    assert [gate.lets_in(CHAT, later) for _ in range(3)] == [True, True, False]


def test_who_goes_on_flooding_is_heard_again_as_soon_as_anybody() -> None:
    """What was not heard is not held against a chat: else a stuck key would shut it out for ever."""
    gate = flooded()
    for _ in range(1_000):
        gate.lets_in(CHAT, NOW)

    assert gate.lets_in(CHAT, NOW + timedelta(seconds=SECONDS_EACH))


def test_a_clock_that_was_set_back_lets_nobody_through() -> None:
    assert not flooded().lets_in(CHAT, NOW - timedelta(hours=1))


def test_no_more_chats_are_remembered_than_there_is_room_for() -> None:
    gate = flooded()
    for number in range(CHATS_KNOWN_MAX):
        gate.lets_in(number.to_bytes(4, "big"), NOW)

    assert gate.lets_in(CHAT, NOW), "the one that was silent for longest was forgotten"
