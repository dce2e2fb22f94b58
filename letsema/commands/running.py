"""The commands that go on until they are stopped: `serve`, `worker`, `demo`, `stand-in`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from letsema.commands.options import DataDirectory, run


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(serve)
    app.command()(worker)
    app.command()(demo)
    app.command("stand-in")(stand_in)


def serve(data_dir: DataDirectory = None) -> None:
    """Serve borrowers and staff, with the settings of the environment."""
    from letsema.logs.lines import set_up_logs
    from letsema.service import serve as serve_until_stopped
    from letsema.settings import load_settings

    settings = load_settings(**_given(data_dir))
    set_up_logs(settings.log_format, settings.log_level)
    run(serve_until_stopped(settings))


def worker(data_dir: DataDirectory = None) -> None:
    """Send messages and payouts, drain the intake, close days and remind, with the settings of the environment."""
    from letsema.logs.lines import set_up_logs
    from letsema.service import work
    from letsema.settings import load_settings

    settings = load_settings(**_given(data_dir))
    set_up_logs(settings.log_format, settings.log_level)
    run(work(settings))


def demo(
    port: Annotated[int, typer.Option(help="The port of the portal; the two after it are used as well.")] = 8080,
    data_dir: DataDirectory = None,
    host: Annotated[str, typer.Option(envvar="LETSEMA_PUBLIC_HOST", help="Loopback, and nothing else.")] = "127.0.0.1",
) -> None:
    """Start everything a newcomer needs, on this machine only, with play money."""
    from letsema.demo.running import run_demo
    from letsema.demo.settings import data_directory_of
    from letsema.logs.lines import set_up_logs
    from letsema.settings import LogFormat, LogLevel

    set_up_logs(LogFormat.PRETTY, LogLevel.WARNING)
    run(run_demo(data_directory_of(data_dir), host, port))


def stand_in(
    public: Annotated[str, typer.Option(help="The public listener that it calls back, on loopback.")],
    port: Annotated[int, typer.Option(help="Where it listens, on loopback.")] = 8082,
    hook_token: Annotated[
        str | None, typer.Option(help="The token in the hooks' paths; else the first of LETSEMA_HOOK_TOKENS, or demo.")
    ] = None,
) -> None:
    """Stand in for the SMS provider and the mobile-money rail, on loopback, for the account that the settings name."""
    from letsema.demo.stand_in import run_stand_in
    from letsema.settings import load_settings

    run(run_stand_in(public, port, hook_token, load_settings()))


def _given(data_dir: Path | None) -> dict[str, Path]:
    return {} if data_dir is None else {"data_dir": data_dir}
