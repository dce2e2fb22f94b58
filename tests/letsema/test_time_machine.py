from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from core.calendar import business_date_of
from letsema.demo.time_machine import TimeMachine

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize("hour", [0, 5, 12, 21])
def test_nothing_is_lived_through_in_the_future(hour: int) -> None:
    now = datetime(2026, 11, 23, hour, 30, tzinfo=UTC)
    clock = TimeMachine(now)

    clock.go_to(TODAY)

    assert all(clock.now() < now for _ in range(1_000))


def test_a_past_day_is_lived_through_in_its_morning() -> None:
    clock = TimeMachine(datetime(2026, 11, 23, 3, 0, tzinfo=UTC))

    clock.go_to(TODAY - timedelta(days=40))

    first, second = clock.now(), clock.now()
    assert first < second
    assert business_date_of(first) == TODAY - timedelta(days=40)
    assert first.astimezone(UTC).hour == 7
