"""`policy template`: prints a policy that asks for MFA, and remarks on stderr."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from mfa_session.model.errors import UsageError
from mfa_session.model.record import Result
from mfa_session.model.text import did_you_mean, nearest_of
from mfa_session.policy.credentials import LONGEST_SESSION_SECONDS
from mfa_session.policy.templates import TEMPLATES, Choices

if TYPE_CHECKING:
    from mfa_session.policy.templates import Made
    from mfa_session.session.context import Context


_NAMES = ", ".join(template.name for template in TEMPLATES)
_SHAPES = (
    ("action", r"\*|[A-Za-z0-9-]+:[A-Za-z0-9*?]+", "an action", "write it as ec2:StopInstances"),
    ("resource", r"\*|arn:[a-z*-]+:[^:\s]*:[^:\s]*:[^:\s]*:\S+", "an ARN",
     "write it as arn:aws:s3:::BUCKET/*, or *"),
    ("account", "[0-9]{12}", "an account", "an account has twelve digits"),
    ("external_id", "[A-Za-z0-9_+=,.@:/-]{2,1224}", "an external id",
     "it has 2 to 1224 letters, digits and +=,.@:/-_"),
    ("bucket", "(?=.{3,63}$)[a-z0-9][a-z0-9.-]*[a-z0-9]", "a bucket's name",
     "it has 3 to 63 of a-z, 0-9, . and -"),
    ("partition", "aws(-[a-z]+)*", "a partition", "for example aws, aws-cn or aws-us-gov"),
)  # fmt: skip
_EXAMPLES = {"account": "--account ACCOUNT", "bucket": "--bucket BUCKET --account ACCOUNT"}


class Options(Choices):
    """The options of `policy template`."""

    name: str | None = None


def run(options: Options, ctx: Context) -> Result:
    """Print one policy, or the list of templates."""
    if options.name is None:
        if options.given():
            raise UsageError("template-not-named", "no template is named", f"name one of {_NAMES}")
        lines = tuple(
            line
            for each in TEMPLATES
            for line in (
                each.name,
                f"    {each.summary}",
                f"    {' '.join(map(_flag, each.takes))}",
            )
        )
        return Result(data={}, lines=lines)
    names = ctx.make.aws_names()
    for unlisted in filter(None, map(names.look_up, options.action)):
        raise UsageError("unknown-action", unlisted.message, unlisted.hint)
    made = make(options.name, options)
    for note in made.notes:
        ctx.console.say(note)
    return Result(data={}, lines=(json.dumps(made.document(), indent=2),))


def _flag(option: str) -> str:
    return f"--{option.replace('_', '-')}"


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
            f"{template.name} does not take {_flag(option)}",
            f"it takes {', '.join(map(_flag, template.takes))}",
        )
    for option in template.needs:
        if option not in choices.given():
            raise UsageError(
                "template-needs-option",
                f"{template.name} needs {_flag(option)}",
                f"run `mfa-session policy template {template.name} {_EXAMPLES[option]}`",
            )
    _check(choices)
    return template.build(choices)


def _check(choices: Choices) -> None:
    for option, shape, what, hint in _SHAPES:
        value = getattr(choices, option)
        for each in value if isinstance(value, tuple) else (value,):
            if each is not None and not re.fullmatch(shape, each):
                raise UsageError("bad-template-value", f"{each!r} is not {what}", hint)
    age = choices.max_age
    if age is not None and not 0 < age <= LONGEST_SESSION_SECONDS:
        raise UsageError(
            "bad-template-value",
            "--max-age is out of range",
            "give it from 1s to 36h: no MFA session lasts longer",
        )
