"""Whatever is typed, in whatever order, with whatever the asks find: nothing raises, and everything can be replayed."""

from __future__ import annotations

import json
from typing import Final

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels.ussd.pages import UssdRenderer
from conversations.engine import Outcome, Value
from conversations.engine.asks import AskSpec
from conversations.engine.screens import ask_of
from core.gsm0338 import is_gsm, septets
from core.money import Money
from core.references import Reference
from tests.conversations.engine.clinic import CLINIC, PRODUCTS, TEXTS
from tests.conversations.engine.test_step import TODAY
from tests.conversations.tester import Phone

VALUES: Final[dict[str, Value]] = {
    "products": PRODUCTS,
    "amount_max": Money(5000_00),
    "term_max": 12,
    "adult_if_born_by": TODAY.replace(year=2008),
    "cost": Money(1),
    "reference": Reference("1012345670"),
    "is_vip": 1,
}
typed = st.one_of(
    st.sampled_from(
        ["0", "00", "98", "1", "2", "3", "4", "5", "12", "1234", "1500", "05101990", "Thabo", "", "*", "{}"]
    ),
    st.text(max_size=200),
)
deeds = st.one_of(typed, st.just("dial"), st.lists(st.sampled_from(["1", "2", "3", "4", "5", "x"])).map(tuple))
walks = st.lists(st.tuples(deeds, st.integers(min_value=0, max_value=7)), max_size=40)


def walk(steps: list[tuple[object, int]]) -> list[str]:
    """Each turn's screen and state, with the outcomes that the walk chooses."""
    chosen = iter([luck for _, luck in steps] * 40)

    def found(spec: AskSpec) -> Outcome:
        names = sorted(spec.outcomes)
        return Outcome(name=names[next(chosen, 0) % len(names)], values=VALUES)

    specs = {spec.kind: spec for screen in CLINIC.screens.values() if (spec := ask_of(screen))}
    answers = {kind: (lambda _, spec=spec: found(spec)) for kind, spec in specs.items()}
    phone = Phone(CLINIC, UssdRenderer(TEXTS), answers, today=TODAY)
    seen = []
    phone.dials()
    for deed, _ in steps:
        match deed:
            case "dial":
                phone.dials()
            case tuple():
                phone.dials(*deed)
            case _:
                phone.when(str(deed))
        assert is_gsm(phone.text)
        assert septets(phone.text) <= 160
        seen += [phone.text, json.dumps(phone.state.to_json())]
        if phone.state.has_ended:
            phone.dials()
    return seen


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(walks)
def test_a_random_walk_never_raises_fits_every_page_and_replays_to_the_same_bytes(
    steps: list[tuple[object, int]],
) -> None:
    assert walk(steps) == walk(steps)
