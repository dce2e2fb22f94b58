"""`dial`: a phone in the terminal, over any channel; it can record a session, and play one again."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from letsema.commands.options import DataDirectory, finding, run

if TYPE_CHECKING:
    from channels.simulator.handsets import Addresses
    from channels.simulator.recording import Session
    from core.phones import PhoneNumber
    from letsema.demo.directory import DemoFile

STRANGER: Final = "+26658777777"


class Over(StrEnum):
    """What can be dialled over."""

    USSD = "ussd"
    SMS = "sms"
    TELEGRAM = "telegram"


Number = Annotated[str, typer.Argument(help="A Lesotho mobile number, such as 58010101.")]
ChannelOption = Annotated[Over, typer.Option("--channel", help="What the phone speaks.")]
Record = Annotated[Path | None, typer.Option("--record", help="Keep the session in a file, secrets masked.")]
Replay = Annotated[
    Path | None, typer.Option("--replay", help="Play a kept session; exit code 1 at the first page that is another.")
]
Pin = Annotated[str, typer.Option("--pin", help="What stands for a masked PIN; a demo's borrower has their own.")]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(dial)


def dial(
    number: Number = STRANGER,
    channel: ChannelOption = Over.USSD,
    record: Record = None,
    replay: Replay = None,
    pin: Pin = "",
    data_dir: DataDirectory = None,
) -> None:
    """Dial the demo that runs on a data directory, and talk to it."""
    from core.phones import PhoneNumber
    from letsema.demo.directory import read_demo_file
    from letsema.demo.settings import data_directory_of

    told = read_demo_file(data_directory_of(data_dir))
    phone = PhoneNumber.parse(number)
    if replay is not None:
        if not run(_replay(told, phone, _read(replay), pin or _demo_pin(told, phone))):
            finding()
        return
    if record is not None:
        _begin(record)
    session = run(_talk(told, phone, channel))
    if record is not None:
        record.write_text(session.to_text(), encoding="utf-8")


async def _talk(told: DemoFile, phone: PhoneNumber, over: Over) -> Session:
    from channels.simulator.handsets import open_handset
    from channels.simulator.recording import Session
    from channels.simulator.terminal import talk
    from core.records.borrower import Channel
    from letsema.environment import SystemClock

    session = Session(Channel(over))
    async with open_handset(session.channel, _addresses(told), phone, SystemClock().now) as handset:
        await talk(
            handset,
            session,
            sys.stdin,
            sys.stdout,
            redial=told.service_code,
            keeps_pins=bool(_demo_pin(told, phone)),
        )
    return session


async def _replay(told: DemoFile, phone: PhoneNumber, session: Session, pin: str) -> bool:
    from channels.simulator.handsets import open_handset
    from channels.simulator.terminal import PinNeeded, replay
    from letsema.environment import SystemClock
    from letsema.setting_values import WrongSettingError

    async with open_handset(session.channel, _addresses(told), phone, SystemClock().now) as handset:
        try:
            return await replay(handset, session, sys.stdout, pin=pin)
        except PinNeeded as error:
            raise WrongSettingError(f"Not played: {error}.") from None


def _read(file: Path) -> Session:
    """A kept session. Raises `WrongSettingError`."""
    from channels.simulator.recording import NotASession, Session
    from letsema.setting_values import WrongSettingError

    try:
        return Session.from_text(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        raise WrongSettingError(f"{file} cannot be read.") from None
    except NotASession as error:
        raise WrongSettingError(f"{file} is no kept session: {error}.") from None


def _begin(file: Path) -> None:
    """Make the file: a session that cannot be kept is not begun. Raises `WrongSettingError`."""
    from letsema.setting_values import WrongSettingError

    try:
        file.touch()
    except OSError as error:
        raise WrongSettingError(f"{file} cannot be written: {error.strerror}.") from None


def _addresses(told: DemoFile) -> Addresses:
    from channels.simulator.handsets import Addresses
    from letsema.demo.settings import HOOK_TOKEN, SMS_SENDER

    return Addresses(
        public=told.public,
        stand_in=told.stand_in,
        service_code=told.service_code,
        short_code=told.short_code,
        sms_sender=SMS_SENDER,
        hook_token=HOOK_TOKEN,
    )


def _demo_pin(told: DemoFile, phone: PhoneNumber) -> str:
    """The PIN of a borrower of the demo, which everybody may know; empty for any other number."""
    return next((each.pin for each in told.borrowers if each.phone == phone.e164), "")
