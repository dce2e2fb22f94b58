"""One turn: a hop in, the stored reply out. Every write is a compare-and-set; whoever loses answers what is stored."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Final

from conversations.answers.table import Scene
from conversations.engine import Ask, Conversation, CorruptState, Event, Input, Notice, Started, Step
from conversations.turns.finishing import NotFinishedYet, finish
from conversations.turns.forms import Forms, draft_id_of
from conversations.turns.hop import Dialect, Hop, Reply
from conversations.turns.keeping import TURN_HOURS, draft_of, service_key, with_drafts
from conversations.turns.observing import HopSeen, Seen, form_begun
from conversations.turns.progress import Progress, Stage
from conversations.turns.recent import Recent
from conversations.turns.surroundings import Surroundings
from conversations.turns.transcripts import Arrival, Compared, compare, dialled_parts, is_same_input
from core.calendar import business_date_of
from core.ports.channel import ChannelPlaneDown
from core.ports.conversations import CallerSnapshot, Claim, DraftRecord, SaveResult, TurnRecord
from core.ports.directory import PhoneEntry
from core.ports.record import DistrictDown
from core.use_cases.callers import NotRegistered


@dataclass(frozen=True, slots=True)
class _Change:
    """The change of a form that goes with a save, and the version that it expects to find (None: nothing)."""

    draft: DraftRecord | None
    expected_version: int | None


_NO_REPLY: Final = Reply(text="", ends=False)
"""Of a turn whose command has still to run."""


class Turn:
    """The work on one hop, from its first read to the reply that stands."""

    def __init__(self, around: Surroundings, hop: Hop, progress: Progress) -> None:
        self._around = around
        self._hop = hop
        self._progress = progress
        self._caller = around.engine.keyed_hash.phone(hop.caller)
        self._service = service_key(hop.channel, hop.service)
        self._owner = f"{self._service}:{hop.session}"
        self._place = (self._caller, self._service, hop.session)
        self._lost_turn = 0
        self._forms: Forms

    async def take(self) -> Reply:
        """Answer the hop. Raises `ChannelPlaneDown`, `NotFinishedYet`."""
        recent = self._around.recent.take(self._place, self._around.engine.clock.now())
        if recent is not None:
            reply = await self._follow(recent)
            if reply is not None:
                return reply
        snapshot = await self._load()
        if snapshot.turn is None:
            return await self._begin(snapshot)
        return await self._go_on(snapshot, snapshot.turn)

    async def _follow(self, recent: Recent) -> Reply | None:
        """Go straight on from what this process saved last, without a read; None where a read has to come first.

        That is so for whatever is not the next answer, and for a turn that asks: what is read or done starts from what
        is stored now. The rest is settled by the save, which finds the turn and the form that are remembered, or loses.
        """
        compared = self._compared(recent.record, had_claim=False)
        if compared.arrival is not Arrival.CONTINUED or recent.record.ended:
            return None
        before = with_drafts(recent.conversation, recent.forms.live(draft_id_of(recent.record)))
        self._forms = recent.forms
        self._progress.language = before.language
        stepped = self._around.step(self._hop.channel, before, Input(text=compared.answer, fresh_id=self._fresh_id))
        if stepped.ask is not None:
            return None
        change = self._change(recent.record, stepped.conversation)
        if before.draft_version and (change.draft is None or str(change.draft.id) != before.draft_id):
            # The save would not notice that this session's form went on elsewhere.
            return None
        reply = await self._show(recent.record, stepped, change, Seen.TURNED)
        if reply is None:
            self._lost_turn = stepped.conversation.turn
        return reply

    async def _begin(self, snapshot: CallerSnapshot) -> Reply:
        """A dial. What an earlier session had begun to send comes first, so that nobody edits it again."""
        if snapshot.unfinished:
            for record in snapshot.unfinished:
                await self._finish_earlier(record, snapshot.phone)
            snapshot = await self._load()
            if snapshot.turn is not None:
                return await self._go_on(snapshot, snapshot.turn)
        event = Started(
            session=self._hop.session,
            today=await self._business_date(snapshot.phone),
            language=snapshot.phone.language if snapshot.phone else "",
            fresh_id=self._fresh_id,
            parts=dialled_parts(self._hop.text),
            drafts=self._forms.live(),
        )
        return await self._advance(snapshot, None, event, Seen.STARTED)

    async def _go_on(self, snapshot: CallerSnapshot, stored: TurnRecord) -> Reply:
        """A hop of a session that is known: the next answer, a repeat, or something that came out of order."""
        has_claim = stored.claim is not None
        if has_claim:
            self._progress.has_claimed(stored)
            stored = await finish(self._around, stored, self._progress, entry=snapshot.phone)
        compared = self._compared(stored, had_claim=has_claim)
        match compared.arrival:
            case Arrival.REPEATED | Arrival.SHORTER:
                return self._stored_reply(stored)
            case Arrival.STALE:
                return replace(self._stored_reply(stored), is_stale=True)
            case Arrival.CONTINUED if not stored.ended and not has_claim:
                return await self._continue(snapshot, stored, compared.answer)
            case Arrival.DIVERGED if stored.turn == self._lost_turn:
                # Another input came for the same turn at the same moment, and was saved first.
                return self._stored_reply(stored)
            case _:
                return self._notice(Notice.DIAL_AGAIN, Seen.OUT_OF_ORDER)

    def _compared(self, stored: TurnRecord, *, had_claim: bool) -> Compared:
        if self._hop.dialect is Dialect.CUMULATIVE:
            return compare(self._hop.text, stored, self._around.engine.keyed_hash)
        if self._hop.is_new or had_claim or is_same_input(self._hop.input_id, stored, self._around.engine.keyed_hash):
            return Compared(Arrival.REPEATED)
        if self._hop.seen_turn not in {None, stored.turn}:
            return Compared(Arrival.STALE)
        return Compared(Arrival.CONTINUED, self._hop.text)

    async def _continue(self, snapshot: CallerSnapshot, stored: TurnRecord, answer: str) -> Reply:
        try:
            kept = self._around.keeper.read_turn(stored, self._forms.live(draft_id_of(stored)))
        except CorruptState:
            return self._notice(Notice.DIAL_AGAIN, Seen.FAILED)
        if self._forms.went_elsewhere(kept.conversation):
            return self._notice(Notice.TAKEN_OVER, Seen.TAKEN_OVER)
        event = Input(text=answer, fresh_id=self._fresh_id)
        return await self._advance(snapshot, (stored, kept.conversation), event, Seen.TURNED)

    async def _advance(
        self, snapshot: CallerSnapshot, before: tuple[TurnRecord, Conversation] | None, event: Event, seen: Seen
    ) -> Reply:
        """Step until a screen or a command comes, and save: once for a screen, twice around a command."""
        stored, conversation = before or (None, None)
        stepped = self._around.step(self._hop.channel, conversation, event)
        scene = Scene(
            engine=self._around.engine,
            caller=self._hop.caller,
            entry=snapshot.phone,
            channel=self._hop.channel,
            conversation=stepped.conversation,
        )
        stepped = await self._around.settle_asks(scene, stepped)
        if stepped.ask is not None:
            return await self._run_command(snapshot, stored, stepped.conversation, stepped.ask)
        change = self._change(stored, stepped.conversation)
        reply = await self._show(stored, stepped, change, seen)
        return reply if reply is not None else await self._answer_what_stands(stepped.conversation.turn)

    async def _show(self, stored: TurnRecord | None, stepped: Step, change: _Change, seen: Seen) -> Reply | None:
        """Save the turn with its screen; None when the save was lost."""
        if stepped.view is None:
            raise AssertionError("a step gives a screen or an ask")
        reply = self._around.reply(self._hop.channel, stepped.view)
        record = self._record(stepped.conversation, reply)
        if not await self._is_saved(stored, record, change):
            return None
        self._remember(record, stepped.conversation, change)
        self._around.observe(
            HopSeen(
                seen=seen,
                channel=self._hop.channel,
                screen=reply.screen,
                ends=reply.ends,
                form_begun=form_begun(stepped.conversation),
            )
        )
        return replace(reply, turn=record.turn)

    async def _run_command(
        self, snapshot: CallerSnapshot, stored: TurnRecord | None, conversation: Conversation, ask: Ask
    ) -> Reply:
        """Claim the turn for this command, so that of two inputs for it only one acts; then run and finish it."""
        if self._progress.is_late:
            # The borrower was told to dial again, so nothing may happen behind their back.
            return self._notice(Notice.SLOW, Seen.LATE)
        record = self._record(conversation, _NO_REPLY)
        record = replace(record, claim=self._claim(record, ask))
        self._progress.stage = Stage.CLAIMING
        if not await self._is_saved(stored, record, self._change(stored, conversation)):
            self._progress.stage = Stage.NO_COMMAND
            return await self._answer_what_stands(record.turn)
        self._progress.has_claimed(record)
        final = await finish(self._around, record, self._progress, entry=snapshot.phone)
        return Reply(text=final.reply, ends=final.ended, screen=final.screen, turn=final.turn)

    def _claim(self, record: TurnRecord, ask: Ask) -> Claim:
        digested = f"{self._owner}:{record.turn}:{self._hop.text}".encode()
        return Claim(
            turn=record.turn,
            input_digest=self._around.engine.keyed_hash.digest("turn-input", digested),
            command=ask.kind,
            key=ask.key,
            arguments=self._around.keeper.seal_arguments(ask.arguments, self._caller, ask.key),
            claimed_at=record.updated_at,
        )

    def _record(self, conversation: Conversation, reply: Reply) -> TurnRecord:
        """The turn as it is stored, still without a claim."""
        now = self._around.engine.clock.now()
        transcript = self._hop.text if self._hop.dialect is Dialect.CUMULATIVE else self._hop.input_id
        key_id, digest = self._around.engine.keyed_hash.transcript(transcript)
        draft_id, draft_version = draft_of(conversation)
        return TurnRecord(
            caller=self._caller,
            service=self._service,
            session=self._hop.session,
            turn=conversation.turn,
            flow_version=str(conversation.flow_version),
            screen=conversation.screen,
            state=self._around.keeper.turn_state(conversation, self._hop.caller, self._caller),
            draft_id=draft_id,
            draft_version=draft_version,
            transcript_length=len(transcript),
            transcript_hmac=digest,
            transcript_key_id=key_id,
            reply=reply.text,
            ended=reply.ends,
            claim=None,
            updated_at=now,
            expires_at=now + timedelta(hours=TURN_HOURS),
        )

    def _change(self, stored: TurnRecord | None, conversation: Conversation) -> _Change:
        return _Change(*self._forms.change(stored, conversation, self._caller, self._around.engine.clock.now()))

    async def _is_saved(self, stored: TurnRecord | None, record: TurnRecord, change: _Change) -> bool:
        """Compare and set. A save whose fate is unknown is looked up. Raises `ChannelPlaneDown` when that fails too."""
        try:
            result = await self._around.store.save(
                record,
                expected_turn=stored.turn if stored else None,
                expected_claim=None,
                draft=change.draft,
                expected_draft_version=change.expected_version,
            )
        except ChannelPlaneDown:
            stands = (await self._load()).turn
            if stands is None or (stands.turn, stands.state) != (record.turn, record.state):
                raise
            return True
        return result is SaveResult.SAVED

    def _remember(self, record: TurnRecord, conversation: Conversation, change: _Change) -> None:
        """Only where the next hop can prove by itself that it goes straight on: its transcript does."""
        if self._hop.dialect is Dialect.CUMULATIVE and not record.ended:
            forms = self._forms.after(change.draft, conversation)
            self._around.recent.keep(self._place, Recent(record, conversation, forms))

    async def _answer_what_stands(self, turn: int) -> Reply:
        """After a lost save: another hop took this turn, or another session took the form."""
        snapshot = await self._load()
        stands = snapshot.turn
        if stands is None or stands.turn < turn:
            return self._notice(Notice.TAKEN_OVER, Seen.TAKEN_OVER)
        if stands.claim is not None:
            self._progress.has_claimed(stands)
            stands = await finish(self._around, stands, self._progress, entry=snapshot.phone)
        return self._stored_reply(stands)

    async def _load(self) -> CallerSnapshot:
        now = self._around.engine.clock.now()
        snapshot = await self._around.store.load(self._caller, self._service, self._hop.session, now)
        self._forms = Forms(self._around.keeper, snapshot.drafts, self._owner)
        self._progress.language = self._language(snapshot)
        return snapshot

    def _language(self, snapshot: CallerSnapshot) -> str:
        if snapshot.turn is not None:
            return str(snapshot.turn.state.get("language", self._progress.language))
        return snapshot.phone.language if snapshot.phone else self._progress.language

    async def _business_date(self, entry: PhoneEntry | None) -> date:
        """The caller's district's; of a caller without one, or whose district is down, the calendar's in Maseru."""
        if entry is not None:
            try:
                async with self._around.engine.record.unit(entry.district) as unit:
                    return await unit.business_date()
            except DistrictDown:
                pass
        return business_date_of(self._around.engine.clock.now())

    async def _finish_earlier(self, record: TurnRecord, entry: PhoneEntry | None) -> None:
        """Finish what another session of this caller claimed. Its borrower is long gone: the outcome comes by SMS.

        One that fails of a mistake of ours bars the way until the worker sets it aside: it may still have an effect.
        """
        progress = Progress(language=self._progress.language, is_late=True)
        try:
            await finish(self._around, record, progress, entry=entry)
        except NotFinishedYet:
            self._progress.stage = Stage.CLAIMED
            raise
        except (CorruptState, NotRegistered):
            # Sealed under a key that is gone, or of a borrower who has another number by now: nobody can finish it, and
            # it must not bar the way.
            self._around.observe(HopSeen(seen=Seen.FAILED, channel=self._hop.channel))

    def _stored_reply(self, stored: TurnRecord) -> Reply:
        self._around.observe(HopSeen(seen=Seen.REPEATED, channel=self._hop.channel, screen=stored.screen))
        return Reply(text=stored.reply, ends=stored.ended, screen=stored.screen, turn=stored.turn)

    def _notice(self, notice: Notice, seen: Seen) -> Reply:
        self._around.observe(HopSeen(seen=seen, channel=self._hop.channel))
        return self._around.notice(self._hop.channel, notice, self._progress.language)

    @cached_property
    def _fresh_id(self) -> str:
        """One a hop, however often it has to step anew."""
        return str(self._around.engine.identifiers.new_id())
