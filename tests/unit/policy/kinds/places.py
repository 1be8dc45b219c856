"""Elements and resources that do not belong in the kind of policy where they stand."""

from __future__ import annotations

from policy.statements import (
    ACCOUNT,
    BUCKET,
    CARE,
    ENROL,
    LIST,
    MISPLACED,
    NO_ARN,
    NO_SERVICE,
    NOT_ROLES,
    OFF,
    PUBLIC,
    QUEUE,
    READ,
    STOP,
    WITH,
    WITHOUT,
    Stated,
    allow,
    deny,
    deny_but,
    found,
    on,
    trust,
)

# fmt: off
KINDS = [
    # What a template is to fill in is unknown; the rest is still judged.
    Stated("variable-without-an-arn", [allow(LIST, Resource="${aws:username}")], found(NO_ARN), {}),
    # Keys of S3 that the statement's actions do not have.
    Stated("acl-of-a-write", [allow("s3:PutObject", on("StringEquals", "s3:x-amz-acl", "private")),
            deny("s3:*", on("StringNotEquals", "s3:x-amz-server-side-encryption", "aws:kms"),
            **PUBLIC)], found(MISPLACED, at=1), {}, kind="identity"),
    # Principals in an SCP: a resource control policy has `*`, and no NotAction.
    Stated("everybody-in-an-scp", [{**deny_but("s3:*", on("StringNotEquals", "aws:PrincipalOrgID",
            "o-1")), "Principal": "*"}], found(MISPLACED), {}, kind="scp"),
    *[Stated(f"everybody-in-an-scp-of-{number}", [deny(["s3:PutObject", other], Principal="*")],
             found(MISPLACED) if number else [], {}, kind="scp") for number, other in
      enumerate(("kms:*", "ec2:RunInstances", "cloudtrail:StopLogging"))],
    Stated("everybody-in-an-scp-beside-ec2", [deny("*", Principal="*"),
            deny("ec2:RunInstances", Principal="*")],
           [*found(MISPLACED), *found(MISPLACED, at=1)], {}, kind="scp"),
    Stated("rcp-of-all", [deny("*", on("StringNotEquals", "aws:PrincipalOrgID", "o-1"),
            Principal="*")], [], {}, kind="scp"),
    # What else IAM refuses to save.
    Stated("principal-of-one-of-three", [allow(STOP, WITH), allow(READ, WITH),
            allow("sns:Publish", WITH, Principal=ACCOUNT)], found(MISPLACED, at=2), {}),
    # Resources that are not ARNs.
    Stated("resource-of-a-name", [allow(STOP, WITH, Resource="test")], found(NO_ARN), {}),
    Stated("resource-of-an-id-among-arns", [deny(STOP, WITHOUT, Resource=["arn:aws:ec2:*:*:*",
            "i-0123456789abcdef0"])], found(NO_ARN), {}),
    Stated("resource-of-few-parts", [allow("iam:GetUser",
            Resource="arn:aws:iam:123456789012:user/x")], found(NO_ARN), {}),
    Stated("not-resource-of-a-name", [allow(READ, NotResource="books/*")], found(NO_ARN), {}),
    Stated("resources-filled-in", [allow(READ, WITH, Resource=["${Bucket}/*", "{{ bucket }}",
            "<%= arn %>", "*", "arn:aws:s3*", "arn:aws:s3:::books", "%BUCKET%", "$BUCKET", "[arn]",
            "arn:aws:s3::books*"])], [], {}),
    Stated("resources-of-a-bucket-by-name", [deny(READ, WITHOUT, Principal=ACCOUNT, Resource=[
            "books/*", BUCKET])], found(NO_ARN), {}),
    Stated("resource-of-a-queue-by-name", [deny("sqs:*", WITHOUT, Principal=ACCOUNT,
            Resource="books")], [], {}),
    Stated("resource-of-an-api", [allow("execute-api:Invoke", Principal=ACCOUNT,
            Resource="execute-api:/live/*")], [], {}),
    # Elements that this kind of policy does not have.
    Stated("principal-of-a-user-s-policy", [allow(STOP, WITH, Principal=ACCOUNT)], found(MISPLACED),
           {}, kind="identity"),
    Stated("everybody-in-a-user-s-policy", [allow(READ, WITH, Principal="*")], found(MISPLACED),
           {}, kind="identity"),
    Stated("principal-of-an-scp", [deny("iam:DeleteRole", Principal=ACCOUNT)], found(MISPLACED),
           {}, kind="scp"),
    Stated("principal-of-a-resource-control-policy", [deny("s3:DeleteBucket", Principal="*")], [],
           {}, kind="scp"),
    Stated("resource-of-a-trust-policy", [{**trust(ACCOUNT, WITH), "Resource": "*"}],
           found(MISPLACED), {}),
    Stated("rcp-of-role-assumption", [deny("sts:AssumeRoleWithSAML", Principal="*")], [], {}),
    Stated("endpoint-to-take-roles-through", [allow("sts:AssumeRole", Principal="*")], [], {}),
    Stated("resource-of-a-deny-in-a-trust-policy", [deny("sts:AssumeRole", Principal="*")],
           found(MISPLACED), {}, kind="trust"),
    Stated("resource-of-a-bucket-s-policy", [allow(READ, WITH, Principal=ACCOUNT)], found(NO_ARN),
           {}),
    # Services as identity providers, and a user's policy that is written like a resource's.
    Stated("everybody-in-a-policy-about-devices", [allow(ENROL, Principal="*"),
            deny("*", WITHOUT, Principal="*")], found(MISPLACED), {}),
    Stated("account-in-a-policy-about-devices", [allow(ENROL, Principal=ACCOUNT)],
           found(MISPLACED), {}),
    Stated("everybody-in-a-policy-of-an-endpoint", [allow(["iam:*", "ec2:*"], Principal="*")], [],
           {}),
    # A Sid about versions, over an action that deletes none.
    Stated("user-exempt-by-not-principal-in-an-scp", [{**deny("s3:*", WITHOUT), "NotPrincipal": {
            "AWS": "arn:aws:iam::123456789012:user/carol"}}], found(MISPLACED), {}, "scp"),
    # One mistake is told once.
    Stated("account-and-slash", [allow(CARE, Resource=["arn:aws:iam::123456789012/mfa/*",
            "arn:aws:iam::123456789012/user/${aws:username}"]), allow("s3:*", WITH)],
           found(NO_ARN), {}),
    Stated("principal-in-an-scp", [deny(STOP, WITHOUT, Principal={"AWS":
            "arn:aws:iam::123456789012:root"})], found(MISPLACED), {}, "scp"),
    Stated("no-colon-in-the-user-s-id", [deny_but(CARE, {**WITHOUT, **on("StringNotLike",
            "aws:userid", "*:*")})], [], {}, "scp"),
    # Near misses of the kinds above.
    Stated("principal-beside-actions-of-iam", [allow(["iam:Create*", "kms:*"]), deny([
            "iam:CreateUser", "kms:DisableKey"], WITHOUT, Principal={"AWS": "*"})],
            [("misplaced-element", "Statement[1]")], {}),
    # What has no resource elsewhere than in IAM, services without policies, other buckets, ids.
    *[Stated(f"service-without-policies-{action}", [allow(action, Principal=ACCOUNT,
            Resource=f"arn:aws:{action.partition(':')[0]}:eu-west-1:123456789012:{what}"),
            deny(action, WITHOUT, Principal="*")], found(MISPLACED), {}, "resource")
      for action, what in (("codecommit:GitPush", "books"),
          ("cloudformation:DeleteStack", "stack/books/*"))],
    Stated("services-with-policies", [allow("kms:Decrypt", Principal=ACCOUNT), allow(["s3:*",
            "rds:*"], Principal=ACCOUNT, Resource="arn:aws:s3:::x"), allow("rds:*", Principal="*")],
           [], {}, "resource"),
    *[Stated(f"bucket-s-policy-on-{where}", [allow(READ, WITH, Principal=ACCOUNT, Resource=where)],
             found(NO_ARN), {})
      for where in ("*", "arn:aws:s3:::*/*", "arn:aws:s3:::*")],
    Stated("bucket-s-policy-on-another", [allow(READ, WITH, Principal=ACCOUNT, Resource=BUCKET),
            deny("s3:DeleteObject", WITHOUT, Principal="*", Resource="arn:aws:s3:::boks/*")],
           found(NO_ARN, at=1), {}),
    # Policies of resources and organisations.
    Stated("repository-s-policy-with-a-resource", [allow("ecr:PutImage", WITH, Principal=ACCOUNT,
            Resource="arn:aws:ecr:eu-west-1:123456789012:repository/books")], found(MISPLACED), {}),
    *[Stated(f"no-repository-s-policy-{at}", [allow(action, WITH, Resource=where,
             Principal={"AWS": "arn:aws:iam::123456789012:user/carol"})], [], {})
      for at, (action, where) in enumerate((
          ("ecr:PutImage", "*"), ("ecr:GetAuthorizationToken", "*"),
          ("ecr:BatchGetImage", "arn:aws:ecr:eu-west-1:123456789012:repository/*"),
          (["ecr:CreateRepository", "ecr:ReplicateImage"],
           "arn:aws:ecr:eu-west-1:123456789012:repository/books")))],
    Stated("repository-s-policy", [{each: value for each, value in allow("ecr:PutImage", WITH,
            Principal=ACCOUNT).items() if each != "Resource"}], [], {}),
    Stated("rcp-about-iam", [deny(OFF, {**WITHOUT, **NOT_ROLES}, Principal="*")], found(MISPLACED),
           {}, "rcp"),
    Stated("rcp-about-buckets", [deny(["s3:*", "kms:Decrypt", "codecommit:*", "events:PutEvents"],
            {**WITHOUT, **NOT_ROLES, **NO_SERVICE}, Principal="*")], [], {}, "rcp"),
    Stated("rcp-about-roles", [deny("sts:AssumeRole", {**WITHOUT, **on("StringEquals",
            "aws:PrincipalType", "User")}, Principal="*")], [], {}, "scp"),
    # What is about no key, in a key's policy.
    Stated("trust-with-a-resource-beside", [trust(ACCOUNT), deny("sts:AssumeRole", WITHOUT,
            Principal={"AWS": "*"})], found(MISPLACED, at=1), {}),
    # A variable of a condition without its $; a key without its service; no resource of IAM.
    *[Stated(f"resource-of-iam-{what}", [allow("iam:Get*", Resource=f"arn:aws:iam::*:{what}")],
             found("resource-no-arn") if told else [], {})
      for told, what in ((True, "account-summary"), (True, "users/*"), (False, "report/x"),
                         (False, "*"), (False, "user*"), (False, "${var.kind}/x"))],
    # Policies of organisations.
    *[Stated(f"rcp-that-is-refused-{at}", [statement, deny("s3:DeleteObject", {**WITHOUT, **on(
            "StringEquals", "aws:PrincipalType", "User")}, Principal="*")],
            found(MISPLACED) if wrong else [], {}, "rcp")
      for at, (statement, wrong) in enumerate((
          (allow("s3:*", Principal="*"), True), (allow("s3:*", WITH, Principal="*"), True),
          (deny("s3:PutObject", {**WITHOUT, **NOT_ROLES, **NO_SERVICE}, Principal=ACCOUNT), True),
          (allow("*", Principal="*"), False),
          (deny("s3:PutObject", {**WITHOUT, **NOT_ROLES, **NO_SERVICE}, Principal={"AWS": "*"}),
           False)))],
    # What is about no resource of the policy's own.
    *[Stated(f"address-of-a-resource-{resource}", [allow(action, WITH, Principal=ACCOUNT,
            Resource=resource)], found(NO_ARN), {})
      for action, resource in (("sqs:PurgeQueue", "https://sqs.eu-west-1.amazonaws.com/1/jobs"),
          ("kms:Decrypt", "alias/prod"))],
    *[Stated(f"account-before-{sign}", [allow("sqs:*", Principal=ACCOUNT, Resource=QUEUE), deny(
            "sqs:PurgeQueue", WITHOUT, Principal="*", Resource=QUEUE.replace(":jobs", f"{sign}jobs"
            ))], found(NO_ARN, at=1) * wrong, {}, "resource")
      for sign, wrong in (("/", True), (":", False), (":*", False))],
    # As EC2 calls KMS for encrypted volumes.
    *[Stated(f"repository-for-everybody-{at}", [*more, deny("ecr:DeleteRepository", WITHOUT,
            Principal=who, Resource="arn:aws:ecr:eu-west-1:123456789012:repository/books")],
            found(MISPLACED, at=len(more)) * wrong, {})
      for at, (who, more, wrong) in enumerate((("*", [allow("*", Principal="*")], False),
          ("*", [], False), (ACCOUNT, [allow("*", Principal=ACCOUNT)], True)))],
]
# fmt: on
