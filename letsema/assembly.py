"""The public listener's application of an installation, for `serve` and for the demo alike."""

from __future__ import annotations

from aiohttp import web

from admin_web.portal import make_portal
from admin_web.settings import PortalSettings
from channels.hooks import HookSettings, make_hooks
from letsema.installation import Installation
from letsema.public_app import make_public_app
from letsema.telegram import Telegram


def public_app(
    installation: Installation,
    portal: PortalSettings,
    hooks: HookSettings,
    simulator: web.Application | None = None,
    *,
    telegram: Telegram | None = None,
) -> web.Application:
    """Portal, hooks and, in the demo, the browser phone."""
    engine = installation.engine
    return make_public_app(
        make_portal(engine, installation.planes.reads, portal),
        make_hooks(hooks, engine, installation.turns.take, sms=installation.texting),
        simulator,
        telegram=telegram.hook() if telegram is not None else None,
        metrics=installation.metrics,
        identifiers=engine.identifiers,
        something_changed=installation.bell.ring,
    )
