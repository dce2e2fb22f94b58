"""What the type checker cannot see: no float comes near money, and nobody but the clock reads the wall clock."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("admin_web", "channels", "conversations", "core", "letsema", "storage")

FLOAT_NAMES = {"complex", "float"}
FLOAT_MODULES = {"cmath", "numpy", "statistics"}
EXACT_IN_MATH = {
    "ceil",
    "comb",
    "factorial",
    "floor",
    "gcd",
    "isqrt",
    "lcm",
    "perm",
    "prod",
    "trunc",
}  # exact on exact numbers
CLOCK = ROOT / "letsema/environment.py"
CLOCK_CALLS = {("datetime", "now"), ("datetime", "today"), ("date", "today"), ("time", "time"), ("time", "time_ns")}


def python_files(*rooms: str) -> list[Path]:
    return [path for room in rooms for path in sorted((ROOT / room).rglob("*.py"))]


def floats_in(source: str) -> list[str]:
    """Each float literal, float name, float-making module or function in a program, with its line."""
    found = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Constant(value=float() | complex() as value):
                found.append(f"{node.lineno}: {value}")
            case ast.Name(id=name) if name in FLOAT_NAMES:
                found.append(f"{node.lineno}: {name}")
            case ast.Import(names=names) if any(alias.name in FLOAT_MODULES for alias in names):
                found.append(f"{node.lineno}: {ast.unparse(node)}")
            case ast.ImportFrom(module=module) if module in FLOAT_MODULES:
                found.append(f"{node.lineno}: {ast.unparse(node)}")
            case ast.ImportFrom(module="math", names=names) if not {alias.name for alias in names} <= EXACT_IN_MATH:
                found.append(f"{node.lineno}: {ast.unparse(node)}")
            case ast.Attribute(value=ast.Name(id="math"), attr=attr) if attr not in EXACT_IN_MATH:
                found.append(f"{node.lineno}: {ast.unparse(node)}")
    return found


def clock_readings_in(source: str) -> list[str]:
    """Each reading of the wall clock in a program, with its line."""
    return [
        f"{node.lineno}: {ast.unparse(node)}"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name | ast.Attribute)
        and (ast.unparse(node.value).split(".")[-1], node.attr) in CLOCK_CALLS
    ]


@pytest.mark.parametrize("path", python_files("core"), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_float_is_in_core(path: Path) -> None:
    assert floats_in(path.read_text()) == []


@pytest.mark.parametrize(
    "source",
    [
        "x = 0.1",
        "x: float",
        "y = float(3)",
        "math.sqrt(2)",
        "from math import pi",
        "import statistics",
        "z = 1e3",
        "2j",
    ],
)
def test_a_float_is_noticed(source: str) -> None:
    assert floats_in(source) != []


def test_exact_numbers_are_no_floats() -> None:
    assert floats_in('from math import gcd\nx = Decimal("0.1") / 3 * math.floor(y)  # not 0.1') == []


def test_only_the_clock_reads_the_clock() -> None:
    readers = {
        f"{path.relative_to(ROOT)}:{reading}"
        for path in python_files(*ROOMS)
        if path != CLOCK
        for reading in clock_readings_in(path.read_text())
    }

    assert readers == set()


@pytest.mark.parametrize("source", ["datetime.now(UTC)", "datetime.datetime.now(UTC)", "date.today()", "time.time()"])
def test_a_reading_of_the_clock_is_noticed(source: str) -> None:
    assert clock_readings_in(source) != []


def test_durations_may_be_measured() -> None:
    assert clock_readings_in("time.monotonic() + clock.now()") == []
