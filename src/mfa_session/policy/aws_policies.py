"""AWS's own managed policies, of which a file names the ARNs and seldom has the texts."""

from __future__ import annotations

import re
from collections.abc import Mapping

_arn = re.compile(r"arn:[^:]*:iam::aws:policy/(?:[\w-]+/)*([\w-]+)").fullmatch
_denies = re.compile("AWSDenyAll|AWSCompromised.*").fullmatch
# Others neither allow nor deny enabling a device, nor deny taking a role.
_ALL_OF_IAM = {"AdministratorAccess", "IAMFullAccess"}
ALLOWED: Mapping[str, Mapping[str, object]] = {
    "AdministratorAccess": {"Action": "*"},
    "AmazonDynamoDBFullAccess": {"Action": "dynamodb:*"},
    "AmazonEC2FullAccess": {"Action": "ec2:*"},
    "AmazonRDSFullAccess": {"Action": "rds:*"},
    "AmazonS3FullAccess": {"Action": "s3:*"},
    "IAMFullAccess": {"Action": "iam:*"},
    "PowerUserAccess": {"NotAction": ["account:*", "iam:*", "organizations:*"]},
}
"""What some of them allow at least, on all resources."""


def name_of(arn: str) -> str:
    """Return the name of a policy of AWS's own that denies nothing; empty for another one."""
    found = _arn(arn)
    return found[1] if found and not _denies(found[1]) else ""


def is_administrators(arn: str) -> bool:
    """Say whether it is the policy that allows everything."""
    return name_of(arn) == "AdministratorAccess"


def is_harmless(arn: str) -> bool:
    """Say whether it surely does not decide about MFA devices, nor deny taking roles."""
    return name_of(arn) not in {"", *_ALL_OF_IAM}
