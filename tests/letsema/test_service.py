"""`serve` and `worker` as processes on one data directory, with keys of their own, as an operator runs them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.journeys.demo import LETSEMA
from tests.letsema.test_settings import GOOD_KEY, OTHER_KEY

pytestmark = pytest.mark.journey

TOKEN = "0f3c9a7d52e84b16c0d7aa"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """A complete installation: secrets in files, the rest in the environment, the embedded database migrated."""
    home = Path(tmp_path_factory.mktemp("service"))
    secrets = home / "secrets"
    secrets.mkdir()
    for name, value in {
        "letsema_pepper": GOOD_KEY,
        "letsema_lookup_key": OTHER_KEY,
        "letsema_transcript_keys": f"1:{GOOD_KEY}",
        "letsema_sealing_keys": f"1:{OTHER_KEY}",
        "letsema_hook_tokens": TOKEN,
        "letsema_africastalking_api_key": "atsk_4f9d7c2e8b1a6053d7e9",
    }.items():
        (secrets / name).write_text(value)
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("LETSEMA_")}
    settings = {
        "LETSEMA_SECRETS_DIR": str(secrets),
        "LETSEMA_DATA_DIR": str(home / "data"),
        "LETSEMA_AFRICASTALKING_USERNAME": "letsema",
        "LETSEMA_PUBLIC_PORT": str(free_port()),
        "LETSEMA_INTERNAL_PORT": str(free_port()),
    }
    return {**inherited, **settings}


def started(command: str, environment: Mapping[str, str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("ab") as out:
        return subprocess.Popen(
            [LETSEMA, command], stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, env=environment
        )


@pytest.fixture(scope="module")
def service(environment: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Both processes running; gives the file that both log to."""
    log = Path(tmp_path_factory.mktemp("log")) / "log"
    serve = started("serve", environment, log)
    _wait(lambda: "serving" in log.read_text(), serve, log)
    worker = started("worker", environment, log)
    _wait(lambda: "working" in log.read_text(), worker, log)
    yield log
    for process in (worker, serve):
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0, log.read_text()
    assert log.read_text().count('"event": "stopped"') == 2


def test_it_becomes_ready_when_the_worker_has_opened_the_districts(
    service: Path, environment: Mapping[str, str]
) -> None:
    status, text = get(f"http://127.0.0.1:{environment['LETSEMA_INTERNAL_PORT']}/readyz")

    assert status == 200, text


def test_borrowers_are_answered_behind_the_token(service: Path, environment: Mapping[str, str]) -> None:
    public = f"http://127.0.0.1:{environment['LETSEMA_PUBLIC_PORT']}"
    hop = "sessionId=1&serviceCode=*384*555%23&phoneNumber=%2B26658851234&networkCode=65101&text="

    status, text = get(f"{public}/hooks/{TOKEN}/africastalking/ussd", hop.encode())
    assert (status, text.partition(" ")[0]) == (200, "CON")
    assert get(f"{public}/hooks/demo/africastalking/ussd", hop.encode())[0] == 404


def test_there_is_nothing_of_the_demo(service: Path, environment: Mapping[str, str]) -> None:
    public = f"http://127.0.0.1:{environment['LETSEMA_PUBLIC_PORT']}"

    assert get(f"{public}/simulator")[0] in {302, 303, 404}
    assert get(f"{public}/hooks/{TOKEN}/payments/simulated", b"{}")[0] == 404
    status, page = get(f"{public}/login")
    assert status == 200
    assert "demo" not in page.lower()


def test_the_sign_in_cookie_needs_https(service: Path, environment: Mapping[str, str]) -> None:
    with urllib.request.urlopen(f"http://127.0.0.1:{environment['LETSEMA_PUBLIC_PORT']}/login") as answer:
        cookies = answer.headers.get_all("Set-Cookie")

    assert cookies
    assert all(cookie.startswith("__Host-") and "Secure" in cookie for cookie in cookies)


def test_its_log_is_json_without_a_number(service: Path) -> None:
    lines = service.read_text().splitlines()

    assert lines
    assert all(line.startswith("{") for line in lines), lines
    assert "58851234" not in service.read_text()
    assert TOKEN not in service.read_text()


def get(url: str, body: bytes | None = None) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, body, timeout=10) as answer:  # noqa: S310 -- loopback
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def _wait(condition: object, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if callable(condition) and condition():
            return
        assert process.poll() is None, log.read_text()
        time.sleep(0.1)
    raise AssertionError(log.read_text())
