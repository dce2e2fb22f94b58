from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.phones import PhoneNumber
from letsema.keys.names import KeyedNames
from letsema.keys.sealing import AesGcmSealer
from letsema.keys.secret_hashing import PepperedArgon2, hashing_threads

ONE = bytes.fromhex("8f1d0c5be94a7726b3c8e15f60d2a94b7c3e8d1f5a6b0947c2d8e3f1a4b59670")
TWO = bytes.fromhex("1b7e4c902fd8a35661c09be7f24d83a5906cfb1e2d7483a9b05ce6f71d2843ab")
NAMES = KeyedNames(ONE, {1: ONE, 2: TWO})


def test_a_name_depends_on_the_key() -> None:
    other = KeyedNames(TWO, {1: ONE})

    assert NAMES.email("a@b.ls") != other.email("a@b.ls")


def test_the_same_text_has_another_name_for_every_purpose() -> None:
    text = "+26658851234"
    names = {
        NAMES.phone(PhoneNumber(text)),
        NAMES.national_id(text),
        NAMES.email(text),
        NAMES.transcript(text)[1],
        NAMES.digest("turn-input", text.encode()),
        NAMES.digest("inbound-sms", text.encode()),
    }

    assert len(names) == 6


@pytest.mark.parametrize("typed", ["0123 4567 8901", "012345678901", "0123-4567-8901", "０１２３４５６７８９０１"])
def test_a_national_id_has_one_name_however_it_is_typed(typed: str) -> None:
    assert NAMES.national_id(typed) == NAMES.national_id("012345678901")


def test_an_email_has_one_name_in_any_case() -> None:
    assert NAMES.email(" Palesa@Khotso.co.ls ") == NAMES.email("palesa@khotso.co.ls")


def test_the_newest_transcript_key_is_used_and_an_older_one_still_works() -> None:
    assert NAMES.transcript("1*2")[0] == 2
    assert NAMES.transcript("1*2", 1) == KeyedNames(ONE, {1: ONE}).transcript("1*2")


def test_a_transcript_under_a_key_that_is_gone_matches_nothing() -> None:
    assert NAMES.transcript("1*2", 9) == (9, b"")


@given(plain=st.binary(max_size=200), context=st.text(max_size=40))
def test_what_was_sealed_opens_in_its_context(plain: bytes, context: str) -> None:
    sealer = AesGcmSealer({1: ONE})

    assert sealer.open(sealer.seal(plain, context), context) == plain


def test_the_same_text_is_sealed_differently_each_time() -> None:
    sealer = AesGcmSealer({1: ONE})

    assert sealer.seal(b"012345678901", "borrowers:1") != sealer.seal(b"012345678901", "borrowers:1")


def test_a_new_key_seals_and_the_old_one_still_opens() -> None:
    old = AesGcmSealer({1: ONE}).seal(b"secret", "x")
    both = AesGcmSealer({1: ONE, 2: TWO})

    assert both.open(old, "x") == b"secret"
    assert both.seal(b"secret", "x")[:2] == (2).to_bytes(2)


@pytest.mark.parametrize("spoil", range(0, 40, 3))
def test_a_changed_byte_does_not_open(spoil: int) -> None:
    sealer = AesGcmSealer({1: ONE})
    sealed = bytearray(sealer.seal(b"0123456789", "borrowers:1"))
    sealed[spoil] ^= 1

    with pytest.raises(ValueError, match=r"changed|not among the keys"):
        sealer.open(bytes(sealed), "borrowers:1")


def test_a_value_moved_to_another_row_does_not_open() -> None:
    sealer = AesGcmSealer({1: ONE})

    with pytest.raises(ValueError, match="belongs elsewhere"):
        sealer.open(sealer.seal(b"x", "borrowers:1"), "borrowers:2")


@pytest.mark.parametrize("length", [0, 1, 29])
def test_a_value_cut_short_does_not_open(length: int) -> None:
    sealer = AesGcmSealer({1: ONE})

    with pytest.raises(ValueError, match="longer"):
        sealer.open(sealer.seal(b"", "x")[:length], "x")


@pytest.fixture(scope="module")
def threads() -> ThreadPoolExecutor:
    return hashing_threads()


async def test_a_secret_matches_its_own_hash_only(threads: ThreadPoolExecutor) -> None:
    hasher = PepperedArgon2(ONE, "pin", threads)
    known = await hasher.hash("4821")

    assert known.startswith("$argon2id$v=19$m=47104,t=1,p=1$")
    assert await hasher.verify("4821", known)
    assert not await hasher.verify("4822", known)
    assert not hasher.is_outdated(known)


async def test_a_hash_made_with_other_parameters_is_outdated(threads: ThreadPoolExecutor) -> None:
    hasher = PepperedArgon2(ONE, "pin", threads)

    assert hasher.is_outdated("$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$RdescudvJCsgt3ub+b27Bg")


async def test_without_the_pepper_a_stolen_hash_is_useless(threads: ThreadPoolExecutor) -> None:
    known = await PepperedArgon2(ONE, "pin", threads).hash("4821")

    assert not await PepperedArgon2(TWO, "pin", threads).verify("4821", known)
    assert not await PepperedArgon2(ONE, "password", threads).verify("4821", known)


async def test_the_secret_of_an_unknown_person_never_matches(threads: ThreadPoolExecutor) -> None:
    hasher = PepperedArgon2(ONE, "pin", threads)

    assert not await hasher.verify("4821", None)
    assert not await hasher.verify("", "")
    assert not await hasher.verify("4821", "not a hash")


async def test_an_unknown_person_costs_as_much_as_a_wrong_secret(threads: ThreadPoolExecutor) -> None:
    hasher = PepperedArgon2(ONE, "pin", threads)
    known = await hasher.hash("4821")
    loop = asyncio.get_running_loop()

    async def seconds(stored: str | None) -> float:
        began = loop.time()
        await hasher.verify("0000", stored)
        return loop.time() - began

    wrong = min([await seconds(known) for _ in range(5)])
    unknown = min([await seconds(None) for _ in range(5)])
    assert 0.5 < unknown / wrong < 2
