"""The copy of the code that mutmut works on: the rules that it breaks, what they stand on, and the quick tests of them.

mutmut leaves decorated functions alone, and much of a rule is in properties: in the copy each is a method, made a
property after it.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Final

BROKEN: Final = (
    "core/credit/affordability.py",
    "core/ledger/*.py",
    "core/loans/account.py",
    "core/loans/amortisation.py",
    "core/loans/arrears.py",
    "core/loans/cooling_off.py",
    "core/loans/exact.py",
    "core/loans/history.py",
    "core/loans/late_interest.py",
    "core/loans/obligations.py",
    "core/loans/parts.py",
    "core/loans/payoff.py",
    "core/loans/receiving.py",
    "core/loans/replaying.py",
    "core/loans/running.py",
    "core/loans/transactions.py",
    "core/money.py",
)
TESTS: Final = ("credit/test_affordability.py", "ledger/test_*.py", "loans/test_*.py", "test_money.py")
SLOW_TESTS: Final = (
    "test_golden.py",
    "test_invariants.py",
    "test_published.py",
    "test_second_opinion.py",
    "test_stateful.py",
)
"""They compare whole tables or draw whole lives of loans. What only they notice deserves a test of its own."""

_PROPERTY: Final = re.compile(
    r"^    @property\n    def (\w+)(\(.*\n(?:(?:     .*)?\n|    \).*\n)*?)(?=\n*(?:\S|    [^\s)]|\Z))", re.MULTILINE
)
_COMPUTED: Final = '''"""A property that is made after its method."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Computed(Generic[T]):
    """What `property` is, with the type of what it computes."""

    def __init__(self, compute: Callable[[Any], T]) -> None:
        self.compute = compute

    def __get__(self, owner: Any, kind: Any = None) -> T:
        return self.compute(owner)
'''
_CONFTEST: Final = """
import hypothesis

hypothesis.settings.register_profile("mutants", deadline=None, derandomize=True, database=None, max_examples=10)
hypothesis.settings.load_profile("mutants")
"""
_SETTINGS: Final = """
[tool.pytest.ini_options]
pythonpath = ["."]
addopts = ["--import-mode=importlib", "-p", "no:cacheprovider"]
asyncio_default_fixture_loop_scope = "function"

[tool.mypy]
strict = true
explicit_package_bases = true
enable_error_code = ["possibly-undefined", "exhaustive-match"]
warn_unused_ignores = false

[tool.mutmut]
source_paths = ["core"]
only_mutate = {broken}
pytest_add_cli_args_test_selection = {tests}
type_check_command = ["mypy", "--output", "json", "core/credit", "core/ledger", "core/loans", "core/money.py"]
timeout_multiplier = 6.0
timeout_constant = 2.0
"""


def lay_out(root: Path, work: Path) -> None:
    """Make the copy anew."""
    shutil.rmtree(work, ignore_errors=True)
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(root / "core", work / "core", ignore=ignored)
    shutil.copytree(root / "tests/core", work / "tests/core", ignore=ignored)
    (work / "core/computed.py").write_text(_COMPUTED)
    (work / "tests/conftest.py").write_text(_CONFTEST)
    for path in {path for pattern in BROKEN for path in work.glob(pattern)}:
        path.write_text(with_methods(path.read_text()))
    tests = [path for pattern in TESTS for path in (work / "tests/core").glob(pattern) if path.name not in SLOW_TESTS]
    names = sorted(str(path.relative_to(work)) for path in tests)
    (work / "pyproject.toml").write_text(_SETTINGS.format(broken=list(BROKEN), tests=names))


def with_methods(source: str) -> str:
    """The module with each property made after its method."""
    changed = _PROPERTY.sub(_as_method, source)
    if changed == source:
        return source
    future = "from __future__ import annotations\n"
    return changed.replace(future, f"{future}\nfrom core.computed import Computed\n", 1)


def _as_method(found: re.Match[str]) -> str:
    name, rest = found.groups()
    return f"    def {name}_property{rest.rstrip()}\n\n    {name} = Computed({name}_property)\n"
