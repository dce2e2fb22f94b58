"""Listening and stopping: sites come up together or not at all, and requests under way end before the rest does."""

from __future__ import annotations

import asyncio
import errno
import gc
import signal
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import uvloop
from aiohttp import web

from letsema.setting_values import WrongSettingError

_Result = TypeVar("_Result")
_STOP_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)
_YOUNG_OBJECTS_MAX: Final = 10_000
"""New objects between two looks for cycles: a request makes hundreds, and hardly ever a cycle among them."""


@dataclass(frozen=True, slots=True)
class Listener:
    """An application and where it listens. `setting` names what to change when the port is taken."""

    app: web.Application
    host: str
    port: int
    setting: str

    @property
    def url(self) -> str:
        """Its address for a browser on this machine."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"


@asynccontextmanager
async def listening(listeners: Sequence[Listener], *, shutdown_seconds: float) -> AsyncIterator[None]:
    """Serve until left; then take nothing new and let what is under way end within `shutdown_seconds`.

    Raises `WrongSettingError` when a port is taken or may not be used.
    """
    async with AsyncExitStack() as stack:
        for listener in listeners:
            # No provider and no browser packs what it sends; what says it is packed and is not would be an accident.
            runner = web.AppRunner(
                listener.app, access_log=None, shutdown_timeout=shutdown_seconds, auto_decompress=False
            )
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            try:
                await web.TCPSite(runner, listener.host, listener.port).start()
            except OSError as error:
                raise WrongSettingError(_cannot_listen(listener, error)) from None
        settle_memory()
        yield


def settle_memory() -> None:
    """Leave what was made by now (modules, flows, texts, templates) out of every later look for garbage.

    Measured on USSD hops: without this a sixth of the processor's time goes into looking through it again and again.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG_OBJECTS_MAX)


@asynccontextmanager
async def stop_signals() -> AsyncIterator[asyncio.Event]:
    """An event that Ctrl-C and SIGTERM set. A second signal ends the process at once."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def begin_to_stop() -> None:
        stop.set()
        for number in _STOP_SIGNALS:
            loop.remove_signal_handler(number)

    for number in _STOP_SIGNALS:
        loop.add_signal_handler(number, begin_to_stop)
    try:
        yield stop
    finally:
        for number in _STOP_SIGNALS:
            loop.remove_signal_handler(number)


def run(main: Coroutine[Any, Any, _Result]) -> _Result:
    """Run a command's coroutine on uvloop."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(main)


def _cannot_listen(listener: Listener, error: OSError) -> str:
    where = f"{listener.host}:{listener.port}"
    if error.errno == errno.EADDRINUSE:
        return f"{where} is in use by another program; choose another port with {listener.setting}."
    return f"It is not possible to listen on {where} ({error.strerror or error}); see {listener.setting}."
