"""Templates for users and groups."""

from __future__ import annotations

from mfa_session.model.times import format_duration
from mfa_session.policy.templates.shape import (
    HAS_MFA,
    HAS_NO_MFA,
    Choices,
    Made,
    Statement,
    Template,
    listed,
    older_than,
    on,
    statement,
    younger_than,
)

_DESTRUCTIVE = ("ec2:StopInstances", "ec2:TerminateInstances")
_DEFAULT_AGE_SECONDS = 3600
_ATTACH = "attach it to a group of IAM users: aws iam put-group-policy --policy-document file://…"
_ROLES = (
    "do not attach it to a role: role sessions carry no MFA; require MFA in the role's trust "
    "policy instead"
)

# What users need before they have MFA, to get it; each with its reason.
WITHOUT_MFA = {
    "iam:CreateVirtualMFADevice": "to create the first device",
    "iam:EnableMFADevice": "to enable it with two codes, or to register a passkey",
    "iam:GetMFADevice": "the console shows a device's details with it",
    "iam:GetUser": "the console page on which a device is added needs it",
    "iam:ListMFADevices": "mfa-session and other tools find the device with it",
    "iam:ListVirtualMFADevices": "the console and `device enroll` find existing devices with it",
    "iam:ResyncMFADevice": "without it, users whose device clock has drifted can no longer get MFA",
    "sts:GetSessionToken": "it takes the code; no policy can deny it, the list only says so",
}
FIRST_SIGN_IN = {
    "iam:ChangePassword": "new users must change their password at the first sign-in",
    "iam:GetAccountPasswordPolicy": "the console shows the rules for passwords with it",
}
KEPT_BACK = ("iam:DeactivateMFADevice", "iam:DeleteVirtualMFADevice")


def require_mfa(choices: Choices) -> Made:
    """Deny some actions to whoever has no MFA."""
    actions = listed(choices.actions, _DESTRUCTIVE)
    return Made(
        statements=(
            statement("DenyWithoutMFA", "Deny", HAS_NO_MFA, Action=actions, Resource=on(choices)),
        ),
        notes=(
            (
                f"denies {' and '.join(actions)} without MFA, whatever other policies allow; "
                "it allows nothing itself"
            ),
            _ATTACH,
            _ROLES,
        ),
    )


def allow_with_mfa(choices: Choices) -> Made:
    """Allow some actions to those who have MFA."""
    actions = listed(choices.actions, _DESTRUCTIVE)
    age = choices.max_age_seconds
    condition = {**HAS_MFA, **(younger_than(age) if age else {})}
    return Made(
        statements=(
            statement("AllowWithMFA", "Allow", condition, Action=actions, Resource=on(choices)),
        ),
        notes=(
            (
                f"allows {' and '.join(actions)} with MFA; it denies nothing: if another policy "
                "may allow them without MFA, use require-mfa"
            ),
            _ATTACH,
            _ROLES,
        ),
    )


def max_age(choices: Choices) -> Made:
    """Deny some actions unless the code is recent."""
    actions = listed(choices.actions, _DESTRUCTIVE)
    seconds = choices.max_age_seconds or _DEFAULT_AGE_SECONDS
    condition = older_than(seconds)
    return Made(
        statements=(
            statement("DenyWithOldMFA", "Deny", condition, Action=actions, Resource=on(choices)),
        ),
        notes=(
            (
                f"denies {' and '.join(actions)} without MFA, and when the code is older than "
                f"{format_duration(seconds)}; it allows nothing itself"
            ),
            "users who are denied log in again: mfa-session login --force",
            _ATTACH,
            _ROLES,
        ),
    )


def deny_without_mfa(choices: Choices) -> Made:
    """Deny everything without MFA, except what is needed to get MFA."""
    exempt = {**WITHOUT_MFA, **(FIRST_SIGN_IN if choices.first_sign_in else {})}
    deny = statement(
        "DenyAllButOwnMFAWithoutMFA",
        "Deny",
        HAS_NO_MFA,
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
            *_notes_on_own(choices),
            _ATTACH,
            _ROLES,
        ),
    )


def _own_devices(choices: Choices) -> tuple[Statement, ...]:
    """Allow each user to manage her own device, and nobody else's."""
    account = choices.accounts[0] if choices.accounts else "*"
    place = f"arn:{choices.partition}:iam::{account}"
    # A name is taken once in an account, whatever its path, so the second is the same user.
    users = [f"{place}:user/${{aws:username}}", f"{place}:user/*/${{aws:username}}"]
    listing, own = (
        ["iam:ListVirtualMFADevices"],
        [
            "iam:DeactivateMFADevice",
            "iam:EnableMFADevice",
            "iam:GetMFADevice",
            "iam:GetUser",
            "iam:ListMFADevices",
            "iam:ResyncMFADevice",
        ],
    )
    if choices.first_sign_in:
        listing, own = ["iam:GetAccountPasswordPolicy", *listing], ["iam:ChangePassword", *own]
    return (
        statement("AllowSeeingDevices", "Allow", Action=sorted(listing), Resource="*"),
        statement("AllowOwnMFA", "Allow", Action=sorted(own), Resource=users),
        statement(
            "AllowOwnDevice",
            "Allow",
            Action=["iam:CreateVirtualMFADevice", "iam:DeleteVirtualMFADevice"],
            Resource=f"{place}:mfa/${{aws:username}}",
        ),
    )


def _notes_on_own(choices: Choices) -> tuple[str, ...]:
    if not choices.self_service:
        return ()
    return (
        (
            "a device must have its user's name, as `mfa-session device enroll` names it; "
            "for several devices per user, write mfa/* in AllowOwnDevice"
        ),
    )


TEMPLATES = (
    Template(
        name="require-mfa",
        summary="Deny some actions without MFA, whatever other policies allow.",
        build=require_mfa,
        takes=("actions", "resources"),
    ),
    Template(
        name="allow-with-mfa",
        summary="Allow some actions with MFA.",
        build=allow_with_mfa,
        takes=("actions", "resources", "max_age_seconds"),
    ),
    Template(
        name="deny-without-mfa",
        summary="Deny everything without MFA, except what is needed to get MFA.",
        build=deny_without_mfa,
        takes=("self_service", "first_sign_in", "accounts", "partition"),
    ),
    Template(
        name="max-age",
        summary="Deny some actions unless the code is recent.",
        build=max_age,
        takes=("actions", "resources", "max_age_seconds"),
    ),
)
