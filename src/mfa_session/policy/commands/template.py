"""`policy template`: prints a policy that asks for MFA, and remarks on stderr."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator

from mfa_session.model.errors import UsageError
from mfa_session.model.feature_ports import AwsNames
from mfa_session.model.record import Result
from mfa_session.model.text import did_you_mean, nearest_of
from mfa_session.policy.action_names import read_action
from mfa_session.policy.credentials import LONGEST_SESSION_SECONDS, Request, mfa_session
from mfa_session.policy.document import Document
from mfa_session.policy.evaluation import evaluate
from mfa_session.policy.fixes import SHORTEST_USEFUL_SECONDS
from mfa_session.policy.lint import lint
from mfa_session.policy.reading import read_document
from mfa_session.policy.templates import TEMPLATES, Choices, Made, Template
from mfa_session.session.context import Context

_NAMES = ", ".join(template.name for template in TEMPLATES)
_PARTITION = "aws(-cn|-us-gov|-eusc|-iso(-[a-z])?)?"
_SHAPES = (
    ("resource", rf"\*|arn:({_PARTITION}|[a-z-]*\*):[^:\s]*:[^:\s]*:[^:\s]*:\S+", "an ARN",
     "write it as arn:aws:s3:::BUCKET/*, arn:aws-us-gov:…, or *"),
    ("account", "[0-9]{12}", "an account", "an account has twelve digits"),
    ("external_id", "[A-Za-z0-9_+=,.@:/-]{2,1224}", "an external id",
     "it has 2 to 1224 letters, digits and +=,.@:/-_"),
    ("bucket", r"(?=.{3,63}$)(?!.*\.\.)[a-z0-9][a-z0-9.-]*[a-z0-9]", "a bucket's name",
     "it has 3 to 63 of a-z, 0-9, - and single dots"),
    ("partition", _PARTITION, "a partition", "for example aws, aws-cn or aws-us-gov"),
)  # fmt: skip
_EXAMPLES = {
    "account": ("--account", "ACCOUNT"),
    "bucket": ("--bucket", "BUCKET"),
    "self_service": ("--self-service",),
}
_SETUP = "name others; to set up MFA: `mfa-session policy template deny-without-mfa --self-service`"


class Options(Choices):
    """The options of `policy template`."""

    name: str | None = None


def run(options: Options, ctx: Context) -> Result:
    """Print one policy, in which lint finds nothing, or the list of templates."""
    if options.name is None:
        if options.given():
            raise UsageError("template-not-named", "no template is named", f"name one of {_NAMES}")
        lines = (
            (each.name, f"    {each.summary}", f"    {' '.join(map(_flag, each.takes))}")
            for each in TEMPLATES
        )
        return Result(data={}, lines=tuple(itertools.chain(*lines)))
    names = ctx.make.aws_names()
    actions = [_spelled(each, names) for each in options.action]
    for unlisted in filter(None, map(names.look_up, actions)):
        raise UsageError("unknown-action", unlisted.message, unlisted.hint)
    made = make(options.name, options.replace(action=tuple(dict.fromkeys(actions))))
    text = json.dumps(made.document(), indent=2)
    for wrong, cure in _faults(read_document(options.name, text), names):
        flags = [f"--{each}" for each in ("action", "resource") if getattr(options, each)]
        raise UsageError("template-faulty", wrong, f"change {' or '.join(flags)}: {cure}")
    for note in made.notes:
        ctx.console.say(note)
    return Result(data={}, lines=(text,))


def _spelled(text: str, names: AwsNames) -> str:
    action = text if names.spelled(text) else read_action(text)
    return names.spelled(action) or action


def _faults(document: Document, names: AwsNames) -> Iterator[tuple[str, str]]:
    for action in document.statements[0].actions or ():
        if document.kind == "resource" and not action.startswith(("s3:", "*")):
            yield f"{action} is about no bucket", "name others, such as s3:GetObject"
        limit = evaluate((document,), Request(action=action), mfa_session()).limit
        if limit and action != "*":
            wrong = f"for an MFA session, policies do not decide {action} alone: {limit}"
            yield wrong, "leave it out, or name sts:AssumeRole"
    for finding in lint(document, names=names):
        of_setup = finding.rule.startswith(("discovery", "enrolment"))
        yield f"{finding.message}: {finding.who}", _SETUP if of_setup else finding.cure


def _flag(option: str) -> str:
    return f"--{option.replace('_', '-')}"


def make(name: str, choices: Choices) -> Made:
    """Return the policy of a template; UsageError if it does not take these options."""
    templates = {each.name: each for each in TEMPLATES}
    template = templates.get(name)
    if template is None:
        near = nearest_of(name, templates, most=1)
        hint = did_you_mean(near) if near else f"name one of {_NAMES}"
        raise UsageError("no-such-template", f"there is no template {name!r}", hint)
    _check_values(choices)
    _check_options(template, choices.given())
    return template.build(choices)


def _check_options(template: Template, given: set[str]) -> None:
    for option in sorted(given - set(template.takes)):
        raise UsageError(
            "option-not-for-template",
            f"{template.name} does not take {_flag(option)}",
            f"it takes {', '.join(map(_flag, template.takes))}",
        )
    needs = template.needs or ("self_service",) * bool(given & {"account", "partition"})
    missing = [each for each in needs if each not in given]
    if missing:
        what = f"{template.name} needs {' and '.join(map(_flag, missing))}"
        words = (word for each in missing for word in _EXAMPLES[each])
        raise UsageError("template-needs-option", what, "name it", add=(*words,))


def _check_values(choices: Choices) -> None:
    for option, shape, what, hint in _SHAPES:
        value = getattr(choices, option)
        for each in value if isinstance(value, tuple) else (value,):
            if each is not None and not re.fullmatch(shape, each):
                raise UsageError("bad-template-value", f"{each!r} is not {what}", hint)
    age = choices.max_age
    if age is not None and not SHORTEST_USEFUL_SECONDS <= age <= LONGEST_SESSION_SECONDS:
        raise UsageError(
            "bad-template-value",
            "--max-age is out of range",
            "give 2m to 36h: less leaves no time to work, and no MFA session lasts longer",
        )
