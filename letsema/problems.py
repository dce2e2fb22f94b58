"""From what a command raised to the one sentence that it ends with: the exit code is 2 then. Anything else is a bug."""

from __future__ import annotations

from channels.transport import TransportError
from core.errors import DomainError
from core.ports.channel import ChannelPlaneDown
from core.ports.record import DistrictDown
from letsema.backups.manifest import BackupProblem
from letsema.setting_values import WrongSettingError
from storage.embedded import DataDirectoryProblem
from storage.postgres.migrating import SchemaProblem


def sentence_of(error: BaseException) -> str | None:
    """The sentence; None for what nobody foresaw. Of several problems at once, the first that has one."""
    if isinstance(error, BaseExceptionGroup):
        return next((told for told in map(sentence_of, error.exceptions) if told is not None), None)
    match error:
        case WrongSettingError() | DataDirectoryProblem() | SchemaProblem() | BackupProblem():
            return _sentence(str(error))
        case DistrictDown() | ChannelPlaneDown():
            return "The database does not answer; `letsema doctor` says which part of it."
        case TransportError(code=code):
            return f"The other side did not take it: {code}."
        case DomainError():
            return _sentence(error.message)
        case _:
            return None


def _sentence(text: str) -> str:
    text = " ".join(text.split())
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "?", "!")) else f"{text}."
