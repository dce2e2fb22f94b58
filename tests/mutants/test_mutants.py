"""What `make mutants` does besides running mutmut: laying code out for it, and reading the page of explanations."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutants.explanations import explained_in
from tests.mutants.laid_out import BROKEN, TESTS, with_methods
from tests.mutants.survivors import Survivor, function_of

ROOT = Path(__file__).parents[2]
SOURCE = '''"""A module."""

from __future__ import annotations

class Row:
    @property
    def amount(
        self,
    ) -> int:
        """Doc."""

        return 1

    def other(self) -> int:
        return 2
'''


def test_a_property_is_laid_out_as_a_method_and_does_what_it_did() -> None:
    laid_out = with_methods(SOURCE).replace("from core.computed import Computed", "Computed = property")
    names: dict[str, type] = {}

    exec(compile(laid_out.replace("from __future__ import annotations", ""), "laid_out", "exec"), names)  # noqa: S102

    assert "@property" not in laid_out
    assert names["Row"]().amount == 1
    assert names["Row"]().amount_property() == 1
    assert names["Row"]().other() == 2


@pytest.mark.parametrize("pattern", [*BROKEN, *(f"tests/core/{pattern}" for pattern in TESTS)])
def test_every_file_that_is_broken_or_tests_it_is_there(pattern: str) -> None:
    assert list(ROOT.glob(pattern))


@pytest.mark.parametrize(
    ("mangled", "plain"),
    [
        ("core.money.xǁMoneyǁof__mutmut_4", "core.money.Money.of"),
        ("core.money.xǁMoneyǁplain_property__mutmut_1", "core.money.Money.plain"),
        ("core.loans.payoff.x__asked__mutmut_12", "core.loans.payoff._asked"),
    ],
)
def test_a_mutant_is_told_by_its_function(mangled: str, plain: str) -> None:
    assert function_of(mangled) == plain


@pytest.mark.parametrize(
    ("becomes", "is_wording"),
    [
        ('raise WrongPart("XXnot this oneXX", field="part")', True),
        ('raise WrongPart(field="part")', True),
        ('raise WrongPart("not this one", field="PART")', False),
    ],
)
def test_wording_is_a_sentence_and_nothing_else(becomes: str, is_wording: bool) -> None:
    assert Survivor("f", 'raise WrongPart("not this one", field="part")', becomes).is_wording is is_wording


def test_each_row_of_the_page_explains_one_survivor(tmp_path: Path) -> None:
    page = tmp_path / "mutants.md"
    page.write_text(
        "| where | was | becomes | why |\n| --- | --- | --- | --- |\n| `f` | `a \\| b` | `a & b` | Same here. |\n"
    )

    assert explained_in(page) == {Survivor("f", "a | b", "a & b")}
