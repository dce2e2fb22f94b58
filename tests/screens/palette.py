"""Pictures with a palette: a third of the bytes, since each picture of each run stays in the repository for good.

The browser that took a picture counts its colours; this writes it as a PNG of at most 256 of them (PNG, third edition,
color type 3), each pixel the nearest. Most are the commonest; the rest are those farthest from any chosen before, since
what is rare (the gold of the mark) is often what the eye looks for.
"""

from __future__ import annotations

import base64
import struct
import zlib
from typing import Final

from playwright.async_api import Page

_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_INDEXED: Final = 3
_COMMONEST: Final = 176
_INDEX_COLOURS: Final = """
async ([picture, commonest]) => {
  const image = await createImageBitmap(await (await fetch("data:image/png;base64," + picture)).blob());
  const canvas = new OffscreenCanvas(image.width, image.height).getContext("2d");
  canvas.drawImage(image, 0, 0);
  const pixels = new Uint32Array(canvas.getImageData(0, 0, image.width, image.height).data.buffer);
  const counts = new Map();
  for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) || 0) + 1);
  const split = colour => [colour & 255, (colour >> 8) & 255, (colour >> 16) & 255];
  const ranked = [...counts.keys()].sort((a, b) => counts.get(b) - counts.get(a));
  const palette = [], nearest = new Map(), off = new Map(ranked.map(colour => [colour, Infinity]));
  const choose = chosen => {
    const [r, g, b] = split(chosen);
    for (const colour of ranked) {
      const [red, green, blue] = split(colour);
      const distance = 2 * (red - r) ** 2 + 4 * (green - g) ** 2 + 3 * (blue - b) ** 2;
      if (distance < off.get(colour)) off.set(colour, distance), nearest.set(colour, palette.length);
    }
    palette.push([r, g, b]);
  };
  ranked.slice(0, commonest).forEach(choose);
  while (palette.length < Math.min(256, ranked.length)) {
    choose(ranked.reduce((far, colour) => off.get(colour) > off.get(far) ? colour : far));
  }
  const indices = Uint8Array.from(pixels, pixel => nearest.get(pixel));
  let text = "";
  for (let at = 0; at < indices.length; at += 32768) text += String.fromCharCode(...indices.subarray(at, at + 32768));
  return {width: image.width, height: image.height, palette: palette.flat(), indices: btoa(text)};
}
"""


async def with_palette(page: Page, picture: bytes) -> bytes:
    """The picture, a PNG of any kind, with a palette. The page's own content is not looked at."""
    found = await page.evaluate(_INDEX_COLOURS, [base64.b64encode(picture).decode(), _COMMONEST])
    return indexed_png(found["width"], found["height"], bytes(found["palette"]), base64.b64decode(found["indices"]))


def indexed_png(width: int, height: int, palette: bytes, indices: bytes) -> bytes:
    """A PNG from one palette index a pixel, row by row. `palette` has three bytes a colour."""
    if len(indices) != width * height:
        raise ValueError(f"{len(indices)} pixels do not make {width} by {height}")
    rows = b"".join(b"\x00" + indices[start : start + width] for start in range(0, len(indices), width))
    header = struct.pack(">IIBBBBB", width, height, 8, _INDEXED, 0, 0, 0)
    return _SIGNATURE + b"".join(
        _chunk(kind, data)
        for kind, data in ((b"IHDR", header), (b"PLTE", palette), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
