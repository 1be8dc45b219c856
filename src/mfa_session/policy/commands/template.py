"""`policy template`: a policy that asks for MFA, on stdout; what to know about it, on stderr."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from mfa_session.model.errors import UsageError
from mfa_session.model.record import Record, Result
from mfa_session.policy.templates import catalogue
from mfa_session.policy.templates.shape import Choices

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mfa_session.policy.aws_names import AwsNames
    from mfa_session.session.context import Context


class Options(Record):
    """What `policy template` was given."""

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
            raise UsageError(
                "template-not-named",
                "which template?",
                f"one of {', '.join(template.name for template in catalogue.TEMPLATES)}",
            )
        return Result(data={}, lines=_overview())
    _require_listed(choices.actions, ctx.make.aws_names())
    made = catalogue.make(name, choices)
    for note in made.notes:
        ctx.console.say(note)
    return Result(data={}, lines=(json.dumps(made.document(), indent=2),))


def _require_listed(actions: Iterable[str], names: AwsNames) -> None:
    """Raise UsageError `unknown-action` for an action that AWS does not list."""
    for action in actions:
        unlisted = names.look_up(action)
        if unlisted is not None:
            raise UsageError("unknown-action", unlisted.message, unlisted.hint)


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
    for template in catalogue.TEMPLATES:
        options = " ".join(catalogue.OPTIONS[option] for option in template.takes)
        lines += [template.name, f"    {template.summary}", f"    {options}"]
    return tuple(lines)
