"""Which system user the server runs as: whoever we are, except that root hands it to somebody with fewer rights."""

from __future__ import annotations

import os
import pwd
import stat
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

_PREFERRED: Final = ("letsema", "postgres", "nobody")
"""Whom root hands the server to: the first that the machine has. Making one (`useradd letsema`) is its owner's call."""


@dataclass(frozen=True, slots=True)
class SystemUser:
    """A user to run the server as, by number."""

    uid: int
    gid: int

    @classmethod
    def for_cluster(cls, cluster: Path) -> Self:
        """Who owns the cluster, when root asks and it is there already; else as `_PREFERRED` says.

        Raises `LookupError` when root asks on a machine that has none of those users.
        """
        if os.geteuid() != 0:
            return cls(os.geteuid(), os.getegid())
        if cluster.exists() and (owner := cluster.stat()).st_uid != 0:
            return cls(owner.st_uid, owner.st_gid)
        known = {entry.pw_name: entry for entry in pwd.getpwall()}
        for name in _PREFERRED:
            if name in known:
                return cls(known[name].pw_uid, known[name].pw_gid)
        raise LookupError(
            f"PostgreSQL does not run as root, and there is no user {' or '.join(_PREFERRED)} to run it as"
        )

    @property
    def is_us(self) -> bool:
        """True when no change of user is needed."""
        return self.uid == os.geteuid()

    def own(self, path: Path) -> None:
        """Make the path this user's, and private."""
        if not self.is_us:
            os.chown(path, self.uid, self.gid)
        path.chmod(0o700)

    def command(self, program: Path, *arguments: str, reaches: Iterable[Path]) -> Sequence[str]:
        """The command line that runs a program as this user; `reaches` names what it must be able to get to."""
        if self.is_us:
            return [str(program), *arguments]
        private = any(_is_below_a_private_folder(path) for path in (program, *reaches))
        launcher = Path(__file__).with_name("as_user.py")
        flags = ["--pass-through"] if private else []
        return [
            sys.executable, "-I", "-S", str(launcher), str(self.uid), str(self.gid), *flags, str(program), *arguments,
        ]  # fmt: skip


def _is_below_a_private_folder(path: Path) -> bool:
    """Whether a folder above the path does not let strangers walk through."""
    return not all(folder.stat().st_mode & stat.S_IXOTH for folder in path.parents)
