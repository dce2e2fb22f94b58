"""What a borrower sees and changes about themselves."""

from __future__ import annotations

from conversations.answers import arguments
from conversations.answers.table import Scene
from conversations.engine import Ask, Outcome
from conversations.flows.profile import UNWANTED, WANTED
from core.records.borrower import Language
from core.use_cases.borrowing import overview
from core.use_cases.preferring import change_language as change
from core.use_cases.preferring import change_reminders as change_wish
from core.use_cases.unlinking import is_linked
from core.use_cases.unlinking import unlink_telegram as unlink


async def change_language(scene: Scene, ask: Ask) -> Outcome:
    """Speak another language from now on, on every channel."""
    language = Language(arguments.text(ask, "new_language"))
    await change(scene.engine, scene.caller, language)
    return Outcome(name="kept", values={"language": language.value})


async def reminder_wish(scene: Scene, _ask: Ask) -> Outcome:
    """Whether the caller is reminded of due dates now."""
    seen = await overview(scene.engine, scene.caller)
    return Outcome(name=WANTED if seen.borrower.wants_reminders else UNWANTED)


async def change_reminders(scene: Scene, ask: Ask) -> Outcome:
    """Be reminded, or not any more."""
    wish = arguments.text(ask, "new_reminders")
    await change_wish(scene.engine, scene.caller, wanted=wish == WANTED)
    return Outcome(name=wish)


async def chat(scene: Scene, _ask: Ask) -> Outcome:
    """Whether a chat counts as the caller's number: only then there is something to unlink."""
    return Outcome(name="shown", values={"chat_linked": int(await is_linked(scene.engine, scene.caller))})


async def unlink_telegram(scene: Scene, _ask: Ask) -> Outcome:
    """Let no chat count as the caller's number any more. Doing it again finds nothing, and is as good."""
    await unlink(scene.engine, scene.caller, Language(scene.conversation.language))
    return Outcome(name="unlinked")


async def details(scene: Scene, _ask: Ask) -> Outcome:
    """The name, the home district and the number, as they are kept."""
    seen = await overview(scene.engine, scene.caller)
    catalogue = await scene.engine.record.catalogue()
    values = {
        "full_name": seen.borrower.full_name,
        "district_name": catalogue.district(seen.borrower.district).name,
        "national_id_end": seen.borrower.national_id[-4:],
    }
    return Outcome(name="shown", values=values)
