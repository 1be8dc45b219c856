"""botocore's own errors, where no answer of AWS came, said as what the person can do."""

from __future__ import annotations

from botocore import exceptions

from mfa_session.model.errors import ConfigurationError, MfaSessionError, UnreachableError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from mfa_session.aws.asked import Asked


def translate_failure(error: Exception, asked: Asked) -> MfaSessionError:
    """Return our error where botocore raised before, or instead of, an answer of AWS."""
    for kind, failure in _FAILURES:
        if isinstance(error, kind):
            return failure(error, asked)
    return ConfigurationError(
        "refused-by-sdk", f"{asked.action} could not be sent: {error}", "check the AWS settings"
    )


def _where(asked: Asked) -> str:
    return f" ({asked.caller.region})" if asked.caller.region else ""


def _tls_failed(_error: Exception, asked: Asked) -> MfaSessionError:
    return UnreachableError(
        "tls-failed",
        f"the TLS connection to AWS{_where(asked)} is not trusted",
        "behind an inspecting proxy set AWS_CA_BUNDLE to its certificate",
    )


def _proxy_failed(_error: Exception, _asked: Asked) -> MfaSessionError:
    return UnreachableError(
        "proxy-failed", "the proxy cannot be reached", "check HTTPS_PROXY and NO_PROXY"
    )


def _silent(error: Exception, asked: Asked) -> MfaSessionError:
    late = " in time" if isinstance(error, exceptions.ReadTimeoutError) else ""
    return UnreachableError(
        "network",
        f"AWS{_where(asked)} does not answer{late}",
        "check the network, a VPN, and HTTPS_PROXY",
    )


def _not_reached(_error: Exception, asked: Asked) -> MfaSessionError:
    return UnreachableError(
        "network",
        f"AWS{_where(asked)} cannot be reached",
        "check the network, AWS_ENDPOINT_URL and HTTPS_PROXY",
    )


def _no_profile(error: Exception, _asked: Asked) -> MfaSessionError:
    return ConfigurationError("no-such-profile", str(error), "correct AWS_PROFILE, or unset it")


def _bad_region(_error: Exception, asked: Asked) -> MfaSessionError:
    return ConfigurationError(
        "bad-region",
        f"{asked.caller.region!r} is no region",
        "correct --region, AWS_REGION or the profile",
    )


# The first that fits counts: some of botocore's kinds are kinds of others.
_FAILURES: tuple[tuple[type[Exception], Callable[[Exception, Asked], MfaSessionError]], ...] = (
    (exceptions.SSLError, _tls_failed),
    (exceptions.ProxyConnectionError, _proxy_failed),
    (exceptions.ConnectTimeoutError, _silent),
    (exceptions.ReadTimeoutError, _silent),
    (exceptions.ConnectionError, _not_reached),
    (exceptions.HTTPClientError, _not_reached),
    (exceptions.ProfileNotFound, _no_profile),
    (exceptions.InvalidRegionError, _bad_region),
)
