from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import typer

from core.calendar import business_date_of
from letsema.cli import app
from letsema.demo.directory import mark_as_demo
from letsema.environment import SystemClock
from letsema.keys.keyring import make_keys
from tests.letsema.conftest import Run
from tests.servers.ports import free_ports

LETSEMA = Path(sys.executable).with_name("letsema")
COMMANDS = (
    "cluster",
    "conversations",
    "day-end",
    "db",
    "demo",
    "dial",
    "doctor",
    "interest-earned",
    "mfi",
    "remind",
    "schedule",
    "serve",
    "settings",
    "simulate",
    "staff",
    "stand-in",
    "verify-audit",
    "verify-ledger",
    "worker",
)
DEMO_JSON = {
    "public": "http://127.0.0.1:1",
    "internal": "http://127.0.0.1:2",
    "stand_in": "http://127.0.0.1:3",
    "service_code": "*384*555#",
    "short_code": "32555",
    "staff": [],
    "mfis": [],
    "borrowers": [],
}
TERMS = {
    "id": "a",
    "principal": "1000",
    "annual_rate_percent": "36",
    "method": "emi",
    "periods": 3,
    "period_unit": "month",
    "disbursed_on": "2026-11-23",
}


def test_help_names_every_command(letsema: Run) -> None:
    ran = letsema("--help")

    assert ran.code == 0
    assert all(re.search(rf"\b{command}\b", ran.out) for command in COMMANDS)


def commands(group: Any, path: str = "") -> Iterator[tuple[str, set[str]]]:
    """Every command with the names of its options."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, f"{path}{name} ")
        else:
            yield f"{path}{name}", {option for parameter in command.params for option in parameter.opts}


def test_every_command_that_needs_a_database_joins_the_one_of_a_directory() -> None:
    """What stands here touches no database of ours, or (a cluster) none that lies in a directory."""
    without = {name for name, options in commands(typer.main.get_command(app)) if "--data-dir" not in options}

    assert without == {
        "cluster init",
        "cluster place",
        "cluster status",
        "conversations check",
        "conversations graph",
        "schedule",
        "settings",
        "simulate",
        "stand-in",
    }


def test_the_installed_program_runs() -> None:
    done = subprocess.run([LETSEMA, "nonsense"], check=False, capture_output=True, text=True)

    assert (done.returncode, done.stdout, done.stderr) == (2, "", "No such command 'nonsense'.\n")


def test_help_loads_nothing_heavy() -> None:
    code = "import sys, letsema.cli; print([n for n in ('sqlalchemy', 'aiohttp', 'asyncpg') if n in sys.modules])"

    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)

    assert done.stdout.strip() == "[]"


TODAY = business_date_of(SystemClock().now())
TOMORROW = TODAY + timedelta(days=1)


@pytest.mark.parametrize(("command", "day"), [("day-end", TODAY), ("day-end", TOMORROW), ("remind", TOMORROW)])
def test_a_day_that_is_not_over_is_closed_and_one_to_come_reminded_of_in_a_demo_only(
    letsema: Run, tmp_path: Path, command: str, day: date
) -> None:
    ran = letsema(command, "--date", day.isoformat(), "--data-dir", "data")

    assert (ran.code, ran.out, len(ran.err.strip().splitlines())) == (2, "", 1)
    assert f"{day.isoformat()} is after" in ran.err

    mark_as_demo(tmp_path / "data")
    assert "There is no demo" in letsema(command, "--date", day.isoformat(), "--data-dir", "data").err
    refused = letsema(
        command, "--date", day.isoformat(), "--data-dir", "data", LETSEMA_RECORD_URL="postgresql://127.0.0.1:1/x"
    )
    assert "is after" in refused.err


def test_the_day_that_just_ended_may_be_closed_and_today_reminded_of(letsema: Run) -> None:
    yesterday = TODAY - timedelta(days=1)

    assert "No database runs" in letsema("day-end", "--date", yesterday.isoformat(), "--data-dir", "nowhere").err
    assert "No database runs" in letsema("remind", "--date", TODAY.isoformat(), "--data-dir", "nowhere").err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("nonsense",), "No such command"),
        (("demo", "--port", "x"), "--port"),
        (("demo", "--port", "70000"), "65533"),
        (("demo", "--host", "0.0.0.0"), "loopback only"),  # noqa: S104 -- refused
        (("demo", "--host", "192.0.2.1"), "loopback only"),
        (("demo", "--host", "::1"), "loopback only (127.0.0.1)"),
        (("day-end", "--date", "monday"), "2026-11-23"),
        (("day-end", "--date", "2206-11-23", "--data-dir", "nowhere"), "more than ten years from today"),
        (("remind", "--date", "0001-01-01", "--data-dir", "nowhere"), "more than ten years from today"),
        (("day-end", "--data-dir", "nowhere"), "No database runs"),
        (("verify-ledger", "--data-dir", "nowhere"), "No database runs"),
        (("dial", "--data-dir", "nowhere"), "There is no demo"),
        (("serve",), "LETSEMA_PEPPER is missing"),
        (("worker",), "LETSEMA_PEPPER is missing"),
        (("schedule",), "--terms FILE or --principal"),
        (("schedule", "--terms", "nowhere.json"), "cannot be read"),
        (("schedule", "--terms", "-", "--principal", "500"), "--terms FILE or --principal"),
        (("schedule", "--terms", "-", "--rate", "36"), "--rate: the terms are those of the file"),
        (("schedule", "--terms", "-", "--months", "6"), "--periods / --months: the terms are those of the file"),
        (("schedule", "--first-due-on", "2026-12-20", "--terms", "-"), "--first-due-on: the terms are those"),
        (("schedule", "--principal", "much"), "--principal: a number is expected"),
        (("schedule", "--principal", "0.001"), "--principal: an amount has at most 2 decimals"),
        (("schedule", "--principal", "500", "--rate", "36%"), "--rate: a number is expected"),
        (("schedule", "--principal", "500", "--unit", "year"), "--unit: one of month, week, day"),
        (("schedule", "--principal", "500", "--every", "0"), "--every: a period is 1 to 366 units"),
        (("schedule", "--principal", "500", "--upfront-fee", "101"), "--upfront-fee: a fee's percent"),
        (("schedule", "--principal", "500", "--first-due-on", "2000-01-01"), "--first-due-on: the first instalment"),
        (("stand-in", "--public", "http://example.org"), "loopback only"),
    ],
)
def test_what_cannot_start_says_why_in_one_sentence(letsema: Run, words: tuple[str, ...], says: str) -> None:
    ran = letsema(*words)

    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err
    assert len(ran.err.strip().splitlines()) == 1


def test_a_wrong_setting_is_named(letsema: Run) -> None:
    ran = letsema("serve", LETSEMA_PUBLIC_PORT="http")

    assert ran.code == 2
    assert "LETSEMA_PUBLIC_PORT" in ran.err
    assert len(ran.err.strip().splitlines()) == 1


def test_the_demo_refuses_an_address_from_the_environment_too(letsema: Run) -> None:
    assert "loopback only" in letsema("demo", LETSEMA_PUBLIC_HOST="0.0.0.0").err  # noqa: S104 -- refused


@pytest.mark.parametrize("offset", [0, 1, 2])
def test_a_port_in_use_is_named(letsema: Run, offset: int) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        ran = letsema("demo", "--port", str(port - offset))

    assert ran.code == 2
    assert f"Port {port} is in use" in ran.err or "is in use by another program" in ran.err


def test_a_directory_with_something_else_in_it_is_left_alone(letsema: Run, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.jpg").touch()

    ran = letsema("demo", "--data-dir", "photos", "--port", str(free_ports(3)))

    assert ran.code == 2
    assert "no demo" in ran.err
    assert [file.name for file in (tmp_path / "photos").iterdir()] == ["cat.jpg"]
    assert ran.err.startswith("photos holds")  # a path is told as it is written


def test_the_demo_is_in_the_directory_that_the_settings_name(letsema: Run, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.jpg").touch()

    assert letsema("demo", "--port", str(free_ports(3)), LETSEMA_DATA_DIR="photos").err.startswith("photos holds")
    assert not (tmp_path / "data").exists()


def test_where_nothing_runs_it_is_said_what_would_run_there(letsema: Run, tmp_path: Path) -> None:
    mark_as_demo(tmp_path / "tried")
    (tmp_path / "real").mkdir()

    def cure(directory: str) -> str:
        return letsema("db", "check", "--data-dir", directory).err

    assert cure("nowhere").endswith("nowhere: start `letsema demo` there, to try it, or `letsema serve`.\n")
    assert cure("real").endswith("real: start `letsema serve` there.\n")
    assert "start one with `letsema demo`" in cure("tried")
    (tmp_path / "tried" / "demo.json").write_text(json.dumps(DEMO_JSON))
    assert cure("tried") == f"{Path('tried', 'keys')} is not a directory.\n"
    make_keys(tmp_path / "tried" / "keys")
    assert cure("tried").endswith(f"tried: start it again, `letsema demo --data-dir {tmp_path / 'tried'}`.\n")


@pytest.mark.engine
def test_a_check_of_no_installation_says_that_it_was_of_none(letsema: Run) -> None:
    ran = letsema("db", "check", LETSEMA_DATA_DIR="mine")

    assert (ran.code, ran.out) == (
        0,
        "No database runs on mine; a new one, made to try the revisions, is as it should be.\n",
    )


def test_an_unreachable_database_is_one_sentence(letsema: Run) -> None:
    ran = letsema("db", "check", LETSEMA_RECORD_URL="postgresql://app:hush-hush@127.0.0.1:1/letsema")

    assert ran.code == 2
    assert "does not answer" in ran.err
    assert "hush-hush" not in ran.err


def test_doctor_names_the_cure(letsema: Run) -> None:
    ran = letsema("doctor", "--data-dir", "nowhere", "--json")

    assert ran.code == 2
    found = {row["what"]: row for row in json.loads(ran.out)}
    assert found["settings"]["ok"]
    assert "letsema demo" in found["database"]["cure"]
    assert found["record plane, schema"]["cure"] == "it was not looked at; mend first: database"


def test_schedules_come_from_a_file_or_from_stdin(letsema: Run, tmp_path: Path) -> None:
    (tmp_path / "terms.json").write_text(json.dumps([TERMS]))

    from_file = letsema("schedule", "--terms", "terms.json")
    from_stdin = letsema("schedule", "--terms", "-", stdin=json.dumps([TERMS]))

    assert from_file.code == 0
    assert from_file.out == from_stdin.out
    (answer,) = json.loads(from_file.out)
    assert sum(float(row["principal"]) for row in answer["instalments"]) == 1000


def test_a_bad_object_is_answered_in_its_place_and_is_a_finding(letsema: Run) -> None:
    ran = letsema("schedule", "--terms", "-", stdin=json.dumps([TERMS, {**TERMS, "id": "b", "periods": 0}]))

    assert ran.code == 1
    good, bad = json.loads(ran.out)
    assert "error" not in good
    assert bad["error"]["field"] == "periods"


def test_a_number_with_decimals_is_read_exactly(letsema: Run) -> None:
    document = json.dumps([TERMS]).replace('"1000"', "1000.10").replace('"36"', "0.1")

    assert letsema("schedule", "--terms", "-", stdin=document).code == 0


@pytest.mark.parametrize("text", ["{}", "[", "\x00", '"a"', "[NaN]"])
def test_a_file_that_is_no_list_is_refused(letsema: Run, text: str) -> None:
    assert letsema("schedule", "--terms", "-", stdin=text).code == 2


def test_a_loans_life_is_lived_through_from_a_file(letsema: Run) -> None:
    loan = {
        "id": "a",
        "terms": {key: value for key, value in TERMS.items() if key != "id"},
        "events": [
            {"kind": "disburse", "on": "2026-11-23", "amount": "1000"},
            {"kind": "repayment", "on": "2026-12-23", "amount": "353.53"},
        ],
        "as_of": "2026-12-24",
    }
    unpaid = {**loan, "id": "b", "events": [{"kind": "repayment", "on": "2026-12-23", "amount": "1"}]}

    ran = letsema("simulate", "-", stdin=json.dumps([loan, unpaid]))

    assert ran.code == 1
    lived, refused = json.loads(ran.out)
    assert (lived["status"], lived["days_past_due"]) == ("active", 0)
    assert refused["error"]["event"] == 0


def test_a_person_gets_a_table(letsema: Run) -> None:
    ran = letsema("schedule", "--principal", "5000", "--rate", "36", "--months", "6", "--disbursed-on", "2026-11-23")

    assert ran.code == 0
    assert "2027-05-23" in ran.out
    assert "effective annual rate" in ran.out


def test_the_table_is_of_the_same_loan_as_a_file_of_its_terms(letsema: Run) -> None:
    words = "--principal 5000 --rate 36 --periods 4 --unit week --every 2 --day-count actual/365 --upfront-fee 2.5"
    ran = letsema("schedule", *words.split(), "--disbursed-on", "2026-11-23", "--first-due-on", "2026-12-20")
    terms = {
        "id": "loan",
        "principal": "5000",
        "annual_rate_percent": "36",
        "method": "emi",
        "periods": 4,
        "period_unit": "week",
        "period_every": 2,
        "day_count": "actual/365",
        "fees": [{"name": "upfront", "when": "upfront", "percent": "2.5"}],
        "disbursed_on": "2026-11-23",
        "first_due_on": "2026-12-20",
    }
    (answer,) = json.loads(letsema("schedule", "--terms", "-", stdin=json.dumps([terms])).out)

    columns = ("due_on", "principal", "interest", "fees", "total", "balance")
    assert [line.split()[1:] for line in ran.out.splitlines()[1:5]] == [
        [row[column] for column in columns] for row in answer["instalments"]
    ]
    assert f"total cost of credit {answer['total_cost_of_credit']}" in ran.out


def test_the_conversations_are_clean(letsema: Run) -> None:
    ran = letsema("conversations", "check", "--json")

    assert ran.code == 0
    assert json.loads(ran.out)["clean"] is True


def test_one_flow_can_be_drawn(letsema: Run) -> None:
    assert letsema("conversations", "graph", "help").out.startswith("%% help")
    assert letsema("conversations", "graph", "nonsense").code == 2


def test_pages_of_the_flows_replace_their_own_and_nothing_else(letsema: Run, tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    assert letsema("conversations", "graph", "--to", str(folder)).code == 0
    drawn = {path.name: path.read_text() for path in folder.iterdir()}
    (folder / "gone.md").write_text(drawn["help.md"])
    (folder / "adr.md").write_text("# What somebody decided\n")
    (folder / "help.md").write_text(drawn["help.md"] + "changed")

    assert letsema("conversations", "graph", "--to", str(folder)).code == 0

    assert {path.name: path.read_text() for path in folder.iterdir()} == {
        **drawn,
        "adr.md": "# What somebody decided\n",
    }


def test_a_page_of_somebody_else_is_not_written_over(letsema: Run, tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text("# A project\n")

    ran = letsema("conversations", "graph", "--to", str(tmp_path))

    assert (ran.code, ran.out) == (2, "")
    assert ran.err == f"Invalid value for --to: {readme} was not written by this command\n"
    assert [path.name for path in tmp_path.iterdir()] == ["README.md"]
    assert readme.read_text() == "# A project\n"


def test_pages_that_cannot_be_written_end_with_one_sentence(letsema: Run, tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    ran = letsema("conversations", "graph", "--to", str(tmp_path / "file" / "pages"))

    assert (ran.code, ran.out) == (2, "")
    assert ran.err == f"Invalid value for --to: {tmp_path}/file/pages cannot be written: Not a directory\n"


DEMO = {
    "public": "http://127.0.0.1:1",
    "internal": "http://127.0.0.1:1",
    "stand_in": "http://127.0.0.1:1",
    "service_code": "*384*555#",
    "short_code": "32555",
    "staff": [],
    "mfis": [],
    "borrowers": [],
}
"""A demo that does not run: nothing listens on port 1."""

WITHOUT_PIN = {"phone": "+26658010101", "language": "en", "district": "LS-A", "loans": []}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "is no JSON"),
        ('{"public": ', "is no JSON"),
        ("\udcff", "is no JSON"),
        ("[]", "holds no demo"),
        (json.dumps({name: told for name, told in DEMO.items() if name != "short_code"}), "by its field short_code"),
        (json.dumps({**DEMO, "borrowers": [WITHOUT_PIN]}), "by its field borrowers.0.pin"),
        (json.dumps({**DEMO, "borrowers": {"58010101": "2580"}}), "by its field borrowers"),
        (json.dumps({**DEMO, "public": "localhost"}), "by its field public"),
        (json.dumps({**DEMO, "service_code": 384555}), "by its field service_code"),
    ],
)
@pytest.mark.parametrize("command", [["dial"], ["dial", "--channel", "telegram"], ["day-end"]], ids=" ".join)
def test_a_demo_file_that_cannot_be_used_is_told_with_its_cure(
    letsema: Run, tmp_path: Path, command: list[str], text: str, fault: str
) -> None:
    (tmp_path / "demo").touch()
    (tmp_path / "demo.json").write_text(text, errors="surrogateescape")

    ran = letsema(*command, "--data-dir", str(tmp_path))

    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"{tmp_path}/demo.json ")
    assert fault in ran.err
    assert ran.err.endswith(f": start the demo again, `letsema demo --data-dir {tmp_path}`, which writes it anew.\n")


def test_what_a_later_version_tells_besides_keeps_nobody_from_dialling(letsema: Run, tmp_path: Path) -> None:
    (tmp_path / "demo.json").write_text(json.dumps({**DEMO, "weather": "fair"}))

    ran = letsema("dial", "--data-dir", str(tmp_path))

    assert (ran.code, ran.err) == (2, "The other side did not take it: unreachable.\n")


def test_a_directory_without_a_demo_is_told_so(letsema: Run, tmp_path: Path) -> None:
    ran = letsema("dial", "--data-dir", str(tmp_path))

    assert (ran.code, ran.err) == (2, f"There is no demo in {tmp_path}: start one with `letsema demo`.\n")


def test_the_directory_that_the_environment_names_is_dialled(
    letsema: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LETSEMA_DATA_DIR", str(tmp_path))

    assert str(tmp_path) in letsema("dial").err


def test_a_session_that_cannot_be_kept_is_not_begun(letsema: Run, tmp_path: Path) -> None:
    (tmp_path / "demo.json").write_text(json.dumps(DEMO))

    ran = letsema("dial", "--data-dir", str(tmp_path), "--record", str(tmp_path / "nowhere" / "kept.txt"))

    assert (ran.code, ran.out) == (2, "")
    assert ran.err == f"{tmp_path}/nowhere/kept.txt cannot be written: No such file or directory.\n"


def test_every_setting_can_be_listed(letsema: Run) -> None:
    assert "LETSEMA_PEPPER" in letsema("settings").out
    assert letsema("settings", "--markdown").out.startswith("# Settings")
