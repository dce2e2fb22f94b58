"""Where providers call us: one sub-application, no session, no cookie, one secret in the path, small bodies only."""

from channels.hooks.app import HookSettings, make_hooks

__all__ = ["HookSettings", "make_hooks"]
