"""The queue of applications that wait for somebody."""

from __future__ import annotations

from typing import Final

from admin_web.queue.views import show_queue
from admin_web.routing import Page, StaffPage
from core.records.staff import Permission

PAGES: Final[tuple[Page, ...]] = (StaffPage("GET", "/queue", show_queue, (Permission.APPLICATION_READ,)),)
