"""Break the money rules in every small way, one at a time, and see a test go red. Takes minutes; `make mutants`.

mutmut does the breaking, in a copy of the code under build/. Survivors that docs/mutants.md does not explain are
printed, and so are explanations of what does not survive any more; either makes the exit code 1.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import Final

from tests.mutants.explanations import explained_in
from tests.mutants.laid_out import lay_out
from tests.mutants.survivors import Survivor, figures, survivors

ROOT: Final = Path(__file__).parents[2]
WORK: Final = ROOT / "build" / "mutants"
PAGE: Final = ROOT / "docs" / "mutants.md"


def main(names: Sequence[str]) -> int:
    """Break the functions whose names fit one of these patterns, or all."""
    lay_out(ROOT, WORK)
    found = survivors(WORK, names)
    wording = {each for each in found if each.is_wording}
    explained = {each for each in explained_in(PAGE) if not names or any(fnmatch(each.function, one) for one in names)}
    tell(figures(WORK))
    tell(f"{len(found)} survive: {len(wording)} change words of a refusal, {len(explained & found)} are explained")
    unexplained, stale = found - wording - explained, explained - found
    if unexplained:
        tell(f"{len(unexplained)} survive and are not explained in {PAGE.name}:", unexplained)
    if stale:
        tell(f"{len(stale)} are explained in {PAGE.name} and do not survive:", stale)
    return 1 if unexplained or stale else 0


def tell(line: str, mutants: Iterable[Survivor] = ()) -> None:
    sys.stdout.write("\n".join([line, *sorted(map(str, mutants)), ""]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
