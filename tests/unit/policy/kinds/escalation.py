"""Statements that let a long-term key get round MFA by what it can change in IAM."""

from __future__ import annotations

from typing import Any

from policy.statements import (
    ALL,
    CARE,
    CREATE,
    DEVICES,
    ENABLE,
    ENROL,
    ESCALATION,
    IN_OFFICE,
    LIST,
    ME,
    MY_DEVICE,
    OFF,
    PRESENT,
    RESYNC,
    SCP,
    STOP,
    WITH,
    WITHOUT,
    Stated,
    allow,
    deny,
    deny_but,
    found,
    on,
)

USERS = "arn:aws:iam::*:user/*"
PUT, ATTACH, KEY = "iam:PutUserPolicy", "iam:AttachUserPolicy", "iam:CreateAccessKey"
PASSWORDS = ["iam:CreateLoginProfile", "iam:UpdateLoginProfile"]
OF_AWS = on("ArnLike", "iam:PolicyARN", "arn:aws:iam::aws:policy/*")
OF_BILLING = on("ArnEquals", "iam:PolicyARN", "arn:aws:iam::123456789012:policy/Billing")
LIMIT = "arn:aws:iam::123456789012:policy/Limit"
BOUND = on("StringEquals", "iam:PermissionsBoundary", LIMIT)
SELF: Any = {"Resource": ME}
ASKED = deny_but(CARE, WITHOUT)


def allow_but(*actions: str) -> dict[str, Any]:
    """Return an Allow of everything but these actions."""
    return {"Effect": "Allow", "NotAction": list(actions), "Resource": "*"}


# fmt: off
KINDS = [
    # Everything but a few actions is all of IAM as well.
    *[Stated(f"all-but-what-takes-mfa-{number}", [made, allow(STOP, WITH), *others],
             found("escalation-without-mfa") if told else [], {})
      for number, (made, others, told) in enumerate((
          (allow_but(STOP), [], True), (allow_but(STOP, OFF), [], False),
          (allow_but(STOP, "iam:*"), [], False), (allow_but(STOP, "s3:*"), [], False),
          (allow_but(STOP), [deny([ATTACH, OFF], WITHOUT)], False),
          (allow_but(STOP), [deny_but(CARE, WITHOUT)], False)))],
    # Whole services need MFA, and what gives access to them does not.
    *[Stated(f"rights-given-to-oneself-{number}", [allow("ec2:*", WITH), given],
            found(ESCALATION, at=1), {STOP: "m"})
      for number, given in enumerate((
          allow("iam:*"), allow("iam:*", Resource=USERS), allow(["iam:Put*", "iam:Attach*"]),
          allow("iam:*User*"), allow(ATTACH, **SELF), allow(PUT, **SELF), allow(ATTACH, OF_AWS),
          allow(PUT, Resource="arn:aws:iam::123456789012:user/staff/${aws:username}"),
          allow("iam:PutGroupPolicy", Resource="arn:aws:iam::*:group/*"),
          allow("iam:CreatePolicyVersion", Resource="arn:aws:iam::*:policy/*"),
          allow("iam:UpdateAssumeRolePolicy"), allow(KEY), allow("iam:*AccessKey*",
              Resource=USERS)))],
    *[Stated(f"rights-given-where-all-but-iam-needs-mfa-{number}", [{"Effect": "Allow",
            "NotAction": spared, "Resource": "*", "Condition": WITH}, allow("iam:*")],
            found(ESCALATION, at=1), {STOP: "m"})
      for number, spared in enumerate(("iam:*", ["iam:*", "organizations:*"]))],
    *[Stated(f"rights-not-given-{number}", [allow("ec2:*", WITH), given], [], {STOP: "m"})
      for number, given in enumerate((
          allow(["iam:Get*", "iam:List*", "iam:GenerateCredentialReport"]),
          allow([*ENROL, "iam:ChangePassword"], Resource=[ME, MY_DEVICE]),
          allow([KEY, "iam:DeleteAccessKey"], **SELF),
          allow(["iam:UpdateLoginProfile", "iam:CreateLoginProfile"], Resource=USERS),
          allow(ATTACH, OF_BILLING, **SELF), allow([ATTACH, PUT], BOUND),
          allow("iam:*", IN_OFFICE), allow("iam:*", WITH),
          allow([PUT, KEY], Resource="arn:aws:iam::*:user/bots/*"),
          allow([PUT, ATTACH], Resource="arn:aws:iam::123456789012:user/robot"),
          allow(["iam:PassRole", "iam:PutRolePolicy", "iam:CreateRole"]),
          allow("iam:UpdateAssumeRolePolicy", Resource="arn:aws:iam::*:role/app-*")))],
    Stated("rights-within-a-boundary", [allow("ec2:*", WITH), allow("iam:*")], [], {}, "boundary"),
    *[Stated(f"rights-given-and-denied-{number}", [allow("ec2:*", WITH), allow("iam:*"), *others],
            [], {STOP: "m"})
      for number, others in enumerate((
          [deny_but(CARE, WITHOUT)], [deny("iam:*", on("StringNotLike", "aws:username", "adm-*"))],
          [deny(["iam:*Policy*", "iam:*AccessKey", OFF], WITHOUT)],
          [deny([PUT, ATTACH], on("StringNotEquals", "iam:PermissionsBoundary", LIMIT))],
          [deny("iam:DeleteUserPermissionsBoundary")]))],
    # A single step that is to be confirmed by MFA; the same with MFA, which another rule tells of.
    Stated("step-up-beside-all-of-iam", [allow("ec2:TerminateInstances", WITH), allow("iam:*")],
           [], {STOP: ""}),
    Stated("role-with-mfa-beside-all-of-iam", [allow("sts:AssumeRole", WITH,
            Resource="arn:aws:iam::123456789012:role/Admin"), allow("iam:*")], [], {}),
    Stated("service-with-mfa-beside-everything", [allow("ec2:*", WITH), ALL],
           found("allowed-without-mfa-too"), {STOP: "ksm"}),
    Stated("iam-with-mfa-and-without", [allow("iam:*", WITH), allow("iam:*")],
           found("allowed-without-mfa-too"), {}),
    # Keys and passwords of others, which a Deny of everything exempts.
    *[Stated(f"keys-of-others-exempt-{number}", [allow(what, when), allow("s3:*"), deny_but([*CARE,
            exempt], WITHOUT), *others], found(ESCALATION, at=2) * wrong, {OFF: outcome})
      for number, (wrong, what, when, exempt, others, outcome) in enumerate((
          (True, "*", None, KEY, [], "m"), (True, "*", None, "iam:*AccessKey*", [], "m"),
          (True, "iam:*", None, "iam:*AccessKey", [], "m"),
          (True, "*", None, "iam:UpdateLoginProfile", [], "m"),
          (True, "iam:*", None, "iam:*LoginProfile", [], "m"),
          (True, "iam:CreateLoginProfile", None, "iam:CreateLoginProfile", [], ""),
          (True, "*", None, KEY, [deny(KEY, WITHOUT, Resource="arn:aws:iam::*:user/x/*")], "m"),
          (False, "*", None, KEY, [deny(KEY, WITHOUT)], "m"),
          (False, "*", None, KEY, [deny(KEY, WITHOUT, Resource=USERS)], "m"),
          (False, "*", None, "iam:ChangePassword", [], "m"),
          (False, "*", None, "iam:DeleteAccessKey", [], "m"),
          (False, "ec2:*", None, KEY, [], ""),
          (False, "iam:*", WITH, KEY, [], "m"),
          (False, "*", IN_OFFICE, KEY, [], "")))],
    # One's own keys and passwords, which a Deny of everything exempts.
    *[Stated(f"own-credentials-exempt-{at}", [*allowed, deny_but([*CARE, *exempt], WITHOUT),
            *more], found("credentials-without-mfa", at=len(allowed)) * told, {})
      for at, (told, allowed, exempt, more) in enumerate((
          (True, [allow([KEY, "iam:ListAccessKeys"], **SELF), allow("s3:*")], [KEY], []),
          (True, [allow("iam:*LoginProfile", **SELF)], ["iam:*LoginProfile"], []),
          (True, [allow("*")], ["iam:UploadSSHPublicKey"], []),
          (True, [], ["iam:UploadSigningCertificate", "iam:ChangePassword"], []),
          (True, [allow("iam:*", **SELF)], [KEY, "iam:*LoginProfile"],
              [deny("iam:*LoginProfile", WITHOUT)]),
          (True, [allow(KEY, **SELF), allow(KEY, WITH)], [KEY], []),
          (False, [allow(KEY, **SELF)], ["iam:DeleteAccessKey", "iam:ListAccessKeys"], []),
          (False, [allow("iam:*LoginProfile", **SELF)], ["iam:ChangePassword",
              "iam:GetLoginProfile"], []),
          (False, [allow("s3:*")], [KEY], []),
          (False, [allow(KEY, WITH, **SELF)], [KEY], []),
          (False, [allow(KEY, IN_OFFICE, **SELF)], [KEY], []),
          (False, [allow(KEY, **SELF)], [KEY], [deny(KEY, WITHOUT)]),
          (False, [allow(KEY, **SELF)], [KEY], [deny("iam:*AccessKey*", WITHOUT,
              Resource=ME)])))],
    Stated("keys-exempt-in-an-scp", [deny_but([*CARE, KEY], WITHOUT)], found(SCP), {}, "scp"),
    Stated("keys-of-robots-exempt", [allow(KEY, Resource="arn:aws:iam::*:user/bots/*"),
            deny_but([*CARE, KEY], WITHOUT)], [], {}),
    # A Deny on one's own user of what is allowed on all.
    *[Stated(f"denied-of-oneself-{number}", [allow(allowed, Resource=where), deny(denied, WITHOUT,
            Resource=own)], found(ESCALATION, at=1) * wrong, {})
      for number, (wrong, allowed, where, denied, own) in enumerate((
          (True, "iam:*", "*", OFF, ME),
          (True, "iam:*", "*", [OFF, "iam:DeleteVirtualMFADevice"], [ME, MY_DEVICE]),
          (True, "iam:*MFA*", "*", OFF, ME),
          (True, "iam:*AccessKey*", USERS, KEY, ME),
          (False, "iam:*", ME, OFF, ME), (False, OFF, ME, OFF, ME),
          (False, [OFF, "iam:ListMFADevices"], "*", OFF, ME),  # a help desk
          (False, "*", "*", OFF, ME),
          (False, "iam:*", "*", OFF, "*")))],
    Stated("denied-of-oneself-to-some", [allow("iam:*"), deny(OFF, {"BoolIfExists": {PRESENT:
            "false"}, **on("StringLike", "aws:username", "ext-*")}, Resource=ME)], [], {}),
    # The Sid says own, and all users are meant.
    *[Stated(f"own-is-of-all-{number}", [allow(actions, when, Resource=where, Sid=sid), *more],
            [(DEVICES, sid)] * wrong, {})
      for number, (wrong, sid, actions, where, when, more) in enumerate((
          (True, "AllowManageOwnPasswords", ["iam:ChangePassword", *PASSWORDS], "*", None, [ASKED]),
          (True, "OwnKeys", "iam:*AccessKey*", USERS, WITH, []),
          (True, "AllowSelfManageMfa", [OFF, LIST], USERS, WITH, [ASKED]),
          (True, "OwnMfa", [*ENROL, OFF], "*", None, [ASKED]),  # told once
          (False, "AllowManageOwnPasswords", ["iam:ChangePassword", "iam:GetUser"], "*", None, [
              ASKED]),
          (False, "AllowManageOwnKeys", "iam:CreateAccessKey", [ME, "arn:aws:iam::*:mfa/*"], None, [
              ASKED]),
          (False, "OwnUsersKeys", "iam:CreateAccessKey", "*", WITH, []),
          (False, "KnownUserKeys", "iam:CreateAccessKey", "*", WITH, []),
          (False, "SelfServiceOfPasswords", PASSWORDS, "*", WITH, []),
          (False, "SelfHealingKeyRotation", "iam:*AccessKey*", "*", WITH, []),
          (False, "IncidentLockdown", "iam:UpdateAccessKey", "*", WITH, []),
          (False, "DisownKeys", "iam:DeleteAccessKey", "*", WITH, []),
          (False, "HelpDesk", [*PASSWORDS, OFF], USERS, WITH, []),
          (False, "OwnTeam", OFF, "arn:aws:iam::*:user/team/*", WITH, []),
          (False, "ListOwnKeys", ["iam:ListAccessKeys", "iam:GetAccountPasswordPolicy"], "*", WITH,
              []),
          (False, "CreateOwnDevice", CREATE, "*", None, [ASKED]),
          # Something else limits it, or it is meant.
          (False, "OwnKeys", "iam:CreateAccessKey", "*", {**WITH, **on("StringEquals",
              "iam:ResourceTag/owner", "${aws:username}")}, []),
          (False, "OwnKeys", "iam:CreateAccessKey", "*", WITH, [{"Effect": "Deny", "Action":
              "iam:*AccessKey*", "NotResource": ME}]),
          (False, "OwnKeys", "iam:CreateAccessKey", "*", WITH, [allow("*", WITH)])))],
    Stated("own-is-of-those-named-alike", [allow(PASSWORDS, Resource=f"{ME}*",
           Sid="AllowManageOwnPassword"), ASKED], [("arn-matches-others",
           "AllowManageOwnPassword")], {}),
    # The setup of one's own MFA, allowed for all users.
    *[Stated(f"setup-for-all-{number}", [allow(actions, Resource=where), allow("s3:*"), ASKED],
            found(DEVICES) * wrong, {})
      for number, (wrong, actions, where) in enumerate((
          (True, [*ENROL, OFF, RESYNC], "*"),
          (True, [ENABLE, LIST], [USERS, MY_DEVICE]),
          (True, [ENABLE, LIST], f"{ME}*"),
          (True, ["iam:*MFADevice", "iam:ChangePassword"], "*"),
          (True, [*ENROL, "iam:ChangePassword", "iam:ListAccessKeys", "iam:UploadSSHPublicKey"],
              "*"),
          (False, [*ENROL, "iam:ListAccessKeys", "iam:CreateAccessKey"], "*"),
          (False, ENROL, [ME, "arn:aws:iam::*:mfa/*"]),
          (False, ENROL, [ME, f"{MY_DEVICE}*"]),
          (False, [ENABLE, LIST], ["arn:aws:iam::*:user/*/${aws:username}", ME]),
          (False, [*ENROL, "iam:CreateUser", KEY], "*"),  # a help desk
          (False, [*ENROL, "s3:*"], "*"),  # a boundary that is not told
          (False, ["iam:*"], "*"),
          (False, [ENABLE, LIST], "arn:aws:iam::*:user/carol")))],
    Stated("setup-for-all-in-a-boundary", [allow(ENROL), allow("s3:*"), ASKED], [], {}, "boundary"),
    Stated("setup-for-all-beside-a-list", [allow(ENROL), deny("s3:*", WITHOUT)], [], {}),
    Stated("setup-for-all-with-mfa", [allow([*ENROL, OFF], WITH), allow([ENABLE, LIST], **SELF),
            allow(CREATE, Resource=MY_DEVICE), allow("s3:*"), ASKED], [], {}),
    Stated("setup-for-all-and-denied", [allow(ENROL), ASKED, deny(ENABLE, WITHOUT,
            NotResource=ME)], [], {}),
    # One's own user by a pattern that others' names match, too.
    *[Stated(f"own-user-by-pattern-{at}", [allow(actions, when, Resource=where), allow("s3:*"),
            *more], found("arn-matches-others") * wrong, {})
      for at, (wrong, actions, when, where, more) in enumerate((
          (True, KEY, WITH, "arn:aws:iam::*:user/*${aws:username}", []),
          (True, KEY, None, "arn:aws:iam::*:user/*${aws:username}", [ASKED]),
          (True, ["iam:*LoginProfile", LIST], None, f"{ME}*", [ASKED]),
          (True, OFF, WITH, ["arn:aws:iam::123456789012:user/eng/*${aws:UserName}", MY_DEVICE],
              []),
          (True, "iam:*AccessKey*", None, "arn:aws:iam::*:user/*${aws:username}*", [ASKED, allow(
              "iam:*LoginProfile", Resource="arn:aws:iam::*:user/*${aws:username}")]),
          (False, KEY, None, [ME, "arn:aws:iam::*:user/*/${aws:username}"], [ASKED]),
          (False, [LIST, "iam:ListAccessKeys", "iam:GetUser"], None, f"{ME}*", [ASKED]),
          (False, ["iam:ChangePassword", RESYNC], None, f"{ME}*", [ASKED]),
          (False, CREATE, None, ["arn:aws:iam::*:mfa/*${aws:username}", f"{ME}*"], []),
          (False, KEY, None, f"{ME}*", [allow("iam:*", WITH)]),
          (False, KEY, None, f"{ME}*", [ASKED, deny("iam:*AccessKey*", NotResource=ME)])))],
    # What is denied of all but oneself.
    *[Stated(f"keys-of-others-denied-{at}", [ALL, deny_but([*CARE, KEY], WITHOUT), *others],
            found(ESCALATION, at=1) * (not others), {})
      for at, others in enumerate(([], [deny(KEY, WITHOUT, NotResource=ME)]))],
]
# fmt: on
