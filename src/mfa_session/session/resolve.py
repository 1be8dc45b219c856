"""The settings of the session that is meant."""

from __future__ import annotations

from mfa_session.session.settings import resolve_asked, resolve_named

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mfa_session.model.settings import Settings
    from mfa_session.session.inputs import Inputs


def resolve(inputs: Inputs) -> Settings:
    """Return the settings of the session asked for, else of the identity's own session.

    Raises ConfigurationError where they make none, or a variable names a profile that is not there.
    """
    options = inputs.options
    if not (options.profile or options.source_profile or options.role_arn):
        from mfa_session.session.own_session import own_session  # noqa: PLC0415  # seldom needed

        own = own_session(inputs)
        if own is not None:
            options = options.replace(source_profile=own.source_profile)
            return resolve_named(inputs.replace(options=options), own.named)
    return resolve_asked(inputs)
