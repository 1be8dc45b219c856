"""Allows of setting up MFA that lack a step, or that ask for MFA."""

from __future__ import annotations

from policy.statements import (
    CARE,
    CREATE,
    ENABLE,
    ENROL,
    INCOMPLETE,
    LIST,
    ME,
    MY_DEVICE,
    OFF,
    OWN,
    RESYNC,
    WITH,
    WITHOUT,
    Stated,
    allow,
    deny,
    deny_but,
    found,
)

# fmt: off
KINDS = [
    # One step of setting up MFA is allowed, but another nowhere.
    Stated("created-and-never-enabled", [allow(CARE[2:5]), allow(CREATE, Resource=MY_DEVICE),
            allow([OFF, RESYNC], Resource=ME), deny_but(CARE, WITHOUT)],
           found(INCOMPLETE, at=1), {}),
    Stated("created-by-pattern-and-never-enabled", [allow(["iam:*VirtualMFADevice*", OFF, LIST])],
           found(INCOMPLETE, OWN), {}),
    Stated("enabled-and-never-created", [allow([ENABLE, LIST, "iam:DeleteVirtualMFADevice"])],
           found(INCOMPLETE), {}),
    Stated("enabled-and-never-created-or-listed", [allow([ENABLE, OFF,
            "iam:DeleteVirtualMFADevice"])], found(INCOMPLETE, OWN), {}),
    Stated("list-missed-by-a-pattern", [allow("iam:*MFADevice")], found(INCOMPLETE), {}),
    *[Stated(f"every-step-allowed-{number}", [allow([CREATE, LIST, RESYNC, *each])], [], {})
      for number, each in enumerate(([ENABLE], ["iam:Enable*"], ["iam:*"], ["${var.actions}"]))],
    Stated("created-and-enabled-with-mfa-only", [allow([CREATE, LIST, RESYNC]),
            allow("iam:*", WITH)], found(INCOMPLETE), {ENABLE: "m"}),
    Stated("enabled-and-listed-with-mfa-only", [allow([*ENROL[:2], RESYNC], WITH),
            allow("iam:Get*"), allow("iam:*", WITH)], found("enrolment-needs-mfa"), {}),
    Stated("created-and-never-enabled-under-a-limit", [allow([CREATE, LIST, RESYNC])],
           found("enrolment-incomplete"), {}, "boundary"),
    # Wildcards that match the removal of the caller's own device.
    Stated("enrolment-with-mfa-by-pattern", [allow("iam:*MFADevice*", WITH)],
           found("enrolment-needs-mfa"), {ENABLE: "m"}),
    # A boundary allows nothing that it asks MFA for to those who have none yet.
    Stated("boundary-only-with-mfa", [allow("*", WITH)], found("enrolment-needs-mfa"), {},
           kind="boundary"),
    # One mistake is told once.
    Stated("boundary-without-first-steps", [allow(["ec2:*", "iam:GetUser", LIST]), deny_but(CARE,
            WITHOUT)], found("enrolment-incomplete", at=1), {}, "boundary"),
    Stated("boundary-with-one-step", [allow(["ec2:*", "iam:CreateVirtualMFADevice", LIST]),
            deny_but(CARE, WITHOUT)], found("enrolment-incomplete", at=1), {}, "boundary"),
    # Devices that are listed only on users, and elsewhere with MFA.
    *[Stated(f"devices-never-listed-{at}", [allow(action, Resource=[ME, MY_DEVICE]), *rest],
            found(*rules), {})
      for at, (action, rest, rules) in enumerate((
            ([CREATE, ENABLE, RESYNC], [], []),
            ([CREATE, ENABLE, RESYNC], [deny("s3:*", WITHOUT)], [INCOMPLETE]),
            ("iam:*MFADevice", [], [INCOMPLETE])))],
    # A device is created and never enabled; a security key is registered in two calls.
    *[Stated(f"created-and-listed-{at}", [*statements, deny_but(CARE, WITHOUT)],
             found(INCOMPLETE) if told else [], {})
      for at, (told, statements) in enumerate((
            (True, [allow([CREATE, "iam:DeleteVirtualMFADevice"], Resource=MY_DEVICE), allow([LIST,
             "iam:GetUser"], Resource=ME)]),
            (True, [allow([CREATE, LIST]), allow("*", WITH)]),
            (False, [allow([CREATE, LIST, ENABLE], Resource=[ME, MY_DEVICE])]),
            (False, [allow([ENABLE, RESYNC, LIST], Resource=ME)])))],
    # A Deny exempts the setup, which only an Allow of everything gives, with MFA.
    *[Stated(f"setup-exempt-and-only-with-mfa-{at}", [allow(given, WITH), *others, deny_but(spared,
             WITHOUT)], found("enrolment-needs-mfa") if told else [], {})
      for at, (told, given, others, spared) in enumerate((
            (True, "*", [], CARE), (False, "ec2:*", [], CARE), (False, "*", [allow([*ENROL,
             RESYNC], Resource=[ME, MY_DEVICE])], CARE)))],
    *[Stated(f"security-keys-registered-{at}", [allow(LIST, Resource=ME), *[allow(ENABLE, {
            "StringEquals": each}, Resource=ME) for each in calls], deny_but(CARE, WITHOUT)],
            found(INCOMPLETE, at=1) if told else [], {})
      for at, (told, calls) in enumerate((
            (True, [{"iam:RegisterSecurityKey": ["Activate"], "iam:FIDO-certification": ["L2"]}]),
            (True, [{"iam:RegisterSecurityKey": ["Create", "Activate"], "iam:FIDO-certification":
             ["L2"]}]), (True, [{"iam:RegisterSecurityKey": ["Create", "Active"]}]),
            (False, [{"iam:RegisterSecurityKey": ["Create", "Activate"]}]),
            (False, [{"iam:RegisterSecurityKey": ["Create"]}, {"iam:RegisterSecurityKey":
             ["Activate"], "iam:FIDO-FIPS-140-2-certification": ["L1", "L2"]}])))],
    # A help desk sets up others' devices.
    *[Stated(f"setup-of-others-{at}", [allow(action, WITH, Resource=where), allow(LIST)],
             found("enrolment-needs-mfa") if told else [], {})
      for at, (told, action, where) in enumerate((
            (False, [*ENROL, OFF], ["arn:aws:iam::123456789012:user/staff/*",
             "arn:aws:iam::123456789012:mfa/*"]), (False, ["iam:CreateUser", *ENROL], "*"),
            (True, ENROL, "*"), (True, ENROL, ["arn:aws:iam::*:mfa/*", ME])))],
]
# fmt: on
