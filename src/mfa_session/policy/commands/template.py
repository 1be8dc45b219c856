"""`policy template`: a policy that asks for MFA, on stdout; what to know about it, on stderr."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from mfa_session.model.errors import UsageError
from mfa_session.model.result import Result
from mfa_session.policy.action_names import misspelt
from mfa_session.policy.templates import catalogue
from mfa_session.policy.templates.shape import Choices

if TYPE_CHECKING:
    from mfa_session.cli.app import App


def run(app: App) -> Result:
    """Print one policy, or which there are."""
    name = app.given.values.get("name")
    choices = _choices(app)
    if name is None:
        if choices.given():
            raise UsageError(
                "template-not-named",
                "which template?",
                f"one of {', '.join(template.name for template in catalogue.TEMPLATES)}",
            )
        return Result(data={}, lines=_overview())
    for action in choices.actions:
        near = misspelt(action, app.make.nearest_action)
        if near is not None:
            raise UsageError(
                "unknown-action", f"AWS has no action {action}", f"did you mean {near}?"
            )
    made = catalogue.make(str(name), choices)
    for note in made.notes:
        app.talk.say(note)
    return Result(data={}, lines=(json.dumps(made.document(), indent=2),))


def _choices(app: App) -> Choices:
    values = app.given.values
    return Choices(
        actions=tuple(values.get("action") or ()),
        resources=tuple(values.get("resource") or ()),
        accounts=tuple(values.get("account") or ()),
        max_age_seconds=values.get("max_age"),
        external_id=values.get("external_id"),
        bucket=values.get("bucket"),
        partition=values.get("partition") or "aws",
        self_service=app.given.flag("self_service"),
        first_sign_in=app.given.flag("first_sign_in"),
    )


def _overview() -> tuple[str, ...]:
    width = max(len(template.name) for template in catalogue.TEMPLATES)
    lines = []
    for template in catalogue.TEMPLATES:
        options = " ".join(catalogue.OPTIONS[option] for option in template.takes)
        lines += [
            f"{template.name:<{width}}  {template.summary}",
            f"{'':<{width}}  {options}",
        ]
    return tuple(lines)
