"""Templates for users and groups."""

from __future__ import annotations

from mfa_session.model.durations import format_duration
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
_HANG = "for a group of IAM users: aws iam put-group-policy --policy-document file://…"
_ROLES = (
    "do not hang it on a role: a role's session has no MFA, whoever took the role; there the trust "
    "policy asks for it"
)

# What one may do without MFA, so as to come to have it; each with its reason.
WITHOUT_MFA = {
    "iam:CreateVirtualMFADevice": "the first device is made before there is any",
    "iam:EnableMFADevice": "and enabled, with two of its codes; a passkey is registered by it, too",
    "iam:GetMFADevice": "the console shows a device's details with it",
    "iam:GetUser": "the console's security credentials page needs it, where a device is added",
    "iam:ListMFADevices": "mfa-session and other tools find the device by it before a code is sent",
    "iam:ListVirtualMFADevices": "the console and `device enroll` see by it what is there already",
    "iam:ResyncMFADevice": "who has a device whose clock has drifted cannot get MFA any more",
    "sts:GetSessionToken": "it takes the code; no policy can forbid it, and the list says so",
}
FIRST_SIGN_IN = {
    "iam:ChangePassword": "a new user has to, at the first sign-in to the console",
    "iam:GetAccountPasswordPolicy": "the console shows by it what a password must be like",
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
                f"denies {' and '.join(actions)} without MFA, whatever else allows them; "
                "it allows nothing itself"
            ),
            _HANG,
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
                f"allows {' and '.join(actions)} with MFA; it denies nothing, so another policy "
                "that allows them without MFA still does: if there may be one, use require-mfa"
            ),
            _HANG,
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
                f"denies {' and '.join(actions)} when the code is over "
                f"{format_duration(seconds)} old, and without MFA; it allows nothing itself"
            ),
            "who meets it logs in again: mfa-session login --force",
            _HANG,
            _ROLES,
        ),
    )


def deny_without_mfa(choices: Choices) -> Made:
    """Deny everything to whoever has no MFA, but what it takes to get it."""
    spared = {**WITHOUT_MFA, **(FIRST_SIGN_IN if choices.first_sign_in else {})}
    deny = statement(
        "DenyAllButOwnMFAWithoutMFA",
        "Deny",
        HAS_NO_MFA,
        NotAction=sorted(spared),
        Resource="*",
    )
    own = _own_devices(choices) if choices.self_service else ()
    needs = (
        "" if own else "; what the list spares must be allowed elsewhere: --self-service adds it"
    )
    return Made(
        statements=(*own, deny),
        notes=(
            "denies everything without MFA but what it takes to get it" + needs,
            *(f"{action}: {spared[action]}" for action in sorted(spared)),
            f"not spared: {' and '.join(KEPT_BACK)}, or who has the key could remove the device",
            "whoever has a key can add a device without MFA: watch CloudTrail for EnableMFADevice",
            *_notes_on_own(choices),
            _HANG,
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
            "a device must be named like its user, as `mfa-session device enroll` names it; "
            "for several devices write mfa/* in AllowOwnDevice"
        ),
    )


TEMPLATES = (
    Template(
        name="require-mfa",
        summary="Deny some actions without MFA: what others allow, this takes back.",
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
        summary="Deny everything without MFA but managing one's own device.",
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
