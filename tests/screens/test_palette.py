from __future__ import annotations

import struct
import zlib

import pytest

from tests.screens.palette import indexed_png

RED_AND_WHITE = b"\xff\x00\x00\xff\xff\xff"


def test_a_picture_says_its_size_its_colours_and_each_pixel_s_colour() -> None:
    picture = indexed_png(2, 3, RED_AND_WHITE, b"\x00\x01\x01\x00\x00\x01")

    chunks = {}
    at = 8
    while at < len(picture):
        (length,) = struct.unpack_from(">I", picture, at)
        kind, data = picture[at + 4 : at + 8], picture[at + 8 : at + 8 + length]
        (checksum,) = struct.unpack_from(">I", picture, at + 8 + length)
        assert checksum == zlib.crc32(kind + data)
        chunks[kind] = data
        at += 12 + length
    assert picture.startswith(b"\x89PNG")
    assert struct.unpack(">IIBBBBB", chunks[b"IHDR"]) == (2, 3, 8, 3, 0, 0, 0)
    assert chunks[b"PLTE"] == RED_AND_WHITE
    assert zlib.decompress(chunks[b"IDAT"]) == b"\x00\x00\x01" + b"\x00\x01\x00" + b"\x00\x00\x01"
    assert list(chunks) == [b"IHDR", b"PLTE", b"IDAT", b"IEND"]


def test_pixels_that_do_not_fill_the_picture_are_refused() -> None:
    with pytest.raises(ValueError, match="5 pixels do not make 2 by 3"):
        indexed_png(2, 3, RED_AND_WHITE, b"\x00" * 5)
