"""A small machine, a store and a record in memory, and the hooks by which a test makes them slow, lossy or dead."""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

from conversations.answers.table import Answer, Answers, Scene
from conversations.engine import (
    Again,
    Ask,
    Command,
    Confirmation,
    End,
    Flow,
    FreeText,
    Machine,
    Menu,
    Option,
    Outcome,
    PinCheck,
    PinQuestion,
    Question,
    Read,
    Resume,
    ScreenView,
    Work,
)
from conversations.turns import Dialect, Hop, HopSeen, Reply, TurnRunner
from core.phones import PhoneNumber
from core.ports.channel import ChannelPlaneDown
from core.ports.conversations import CallerSnapshot, DraftRecord, SaveResult, TurnRecord
from core.ports.directory import PhoneEntry
from core.ports.engine import Engine
from core.ports.record import DistrictDown
from core.ports.work import OutboxRow
from core.records.borrower import Channel
from letsema.keys.names import KeyedNames
from letsema.keys.sealing import AesGcmSealer
from tests.fixtures_postgres import MovableClock

NUMBER = PhoneNumber.parse("+26658851234")
OTHER_NUMBER = PhoneNumber.parse("+26658855678")
SERVICE = "*384*555#"
PIN = "2580"
HOME = "LS-A"

MACHINE = Machine(
    flows=(
        Flow(
            name="start",
            version=1,
            screens=(
                Menu(
                    name="menu",
                    text="menu",
                    options=(
                        Option("1", "form", to="form.kind"),
                        Option("2", "balance", to="look"),
                        Option("3", "other form", to="other.note"),
                    ),
                ),
                Work(name="look", ask=Read(kind="balance", outcomes={"found": "shown", "district_down": "down"})),
                Resume(name="resume", text="resume", continue_label="continue", again_label="again"),
                End(name="shown", text="shown"),
                End(name="down", text="down"),
                End(name="gave_up", text="gave_up"),
            ),
        ),
        Flow(
            name="form",
            version=1,
            draft_title="form",
            screens=(
                Menu(
                    name="kind",
                    text="kind",
                    saves="kind",
                    options=(Option("1", "one", to="name", code="one"), Option("2", "two", to="name", code="two")),
                ),
                Question(name="name", text="name", saves="name", check=FreeText(), personal=True, to="sure"),
                Confirmation(
                    name="sure",
                    text="sure",
                    options=(
                        Option("1", "yes", to="pin"),
                        Option("2", "no", to="name"),
                        Option("3", "forget", to="forgotten"),
                        Option("4", "other form", to="other.note"),
                    ),
                ),
                PinQuestion(
                    name="pin",
                    text="pin",
                    check=PinCheck(kind="pin", outcomes={"right": "send", "wrong": Again("wrong")}),
                ),
                Work(
                    name="send",
                    ask=Command(
                        kind="send",
                        key="send:{draft}",
                        arguments=("kind", "name"),
                        outcomes={"sent": "sent", "refused": "refused", "district_down": "start.down"},
                        finishes=("sent", "refused"),
                    ),
                ),
                End(name="sent", text="sent"),
                End(name="refused", text="refused"),
                End(name="forgotten", text="forgotten", forgets=True),
            ),
        ),
        Flow(
            name="other",
            version=1,
            draft_title="other",
            screens=(
                Question(name="note", text="note", saves="note", check=FreeText(), to="more"),
                Question(name="more", text="more", saves="more", check=FreeText(), to="start.shown"),
            ),
        ),
    ),
    entry="start.menu",
    gave_up="start.gave_up",
    languages=("st_LS", "en"),
)


class PlainRenderer:
    """Says which screen it is, in which language, and what stands above it."""

    def render(self, view: ScreenView) -> str:
        above = f"{view.notice.message}\n" if view.notice else ""
        return f"{above}{view.text.message}/{view.language}"

    def count_pages(self, view: ScreenView) -> int:
        return 1

    def option_page(self, view: ScreenView, key: str) -> int:
        return 0


Hook = Callable[[], Awaitable[None]]


async def pass_by() -> None:
    """A hook that does nothing."""


@dataclass
class MemoryStore:
    """`ConversationStore` with the same compare-and-set. Records live as JSON would leave them.

    `before_load`, `before_save` and `after_save` run around each call: they may wait, or raise `ChannelPlaneDown`.
    """

    turns: dict[tuple[bytes, str, str], TurnRecord] = field(default_factory=dict)
    drafts: dict[tuple[bytes, UUID], DraftRecord] = field(default_factory=dict)
    phones: dict[bytes, PhoneEntry] = field(default_factory=dict)
    saved: list[TurnRecord] = field(default_factory=list)
    before_load: Hook = pass_by
    before_save: Hook = pass_by
    after_save: Hook = pass_by

    async def load(self, caller: bytes, service: str, session: str, now: datetime) -> CallerSnapshot:
        await self.before_load()
        live = [turn for (whose, *_), turn in self.turns.items() if whose == caller and turn.expires_at > now]
        own = next((turn for turn in live if (turn.service, turn.session) == (service, session)), None)
        return CallerSnapshot(
            turn=own,
            unfinished=tuple(turn for turn in live if turn.claim is not None and turn is not own),
            drafts=tuple(each for (whose, _), each in self.drafts.items() if whose == caller and each.expires_at > now),
            phone=self.phones.get(caller),
        )

    async def save(
        self,
        turn: TurnRecord,
        *,
        expected_turn: int | None,
        expected_claim: str | None,
        draft: DraftRecord | None = None,
        expected_draft_version: int | None = None,
    ) -> SaveResult:
        await self.before_save()
        where = (turn.caller, turn.service, turn.session)
        stands = self.turns.get(where)
        if stands is not None and stands.expires_at <= turn.updated_at:
            stands = None
        claim = stands.claim.key if stands and stands.claim else None
        if (stands.turn if stands else None, claim) != (expected_turn, expected_claim):
            return SaveResult.LOST
        if draft is not None:
            held = self.drafts.get((draft.caller, draft.id))
            if (held.version if held else None) != expected_draft_version:
                return SaveResult.LOST
            self.drafts[draft.caller, draft.id] = replace(draft, state=json.loads(json.dumps(draft.state)))
        kept = replace(turn, state=json.loads(json.dumps(turn.state)))
        self.turns[where] = kept
        self.saved.append(kept)
        await self.after_save()
        return SaveResult.SAVED

    async def forget(
        self, caller: bytes, *, but_draft: UUID | None = None, saved_before: datetime | None = None
    ) -> None:
        def stays(turn: TurnRecord) -> bool:
            is_of_draft = turn.draft_id is not None and turn.draft_id == but_draft
            is_of_lately = saved_before is not None and turn.updated_at >= saved_before
            return turn.caller != caller or is_of_draft or is_of_lately

        self.turns = {where: turn for where, turn in self.turns.items() if stays(turn)}
        drafts = {but_draft, *(turn.draft_id for turn in self.turns.values())}
        self.drafts = {
            where: draft for where, draft in self.drafts.items() if draft.caller != caller or draft.id in drafts
        }

    async def stale_claims(self, older_than: datetime, limit: int) -> Sequence[TurnRecord]:
        claimed = [turn for turn in self.turns.values() if turn.claim and turn.claim.claimed_at < older_than]
        return claimed[:limit]

    async def phone(self, phone_hash: bytes) -> PhoneEntry | None:
        return self.phones.get(phone_hash)


@dataclass
class MemoryRecord:
    """Business date and outbox of the one district that a turn itself reads and writes."""

    is_down: bool = False
    outbox: dict[str, OutboxRow] = field(default_factory=dict)

    @asynccontextmanager
    async def unit(self, district: str) -> AsyncIterator[Any]:
        if self.is_down:
            raise DistrictDown
        yield SimpleNamespace(
            district=district, outbox=SimpleNamespace(add=self._add), business_date=self._today, commit=pass_by
        )

    async def _add(self, row: OutboxRow) -> bool:
        return self.outbox.setdefault(row.key, row) is row

    async def _today(self) -> date:
        return date(2026, 11, 23)


@dataclass
class Office:
    """What stands behind the machine: a command done once for each key, and a count of PIN attempts."""

    outcome: str = "sent"
    tells_by_itself: bool = True
    done: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[Ask] = field(default_factory=list)
    attempts: set[str] = field(default_factory=set)
    before_balance: Hook = pass_by
    before_pin: Hook = pass_by
    before_send: Hook = pass_by
    after_send: Hook = pass_by

    async def balance(self, _scene: Scene, _ask: Ask) -> Outcome:
        await self.before_balance()
        return Outcome(name="found")

    async def pin(self, _scene: Scene, ask: Ask) -> Outcome:
        await self.before_pin()
        self.attempts.add(ask.key)
        return Outcome(name="right" if ask.secret == PIN else "wrong")

    async def send(self, _scene: Scene, ask: Ask) -> Outcome:
        self.asked.append(ask)
        await self.before_send()
        self.done.setdefault(ask.key, dict(ask.arguments))
        await self.after_send()
        return Outcome(name=self.outcome)

    @property
    def _send(self) -> Answer:
        outcomes, success = frozenset({"sent", "refused", "district_down"}), frozenset({"sent"})
        if self.tells_by_itself:
            return Answer(self.send, outcomes, told=success)
        return Answer(self.send, outcomes, done=success)

    @property
    def answers(self) -> Answers:
        return Answers(
            MACHINE,
            {
                "balance": Answer(self.balance, frozenset({"found", "district_down"})),
                "pin": Answer(self.pin, frozenset({"right", "wrong"})),
                "send": self._send,
            },
        )


class CountedIdentifiers:
    """Ids that grow, and are the same in every run."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)

    def new_id(self) -> UUID:
        return UUID(int=next(self._numbers))


@dataclass
class World:
    """A runner on all of it, and the phones that call."""

    store: MemoryStore = field(default_factory=MemoryStore)
    record: MemoryRecord = field(default_factory=MemoryRecord)
    office: Office = field(default_factory=Office)
    clock: MovableClock = field(default_factory=MovableClock)
    seen: list[HopSeen] = field(default_factory=list)
    transcript_keys: dict[int, bytes] = field(default_factory=lambda: {1: b"t" * 32})
    sealing_keys: dict[int, bytes] = field(default_factory=lambda: {1: b"s" * 32})
    identifiers: CountedIdentifiers = field(default_factory=CountedIdentifiers)

    def runner(self, *, deadline_seconds: float = 3.0) -> TurnRunner:
        """Another process of the same product."""
        engine = SimpleNamespace(
            record=self.record,
            channel=SimpleNamespace(conversations=self.store, directory=self.store),
            clock=self.clock,
            identifiers=self.identifiers,
            keyed_hash=self.keyed_hash,
            sealer=AesGcmSealer(self.sealing_keys),
        )
        return TurnRunner(
            machine=MACHINE,
            engine=cast("Engine", engine),
            answers=self.office.answers,
            renderers={Channel.USSD: PlainRenderer()},
            observe=self.seen.append,
            deadline_seconds=deadline_seconds,
        )

    @property
    def keyed_hash(self) -> KeyedNames:
        return KeyedNames(b"l" * 32, self.transcript_keys)

    def register(self, number: PhoneNumber = NUMBER, *, language: str = "en") -> PhoneEntry:
        """Make a number known to the directory."""
        entry = PhoneEntry(
            phone_hash=self.keyed_hash.phone(number),
            state="active",
            district=HOME,
            borrower_id=UUID(int=7_000),
            draft_id=UUID(int=7_001),
            language=language,
            pin_hash="",
        )
        self.store.phones[entry.phone_hash] = entry
        return entry

    @property
    def plain(self) -> str:
        """Everything that the store ever held and did not seal or digest, as one text to search."""
        turns = [
            (
                turn.service,
                turn.session,
                turn.screen,
                _without_sealed(turn.state),
                turn.reply,
                turn.claim and turn.claim.key,
            )
            for turn in self.store.saved
        ]
        drafts = [(draft.flow, _without_sealed(draft.state)) for draft in self.store.drafts.values()]
        return repr((turns, drafts, self.record.outbox))

    @property
    def opened(self) -> str:
        """What was sealed in the turns that the store ever held, opened."""
        sealer = AesGcmSealer(self.sealing_keys)
        return "\n".join(
            sealer.open(base64.b64decode(turn.state["sealed"]), f"turn:{turn.caller.hex()}:{turn.session}").decode()
            for turn in self.store.saved
        )


def _without_sealed(state: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in state.items() if name != "sealed"}


class Line:
    """A phone on a runner, in one session at a time."""

    def __init__(self, runner: TurnRunner, session: str = "s1", number: PhoneNumber = NUMBER) -> None:
        self.runner = runner
        self.session = session
        self.number = number
        self.transcript = ""

    async def dial(self, suffix: str = "") -> Reply:
        self.transcript = suffix
        return await self.send(self.transcript)

    async def type(self, *typed: str) -> Reply:
        reply = Reply(text="", ends=False)
        for text in typed:
            self.transcript = f"{self.transcript}*{text}" if self.transcript else text
            reply = await self.send(self.transcript)
        return reply

    async def send(self, text: str, **changed: Any) -> Reply:
        """Deliver a hop with exactly this transcript."""
        hop = Hop(
            channel=Channel.USSD,
            service=SERVICE,
            session=self.session,
            caller=self.number,
            text=text,
            dialect=Dialect.CUMULATIVE,
        )
        return await self.runner.take(replace(hop, **changed))


class Gate:
    """A hook that waits until the test opens it, and says when somebody has come to it."""

    def __init__(self) -> None:
        self.opened = asyncio.Event()
        self.reached = asyncio.Event()

    async def __call__(self) -> None:
        self.reached.set()
        await self.opened.wait()

    def open(self) -> None:
        self.opened.set()


class Together:
    """A hook that lets nobody pass until so many have come."""

    def __init__(self, parties: int) -> None:
        self._barrier = asyncio.Barrier(parties)
        self._left = parties

    async def __call__(self) -> None:
        if self._left:
            self._left -= 1
            await self._barrier.wait()


def failing(times: int) -> Hook:
    """A hook that says that the plane is down, so many times."""
    left = [times]

    async def fail() -> None:
        if left[0]:
            left[0] -= 1
            raise ChannelPlaneDown

    return fail
