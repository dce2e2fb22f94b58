"""Telegram's updates: from the body of a webhook call to plain values, or to nothing where it does not concern us.

Read with models of our own, for the members that are used: a document that lacks others, as the examples of Telegram's
own guide do, is read all the same. What people wrote may be a PIN, so no value reaches a log or an exception.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from channels.transport import MalformedHook

TEXT_CHARACTERS_MAX: Final = 4_096
_WORD_CHARACTERS_MAX: Final = 256
_PRIVATE: Final = "private"
_GONE: Final = frozenset({"kicked", "left"})
_SECRET_CHARACTERS_MAX: Final = 24
_SECRET_DIGITS: Final = range(4, 9)
_DIGITS: Final = re.compile(r"\d")

_Id = Annotated[int, Field(ge=-(2**63), lt=2**63)]
_UpdateId = Annotated[int, Field(ge=0, lt=2**63)]


class _Part(BaseModel):
    """Members that are not named are ignored; those that are must have their type."""

    model_config = ConfigDict(strict=True, hide_input_in_errors=True)


class _User(_Part):
    id: _Id
    is_bot: bool = False
    language_code: str = ""


class _Chat(_Part):
    id: _Id
    type: str = _PRIVATE


class _Contact(_Part):
    phone_number: str
    user_id: _Id | None = None


class _Message(_Part):
    message_id: _Id
    chat: _Chat
    sender: _User | None = Field(default=None, alias="from")
    text: str | None = None
    contact: _Contact | None = None


class _PressedOn(_Part):
    """The message of a pressed button. An old one is inaccessible: then there is little more than its number."""

    message_id: _Id
    chat: _Chat


class _CallbackQuery(_Part):
    id: str
    sender: _User = Field(alias="from")
    message: _PressedOn | None = None
    data: str = ""


class _Member(_Part):
    status: str


class _MyChatMember(_Part):
    chat: _Chat
    sender: _User | None = Field(default=None, alias="from")
    new_chat_member: _Member


class _Update(_Part):
    update_id: _UpdateId
    message: _Message | None = None
    callback_query: _CallbackQuery | None = None
    my_chat_member: _MyChatMember | None = None


class _Numbered(_Part):
    update_id: _UpdateId


class IncomingKind(StrEnum):
    """What came in."""

    TEXT = "text"
    CONTACT = "contact"
    PRESS = "press"
    OTHER = "other"
    """A picture, a voice, a sticker: something that is no answer."""
    BLOCKED = "blocked"
    UNBLOCKED = "unblocked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """One update of a private chat. `repr` shows nothing that a person wrote or is.

    `phone` and `phone_owner` are of a shared contact: the number as written, and whose it is (None: not a user's own).
    `is_withheld`: the text may be a secret and is kept in memory only.
    """

    update_id: int
    kind: IncomingKind
    chat_id: int = field(repr=False)
    user_id: int = field(repr=False)
    language: str = ""
    message_id: int | None = None
    text: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    phone_owner: int | None = field(default=None, repr=False)
    callback_id: str = field(default="", repr=False)
    data: str = field(default="", repr=False)
    is_withheld: bool = False

    def to_json(self) -> dict[str, Any]:
        """Plain members."""
        return asdict(self)

    @classmethod
    def from_json(cls, members: dict[str, Any]) -> Incoming:
        """Read plain members. Raises `TypeError`, `ValueError` for others."""
        return cls(**{**members, "kind": IncomingKind(members["kind"])})


class PoisonUpdate(MalformedHook):
    """An update that nobody can make anything of. It has a number, so that it can be kept apart and acknowledged."""

    def __init__(self, update_id: int) -> None:
        super().__init__("the update is not as Telegram writes it")
        self.update_id = update_id


def parse_update(body: bytes) -> Incoming | None:
    """Read an update; None for what is not ours to answer (groups, channels, bots, edited messages).

    Raises `PoisonUpdate`, and `MalformedHook` for what is no update at all.
    """
    try:
        update = _Update.model_validate_json(body)
    except ValidationError:
        raise _refusal(body) from None
    if update.callback_query is not None:
        return _pressed(update.update_id, update.callback_query)
    if update.my_chat_member is not None:
        return _membership(update.update_id, update.my_chat_member)
    return _said(update.update_id, update.message) if update.message is not None else None


def may_be_secret(text: str) -> bool:
    """Whether a text may be a PIN or a code: a few digits, however they are set apart, and little else."""
    return len(text) <= _SECRET_CHARACTERS_MAX and len(_DIGITS.findall(text)) in _SECRET_DIGITS


def _refusal(body: bytes) -> MalformedHook:
    try:
        return PoisonUpdate(_Numbered.model_validate_json(body).update_id)
    except ValidationError:
        return MalformedHook("the body is no update")


def _said(update_id: int, message: _Message) -> Incoming | None:
    sender = message.sender
    if message.chat.type != _PRIVATE or sender is None or sender.is_bot:
        return None
    kind = IncomingKind.TEXT if message.text is not None else IncomingKind.OTHER
    contact = message.contact
    return Incoming(
        update_id=update_id,
        kind=IncomingKind.CONTACT if contact is not None else kind,
        chat_id=message.chat.id,
        user_id=sender.id,
        language=sender.language_code[:_WORD_CHARACTERS_MAX],
        message_id=message.message_id,
        text=(message.text or "")[:TEXT_CHARACTERS_MAX],
        phone=contact.phone_number[:_WORD_CHARACTERS_MAX] if contact is not None else "",
        phone_owner=contact.user_id if contact is not None else None,
    )


def _pressed(update_id: int, query: _CallbackQuery) -> Incoming:
    """A press. Without its message it is still the user's private chat, for our buttons stand nowhere else."""
    where = query.message
    is_private = where is None or where.chat.type == _PRIVATE
    return Incoming(
        update_id=update_id,
        kind=IncomingKind.PRESS,
        chat_id=where.chat.id if where is not None and is_private else query.sender.id,
        user_id=query.sender.id,
        language=query.sender.language_code[:_WORD_CHARACTERS_MAX],
        message_id=where.message_id if where is not None and is_private else None,
        callback_id=query.id[:_WORD_CHARACTERS_MAX],
        data=query.data[:_WORD_CHARACTERS_MAX] if is_private else "",
    )


def _membership(update_id: int, change: _MyChatMember) -> Incoming | None:
    if change.chat.type != _PRIVATE:
        return None
    is_gone = change.new_chat_member.status in _GONE
    return Incoming(
        update_id=update_id,
        kind=IncomingKind.BLOCKED if is_gone else IncomingKind.UNBLOCKED,
        chat_id=change.chat.id,
        user_id=change.sender.id if change.sender is not None else change.chat.id,
    )
