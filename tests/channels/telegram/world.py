"""Telegram as it runs: the stand-in's Bot API, webhook and desk on loopback, the real bot, engine and database."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import ClientResponse, ClientSession, web
from aiohttp.test_utils import TestServer

from channels.dispatch.chats import ChatDispatch
from channels.dispatch.messages import MessageDispatch
from channels.dispatch.outbox import OutboxWorker
from channels.dispatch.pacing import Pace
from channels.dispatch.use_cases import once
from channels.dispatch.verdicts import RowHandler
from channels.dispatch.wording import Wording
from channels.hooks.telegram import SECRET_HEADER, make_telegram_hook
from channels.stand_in.app import CALLBACKS, make_stand_in
from channels.stand_in.callbacks import RetryPauses
from channels.stand_in.settings import StandInSettings
from channels.telegram.delivering import Delivery
from channels.telegram.desk import TelegramDesk
from channels.telegram.sending import BotSender, open_bot
from channels.telegram.talking import Talk
from channels.transport import Sent
from conversations.texts import load_texts
from conversations.turns import TurnRunner
from core.phones import PhoneNumber
from core.ports.chats import Chat
from core.ports.engine import Engine
from core.use_cases.disbursing import send_payout
from core.use_cases.payouts import PAYOUT_TOPIC
from core.use_cases.transferring import TRANSFER_TOPIC, receive_transfer
from tests.core.use_cases.lending import Lending
from tests.fixtures_postgres import MovableClock

TOKEN = "700000001:stand-in-stand-in-stand-in-stand-in"
BOT = "700000001"
SECRET = "0f3c9a7d52e84b16c0d7aa"
SERVICE_CODE = "*384*555#"
TEXTS = load_texts()
_ids = itertools.count(1)


@dataclass
class SimCards:
    """Where SMS go: kept by number."""

    sent: list[tuple[PhoneNumber, str]] = field(default_factory=list)

    async def send(self, to: PhoneNumber, text: str, sender_id: str | None) -> Sent:
        self.sent.append((to, text))
        return Sent("africastalking", f"ATXid_{next(_ids)}", 1, None)

    def to(self, phone: PhoneNumber) -> list[str]:
        return [text for number, text in self.sent if number == phone]


@dataclass
class TelegramWorld:
    """Everything, and the people in it."""

    engine: Engine
    lending: Lending
    clock: MovableClock
    runner: TurnRunner
    stand_in: web.Application
    stand_in_url: str
    hook_url: str
    client: ClientSession
    bot: BotSender
    desk: TelegramDesk
    sims: SimCards
    outbox: OutboxWorker

    def person(self, phone: PhoneNumber) -> Person:
        return Person(self, phone)

    def another_desk(self, holder: str = "another process", bot: BotSender | None = None) -> TelegramDesk:
        """The desk of another process on the same database, such as the worker's."""
        sender = bot or self.bot
        return TelegramDesk(self.engine, self.desk.talk, Delivery(self.engine, sender), BOT, holder)

    async def deliver_messages(self) -> None:
        """Work the outbox off, as the worker does."""
        for district in sorted((await self.engine.record.catalogue()).districts):
            while await self.outbox.work_on(district):
                pass

    async def quiet(self) -> None:
        """Until every update was delivered and worked off."""
        await self.stand_in[CALLBACKS].wait_until_idle()
        assert await self.desk.drain(10)

    async def post(self, body: bytes | dict[str, Any], *, secret: str | None = SECRET) -> ClientResponse:
        """An update as Telegram posts it."""
        headers = {} if secret is None else {SECRET_HEADER: secret}
        given: dict[str, Any] = {"data": body} if isinstance(body, bytes) else {"json": body}
        return await self.client.post(self.hook_url, headers=headers, **given)

    async def fault(self, fault: str, times: int = 1) -> None:
        body = {"provider": "telegram", "fault": fault, "times": times}
        async with self.client.post(f"{self.stand_in_url}/_faults", json=body) as answer:
            assert answer.status == 200, await answer.text()

    async def chat_of(self, phone: PhoneNumber) -> Chat:
        """What is stored of a person's chat."""
        now = self.clock.now()
        key = self.desk.chat_key(int(phone.e164[1:]))
        chat = await self.engine.channel.chats.lease(key, "a look", now, now)
        assert chat is not None
        await self.engine.channel.chats.release(key, "a look")
        return chat


@dataclass
class Person:
    """Somebody with a phone that has Telegram and a SIM card."""

    world: TelegramWorld
    phone: PhoneNumber

    @property
    def chat_id(self) -> int:
        return int(self.phone.e164[1:])

    async def does(self, *, quiet: bool = True, **what: Any) -> Self:
        body = {"from": self.phone.e164, **what}
        async with self.world.client.post(f"{self.world.stand_in_url}/telegram/say", json=body) as answer:
            assert answer.status == 202, await answer.text()
        if quiet:
            await self.world.quiet()
        return self

    async def writes(self, *texts: str) -> Self:
        for text in texts:
            await self.does(text=text)
        return self

    async def presses(self, *labels: str) -> Self:
        for label in labels:
            await self.does(press=label)
        return self

    async def links(self) -> Self:
        """Share the number, read the code on the phone, and type it."""
        await self.writes("/start")
        await self.does(share="")
        await self.world.deliver_messages()
        return await self.writes(self.code())

    def code(self) -> str:
        """The one-time code of the newest SMS that has one."""
        words = " ".join(self.world.sims.to(self.phone)).replace(".", " ").split()
        return [word for word in words if word.isdigit() and len(word) == 6][-1]

    async def messages(self) -> list[dict[str, Any]]:
        async with self.world.client.get(f"{self.world.stand_in_url}/_sent?to=telegram:{self.phone.e164}") as answer:
            found: list[dict[str, Any]] = await answer.json()
        return found

    async def written(self) -> list[dict[str, Any]]:
        """What the person wrote, as it stands in the chat."""
        async with self.world.client.get(f"{self.world.stand_in_url}/_sent?to=telegram") as answer:
            found: list[dict[str, Any]] = await answer.json()
        return [message for message in found if message["from"] == f"telegram:{self.phone.e164}"]

    async def last(self) -> dict[str, Any]:
        return (await self.messages())[-1]

    async def reads(self, *fragments: str) -> Self:
        """The newest message says all of these, in its text or on its buttons."""
        newest = await self.last()
        shown = "\n".join([newest["text"], *newest["buttons"]])
        for fragment in fragments:
            assert fragment in shown, f"{fragment!r} is not in:\n{shown}"
        return self


@asynccontextmanager
async def telegram_world(
    lending: Lending, runner: TurnRunner, clock: MovableClock, **stand_in: Any
) -> AsyncIterator[TelegramWorld]:
    """Serve everything, until left."""
    engine = lending.engine
    settings: dict[str, Any] = {
        "public_url": "http://127.0.0.1:9",
        "now": clock.now,
        "hang_seconds": 3.0,
        "pauses": RetryPauses(attempts_max=4, first_seconds=0.01, longest_seconds=0.02),
    }
    app = make_stand_in(StandInSettings(**(settings | stand_in)))
    async with TestServer(app) as provider, ClientSession() as client:
        url = str(provider.make_url("")).rstrip("/")
        async with open_bot(TOKEN, url, 10_000, answer_seconds=1.0) as bot:
            talk = Talk(engine=engine, take=runner.take, texts=TEXTS, bot=BOT, service_code=SERVICE_CODE)
            desk = TelegramDesk(engine, talk, Delivery(engine, bot), BOT, "this process")
            root = web.Application()
            root.add_subapp("/hooks/telegram", make_telegram_hook(desk, (SECRET,)))
            async with TestServer(root) as public:
                hook_url = str(public.make_url("/hooks/telegram"))
                await bot.set_webhook(hook_url, SECRET)
                sims = SimCards()
                outbox = _outbox(engine, sims, bot)
                yield TelegramWorld(engine, lending, clock, runner, app, url, hook_url, client, bot, desk, sims, outbox)
                assert await desk.drain(10)


def _outbox(engine: Engine, sims: SimCards, bot: BotSender) -> OutboxWorker:
    wording = Wording(TEXTS, SERVICE_CODE)
    chats = ChatDispatch(engine, bot, wording.for_chat)
    messages = MessageDispatch(engine, sims, wording, Pace(10_000), sender_id="L", doubt_seconds=120, chats=chats)
    handlers: dict[str, RowHandler] = {
        "message": messages,
        PAYOUT_TOPIC: once(send_payout, engine),
        TRANSFER_TOPIC: once(receive_transfer, engine),
    }
    return OutboxWorker(engine, handlers)
