"""How the text of a setting becomes a value. Messages say what is allowed, never what was given."""

from __future__ import annotations

import ipaddress
import re
from itertools import pairwise
from typing import Final
from urllib.parse import urlsplit

from core.errors import InvalidInput
from core.service_hours import ServiceHours

KEY_BYTES: Final = 32
_DISTINCT_BYTES_MIN: Final = 16
"""Thirty-two random bytes have about thirty distinct values; fewer than sixteen is a pattern, not chance."""

_SERVICE_CODE: Final = re.compile(r"\*\d{1,6}(\*\d{1,6}){0,4}#")
_BOT_TOKEN: Final = re.compile(r"\d{6,12}:[A-Za-z0-9_-]{30,64}")
_WEBHOOK_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{1,256}")
_SHORT_CODE: Final = re.compile(r"\d{3,8}(:[A-Za-z]{2,20})?")
_KEY_ID_MAX: Final = 65_535
_KEYSPACE: Final = re.compile(r"[a-z][a-z0-9_]{0,47}")
_DATACENTER: Final = re.compile(r"[A-Za-z0-9_.-]+")


class WrongSettingError(ValueError):
    """The settings do not allow this command to start. Its text is one sentence, for stderr; exit code 2."""


def as_list(value: object) -> object:
    """A comma-separated text as a list; anything else as it is."""
    if not isinstance(value, str):
        return value
    return [part for part in (piece.strip() for piece in value.split(",")) if part]


def key_bytes(value: object) -> object:
    """A key of 32 random bytes, from 64 hexadecimal digits. Patterns and samples are refused."""
    if not isinstance(value, str):
        return value
    try:
        key = bytes.fromhex(value.strip())
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise ValueError(f"a key is {KEY_BYTES} bytes as {KEY_BYTES * 2} hexadecimal digits (openssl rand -hex 32)")
    steps = {(after - before) % 256 for before, after in pairwise(key)}
    if min(len(set(key)), len(steps)) < _DISTINCT_BYTES_MIN:
        raise ValueError("a key is random, not a sample or a pattern (openssl rand -hex 32)")
    return key


def key_set(value: object) -> object:
    """Keys by id from "1:<hex>,2:<hex>": the highest id is used for what is new, the others still open what is old."""
    if not isinstance(value, str):
        return value
    keys: dict[int, object] = {}
    for part in value.split(","):
        key_id, colon, key = part.strip().partition(":")
        if not colon or not key_id.isascii() or not key_id.isdigit() or not 1 <= int(key_id) <= _KEY_ID_MAX:
            raise ValueError(f"keys are written id:key, the id from 1 to {_KEY_ID_MAX}, with commas between them")
        if int(key_id) in keys:
            raise ValueError(f"key {int(key_id)} is there twice")
        keys[int(key_id)] = key_bytes(key)
    return keys


def postgresql_url(url: str) -> str:
    """A database's address. Raises `ValueError`."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres", "postgresql+asyncpg"} or not parts.path.strip("/"):
        raise ValueError("a database's address looks like postgresql://role:password@host:5432/database")
    if "," in parts.netloc.rpartition("@")[2]:
        raise ValueError(
            "a database's address names one host; LETSEMA_RECORD_NODES and LETSEMA_CHANNEL_NODES name the other nodes"
        )
    return url


def http_url(url: str) -> str:
    """A server's address, without a path's trailing slash. Raises `ValueError`."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment or parts.username:
        raise ValueError("a server's address looks like https://host, without query, fragment or user")
    return url.rstrip("/")


def node_address(written: str) -> str:
    """A node of a Cassandra cluster, with or without a port. Raises `ValueError`."""
    try:
        parts = urlsplit(f"//{written}")
        fine = bool(parts.hostname) and parts.netloc == written and "@" not in written and parts.port != 0
    except ValueError:
        fine = False
    if not fine:
        raise ValueError("a node is a host or host:port, such as 10.0.0.5:9042")
    return written


def keyspace_name(written: str) -> str:
    """A name that CQL takes without quotes. Raises `ValueError`."""
    if not _KEYSPACE.fullmatch(written):
        raise ValueError("a keyspace is named by up to 48 small letters, digits and _, a letter first")
    return written


def replication(value: object) -> object:
    """Copies by data centre from "dc1:3,dc2:3"."""
    if not isinstance(value, str):
        return value
    copies: dict[str, int] = {}
    for part in value.split(","):
        datacenter, _, number = part.strip().partition(":")
        if not _DATACENTER.fullmatch(datacenter) or not number.isascii() or not number.isdigit() or not int(number):
            raise ValueError("copies are written data-centre:number, with commas between them, such as dc1:3,dc2:3")
        copies[datacenter] = int(number)
    return copies


def is_on_loopback(host: str | None) -> bool:
    """Whether only this machine can reach the address. A name is not resolved: `localhost` alone counts."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def network(written: str) -> str:
    """An address or a network in CIDR form. Raises `ValueError`."""
    try:
        return str(ipaddress.ip_network(written, strict=False))
    except ValueError:
        raise ValueError("a proxy is an address or a network, such as 10.0.0.0/8") from None


def service_hours(value: str) -> str:
    """Hours such as 06:00-22:00, or nothing."""
    try:
        ServiceHours.parse(value)
    except InvalidInput as error:
        raise ValueError(error.message) from error
    return value


def service_code(written: str) -> str:
    """A code that phones dial. Raises `ValueError`."""
    if not _SERVICE_CODE.fullmatch(written):
        raise ValueError("a service code looks like *384*555#")
    return written


def bot_token(written: str) -> str:
    """A Telegram bot's token, or nothing. Raises `ValueError`."""
    if written and not _BOT_TOKEN.fullmatch(written):
        raise ValueError("a bot's token looks like 123456789:AA…, as @BotFather gave it")
    return written


def webhook_secret(written: str) -> str:
    """A secret that Telegram sends back in a header. Raises `ValueError`."""
    if not _WEBHOOK_SECRET.fullmatch(written):
        raise ValueError("a webhook's secret is up to 256 letters, digits, - and _")
    return written


def short_code(written: str) -> str:
    """A number that people write to, and the word that is ours on a shared one. Raises `ValueError`."""
    if not _SHORT_CODE.fullmatch(written):
        raise ValueError("a short code looks like 32555, or 32555:LETSEMA where others share it")
    return written


def is_guessable(secret: str, *, characters_min: int) -> bool:
    """Whether a token is too short to be unguessable, or hardly varies."""
    return len(secret) < characters_min or len(set(secret)) < characters_min // 3
