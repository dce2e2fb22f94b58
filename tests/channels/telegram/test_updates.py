"""Updates in Telegram's own shapes, whole and sparse, and everything that is none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.telegram.updates import Incoming, IncomingKind, PoisonUpdate, may_be_secret, parse_update
from channels.transport import MalformedHook

FIXTURES = Path(__file__).parents[2] / "fixtures" / "telegram"


def read(name: str) -> Incoming | None:
    return parse_update((FIXTURES / f"{name}.json").read_bytes())


@pytest.mark.parametrize("name", ["message", "sparse_message"])
def test_a_text_is_read_from_a_whole_and_from_a_sparse_document(name: str) -> None:
    came = read(name)

    assert came is not None
    assert (came.kind, came.chat_id, came.user_id, came.text) == (IncomingKind.TEXT, 1111111, 1111111, "/start")


def test_a_contact_keeps_whose_number_it_is() -> None:
    came = read("contact")

    assert came is not None
    assert (came.kind, came.phone, came.phone_owner) == (IncomingKind.CONTACT, "26658851234", 1111111)


def test_a_press_keeps_where_its_button_stood() -> None:
    came = read("callback_query")

    assert came is not None
    assert (came.kind, came.data, came.message_id, came.chat_id) == (IncomingKind.PRESS, "s:10000:1:1", 1367, 1111111)
    assert came.language == "st"


def test_a_press_on_a_message_too_old_to_be_shown_is_a_press() -> None:
    came = read("inaccessible_message")

    assert came is not None
    assert (came.kind, came.message_id) == (IncomingKind.PRESS, 12)


def test_a_press_without_a_message_is_of_its_users_chat() -> None:
    came = read("inline_press")

    assert came is not None
    assert (came.kind, came.message_id, came.chat_id) == (IncomingKind.PRESS, None, 1111111)


def test_a_press_in_a_group_is_rested_and_means_nothing() -> None:
    came = read("group_press")

    assert came is not None
    assert (came.callback_id, came.data, came.message_id, came.chat_id) == ("77", "", None, 1111111)


@pytest.mark.parametrize("name", ["kicked", "sparse_kicked"])
def test_whoever_blocks_the_bot_is_gone(name: str) -> None:
    came = read(name)

    assert came is not None
    assert (came.kind, came.chat_id) == (IncomingKind.BLOCKED, 1111111)


@pytest.mark.parametrize("name", ["group_message", "group_kicked", "edited_message", "channel_post", "from_a_bot"])
def test_what_is_not_ours_to_answer_is_nothing(name: str) -> None:
    assert read(name) is None


@pytest.mark.parametrize(("name", "update_id"), [("poison_message", 10014), ("poison_press", 10015)])
def test_what_cannot_be_read_is_known_by_its_number(name: str, update_id: int) -> None:
    with pytest.raises(PoisonUpdate) as refusal:
        read(name)

    assert refusal.value.update_id == update_id


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'{"update_id":"1"}',
        b'{"update_id":-1}',
        b"\xff\xfe",
        b"{" * 60_000,
        b'{"update_id":1e400}',
    ],
)
def test_what_is_no_update_at_all_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedHook) as refusal:
        parse_update(body)

    assert not isinstance(refusal.value, PoisonUpdate)


_MEMBERS = (
    *("message", "chat", "id", "from", "text", "contact", "type", "callback_query", "data"),
    *("status", "my_chat_member", "new_chat_member", "message_id", "user_id", "phone_number"),
)
_DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_MEMBERS), inner, max_size=5),
)


@given(_DOCUMENTS)
def test_no_document_raises_anything_else(content: object) -> None:
    body = json.dumps({"update_id": 5, "message": content, "callback_query": content, "my_chat_member": content})

    try:
        came = parse_update(body.encode())
    except MalformedHook:
        return
    assert came is None or came.update_id == 5


def test_nothing_that_a_person_wrote_or_is_stands_in_a_log_line() -> None:
    came = read("contact")

    assert "58851234" not in repr(came)
    assert "1111111" not in repr(came)
    with pytest.raises(PoisonUpdate) as refusal:
        read("poison_message")
    assert "one" not in str(refusal.value)


def test_the_stored_form_reads_back() -> None:
    came = read("callback_query")

    assert came is not None
    assert Incoming.from_json(json.loads(json.dumps(came.to_json()))) == came


@pytest.mark.parametrize("text", ["2580", "25 80", "2-5-8-0", "PIN 2580", "my pin: 258012", " 123456 "])
def test_what_may_be_a_pin_or_a_code_is_taken_for_one(text: str) -> None:
    assert may_be_secret(text)


@pytest.mark.parametrize("text", ["", "1", "98", "Palesa", "012345678901", "I was born in 1990 in Maseru, at home"])
def test_what_cannot_be_a_pin_is_not(text: str) -> None:
    assert not may_be_secret(text)
