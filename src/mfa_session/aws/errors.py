"""Translate errors of AWS and of botocore into ours, by the rows of `error_table`."""

from __future__ import annotations

from urllib.parse import urlsplit

from botocore import exceptions

from mfa_session.aws.error_table import ANSWERS, FAILURES
from mfa_session.aws.request import date_of, is_aws_error
from mfa_session.model.errors import MfaSessionError, RefusedError, UnreachableError
from mfa_session.model.times import format_duration

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime
    from typing import Any

    from mfa_session.aws.request import AwsRequest

SERVER_ERROR_STATUS = 500


def translate(error: Exception, request: AwsRequest, now: datetime) -> MfaSessionError:
    """Return our error for botocore's exception; `now` is this machine's time."""
    if isinstance(error, exceptions.ClientError):
        return _translate_answer(error.response, request, now)
    meaning = next(meaning for kind, meaning in FAILURES if isinstance(error, kind))
    tried = getattr(error, "kwargs", {})
    return _fill_in(
        meaning,
        request,
        error=str(error),
        where=_where(request, tried.get("endpoint_url")),
        proxy=f" ({place})" if (place := _address(tried.get("proxy_url"))) else "",
    )


def not_an_answer(request: AwsRequest) -> MfaSessionError:
    """Return the error for an answer that did not come from AWS."""
    return UnreachableError(
        "not-aws",
        f"what answered {request.action} is not AWS: a captive portal or a proxy's page, perhaps",
        "open a web page to sign in to the network, or check HTTPS_PROXY and AWS_ENDPOINT_URL",
    )


def too_slow(request: AwsRequest, limit_seconds: float) -> MfaSessionError:
    """Return the error for a call that exceeds its time limit."""
    return UnreachableError(
        "network",
        f"AWS{_where(request)} does not answer {request.action} in {limit_seconds:g} s",
        f"check the network, a VPN, and HTTPS_PROXY{_spent(request)}",
    )


def _translate_answer(response: Any, request: AwsRequest, now: datetime) -> MfaSessionError:
    if not is_aws_error(response):
        return _foreign(response, request)
    said = response["Error"]
    code, text = str(said["Code"]), str(said.get("Message") or "")
    if code == "SignatureDoesNotMatch":
        off = _clock_off(text.lower(), date_of(response), now)
        if off is not None:
            return off
    resent = int(response["ResponseMetadata"].get("RetryAttempts", 0)) > 0
    for meaning in ANSWERS:
        if meaning.fits(code, text, request, resent=resent):
            return _fill_in(meaning.error, request, text=text)
    if _status(response) >= SERVER_ERROR_STATUS:
        return unavailable(request, code)
    if not text:
        return not_an_answer(request)
    return RefusedError(
        "refused-by-aws", f"AWS refused {request.action}: {code}: {text}", "see what AWS says"
    )


def _foreign(response: Any, request: AwsRequest) -> MfaSessionError:
    """Return our error for an error that is not AWS's own: a load balancer's, or not-aws."""
    if _status(response) >= SERVER_ERROR_STATUS:
        return unavailable(request, f"HTTP status {_status(response)}")
    return not_an_answer(request)


def unavailable(request: AwsRequest, what: str) -> MfaSessionError:
    """Return the error for a failed service."""
    return UnreachableError(
        "service-unavailable", f"AWS failed at {request.action}: {what}", "try again in a minute"
    )


def _status(response: Any) -> int:
    return int(response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def _fill_in(meaning: MfaSessionError, request: AwsRequest, **texts: str) -> MfaSessionError:
    known = {
        "serial": request.serial,
        "role_arn": request.role_arn,
        "action": request.action,
        "key": request.key,
        "login": request.login,
        "asked_key_id": request.asked_key_id,
        "key_id": request.caller.keys.shown_id,
        "region": request.caller.region,
        "where": _where(request),
        "spent": _spent(request),
        **texts,
    }
    filled = meaning.message.format_map(known), meaning.lead.format_map(known)
    return type(meaning)(meaning.code, *filled, meaning.add)


def _where(request: AwsRequest, url: object = None) -> str:
    """Return the address if botocore names it, else the region, in parentheses."""
    place = _address(url) or request.caller.region
    return f" ({place})" if place else ""


def _address(url: object) -> str | None:
    """Return scheme, host and port of a URL, without user name, password, path and query."""
    parts = urlsplit(str(url or ""))
    if not parts.hostname:
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port else "")


def _spent(request: AwsRequest) -> str:
    """Return the end of a hint if the request had a code: AWS may have used it up."""
    return "; the code may be used up: take the next one" if request.has_code else ""


def _clock_off(text: str, date: datetime | None, now: datetime) -> MfaSessionError | None:
    if "signature expired" not in text and "not yet current" not in text:
        return None
    slow = "signature expired" in text
    amount = "more than 15m"
    if date is not None:
        seconds = (date - now).total_seconds()
        slow, amount = seconds > 0, format_duration(abs(seconds))
    return UnreachableError(
        "clock-off",
        f"this machine's clock is {amount} {'slow' if slow else 'fast'}: AWS refuses the signature",
        "set the clock (switch on network time), then run it again; no code was spent",
    )
