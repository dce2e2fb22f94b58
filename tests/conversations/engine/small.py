"""Machines of a few screens, in as few words: for tests that break one rule at a time."""

from __future__ import annotations

from conversations.engine import Command, End, Flow, Machine, Menu, Option, Read, Resume, Screen, Work

GAVE_UP = End(name="gave_up", text="gave_up")
DONE = End(name="done", text="done")
RESUME = Resume(name="resume", text="resume", continue_label="go_on", again_label="again")


def menu(name: str, **options: str) -> Menu:
    """A menu whose options are `k1="target"`."""
    return Menu(name=name, text=name, options=tuple(Option(key[1:], key, to=to) for key, to in options.items()))


def command(name: str, to: str = "done", key: str = "do:{session}", **more: str) -> Work:
    return Work(name=name, ask=Command(kind="do", key=key, outcomes={"done": to, **more}))


def read(name: str, **outcomes: str) -> Work:
    return Work(name=name, ask=Read(kind="look", outcomes=outcomes))


def build(*screens: Screen, drafts: str = "", entry: str = "f.a", gave_up: str = "f.gave_up") -> Machine:
    """A machine of one flow; with `drafts` it is a form, and the resume screen is in another."""
    flow = Flow(name="f", version=1, screens=(*screens, GAVE_UP), draft_title=drafts)
    offers = (Flow(name="r", version=1, screens=(RESUME,)),) if drafts else ()
    return Machine(flows=(flow, *offers), entry=entry, gave_up=gave_up, languages=("en",))
