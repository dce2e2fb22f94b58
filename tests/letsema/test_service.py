"""`serve` and `worker` as processes on one data directory, with keys of their own, as an operator runs them."""

from __future__ import annotations

import base64
import http.client
import os
import re
import signal
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from core.totp import STEP_SECONDS, code_at
from letsema.environment import SystemClock
from tests.journeys.demo import LETSEMA
from tests.letsema.test_lender_file import example
from tests.letsema.test_settings import GOOD_KEY, OTHER_KEY
from tests.servers.ports import free_port

pytestmark = pytest.mark.journey

TOKEN = "0f3c9a7d52e84b16c0d7aa"


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


_CATALOGUE_SECONDS = 15


def test_an_invited_officer_joins_and_signs_in_with_password_and_code(
    service: Path, environment: Mapping[str, str], tmp_path: Path
) -> None:
    """From an empty installation: a lender from a file, an officer from a link, and the portal opens."""
    lender = tmp_path / "mfi.toml"
    lender.write_text(example(), encoding="utf-8")
    assert commanded(environment, "mfi", "add", "--file", str(lender)).startswith("Khotso Finance (khotso): added.")
    who = ("--mfi", "khotso", "--email", "palesa@khotso.co.ls", "--name", "Palesa Molapo", "--role", "loan_officer")
    link = commanded(environment, "staff", "invite", *who).splitlines()[0]
    visitor = Visitor(f"http://127.0.0.1:{environment['LETSEMA_PUBLIC_PORT']}")
    path = link.removeprefix(visitor.public)
    secret = base64.b32decode(re.findall(r"secret=([A-Z2-7]+)", _once_known(visitor, path))[0])

    chosen = {"password": "correct horse battery", "repeated": "correct horse battery", "code": code_now(secret)}
    status, page = visitor.post(path, **chosen)
    assert (status, len(re.findall(r"<code>[A-Z2-7-]{19}</code>", page))) == (200, 10)
    assert visitor.get("/queue")[0] == 200
    assert visitor.get(path)[0] == 404

    officer = Visitor(visitor.public)
    officer.post("/login", email="palesa@khotso.co.ls", password="correct horse battery")
    assert "/login/totp" in officer.location
    assert officer.get("/queue")[0] == 303
    # The code of now is used up; that of the next half minute is taken too, since phones' clocks are never right.
    officer.post("/login/totp", code=code_now(secret, steps_off=1))
    assert officer.get("/queue")[0] == 200
    assert path.rpartition(".")[2] not in service.read_text()


def _once_known(visitor: Visitor, path: str) -> str:
    """A page of a lender that was entered by another process: the catalogue in memory is a few seconds old at most."""
    deadline = time.monotonic() + _CATALOGUE_SECONDS
    while (answer := visitor.get(path))[0] == 404 and time.monotonic() < deadline:
        time.sleep(0.1)
    assert answer[0] == 200
    return answer[1]


def code_now(secret: bytes, steps_off: int = 0) -> str:
    return code_at(secret, int(SystemClock().now().timestamp()) // STEP_SECONDS + steps_off)


def commanded(environment: Mapping[str, str], *words: str) -> str:
    """What a command says that must succeed."""
    return subprocess.run([LETSEMA, *words], check=True, capture_output=True, text=True, env=environment).stdout


class Visitor:
    """A browser without TLS before it: it keeps the cookies that a real one would send to https alone."""

    def __init__(self, public: str) -> None:
        self.public = public
        self.location = ""
        self._cookies: dict[str, str] = {}

    def get(self, path: str) -> tuple[int, str]:
        return self._send(path, None)

    def post(self, path: str, **fields: str) -> tuple[int, str]:
        """Send a form with the token of its page."""
        token = self.get(path)[1].split('name="form_token" value="')[1].split('"')[0]
        return self._send(path, urllib.parse.urlencode({**fields, "form_token": token}).encode())

    def _send(self, path: str, body: bytes | None) -> tuple[int, str]:
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        headers = {"Sec-Fetch-Site": "same-origin", "Cookie": cookies}
        connection = http.client.HTTPConnection(self.public.removeprefix("http://"), timeout=10)
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request("POST" if body is not None else "GET", path, body, headers)
        answer = connection.getresponse()
        for line in answer.headers.get_all("Set-Cookie", []):
            name, _, value = line.partition(";")[0].partition("=")
            self._cookies[name] = value
        self.location = answer.headers.get("Location", "")
        text = answer.read().decode()
        connection.close()
        return answer.status, text


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
