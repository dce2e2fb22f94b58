"""What every turn works with, filled once by the runner, and the few acts that several parts of a turn share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from conversations.answers.table import Answers, Scene
from conversations.engine import Ask, Conversation, Event, Machine, Notice, ScreenView, Step
from conversations.engine.showing import notice_view
from conversations.engine.step import step
from conversations.turns.hop import Renderer, Reply
from conversations.turns.keeping import Keeper
from conversations.turns.observing import HopSeen, Observe
from conversations.turns.recent import RecentTurns
from core.ports.conversations import ConversationStore
from core.ports.engine import Engine
from core.records.borrower import Channel


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """The machine, what answers its asks, and how each channel lays a screen out."""

    machine: Machine
    engine: Engine
    answers: Answers
    renderers: Mapping[Channel, Renderer]
    keeper: Keeper
    observe: Observe
    recent: RecentTurns

    @property
    def store(self) -> ConversationStore:
        """Where turns and drafts are kept."""
        return self.engine.channel.conversations

    def step(self, channel: Channel, conversation: Conversation | None, event: Event) -> Step:
        """One step, with pages counted as the channel counts them."""
        renderer = self.renderers[channel]
        return step(
            self.machine,
            conversation,
            event,
            count_pages=renderer.count_pages,
            option_page=renderer.option_page,
        )

    async def settle_asks(self, scene: Scene, stepped: Step) -> Step:
        """Answer asks until a screen or a command comes."""
        while stepped.ask is not None and not stepped.ask.is_command:
            stepped = await self.answer(scene, stepped, stepped.ask)
        return stepped

    async def answer(self, scene: Scene, stepped: Step, ask: Ask) -> Step:
        """Answer one ask and take the step that its outcome opens."""
        outcome = await self.answers(scene_at(scene, stepped.conversation), ask)
        return self.step(scene.channel, stepped.conversation, outcome)

    def reply(self, channel: Channel, view: ScreenView) -> Reply:
        """A screen as the channel sends it."""
        return Reply(text=self.renderers[channel].render(view), ends=view.ends, screen=view.screen)

    def notice(self, channel: Channel, notice: Notice, language: str) -> Reply:
        """What is said outside any screen."""
        return replace(self.reply(channel, notice_view(notice, language)), notice=notice)

    def see(self, seen: HopSeen) -> None:
        """Tell whoever counts."""
        self.observe(seen)


def scene_at(scene: Scene, conversation: Conversation) -> Scene:
    """The same scene, where the conversation stands now."""
    return Scene(
        engine=scene.engine,
        caller=scene.caller,
        entry=scene.entry,
        channel=scene.channel,
        conversation=conversation,
    )
