"""Everything that a process of the product works with, put together once from its settings."""

from __future__ import annotations

import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cached_property

import aiohttp

from channels.dispatch.chats import ChatDispatch
from channels.dispatch.messages import MessageDispatch, OneAtATime
from channels.dispatch.outbox import LEASE_SECONDS, OutboxWorker
from channels.dispatch.pacing import Pace
from channels.dispatch.use_cases import once
from channels.dispatch.verdicts import RowHandler
from channels.dispatch.wording import Wording
from channels.rails.simulated import SimulatedRail
from channels.sms.africastalking import AfricasTalkingSms
from channels.sms.codes import ShortCode
from channels.sms.conversation import SmsConversation
from channels.sms.rendering import SmsRenderer
from channels.sms.replying import REPLY_TOPIC, reply_wording, timely
from channels.telegram.rendering import TelegramRenderer
from channels.transport import SmsSender
from channels.ussd.pages import UssdRenderer
from conversations.answers.borrower import BORROWER_ANSWERS
from conversations.flows import BORROWER
from conversations.texts import Texts, load_texts
from conversations.turns import TurnRunner
from core.ports.engine import Engine
from core.ports.environment import Clock
from core.ports.rails import PayoutRail
from core.records.borrower import Channel
from core.service_hours import ServiceHours
from core.use_cases.disbursing import send_payout
from core.use_cases.payouts import PAYOUT_TOPIC
from core.use_cases.requesting_payment import REQUEST_TOPIC, send_payment_request
from core.use_cases.transferring import TRANSFER_TOPIC, receive_transfer
from letsema.databases import Databases
from letsema.environment import SystemClock, SystemIdentifiers
from letsema.keys.keyring import Keyring
from letsema.keys.names import KeyedNames
from letsema.keys.sealing import AesGcmSealer
from letsema.keys.secret_hashing import PepperedArgon2, hashing_threads
from letsema.metrics import Metrics
from letsema.planes import Planes, open_planes
from letsema.settings import Settings
from letsema.worker.bell import Bell
from letsema.worker.clockwork import Clockwork
from letsema.worker.work import Worker


@dataclass(frozen=True)
class Installation:
    """The parts of one process. What only some commands need is made when they first ask for it."""

    settings: Settings
    databases: Databases
    planes: Planes
    engine: Engine
    metrics: Metrics = field(default_factory=Metrics)
    bell: Bell = field(default_factory=Bell)

    @cached_property
    def texts(self) -> Texts:
        """All texts that borrowers read."""
        return load_texts()

    @cached_property
    def turns(self) -> TurnRunner:
        """What answers the borrowers."""
        return TurnRunner(
            machine=BORROWER,
            engine=self.engine,
            answers=BORROWER_ANSWERS,
            renderers={
                Channel.USSD: UssdRenderer(self.texts),
                Channel.SMS: SmsRenderer(self.texts, self.settings.service_codes[0]),
                Channel.TELEGRAM: TelegramRenderer(self.texts),
            },
            observe=self.metrics.hop,
        )

    @cached_property
    def texting(self) -> SmsConversation | None:
        """What answers inbound SMS; None where no short code is ours."""
        if not self.settings.sms_short_codes:
            return None
        return SmsConversation(
            self.engine,
            self.turns.take,
            BORROWER,
            self.texts,
            short_codes=[ShortCode.parse(written) for written in self.settings.sms_short_codes],
            service_code=self.settings.service_codes[0],
        )

    def outbox(self, sender: SmsSender, chats: ChatDispatch | None = None) -> OutboxWorker:
        """What works on the outbox, sending through a provider and, where the channel is on, to chats."""
        pace, one_at_a_time = Pace(self.settings.sms_per_second), OneAtATime()
        messages = MessageDispatch(
            self.engine,
            sender,
            Wording(self.texts, self.settings.service_codes[0]),
            pace,
            sender_id=self.settings.sms_sender_id or None,
            doubt_seconds=LEASE_SECONDS,
            chats=chats,
            one_at_a_time=one_at_a_time,
        )
        replies = MessageDispatch(
            self.engine,
            sender,
            reply_wording(self.engine.sealer),
            pace,
            sender_id=None,
            doubt_seconds=LEASE_SECONDS,
            one_at_a_time=one_at_a_time,
        )
        handlers: dict[str, RowHandler] = {
            "message": messages,
            REPLY_TOPIC: timely(replies, self.engine),
            PAYOUT_TOPIC: once(send_payout, self.engine),
            TRANSFER_TOPIC: once(receive_transfer, self.engine),
            REQUEST_TOPIC: once(send_payment_request, self.engine),
        }
        return OutboxWorker(self.engine, handlers, lease_seconds=LEASE_SECONDS, observe=self.metrics.outbox_row)

    def worker(
        self,
        sender: SmsSender,
        *,
        with_clock: bool,
        chats: ChatDispatch | None = None,
        work_off_chats: Callable[[int], Awaitable[int]] | None = None,
    ) -> Worker:
        """What does everything that nobody waits for."""
        return Worker(
            engine=self.engine,
            outbox=self.outbox(sender, chats),
            work_off_chats=work_off_chats,
            finish_claims=self.turns.finish_stale_claims,
            purge=self.planes.purge,
            metrics=self.metrics,
            bell=self.bell,
            clockwork=Clockwork(self.engine, _process_name()) if with_clock else None,
            poll_seconds=self.settings.poll_seconds,
            # Half of the connections: the same process may be answering borrowers, and rounds open more than one.
            first_rounds_max=max(1, self.settings.record_connections // 2),
        )


@asynccontextmanager
async def open_installation(
    settings: Settings, databases: Databases, *, clock: Clock | None = None
) -> AsyncIterator[Installation]:
    """Connect the planes and the rails, until left. Raises `WrongSettingError` when a key is missing."""
    keyring = Keyring.from_settings(settings)
    names = KeyedNames(keyring.lookup_key, keyring.transcript_keys)
    sealer = AesGcmSealer(keyring.sealing_keys)
    clock = clock or SystemClock()
    threads = hashing_threads()
    async with (
        open_planes(settings, databases, names, sealer, clock) as planes,
        aiohttp.ClientSession() as session,
    ):
        engine = Engine(
            record=planes.record,
            channel=planes.channel,
            clock=clock,
            identifiers=SystemIdentifiers(),
            keyed_hash=names,
            sealer=sealer,
            pin_hasher=PepperedArgon2(keyring.pepper, "pin", threads),
            password_hasher=PepperedArgon2(keyring.pepper, "password", threads),
            rails=_rails(settings, session),
            service_hours=ServiceHours.parse(settings.service_hours),
        )
        try:
            yield Installation(settings, databases, planes, engine)
        finally:
            threads.shutdown(wait=False)


@asynccontextmanager
async def open_sender(settings: Settings) -> AsyncIterator[SmsSender]:
    """The SMS provider of the settings, until left."""
    sender = AfricasTalkingSms(
        username=settings.africastalking_username,
        api_key=settings.africastalking_api_key.get_secret_value(),
        base_url=settings.africastalking_url,
    )
    try:
        yield sender
    finally:
        await sender.close()


def _rails(settings: Settings, session: aiohttp.ClientSession) -> Mapping[str, PayoutRail]:
    if settings.simulated_rail_url is None:
        return {}
    rail = SimulatedRail(settings.simulated_rail_url, session)
    return {rail.name: rail}


def _process_name() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"
