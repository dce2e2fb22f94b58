"""Every setting, from the environment (`LETSEMA_…`) or from files of the same names in a secrets directory.

All are checked when a command starts. A wrong one is told in one sentence that names it and says what is allowed, and
never shows its value, which may be a secret. `docs/settings.md` is made from this class.
"""

from __future__ import annotations

import difflib
import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, Field, SecretBytes, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from letsema.setting_values import (
    WrongSettingError,
    as_list,
    bot_token,
    http_url,
    key_bytes,
    key_set,
    keyspace_name,
    network,
    node_address,
    postgresql_url,
    replication,
    service_code,
    service_hours,
    short_code,
    webhook_secret,
)

PREFIX: Final = "LETSEMA_"
SECRETS_DIR: Final = "LETSEMA_SECRETS_DIR"
KEYS_FOLDER: Final = "keys"
"""The folder of a demo's data directory with the keys that were made at its first start."""

_OF_THE_TESTS: Final = ("LETSEMA_TEST_", "LETSEMA_TESTS_")


class LogFormat(StrEnum):
    """How log lines look."""

    JSON = "json"
    PRETTY = "pretty"


class LogLevel(StrEnum):
    """The least severe lines that are written."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class ChannelStore(StrEnum):
    """What keeps the channel plane."""

    POSTGRES = "postgres"
    CASSANDRA = "cassandra"


PostgresqlUrl = Annotated[SecretStr, AfterValidator(lambda url: SecretStr(postgresql_url(url.get_secret_value())))]
PostgresqlUrls = Annotated[tuple[PostgresqlUrl, ...], NoDecode, BeforeValidator(as_list)]
HttpUrl = Annotated[str, AfterValidator(http_url)]
Port = Annotated[int, Field(ge=1, le=65_535)]
Connections = Annotated[int, Field(ge=1, le=200)]
Key = Annotated[SecretBytes, BeforeValidator(key_bytes)]
Keys = Annotated[dict[int, SecretBytes], NoDecode, BeforeValidator(key_set), Field(min_length=1)]
ServiceCodes = Annotated[
    tuple[Annotated[str, AfterValidator(service_code)], ...], NoDecode, BeforeValidator(as_list), Field(min_length=1)
]
ShortCodes = Annotated[tuple[Annotated[str, AfterValidator(short_code)], ...], NoDecode, BeforeValidator(as_list)]
Nodes = Annotated[tuple[Annotated[str, AfterValidator(node_address)], ...], NoDecode, BeforeValidator(as_list)]
Keyspace = Annotated[str, AfterValidator(keyspace_name)]
Replication = Annotated[dict[str, int], NoDecode, BeforeValidator(replication)]
Networks = Annotated[tuple[Annotated[str, AfterValidator(network)], ...], NoDecode, BeforeValidator(as_list)]
Tokens = Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(as_list)]
BotToken = Annotated[SecretStr, AfterValidator(lambda token: SecretStr(bot_token(token.get_secret_value())))]
WebhookSecret = Annotated[SecretStr, AfterValidator(lambda one: SecretStr(webhook_secret(one.get_secret_value())))]
WebhookSecrets = Annotated[tuple[WebhookSecret, ...], NoDecode, BeforeValidator(as_list)]
Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(as_list)]
ServiceHoursText = Annotated[str, AfterValidator(service_hours)]


class Settings(BaseSettings):
    """What can be set. Fields that only `serve` and `worker` need may be missing elsewhere: see `readiness`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, extra="ignore", frozen=True, hide_input_in_errors=True, env_ignore_empty=True
    )

    data_dir: Path = Field(Path("data"), description="The directory of the embedded database and of the demo.")

    record_url: PostgresqlUrl | None = Field(
        None,
        description="The record plane's database, as the role that the product works as. Unset: the embedded one.",
    )
    record_nodes: PostgresqlUrls = Field(
        (),
        description="On Citus, the database on the other nodes, as addresses with commas between them; "
        "`LETSEMA_RECORD_URL` is the coordinator's. Which district lives where is read from the cluster.",
    )
    channel_url: PostgresqlUrl | None = Field(
        None, description="The channel plane's database. Unset: the record plane's."
    )
    channel_nodes: PostgresqlUrls = Field(
        (),
        description="The same database on its standbys, or on the other nodes of its cluster, as addresses with commas "
        "between them. Unset, where the planes share a database: `LETSEMA_RECORD_NODES`.",
    )
    owner_url: PostgresqlUrl | None = Field(
        None,
        description="The record plane's database as its owner, on Citus a superuser on the coordinator: for "
        "`letsema db upgrade` and `letsema cluster` alone.",
    )
    channel_owner_url: PostgresqlUrl | None = Field(
        None, description="The channel plane's database as its owner. Unset: the record plane's."
    )
    record_connections: Connections = Field(
        10, description="Connections to each node of the record plane, of one process."
    )
    channel_connections: Connections = Field(
        10, description="Connections to each node of the channel plane, of one process."
    )

    channel_store: ChannelStore = Field(
        ChannelStore.POSTGRES, description="What keeps the channel plane: `postgres` or `cassandra`."
    )
    cassandra_contact_points: Nodes = Field(
        (), description="Nodes to enter the Cassandra cluster by, as host or host:port with commas between them."
    )
    cassandra_datacenter: str = Field(
        "", max_length=64, description="The data centre beside this process: the one whose quorum is asked."
    )
    cassandra_keyspace: Keyspace = Field("letsema", description="The keyspace of the channel plane.")
    cassandra_replication: Replication = Field(
        {},
        description="Copies in each data centre, as `name:number` with commas between, for `letsema db upgrade` when "
        "it makes the keyspace. Unset: three in `LETSEMA_CASSANDRA_DATACENTER`.",
    )
    cassandra_username: str = Field("", max_length=64, description="The role that the product works as on Cassandra.")
    cassandra_password: SecretStr = Field(SecretStr(""), description="Its password.")
    cassandra_owner_username: str = Field(
        "", max_length=64, description="The role that may change the schema, for `letsema db upgrade` alone."
    )
    cassandra_owner_password: SecretStr = Field(SecretStr(""), description="Its password.")
    cassandra_ca_file: Path | None = Field(
        None, description="The certificate, as PEM, that signs the nodes' own: with it, connections are encrypted."
    )
    cassandra_certificate_file: Path | None = Field(
        None, description="Our own certificate, as PEM, where nodes ask for one."
    )
    cassandra_key_file: Path | None = Field(None, description="Its private key, as PEM.")

    public_host: str = Field("127.0.0.1", description="Where the public listener listens.")
    public_port: Port = Field(8080, description="The port of the portal, the hooks and `/healthz`.")
    internal_host: str = Field("127.0.0.1", description="Where the internal listener listens; never the public one.")
    internal_port: Port = Field(8081, description="The port of `/readyz` and `/metrics`.")
    trusted_proxies: Networks = Field(
        (), description="Proxies whose `X-Forwarded-For` is believed, as networks with commas between them."
    )
    shutdown_seconds: float = Field(
        20, gt=0, le=120, description="How long requests under way may take to end when the process is stopped."
    )

    pepper: Key | None = Field(
        None, description="Goes into every PIN and password hash. 64 hexadecimal digits; keep it for ever."
    )
    lookup_key: Key | None = Field(
        None, description="Names phones, IDs and e-mails in the stores. 64 hexadecimal digits; keep it for ever."
    )
    transcript_keys: Keys | None = Field(
        None, description="Digests of USSD transcripts, as `id:key` with commas between; the highest id is in use."
    )
    sealing_keys: Keys | None = Field(
        None, description="Encrypt personal data at rest, as `id:key` with commas between; the highest id is in use."
    )
    hook_tokens: Tokens = Field(
        (), description="The secret part of the hooks' paths, at least 22 characters. Two while one replaces the other."
    )

    service_codes: ServiceCodes = Field(
        ("*384*555#",), description="The USSD codes that are ours; a callback for another one is refused."
    )
    sms_short_codes: ShortCodes = Field(
        (),
        description="Numbers that people may write to, `32555`, or `32555:LETSEMA` where the word says that it is for "
        "us. Unset: what is written is kept and not answered.",
    )
    africastalking_url: HttpUrl = Field(
        "https://api.africastalking.com", description="Africa's Talking's API, or its sandbox."
    )
    africastalking_username: str = Field("", max_length=64, description="The application's name at Africa's Talking.")
    africastalking_api_key: SecretStr = Field(SecretStr(""), description="Its API key.")
    sms_sender_id: str = Field("", max_length=11, description="The sender that borrowers see; an MFI may have its own.")
    sms_per_second: float = Field(
        10,
        gt=0,
        le=1_000,
        description="How many SMS one worker sends a second: the provider's rate, shared by the workers.",
    )
    telegram_token: BotToken = Field(SecretStr(""), description="The Telegram bot's token. Unset: no Telegram.")
    telegram_secrets: WebhookSecrets = Field(
        (),
        description="What Telegram sends back in a header, at least 22 characters. Two while one replaces the other.",
    )
    telegram_webhook_url: HttpUrl | None = Field(
        None, description="Where Telegram shall send updates (…/hooks/telegram); `serve` tells it. Unset: told by hand."
    )
    telegram_url: HttpUrl = Field("https://api.telegram.org", description="Telegram's Bot API, or a local one.")
    telegram_per_second: float = Field(
        25, gt=0, le=30, description="How many Telegram messages one process sends a second; Telegram allows thirty."
    )
    simulated_rail_url: HttpUrl | None = Field(
        None, description="The simulated mobile-money rail. For the demo alone: `serve` and `worker` refuse it."
    )

    service_hours: ServiceHoursText = Field(
        "",
        description="When registrations and applications are begun, in Maseru's time, such as `06:00-22:00`; what was "
        "begun may be finished later. Unset: always.",
    )
    worker_districts: Names = Field((), description="The district cells that this worker serves. Unset: all.")
    poll_seconds: float = Field(
        1, ge=0.05, le=60, description="How often a worker looks for new work when nothing woke it."
    )

    log_format: LogFormat = Field(LogFormat.JSON, description="`json`, or `pretty` for a person at a terminal.")
    log_level: LogLevel = Field(LogLevel.INFO, description="`debug`, `info`, `warning` or `error`.")


def load_settings(*, secrets_directory: Path | None = None, **given: Any) -> Settings:
    """The settings as the environment, the secrets directory and the command line (`given`, which wins) have them.

    secrets_directory: instead of the one that the environment names. Raises `WrongSettingError`.
    """
    _refuse_unknown_variables()
    try:
        return Settings(**{**_from_files(secrets_directory), **given})
    except ValidationError as error:
        raise WrongSettingError(_one_sentence(error)) from None


def variable(field: str) -> str:
    """The environment variable of a setting."""
    return f"{PREFIX}{field.upper()}"


def _from_files(given: Path | None) -> dict[str, str]:
    """What the secrets directory holds, by field. The environment is stronger than the directory that it names itself,
    and weaker than one that a command gives: a demo's keys belong to its data.
    """
    if given is None and not os.environ.get(SECRETS_DIR):
        return {}
    directory = given or Path(os.environ[SECRETS_DIR])
    if not directory.is_dir():
        raise WrongSettingError(f"{given or SECRETS_DIR} is not a directory.")
    files = {file.name.upper(): file for file in directory.iterdir() if file.is_file()}
    return {
        field: _text_of(files[variable(field)])
        for field in Settings.model_fields
        if variable(field) in files and (given or not os.environ.get(variable(field)))
    }


def _text_of(file: Path) -> str:
    """What a file of the secrets directory says. Raises `WrongSettingError`, which names the file and shows nothing."""
    try:
        return file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise WrongSettingError(f"{file} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise WrongSettingError(f"{file} is no text: a key is written as hexadecimal digits.") from None


def _refuse_unknown_variables() -> None:
    """A misspelt setting would silently keep its default; with money about, that is refused."""
    known = [SECRETS_DIR, *map(variable, Settings.model_fields)]
    for name in sorted(os.environ):
        if not name.startswith(PREFIX) or name.startswith(_OF_THE_TESTS) or name in known:
            continue
        close = difflib.get_close_matches(name, known, n=1)
        hint = f"; did you mean {close[0]}?" if close else "; docs/settings.md lists those there are."
        raise WrongSettingError(f"There is no setting {name}{hint}")


def _one_sentence(error: ValidationError) -> str:
    wrong: dict[str, str] = {}
    for detail in error.errors(include_url=False, include_context=False, include_input=False):
        message = detail["msg"].removeprefix("Value error, ")
        wrong.setdefault(variable(str(detail["loc"][0])), message[:1].lower() + message[1:])
    return "Wrong setting: " + "; ".join(f"{name}: {message}" for name, message in wrong.items()) + "."
