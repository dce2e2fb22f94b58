"""No expression in core is a float to the type checker: not a quotient of two ints, nor what a library hands back."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from mypy import build
from mypy.modulefinder import BuildSource
from mypy.nodes import Expression
from mypy.options import Options
from mypy.types import Instance, Type, UnionType, get_proper_type

ROOT = Path(__file__).parents[2]
INEXACT = {"builtins.complex", "builtins.float"}
SAMPLE_STARTS = 10_000
SAMPLE = """
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

def half(amount: int) -> object:
    return amount / 2

def seconds(duration: timedelta, at: datetime) -> object:
    return duration.total_seconds() or at.timestamp()

def mean(amounts: list[int]) -> Decimal:
    return Decimal(sum(amounts) / len(amounts))

def exact(amount: int) -> object:
    return Decimal(amount) / 2 + Decimal(amount // 2), Fraction(amount) / 2, round(Fraction(amount)), 10**9
"""


def is_inexact(kind: Type | None) -> bool:
    if kind is None:
        return False
    proper = get_proper_type(kind)
    if isinstance(proper, UnionType):
        return any(is_inexact(item) for item in proper.items)
    return isinstance(proper, Instance) and proper.type.fullname in INEXACT


def inexact_expressions(files: list[Path]) -> list[Expression]:
    """Each expression of these files (and of what they import) that is a float or may be one."""
    options = Options()
    options.export_types = True
    options.incremental = False
    options.cache_dir = os.devnull
    options.mypy_path = [str(ROOT)]
    options.explicit_package_bases = options.namespace_packages = True
    sources = [BuildSource(str(path), module_of(path)) for path in files]
    result = build.build(sources, options)

    assert result.errors == []
    return [expression for expression, kind in result.types.items() if is_inexact(kind)]


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts if path.is_relative_to(ROOT) else (path.stem,)
    return ".".join(parts).removesuffix(".__init__")


def places(expressions: list[Expression], files: list[Path]) -> Iterator[str]:
    """Where they are: mypy gives no file, so it is the one that has the same name or operation at that place.

    One that is nowhere belongs to the standard library's stubs.
    """
    nodes = {path: set(places_of_expressions(ast.parse(path.read_text()))) for path in files}
    for expression in expressions:
        place = (expression.line, expression.column, getattr(expression, "name", ""))
        yield from (f"{path.name}:{expression.line}" for path in files if place in nodes[path])


def places_of_expressions(tree: ast.AST) -> Iterator[tuple[int, int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.expr):
            yield node.lineno, node.col_offset, getattr(node, "id", getattr(node, "attr", ""))


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> list[Expression]:
    """Those of core and of the sample, whose lines begin where no file of core goes on. One build for both."""
    sample = tmp_path_factory.mktemp("sample") / "inexact_sample.py"
    sample.write_text("\n" * SAMPLE_STARTS + SAMPLE)
    return inexact_expressions([*core_files(), sample])


def core_files() -> list[Path]:
    return sorted((ROOT / "core").rglob("*.py"))


def test_a_float_that_only_its_type_shows_is_noticed(found: list[Expression]) -> None:
    lines = {each.line - SAMPLE_STARTS for each in found if each.line > SAMPLE_STARTS}

    assert {SAMPLE.splitlines()[line - 1].strip() for line in lines} == {
        "return amount / 2",
        "return duration.total_seconds() or at.timestamp()",
        "return Decimal(sum(amounts) / len(amounts))",
    }


def test_no_expression_in_core_is_a_float(found: list[Expression]) -> None:
    assert list(places([each for each in found if each.line <= SAMPLE_STARTS], core_files())) == []
