"""Free ports for servers of tests."""

from __future__ import annotations

import random
import socket


def free_ports(count: int) -> int:
    """A port of loopback that is free with those after it.

    By chance, so that two runs beside each other seldom meet, and below the ports that a system gives to who calls out:
    a server that is killed finds its own again.
    """
    for port in random.sample(range(14_000, 32_000, count), 100):
        if all(map(_is_free, range(port, port + count))):
            return port
    raise AssertionError(f"no {count} free ports in a row")


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    return free_ports(1)


def _is_free(port: int) -> bool:
    try:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
    except OSError:
        return False
    return True
