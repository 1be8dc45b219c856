"""Templates for what policies hang on besides users: roles and buckets."""

from __future__ import annotations

from typing import Any

from mfa_session.policy.templates.shape import (
    HAS_MFA,
    HAS_NO_MFA,
    Choices,
    Made,
    Template,
    listed,
    statement,
    younger_than,
)

_OBJECT_ACTIONS = ("s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket")


def trust(choices: Choices) -> Made:
    """Let users of other accounts take a role, with MFA only."""
    condition: dict[str, Any] = dict(HAS_MFA)
    if choices.external_id is not None:
        condition["StringEquals"] = {"sts:ExternalId": choices.external_id}
    if choices.max_age_seconds is not None:
        condition |= younger_than(choices.max_age_seconds)
    named = ", ".join(choices.accounts)
    return Made(
        statements=(
            statement(
                "AllowTakingItWithMFA",
                "Allow",
                condition,
                Principal={"AWS": _roots(choices)},
                Action="sts:AssumeRole",
            ),
        ),
        notes=(
            (
                f"users of account {named} may take the role, if they give a code with AssumeRole "
                "or have an MFA session"
            ),
            "their own account must allow them sts:AssumeRole on the role, too",
            (
                "what the role may do stands in its own policies, without any MFA condition: its "
                "session carries no MFA on"
            ),
            "for the role: aws iam update-assume-role-policy --policy-document file://…",
        ),
    )


def bucket(choices: Choices) -> Made:
    """Open a bucket to several accounts, with MFA only."""
    place = f"arn:{choices.partition}:s3:::{choices.bucket}"
    actions = listed(choices.actions, _OBJECT_ACTIONS)
    resources = [place, f"{place}/*"]
    return Made(
        statements=(
            statement(
                "AllowAccounts",
                "Allow",
                Principal={"AWS": _roots(choices)},
                Action=actions,
                Resource=resources,
            ),
            statement(
                "DenyWithoutMFA",
                "Deny",
                HAS_NO_MFA,
                Principal="*",
                Action=actions,
                Resource=resources,
            ),
        ),
        notes=(
            (
                f"users of account {', '.join(choices.accounts)} may {', '.join(actions)}, with an "
                "MFA session only; their own account must allow them, too"
            ),
            (
                "roles are shut out, those of Lambda functions and instances as well: a role's "
                "session has no MFA"
            ),
            "other actions on the bucket stay as they are",
            f"for the bucket: aws s3api put-bucket-policy --bucket {choices.bucket} --policy …",
        ),
    )


def _roots(choices: Choices) -> list[str]:
    return [f"arn:{choices.partition}:iam::{account}:root" for account in choices.accounts]


TEMPLATES = (
    Template(
        name="trust",
        summary="Let users of an account take a role, with MFA only.",
        build=trust,
        takes=("accounts", "external_id", "max_age_seconds", "partition"),
        needs=("accounts",),
    ),
    Template(
        name="bucket",
        summary="Open an S3 bucket to accounts, with MFA only.",
        build=bucket,
        takes=("bucket", "accounts", "actions", "partition"),
        needs=("bucket", "accounts"),
    ),
)
