"""Which session a command means, and its settings."""

from __future__ import annotations

from mfa_session.session.names import NAMES_SOMEBODY, default_name, find_name, session_behind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mfa_session.model.ports import Console
    from mfa_session.model.settings import Settings
    from mfa_session.session.context import Inputs
    from mfa_session.session.identity import OwnSession


def resolve(inputs: Inputs, console: Console | None = None) -> Settings:
    """Return the settings of the session asked for, else of the identity's own session.

    `console` is told where the environment chose another than the default one, or could not.
    Raises ConfigurationError for wrong settings, and a variable that names an unknown profile.
    """
    from mfa_session.session.settings import resolve_named  # noqa: PLC0415  # not for the name

    options = inputs.options
    asked = options.profile or options.source_profile or options.role_arn
    own = None if asked else _own_session(inputs)
    if own is None:
        return resolve_named(inputs, find_name(inputs))
    settings = resolve_named(inputs.asking(source_profile=own.source_profile), own.named)
    if console is not None and own.doubt:
        console.warn(f"{own.why}, but session {settings.name!r} is used: {own.doubt}")
    elif console is not None and own.why and settings.name != default_name(inputs):
        console.say(f"{own.why}: session {settings.name!r} is used")
    return settings


def meant_name(inputs: Inputs) -> str:
    """Return the name of the session that is meant: the one asked for, or the person's own."""
    if inputs.options.profile:
        return session_behind(inputs, inputs.options.profile) or inputs.options.profile
    own = _own_session(inputs)
    return own.named.name if own else default_name(inputs)


def _own_session(inputs: Inputs) -> OwnSession | None:
    if not any(inputs.environ.get(name) for name in NAMES_SOMEBODY):
        return None
    from mfa_session.session.identity import own_session  # noqa: PLC0415  # seldom needed

    return own_session(inputs)
