"""Templates of policies that demand MFA, for users, roles and buckets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mfa_session.model.record import Record
from mfa_session.model.times import format_duration
from mfa_session.policy.credentials import MFA_AGE, MFA_PRESENT

Statement = dict[str, Any]

_HAS_MFA = {"Bool": {MFA_PRESENT: "true"}}
# A long-term key lacks the condition key; IfExists denies it too.
_HAS_NO_MFA = {"BoolIfExists": {MFA_PRESENT: "false"}}


class Choices(Record):
    """What the command line's options of the same names say."""

    action: tuple[str, ...] = ()
    resource: tuple[str, ...] = ()
    account: tuple[str, ...] = ()
    max_age: int | None = None  # seconds
    external_id: str | None = None
    bucket: str | None = None
    partition: str = "aws"
    self_service: bool = False
    first_sign_in: bool = False

    def given(self) -> set[str]:
        """Return the names of the given options."""
        return {each for each in Choices._fields if getattr(self, each) != getattr(Choices, each)}


class Made(Record):
    """A policy, and notes on where to attach it and what it does and does not."""

    statements: tuple[Statement, ...]
    notes: tuple[str, ...]

    def document(self) -> dict[str, object]:
        """Return the whole policy."""
        return {"Version": "2012-10-17", "Statement": list(self.statements)}


class Template(Record):
    """A template; `takes` names its options, `needs` the required ones."""

    name: str
    summary: str
    build: Callable[[Choices], Made]
    takes: tuple[str, ...]
    needs: tuple[str, ...] = ()


def _statement(
    sid: str, effect: str, condition: dict[str, Any] | None = None, **elements: Any
) -> Statement:
    made = {"Sid": sid, "Effect": effect, **elements}
    return {**made, "Condition": condition} if condition else made


def _for_users(
    choices: Choices, sid: str, effect: str, condition: dict[str, Any], *notes: str
) -> Made:
    """Make a policy of one statement; the notes say with `{}` what it covers."""
    actions = choices.action or _DESTRUCTIVE
    resources = list(choices.resource) if choices.resource else "*"
    statement = _statement(sid, effect, condition, Action=list(actions), Resource=resources)
    where = "" if "*" in resources else f" on {' and '.join(resources)}"
    said = (note.replace("{}", " and ".join(actions) + where) for note in notes)
    return Made(statements=(statement,), notes=(*said, _ATTACH, _ROLES))


def _younger_than(seconds: int) -> dict[str, Any]:
    return {"NumericLessThanEquals": {MFA_AGE: str(seconds)}}


_DESTRUCTIVE = ("ec2:StopInstances", "ec2:TerminateInstances")
_OBJECT_ACTIONS = ("s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket")
_DEFAULT_AGE_SECONDS = 3600
_ATTACH = (
    "attach it to a group of IAM users: aws iam put-group-policy --group-name GROUP "
    "--policy-name NAME --policy-document file://FILE"
)
_ROLES = (
    "do not attach it to a role: role sessions carry no MFA; require MFA in the role's trust "
    "policy instead"
)
_NAME = (
    "a device must have its user's name, as `mfa-session device enroll` names it; for several "
    "devices per user, write mfa/* in AllowOwnDevice"
)

# The actions that users need to get MFA, with reasons.
WITHOUT_MFA = {
    "iam:CreateVirtualMFADevice": "to create the first device",
    "iam:EnableMFADevice": "to enable it with two codes, or to register a passkey",
    "iam:GetMFADevice": "the console shows a device's details with it",
    "iam:GetUser": "the console page on which a device is added needs it",
    "iam:ListMFADevices": "mfa-session and other tools find the device with it",
    "iam:ListVirtualMFADevices": "the console and `device enroll` find existing devices with it",
    "iam:ResyncMFADevice": "without it, users whose device clock has drifted can no longer get MFA",
    "sts:GetSessionToken": "it takes the code; no policy can deny it, nor sts:GetCallerIdentity",
}
FIRST_SIGN_IN = {
    "iam:ChangePassword": "new users must change their password at the first sign-in",
    "iam:GetAccountPasswordPolicy": "the console shows the rules for passwords with it",
}
KEPT_BACK = ("iam:DeactivateMFADevice", "iam:DeleteVirtualMFADevice")


def _require_mfa(choices: Choices) -> Made:
    return _for_users(
        choices,
        "DenyWithoutMFA",
        "Deny",
        _HAS_NO_MFA,
        "denies {} without MFA, whatever other policies allow; it allows nothing itself",
    )


def _allow_with_mfa(choices: Choices) -> Made:
    age = choices.max_age
    return _for_users(
        choices,
        "AllowWithMFA",
        "Allow",
        {**_HAS_MFA, **(_younger_than(age) if age else {})},
        "allows {} with MFA; it denies nothing: if another policy may allow that without MFA, use "
        "require-mfa",
    )


def _max_age(choices: Choices) -> Made:
    seconds = choices.max_age or _DEFAULT_AGE_SECONDS
    return _for_users(
        choices,
        "DenyWithOldMFA",
        "Deny",
        {"NumericGreaterThanIfExists": {MFA_AGE: str(seconds)}},
        f"denies {{}} without MFA, and when the code is older than {format_duration(seconds)}; it "
        "allows nothing itself",
        "users who are denied log in again: mfa-session login --force",
    )


def _deny_without_mfa(choices: Choices) -> Made:
    exempt = {**WITHOUT_MFA, **(FIRST_SIGN_IN if choices.first_sign_in else {})}
    deny = _statement(
        "DenyAllButOwnMFAWithoutMFA",
        "Deny",
        _HAS_NO_MFA,
        NotAction=sorted(exempt),
        Resource="*",
    )
    own = _own_devices(choices) if choices.self_service else ()
    needs = "" if own else "; another policy must allow what it exempts: --self-service adds that"
    return Made(
        statements=(*own, deny),
        notes=(
            "denies everything without MFA, except what is needed to get MFA" + needs,
            *(f"{action}: {exempt[action]}" for action in sorted(exempt)),
            f"not exempt: {' and '.join(KEPT_BACK)}; whoever has the key could remove the device",
            "whoever has a key can add a device without MFA: watch CloudTrail for EnableMFADevice",
            *([_NAME] if own else []),
            _ATTACH,
            _ROLES,
        ),
    )


def _own_devices(choices: Choices) -> tuple[Statement, ...]:
    places = [f"arn:{choices.partition}:iam::{each}" for each in choices.account or ("*",)]
    # User names are unique in an account, whatever the path, so the second is the same user.
    paths = ("user/${aws:username}", "user/*/${aws:username}")
    users = [f"{place}:{path}" for place in places for path in paths]
    listing = ["iam:ListVirtualMFADevices"]
    own = [
        "iam:DeactivateMFADevice",
        "iam:EnableMFADevice",
        "iam:GetMFADevice",
        "iam:GetUser",
        "iam:ListMFADevices",
        "iam:ResyncMFADevice",
    ]
    if choices.first_sign_in:
        listing, own = ["iam:GetAccountPasswordPolicy", *listing], ["iam:ChangePassword", *own]
    return (
        _statement("AllowSeeingDevices", "Allow", Action=listing, Resource="*"),
        _statement("AllowOwnMFA", "Allow", Action=own, Resource=users),
        _statement(
            "AllowOwnDevice",
            "Allow",
            Action=["iam:CreateVirtualMFADevice", "iam:DeleteVirtualMFADevice"],
            Resource=[f"{place}:mfa/${{aws:username}}" for place in places],
        ),
    )


def _trust(choices: Choices) -> Made:
    condition: dict[str, Any] = dict(_HAS_MFA)
    if choices.external_id is not None:
        condition["StringEquals"] = {"sts:ExternalId": choices.external_id}
    if choices.max_age is not None:
        condition |= _younger_than(choices.max_age)
    return Made(
        statements=(
            _statement(
                "AllowAssumingItWithMFA",
                "Allow",
                condition,
                Principal={"AWS": _roots(choices)},
                Action="sts:AssumeRole",
            ),
        ),
        notes=(
            f"{_users(choices)} may assume the role with a code, or from an MFA session",
            "their own account must also allow them sts:AssumeRole on the role",
            (
                "the role's permission policies say what it may do; put no MFA condition there: "
                "role sessions carry no MFA"
            ),
            (
                "put it on the role, in place of its trust policy: aws iam "
                "update-assume-role-policy --role-name ROLE --policy-document file://FILE"
            ),
        ),
    )


def _bucket(choices: Choices) -> Made:
    place = f"arn:{choices.partition}:s3:::{choices.bucket}"
    actions = list(choices.action or _OBJECT_ACTIONS)
    resources = [place, f"{place}/*"]
    return Made(
        statements=(
            _statement(
                "AllowAccounts",
                "Allow",
                Principal={"AWS": _roots(choices)},
                Action=actions,
                Resource=resources,
            ),
            _statement(
                "DenyWithoutMFA",
                "Deny",
                _HAS_NO_MFA,
                Principal="*",
                Action=actions,
                Resource=resources,
            ),
        ),
        notes=(
            (
                f"{_users(choices)} may use {' and '.join(actions)}, only with an MFA session; "
                "their own account must also allow it"
            ),
            (
                "roles are locked out, including those of Lambda functions and instances: role "
                "sessions carry no MFA; so are AWS's services, such as those that write logs there"
            ),
            "other actions on the bucket are not affected",
            (
                "put it there, in place of the bucket's policy: aws s3api put-bucket-policy "
                f"--bucket {choices.bucket} --policy file://FILE"
            ),
        ),
    )


def _users(choices: Choices) -> str:
    return f"users of account {' and '.join(choices.account)}"


def _roots(choices: Choices) -> list[str]:
    return [f"arn:{choices.partition}:iam::{account}:root" for account in choices.account]


TEMPLATES = (
    Template(
        name="require-mfa",
        summary="Deny some actions without MFA, whatever other policies allow.",
        build=_require_mfa,
        takes=("action", "resource"),
    ),
    Template(
        name="allow-with-mfa",
        summary="Allow some actions with MFA.",
        build=_allow_with_mfa,
        takes=("action", "resource", "max_age"),
    ),
    Template(
        name="deny-without-mfa",
        summary="Deny everything without MFA, except what is needed to get MFA.",
        build=_deny_without_mfa,
        takes=("self_service", "first_sign_in", "account", "partition"),
    ),
    Template(
        name="max-age",
        summary="Deny some actions unless the code is recent.",
        build=_max_age,
        takes=("action", "resource", "max_age"),
    ),
    Template(
        name="trust",
        summary="Let users of other accounts assume a role, only with MFA.",
        build=_trust,
        takes=("account", "external_id", "max_age", "partition"),
        needs=("account",),
    ),
    Template(
        name="bucket",
        summary="Open an S3 bucket to accounts, only with MFA.",
        build=_bucket,
        takes=("bucket", "account", "action", "partition"),
        needs=("bucket", "account"),
    ),
)
