"""Denies, and Allows with MFA, of other principals than a resource's policy lets in otherwise."""

from __future__ import annotations

from policy.statements import (
    A_USER,
    ACCOUNT,
    BUCKET,
    DEFEATED,
    NOTHING,
    PARTNER,
    PUBLIC,
    READ,
    WITH,
    WITHOUT,
    Stated,
    allow,
    deny,
    found,
    on,
    trust,
)

# fmt: off
KINDS = [
    # Denies of trust policies that leave out some, or all, of those who are let in.
    *[Stated(f"trust-of-two-and-a-deny-of-one-{number}", [trust({"AWS": [f"{11 * '1'}2", one]}),
            trust({"AWS": one}, WITHOUT, "Deny")], found("allowed-without-mfa-too", at=1), {})
      for number, one in enumerate(("123456789012", "arn:aws:iam::123456789012:root",
            "arn:aws:iam::123456789012:user/ann"))],
    *[Stated(f"trust-and-a-deny-of-other-actions-{action}", [trust(ACCOUNT), {**trust("*", WITHOUT,
            "Deny"), "Action": f"sts:{action}"}], found("deny-denies-nothing", at=1), {})
      for action in ("AssumeRoleWithSAML", "AssumeRoleWithWebIdentity")],
    # Trust policies whose Deny is for others than those whom they let in.
    *[Stated(f"trust-that-denies-others-{at}", [*[trust({"AWS": each}) for each in let_in], denial],
            found(NOTHING, at=len(let_in)) if wrong else [], {}, "trust")
      for at, (let_in, denial, wrong) in enumerate((
          (["444455556666"], trust(ACCOUNT, WITHOUT, "Deny"), True),
          (["444455556666"], trust("*", {**WITHOUT, **on("StringEquals", "aws:PrincipalAccount",
              "123456789012")}, "Deny"), True),
          (["123456789012"], trust("*", {**WITHOUT, **on("StringNotEquals", "aws:PrincipalAccount",
              "123456789012")}, "Deny"), True),
          (["123456789012"], trust("*", {**WITHOUT, **on("ArnNotLike", "aws:PrincipalArn",
              "arn:aws:iam::123456789012:*")}, "Deny"), True),
          (["arn:aws:iam::123456789012:user/ann"], trust("*", {**WITHOUT, **on("ArnNotEquals",
              "aws:PrincipalArn", "arn:aws:iam::123456789012:user/ann")}, "Deny"), True),
          (["123456789012", "444455556666"], trust("*", {**WITHOUT, **on("StringNotEquals",
              "aws:PrincipalAccount", "123456789012")}, "Deny"), False),
          (["123456789012"], trust("*", {**WITHOUT, **on("ArnNotLike", "aws:PrincipalArn",
              "arn:aws:iam::123456789012:user/ci-*")}, "Deny"), False)))],
    # A Deny that names, or leaves, none of those whom the policy lets in.
    *[Stated(f"deny-of-others-{at}", [trust({"AWS": let_in}), trust(who, {**WITHOUT, **more},
            "Deny")], found(NOTHING, at=1) * wrong, {})
      for at, (let_in, who, more, wrong) in enumerate((
          (PARTNER, ACCOUNT, {}, True), ([PARTNER, "123456789012"], {"AWS": ["123456789012",
              PARTNER]}, {}, False),
          (PARTNER, "*", on("StringEquals", "aws:PrincipalAccount", "123456789012"), True),
          (PARTNER, "*", on("StringNotEquals", "aws:PrincipalAccount", PARTNER), True),
          ([PARTNER, "123456789012"], "*", on("StringNotEquals", "aws:PrincipalAccount", PARTNER),
              False),
          (PARTNER, "*", on("ArnNotLike", "aws:PrincipalArn", f"arn:aws:iam::{PARTNER}:*"), True),
          (PARTNER, "*", on("ArnNotLike", "aws:PrincipalArn", f"{A_USER}a"),
              False),
          (f"{A_USER}ann", "*", on("ArnNotEquals", "aws:PrincipalArn",
              f"{A_USER}ann"), True),
          (f"{A_USER}ann", {"AWS": f"{A_USER}bob"}, {},
              True),
          (f"arn:aws:iam::{PARTNER}:role/ann", "*", on("ArnNotEquals", "aws:PrincipalArn",
              f"arn:aws:iam::{PARTNER}:role/ann"), False)))],
    Stated("deny-of-others-beside-mfa", [trust({"AWS": PARTNER}, WITH), trust(ACCOUNT), trust(
            ACCOUNT, WITHOUT, "Deny")], [], {}),
    *[Stated(f"organisation-let-in-and-spared-{at}", [allow(READ, on("StringEquals",
            "aws:PrincipalOrgID", "o-a1b2c3d4e5"), **PUBLIC), deny("s3:*", {**WITHOUT, **on(
            "StringNotEquals", "aws:PrincipalOrgID", spared)}, **PUBLIC)],
            found(NOTHING, at=1) * wrong, {})
      for at, (spared, wrong) in enumerate((("o-a1b2c3d4e5", True), ("o-zzzzzzzzzz", False)))],
    *[Stated(f"one-of-two-users-{at}", [allow(READ, Principal={"AWS": [f"{A_USER}ann",
            f"{A_USER}bob"]}, Resource=BUCKET), deny(READ, WITHOUT, Principal=who,
            Resource=BUCKET)], found(DEFEATED, at=1) * wrong, {})
      for at, (who, wrong) in enumerate((({"AWS": f"{A_USER}bob"}, True),
          ({"AWS": PARTNER}, False), ("*", False)))],
    # Keys of another provider than the principal, and accounts of another.
    *[Stated(f"account-of-another-{at}", [trust({"AWS": who}, {**WITH, **block})],
            found("conditions-never-match") * wrong, {})
      for at, (who, block, wrong) in enumerate((
          (PARTNER, on("StringEquals", "aws:PrincipalAccount", "123456789012"), True),
          (PARTNER, on("ArnLike", "aws:PrincipalArn", "arn:aws:iam::123456789012:user/*"), True),
          (PARTNER, on("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:user/ann"), False),
          (PARTNER, on("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::123456789012:user/*"),
              False),
          ([PARTNER, "123456789012"], on("StringEquals", "aws:PrincipalAccount", "123456789012"),
              False)))],
    # An account with two digits swapped.
    *[Stated(f"digits-swapped-{at}", [allow("kms:*", Principal={"AWS":
            "arn:aws:iam::123456789012:root"}), deny("kms:Sche*", {**WITHOUT, **on("StringEquals",
            "kms:CallerAccount", account)}, Principal="*")], found("wrong-value", at=1) * wrong, {},
            "resource")
      for at, (account, wrong) in enumerate((("123456798012", True), ("123456789021", True),
          ("123456789013", False), ("123456789012", False), ("213456798012", False)))],
    # What an Allow gives where the Deny is not: other resources, or the opposite condition.
    *[Stated(f"left-out-by-a-deny-{name}", [allow(READ, Resource=BUCKET, Principal={"AWS": [
            USER, f"{USERS}{name}"]}), deny(READ, WITHOUT, Resource=BUCKET, Principal={
            "AWS": USER})], found(DEFEATED, at=1) if wrong else [], {})
      for name, wrong in (("uploader-bot", False), ("bob", True))
      for USERS in ("arn:aws:iam::123456789012:user/",) for USER in (f"{USERS}ann",)],
]
# fmt: on
