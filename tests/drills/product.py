"""The product as drills start it: `python -m tests.drills.product serve|worker KILL_ORDERS`.

Settings are in the environment. It is `letsema serve` and `letsema worker`, but for four things: the stand-in may be
the provider (they refuse it for good reason), an outbox row whose worker died comes back after seconds and not after
two minutes, as soon is a rail asked that has not answered, and it kills itself at a place that a file in the folder
names once there is one.
"""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path
from typing import Final

from pydantic import SecretStr

from letsema import installation, readiness, service, serving
from letsema.logs.lines import set_up_logs
from letsema.settings import Settings, load_settings
from letsema.worker import payout_queries
from tests.drills.kill_points import KillOrders, with_ports_watched, with_sender_watched

LEASE_SECONDS: Final = 5
_WORKS: Final = {"serve": service.serve, "worker": service.work}


def _check_all_but_the_stand_in(settings: Settings, *, of_demo: bool) -> None:
    """Everything that is checked before real borrowers are served, as if the provider were the real one."""
    as_real = {
        "africastalking_url": "https://api.africastalking.com",
        "africastalking_api_key": SecretStr("atsk_9f1c2b7d4e8a6035"),
        "simulated_rail_url": None,
    }
    readiness.check_production(settings.model_copy(update=as_real), of_demo=of_demo)


def main(work: str, kill_orders: str) -> None:
    """Run until told to stop, or until the point is reached."""
    setattr(service, "check_production", _check_all_but_the_stand_in)  # noqa: B010 - a name that the module imported
    setattr(installation, "LEASE_SECONDS", LEASE_SECONDS)  # noqa: B010 - the same
    setattr(payout_queries, "_SILENT_FOR", timedelta(seconds=LEASE_SECONDS))  # noqa: B010 - the same
    orders = KillOrders(Path(kill_orders))
    setattr(service, "open_installation", with_ports_watched(installation.open_installation, orders))  # noqa: B010
    setattr(service, "open_sender", with_sender_watched(installation.open_sender, orders))  # noqa: B010
    settings = load_settings()
    set_up_logs(settings.log_format, settings.log_level)
    serving.run(_WORKS[work](settings))


if __name__ == "__main__":
    main(*sys.argv[1:])
