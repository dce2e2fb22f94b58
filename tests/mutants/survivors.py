"""What mutmut found: the mutants that no test noticed, each told by what it changes and not by its number."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_ALIVE: Final = re.compile(r"^ *(\S+): (?:survived|no tests)$", re.MULTILINE)
_SENTENCE: Final = re.compile(r'"[^"{}]* [^"{}]*"(, )?')


@dataclass(frozen=True, slots=True)
class Survivor:
    """A change to one function after which every test still passes."""

    function: str
    was: str
    becomes: str

    @property
    def is_wording(self) -> bool:
        """It changes nothing but the sentence of a refusal: a test of that would only say it twice."""
        return _SENTENCE.sub("", self.was) == _SENTENCE.sub("", self.becomes)

    def __str__(self) -> str:
        return f"{self.function}\n  - {self.was}\n  + {self.becomes}"


def survivors(work: Path, names: Sequence[str]) -> set[Survivor]:
    """Run mutmut in a folder that is laid out for it. Raises `CalledProcessError` where it cannot run."""
    _mutmut(work, "run", "--max-children", str(os.cpu_count() or 1), *names, shown=True)
    return {_survivor(work, name) for name in _ALIVE.findall(_mutmut(work, "results"))}


def figures(work: Path) -> str:
    """How many mutants came to what, in a line."""
    counts = Counter(re.findall(r"^ *\S+: (.+)$", _mutmut(work, "results", "--all", "true"), re.MULTILINE))
    return f"{counts.total()} mutants: " + ", ".join(f"{n} {fate}" for fate, n in counts.most_common())


def _survivor(work: Path, name: str) -> Survivor:
    lines = _mutmut(work, "show", name).splitlines()
    was = " ".join(line[1:].strip() for line in lines if line.startswith("-") and not line.startswith("---"))
    becomes = " ".join(line[1:].strip() for line in lines if line.startswith("+") and not line.startswith("+++"))
    return Survivor(function_of(name), was, becomes)


def function_of(name: str) -> str:
    """`core.money.xǁMoneyǁof__mutmut_4` is a mutant of `core.money.Money.of`."""
    module, _, mangled = name.rpartition(".")
    plain = mangled.rpartition("__mutmut_")[0].removeprefix("x_").removeprefix("xǁ").replace("ǁ", ".")
    return f"{module}.{plain.removesuffix('_property')}"


def _mutmut(work: Path, *words: str, shown: bool = False) -> str:
    """What it says; `shown`: to whoever waits for it, and not here."""
    program = Path(sys.executable).with_name("mutmut")
    path = f"{program.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    done = subprocess.run(
        [str(program), *words],
        cwd=work,
        env={**os.environ, "PATH": path},
        check=True,
        text=True,
        stdout=subprocess.PIPE,
    )
    return done.stdout
