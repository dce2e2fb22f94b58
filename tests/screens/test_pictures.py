from __future__ import annotations

from admin_web.portal import PAGES
from tests.screens.pictures import PICTURES, WITHOUT_A_PICTURE


def test_every_page_of_the_portal_has_a_picture() -> None:
    pages = {page.path for page in PAGES if page.method == "GET"}

    assert set(PICTURES) == pages - WITHOUT_A_PICTURE


def test_no_two_pages_share_a_picture() -> None:
    assert len(set(PICTURES.values())) == len(PICTURES)
