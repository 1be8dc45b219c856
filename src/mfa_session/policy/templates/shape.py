"""What a template is, what it is told, and what comes out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mfa_session.model.record import Record
from mfa_session.policy.credentials import MFA_AGE, MFA_PRESENT

if TYPE_CHECKING:
    from collections.abc import Callable

Statement = dict[str, Any]

HAS_MFA = {"Bool": {MFA_PRESENT: "true"}}
# The key is absent with a long-term key: IfExists denies that as well.
HAS_NO_MFA = {"BoolIfExists": {MFA_PRESENT: "false"}}


class Choices(Record):
    """What was said on the command line; each value has been checked."""

    actions: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    max_age_seconds: int | None = None
    external_id: str | None = None
    bucket: str | None = None
    partition: str = "aws"
    self_service: bool = False
    first_sign_in: bool = False

    def given(self) -> set[str]:
        """Return the names of what was said."""
        return {name for name, value in self.as_dict().items() if value != getattr(Choices, name)}


class Made(Record):
    """A policy, and what to know about it: where it hangs, what it does, what it does not."""

    statements: tuple[Statement, ...]
    notes: tuple[str, ...]

    def document(self) -> dict[str, object]:
        """Return the whole policy."""
        return {"Version": "2012-10-17", "Statement": list(self.statements)}


class Template(Record):
    """One template: `takes` names the choices that it knows, `needs` those it cannot do without."""

    name: str
    summary: str
    build: Callable[[Choices], Made]
    takes: tuple[str, ...]
    needs: tuple[str, ...] = ()


def statement(
    sid: str,
    effect: str,
    condition: dict[str, Any] | None = None,
    **elements: Any,
) -> Statement:
    """Return a statement, its elements in the usual order."""
    made = {"Sid": sid, "Effect": effect, **elements}
    return {**made, "Condition": condition} if condition else made


def listed(values: tuple[str, ...], default: tuple[str, ...]) -> list[str]:
    """Return the values, or the default where there are none."""
    return list(values or default)


def on(choices: Choices) -> str | list[str]:
    """Return the resources, `*` where none is said."""
    return list(choices.resources) if choices.resources else "*"


def younger_than(seconds: int) -> dict[str, Any]:
    """Return the condition of an Allow that wants a recent code."""
    return {"NumericLessThanEquals": {MFA_AGE: str(seconds)}}


def older_than(seconds: int) -> dict[str, Any]:
    """Return the condition of a Deny that stops what has no recent code, or none at all."""
    return {"NumericGreaterThanIfExists": {MFA_AGE: str(seconds)}}
