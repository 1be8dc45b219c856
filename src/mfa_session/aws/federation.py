"""AWS's federation endpoint, which signs a browser in to the console (IAM guide, custom URLs)."""

from __future__ import annotations

import json
from urllib.parse import urlencode, urlsplit

from botocore.awsrequest import AWSRequest
from botocore.exceptions import BotoCoreError
from botocore.httpsession import URLLib3Session
from botocore.session import Session
from botocore.utils import get_environ_proxies

from mfa_session.aws.calls import CALL_SECONDS, CONNECT_SECONDS, READ_SECONDS, send
from mfa_session.aws.errors import not_an_answer, too_slow, translate, unavailable
from mfa_session.aws.request import AwsRequest, checked_text
from mfa_session.model.errors import ConfigurationError
from mfa_session.model.notes import read_json
from mfa_session.model.session import Secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from mfa_session.aws.calls import CallEdges
    from mfa_session.model.ports import Caller

OK, BAD_REQUEST, FIRST_SERVER_ERROR = 200, 400, 500
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Federation:
    """Exchanges a role session for a token that signs in once.

    AWS takes the session's keys in the URL, and some of botocore's errors contain the URL: their
    text is never shown.
    """

    def __init__(self, edges: CallEdges) -> None:
        self._edges = edges

    def url_for(self, caller: Caller, url: str) -> str:
        """Return `url`, unless AWS_ENDPOINT_URL_SIGNIN names another.

        An endpoint for all services counts only on this machine. Any other is refused: it may
        belong to another service, which must not get the session's keys.
        """
        name, endpoint = self._configured(caller)
        if not endpoint:
            return url
        parts = urlsplit(endpoint)
        is_here = parts.hostname in _LOOPBACK
        for_signin = name == "AWS_ENDPOINT_URL_SIGNIN" and parts.scheme == "https"
        if not (is_here or for_signin):
            raise ConfigurationError(
                "signin-endpoint",
                f"{name} leads to {parts.hostname}, which would receive the session's keys",
                f"say where to sign in: AWS_ENDPOINT_URL_SIGNIN=https://{urlsplit(url).hostname}",
            )
        return f"{endpoint.rstrip('/')}/federation"

    def signin_token(self, caller: Caller, url: str, seconds: int | None) -> Secret | None:
        """GET getSigninToken; `seconds` is SessionDuration, None leaves it out.

        Returns None where AWS refuses the session, with status 400 and no reason.
        """
        request = AwsRequest("signin", "getSigninToken", caller)
        asked = {"Action": "getSigninToken", "Session": _session_json(caller)}
        if seconds is not None:
            asked["SessionDuration"] = str(seconds)
        status, body = self._get(f"{url}?{urlencode(asked)}", request)
        if status == BAD_REQUEST:
            return None
        if status >= FIRST_SERVER_ERROR:
            raise unavailable(request, f"HTTP status {status}")
        if status != OK:  # a portal's page, or a redirect
            raise not_an_answer(request)
        try:
            return Secret(checked_text(read_json(body)["SigninToken"]))
        except (KeyError, TypeError, ValueError):
            raise not_an_answer(request) from None

    def _get(self, url: str, request: AwsRequest) -> tuple[int, bytes]:
        try:
            return self._edges.limited(lambda: self._send(url, request.caller), CALL_SECONDS)
        except BotoCoreError as error:
            raise translate(error, request, self._edges.clock.local_now()) from None
        except TimeoutError:
            raise too_slow(request, CALL_SECONDS) from None
        except ValueError:  # too long, or not HTTP
            raise not_an_answer(request) from None

    def _send(self, url: str, caller: Caller) -> tuple[int, bytes]:
        bundle = _core_session(caller).get_config_variable("ca_bundle")
        http = URLLib3Session(
            verify=bundle or True,
            proxies=get_environ_proxies(url),
            timeout=(CONNECT_SECONDS, READ_SECONDS),
        )
        try:
            answer = send(http, AWSRequest(method="GET", url=url).prepare())
            return int(answer.status_code), bytes(answer.content)
        finally:
            http.close()

    def _configured(self, caller: Caller) -> tuple[str, str]:
        """Return the setting that names an endpoint, and the endpoint; both "" without one."""
        for name in ("AWS_ENDPOINT_URL_SIGNIN", "AWS_ENDPOINT_URL"):
            if self._edges.environ.get(name):
                return name, self._edges.environ[name]
        core = _core_session(caller)
        if core.get_config_variable("ignore_configured_endpoint_urls"):
            return "", ""
        name = f"endpoint_url of profile {core.profile or 'default'!r}"
        return name, str(core.get_scoped_config().get("endpoint_url") or "")


def _core_session(caller: Caller) -> Any:
    return Session(profile=caller.profile)


def _session_json(caller: Caller) -> str:
    token = caller.keys.session_token
    return json.dumps(
        {
            "sessionId": caller.keys.access_key_id,
            "sessionKey": caller.keys.secret_access_key.reveal(),
            "sessionToken": token.reveal() if token else "",
        }
    )
