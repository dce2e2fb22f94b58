"""How the inputs of a task are counted when it comes by screens that its shortest way passes."""

from __future__ import annotations

import pytest

from conversations.check import Task
from conversations.check.tasks import inputs_of
from tests.conversations.engine.clinic import CLINIC


@pytest.mark.parametrize(
    ("start", "through", "inputs"),
    [
        ("order.summary", (), 2),
        ("order.summary", ("order.term",), 5),
        ("order.summary", ("order.amount", "order.term"), 5),
        ("order.thanks", ("order.term",), None),
    ],
)
def test_a_task_is_counted_by_the_screens_that_it_comes_through(
    start: str, through: tuple[str, ...], inputs: int | None
) -> None:
    task = Task("agree", start=start, goal="order.thanks", inputs_max=9, through=through)

    assert inputs_of(CLINIC, task, lambda _: 0) == inputs
