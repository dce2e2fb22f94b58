"""A caller's drafts as one session sees them: which count, who owns them, and the one change that a save brings."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from functools import cached_property
from types import MappingProxyType
from typing import Final

from conversations.engine import Conversation, CorruptState, Draft
from conversations.engine.drafts import DraftEnded, DraftSaved, draft_changes
from conversations.turns.keeping import DRAFT_OPEN, Keeper, ended_draft
from core.ports.conversations import DraftRecord, TurnRecord

_NONE_READ: Final[Mapping[str, Draft]] = MappingProxyType({})


class Forms:
    """The drafts of a snapshot. `owner` names the session that looks. `read`: by id, what need not be opened again."""

    def __init__(
        self, keeper: Keeper, records: tuple[DraftRecord, ...], owner: str, read: Mapping[str, Draft] = _NONE_READ
    ) -> None:
        self._keeper = keeper
        self._records = records
        self._owner = owner
        self._read = read

    def live(self, own: str = "") -> tuple[Draft, ...]:
        """One a flow, newest first: the session's `own`, or else the newest, when two sessions began the same form."""
        drafts: dict[str, Draft] = {}
        for draft in sorted(self._open, key=lambda draft: draft.id != own):
            drafts.setdefault(draft.flow, draft)
        return tuple(drafts.values())

    def went_elsewhere(self, conversation: Conversation) -> bool:
        """Whether the form that this session is in went on, or ended, in another session."""
        if not conversation.draft_version:
            return False
        stands = self._record(conversation.draft_id)
        return stands is None or stands.status != DRAFT_OPEN or stands.owner_session != self._owner

    def change(
        self, stored: TurnRecord | None, conversation: Conversation, caller_hash: bytes, now: datetime
    ) -> tuple[DraftRecord | None, int | None]:
        """The change that goes with the save of a turn, and the version that it expects to find (None: nothing).

        A form begun or gone on with comes before one that ended: an ended one that is left is ended by the next turn.
        """
        before = self.live(conversation.draft_id or draft_id_of(stored))
        changes = draft_changes(before, conversation.drafts)
        for change in changes:
            if isinstance(change, DraftSaved):
                begun = self._record(change.draft.id)
                record = self._keeper.draft_record(change.draft, caller_hash, owner=self._owner, now=now, begun=begun)
                return record, begun.version if begun else None
        for change in changes:
            if isinstance(change, DraftEnded):
                return ended_draft(caller_hash, change, now), change.version
        return None, None

    def after(self, saved: DraftRecord | None, conversation: Conversation) -> Forms:
        """The drafts as they stand once a conversation and the change that came with it are saved."""
        if saved is None:
            return self
        others = (record for record in self._records if record.id != saved.id)
        read = {draft.id: draft for draft in (*self._open, *conversation.drafts)}
        return Forms(self._keeper, (saved, *others), self._owner, read)

    @cached_property
    def _open(self) -> tuple[Draft, ...]:
        """Every draft that goes on, newest first. One that cannot be read any more is as good as expired."""
        records = [record for record in self._records if record.status == DRAFT_OPEN]
        drafts = []
        for record in sorted(records, key=lambda record: record.expires_at, reverse=True):
            with suppress(CorruptState):
                drafts.append(self._opened(record))
        return tuple(drafts)

    def _opened(self, record: DraftRecord) -> Draft:
        known = self._read.get(str(record.id))
        if known is not None and known.version == record.version:
            return known
        return self._keeper.read_draft(record)

    def _record(self, draft_id: str) -> DraftRecord | None:
        return next((record for record in self._records if str(record.id) == draft_id), None)


def draft_id_of(stored: TurnRecord | None) -> str:
    """The form that a stored turn was in; none for a new session."""
    return str(stored.draft_id) if stored is not None and stored.draft_id is not None else ""
