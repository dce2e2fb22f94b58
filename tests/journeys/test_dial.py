"""`letsema dial` against the running product: every channel, a session kept and played again, a page that differs."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.journeys.demo import LETSEMA, Demo

pytestmark = pytest.mark.journey

SESSIONS = sorted((Path(__file__).parent / "sessions").glob("*.txt"))
PIN = "2580"
AMOUNT = re.compile(r"M[\d,]+\.\d\d")
_numbers: Iterator[int] = iter(range(58_690_001, 58_699_999))


@dataclass
class Dialled:
    """What a run of the command ended with."""

    code: int
    out: str


async def dial(demo: Demo, number: str, *options: str, types: tuple[str, ...] = ()) -> Dialled:
    """Run `letsema dial`, with these lines at the keyboard."""
    process = await asyncio.create_subprocess_exec(
        str(LETSEMA),
        "dial",
        number,
        *options,
        "--data-dir",
        str(demo.data_directory),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out, _ = await process.communicate("".join(f"{line}\n" for line in types).encode())
    assert process.returncode is not None
    return Dialled(process.returncode, out.decode())


@pytest.fixture
def number() -> str:
    """A number that nobody has dialled from."""
    return str(next(_numbers))


@pytest.mark.parametrize("kept", SESSIONS, ids=lambda file: file.stem)
async def test_a_kept_session_is_played_as_it_was(demo: Demo, number: str, kept: Path) -> None:
    played = await dial(demo, number, "--replay", str(kept), "--pin", PIN)

    assert (played.code, played.out.split()[-2:]) == (0, ["as", "recorded."]), played.out


async def test_a_recorded_session_hides_its_pins_and_is_played_again_by_another_number(
    demo: Demo, number: str, tmp_path: Path
) -> None:
    kept = tmp_path / "kept.txt"
    typed = ("2", "1", "Lineo", "Phiri", "990011223344", "17051990", "1", PIN, PIN)
    recorded = await dial(demo, number, "--record", str(kept), types=typed)
    assert recorded.code == 0, recorded.out
    text = kept.read_text()
    assert PIN not in text
    assert text.count(">>> ****") == 2

    kept.write_text(text.replace("990011223344", "990011223355"))
    played = await dial(demo, str(next(_numbers)), "--replay", str(kept), "--pin", PIN)

    assert played.code == 0, played.out


async def test_the_first_page_that_differs_is_shown_and_the_exit_code_is_one(
    demo: Demo, number: str, tmp_path: Path
) -> None:
    kept = tmp_path / "kept.txt"
    await dial(demo, number, "--record", str(kept), types=("2", "1"))
    kept.write_text(kept.read_text().replace("1. I agree", "1. Yes"))

    played = await dial(demo, str(next(_numbers)), "--replay", str(kept))

    assert played.code == 1
    assert "page 2, after >>> 2, is another:" in played.out
    assert "-1. Yes\n+1. I agree" in played.out


@pytest.mark.parametrize("text", ["no session at all", "# channel: ussd\n>>> dials\n[CON]\nPIN?\n\n>>> ****\n[END]\n"])
async def test_a_file_that_cannot_be_played_ends_with_one_sentence(
    demo: Demo, number: str, tmp_path: Path, text: str
) -> None:
    kept = tmp_path / "kept.txt"
    kept.write_text(text)

    played = await dial(demo, number, "--replay", str(kept))

    assert played.code == 2
    assert len(played.out.strip().splitlines()) == 1


async def test_a_demos_borrower_keeps_the_pin_that_everybody_knows(demo: Demo, tmp_path: Path) -> None:
    borrower = demo.told["borrowers"][0]
    kept = tmp_path / "kept.txt"

    await dial(demo, borrower["phone"], "--record", str(kept), types=("5", "3", borrower["pin"]))

    assert f">>> {borrower['pin']}" in kept.read_text()


async def test_a_balance_by_sms_is_what_the_phone_shows(demo: Demo) -> None:
    borrower = next(each for each in demo.told["borrowers"] if len(each["loans"]) == 1)
    by_phone = await dial(demo, borrower["phone"], types=("2",))

    by_sms = await dial(demo, borrower["phone"], "--channel", "sms", types=("BAL",))

    assert by_sms.code == 0, by_sms.out
    shown = AMOUNT.findall(by_phone.out)
    assert shown, by_phone.out
    assert set(shown) <= set(AMOUNT.findall(by_sms.out)), by_sms.out
    assert demo.told["service_code"] in by_sms.out
