"""What a borrower meets: the engine on a small machine, every turn kept as JSON between inputs."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from channels.ussd.pages import UssdRenderer
from conversations.engine import (
    Choice,
    ConversationDefect,
    Input,
    Notice,
    Outcome,
    Started,
    notice_view,
    one_page,
    pending_ask,
    step,
    view_of,
)
from conversations.engine.limits import ASKS_PER_TURN_MAX, DEEP_DIAL_PARTS_MAX, FACTS_MAX, TRAIL_DEPTH_MAX
from core.gsm0338 import septets
from core.money import Money
from core.references import Reference
from tests.conversations.engine.clinic import CLINIC, ORDER, PRODUCTS, TEXTS, clinic_with, quoted
from tests.conversations.tester import Answers, Phone

REFERENCE = Reference.make(10, lambda _: 1234567)
TODAY = date(2026, 10, 5)

ANSWERS: Answers = {
    "caller": "known",
    "products": Outcome(
        name="some",
        values={
            "products": PRODUCTS,
            "amount_max": Money(5000_00),
            "term_max": 12,
            "adult_if_born_by": date(2008, 10, 5),
        },
    ),
    "quote": quoted(),
    "verify_pin": "right",
    "order": Outcome(name="taken", values={"reference": REFERENCE}),
    "set_language": "done",
    "reset": "done",
}

TO_SUMMARY = ("1", "12", "Thabo", "05101990", "1500", "6")


@pytest.fixture
def phone() -> Phone:
    return Phone(CLINIC, UssdRenderer(TEXTS), ANSWERS, today=TODAY, measure=septets)


def test_a_form_is_filled_in_and_sent_once(phone: Phone) -> None:
    phone.dials().shows("start.menu").when("1").says("1. Product number 1").fits()
    phone.when("12", "Thabo", "05101990").says("How much, Thabo?").when("1500", "6")

    phone.shows("order.summary").says("Product number 12 for M1,500.00 over 6 months costs M123.45").fits()
    phone.when("1", "1234").shows("order.thanks").ends().says(REFERENCE.spaced)
    phone.asked("order", product="p12", amount=Money(1500_00), term=6).keyed("order", "order:draft-2")
    assert phone.drafts == {}


class TestAsks:
    def test_a_read_has_no_key_and_a_pin_attempt_is_keyed_by_its_turn(self, phone: Phone) -> None:
        phone.dials().when(*TO_SUMMARY, "1", "1234")

        phone.keyed("quote", "").keyed("verify_pin", "pin:session-1:9")

    def test_an_argument_that_was_never_given_is_absent(self, phone: Phone) -> None:
        phone.dials().when("2", "1")

        assert phone.asks[-1].arguments == {"language": "en"}
        assert phone.asks[0].arguments == {}

    def test_the_pin_is_only_in_the_check_and_never_in_its_repr_or_the_state(self, phone: Phone) -> None:
        standing = phone.dials().when(*TO_SUMMARY, "1").state

        made = step(CLINIC, standing, Input(text="7391", fresh_id="x"))

        assert made.ask is not None
        assert made.ask.secret == "7391"
        assert "7391" not in repr((made, Input(text="7391", fresh_id="x")))
        assert "7391" not in str(made.conversation.to_json())

    def test_a_pin_of_another_length_costs_no_attempt(self, phone: Phone) -> None:
        phone.dials().when(*TO_SUMMARY, "1", "12345").says("4 digits").asked_times("verify_pin", 0)

    def test_a_wrong_pin_is_asked_again_with_the_reason(self, phone: Phone) -> None:
        phone.finds("verify_pin", "wrong", "right").dials().when(*TO_SUMMARY, "1", "1234")

        phone.shows("order.pin").says("Wrong PIN").when("1234").shows("order.thanks")
        assert [ask.key for ask in phone.asks if ask.kind == "verify_pin"] == ["pin:session-1:9", "pin:session-1:10"]

    def test_a_claimed_command_is_rebuilt_from_the_state_and_a_pin_check_is_not(self, phone: Phone) -> None:
        standing = phone.dials().when(*TO_SUMMARY, "1").state
        checking = step(CLINIC, standing, Input(text="1234", fresh_id="x"))
        with pytest.raises(ConversationDefect, match="PIN"):
            pending_ask(CLINIC, checking.conversation)

        claimed = step(CLINIC, checking.conversation, Outcome(name="right"))

        assert claimed.ask is not None
        assert claimed.ask.is_command
        assert pending_ask(CLINIC, claimed.conversation) == claimed.ask

    def test_an_outcome_that_no_screen_declares_is_a_defect(self, phone: Phone) -> None:
        asking = step(CLINIC, None, Started(session="s", today=TODAY, language="en", fresh_id="x"))

        with pytest.raises(ConversationDefect, match=r"start\.enter does not declare the outcome lost"):
            step(CLINIC, asking.conversation, Outcome(name="lost"))

    def test_an_input_before_the_outcome_is_a_defect(self) -> None:
        asking = step(CLINIC, None, Started(session="s", today=TODAY, language="en", fresh_id="x"))

        with pytest.raises(ConversationDefect, match="under way"):
            step(CLINIC, asking.conversation, Input(text="1", fresh_id="y"))

    def test_an_outcome_without_an_ask_is_a_defect(self, phone: Phone) -> None:
        with pytest.raises(ConversationDefect, match="no ask"):
            step(CLINIC, phone.dials().state, Outcome(name="known"))

    def test_an_input_without_a_conversation_is_a_defect(self) -> None:
        with pytest.raises(ConversationDefect, match="Started"):
            step(CLINIC, None, Input(text="1", fresh_id="x"))

    def test_more_facts_than_the_limit_are_a_defect(self) -> None:
        asking = step(CLINIC, None, Started(session="s", today=TODAY, language="en", fresh_id="x"))
        many = {f"fact_{number}": number for number in range(FACTS_MAX + 1)}

        with pytest.raises(ConversationDefect, match="facts"):
            step(CLINIC, asking.conversation, Outcome(name="known", values=many))

    def test_the_limit_of_asks_holds_at_run_time_too(self) -> None:
        asking = step(CLINIC, None, Started(session="s", today=TODAY, language="en", fresh_id="x"))
        spent = replace(asking.conversation, asks_made=ASKS_PER_TURN_MAX, asking="order.pin", flow="order")

        with pytest.raises(ConversationDefect, match="asks too much"):
            step(CLINIC, spent, Outcome(name="right"))

    def test_a_key_whose_value_was_never_given_is_a_defect(self, phone: Phone) -> None:
        standing = replace(phone.dials().when("2").state, session="")

        with pytest.raises(ConversationDefect, match="session"):
            step(CLINIC, standing, Input(text="1", fresh_id="x"))

    def test_a_list_that_no_read_filled_is_a_defect(self, phone: Phone) -> None:
        phone.finds("products", Outcome(name="some", values={"products": ()}))

        with pytest.raises(ConversationDefect, match="products"):
            phone.dials().when("1")

    def test_bounds_that_no_read_brought_are_a_defect(self, phone: Phone) -> None:
        phone.finds(
            "products",
            Outcome(name="some", values={"products": PRODUCTS, "adult_if_born_by": TODAY}),
        )
        phone.dials().when("1", "12", "Thabo", "05101990")

        with pytest.raises(ConversationDefect, match="amount_max"):
            phone.when("1500")


class TestWrongAnswers:
    def test_the_reason_stands_above_the_question(self, phone: Phone) -> None:
        phone.dials().when("9").says("Choose a number shown, like 1\nClinic").goes_on()

    @pytest.mark.parametrize("typed", ["", "9", "1.", "١", "-1", "1 2", "%s", "{0}", "'; DROP TABLE borrowers; --"])
    def test_what_is_no_option_is_refused(self, phone: Phone, typed: str) -> None:
        phone.dials().when(typed).shows("start.menu").says("Choose a number shown")

    def test_the_third_in_a_row_is_the_helpful_exit(self, phone: Phone) -> None:
        phone.dials().when("9", "9").shows("start.menu").when("9").shows("start.gave_up").ends()

    def test_a_good_answer_in_between_starts_the_count_again(self, phone: Phone) -> None:
        phone.dials().when("9", "9", "5", "9", "9").shows("start.about")

    def test_wrong_pins_lead_to_the_exit_too(self, phone: Phone) -> None:
        phone.finds("verify_pin", "wrong").dials().when(*TO_SUMMARY, "1", "1111", "2222", "3333")

        phone.shows("start.gave_up").dials().says("your order").when("1").shows("order.pin")

    def test_a_text_beyond_the_limit_is_refused_unread(self, phone: Phone) -> None:
        phone.dials().when("1", "1", "T" * 10_000).shows("order.name").says("Too long")

    def test_control_and_direction_marks_are_dropped_before_anything_is_kept(self, phone: Phone) -> None:
        phone.dials().when("1", "1", "\u202eTha\x00bo\u200f\r\n  M ", "05101990").says("How much, Thabo M?")

    def test_a_borrowers_braces_are_no_template(self, phone: Phone) -> None:
        held = phone.dials().when("1", "1", "Thabo", "05101990").state
        named = replace(held, personal={**held.personal, "name": "{amount_max} {0} %s"})
        phone.conversation = named

        phone.when("x").says("How much, {amount_max} {0} %s?")

    def test_an_amount_outside_its_bounds_is_told_them(self, phone: Phone) -> None:
        phone.dials().when("1", "1", "Thabo", "05101990", "99").says("From M100.00 to M5,000.00")
        phone.when("120").says("In steps of M50.00").when("5000").shows("order.term")

    def test_a_date_is_asked_again_with_an_example_or_its_bounds(self, phone: Phone) -> None:
        phone.dials().when("1", "1", "Thabo", "31021990").says("Type a date like 05101966")
        phone.when("06102026").says("From 5 Oct 1906 to 5 Oct 2026, like 05101966").when("5 10 2026").shows(
            "order.too_young"
        )


class TestBackHomeAndMore:
    def test_nothing_leads_back_or_home_from_where_a_dial_begins(self, phone: Phone) -> None:
        phone.dials().says_not("0 Back", "00 Home").when("0").says("Choose a number shown")

    def test_home_forgets_the_answers_of_the_session(self, phone: Phone) -> None:
        phone.dials().when("1", "12", "00").shows("start.menu")

        assert (phone.state.answers, phone.state.personal, phone.state.facts) == ({}, {}, {})

    def test_back_goes_through_the_screens_as_they_were_shown(self, phone: Phone) -> None:
        phone.dials().when("1", "12", "Thabo").shows("order.born_on")

        phone.when("0").shows("order.name").when("0").shows("order.product").when("0").shows("start.menu")

    def test_back_reads_again_what_a_screen_needs(self, phone: Phone) -> None:
        phone.dials().when("1", "12", "0").shows("order.product").asked_times("products", 2)

    def test_nobody_goes_back_into_a_pin(self, phone: Phone) -> None:
        phone.finds("order", "not_now").dials().when(*TO_SUMMARY, "1").shows("order.pin")

        assert phone.when("0").shows("order.summary").when("1").state.trail[-1] == "order.summary"
        assert "order.pin" not in phone.state.trail

    def test_a_circle_does_not_lengthen_the_way_back(self, phone: Phone) -> None:
        phone.dials().when("5", "1", "1", "1", "1").shows("start.about").when("0").shows("start.menu")

    def test_the_way_back_is_bounded(self) -> None:
        machine = clinic_with(rooms=TRAIL_DEPTH_MAX + 4)
        phone = Phone(machine, UssdRenderer(TEXTS), {"caller": "known"}).dials()

        phone.when(*["1"] * (TRAIL_DEPTH_MAX + 3))

        assert len(phone.state.trail) == TRAIL_DEPTH_MAX

    def test_more_turns_the_page_only_where_there_is_a_next_one(self, phone: Phone) -> None:
        phone.dials().when("98").says("Choose a number shown").when("1").says("98 More").fits()

        phone.when("98").says("12. Product number 12").says_not("98 More", "1. Product number 1\n").fits()
        phone.when("0").says("1. Product number 1").shows("order.product").when("98", "98").says(
            "Choose a number shown"
        )
        phone.when("0").shows("start.menu")

    def test_no_line_is_lost_between_pages_when_a_reason_stands_above_the_first(self, phone: Phone) -> None:
        phone.dials().when("1", "?")
        seen = phone.says("Choose a number shown").text
        while "98 More" in phone.text:
            seen += phone.when("98").text

        assert all(f"{number}. Product number {number}" in seen for number in range(1, 13))

    def test_an_option_of_another_page_can_be_picked(self, phone: Phone) -> None:
        phone.dials().when("1", "98", "1").shows("order.name")

        assert phone.state.answers["product"] == Choice("p1", "Product number 1")

    def test_nothing_is_accepted_before_the_page_of_its_option_was_shown(self) -> None:
        phone = Phone(CLINIC, UssdRenderer(TEXTS, size_max=70), ANSWERS, today=TODAY, measure=septets)
        phone.dials().when(*TO_SUMMARY).shows("order.summary").says_not("1. Agree")
        unread = phone.text

        phone.when("1").shows("order.summary").says_not(unread, "Choose a number shown")
        while "1. Agree" not in phone.text:
            phone.when("1").shows("order.summary")
        phone.when("1").shows("order.pin")

    def test_an_option_that_stands_later_turns_one_page_at_a_time(self, phone: Phone) -> None:
        held = phone.dials().when(*TO_SUMMARY).state

        made = step(CLINIC, held, Input(text="1", fresh_id="x"), count_pages=lambda _: 3, option_page=lambda *_: 2)

        assert made.view is not None
        assert (made.view.screen, made.view.page) == ("order.summary", 1)

    def test_a_key_of_a_menu_acts_from_any_page(self, phone: Phone) -> None:
        held = phone.dials().state

        made = step(CLINIC, held, Input(text="1", fresh_id="x"), count_pages=lambda _: 3, option_page=lambda *_: 2)

        assert made.conversation.screen != "start.menu"

    def test_a_channel_without_pages_turns_none(self, phone: Phone) -> None:
        held = phone.dials().when("1").state

        made = step(CLINIC, held, Input(text="98", fresh_id="x"), count_pages=one_page)

        assert made.view is not None
        assert made.view.notice is not None

    def test_back_to_a_screen_that_a_release_took_away_is_home(self, phone: Phone) -> None:
        phone.dials().when("5")
        phone.conversation = replace(phone.state, trail=("start.gone",))

        phone.when("0").shows("start.menu")

    def test_back_out_of_a_flow_and_in_again_takes_the_form_up(self, phone: Phone) -> None:
        phone.dials().when("1", "12", "0", "0").shows("start.menu")

        phone.when("1").shows("start.resume").when("1").shows("order.product")

    def test_back_into_a_form_takes_it_up_without_asking(self, phone: Phone) -> None:
        held = phone.dials().when("1", "12").state
        phone.when("00", "5")
        phone.conversation = replace(phone.state, trail=("start.menu", "order.name"))

        phone.when("0").shows("order.name")

        assert phone.state.draft_id == held.draft_id
        assert phone.state.trail == ("start.menu",)


class TestDrafts:
    def test_the_next_dial_offers_to_continue(self, phone: Phone) -> None:
        phone.dials().when("1", "12", "Thabo", "05101990")

        phone.dials().shows("start.resume").says("You have not finished your order").when("1").shows("order.amount")
        phone.when("1500").says("How many months?")
        assert phone.state.personal["name"] == "Thabo"

    def test_a_form_sent_from_two_sessions_has_one_key(self, phone: Phone) -> None:
        phone.dials().when(*TO_SUMMARY, "1").dials().when("1").shows("order.pin").when("1234")

        phone.keyed("order", "order:draft-2")

    def test_continuing_takes_the_draft_over_with_a_new_version(self, phone: Phone) -> None:
        phone.dials().when("1", "12")
        before = phone.drafts["order"]

        phone.dials()
        assert phone.drafts["order"] == before
        phone.when("1")
        assert (phone.drafts["order"].id, phone.drafts["order"].version) == (before.id, before.version + 1)

    def test_starting_again_is_another_draft_without_the_answers(self, phone: Phone) -> None:
        phone.dials().when("1", "12", "Thabo")
        before = phone.drafts["order"]

        phone.dials().when("2").shows("order.product")
        assert phone.drafts == {}
        phone.when("3")
        assert phone.drafts["order"].id != before.id
        assert "name" not in phone.drafts["order"].personal

    def test_only_those_two_can_be_picked(self, phone: Phone) -> None:
        phone.dials().when("1", "12").dials().when("3").shows("start.resume").says("Choose a number shown")

    def test_home_leads_past_the_offer_and_the_draft_waits(self, phone: Phone) -> None:
        phone.dials().when("1", "12").dials().when("00").shows("start.menu")

        assert phone.when("1").shows("start.resume").when("1").shows("order.name").state.answers["product"]

    def test_a_form_without_an_answer_is_not_kept(self, phone: Phone) -> None:
        phone.dials().when("1")

        assert phone.drafts == {}
        phone.dials().shows("start.menu")

    def test_every_turn_of_a_form_is_another_version(self, phone: Phone) -> None:
        phone.dials().when("1", "12")
        assert phone.drafts["order"].version == 1
        phone.when("?")
        assert phone.drafts["order"].version == 2

    def test_an_end_leaves_the_form_at_the_screen_before_it(self, phone: Phone) -> None:
        phone.finds("order", "not_now").dials().when(*TO_SUMMARY, "1", "1234").shows("order.later").ends()

        assert phone.drafts["order"].screen == "order.pin"

    def test_an_end_that_forgets_keeps_nothing(self, phone: Phone) -> None:
        phone.dials().when("1", "12", "Thabo", "05102010").shows("order.too_young").ends()

        assert phone.drafts == {}

    def test_a_repeated_command_finds_its_outcome_and_finishes(self, phone: Phone) -> None:
        phone.finds("order", "not_now", Outcome(name="taken", values={"reference": REFERENCE}))
        phone.dials().when(*TO_SUMMARY, "1", "1234").dials().when("1", "1234").shows("order.later")

        assert len({ask.key for ask in phone.asks if ask.kind == "order"}) == 1

    def test_answers_of_one_form_do_not_enter_what_comes_after(self, phone: Phone) -> None:
        phone.dials().when(*TO_SUMMARY, "3").shows("start.menu")

        assert (phone.state.answers, phone.state.personal) == ({}, {})
        assert phone.drafts["order"].answers["term"] == 6

    def test_nothing_leads_back_into_a_form_from_home(self, phone: Phone) -> None:
        phone.dials().when("1", "12").dials().when("2", *TO_SUMMARY[1:]).says("0 Back")

        phone.when("3").shows("start.menu").says_not("0 Back")

    def test_nothing_leads_back_into_a_form_that_was_sent(self, phone: Phone) -> None:
        phone.finds("order", "queued").dials().when(*TO_SUMMARY, "1", "1234")

        phone.shows("order.queued").says_not("0 Back").says("00 Home")
        assert phone.drafts == {}

    def test_another_form_in_the_same_session_is_another_draft(self, phone: Phone) -> None:
        phone.finds("order", "queued").dials().when(*TO_SUMMARY, "1", "1234", *TO_SUMMARY, "1", "1234")

        phone.shows("order.queued").asked_times("order", 2)
        assert len({ask.key for ask in phone.asks if ask.kind == "order"}) == 2

    def test_the_drafts_language_is_spoken_at_once_where_the_callers_own_is_not_known(self, phone: Phone) -> None:
        phone.dials().when("1", "12")
        phone.drafts["order"] = replace(phone.drafts["order"], language="st_LS")

        phone.language = ""
        assert phone.dials().state.language == "st_LS"

    def test_the_callers_own_language_comes_before_that_of_a_draft(self, phone: Phone) -> None:
        phone.dials().when("1", "12")
        phone.drafts["order"] = replace(phone.drafts["order"], language="st_LS")

        assert phone.dials().state.language == "en"

    def test_a_draft_of_a_flow_that_is_gone_is_forgotten(self, phone: Phone) -> None:
        phone.dials().when("1", "12")
        phone.drafts = {"gone": replace(phone.drafts["order"], flow="gone")}

        phone.dials().shows("start.menu")


class TestReleases:
    @pytest.mark.parametrize("version", [1, ORDER.version + 1])
    def test_a_draft_of_a_version_that_no_migration_reaches_begins_again_with_its_answers(
        self, phone: Phone, version: int
    ) -> None:
        phone.dials().when("1", "12", "Thabo")
        phone.drafts["order"] = replace(phone.drafts["order"], flow_version=version)

        phone.dials().when("1").shows("order.product").says("This service has changed")
        assert phone.state.personal["name"] == "Thabo"

    def test_a_draft_at_a_screen_that_is_gone_begins_again(self, phone: Phone) -> None:
        phone.dials().when("1", "12")
        phone.drafts["order"] = replace(phone.drafts["order"], screen="order.gone")

        phone.dials().when("1").shows("order.product").says("This service has changed")

    def test_a_session_in_a_form_begins_it_again_with_the_answers(self, phone: Phone) -> None:
        phone.dials().when("1", "12", "Thabo")
        phone.conversation = replace(phone.state, flow_version=1)

        phone.when("05101990").shows("order.product").says("This service has changed")
        assert phone.state.personal["name"] == "Thabo"

    def test_a_session_in_a_form_that_a_migration_reaches_stays_where_it_is_and_takes_no_answer(
        self, phone: Phone
    ) -> None:
        phone.dials().when("1", "12", "Thabo")
        phone.conversation = replace(phone.state, flow_version=2)

        phone.when("05101990").shows("order.born_on").says("This service has changed")
        assert "born_on" not in phone.state.personal
        phone.when("05101990").shows("order.amount").when("0", "0").shows("order.name")

    @pytest.mark.parametrize(
        "changed",
        [
            {"flow_version": 7},
            {"screen": "start.gone"},
            {"flow": "gone"},
            {"screen": "start.reset"},
            {"screen": "start.shut"},
        ],
    )
    def test_a_session_elsewhere_goes_home(self, phone: Phone, changed: dict[str, object]) -> None:
        phone.dials().when("5")
        phone.conversation = replace(phone.state, **changed)  # type: ignore[arg-type]

        phone.when("1").shows("start.menu").says("This service has changed")

    def test_an_end_that_a_release_leads_to_speaks_for_itself(self, phone: Phone) -> None:
        phone.dials().when("5")
        phone.conversation = replace(phone.state, flow_version=7)

        phone.finds("caller", "shut").when("1").shows("start.shut").says_not("This service has changed").ends()

    def test_an_offer_whose_form_is_gone_goes_home(self, phone: Phone) -> None:
        phone.dials().when("1", "12").dials()
        phone.drafts.clear()
        phone.conversation = replace(phone.state, parked=())

        phone.when("1").shows("start.menu")


class TestDeepDials:
    def test_each_part_chooses_an_option_and_the_first_other_screen_stops_it(self, phone: Phone) -> None:
        phone.dials("5", "1").shows("start.about_more")
        phone.dials("1", "12", "Thabo").shows("order.product").asked_times("products", 1)

    def test_a_part_that_is_no_option_stops_it_without_a_word(self, phone: Phone) -> None:
        phone.dials("5", "7", "1").shows("start.about").says_not("Choose a number")
        assert phone.state.tries == 0

    def test_it_never_runs_a_command(self, phone: Phone) -> None:
        phone.dials("2", "1").shows("start.language").asked_times("set_language", 0)

    def test_it_stops_before_it_asks_too_much(self, phone: Phone) -> None:
        phone.dials("4", "4", "4", "4", "5").shows("start.menu").asked_times("reset", ASKS_PER_TURN_MAX - 1)

    def test_it_is_bounded(self) -> None:
        phone = Phone(clinic_with(rooms=DEEP_DIAL_PARTS_MAX + 4), UssdRenderer(TEXTS), {"caller": "known"})

        phone.dials(*["1"] * (DEEP_DIAL_PARTS_MAX + 3)).shows(f"start.room_{DEEP_DIAL_PARTS_MAX}")

    def test_it_is_not_taken_for_an_answer_to_an_unfinished_form(self, phone: Phone) -> None:
        phone.dials().when("1", "12").dials("1", "1").shows("start.resume")
        assert phone.state.trail == ("start.menu",)

    def test_it_cannot_choose_an_option_that_is_not_offered(self, phone: Phone) -> None:
        phone.dials("3").shows("start.menu")


class TestOptions:
    def test_one_with_a_condition_keeps_its_number(self, phone: Phone) -> None:
        phone.dials().says_not("3. Lounge").when("3").says("Choose a number shown")
        phone.finds("caller", Outcome(name="known", values={"is_vip": 1})).dials().says("3. Lounge", "4. Reset")
        phone.when("3").shows("start.shut")

    def test_a_language_that_is_picked_is_spoken_from_the_next_screen_on(self, phone: Phone) -> None:
        phone.dials().when("2", "2").shows("start.spoken").says("st_LS")
        assert phone.state.language == "st_LS"

    def test_a_read_can_bring_the_language_and_an_unknown_one_changes_nothing(self, phone: Phone) -> None:
        phone.finds("caller", Outcome(name="known", values={"language": "st_LS"}))
        assert phone.dials().state.language == "st_LS"
        phone.finds("caller", Outcome(name="known", values={"language": "fr"}))
        assert phone.dials().state.language == "en"

    def test_an_unknown_first_language_is_the_machines_first(self) -> None:
        started = Started(session="s", today=TODAY, language="fr", fresh_id="x")

        assert step(CLINIC, None, started).conversation.language == "en"

    def test_a_notice_stands_above_the_screen_it_leads_to_once(self, phone: Phone) -> None:
        phone.dials().when("4").shows("start.menu").says("It was reset.\nClinic")
        phone.when("5").says_not("It was reset.")


def test_a_step_that_is_never_shown_has_no_view(phone: Phone) -> None:
    with pytest.raises(ConversationDefect, match=r"start\.enter is never shown"):
        view_of(CLINIC, replace(phone.dials().state, screen="start.enter"))


def test_nothing_happens_after_an_end(phone: Phone) -> None:
    ended = phone.finds("caller", "shut").dials().ends().state

    made = step(CLINIC, ended, Input(text="1", fresh_id="x"))

    assert made.conversation == ended
    assert made.view == notice_view(Notice.DIAL_AGAIN, "en")


def test_a_branch_to_a_screen_it_does_not_declare_is_a_defect(phone: Phone) -> None:
    phone.dials().when("5")
    machine = clinic_with(branch_to="elsewhere")

    with pytest.raises(ConversationDefect, match="elsewhere"):
        step(machine, replace(phone.state, screen="start.room_0"), Input(text="1", fresh_id="x"))
