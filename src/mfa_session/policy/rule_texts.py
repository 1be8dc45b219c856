"""What each rule is about: who gets through, or is locked out. docs/policies.md says the same."""

from __future__ import annotations

TEXTS = {
    "deny-misses-long-term-keys": (
        "`Bool` … `false` does not match where the key is missing: long-term access keys are not "
        "stopped."
    ),
    "deny-misses-sessions-without-mfa": (
        "`Null` … `true` matches only where the key is missing: sessions without MFA are not "
        "stopped."
    ),
    "deny-age-misses-no-mfa": (
        "Without `IfExists` there is no age to compare: nobody without MFA is stopped."
    ),
    "deny-denies-nothing": (
        "`NotAction` holds `*`, which is every action: nothing is left to deny."
    ),
    "deny-reaches-only-oneself": (
        "`NotAction`, but `Resource` is one's own user: nobody is stopped without MFA from "
        "anything else."
    ),
    "deny-applies-with-mfa": "Inverted: everybody with MFA is locked out.",
    "deny-age-inverted": "Inverted: a recent code is locked out, an old one is not.",
    "deny-narrowed": (
        "Another condition (network, time, TLS) must match as well: where it does not, "
        "nobody without MFA is stopped."
    ),
    "discovery-denied": (
        "The Deny does not exempt `iam:ListMFADevices`: at login, users cannot find their device."
    ),
    "enrolment-denied": (
        "The Deny does not exempt `iam:CreateVirtualMFADevice` or `iam:EnableMFADevice`: new "
        "users cannot get a device."
    ),
    "removal-without-mfa": (
        "The Deny exempts `iam:DeactivateMFADevice`, perhaps through `iam:*`: whoever has the"
        " long-term key can deactivate the device."
    ),
    "deletion-without-mfa": (
        "The Deny exempts `iam:DeleteVirtualMFADevice`: whoever has the long-term key can "
        "delete devices that are not enabled."
    ),
    "allow-bool-if-exists": (
        "`IfExists` matches where the key is missing: long-term access keys get through. The "
        'console\'s "MFA required" box writes this.'
    ),
    "allow-any-session": (
        "`Null` … `false` matches whatever value the key has: every session gets through."
    ),
    "allow-age-if-exists": (
        "`IfExists` matches where the age is missing: everybody without MFA gets through."
    ),
    "allow-for-all-values": (
        "`ForAllValues` matches where the key is missing: long-term access keys get through."
    ),
    "allow-without-mfa": (
        "Inverted: everybody without MFA gets through, nobody with it. Only what is needed to"
        " set up MFA may be allowed this way."
    ),
    "allow-age-inverted": "Inverted: a recent code is locked out.",
    "allowed-without-mfa-too": (
        "Another statement allows the same without MFA, and no Deny takes it away: everybody "
        "gets through."
    ),
    "enrolment-needs-mfa": (
        "Creating the first device is allowed only with MFA: new users are locked out."
    ),
    "own-removal-without-mfa": (
        "Users may deactivate their own device without MFA, in a policy that otherwise requires it."
    ),
    "bool-true-and-false": (
        "The values of one key are alternatives: the condition treats everybody alike."
    ),
    "conditions-never-match": (
        "All conditions of a statement must match, and these never do together: the statement"
        " has no effect."
    ),
    "unknown-operator": (
        "IAM has no such operator and rejects the policy; the previous version stays in force."
    ),
    "unknown-mfa-key": (
        "A key that resembles one of the two, such as `aws:MFAPresent`: no request carries it."
    ),
    "wrong-operator": (
        "`StringEquals` or similar on a boolean or a number: AWS does not document the result."
    ),
    "not-a-boolean": "Compared with something other than true or false: no value matches.",
    "age-not-a-number": (
        "Compared with something other than seconds, such as `1h`: no age matches."
    ),
    "age-too-short": "Under two minutes. The age is in seconds; minutes or hours may be intended.",
    "age-beyond-any-session": (
        "Over 36 hours. No session lasts that long, so the limit is never reached."
    ),
    "mfa-on-get-session-token": (
        "GetSessionToken needs no permission, and no Deny stops it: the condition has no effect."
    ),
    "anyone-with-mfa": (
        "The principal is `*`, or everybody but some (`NotPrincipal`): everybody with any AWS "
        "account and a device gets through. A warning if only from some networks."
    ),
    "service-has-no-mfa": (
        "The statement requires MFA of an AWS service: the service is locked out."
    ),
    "federation-has-no-mfa": (
        "The statement requires MFA of SAML or OpenID Connect users: they are locked out."
    ),
    "role-session-has-no-mfa": (
        "The statement requires MFA of role sessions, which carry none: they are locked out, also "
        "where a Deny is for everybody and the role is allowed the same by name. Require MFA in "
        "the role's trust policy."
    ),
    "mfa-in-role-policy": "The same in the role's own permission policy (`--role`).",
    "scp-locks-out-roles": (
        "A service control policy asks MFA of every principal: role sessions, which bring none, "
        "are locked out for good."
    ),
    "unknown-element": (
        "IAM has no such element (`Conditions`, for example) and rejects the policy."
    ),
    "unknown-action": (
        "AWS lists no such action, or none that the pattern matches. A note where no other name is "
        "near, because the action may be retired, or newer than the list."
    ),
    "old-version": (
        "Variables such as `${aws:username}` are plain text unless `Version` is `2012-10-17`:"
        " they match nobody."
    ),
}
