"""Versions of policies that are not in force, and users whom no policy asks for MFA."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mfa_session.policy.mfa import means_mfa
from mfa_session.policy.rules.rule import NOTE, WARNING, Flaw, Rule, Subject

if TYPE_CHECKING:
    from collections.abc import Iterator

UNUSED = Rule(
    "newer-version-unused",
    WARNING,
    "In an account dump, the newest version of a managed policy asks for MFA, but an older one, "
    "which does not, is the default: only that one is in force, and it asks nobody for MFA.",
)
UNASKED = Rule(
    "users-not-asked",
    NOTE,
    "In an account dump, no policy of some users asks for MFA, though policies of others do. "
    "Programs without MFA are right among them, people are not.",
)
RULES = (UNUSED, UNASKED)
_MOST = 5  # users to name


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


def check_users(subject: Subject) -> Iterator[Flaw]:
    """Find the users whom no policy asks for MFA, at the account's first one that asks."""
    statements, users = subject.document.statements, subject.document.not_asked
    if users and subject.statement is next(filter(means_mfa, statements), None):
        more = f" and {len(users) - _MOST} more" if users[_MOST:] else ""
        yield Flaw(
            UNASKED,
            subject.statement.position,
            f"no policy asks these users for MFA: {', '.join(users[:_MOST])}{more}",
            "whoever has their long-term keys gets through without MFA",
            "give this policy to those of them who are people",
        )
