"""A program of its own: become another user, then run a command in this process's place.

    python as_user.py UID GID [--pass-through] COMMAND …

PostgreSQL refuses to run as root. With `--pass-through` the command keeps one right of root's, to walk through and
read what is private to others: that is what a server needs whose data or binaries lie below a folder like /root.
The other way, opening those folders to everybody, would change the machine for good. Without that flag, or where the
system has no such rights (macOS), nothing is kept.

It is started by its path, not imported: in a process with threads nothing else is safe between fork and exec.
"""

import ctypes
import os
import sys

_CAPABILITY_VERSION_3 = 0x20080522
_CAP_DAC_OVERRIDE = 1  # what containers usually grant to root
_CAP_DAC_READ_SEARCH = 2  # narrower, so preferred: it writes nothing
_PR_SET_SECUREBITS = 28
_SECBIT_NO_SETUID_FIXUP = 1 << 2
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_RAISE = 2


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Set(ctypes.Structure):
    _fields_ = (("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32))


def _become(uid: int, gid: int) -> None:
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)


def _become_but_pass_through(uid: int, gid: int) -> None:
    """Keep one capability over the change of user and over exec (the kernel calls such a one ambient).

    The secure bit makes it count in access(2) too, with which PostgreSQL looks for its own files.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    _check(libc.prctl(_PR_SET_SECUREBITS, _SECBIT_NO_SETUID_FIXUP, 0, 0, 0))
    _become(uid, gid)
    header, sets = _Header(_CAPABILITY_VERSION_3, 0), (_Set * 2)()
    _check(libc.capget(ctypes.byref(header), sets))
    narrow = sets[0].permitted & 1 << _CAP_DAC_READ_SEARCH
    capability = _CAP_DAC_READ_SEARCH if narrow else _CAP_DAC_OVERRIDE
    only = 1 << capability
    sets[0] = _Set(only, only, only)
    sets[1] = _Set(0, 0, 0)
    _check(libc.capset(ctypes.byref(header), sets))
    _check(libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, capability, 0, 0))


def _check(result: int) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def main() -> None:
    """Read the arguments, become the user, become the command."""
    uid, gid, *command = sys.argv[1:]
    if command[0] == "--pass-through":
        command = command[1:]
        become = _become_but_pass_through if sys.platform == "linux" else _become
    else:
        become = _become
    become(int(uid), int(gid))
    os.execv(command[0], command)  # noqa: S606 - the point: no shell


if __name__ == "__main__":
    main()
