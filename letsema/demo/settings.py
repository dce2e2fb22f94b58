"""The demo's settings: its own keys, the stand-in on loopback, the simulated rail. Nothing of it may serve anybody."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from letsema.demo.directory import is_demo, keys_directory, read_demo_file
from letsema.settings import ChannelStore, Settings, load_settings

HOST: Final = "127.0.0.1"
HOOK_TOKEN: Final = "demo"  # noqa: S105 -- printed, and guards nothing on loopback
SERVICE_CODE: Final = "*384*555#"
SHORT_CODE: Final = "32555"
SMS_SENDER: Final = "Letsema"
SMS_USERNAME: Final = "sandbox"
SMS_API_KEY: Final = "stand-in"
TELEGRAM_TOKEN: Final = "700000001:stand-in-stand-in-stand-in-stand-in"  # noqa: S105 -- plays at being one
TELEGRAM_SECRET: Final = "demo"  # noqa: S105 -- guards nothing on loopback


def demo_settings(data_directory: Path, port: int, *, stand_in: str) -> Settings:
    """The settings of a demo on a port; its internal listener is on the next one. Raises `WrongSettingError`."""
    return load_settings(
        secrets_directory=keys_directory(data_directory),
        data_dir=data_directory,
        record_url=None,
        record_nodes=(),
        channel_url=None,
        channel_nodes=(),
        channel_store=ChannelStore.POSTGRES,
        cassandra_contact_points=(),
        public_host=HOST,
        public_port=port,
        internal_host=HOST,
        internal_port=port + 1,
        hook_tokens=[HOOK_TOKEN],
        service_codes=[SERVICE_CODE],
        sms_short_codes=[SHORT_CODE],
        africastalking_url=stand_in,
        africastalking_username=SMS_USERNAME,
        africastalking_api_key=SMS_API_KEY,
        simulated_rail_url=stand_in,
        telegram_token=TELEGRAM_TOKEN,
        telegram_secrets=[TELEGRAM_SECRET],
        telegram_webhook_url=f"http://{HOST}:{port}/hooks/telegram",
        telegram_url=stand_in,
        sms_sender_id=SMS_SENDER,
        sms_per_second=50,
    )


def command_settings(data_directory: Path | None) -> Settings:
    """The settings of a command that joins whatever runs on a directory: a demo's when it is one.

    Raises `WrongSettingError`.
    """
    settings = _settings_of(data_directory)
    if not _is_of_demo(settings):
        return settings
    told = read_demo_file(settings.data_dir)
    return demo_settings(settings.data_dir, int(told.public.rpartition(":")[2]), stand_in=told.stand_in)


def data_directory_of(data_directory: Path | None) -> Path:
    """The directory that a command with this `--data-dir` is about. Raises `WrongSettingError`."""
    return _settings_of(data_directory).data_dir


def is_of_demo(data_directory: Path | None) -> bool:
    """Whether a command with this `--data-dir` would join a demo. Raises `WrongSettingError`."""
    return _is_of_demo(_settings_of(data_directory))


def _settings_of(data_directory: Path | None) -> Settings:
    return load_settings() if data_directory is None else load_settings(data_dir=data_directory)


def _is_of_demo(settings: Settings) -> bool:
    return settings.record_url is None and is_demo(settings.data_dir)
