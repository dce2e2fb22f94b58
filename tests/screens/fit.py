"""What on a page does not fit where it stands: an eye tires after a hundred pictures, this does not."""

from __future__ import annotations

from typing import Final

from playwright.async_api import Page

_PARTS: Final = (
    "main, nav, .head > *, .sheet, .scroll, .facts > div, .rows dd, td, th, li, button, .button, .badge, #page"
)
_MISFITS: Final = """
parts => {
  const hidden = part => part !== null && (getComputedStyle(part).clipPath !== "none" || hidden(part.parentElement));
  const root = document.documentElement;
  const found = [];
  if (root.scrollWidth > root.clientWidth) found.push(`the page is ${root.scrollWidth - root.clientWidth} px too wide`);
  for (const part of document.querySelectorAll(parts)) {
    if (!part.checkVisibility() || !part.clientWidth || hidden(part)) continue;
    const over = part.scrollWidth - part.clientWidth;
    const name = `${part.localName}.${part.className}`;
    if (over > 1) found.push(`${over} px too much in ${name}: ${part.innerText.slice(0, 60)}`);
  }
  return found.map(each => each.replace(/\\s+/g, " "));
}
"""


async def misfits(page: Page) -> list[str]:
    """Everything that is wider than its place, in words: whatever hangs out of it, or hides behind its edge."""
    return [str(each) for each in await page.evaluate(_MISFITS, _PARTS)]
