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
            (f"users of account {named} may assume the role with a code, or from an MFA session"),
            "their own account must also allow them sts:AssumeRole on the role",
            (
                "the role's permission policies say what it may do; put no MFA condition there: "
                "role sessions carry no MFA"
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
                f"users of account {', '.join(choices.accounts)} may {', '.join(actions)}, only "
                "with an MFA session; their own account must also allow it"
            ),
            (
                "roles are locked out, including those of Lambda functions and instances: role "
                "sessions carry no MFA"
            ),
            "other actions on the bucket are not affected",
            f"for the bucket: aws s3api put-bucket-policy --bucket {choices.bucket} --policy …",
        ),
    )


def _roots(choices: Choices) -> list[str]:
    return [f"arn:{choices.partition}:iam::{account}:root" for account in choices.accounts]


TEMPLATES = (
    Template(
        name="trust",
        summary="Let users of other accounts assume a role, only with MFA.",
        build=trust,
        takes=("accounts", "external_id", "max_age_seconds", "partition"),
        needs=("accounts",),
    ),
    Template(
        name="bucket",
        summary="Open an S3 bucket to accounts, only with MFA.",
        build=bucket,
        takes=("bucket", "accounts", "actions", "partition"),
        needs=("bucket", "accounts"),
    ),
)
