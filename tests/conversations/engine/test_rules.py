"""Each rule of a machine, broken once: the machine refuses to be built and names the rule and the place."""

from __future__ import annotations

import pytest

from conversations.engine import (
    SHOW,
    Again,
    Branch,
    Command,
    Confirmation,
    DateQuestion,
    End,
    Flow,
    FreeText,
    InvalidMachine,
    Machine,
    Menu,
    MoneyQuestion,
    Option,
    PagedList,
    PinCheck,
    PinQuestion,
    Question,
    Read,
    Screen,
    To,
    WholeNumber,
    Work,
)
from core.money import Money
from tests.conversations.engine.small import DONE, GAVE_UP, RESUME, build, command, menu, read


def breaks(rule: str, where: str, *screens: Screen, **options: str) -> str:
    """Building the machine breaks exactly this rule there; its sentence."""
    with pytest.raises(InvalidMachine) as caught:
        build(*screens, **options)
    assert [(problem.rule, problem.where) for problem in caught.value.problems] == [(rule, where)]
    return caught.value.problems[0].sentence


def test_a_sound_machine_is_built() -> None:
    build(menu("a", k1="done"), DONE)


def test_every_problem_is_told_at_once() -> None:
    with pytest.raises(InvalidMachine, match=r"f\.a.*f\.b"):
        build(menu("a", k1="gone"), menu("b", k1="gone"))


class TestNames:
    def test_two_screens_do_not_share_one(self) -> None:
        breaks("unique_names", "f.a", menu("a", k1="done"), menu("a", k1="done"), DONE)

    def test_two_flows_do_not_share_one(self) -> None:
        flow = Flow(name="f", version=1, screens=(GAVE_UP,))
        with pytest.raises(InvalidMachine, match="f: two have this name"):
            Machine(flows=(flow, flow), entry="f.gave_up", gave_up="f.gave_up", languages=("en",))

    @pytest.mark.parametrize("name", ["a.b", ""])
    def test_a_name_is_not_empty_and_has_no_dot(self, name: str) -> None:
        breaks("unique_names", name, menu(name, k1="done"), DONE)

    def test_a_flow_has_a_screen(self) -> None:
        empty = Flow(name="e", version=1, screens=(), draft_title="form")
        with pytest.raises(InvalidMachine, match="e: a flow has a screen"):
            Machine(flows=(empty,), entry="e.a", gave_up="e.a", languages=("en",))


class TestTargets:
    @pytest.mark.parametrize(
        "target", ["gone", "elsewhere.a", To("gone", "notice"), Branch(("gone",), lambda _: "gone")]
    )
    def test_every_one_is_there(self, target: str | To | Branch) -> None:
        asks = Menu(name="a", text="a", options=(Option("1", "one", to=target),))

        assert "which is not there" in breaks("known_targets", "f.a", asks)

    def test_the_machines_own_are_there(self) -> None:
        breaks("known_targets", "f.nowhere", menu("a", k1="done"), DONE, entry="f.nowhere")

    def test_nothing_leads_to_the_resume_screen(self) -> None:
        breaks("known_targets", "f.a", menu("a", k1="r.resume", k2="done"), DONE, drafts="form")


class TestSpecialScreens:
    def test_the_exit_is_an_end(self) -> None:
        breaks("special_screens", "f.a", menu("a", k1="done"), DONE, gave_up="f.a")

    def test_a_form_needs_a_resume_screen(self) -> None:
        form = Flow(name="f", version=1, screens=(GAVE_UP,), draft_title="form")
        with pytest.raises(InvalidMachine, match="1 flows keep drafts and 0 screens offer them"):
            Machine(flows=(form,), entry="f.gave_up", gave_up="f.gave_up", languages=("en",))

    def test_a_form_does_not_offer_itself(self) -> None:
        form = Flow(name="f", version=1, screens=(GAVE_UP, RESUME), draft_title="form")
        with pytest.raises(InvalidMachine, match=r"f\.resume: the resume screen is in a flow that keeps no draft"):
            Machine(flows=(form,), entry="f.gave_up", gave_up="f.gave_up", languages=("en",))

    def test_without_a_form_there_is_no_resume_screen(self) -> None:
        breaks("special_screens", "f.a", menu("a", k1="done"), DONE, RESUME)

    def test_forms_are_few(self) -> None:
        flows = tuple(Flow(name=f"f{n}", version=1, screens=(DONE,), draft_title="form") for n in range(5))
        first = Flow(name="f", version=1, screens=(RESUME, GAVE_UP))
        with pytest.raises(InvalidMachine, match="more than 4 flows keep drafts"):
            Machine(flows=(first, *flows), entry="f.gave_up", gave_up="f.gave_up", languages=("en",))

    def test_there_is_a_language(self) -> None:
        flow = Flow(name="f", version=1, screens=(GAVE_UP,))
        with pytest.raises(InvalidMachine, match="no language is named"):
            Machine(flows=(flow,), entry="f.gave_up", gave_up="f.gave_up", languages=())


class TestOptions:
    @pytest.mark.parametrize("key", ["0", "00", "98", "99", "01", "x", "", "-1", "١"])
    def test_a_key_is_a_number_and_not_reserved(self, key: str) -> None:
        bad = Menu(name="a", text="a", options=(Option(key, "bad", to="done"),))

        breaks("option_keys", "f.a", bad, DONE)

    def test_keys_differ(self) -> None:
        twice = Menu(name="a", text="a", options=(Option("1", "x", to="done"), Option("1", "y", to="done")))

        breaks("option_keys", "f.a", twice, DONE)

    def test_there_is_something_to_pick(self) -> None:
        with pytest.raises(InvalidMachine, match="nothing to pick"):
            build(Menu(name="a", text="a", options=()))

    def test_there_is_something_to_pick_whatever_is_set(self) -> None:
        conditional = Menu(name="a", text="a", options=(Option("1", "x", to="done", when="is_new"),))

        breaks("option_keys", "f.a", conditional, DONE)

    def test_a_menu_that_saves_has_codes(self) -> None:
        breaks(
            "option_keys", "f.a", Menu(name="a", text="a", saves="kind", options=(Option("1", "x", to="done"),)), DONE
        )


class TestOutcomes:
    def test_an_ask_has_some(self) -> None:
        with pytest.raises(InvalidMachine, match="look has no outcome"):
            build(read("a"))

    def test_work_is_never_shown(self) -> None:
        breaks("ask_outcomes", "f.a", Work(name="a", ask=Read(kind="look", outcomes={"x": SHOW, "y": "done"})), DONE)

    def test_what_a_screen_needs_can_show_it(self) -> None:
        never = End(name="a", text="a", needs=Read(kind="look", outcomes={"x": "done"}))

        breaks("ask_outcomes", "f.a", never, DONE)

    def test_a_pin_check_does_not_show_its_screen_without_a_reason(self) -> None:
        pin = PinQuestion(name="a", text="a", check=PinCheck(kind="pin", outcomes={"x": SHOW, "y": "done"}))

        breaks("ask_outcomes", "f.a", pin, DONE)

    def test_only_a_pin_is_asked_again(self) -> None:
        again = Work(name="a", ask=Read(kind="look", outcomes={"x": Again("no"), "y": "done"}))

        breaks("ask_outcomes", "f.a", again, DONE)

    def test_a_command_says_what_it_does_to_which(self) -> None:
        breaks("command_keys", "f.a", command("a", key="apply"), DONE)

    def test_a_draft_key_needs_a_draft(self) -> None:
        breaks("command_keys", "f.a", command("a", key="apply:{draft}"), DONE)

    def test_what_finishes_is_an_outcome(self) -> None:
        work = Work(name="a", ask=Command(kind="do", key="do:{session}", outcomes={"done": "done"}, finishes=("sent",)))

        breaks("command_keys", "f.a", work, DONE)


class TestPaths:
    def test_every_screen_is_reached(self) -> None:
        breaks("unreachable", "f.b", menu("a", k1="done"), menu("b", k1="done"), DONE)

    def test_a_screen_that_only_a_waiting_form_could_reach_is_not_reached(self) -> None:
        breaks("unreachable", "f.b", menu("a", k1="done"), menu("b", k1="done"), DONE, drafts="form")

    def test_every_way_can_end(self) -> None:
        breaks("dead_end", "f.b", menu("a", k1="done", k2="b"), menu("b", k1="b"), DONE)

    def test_asks_do_not_go_in_a_circle(self) -> None:
        with pytest.raises(InvalidMachine, match=r"in a circle: f\.b -> f\.c -> f\.b"):
            build(menu("a", k1="b"), read("b", x="c"), read("c", x="b", y="done"), DONE)

    def test_a_wrong_pin_is_no_circle(self) -> None:
        build(
            PinQuestion(name="a", text="a", check=PinCheck(kind="pin", outcomes={"no": "b", "yes": "done"})),
            read("b", x="a", y="done"),
            DONE,
        )

    def test_a_turn_asks_little(self) -> None:
        row = [read(name, x=to) for name, to in zip("bcdef", "cdefg", strict=True)]

        sentence = breaks("bounded_turns", "f.a", menu("a", k1="b"), *row, End(name="g", text="g"))

        assert sentence == "one answer may take 5 asks and 0 commands"

    def test_a_dial_asks_little(self) -> None:
        row = [read(name, x=to) for name, to in zip("abcde", "bcdef", strict=True)]

        breaks("bounded_turns", "f.a", *row, End(name="f", text="f"))

    def test_a_turn_does_one_thing(self) -> None:
        breaks(
            "bounded_turns", "f.a", menu("a", k1="b"), command("b", to="c"), command("c", key="other:{session}"), DONE
        )

    def test_a_continued_form_asks_little(self) -> None:
        reads = [read(name, x=to) for name, to in zip("bcde", "cdef", strict=True)]
        shown = End(name="f", text="f", needs=Read(kind="look", outcomes={"x": SHOW}))

        breaks("bounded_turns", "f.a", menu("a", k1="b"), *reads, shown)


AFTER: tuple[tuple[Screen, bool], ...] = (
    (menu("b", k1="done"), True),
    (menu("b", k2="done"), False),
    (Confirmation(name="b", text="b", options=(Option("1", "yes", to="done"),)), True),
    (PagedList(name="b", text="b", items="xs", saves="x", to="done"), True),
    (Question(name="b", text="b", saves="x", check=FreeText(), to="done"), True),
    (Question(name="b", text="b", saves="x", check=FreeText(shortest=3), to="done"), False),
    (Question(name="b", text="b", saves="x", check=WholeNumber(2, 9), to="done"), False),
    (Question(name="b", text="b", saves="x", check=WholeNumber("low", 9), to="done"), True),
    (MoneyQuestion(name="b", text="b", saves="x", to="done", low=Money(1), high=Money(2)), True),
    (DateQuestion(name="b", text="b", saves="x", to="done"), False),
    (PinQuestion(name="b", text="b", check=PinCheck(kind="pin", outcomes={"yes": "done"})), False),
    (PinQuestion(name="b", text="b", digits=1, check=PinCheck(kind="pin", outcomes={"yes": "done"})), True),
)


class TestDoublePresses:
    @pytest.mark.parametrize(("after", "acts"), AFTER)
    def test_the_key_that_confirms_does_not_act_on_the_next_screen(self, after: Screen, acts: bool) -> None:
        confirm = Confirmation(name="a", text="a", options=(Option("1", "yes", to="do"),))
        if not acts:
            build(confirm, command("do", to="b"), after, DONE)
            return

        assert breaks("confirms_once", "f.a", confirm, command("do", to="b"), after, DONE).startswith("1 runs")

    def test_coming_back_to_the_same_screen_is_no_other_act(self) -> None:
        confirm = Confirmation(name="a", text="a", options=(Option("1", "yes", to="do"),))

        build(confirm, command("do", to="done", failed="a"), DONE)

    def test_a_screen_that_reads_first_counts(self) -> None:
        confirm = Confirmation(name="a", text="a", options=(Option("1", "yes", to="do"),))
        after = Menu(
            name="b", text="b", options=(Option("1", "x", to="done"),), needs=Read(kind="look", outcomes={"x": SHOW})
        )

        breaks("confirms_once", "f.a", confirm, command("do", to="b"), after, DONE)

    def test_a_screen_reached_without_a_command_does_not_count(self) -> None:
        build(menu("a", k1="r"), read("r", x="b"), menu("b", k1="done"), DONE)

    @pytest.mark.parametrize(
        ("asks", "key"),
        [
            (Question(name="a", text="a", saves="x", check=WholeNumber(1, 3), to="do"), "1"),
            (MoneyQuestion(name="a", text="a", saves="x", to="do", low=Money(1), high=Money(2)), "1"),
            (PagedList(name="a", text="a", items="xs", saves="x", to="do"), "1"),
        ],
    )
    def test_an_answer_that_runs_a_command_counts_too(self, asks: Screen, key: str) -> None:
        sentence = breaks("confirms_once", "f.a", asks, command("do", to="b"), menu("b", k1="done"), DONE)

        assert sentence.startswith(key)

    def test_a_pin_pressed_twice_is_no_option(self) -> None:
        pin = PinQuestion(name="a", text="a", check=PinCheck(kind="pin", outcomes={"yes": "do"}))

        build(pin, command("do", to="b"), menu("b", k1="done"), DONE)

    def test_a_pin_pressed_twice_is_not_another_pin(self) -> None:
        pin = PinQuestion(name="a", text="a", check=PinCheck(kind="pin", outcomes={"yes": "do"}))
        other = PinQuestion(name="b", text="b", check=PinCheck(kind="pin", outcomes={"yes": "done"}))

        breaks("confirms_once", "f.a", pin, command("do", to="b"), other, DONE)

    def test_a_form_that_waits_is_offered_on_the_way_into_its_flow(self) -> None:
        confirm = Confirmation(name="a", text="a", options=(Option("2", "yes", to="do"),))
        start = Flow(name="f", version=1, screens=(confirm, command("do", to="form.ask"), RESUME, GAVE_UP))
        ask = Question(name="ask", text="ask", saves="x", check=FreeText(shortest=3), to="done")
        form = Flow(name="form", version=1, screens=(ask, DONE), draft_title="form")

        with pytest.raises(InvalidMachine, match=r"f\.a: 2 runs a command and would also act on f\.resume"):
            Machine(flows=(start, form), entry="f.a", gave_up="f.gave_up", languages=("en",))

    def test_only_the_key_that_runs_it_counts(self) -> None:
        confirm = Confirmation(name="a", text="a", options=(Option("1", "yes", to="do"), Option("2", "no", to="b")))

        build(confirm, command("do", to="b"), menu("b", k2="done"), DONE)
