"""`docker-compose.yml` is what Compose understands, says only what the product knows, and gives no secret away.

Where no Docker runs this is all that can be shown: the same containers were never started by a test.
"""

from __future__ import annotations

import asyncio
import ipaddress
import json
import re
import shutil
import subprocess
import tomllib
from collections.abc import Callable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import jsonschema
import pytest
import typer
from pydantic import SecretBytes, SecretStr

from letsema.channel_cluster import channel_cluster
from letsema.cli import app
from letsema.placement_file import read_placement
from letsema.readiness import check_production
from letsema.settings import PREFIX, SECRETS_DIR, Settings, load_settings, variable
from tests.deployment.reading import COMPOSE, DEMO, GIVEN, ROOT, read, services, variables

SPECIFICATION = json.loads((files("check_jsonschema") / "builtin_schemas/vendor/compose-spec.json").read_text())
ONCE = {"migrate", "cluster", "cassandra-roles"}
"""They end, so that nobody asks whether they are well."""

SERVICES = services(demo=True)
OURS = [name for name, service in SERVICES.items() if service["image"].startswith("letsema:")]
SETTINGS = {variable(field): field for field in Settings.model_fields}


def secret_names(service: Mapping[str, Any]) -> list[str]:
    return list(service.get("secrets", []))


@pytest.mark.parametrize("file", [COMPOSE, DEMO])
def test_the_specification_allows_it(file: Path) -> None:
    jsonschema.Draft202012Validator(SPECIFICATION).validate(read(file))


def test_what_the_specification_does_not_know_is_refused() -> None:
    """The schema is looked into, not only loaded."""
    wrong = read(COMPOSE)
    wrong["services"]["app-1"]["healtcheck"] = {}

    with pytest.raises(jsonschema.ValidationError, match="healtcheck"):
        jsonschema.Draft202012Validator(SPECIFICATION).validate(wrong)


def test_everything_of_the_cluster_is_there() -> None:
    kinds = {
        "citus-worker": 3,
        "citus-coordinator": 1,
        "cassandra": 3,
        "app": 2,
        "worker": 2,
        "proxy": 1,
        "stand-in": 1,
    }
    found = [re.sub(r"-\d$", "", name) for name in SERVICES if name not in ONCE]

    assert {kind: found.count(kind) for kind in set(found)} == kinds
    assert [name for name, service in SERVICES.items() if "profiles" in service] == ["stand-in"]


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_pinned_bounded_and_looked_after(name: str) -> None:
    service = SERVICES[name]

    assert re.fullmatch(r"[\w./-]+:\d+\.\d+\.\d+[\w.-]*", service["image"])
    assert service["deploy"]["resources"]["limits"].keys() == {"cpus", "memory", "pids"}
    assert service["logging"]["options"].keys() == {"max-size", "max-file"}
    assert service["restart"] == ("on-failure:5" if name in ONCE else "unless-stopped")
    assert "no-new-privileges:true" in service["security_opt"]
    assert not service.get("privileged")
    assert ("healthcheck" in service) is (name not in ONCE)


@pytest.mark.parametrize("name", SERVICES)
def test_who_waits_waits_for_what_can_be_waited_for(name: str) -> None:
    for other, how in SERVICES[name].get("depends_on", {}).items():
        expected = "service_completed_successfully" if other in ONCE else "service_healthy"
        assert how["condition"] == expected


def test_cassandras_nodes_start_one_after_another_in_a_rack_each() -> None:
    nodes = [SERVICES[f"cassandra-{number}"] for number in (1, 2, 3)]

    assert [list(node.get("depends_on", {})) for node in nodes] == [[], ["cassandra-1"], ["cassandra-2"]]
    assert len({node["environment"]["CASSANDRA_RACK"] for node in nodes}) == 3


@pytest.mark.parametrize("name", OURS)
def test_every_setting_is_one_that_there_is(name: str) -> None:
    environment = SERVICES[name]["environment"]
    told = {key for key in environment if key.startswith(PREFIX)} - {SECRETS_DIR}
    files = {secret.upper() for secret in secret_names(SERVICES[name]) if secret.startswith("letsema_")}

    assert told | files <= SETTINGS.keys()
    assert environment[SECRETS_DIR] == "/run/secrets"


def _is_secret(field: str) -> bool:
    return any(kind.__name__ in str(Settings.model_fields[field].annotation) for kind in (SecretStr, SecretBytes))


def test_no_secret_stands_in_an_environment() -> None:
    assert _is_secret("pepper")
    assert _is_secret("hook_tokens")
    for service in SERVICES.values():
        for key, value in service.get("environment", {}).items():
            assert key not in SETTINGS or not _is_secret(SETTINGS[key]), key
            assert not re.search("PASSWORD|SECRET|TOKEN|KEY", key) or str(value).startswith("/run/secrets"), key


@pytest.mark.parametrize("file", [COMPOSE, DEMO])
def test_what_has_to_be_said_has_no_default_and_says_what_it_is(file: Path) -> None:
    found = variables(file)

    assert all(len(text) > 10 for kind, text in found.values() if kind == ":?")
    harmless = {"HTTP_PORT", "HTTPS_PORT", "FRONT_SUBNET", "SMS_SENDER_ID"}
    assert {name for name, (kind, _) in found.items() if kind != ":?"} <= harmless
    assert all(secret["file"].startswith("./deploy/secrets/") for secret in read(file)["secrets"].values())


def test_the_example_names_every_variable_and_holds_no_secret() -> None:
    lines = [line.removeprefix("#") for line in (ROOT / ".env.example").read_text().splitlines() if "=" in line]
    told = dict(line.split("=", 1) for line in lines if re.match(r"[A-Z_]+=", line))

    assert told.keys() == variables(COMPOSE).keys() | variables(DEMO).keys()
    assert not any(re.search("[0-9a-f]{16}", value) for value in told.values())


def test_only_the_proxy_is_reached_from_outside_and_databases_reach_nobody() -> None:
    networks = read(COMPOSE)["networks"]

    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    assert networks["data"]["internal"]
    assert networks["front"]["internal"]
    for name, service in SERVICES.items():
        if name.startswith(("citus", "cassandra")) or name in ONCE:
            assert service["networks"] == ["data"]
    assert "data" not in SERVICES["proxy"]["networks"]


def test_a_forwarded_address_is_believed_from_the_proxys_network_alone() -> None:
    subnet = read(COMPOSE)["networks"]["front"]["ipam"]["config"][0]["subnet"]

    assert ipaddress.ip_network(subnet).is_private
    assert {SERVICES[name]["environment"]["LETSEMA_TRUSTED_PROXIES"] for name in ("app-1", "app-2")} == {subnet}


def test_the_proxy_knows_the_applications_and_asks_them_as_the_settings_have_it() -> None:
    caddyfile = (ROOT / "deploy/caddy/Caddyfile").read_text()
    fields = Settings.model_fields

    assert re.findall(r"reverse_proxy (.*) \{", caddyfile) == [
        " ".join(f"{name}:{fields['public_port'].default}" for name in SERVICES if name.startswith("app-"))
    ]
    assert "health_uri /healthz" in caddyfile, "who cannot reach a plane still answers callers"
    assert "health_port" not in caddyfile
    assert "request_buffers" in caddyfile, "a hook whose connection is refused is sent to the other application"
    assert f":{fields['internal_port'].default}/readyz" in SERVICES["app-1"]["healthcheck"]["test"][-1]


def test_the_stand_in_keeps_to_the_loopback_of_the_proxy() -> None:
    service, caddyfile = SERVICES["stand-in"], (ROOT / "deploy/caddy/demo.caddy").read_text()

    assert service["network_mode"] == "service:proxy"
    assert "--public=http://127.0.0.1:8088" in service["command"]
    assert "http://127.0.0.1:8088 {\n\tbind 127.0.0.1" in caddyfile
    assert "reverse_proxy 127.0.0.1:8082" in caddyfile
    assert SERVICES["proxy"]["networks"]["providers"]["aliases"] == ["stand-in"]


def test_every_mounted_file_is_there_and_may_not_be_written() -> None:
    kept = read(COMPOSE)["volumes"]
    for service in SERVICES.values():
        for source, _, rest in (volume.partition(":") for volume in service.get("volumes", [])):
            assert (ROOT / source).is_file() if source.startswith(".") else source in kept
            assert rest.endswith(":ro") is source.startswith(".")


def test_no_two_nodes_share_a_volume() -> None:
    nodes = [name for name in SERVICES if re.fullmatch(r"(citus-(coordinator|worker-\d)|cassandra-\d)", name)]
    kept = [volume.split(":")[0] for name in nodes for volume in SERVICES[name]["volumes"] if volume[0] != "."]

    assert kept == nodes


def parsed(words: list[str]) -> None:
    """As far as the command line reads before it does anything. Raises what it would say."""
    command, words = typer.main.get_command(app), list(words)
    context = typer.Context(command, info_name="letsema")
    while hasattr(command, "resolve_command"):
        _, command, words = command.resolve_command(context, words)
        assert command is not None
    command.make_context("letsema", words)


@pytest.mark.parametrize("name", OURS)
def test_every_command_is_one_that_there_is(name: str) -> None:
    parsed(SERVICES[name]["command"])


def test_a_command_that_there_is_not_would_be_found() -> None:
    for words in (["migrate"], ["serve", "--colour"], ["db", "upgrad"]):
        with pytest.raises(Exception, match="No such"):
            parsed(words)


def test_the_cluster_is_made_of_the_nodes_that_there_are() -> None:
    command = SERVICES["cluster"]["command"]
    nodes = [word.removeprefix("--node=") for word in command if word.startswith("--node=")]

    assert "--coordinator=citus-coordinator:5432" in command
    assert nodes == [f"{name}:5432" for name in SERVICES if name.startswith("citus-worker")]


def test_every_district_is_placed_on_a_node_that_there_is(database_url: str) -> None:
    async def districts() -> set[str]:
        connection = await asyncpg.connect(database_url)
        try:
            return {row[0] for row in await connection.fetch("select code from record.districts")}
        finally:
            await connection.close()

    placed = read_placement(ROOT / "deploy/placement.toml")

    assert placed.keys() == asyncio.run(districts())
    assert {str(node) for node in placed.values()} == {
        f"{name}:5432" for name in SERVICES if name.startswith("citus-worker")
    }
    assert "./deploy/placement.toml:/etc/letsema/placement.toml:ro" in SERVICES["cluster"]["volumes"]


def test_the_image_has_the_version_of_the_product() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]

    assert {SERVICES[name]["image"] for name in OURS} == {f"letsema:{version}"}


@pytest.fixture
def prepared(tmp_path: Path, missing: Callable[[str, str], None]) -> Callable[..., Path]:
    """A copy of what `deploy/prepare.sh` works on."""
    if not shutil.which("openssl"):
        missing("openssl", "apt-get install openssl")
    (tmp_path / "deploy").mkdir()
    shutil.copy(ROOT / "deploy/prepare.sh", tmp_path / "deploy")
    shutil.copy(ROOT / ".env.example", tmp_path)

    def prepare(*words: str) -> Path:
        subprocess.run([tmp_path / "deploy/prepare.sh", *words], check=True, capture_output=True)
        return tmp_path / "deploy/secrets"

    return prepare


def as_in(name: str, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The settings that a service starts with."""
    mounted = tmp_path / name
    mounted.mkdir()
    for secret in secret_names(SERVICES[name]):
        shutil.copy(folder / secret, mounted)
    for key, value in SERVICES[name]["environment"].items():
        monkeypatch.setenv(key, str(value))
    monkeypatch.setenv(SECRETS_DIR, str(mounted))
    return load_settings()


@pytest.mark.parametrize("name", ["app-1", "app-2", "worker-1", "worker-2"])
def test_what_is_prepared_is_enough_for_real_borrowers(
    name: str, prepared: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = as_in(name, prepared("demo"), tmp_path, monkeypatch)

    check_production(settings, of_demo=False)
    cluster = channel_cluster(settings)
    assert cluster is not None
    assert cluster.copies == {"maseru": 3}
    assert cluster.credentials is not None
    assert settings.record_url is not None
    assert "letsema_app:" in settings.record_url.get_secret_value()
    hosts = [urlsplit(url.get_secret_value()).hostname for url in (settings.record_url, *settings.record_nodes)]
    assert hosts == [name for name in SERVICES if name.startswith("citus-")]
    assert settings.owner_url is None  # it cannot change a schema


def test_what_is_prepared_lets_the_owner_migrate(
    prepared: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = as_in("migrate", prepared(), tmp_path, monkeypatch)
    owner = channel_cluster(settings, as_owner=True)

    assert settings.owner_url is not None
    assert "letsema_owner:" in settings.owner_url.get_secret_value()
    assert owner is not None
    assert owner.credentials is not None
    assert owner.credentials.username == "letsema_owner"


def test_secrets_are_made_once_and_are_different_everywhere(prepared: Callable[..., Path]) -> None:
    folder = prepared("demo")
    first = {file.name: file.read_text() for file in folder.iterdir()}
    prepared("demo")

    assert {file.name: file.read_text() for file in folder.iterdir()} == first
    assert first.keys() >= read(COMPOSE)["secrets"].keys() | read(DEMO)["secrets"].keys()
    assert len(set(first.values())) == len(first)
    assert folder.stat().st_mode & 0o077 == 0


def test_a_demo_is_told_everything_that_has_to_be_said(prepared: Callable[..., Path]) -> None:
    told = dict(line.split("=", 1) for line in (prepared("demo").parents[1] / ".env").read_text().splitlines())

    assert told.keys() >= GIVEN.keys()
    assert told["COMPOSE_FILE"] == "docker-compose.yml:deploy/demo.yml"
    assert told["COMPOSE_PROFILES"] == "demo"


@pytest.mark.parametrize("script", sorted(path.relative_to(ROOT) for path in (ROOT / "deploy").rglob("*.sh")))
def test_every_script_is_shell_that_stops_at_the_first_failure(script: Path) -> None:
    subprocess.run(["bash", "-n", ROOT / script], check=True)
    assert "set -euo pipefail" in (ROOT / script).read_text()
