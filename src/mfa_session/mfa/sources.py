"""Which source a code is taken from, in the order the settings give."""

from __future__ import annotations

from mfa_session.errors import ConfigurationError, NoMfaError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mfa_session.mfa.codes import PromptedCode, SuppliedCode
    from mfa_session.session.ports import CodeSource
    from mfa_session.session.settings import Settings


def choose_source(
    settings: Settings, supplied: SuppliedCode | None, prompt: PromptedCode, *, can_ask: bool
) -> CodeSource:
    """Return the source of this login's code; NoMfaError when none could answer."""
    if supplied is not None:
        supplied.check()
        return supplied
    if settings.code in {"keyring", "command"}:
        raise ConfigurationError(
            "code-source-unknown",
            f'code = "{settings.code}" of session {settings.name!r} is not built into this version',
            'set code = "prompt", or give the code: --token-code',
        )
    if not can_ask:
        raise NoMfaError(
            "code-needed",
            f"session {settings.name!r} needs an MFA code, and there is nobody to ask",
            f"run `mfa-session login --profile {settings.name}` in a terminal, "
            "or give the code: --token-code",
        )
    return prompt
