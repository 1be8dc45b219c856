"""Versions of a managed policy that are not in force."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mfa_session.policy.mfa import means_mfa
from mfa_session.policy.rules.rule import WARNING, Flaw, Rule, Subject

if TYPE_CHECKING:
    from collections.abc import Iterator

UNUSED = Rule(
    "newer-version-unused",
    WARNING,
    "In an account dump, the newest version of a managed policy asks for MFA, but an older one, "
    "which does not, is the default: only that one is in force, and it asks nobody for MFA.",
)
RULES = (UNUSED,)


def check_newest(subject: Subject) -> Iterator[Flaw]:
    """Find policies whose newest version asks for MFA, while the default one does not.

    One that roles have may have been set back for them.
    """
    document, newer = subject.document, subject.document.newer
    first = subject.statement is document.statements[0]
    if newer and first and not (document.holder or any(map(means_mfa, document.statements))):
        yield Flaw(
            UNUSED,
            subject.statement.position,
            f"{newer.version} of this policy asks for MFA, but {newer.default} is the default "
            "version",
            f"only {newer.default} is in force, which asks nobody for MFA",
            f"lint {newer.version}, then make it the default: aws iam set-default-policy-version "
            f"--version-id {newer.version} --policy-arn {newer.arn}",
        )
