"""Who calls, and a new caller's registration."""

from __future__ import annotations

from typing import Final

from conversations.answers import arguments
from conversations.answers.table import Scene
from conversations.engine import Ask, Choice, Outcome
from conversations.flows.wording import TEXT_VERSION
from core.errors import InvalidInput
from core.ports.record import DistrictDown
from core.records.borrower import ConsentKind, Language, UnderAge
from core.use_cases.pins import WeakPin, hash_new_pin
from core.use_cases.registration import RegisterBorrower, RegistrationUnderWay, register_borrower
from core.use_cases.reserving import ReservationReleased

CONSENTS: Final = (ConsentKind.KEEP_DATA, ConsentKind.CREDIT_CHECK, ConsentKind.SHARE_HISTORY)
"""What the consent screen names, and what agreeing to it gives. Each can be withdrawn later."""

_NO_PIN: Final = {"new_pin_hash": ""}


async def caller(scene: Scene, _ask: Ask) -> Outcome:
    """Whether the number is registered, as the directory knew it at the hop, and whether this hour is open.

    Who came to this number by a change has no PIN here yet: that comes first, at every hour.
    """
    if scene.registered is not None and not scene.registered.pin_hash:
        return Outcome(name="no_pin")
    name = "known" if scene.registered else "new"
    hours = scene.engine.service_hours
    if hours.are_on(scene.engine.clock.now()):
        return Outcome(name=name)
    return Outcome(name=f"{name}_outside_hours", values={"opens_at": f"{hours.opens:%H:%M}"})


async def districts(scene: Scene, _ask: Ask) -> Outcome:
    """The districts that take new borrowers."""
    catalogue = await scene.engine.record.catalogue()
    taking = sorted(
        (each for each in catalogue.districts.values() if each.accepts_new_borrowers), key=lambda each: each.code
    )
    listed = tuple(Choice(each.code, each.name) for each in taking)
    return Outcome(name="listed", values={"districts": listed}) if listed else Outcome(name="none")


async def choose_pin(scene: Scene, ask: Ask) -> Outcome:
    """Refuse what others would guess first; keep the rest as its hash only."""
    try:
        pin_hash = await hash_new_pin(scene.engine, ask.secret, arguments.day(ask, "date_of_birth"))
    except WeakPin:
        return Outcome(name="weak")
    return Outcome(name="chosen", values={"new_pin_hash": pin_hash})


async def repeat_pin(scene: Scene, ask: Ask) -> Outcome:
    """Whether the PIN was typed the same again."""
    known = ask.arguments.get("new_pin_hash")
    is_same = await scene.engine.pin_hasher.verify(ask.secret, str(known) if known else None)
    return Outcome(name="same") if is_same else Outcome(name="different", values=_NO_PIN)


async def register(scene: Scene, ask: Ask) -> Outcome:
    """Register, once for each draft."""
    command = RegisterBorrower(
        draft_id=arguments.named_by(ask),
        phone=scene.caller,
        language=Language(arguments.text(ask, "language")),
        given_names=arguments.text(ask, "given_names"),
        surname=arguments.text(ask, "surname"),
        national_id=arguments.text(ask, "national_id"),
        date_of_birth=arguments.day(ask, "date_of_birth"),
        district=arguments.text(ask, "district"),
        pin_hash=arguments.text(ask, "new_pin_hash"),
        channel=scene.channel,
        consents=CONSENTS,
        text_version=TEXT_VERSION,
    )
    try:
        registration = await register_borrower(scene.engine, command)
    except UnderAge:
        return Outcome(name="under_age", values=_NO_PIN)
    except InvalidInput:
        return Outcome(name="district_closed")
    except (RegistrationUnderWay, ReservationReleased) as error:
        # Nobody can say yet who the identity belongs to: as with a district that is down, the same draft asks again.
        raise DistrictDown from error
    return Outcome(name=registration.outcome.value, values=_NO_PIN)
