"""Forms that borrowers left unfinished under every version that was ever used go on under today's machine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from channels.ussd.pages import UssdRenderer
from conversations.engine import Draft, Input, step
from conversations.flows import BORROWER
from conversations.texts import Texts, load_texts
from core.gsm0338 import is_gsm, septets
from tests.conversations.tester import Phone

STORED = Path(__file__).parents[1] / "fixtures" / "drafts"
FORMS = {flow.name: flow for flow in BORROWER.flows if flow.keeps_draft}
FILES = sorted(path for path in STORED.glob("*.json") if path.name.partition(".")[0] in FORMS)


@pytest.fixture(scope="module")
def texts() -> Texts:
    return load_texts()


def test_each_version_of_each_form_has_one() -> None:
    wanted = {f"{flow.name}.v{version}" for flow in FORMS.values() for version in range(1, flow.version + 1)}

    assert {path.stem for path in FILES} == wanted


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_form_of_a_release_before_is_offered_and_goes_on(path: Path, texts: Texts) -> None:
    draft = Draft.from_json(json.loads(path.read_text(encoding="utf-8")))
    renderer = UssdRenderer(texts)
    phone = Phone(BORROWER, renderer, {}, language=draft.language)
    phone.drafts[draft.flow] = draft
    phone.dials().shows("start.resume")

    made = step(BORROWER, phone.state, Input(text="1", fresh_id="other"), count_pages=renderer.count_pages)

    at = made.conversation.asking or made.conversation.screen
    assert BORROWER.flow_of(at).name == draft.flow
    assert made.conversation.draft_id == draft.id
    assert made.conversation.draft_version == draft.version + 1
    if draft.flow_version == FORMS[draft.flow].version:
        assert (at, made.conversation.answers) == (draft.screen, draft.answers)
        assert made.conversation.personal == draft.personal
    if made.view is not None:
        page = renderer.render(made.view)
        assert is_gsm(page)
        assert septets(page) <= 160
