"""`letsema conversations check`: each finding by its name and exit code 1, and that no finding is forgotten here."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from channels.ussd.pages import UssdRenderer
from conversations.check import FindingName, check_subject
from conversations.engine.rules import RuleName
from conversations.texts import Texts
from letsema.commands.conversation import app
from tests.conversations.check import broken

EVERY = sorted({*FindingName, *RuleName})


def run(of: str, *options: str) -> tuple[int, str, str]:
    ran = CliRunner().invoke(app, ["check", "--of", f"tests.conversations.check.broken:{of}", *options])
    return ran.exit_code, ran.stdout, ran.stderr


def test_every_finding_that_the_code_can_name_has_its_broken_machine() -> None:
    named = {name for name, made in vars(broken).items() if getattr(made, "__module__", "") == broken.__name__}

    assert {name for name in named if not name.startswith("_")} - {"sound"} == {str(name) for name in EVERY}


@pytest.mark.parametrize("name", EVERY)
def test_each_makes_the_command_fail_with_that_name_and_no_other(name: str) -> None:
    code, out, err = run(name, "--json")

    assert code == 1
    report: dict[str, Any] = json.loads(out)
    assert report["clean"] is False
    assert {finding["name"] for finding in report["findings"]} == {name}
    assert f"! {name}: " in err


def test_a_sound_machine_passes_with_a_table_of_screens_messages_and_tasks() -> None:
    code, out, _ = run("sound")

    assert code == 0
    assert "order.thanks                     st_LS  pages  1" in out
    assert "sms.due                          en     segments 1 of at most 1" in out
    assert "order                            st_LS  8 inputs of at most 8" in out
    assert out.endswith(" 1 messages, 0 findings.\n")


def test_the_report_for_machines_has_the_worst_of_each_screen_and_language() -> None:
    code, out, _ = run("sound", "--json")

    report = json.loads(out)
    assert code == 0
    assert report["clean"] is True
    rows = {(row["screen"], row["language"]): row for row in report["screens"]}
    assert {language for _, language in rows} == {"en", "st_LS"}
    assert rows["order.amount", "en"]["size_max"] <= 160
    assert rows["order.amount", "en"]["text"].count("\n") > 0
    assert rows["order.product", "en"]["pages"] > 1
    assert report["messages"] == [
        {"message": "sms.due", "language": "en", "parts": 1, "parts_max": 1, "text": "Pay today. Dial *384*555#."}
    ]


@pytest.mark.parametrize("of", ["nowhere:sound", "tests.conversations.check.broken:nothing", "nonsense"])
def test_what_gives_nothing_to_check_is_a_wrong_option(of: str) -> None:
    ran = CliRunner().invoke(app, ["check", "--of", of])

    assert ran.exit_code == 2


def test_what_is_checked_is_looked_for_where_the_command_is_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "being_written.py").write_text("from tests.conversations.check.broken import dead_end\n")
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.chdir(tmp_path)

    ran = CliRunner().invoke(app, ["check", "--of", "being_written:dead_end"])

    assert ran.exit_code == 1
    assert "! dead_end: " in ran.stderr


def test_screens_that_go_out_by_sms_are_measured_as_sms_shows_them() -> None:
    ran = CliRunner().invoke(app, ["check", "--json"])

    report = json.loads(ran.stdout)
    by_phone, by_sms = (
        {(row["screen"], row["language"]): row for row in report[rows]} for rows in ("screens", "by_sms")
    )
    assert by_sms.keys() == by_phone.keys()
    assert max(row["size_max"] for row in by_sms.values()) <= 3 * 153
    assert all("Dial *" in row["text"] or "Letsa *" in row["text"] for row in by_sms.values())
    assert "PIN" not in by_phone["apply.amount", "en"]["text"]
    assert "never ask for a PIN" in by_sms["apply.pin", "en"]["text"]


def test_an_sms_over_its_parts_is_found() -> None:
    def short(texts: Texts) -> UssdRenderer:
        return UssdRenderer(texts, size_max=40)

    report = check_subject(lambda: replace(broken.sound(), is_texted=True), UssdRenderer, len, short)

    assert {finding.name for finding in report.findings if " of 40:" in finding.detail} == {
        FindingName.PAGE_OVER_BUDGET
    }
