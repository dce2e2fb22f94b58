from __future__ import annotations

import io
import json
import logging
import random
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from letsema.logs.lines import set_up_logs
from letsema.logs.redaction import clean_text
from letsema.settings import LogFormat, LogLevel


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield io.StringIO()
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def break_with(text: str) -> None:
    raise ValueError(text)


def json_logger(stream: io.StringIO) -> Any:
    set_up_logs(LogFormat.JSON, LogLevel.INFO, stream=stream)
    return structlog.get_logger("letsema.test")


def test_a_line_is_json_in_utc_with_its_level_and_source(stream: io.StringIO) -> None:
    json_logger(stream).info("request", status=200)

    (line,) = lines(stream)
    assert line["at"].endswith("Z")
    assert (line["event"], line["level"], line["logger"], line["status"]) == ("request", "info", "letsema.test", 200)


@pytest.mark.parametrize(
    "name",
    ["pin", "PIN", "text", "token", "phone", "phoneNumber", "national_id", "password", "body", "Set-Cookie", "to"],
)
def test_a_field_that_names_something_secret_is_hidden(stream: io.StringIO, name: str) -> None:
    json_logger(stream).info("hop", **{name: "1*4821", "nested": {"deeper": [{name: "1*4821"}]}})

    assert "4821" not in stream.getvalue()


@pytest.mark.parametrize(
    "text",
    [
        "no route for +26658851234",
        "no route for 26658851234",
        "no route for 0026658851234",
        "phoneNumber=%2B26658851234&text=",
        "no route for +266 5885 1234",
        "identity 012345678901 is known",
        "POST /hooks/0f3c9a7d52e84b16c0d7/africastalking/ussd",
        "GET /invitation/LS-A.k3tQ9w_abcDEF0123456789",
        "postgresql://app:hush-hush@db:5432/letsema",
        "https://api.telegram.org/bot123456789:AAE-abcdefghijklmnopqrstuvwxyz012345/getMe",
    ],
)
def test_what_looks_personal_or_secret_is_hidden_in_any_text(stream: io.StringIO, text: str) -> None:
    log = json_logger(stream)
    log.info(text, detail=text, more=[text])
    logging.getLogger("some.library").warning("it said %s", text)
    try:
        break_with(text)
    except ValueError:
        log.exception("it broke")

    written = stream.getvalue()
    for secret in ("58851234", "5885 1234", "012345678901", "0f3c9a7d52e8", "hush-hush", "AAE-abc", "k3tQ9w"):
        assert secret not in written
    assert len(lines(stream)) == 3


def test_references_amounts_and_figures_stay_readable(stream: io.StringIO) -> None:
    json_logger(stream).info("paid", loan="1234567890", amount_lisente=123_456_789, seconds=0.25, missing=None)

    (line,) = lines(stream)
    assert (line["loan"], line["amount_lisente"], line["seconds"]) == ("1234567890", 123_456_789, 0.25)


@pytest.mark.parametrize("form", list(LogFormat))
def test_no_value_can_forge_a_line(stream: io.StringIO, form: LogFormat) -> None:
    set_up_logs(form, LogLevel.INFO, stream=stream)

    structlog.get_logger("letsema.test").info("refused", field='x\n{"event": "paid"}\r\x1b[2J')

    assert len(stream.getvalue().splitlines()) == 1
    assert "\x1b[2J" not in stream.getvalue()


@pytest.mark.parametrize("library", ["africastalking", "httpx", "telegram.ext", "aiohttp.access", "sqlalchemy.engine"])
def test_libraries_that_would_write_bodies_are_quiet(stream: io.StringIO, library: str) -> None:
    set_up_logs(LogFormat.JSON, LogLevel.DEBUG, stream=stream)

    logging.getLogger(library).info("POST body")

    assert stream.getvalue() == ""


def test_local_variables_are_never_part_of_a_trace(stream: io.StringIO) -> None:
    log = json_logger(stream)
    pin = "4821"
    try:
        break_with(pin.replace("4", "x"))
    except ValueError:
        log.exception("failed")

    assert pin not in stream.getvalue()


def test_a_stream_that_takes_nothing_fails_nobody(stream: io.StringIO) -> None:
    log = json_logger(stream)
    stream.close()

    log.info("request", status=200)
    log.error("request", status=500)


_PARTS = ("266", "+266", "%2B266", "00", "5885", "1234", "58851234", "01234567890", "123456:", "A" * 31, " ", "-", ".")
_ADDRESS_PARTS = ("/hooks/", "{token}", "telegram", "abc", "/invitation/", "://", "u:p@h", "é")


def test_the_first_look_at_a_text_misses_nothing_that_a_pattern_would_change() -> None:
    chance = random.Random(1)
    for _ in range(5_000):
        text = "".join(chance.choice(_PARTS + _ADDRESS_PARTS) for _ in range(chance.randint(1, 6)))

        # Before what looks like an address, every text is read by all patterns.
        assert clean_text(text) == clean_text(f"{text} ://").removesuffix(" ://")
