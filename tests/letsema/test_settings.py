from __future__ import annotations

from pathlib import Path

import pytest

from letsema.keys.keyring import Keyring, make_keys
from letsema.readiness import check_production
from letsema.setting_values import WrongSettingError
from letsema.settings import Settings, load_settings, variable
from letsema.settings_page import settings_page

GOOD_KEY = "8f1d0c5be94a7726b3c8e15f60d2a94b7c3e8d1f5a6b0947c2d8e3f1a4b59670"
OTHER_KEY = "1b7e4c902fd8a35661c09be7f24d83a5906cfb1e2d7483a9b05ce6f71d2843ab"
READY = {
    "LETSEMA_PEPPER": GOOD_KEY,
    "LETSEMA_LOOKUP_KEY": OTHER_KEY,
    "LETSEMA_TRANSCRIPT_KEYS": f"1:{GOOD_KEY}",
    "LETSEMA_SEALING_KEYS": f"1:{GOOD_KEY},2:{OTHER_KEY}",
    "LETSEMA_HOOK_TOKENS": "0f3c9a7d52e84b16c0d7,5e91b3f7a2c84d60e8b1f3a9",
    "LETSEMA_AFRICASTALKING_USERNAME": "letsema",
    "LETSEMA_AFRICASTALKING_API_KEY": "atsk_4f9d7c2e8b1a6053d7e9",
}


@pytest.fixture
def ready(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in READY.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("LETSEMA_HOOK_TOKENS", "0f3c9a7d52e84b16c0d7aa,5e91b3f7a2c84d60e8b1f3a9")
    return monkeypatch


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("LETSEMA_PUBLIC_PORT", "70000", "less than or equal to 65535"),
        ("LETSEMA_PUBLIC_PORT", "http", "valid integer"),
        ("LETSEMA_RECORD_URL", "mysql://x/y", "postgresql://role:password@host:5432/database"),
        ("LETSEMA_PEPPER", "short", "64 hexadecimal digits"),
        ("LETSEMA_PEPPER", "00" * 32, "not a sample or a pattern"),
        ("LETSEMA_PEPPER", bytes(range(32)).hex(), "not a sample or a pattern"),
        ("LETSEMA_PEPPER", bytes((250 + n) % 256 for n in range(32)).hex(), "not a sample or a pattern"),
        ("LETSEMA_SEALING_KEYS", GOOD_KEY, "id:key"),
        ("LETSEMA_SEALING_KEYS", f"1:{GOOD_KEY},1:{OTHER_KEY}", "key 1 is there twice"),
        ("LETSEMA_SERVICE_CODES", "*384*555#,555", "looks like *384*555#"),
        ("LETSEMA_AFRICASTALKING_URL", "ftp://host", "looks like https://host"),
        ("LETSEMA_TRUSTED_PROXIES", "10.0.0.0/8,proxy", "an address or a network"),
        ("LETSEMA_LOG_FORMAT", "xml", "'json' or 'pretty'"),
        ("LETSEMA_SMS_PER_SECOND", "0", "greater than 0"),
    ],
)
def test_a_wrong_setting_is_named_with_what_is_allowed(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(WrongSettingError) as refusal:
        load_settings()

    sentence = str(refusal.value)
    assert name in sentence
    assert says in sentence
    assert "\n" not in sentence


def test_a_refusal_never_shows_the_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LETSEMA_PEPPER", "open-sesame")

    with pytest.raises(WrongSettingError) as refusal:
        load_settings()

    assert "open-sesame" not in str(refusal.value)
    assert refusal.value.__suppress_context__


def test_a_misspelt_setting_is_refused_with_the_nearest_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LETSEMA_SMS_PER_SECONDS", "5")

    with pytest.raises(WrongSettingError, match="did you mean LETSEMA_SMS_PER_SECOND"):
        load_settings()


def test_the_command_line_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LETSEMA_PUBLIC_PORT", "9000")

    assert load_settings(public_port=9100).public_port == 9100


def test_no_secret_is_in_the_repr(ready: pytest.MonkeyPatch) -> None:
    ready.setenv("LETSEMA_RECORD_URL", "postgresql://app:hush-hush@db/letsema")
    settings = load_settings()

    shown = f"{settings!r} {settings} {Keyring.from_settings(settings)!r}"

    for secret in (*READY.values(), GOOD_KEY, "hush-hush", str(bytes.fromhex(GOOD_KEY))):
        if secret not in {"letsema", "sandbox"}:
            assert secret not in shown


def test_secrets_are_read_from_files_of_the_same_names(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "letsema_pepper").write_text(GOOD_KEY)
    monkeypatch.setenv("LETSEMA_SECRETS_DIR", str(tmp_path))

    settings = load_settings()

    assert settings.pepper is not None
    assert settings.pepper.get_secret_value() == bytes.fromhex(GOOD_KEY)


def test_a_missing_secrets_directory_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LETSEMA_SECRETS_DIR", str(tmp_path / "nowhere"))

    with pytest.raises(WrongSettingError, match="LETSEMA_SECRETS_DIR is not a directory"):
        load_settings()


def test_a_secret_that_cannot_be_read_is_told_by_its_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As `openssl rand 32`, without -hex, writes it."""
    (tmp_path / "letsema_pepper").write_bytes(b"\x94\xff" * 16)
    monkeypatch.setenv("LETSEMA_SECRETS_DIR", str(tmp_path))

    with pytest.raises(WrongSettingError, match=r"letsema_pepper is no text: a key is written as hexadecimal"):
        load_settings()

    def refuse(*_: object, **__: object) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_text", refuse)
    with pytest.raises(WrongSettingError, match=r"letsema_pepper cannot be read: Permission denied\."):
        load_settings()


def test_the_demos_keys_are_made_once_and_are_private(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    make_keys(tmp_path / "keys")
    first = {file.name: file.read_text() for file in (tmp_path / "keys").iterdir()}

    make_keys(tmp_path / "keys")

    assert {file.name: file.read_text() for file in (tmp_path / "keys").iterdir()} == first
    assert {file.stat().st_mode & 0o777 for file in (tmp_path / "keys").iterdir()} == {0o600}
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700
    monkeypatch.setenv("LETSEMA_SECRETS_DIR", str(tmp_path / "keys"))
    assert len(Keyring.from_settings(load_settings()).pepper) == 32


def test_a_complete_installation_is_ready(ready: pytest.MonkeyPatch) -> None:
    check_production(load_settings(), of_demo=False)


@pytest.mark.parametrize("name", ["pepper", "lookup_key", "transcript_keys", "sealing_keys"])
def test_nothing_is_served_without_its_own_keys(ready: pytest.MonkeyPatch, name: str) -> None:
    ready.delenv(variable(name))

    with pytest.raises(WrongSettingError, match=f"{variable(name)} is missing"):
        check_production(load_settings(), of_demo=False)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LETSEMA_HOOK_TOKENS", ""),
        ("LETSEMA_HOOK_TOKENS", "demo"),
        ("LETSEMA_HOOK_TOKENS", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
        ("LETSEMA_AFRICASTALKING_URL", "http://127.0.0.1:8082"),
        ("LETSEMA_AFRICASTALKING_URL", "https://localhost"),
        ("LETSEMA_AFRICASTALKING_USERNAME", ""),
        ("LETSEMA_AFRICASTALKING_API_KEY", "changeme"),
        ("LETSEMA_SIMULATED_RAIL_URL", "https://rail.example"),
        ("LETSEMA_INTERNAL_PORT", "8080"),
    ],
)
def test_real_borrowers_are_not_served_with_a_guess_or_a_demos_part(
    ready: pytest.MonkeyPatch, name: str, value: str
) -> None:
    ready.setenv(name, value)

    with pytest.raises(WrongSettingError, match=name):
        check_production(load_settings(), of_demo=False)


def test_real_borrowers_are_not_served_from_a_demos_directory(ready: pytest.MonkeyPatch) -> None:
    with pytest.raises(WrongSettingError, match="LETSEMA_DATA_DIR is a demo's"):
        check_production(load_settings(), of_demo=True)


def test_every_setting_is_documented() -> None:
    page = Path("docs/settings.md").read_text(encoding="utf-8")

    assert page == settings_page(), "regenerate it: letsema settings --markdown > docs/settings.md"
    assert all(variable(name) in page for name in Settings.model_fields)
