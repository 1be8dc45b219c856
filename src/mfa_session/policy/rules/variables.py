"""Variables that IAM cannot fill in, and texts that should be variables."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mfa_session.policy.conditions import is_met
from mfa_session.policy.credentials import role_session
from mfa_session.policy.rules.keys import (
    EXISTING,
    NO_SUCH_KEY,
    and_nearest,
    is_in_form,
    meant_instead,
)
from mfa_session.policy.rules.rule import NOTE, WARNING, Flaw, Rule, Subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mfa_session.policy.document import Condition

NO_USER = Rule(
    "username-in-role-policy",
    WARNING,
    "A role's own policy uses `aws:username`, in a condition or as a variable: role sessions have "
    "none, and nothing matches.",
)
RULES = (NO_USER,)

_variable = re.compile(r"(?<!\$)\$\{([^{},]+)[^{}]*\}")
_of_a_user = re.compile(r"aws:(?:username|userid|principaltag/[\w-]+)", re.IGNORECASE).findall
_of_terraform = re.compile(r"\$\$\{|\$\{(?:data|each|local|module|var|aws_\w+)\.").search
_user_name = re.compile(r"\$\{\s*aws:username\s*\}", re.IGNORECASE).search
_filled_in = re.compile(r"(?<!\$)\$\{(?![\w-]+:[^:])").search
_TEMPLATES = (".tftpl", ".tpl", ".tmpl")
_OF_SERVERLESS = {"aws:accountid", "aws:region"}


def check_variables(subject: Subject) -> Iterator[Flaw]:
    """Find variables that IAM cannot fill in, and keys that should be variables."""
    wrong = [
        (item, f"write ${{{key}}}", f"{key} is plain text to IAM outside of ${{…}}")
        for item in subject.items_of("Resource", "NotResource")
        if not _of_terraform(str(item.value))  # which has `&{aws:username}` and `$${aws:username}`
        for key in keys_outside_of_braces(str(item.value))
    ]
    for item in subject.texts():
        for key in map(str.strip, _variable.findall(str(item.value))):
            near = meant_instead(key)
            dotted = key.lower().replace("aws.", "aws:", 1)
            if key.startswith("!aws:"):
                message = f"only CloudFormation's Fn::Sub makes ${{{key[1:]}}} of ${{{key}}}"
                wrong.append((item, f"write ${{{key[1:]}}}", message))
            elif dotted != key.lower() and meant_instead(dotted) is None and is_in_form(dotted):
                wrong.append((item, f"write ${{{dotted}}}", f"{key} is no variable of IAM"))
            elif near is not None and not _is_of_serverless(subject, key):
                message = f"AWS has no condition key {key}{and_nearest(near)}"
                wrong.append((item, EXISTING, message))
    first = {message: (item, cure) for item, cure, message in reversed(wrong)}
    for message, (item, cure) in reversed(first.items()):
        yield Flaw(
            NO_SUCH_KEY,
            subject.document.source.position(item.offset),
            message,
            "the value matches nothing: "
            + ("it allows nobody" if subject.statement.allows else "it stops nobody"),
            cure,
        )


def check_escapes(subject: Subject) -> Iterator[Flaw]:
    """Find the first `$${aws:username}` in a policy with nothing else that a template fills in."""
    source = subject.document.source
    escaped = next((each for each in subject.texts() if "$${aws:" in str(each.value)), None)
    if escaped is None or "$${aws:" in source.text[: escaped.offset]:
        return
    if not (_filled_in(source.text) or source.label.endswith(_TEMPLATES)):
        yield Flaw(
            NO_SUCH_KEY,
            source.position(escaped.offset),
            "to IAM, $${aws:…} is a $ before the value; only Terraform's templatefile makes it "
            "${aws:…}",
            "unless it does, the value matches nothing",
            "write ${aws:…} where IAM is to read this text",
            severity=NOTE,
        )


def check_username(subject: Subject) -> Iterator[Flaw]:
    """Find user names in a role's policy."""
    needing = [
        *(each.offset for each in subject.items_of("Resource") if _user_name(str(each.value))),
        *(each.node.key_offset for each in subject.other_conditions if _needs_user_name(each)),
    ]
    if subject.on_role and needing:
        yield Flaw(
            NO_USER,
            subject.document.source.position(needing[0]),
            "this is a role's policy, and role sessions have no aws:username",
            "nobody is allowed anything" if subject.statement.allows else "nobody is stopped",
            "use aws:userid or a tag of the role, or move the statement to a user's policy",
        )


def keys_outside_of_braces(text: str) -> list[str]:
    """Return the keys in a text that are to be variables and are not."""
    return _of_a_user(_variable.sub("", text))


def _needs_user_name(condition: Condition) -> bool:
    if condition.is_about("aws:username"):
        return is_met(condition, role_session().facts) is False
    lenient = condition.if_exists or condition.qualifier or "Not" in condition.operator
    return not lenient and bool(condition.values) and all(map(_user_name, condition.values))


def _is_of_serverless(subject: Subject, key: str) -> bool:
    """Say whether the Serverless Framework fills a variable in: its files are YAML."""
    in_yaml = subject.document.source.label.endswith((".yml", ".yaml"))
    return in_yaml and key.lower() in _OF_SERVERLESS
