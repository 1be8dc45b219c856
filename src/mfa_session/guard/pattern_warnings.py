"""A warning about patterns of `[guard]` that stand for no operation: slips, most likely."""

from __future__ import annotations

from mfa_session.model.errors import MfaSessionError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mfa_session.session.context import Context

NOTE = "guard-patterns"
"""The file of the state directory with the patterns seen last, and which of them were slips."""


def warn_of_slips(ctx: Context, *, again: bool) -> None:
    """Warn of patterns that match nothing: when they are new, and `again` where that is fitting.

    Finding out takes a look through all operations, so the answer is noted.
    """
    guard = ctx.files.settings().guard
    patterns = [*guard.get("protect", ()), *guard.get("allow", ())]
    if not patterns:
        return
    seen, _, slips = (ctx.files.state.read(NOTE) or b"").decode("utf-8", "replace").partition("\0")
    is_new = seen != "\n".join(patterns)
    if is_new:
        slips = _find_slips(ctx, patterns)
    if slips and (is_new or again):
        ctx.console.warn(slips)


def _find_slips(ctx: Context, patterns: list[str]) -> str:
    from mfa_session.guard.known import find_strays  # noqa: PLC0415

    named = [
        repr(pattern) + (f" (did you mean {near!r}?)" if near else "")
        for pattern, near in find_strays(patterns, ctx.make.operations).items()
    ]
    slips = f"[guard] of config.toml: no operation is called {', '.join(named)}" if named else ""
    try:
        ctx.files.state.write(NOTE, "\0".join(["\n".join(patterns), slips]).encode())
    except MfaSessionError:  # it is found out anew the next time
        ctx.console.detail("the patterns of [guard] could not be remembered in the state directory")
    return slips
