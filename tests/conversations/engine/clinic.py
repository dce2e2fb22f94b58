"""A small machine for the engine's own tests: every kind of screen, asks of every kind, a form, and its texts."""

from __future__ import annotations

from typing import Final

from conversations.engine import (
    SHOW,
    Again,
    Branch,
    Choice,
    Command,
    Confirmation,
    DateQuestion,
    End,
    Flow,
    Form,
    Machine,
    Menu,
    Migrated,
    MoneyQuestion,
    Option,
    Outcome,
    PagedList,
    PersonName,
    PinCheck,
    PinQuestion,
    Question,
    Read,
    Restarted,
    Resume,
    Scope,
    To,
    WholeNumber,
    Work,
)
from conversations.texts import Texts
from core.money import Money


def _by_age(scope: Scope) -> str:
    return "too_young" if scope["born_on"] > scope["adult_if_born_by"] else "amount"  # type: ignore[operator]


def _term_was_months(form: Form) -> Form:
    """Version 2 asked for `months` at a screen of that name."""
    others = {name: value for name, value in form.answers.items() if name != "months"}
    renamed = {**others, "term": form.answers["months"]} if "months" in form.answers else others
    return Form(screen="term" if form.screen == "months" else form.screen, answers=renamed)


START: Final = Flow(
    name="start",
    version=1,
    screens=(
        Work(name="enter", ask=Read(kind="caller", outcomes={"known": "menu", "shut": "shut"})),
        Menu(
            name="menu",
            text="menu",
            options=(
                Option("1", "menu.order", to="order.product"),
                Option("2", "menu.language", to="language"),
                Option("3", "menu.vip", to="shut", when="is_vip"),
                Option("4", "menu.reset", to="reset"),
                Option("5", "menu.about", to="about"),
            ),
        ),
        Menu(name="about", text="about", options=(Option("1", "about.more", to="about_more"),)),
        Menu(
            name="about_more",
            text="about_more",
            options=(Option("1", "about.more", to="about"), Option("2", "about.leave", to="shut")),
        ),
        Menu(
            name="language",
            text="language",
            saves="language",
            options=(
                Option("1", "language.en", to="keep_language", code="en"),
                Option("2", "language.st", to="keep_language", code="st_LS"),
            ),
        ),
        Work(
            name="keep_language",
            ask=Command(
                kind="set_language",
                key="language:{session}:{turn}",
                arguments=("language",),
                outcomes={"done": "spoken", "not_now": "spoken"},
            ),
        ),
        End(name="spoken", text="spoken"),
        Work(name="reset", ask=Read(kind="reset", outcomes={"done": To("menu", notice="menu.was_reset")})),
        End(name="shut", text="shut"),
        End(name="gave_up", text="gave_up"),
        Resume(name="resume", text="resume", continue_label="resume.continue", again_label="resume.again"),
    ),
)

ORDER: Final = Flow(
    name="order",
    version=3,
    draft_title="order.title",
    steps=(Restarted(to=2, forgets=("product",)), Migrated(to=3, change=_term_was_months)),
    screens=(
        PagedList(
            name="product",
            text="product",
            items="products",
            saves="product",
            to="name",
            needs=Read(kind="products", outcomes={"some": SHOW, "none": "nothing"}),
        ),
        Question(name="name", text="name", saves="name", check=PersonName(), to="born_on", personal=True),
        DateQuestion(
            name="born_on",
            text="born_on",
            saves="born_on",
            to=Branch(targets=("too_young", "amount"), choose=_by_age),
            personal=True,
        ),
        MoneyQuestion(
            name="amount",
            text="amount",
            saves="amount",
            to="term",
            low=Money(100_00),
            high="amount_max",
            multiple=Money(50_00),
        ),
        Question(name="term", text="term", saves="term", check=WholeNumber(1, "term_max"), to="summary"),
        Confirmation(
            name="summary",
            text="summary",
            options=(
                Option("1", "summary.agree", to="pin"),
                Option("2", "summary.change", to="amount"),
                Option("3", "summary.later", to="start.menu"),
            ),
            needs=Read(kind="quote", arguments=("product", "amount", "term"), outcomes={"quoted": SHOW}),
        ),
        PinQuestion(
            name="pin",
            text="pin",
            check=PinCheck(
                kind="verify_pin", outcomes={"right": "submit", "wrong": Again("pin.wrong"), "locked": "start.shut"}
            ),
        ),
        Work(
            name="submit",
            ask=Command(
                kind="order",
                key="order:{draft}",
                arguments=("product", "amount", "term"),
                outcomes={"taken": "thanks", "not_now": "later", "queued": "queued"},
                finishes=("taken", "queued"),
            ),
        ),
        Menu(
            name="queued",
            text="queued",
            options=(Option("1", "queued.another", to="product"), Option("2", "queued.done", to="thanks")),
        ),
        End(name="thanks", text="thanks"),
        End(name="later", text="later"),
        End(name="too_young", text="too_young", forgets=True),
        End(name="nothing", text="nothing"),
    ),
)

CLINIC: Final = Machine(flows=(START, ORDER), entry="start.enter", gave_up="start.gave_up", languages=("en", "st_LS"))

PRODUCTS: Final = tuple(Choice(f"p{number}", f"Product number {number}") for number in range(1, 13))

ENGLISH: Final = {
    "menu": "Clinic",
    "menu.order": "Order",
    "menu.language": "Language",
    "menu.vip": "Lounge",
    "menu.reset": "Reset",
    "menu.about": "About",
    "menu.was_reset": "It was reset.",
    "about": "About us",
    "about_more": "More about us",
    "about.more": "More about it",
    "about.leave": "Leave",
    "language": "Choose",
    "language.en": "English",
    "language.st": "Sesotho",
    "spoken": "You speak {language}",
    "shut": "We are closed",
    "gave_up": "Call 5800 0000 for help",
    "resume": "You have not finished {form}",
    "resume.continue": "Continue",
    "resume.again": "Start again",
    "order.title": "your order",
    "product": "Which one?",
    "name": "Your name?",
    "born_on": "Born when?",
    "amount": "How much, {name}?",
    "term": "How many months?",
    "summary": "{product} for {amount} over {term} months costs {cost}",
    "summary.agree": "Agree",
    "summary.change": "Change",
    "summary.later": "Later",
    "queued": "In the queue",
    "queued.another": "Another",
    "queued.done": "Done",
    "pin": "PIN?",
    "pin.wrong": "Wrong PIN",
    "thanks": "Thank you, {name}. Number {reference}",
    "later": "An SMS follows",
    "too_young": "Come back at 18",
    "nothing": "Nothing to order",
    "refused.option": "Choose a number shown, like {example}",
    "refused.too_long": "Too long, unlike {example}",
    "refused.amount": "From {low} to {high}, like {example}",
    "refused.multiple": "In steps of {multiple}, like {example}",
    "refused.date": "Type a date like {example}",
    "refused.date_range": "From {earliest} to {latest}, like {example}",
    "refused.pin_digits": "{digits} digits",
    "refused.name": "Letters only, like {example}",
    "refused.number": "From {low} to {high}, like {example}",
    "engine.changed": "This service has changed",
    "footer.back": "Back",
    "footer.home": "Home",
    "footer.more": "More",
    "notice.dial_again": "Please dial again",
    "notice.slow": "Slow just now, please dial again",
    "notice.received": "Received. An SMS follows",
    "notice.unsure": "If no SMS comes in 10 minutes, dial again",
    "notice.taken_over": "You went on in another session",
    "notice.not_ours": "Only for Lesotho numbers",
}
TEXTS: Final = Texts(
    {"en": ENGLISH, "st_LS": {name: text.replace("Choose", "Khetha") for name, text in ENGLISH.items()}}
)


def quoted(**values: Money) -> Outcome:
    return Outcome(name="quoted", values={"cost": Money(123_45), **values})


def clinic_with(*, rooms: int = 1, branch_to: str = "") -> Machine:
    """A machine with a row of rooms behind the entry; the first may branch to somewhere that it does not declare."""
    passages = tuple(
        Menu(name=f"room_{number}", text="about", options=(Option("1", "about.more", to=f"room_{number + 1}"),))
        for number in range(rooms)
    )
    if branch_to:
        onward = Branch(targets=("gave_up",), choose=lambda _: branch_to)
        passages = (Menu(name="room_0", text="about", options=(Option("1", "about.more", to=onward),)),)
    last = () if branch_to else (End(name=f"room_{rooms}", text="shut"),)
    enter = Work(name="enter", ask=Read(kind="caller", outcomes={"known": "room_0"}))
    flow = Flow(name="start", version=1, screens=(enter, *passages, *last, End(name="gave_up", text="gave_up")))
    return Machine(flows=(flow,), entry="start.enter", gave_up="start.gave_up", languages=("en",))
