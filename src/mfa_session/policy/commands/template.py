"""`policy template`: prints a policy that asks for MFA, and remarks on stderr."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from mfa_session.model.errors import UsageError
from mfa_session.model.record import Record, Result
from mfa_session.model.text import did_you_mean, nearest_of
from mfa_session.policy.credentials import LONGEST_SESSION_SECONDS
from mfa_session.policy.templates import TEMPLATES, Choices

if TYPE_CHECKING:
    from mfa_session.policy.templates import Made
    from mfa_session.session.context import Context


_OPTIONS = {
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
_NAMES = ", ".join(template.name for template in TEMPLATES)
_ACTION = re.compile(r"\*|[A-Za-z0-9-]+:[A-Za-z0-9*?]+", re.ASCII)
_RESOURCE = re.compile(r"\*|arn:[a-z*-]+:[^:\s]*:[^:\s]*:[^:\s]*:\S+")
_ACCOUNT = re.compile(r"\d{12}", re.ASCII)
_EXTERNAL_ID = re.compile(r"[\w+=,.@:/-]{2,1224}", re.ASCII)
_BUCKET = re.compile(r"(?=.{3,63}$)[a-z0-9][a-z0-9.-]*[a-z0-9]", re.ASCII)
_PARTITION = re.compile(r"aws(-[a-z]+)*", re.ASCII)
_EXAMPLES = {
    "accounts": "--account ACCOUNT",
    "bucket": "--bucket BUCKET --account ACCOUNT",
}


class Options(Record):
    """The options of `policy template`."""

    name: str | None = None
    action: tuple[str, ...] = ()
    resource: tuple[str, ...] = ()
    account: tuple[str, ...] = ()
    max_age: int | None = None
    external_id: str | None = None
    bucket: str | None = None
    partition: str = "aws"
    self_service: bool = False
    first_sign_in: bool = False


def run(options: Options, ctx: Context) -> Result:
    """Print one policy, or the list of templates."""
    name, choices = options.name, _choices(options)
    if name is None:
        if choices.given():
            raise UsageError("template-not-named", "no template is named", f"name one of {_NAMES}")
        return Result(data={}, lines=_overview())
    names = ctx.make.aws_names()
    for unlisted in filter(None, map(names.look_up, choices.actions)):
        raise UsageError("unknown-action", unlisted.message, unlisted.hint)
    made = make(name, choices)
    for note in made.notes:
        ctx.console.say(note)
    return Result(data={}, lines=(json.dumps(made.document(), indent=2),))


def _choices(options: Options) -> Choices:
    return Choices(
        actions=options.action,
        resources=options.resource,
        accounts=options.account,
        max_age_seconds=options.max_age,
        external_id=options.external_id,
        bucket=options.bucket,
        partition=options.partition,
        self_service=options.self_service,
        first_sign_in=options.first_sign_in,
    )


def _overview() -> tuple[str, ...]:
    lines = []
    for template in TEMPLATES:
        options = " ".join(_OPTIONS[option] for option in template.takes)
        lines += [template.name, f"    {template.summary}", f"    {options}"]
    return tuple(lines)


def make(name: str, choices: Choices) -> Made:
    """Return the policy of a template.

    Raises UsageError if there is no such template, or it does not take these options.
    """
    template = next((each for each in TEMPLATES if each.name == name), None)
    if template is None:
        near = nearest_of(name, [each.name for each in TEMPLATES], most=1)
        raise UsageError(
            "no-such-template",
            f"there is no template {name!r}",
            did_you_mean(near) if near else f"name one of {_NAMES}",
        )
    for option in sorted(choices.given() - set(template.takes)):
        raise UsageError(
            "option-not-for-template",
            f"{template.name} does not take {_OPTIONS[option]}",
            f"it takes {', '.join(_OPTIONS[each] for each in template.takes)}",
        )
    for option in template.needs:
        if option not in choices.given():
            raise UsageError(
                "template-needs-option",
                f"{template.name} needs {_OPTIONS[option]}",
                f"run `mfa-session policy template {template.name} {_EXAMPLES[option]}`",
            )
    _check(choices)
    return template.build(choices)


def _check(choices: Choices) -> None:
    """Refuse values that IAM refuses, or that nobody can meet."""
    shapes = (
        (choices.actions, _ACTION, "an action", "write it as ec2:StopInstances"),
        (choices.resources, _RESOURCE, "an ARN", "write it as arn:aws:s3:::BUCKET/*, or *"),
        (choices.accounts, _ACCOUNT, "an account", "an account has twelve digits"),
        ((choices.external_id,), _EXTERNAL_ID, "an external id",
         "it has 2 to 1224 letters, digits and +=,.@:/-_"),
        ((choices.bucket,), _BUCKET, "a bucket's name", "it has 3 to 63 of a-z, 0-9, . and -"),
        ((choices.partition,), _PARTITION, "a partition", "for example aws, aws-cn or aws-us-gov"),
    )  # fmt: skip
    for values, shape, what, hint in shapes:
        for value in values:
            if value is not None and not shape.fullmatch(value):
                raise UsageError("bad-template-value", f"{value!r} is not {what}", hint)
    age = choices.max_age_seconds
    if age is not None and not 0 < age <= LONGEST_SESSION_SECONDS:
        raise UsageError(
            "bad-template-value",
            "--max-age is out of range",
            "give it from 1s to 36h: no MFA session lasts longer",
        )
