"""The services of moto: EC2, S3 and others.

moto runs in this process, without its server and Flask, and after our own authorisation. Importing
it takes about a second, so the first call that needs it does so.
"""

from __future__ import annotations

import re
import threading
from typing import Any
from urllib.parse import urlencode

from mfa_session.sandbox import errors
from mfa_session.sandbox.operations import Operation
from mfa_session.sandbox.server import Answer
from mfa_session.sandbox.signatures import HttpRequest

# ruff: noqa: PLC0415 - see above

_GLOBAL = ("iam", "route53")  # services that have one host
_lock = threading.Lock()
_touched: set[str] = set()


def forward(request: HttpRequest, operation: Operation, account: str) -> Answer:
    """Return moto's answer for the given account."""
    from botocore.awsrequest import AWSPreparedRequest
    from moto import settings
    from moto.core.botocore_stubber import BotocoreStubber

    # moto would create a thousand machine images for every account and region, in 200 ms each. Its
    # environment variable against that would reach the children of the sandbox's program.
    settings.ec2_load_default_amis = lambda: False
    with _lock:
        _touched.add(operation.service)
        headers = _headers(request, operation, account)
        prepared = AWSPreparedRequest(
            request.method, _url(request, operation), headers, request.body, stream_output=False
        )
        try:
            answered = BotocoreStubber().process_request(prepared)
        except ModuleNotFoundError as exc:
            raise errors.not_played(operation.service, f"moto needs {exc.name} for it") from exc
    if answered is None:
        raise errors.not_played(operation.service, "moto does not know it")
    status, sent, body = answered
    return _answer(status, dict(sent), body)


def add_instance(account: str, region: str, name: str) -> str:
    """Start an instance with a Name tag and return its id."""
    parameters = {
        "Action": "RunInstances",
        "Version": "2016-11-15",
        "ImageId": "ami-12c6146b",
        "InstanceType": "t3.micro",
        "MinCount": "1",
        "MaxCount": "1",
        "TagSpecification.1.ResourceType": "instance",
        "TagSpecification.1.Tag.1.Key": "Name",
        "TagSpecification.1.Tag.1.Value": name,
    }
    body = urlencode(parameters).encode()
    headers = {"content-type": "application/x-www-form-urlencoded", "host": "ec2"}
    request = HttpRequest("POST", "/", "", headers, body)
    answer = forward(request, Operation("ec2", region, "RunInstances", "ec2", {}), account)
    found = re.search(rb"<instanceId>(i-[0-9a-f]+)<", answer.body)
    if not found:
        raise RuntimeError(f"moto started no instance: {answer.body.decode()}")
    return found.group(1).decode()


def reset() -> None:
    """Empty every service that was used."""
    if not _touched:
        return
    from moto.core.base_backend import BackendDict

    with _lock:
        BackendDict.reset()
        _touched.clear()


def _url(request: HttpRequest, operation: Operation) -> str:
    place = f"{operation.region}.amazonaws.com"
    if operation.service in _GLOBAL:
        place = "amazonaws.com"
    elif operation.region.startswith("cn-"):
        place += ".cn"
    query = f"?{request.query}" if request.query else ""
    return f"https://{operation.service}.{place}{request.path}{query}"


def _headers(request: HttpRequest, operation: Operation, account: str) -> Any:
    from botocore.compat import HTTPHeaders

    headers = HTTPHeaders.from_dict(request.headers)
    headers.replace_header("host", _url(request, operation).split("/")[2])
    headers["x-moto-account-id"] = account
    return headers


def _answer(status: int, sent: dict[str, Any], body: Any) -> Answer:
    left_out = {"date", "content-length", "content-type", "server", "connection"}
    types = [str(value) for name, value in sent.items() if name.lower() == "content-type"]
    content = body.encode() if isinstance(body, str) else bytes(body or b"")
    return Answer(
        status=status,
        body=content,
        content_type=types[0] if types else "text/xml",
        headers={k: str(v) for k, v in sent.items() if k.lower() not in left_out},
    )
