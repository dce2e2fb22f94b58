"""The language of a message to a number that says none of its own."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.phones import PhoneNumber
from core.ports.channel import ChannelPlaneDown
from core.records.borrower import Language
from core.records.message import MessageKind
from core.use_cases.messages import tell_number
from core.use_cases.preferring import change_language
from tests.core.use_cases.lending import HOME, Lending


class SilentDirectory:
    """The channel plane, whose directory does not answer."""

    def __init__(self, real: object) -> None:
        self._real = real

    def __getattr__(self, name: str) -> object:
        return self if name == "directory" else getattr(self._real, name)

    async def phone(self, phone_hash: bytes) -> object:
        raise ChannelPlaneDown


@pytest.mark.parametrize(
    ("is_known", "answers", "language"), [(True, True, "en"), (True, False, "st_LS"), (False, True, "st_LS")]
)
async def test_it_is_the_one_that_the_number_chose_else_sesotho(
    lending: Lending, is_known: bool, answers: bool, language: str
) -> None:
    phone = await lending.borrower() if is_known else PhoneNumber.parse("+26658859999")
    if is_known:
        await change_language(lending.engine, phone, Language.ENGLISH)
    silent = replace(lending.engine, channel=SilentDirectory(lending.engine.channel))  # type: ignore[arg-type]
    engine = lending.engine if answers else silent

    async with engine.record.unit(HOME) as unit:
        await tell_number(engine, unit, MessageKind.CHAT_UNLINKED, phone, key="told")
        await unit.commit()

    (row,) = await lending.messages(MessageKind.CHAT_UNLINKED)
    assert row.data["language"] == language
