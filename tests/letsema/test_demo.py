"""The demo as a process: it starts, keeps what it has, survives a kill, and stops cleanly. On free ports."""

from __future__ import annotations

import json
import signal
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.journeys.demo import LETSEMA, Demo
from tests.servers.ports import free_ports

pytestmark = pytest.mark.journey


def get(url: str) -> tuple[int, Any]:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 -- loopback
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def command(demo: Demo, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [LETSEMA, *words, "--data-dir", str(demo.data_directory)],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A running demo that nobody changes; the last test stops and kills it."""
    running = Demo.start(Path(tmp_path_factory.mktemp("demo")) / "data")
    yield running
    if running.process.poll() is None:
        running.stop()


def test_it_is_ready_when_it_says_so_and_tells_who_is_who(demo: Demo) -> None:
    assert get(f"{demo.told['internal']}/readyz")[0] == 200
    assert get(f"{demo.public}/healthz") == (200, "alive\n")
    assert get(f"{demo.public}/simulator")[0] == 200
    assert get(f"{demo.public}/login")[0] == 200
    assert get(f"{demo.stand_in}/_sent") == (200, "[]")
    assert get(f"{demo.told['internal']}/metrics")[0] == 200

    told = demo.told
    assert set(told) == {"public", "internal", "stand_in", "service_code", "short_code", "staff", "mfis", "borrowers"}
    assert all(set(one) == {"email", "password", "role", "mfi", "district"} for one in told["staff"])
    assert all(set(one) == {"name", "rail_account"} for one in told["mfis"])
    assert all(set(one) == {"phone", "pin", "language", "district", "loans"} for one in told["borrowers"])
    assert {one["role"] for one in told["staff"]} >= {"loan_officer", "credit_analyst", "manager", "cashier"}
    assert len(told["mfis"]) == 2
    printed = demo.log.read_text()
    assert all(one["email"] in printed and one["password"] in printed for one in told["staff"])


def test_the_internal_pages_are_not_on_the_public_listener(demo: Demo) -> None:
    assert get(f"{demo.public}/metrics")[0] == 404
    assert get(f"{demo.public}/readyz")[0] == 404


def test_its_books_are_proved(demo: Demo) -> None:
    ran = command(demo, "verify-ledger", "--json")

    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout)["findings"] == []


def test_its_history_holds_the_score_against_good_loans_and_bad_ones(demo: Demo) -> None:
    ran = command(demo, "backtest", "--json")

    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout)
    bands = {row["band"]: row for row in told["bands"]}
    assert told["invented"] is True
    assert told["loans"] >= 20
    assert told["loans"] == sum(row["loans"] for row in told["bands"])
    assert all(row["loans"] and row["bad_rate_percent"] for row in told["bands"])
    assert Decimal(bands["high"]["bad_rate_percent"]) > Decimal(bands["low"]["bad_rate_percent"])
    assert {row["severity"] for row in told["overrides"]} == {"warn", "block"}
    assert "are invented" in command(demo, "backtest").stdout


def test_a_closed_day_is_closed_once(demo: Demo) -> None:
    day = "2020-01-01"

    assert "Nothing to close" in command(demo, "day-end", "--date", day).stdout
    assert json.loads(command(demo, "day-end", "--date", day, "--json").stdout) == []


def test_doctor_finds_nothing(demo: Demo) -> None:
    ran = command(demo, "doctor", "--json")

    assert ran.returncode == 0, ran.stdout
    assert all(row["ok"] for row in json.loads(ran.stdout))


def test_a_second_demo_on_the_directory_is_refused(demo: Demo) -> None:
    ran = command(demo, "demo", "--port", str(free_ports(3)))

    assert ran.returncode == 2
    assert "is in use by" in ran.stderr
    assert len(ran.stderr.strip().splitlines()) == 1


def test_the_directory_of_a_demo_is_never_served(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LETSEMA_SECRETS_DIR", str(demo.data_directory / "keys"))
    ran = command(demo, "serve")

    assert ran.returncode == 2
    assert "demo" in ran.stderr


def test_stopped_before_it_is_ready_it_begins_anew(tmp_path: Path) -> None:
    unready = subprocess.Popen(
        [LETSEMA, "demo", "--port", str(free_ports(3)), "--data-dir", tmp_path / "data"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert unready.stdout is not None
    assert "Database ready" in unready.stdout.readline()
    unready.send_signal(signal.SIGTERM)
    out, _ = unready.communicate(timeout=30)
    assert unready.returncode == 0, out
    assert not (tmp_path / "data" / "demo.json").exists()

    ready = Demo.start(tmp_path / "data")
    try:
        assert any(borrower["loans"] for borrower in ready.told["borrowers"])
    finally:
        assert ready.stop() == 0


def test_stopped_or_killed_it_goes_on_where_it_was(demo: Demo) -> None:
    running = demo
    for number, code in ((signal.SIGINT, 0), (signal.SIGTERM, 0), (signal.SIGKILL, -signal.SIGKILL)):
        children = psutil.Process(running.process.pid).children(recursive=True)

        running.process.send_signal(number)
        assert running.process.wait(30) == code, running.log.read_text()

        if number != signal.SIGKILL:
            assert not [child for child in children if child.is_running() and child.status() != psutil.STATUS_ZOMBIE]
        running = Demo.start(demo.data_directory)
        assert running.told["borrowers"] == demo.told["borrowers"]
    assert command(running, "verify-ledger").returncode == 0
    assert running.stop() == 0
