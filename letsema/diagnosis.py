"""Everything that the product needs, looked at part by part: what is well, and what to do about what is not.

Each part is looked at whatever the others are like, as far as what it stands on allows, and nothing is changed by it.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import structlog

from core.ports.channel import ChannelPlaneDown
from core.ports.record import DistrictDown
from core.use_cases.draining_desk import UnreadableLine, unreadable_in
from letsema.channel_cluster import channel_cluster
from letsema.databases import (
    Databases,
    Embedded,
    check_channel_cluster,
    check_plane,
    examine_channel_nodes,
    open_on_postgres,
)
from letsema.demo.settings import command_settings, is_of_demo
from letsema.environment import SystemClock
from letsema.installation import open_installation
from letsema.internal_app import examine_channel, examine_record
from letsema.keys.keyring import Keyring
from letsema.keys.names import KeyedNames
from letsema.keys.sealing import AesGcmSealer
from letsema.planes import open_channel, open_record
from letsema.problems import sentence_of
from letsema.readiness import check_production
from letsema.record_cluster import ask_status
from letsema.setting_values import KEY_BYTES, WrongSettingError
from letsema.settings import ChannelStore, Settings
from letsema.telegram import examine_bot
from storage.cassandra.addresses import CassandraAddress
from storage.postgres.migrating import Plane

_OK: Final = "ok"
_SILENT: Final = "it does not answer; see whether its node runs and is reachable"
_CURES: Final[Mapping[str, str]] = {
    "not_found": "it has no business day yet: start `letsema worker`, which opens it",
    "empty": "it has no districts: run `letsema db upgrade`",
}
_NOWHERE: Final = Databases("", "", None, None)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Finding:
    """A part, and what is to be done about it in one sentence; "" when it is well."""

    what: str
    cure: str = ""

    @property
    def is_well(self) -> bool:
        return not self.cure


@dataclass(slots=True)
class Examination:
    """What was found so far, in the order in which it was looked at."""

    found: list[Finding] = field(default_factory=list)

    def is_well(self, what: str) -> bool:
        """Whether a part was looked at and is well."""
        return any(finding.what == what and finding.is_well for finding in self.found)

    def note(self, what: str, cure: str = "") -> None:
        self.found.append(Finding(what, cure))

    def leave_out(self, what: str, *, first: str) -> None:
        """Say that a part could not be looked at, because another that it stands on is not well."""
        self.note(what, f"it was not looked at; mend first: {first}")

    def looking_at(self, what: str) -> _Look:
        """Note a part: well, or what came of looking at it."""
        return _Look(self, what, notes_well=True)

    def noting_trouble_of(self, what: str) -> _Look:
        """Note a part only if looking at it comes to nothing."""
        return _Look(self, what, notes_well=False)


@dataclass(frozen=True, slots=True)
class _Look:
    """A look at a part. Whatever it ends in is noted, so that the others are looked at as well."""

    seen: Examination
    what: str
    notes_well: bool

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: type[BaseException] | None, error: BaseException | None, _trace: object) -> bool:
        if isinstance(error, Exception):
            self.seen.note(self.what, _cure_of(error))
            return True
        if error is None and self.notes_well:
            self.seen.note(self.what)
        return False


async def diagnose(data_directory: Path | None) -> list[Finding]:
    """Look at settings, database, schemas, nodes, keys, districts, intake, Telegram, and what `serve` would refuse."""
    seen = Examination()
    settings: Settings | None = None
    with seen.looking_at("settings"):
        settings = command_settings(data_directory)
        channel_cluster(settings)  # what is right in itself need not go together
    if settings is None:
        seen.leave_out("everything else", first="settings")
        return seen.found
    async with AsyncExitStack() as stack:
        databases: Databases | None = None
        with seen.looking_at("database"):
            databases = await stack.enter_async_context(open_on_postgres(settings, Embedded.JOIN))
        keyring: Keyring | None = None
        with seen.looking_at("keys"):
            keyring = Keyring.from_settings(settings)
        place = _Place(settings, databases, _cluster(settings), keyring)
        await _look_at_record(seen, place)
        await _look_at_channel(seen, place)
        await _look_at_intake(seen, place)
    await _look_at_telegram(seen, settings)
    if not is_of_demo(data_directory):
        with seen.looking_at("real borrowers"):
            check_production(settings, of_demo=False)
    return seen.found


@dataclass(frozen=True, slots=True)
class _Place:
    """What there is to look at: databases and keyring None where they could not be had."""

    settings: Settings
    on_postgres: Databases | None
    cluster: CassandraAddress | None
    keyring: Keyring | None

    @property
    def databases(self) -> Databases | None:
        """Both planes'; None where either is unknown."""
        if self.on_postgres is None or (self.is_on_cassandra and self.cluster is None):
            return None
        return replace(self.on_postgres, cluster=self.cluster)

    @property
    def is_on_cassandra(self) -> bool:
        """Whether the channel plane is meant to be."""
        return self.settings.channel_store is ChannelStore.CASSANDRA

    def names_and_sealer(self) -> tuple[KeyedNames, AesGcmSealer]:
        """The installation's, or such as open nothing: whether a plane answers can be asked without its keys."""
        keyring = self.keyring or _passing_keys()
        return KeyedNames(keyring.lookup_key, keyring.transcript_keys), AesGcmSealer(keyring.sealing_keys)


async def _look_at_record(seen: Examination, place: _Place) -> None:
    databases = place.on_postgres
    if databases is None:
        seen.leave_out("record plane, schema", first="database")
        seen.leave_out("record plane, districts", first="database")
        return
    with seen.looking_at("record plane, schema"):
        await check_plane(databases, Plane.RECORD)
    if databases.record_nodes:
        with seen.noting_trouble_of("record plane, cluster"):
            for cure in (await ask_status(place.settings)).findings or ("",):
                seen.note("record plane, cluster", cure)
    if not seen.is_well("record plane, schema"):
        seen.leave_out("record plane, districts", first="record plane, schema")
        return
    with seen.noting_trouble_of("record plane, districts"):
        names, sealer = place.names_and_sealer()
        async with open_record(place.settings, databases, names, sealer, SystemClock()) as record:
            _note_answers(seen, "record plane", await examine_record(record))


async def _look_at_channel(seen: Examination, place: _Place) -> None:
    on_postgres, cluster = place.on_postgres, place.cluster
    if place.is_on_cassandra and cluster is not None:
        with seen.looking_at("channel plane, schema"):
            await check_channel_cluster(cluster)
    elif not place.is_on_cassandra and on_postgres is not None:
        with seen.looking_at("channel plane, schema"):
            await check_plane(on_postgres, Plane.CHANNEL)
        with seen.noting_trouble_of("channel plane, nodes"):
            for node, cure in await examine_channel_nodes(on_postgres):
                seen.note(f"channel plane, node {node}", cure)
    else:
        seen.leave_out("channel plane, schema", first="settings" if place.is_on_cassandra else "database")
    if not seen.is_well("channel plane, schema"):
        seen.leave_out("channel plane, directory", first="channel plane, schema")
        return
    with seen.noting_trouble_of("channel plane, directory"):
        _, sealer = place.names_and_sealer()
        databases = replace(on_postgres or _NOWHERE, cluster=cluster)
        async with open_channel(place.settings, databases, sealer, SystemClock()) as (channel, _):
            _note_answers(seen, "channel plane", await examine_channel(channel))


async def _look_at_intake(seen: Examination, place: _Place) -> None:
    """What there is in it that no key opens: only with the installation's own keys, and where both planes answer."""
    needed = ("keys", "record plane, schema", "channel plane, schema", "channel plane, directory")
    databases, unwell = place.databases, next((part for part in needed if not seen.is_well(part)), None)
    if databases is None or unwell is not None:
        seen.leave_out("intake", first=unwell or "settings")
        return
    with seen.noting_trouble_of("intake"):
        async with open_installation(place.settings, databases) as installation:
            engine = installation.engine
            for district in sorted((await engine.record.catalogue()).districts):
                seen.note(f"intake, {district}", _cure_of_unreadable(await unreadable_in(engine, [district])))


async def _look_at_telegram(seen: Examination, settings: Settings) -> None:
    if settings.telegram_token.get_secret_value():
        with seen.noting_trouble_of("telegram"):
            bot, cure = await examine_bot(settings)
            seen.note(f"telegram, @{bot}" if bot else "telegram", cure)


def _cure_of_unreadable(lines: Sequence[UnreadableLine]) -> str:
    if not lines:
        return ""
    return (
        f"{len(lines)} of what came in cannot be read, first {lines[0].kind} {lines[0].number}: put the key that it is "
        "sealed under back into LETSEMA_SEALING_KEYS, and restart every process"
    )


def _note_answers(seen: Examination, plane: str, answers: Mapping[str, str]) -> None:
    for part, answer in answers.items():
        cure = _CURES.get(answer, f"it says {answer}; see whether its node runs and is reachable")
        seen.note(f"{plane}, {part}", "" if answer == _OK else cure)


def _cluster(settings: Settings) -> CassandraAddress | None:
    try:
        return channel_cluster(settings)
    except WrongSettingError:
        return None


def _cure_of(error: Exception) -> str:
    if isinstance(error, DistrictDown | ChannelPlaneDown):
        return _SILENT
    sentence = sentence_of(error)
    if sentence is None:
        log.error("part_not_looked_at", exc_info=error)
        return f"looking at it ended in an error that nobody foresaw ({type(error).__name__}); the log says more"
    return sentence


def _passing_keys() -> Keyring:
    """Keys of nobody's, for this one look."""
    made = [secrets.token_bytes(KEY_BYTES) for _ in range(4)]
    return Keyring(made[0], made[1], {1: made[2]}, {1: made[3]})
