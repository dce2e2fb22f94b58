"""Each grain of docs/metrics.md counts what the page says, and nothing else."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from conversations.turns import Seen
from core.ports.intake import Backlog
from letsema.metrics import Metrics
from tests.conversations.turns.world import Gate, Line, World, pass_by

PAGE = Path(__file__).parents[2] / "docs" / "metrics.md"
TO_PIN = ("1", "1", "Palesa", "1")


def counted(world: World, name: str, **labels: str) -> float:
    """The sum of a counter over every label that is not named, after all that the world has seen."""
    metrics = Metrics()
    for seen in world.seen:
        metrics.hop(seen)
    lines = re.findall(rf"^letsema_{name}_total{{(.*)}} (.*)$", metrics.page().decode(), re.MULTILINE)
    return sum(
        float(value)
        for found, value in lines
        if all(f'{label}="{wanted}"' in found for label, wanted in labels.items())
    )


async def sent(world: World) -> Line:
    """A form from its dial to its end, with a wrong PIN and the last hop twice."""
    world.register()
    line = Line(world.runner())
    await line.dial()
    await line.type(*TO_PIN, "9999", "2580")
    await line.send(line.transcript)
    return line


async def test_a_repeat_is_a_hop_and_no_turn() -> None:
    world = World()
    await sent(world)

    assert counted(world, "hops") == 8
    assert counted(world, "hops", seen="repeated") == 1
    assert counted(world, "turns") == 7
    assert counted(world, "turns", screen="form.pin") == 2


async def test_a_session_starts_once_and_ends_once_however_often_its_end_is_asked_for() -> None:
    world = World()
    line = await sent(world)
    await Line(world.runner(), session="s2").dial()
    await line.send(line.transcript + "*1")

    assert counted(world, "sessions", event="started") == 2
    assert counted(world, "sessions", event="ended") == 1
    assert counted(world, "hops", seen="out_of_order") == 1


async def test_a_form_is_begun_with_its_first_answer_and_finished_by_its_command() -> None:
    world = World()
    await sent(world)
    other = Line(world.runner(), session="s2")
    await other.dial()
    await other.type("3", "a note")

    assert counted(world, "forms", flow="form", event="begun") == 1
    assert counted(world, "forms", flow="form", event="finished") == 1
    assert counted(world, "forms", flow="other", event="begun") == 1
    assert counted(world, "forms", flow="other", event="finished") == 0


async def test_a_command_counts_by_its_outcome_and_an_outcome_that_leaves_the_form_finishes_none() -> None:
    world = World()
    world.office.outcome = "district_down"
    await sent(world)

    assert counted(world, "commands") == counted(world, "commands", command="send", outcome="district_down") == 1
    assert counted(world, "forms", event="finished") == 0


async def test_a_late_hop_counts_as_late_and_its_turn_when_it_is_through() -> None:
    world = World()
    world.register()
    line = Line(world.runner(deadline_seconds=0.4))
    await line.dial()
    gate = Gate()
    world.office.before_balance = gate
    await line.type("2")
    assert counted(world, "turns") == 1

    gate.open()
    world.office.before_balance = pass_by
    assert await line.runner.drain(1)

    assert counted(world, "hops", seen="late") == 1
    assert counted(world, "turns") == 2


def test_the_page_names_every_counter_and_every_kind_of_hop() -> None:
    page = PAGE.read_text(encoding="utf-8")
    families = re.findall(r"^# TYPE (letsema_\w+?)(?:_created)? \w+$", Metrics().page().decode(), re.MULTILINE)

    assert families
    assert [name for name in families if name not in page] == []
    assert [seen for seen in Seen if f"`{seen}`" not in page] == []


def test_a_district_that_does_not_answer_is_a_figure_of_its_own_and_one_that_is_gone_is_none() -> None:
    metrics = Metrics()
    metrics.districts({"LS-A": True, "LS-B": False, "LS-A.2": True})

    metrics.districts({"LS-A": True, "LS-B": False})

    figures = re.findall(r'^letsema_district_answers\{district="(.*)"\} (.*)$', metrics.page().decode(), re.MULTILINE)
    assert figures == [("LS-A", "1.0"), ("LS-B", "0.0")]


def test_what_waits_in_the_intake_is_told_by_district_with_the_age_of_the_oldest() -> None:
    metrics = Metrics()
    now = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
    metrics.intake({"LS-B": Backlog(1, 0, now)}, now)

    metrics.intake({"LS-A": Backlog(3, 1, now - timedelta(seconds=90)), "LS-C": Backlog()}, now)

    rows = re.findall(r"^letsema_intake_(\w+)\{(.*)\} (.*)$", metrics.page().decode(), re.MULTILINE)
    assert rows == [
        ("rows", 'district="LS-A",state="waiting"', "3.0"),
        ("rows", 'district="LS-A",state="set_aside"', "1.0"),
        ("rows", 'district="LS-C",state="waiting"', "0.0"),
        ("rows", 'district="LS-C",state="set_aside"', "0.0"),
        ("oldest_seconds", 'district="LS-A"', "90.0"),
        ("oldest_seconds", 'district="LS-C"', "0.0"),
    ]
