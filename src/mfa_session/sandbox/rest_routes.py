"""Which operation a REST path belongs to, read from botocore's service models."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import parse_qsl, unquote

if TYPE_CHECKING:
    from collections.abc import Mapping

_MODEL_NAMES = {
    "elasticfilesystem": "efs",
    "execute-api": "apigateway",
    "aps": "amp",
    "access-analyzer": "accessanalyzer",
}


@dataclass(frozen=True)
class Route:
    """An operation, what its path held, and the family of its protocol."""

    operation: str
    parameters: Mapping[str, str]
    protocol: Literal["rest_json", "rest_xml"]


@dataclass(frozen=True)
class _Rule:
    """What a request must look like for one operation."""

    operation: str
    method: str
    path: re.Pattern[str]
    literal_query: tuple[tuple[str, str], ...]
    required_query: frozenset[str]
    required_headers: frozenset[str]

    @property
    def weight(self) -> tuple[int, int]:
        """How particular the rule is: more particular ones win."""
        return (
            len(self.literal_query) + len(self.required_query) + len(self.required_headers),
            len(self.path.pattern),
        )

    def fits(self, method: str, query: Mapping[str, str], headers: Mapping[str, str]) -> bool:
        """Say whether all but the path is as the operation wants it."""
        literal = all(query.get(name, "\0") == value for name, value in self.literal_query)
        return (
            method == self.method
            and literal
            and self.required_query <= query.keys()
            and self.required_headers <= headers.keys()
        )


def find_route(
    service: str,
    method: str,
    path: str,
    query: Mapping[str, str],
    headers: Mapping[str, str],
) -> Route:
    """Return the most particular operation that fits; `GET /path` where none does."""
    protocol, rules = _rules(service)
    fitting = []
    for rule in rules:
        match = rule.path.fullmatch(path)
        if match and rule.fits(method, query, headers):
            fitting.append((rule.weight, rule.operation, match))
    if not fitting:
        return Route(f"{method} {path}", {}, protocol)
    _, operation, match = max(fitting, key=lambda found: found[0])
    return Route(operation, {k: unquote(v) for k, v in match.groupdict().items()}, protocol)


@functools.cache
def _rules(service: str) -> tuple[Literal["rest_json", "rest_xml"], list[_Rule]]:
    from botocore.exceptions import UnknownServiceError  # noqa: PLC0415 - slow, rarely needed
    from botocore.loaders import Loader  # noqa: PLC0415 - slow, rarely needed

    try:
        model = Loader().load_service_model(_MODEL_NAMES.get(service, service), "service-2")
    except UnknownServiceError:
        return "rest_json", []
    xml = "rest-xml" in model["metadata"].get("protocol", "")
    rules = [_rule(operation, model["shapes"]) for operation in model["operations"].values()]
    return ("rest_xml" if xml else "rest_json"), rules


def _rule(operation: Mapping[str, Any], shapes: Mapping[str, Any]) -> _Rule:
    uri, _, query = operation["http"]["requestUri"].partition("?")
    shape = shapes.get(operation.get("input", {}).get("shape"), {})
    required = {
        (member.get("location"), member.get("locationName", name).lower())
        if member.get("location") == "header"
        else (member.get("location"), member.get("locationName", name))
        for name, member in shape.get("members", {}).items()
        if name in shape.get("required", ())
    }
    return _Rule(
        operation=operation["name"],
        method=operation["http"]["method"],
        path=_path_pattern(uri),
        literal_query=tuple(parse_qsl(query, keep_blank_values=True)),
        required_query=frozenset(name for place, name in required if place == "querystring"),
        required_headers=frozenset(name for place, name in required if place == "header"),
    )


def _path_pattern(uri: str) -> re.Pattern[str]:
    """Turn `/{Bucket}/{Key+}` into a pattern with a group for each name."""

    def group(match: re.Match[str]) -> str:
        name, greedy = match.group(1), match.group(2)
        return f"(?P<{re.sub('[^A-Za-z0-9_]', '_', name)}>{'.+' if greedy else '[^/]+'})"

    source = re.sub(r"\{([^}+]+)(\+?)\}", group, uri)
    return re.compile(source if source == "/" else source.rstrip("/") + "/?")
