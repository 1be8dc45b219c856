"""All templates, and the checks that what they are told makes sense."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mfa_session.model.errors import UsageError
from mfa_session.model.text import nearest_of
from mfa_session.policy.templates import identity, resources

if TYPE_CHECKING:
    from mfa_session.policy.templates.shape import Choices, Made, Template

TEMPLATES = (*identity.TEMPLATES, *resources.TEMPLATES)
OPTIONS = {
    "actions": "--action",
    "resources": "--resource",
    "accounts": "--account",
    "max_age_seconds": "--max-age",
    "external_id": "--external-id",
    "bucket": "--bucket",
    "partition": "--partition",
    "self_service": "--self-service",
    "first_sign_in": "--first-sign-in",
}
LONGEST_SESSION_SECONDS = 129_600
_ACTION = re.compile(r"\*|[A-Za-z0-9-]+:[A-Za-z0-9*?]+", re.ASCII)
_RESOURCE = re.compile(r"\*|arn:[a-z*-]+:[^:\s]*:[^:\s]*:[^:\s]*:\S+")
_ACCOUNT = re.compile(r"\d{12}", re.ASCII)
_EXTERNAL_ID = re.compile(r"[\w+=,.@:/-]{2,1224}", re.ASCII)
_BUCKET = re.compile(r"(?=.{3,63}$)[a-z0-9][a-z0-9.-]*[a-z0-9]", re.ASCII)
_PARTITION = re.compile(r"aws(-[a-z]+)*", re.ASCII)


def make(name: str, choices: Choices) -> Made:
    """Return the policy of a template.

    Raises UsageError where there is no such template, or it cannot be told this.
    """
    template = find(name)
    for option in sorted(choices.given() - set(template.takes)):
        raise UsageError(
            "option-not-for-template",
            f"{template.name} does not take {OPTIONS[option]}",
            f"it takes {', '.join(OPTIONS[each] for each in template.takes)}",
        )
    for option in template.needs:
        if option not in choices.given():
            raise UsageError(
                "template-needs-option",
                f"{template.name} needs {OPTIONS[option]}",
                f"run `mfa-session policy template {template.name} {_EXAMPLES[option]}`",
            )
    _check(choices)
    return template.build(choices)


def find(name: str) -> Template:
    """Return the template of this name. Raises UsageError `no-such-template`."""
    for template in TEMPLATES:
        if template.name == name:
            return template
    names = [template.name for template in TEMPLATES]
    near = nearest_of(name, names, most=1)
    raise UsageError(
        "no-such-template",
        f"there is no template {name!r}",
        f"did you mean {near[0]}?" if near else f"there are {', '.join(names)}",
    )


def _check(choices: Choices) -> None:
    """Refuse values that IAM would refuse, or that could never be met."""
    shapes = (
        (choices.actions, _ACTION, "an action", "write it as ec2:StopInstances"),
        (choices.resources, _RESOURCE, "an ARN", "write it as arn:aws:s3:::BUCKET/*, or *"),
        (choices.accounts, _ACCOUNT, "an account", "an account has twelve digits"),
        ((choices.external_id,), _EXTERNAL_ID, "an external id",
         "it has 2 to 1224 letters, digits and +=,.@:/-_"),
        ((choices.bucket,), _BUCKET, "a bucket's name", "it has 3 to 63 of a-z, 0-9, . and -"),
        ((choices.partition,), _PARTITION, "a partition", "aws, aws-cn or aws-us-gov, say"),
    )  # fmt: skip
    for values, shape, what, hint in shapes:
        for value in values:
            if value is not None and not shape.fullmatch(value):
                raise UsageError("bad-template-value", f"{value!r} is not {what}", hint)
    age = choices.max_age_seconds
    if age is not None and not 0 < age <= LONGEST_SESSION_SECONDS:
        raise UsageError(
            "bad-template-value",
            "no session's MFA can have that age",
            "give --max-age something from 1s to 36h: no MFA session lasts longer",
        )


_EXAMPLES = {
    "accounts": "--account ACCOUNT",
    "bucket": "--bucket BUCKET --account ACCOUNT",
}
