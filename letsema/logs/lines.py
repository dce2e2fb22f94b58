"""Where log lines come from and what they look like: ours and every library's through one path, to stderr."""

from __future__ import annotations

import logging
import sys
from contextlib import suppress
from typing import Final, TextIO

import structlog
from structlog.types import Processor

from letsema.logs.redaction import redact
from letsema.settings import LogFormat, LogLevel

# Libraries that would write bodies, addresses with tokens, or a line a request.
_QUIET: Final = (
    "africastalking",
    "aiohttp.access",
    "alembic",
    "asyncio",
    "cassandra",
    "httpcore",
    "httpx",
    "requests",
    "sqlalchemy",
    "telegram",
    "urllib3",
)


def set_up_logs(form: LogFormat, level: LogLevel, *, stream: TextIO | None = None) -> None:
    """Send all log lines of this process to a stream, else to stderr. Called once, when a command starts."""
    stream = stream or sys.stderr
    shared = _shared_processors()
    structlog.configure(
        processors=[*shared, *_ending(form, stream)],
        logger_factory=_Lines(stream),
        wrapper_class=structlog.make_filtering_bound_logger(level.value),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_ending(form, stream)],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.value.upper())
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


class _Lines:
    """Makes loggers that write finished lines straight to a stream, each in one piece.

    The standard library's way makes two records of a line and formats it in the second: that costs more than the line,
    and one is written for each request.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __call__(self, name: str = "", *_: object) -> _Line:
        return _Line(self._stream, name)


class _Line(structlog.WriteLogger):
    def __init__(self, stream: TextIO, name: str) -> None:
        super().__init__(stream)
        self.name = name

    def msg(self, message: str) -> None:
        """Write a line. A log that nobody takes any more fails no request."""
        with suppress(OSError, ValueError):
            super().msg(message)

    debug = info = warning = error = critical = msg


def _shared_processors() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        structlog.processors.UnicodeDecoder(),
    ]


def _ending(form: LogFormat, stream: TextIO) -> list[Processor]:
    """Traces become text before redaction sees them; locals are never part of a trace."""
    redaction: list[Processor] = [structlog.processors.format_exc_info, redact]
    if form is LogFormat.JSON:
        return [*redaction, structlog.processors.JSONRenderer(ensure_ascii=False)]
    return [*redaction, _one_line, structlog.dev.ConsoleRenderer(colors=stream.isatty(), pad_event_to=28)]


def _one_line(_logger: object, _method: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
    """Control characters shown as escapes, so that no value can forge a line; a trace keeps its line breaks."""
    for name, value in event.items():
        if name != "exception" and isinstance(value, str) and not value.isprintable():
            event[name] = value.encode("unicode_escape").decode("ascii")
    return event
