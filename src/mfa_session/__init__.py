"""MFA sessions for AWS: from a six-digit code to temporary credentials that every tool can use."""

__version__ = "0.1.0"

__all__ = [
    "CodeRejectedError",
    "ConfigurationError",
    "MfaSessionError",
    "NoMfaError",
    "RefusedError",
    "SessionInfo",
    "UnreachableError",
    "UsageError",
    "__version__",
    "boto3_session",
    "session_info",
]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mfa_session.api import SessionInfo, boto3_session, session_info
    from mfa_session.model.errors import (
        CodeRejectedError,
        ConfigurationError,
        MfaSessionError,
        NoMfaError,
        RefusedError,
        UnreachableError,
        UsageError,
    )
else:  # the command imports this module each time it starts: nothing comes before it is used

    def __getattr__(name: str) -> object:
        """Import what is asked for, one of `__all__`."""
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        module = "model.errors" if name.endswith("Error") else "api"
        found = globals()[name] = getattr(__import__(f"{__name__}.{module}", fromlist=["*"]), name)
        return found

    def __dir__() -> list[str]:
        """Return the public names."""
        return __all__
