"""From what a command raised to the one sentence that it ends with: the exit code is 2 then. Anything else is a bug."""

from __future__ import annotations

from pathlib import Path

from channels.transport import TransportError
from core.errors import DomainError
from core.ports.channel import ChannelPlaneDown
from core.ports.record import DistrictDown
from letsema.backups.manifest import BackupProblem
from letsema.demo.directory import is_demo
from letsema.setting_values import WrongSettingError
from storage.embedded import DataDirectoryProblem, NothingRunsHere
from storage.postgres.migrating import SchemaProblem


def sentence_of(error: BaseException) -> str | None:
    """The sentence; None for what nobody foresaw. Of several problems at once, the first that has one."""
    if isinstance(error, BaseExceptionGroup):
        return next((told for told in map(sentence_of, error.exceptions) if told is not None), None)
    match error:
        case NothingRunsHere(directory=directory):
            return f"No database runs on {directory}: {_start_of(directory)}."
        case WrongSettingError() | DataDirectoryProblem() | BackupProblem():
            return _ended(str(error))  # begins as it stands: often with a path, which has no capital of its own
        case SchemaProblem():
            return _sentence(str(error))
        case DistrictDown() | ChannelPlaneDown():
            return "The database does not answer; `letsema doctor` says which part of it."
        case TransportError(code=code):
            return f"The other side did not take it: {code}."
        case DomainError():
            return _sentence(error.message)
        case _:
            return None


def _start_of(directory: Path) -> str:
    """How to start what would run there: a demo's directory is never served, and no other is ever a demo's."""
    if is_demo(directory):
        return f"start it again, `letsema demo --data-dir {directory}`"
    if directory.exists():
        return "start `letsema serve` there"
    return "start `letsema demo` there, to try it, or `letsema serve`"


def _sentence(text: str) -> str:
    return _ended(text[:1].upper() + text[1:])


def _ended(text: str) -> str:
    text = " ".join(text.split())
    return text if text.endswith((".", "?", "!")) else f"{text}."
