"""`mfi add`, `staff invite` and `staff disable` against a real database, as an operator runs them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.letsema.conftest import Run
from tests.letsema.test_lender_file import example
from tests.letsema.test_settings import GOOD_KEY, OTHER_KEY

WHO = ("--email", "palesa@khotso.co.ls", "--name", "Palesa Molapo", "--role", "loan_officer")


@pytest.fixture
def installed(letsema: Run, own_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The program with its keys and an empty, migrated database; `mfi.toml` lies there."""
    for name, value in {
        "LETSEMA_RECORD_URL": own_database_url,
        "LETSEMA_PEPPER": GOOD_KEY,
        "LETSEMA_LOOKUP_KEY": OTHER_KEY,
        "LETSEMA_TRANSCRIPT_KEYS": f"1:{GOOD_KEY}",
        "LETSEMA_SEALING_KEYS": f"1:{OTHER_KEY}",
    }.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "mfi.toml").write_text(example(), encoding="utf-8")
    return letsema


def test_a_lender_is_added_once(installed: Run) -> None:
    first = installed("mfi", "add", "--file", "mfi.toml")
    again = installed("mfi", "add", "--file", "mfi.toml")

    assert (first.code, again.code) == (0, 0)
    assert first.out.splitlines() == [
        "Khotso Finance (khotso): added.",
        "Product thuso: version 1 added.",
        "Product traders: version 1 added.",
    ]
    assert again.out.splitlines() == [
        "Khotso Finance (khotso): unchanged.",
        "Product thuso: version 1, unchanged.",
        "Product traders: version 1, unchanged.",
    ]


def test_a_changed_product_is_a_new_version(installed: Run, tmp_path: Path) -> None:
    installed("mfi", "add", "--file", "mfi.toml")
    (tmp_path / "mfi.toml").write_text(example().replace("annual_rate_percent = 36", "annual_rate_percent = 24"))

    assert "Product thuso: version 2 added." in installed("mfi", "add", "--file", "mfi.toml").out


def test_a_lender_that_the_lists_of_a_phone_have_no_room_for_is_not_entered(installed: Run, tmp_path: Path) -> None:
    head, table, rest = example().partition("[[products]]")
    product = table + rest.partition("[[products]]")[0]
    many = "".join(product.replace('"thuso"', f'"thuso{number}"') for number in range(98))
    (tmp_path / "mfi.toml").write_text(head + many, encoding="utf-8")

    ran = installed("mfi", "add", "--file", "mfi.toml")

    assert (ran.code, ran.out) == (2, "")
    assert ran.err.splitlines()[0] == "districts: in LS-A a phone would list 98 loans; it numbers at most 97."
    assert installed("staff", "invite", "--mfi", "khotso", *WHO).code == 2


def test_what_changed_about_the_lender_is_told(installed: Run, tmp_path: Path) -> None:
    installed("mfi", "add", "--file", "mfi.toml")
    (tmp_path / "mfi.toml").write_text(example().replace('"registered"', '"suspended"'))

    assert "Khotso Finance (khotso): changed regulatory_status." in installed("mfi", "add", "--file", "mfi.toml").out


def test_each_wrong_field_is_a_line_on_stderr(installed: Run, tmp_path: Path) -> None:
    wrong = example().replace("licence_tier = 2", "licence_tier = 9").replace('"+26622310041"', '"22310041"')
    (tmp_path / "mfi.toml").write_text(wrong)

    ran = installed("mfi", "add", "--file", "mfi.toml")

    assert (ran.code, ran.out) == (2, "")
    assert [line.partition(":")[0] for line in ran.err.splitlines()] == ["licence_tier", "phone"]


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ('"LS-C", "LS-D"', '"LS-X"', "no district LS-X"),
        ("amount_step = 50", "amount_step = 70", "Whole steps lead"),
    ],
)
def test_what_the_catalogue_refuses_is_one_sentence(
    installed: Run, tmp_path: Path, before: str, after: str, says: str
) -> None:
    (tmp_path / "mfi.toml").write_text(example().replace(before, after))

    ran = installed("mfi", "add", "--file", "mfi.toml")

    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err
    assert len(ran.err.strip().splitlines()) == 1


def test_a_file_that_is_not_there_is_one_sentence(installed: Run) -> None:
    ran = installed("mfi", "add", "--file", "nowhere.toml")

    assert (ran.code, ran.err) == (2, "nowhere.toml cannot be read: No such file or directory.\n")


def test_an_invitation_prints_its_link_and_a_new_one_another(installed: Run) -> None:
    installed("mfi", "add", "--file", "mfi.toml")

    first = installed("staff", "invite", "--mfi", "khotso", *WHO, "--portal", "https://portal.khotso.co.ls/")
    second = installed("staff", "invite", "--mfi", "khotso", *WHO, "--district", "LS-A")

    assert first.code == second.code == 0
    link = first.out.splitlines()[0]
    assert re.fullmatch(r"https://portal\.khotso\.co\.ls/invitation/LS-A\.[A-Za-z0-9_-]{43}", link)
    assert second.out.startswith("http://127.0.0.1:8080/invitation/LS-A.")
    assert link.rpartition(".")[2] not in second.out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--mfi", "nobody", *WHO), "no lender nobody"),
        (("--mfi", "khotso", *WHO, "--district", "LS-X"), "no district LS-X"),
        (("--mfi", "khotso", *WHO, "--role", "king"), "--role is one of"),
        (("--mfi", "khotso", *WHO, "--email", "palesa"), "An e-mail looks like"),
        (("--mfi", "khotso", *WHO, "--portal", "portal.khotso.co.ls"), "looks like https://host"),
        (("--mfi", "khotso"), "Missing option"),
    ],
)
def test_a_wrong_invitation_is_one_sentence(installed: Run, words: tuple[str, ...], says: str) -> None:
    installed("mfi", "add", "--file", "mfi.toml")

    ran = installed("staff", "invite", *words)

    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err
    assert len(ran.err.strip().splitlines()) == 1


def test_somebody_is_disabled_and_nobody_is_not(installed: Run) -> None:
    installed("mfi", "add", "--file", "mfi.toml")
    installed("staff", "invite", "--mfi", "khotso", *WHO)

    assert installed("staff", "disable", "--email", "palesa@khotso.co.ls").code == 0
    assert installed("staff", "disable", "--email", "thabo@khotso.co.ls").code == 2


def test_nothing_is_done_without_keys(installed: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LETSEMA_LOOKUP_KEY")

    assert "LETSEMA_LOOKUP_KEY is missing" in installed("mfi", "add", "--file", "mfi.toml").err
