"""Actions on resources that they never have."""

from __future__ import annotations

from policy.statements import (
    ACCOUNT,
    ALL,
    BUCKET,
    CARE,
    CREATE,
    ENABLE,
    ENROL,
    LIST,
    ME,
    MY_DEVICE,
    OFF,
    OWN,
    READ,
    RESOURCE,
    RESYNC,
    ROLE,
    STOP,
    TABLES,
    WITH,
    WITHOUT,
    Stated,
    allow,
    deny,
    deny_but,
    found,
    older,
    on,
    trust,
)

# fmt: off
BACKUP = "arn:aws:backup:eu-west-1:123456789012:"
SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:"
PIPELINE = "arn:aws:codepipeline:eu-west-1:123456789012:checkout"
POINT = "arn:aws:s3:eu-west-1:123456789012:accesspoint/"
OF_B = [allow("s3:*", Principal=ACCOUNT, Resource="arn:aws:s3:::b/*")]
KINDS = [
    # MFA actions with resources to which they never apply.
    Stated("device-made-on-a-user", [allow(ENROL, Resource=ME)], found(RESOURCE), {ENABLE: "km"}),
    Stated("device-made-on-a-device", [allow(ENROL, Resource=[ME, MY_DEVICE])], [], {}),
    Stated("device-made-by-another-allow", [allow(ENROL, Resource=ME),
            allow("iam:CreateVirtualMFADevice", Resource=MY_DEVICE)], [], {}),
    Stated("user-s-action-on-a-device", [allow(LIST, Resource=MY_DEVICE)], found(RESOURCE),
           {LIST: ""}),
    # A help desk's statement that is on the wrong kind, beside everybody's own that is right.
    *[Stated(f"help-desk-{at}", [allow(CREATE, Resource=MY_DEVICE), allow([*ENROL[1:], OFF,
            RESYNC], Resource=ME), deny_but(CARE, WITHOUT), allow(actions, when, Resource=where)],
            found(*rules, at=3), {})
      for at, (actions, where, when, rules) in enumerate((
          ([OFF, ENABLE], "arn:aws:iam::*:mfa/*", WITH, [RESOURCE]),
          (OFF, ["arn:aws:iam::*:mfa/*", "arn:aws:iam::123456789012:mfa/eng/*"], WITH, [RESOURCE]),
          (CREATE, "arn:aws:iam::*:user/*", WITH, [RESOURCE]),
          ([OFF, "iam:DeleteVirtualMFADevice"], ["arn:aws:iam::*:user/*", "arn:aws:iam::*:mfa/*"],
              WITH, []),
          ([OFF, "iam:DeleteVirtualMFADevice"], "arn:aws:iam::*:mfa/*", WITH, []),
          (OFF, [MY_DEVICE, "arn:aws:iam::*:mfa/*"], WITH, []),
          (RESYNC, "arn:aws:iam::*:mfa/*", None, [])))],
    Stated("devices-listed-for-one", [allow("iam:ListVirtualMFADevices", Resource=MY_DEVICE)],
           found(RESOURCE), {}),
    Stated("devices-listed-below-mfa", [allow("iam:ListVirtualMFADevices",
            Resource="arn:aws:iam::*:mfa/*")], [], {}),
    Stated("user-of-no-account", [allow(LIST, Resource="arn:aws:iam:::user/${aws:username}")],
           found(RESOURCE), {}),
    Stated("user-and-device-without-a-name", [allow([LIST, "iam:ListVirtualMFADevices"],
            Resource=["arn:aws:iam::*:user/", "arn:aws:iam::*:mfa/"])], found(RESOURCE), {}),
    Stated("user-in-a-path-without-a-name", [allow(ENABLE, Resource="arn:aws:iam::*:user/eng/")],
           found(RESOURCE), {}),
    Stated("device-by-a-pattern-of-names", [allow(ENROL[0], Resource="arn:aws:iam::*:mfa/eng/*")],
           [], {}),
    Stated("user-s-device-read-on-a-device", [allow("iam:GetMFADevice", Resource=MY_DEVICE)],
           found(RESOURCE), {}),
    Stated("removal-denied-on-a-device", [ALL, deny(OFF, WITHOUT, Resource=MY_DEVICE)],
           found(RESOURCE, at=1), {OFF: "km"}),
    Stated("removal-denied-on-user-and-device", [ALL, deny([OFF, "iam:DeleteVirtualMFADevice"],
            WITHOUT, Resource=["arn:aws:iam::*:user/*", MY_DEVICE])], [], {OFF: "m"}),
    Stated("device-kept-on-a-user-beside-a-deny-without-mfa", [deny([OFF,
            "iam:DeleteVirtualMFADevice"], Resource=ME), deny_but(CARE, WITHOUT)], found(RESOURCE),
           {}),
    Stated("device-kept-by-another-deny", [deny([OFF, "iam:DeleteVirtualMFADevice"], WITHOUT,
            Resource=ME), deny("iam:DeleteVirtualMFADevice", Resource=MY_DEVICE)], [], {}),
    Stated("device-made-on-a-user-and-with-mfa", [allow("iam:CreateVirtualMFADevice", Resource=ME),
            allow("*", WITH)], found(RESOURCE), {}),
    Stated("user-by-id", [allow(LIST, Resource="arn:aws:iam::*:user/${aws:userid}")],
           found(RESOURCE), {}),
    Stated("device-by-the-user-s-id", [allow("iam:CreateVirtualMFADevice",
            Resource="arn:aws:iam::*:mfa/${aws:userid}")], [], {}),
    Stated("device-actions-by-pattern", [allow("iam:*MFADevice*", Resource=[ME, MY_DEVICE])],
           [], {}),
    # One mistake has one finding.
    Stated("removal-of-users", [allow(STOP, WITH), allow("iam:*MFADevice*",
            Resource="arn:aws:iam::123456789012:user/*")], found(OWN, RESOURCE, at=1), {OFF: "km"}),
    Stated("removal-by-administrators", [allow("iam:*"), deny(STOP, WITHOUT)], [], {OFF: "km"}),
    Stated("removal-of-one", [allow(STOP, WITH), allow(OFF,
            Resource="arn:aws:iam::123456789012:user/dave")], [], {}),
    # A boundary allows nothing that it asks MFA for to those who have none yet.
    Stated("boundary-with-first-steps", [allow("*", WITH), allow(CARE, Resource=[ME, MY_DEVICE])],
           found(RESOURCE, at=1), {}, kind="boundary"),
    Stated("boundary-of-ec2", [allow("ec2:*", WITH)], [], {}, kind="boundary"),
    Stated("old-mfa-denied-in-a-trust-policy", [trust(ACCOUNT, WITH), trust("*", older("3600",
            "NumericGreaterThan"), "Deny")], [], {}),
    # Other actions that a statement asks MFA for, on resources that they never have.
    Stated("bucket-s-action-on-objects", [allow("s3:*", WITH), deny(["s3:DeleteBucket",
            "s3:DeleteObject"], WITHOUT, Resource=BUCKET)], found(RESOURCE, at=1), {}),
    Stated("objects-of-no-name", [deny([READ, "s3:ListBucket"], WITHOUT, Resource=each)
            for each in ("arn:aws:s3:::books/", "arn:aws:s3:::books")],
           [*found(RESOURCE), *found(RESOURCE, at=1)], {}),
    *[Stated(f"bucket-to-be-filled-in-{bucket}-{where}", [allow("s3:*",
            Resource=[bucket, f"{bucket}/*"]), deny(["s3:DeleteObject", *more], WITHOUT,
            Resource=where)],
            found(RESOURCE, at=1) * told, {})
      for bucket, more, where, told in (
          ("arn:aws:s3:::${Books}", [], "arn:aws:s3:::${Books}", True),
          ("${aws_s3_bucket.x.arn}", ["s3:DeleteBucket"], "${aws_s3_bucket.x.arn}", True),
          ("arn:aws:s3:::${Books}", [], "arn:aws:s3:::${Films}", False),
          ("arn:aws:s3:::${Books}/${Year}", [], "arn:aws:s3:::${Books}/${Year}", False))],
    Stated("role-taken-by-a-tool-s-function", [allow("sts:AssumeRole", WITH,
           Resource="Fn::EnumTargetAccounts Binding 'arn:aws:iam::${account}:role/Ops'")], [], {}),
    Stated("role-taken-on-a-session-beside-another", [allow("sts:AssumeRole",
           Resource="arn:aws:iam::*:role/books"), allow("sts:AssumeRole", WITH,
           Resource="arn:aws:sts::123456789012:assumed-role/films/*")], found(RESOURCE, at=1), {}),
    Stated("role-taken-on-a-user", [allow("sts:AssumeRole", WITH, Resource=ME)],
           found(RESOURCE), {}),
    Stated("role-taken-on-roles", [allow("sts:AssumeRole", WITH, Resource=each) for each in (
            ROLE["AWS"], "arn:aws:iam::*:role/${aws:username}", "arn:aws:iam::*", "${Role}")],
           [], {}),
    # The user and the device in different accounts.
    Stated("device-in-another-account", [allow([ENABLE, LIST], Resource=ME.replace("*",
            "111122223333")), allow("iam:CreateVirtualMFADevice", Resource=MY_DEVICE.replace("*",
            "111122223334"))], found(RESOURCE, at=1), {}),
    Stated("users-and-devices-in-two-accounts", [allow(ENROL, Resource=[arn.replace("*", account)
            for arn in (ME, MY_DEVICE) for account in ("111122223333", "111122223334")])], [], {}),
    # Resources of a service that an action never has.
    Stated("denied-on-resources-of-another-kind", [deny(action, WITHOUT, Resource=where)
            for action, where in (
        ("kms:ScheduleKeyDeletion", "arn:aws:kms:*:123456789012:alias/ledger"),
        ("ec2:TerminateInstances", "arn:aws:ec2:*:*:instances/*"),
        (STOP, "arn:aws:ec2:*:*:i-0123456789abcdef0"),
        ("rds:DeleteDBInstance", "arn:aws:rds:*:*:instance:ledger"),
        ("dynamodb:DeleteTable", "arn:aws:dynamodb:*:*:table:ledger"),
        ("lambda:DeleteFunction", "arn:aws:lambda:*:*:function/ledger"),
        ("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:*:*:secret/ledger"))],
           [finding for at in range(7) for finding in found(RESOURCE, at=at)], {}),
    *[Stated(f"lists-another-bucket-{at}", [allow(["s3:GetObject", "s3:ListBucket"],
            Resource="arn:aws:s3:::books/*"), allow("s3:ListBucket", Resource=there), deny("s3:*",
            WITHOUT)], found(RESOURCE) * wrong, {})
      for at, (there, wrong) in enumerate((("arn:aws:s3:::films", True),
          ("arn:aws:s3:::books", False), ("arn:aws:s3:::b*", False), ("${Bucket.Arn}", False)))],
    Stated("denied-on-resources-of-the-kind", [deny(action, WITHOUT, Resource=where)
            for action, where in (
        ("kms:ScheduleKeyDeletion", ["arn:aws:kms:*:*:key/*", "arn:aws:kms:*:*:alias/ledger"]),
        ("kms:Decrypt", "arn:aws:kms:*"), ("kms:DisableKey", "arn:aws:kms:*:*:${Key}"),
        ("kms:DeleteAlias", "arn:aws:kms:*:*:alias/ledger"), ("kms:Encrypt", "{{ arn }}"),
        ("ec2:TerminateInstances", "arn:aws:ec2:*:*:instance/i-0123456789abcdef0"),
        ("rds:DeleteDBInstance", "arn:aws:rds:*:*:db:ledger"),
        ("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:*:*:secret:ledger-??????"),
        (READ, "arn:aws:s3:eu-west-1:123456789012:accesspoint/books/object/*"),
        (READ, "arn:aws:s3:*:*:books/*"))], [], {}),
    # What is about a part of a resource, or is named by another's ARN.
    *[Stated(f"on-the-whole-of-{action}-{at}", [allow(action, WITH,
            Resource=f"arn:aws:{service}:eu-west-1:123456789012:{where}")], found(RESOURCE) * wrong,
            {})
      for at, (service, action, where, wrong) in enumerate((
          ("codepipeline", "codepipeline:PutApprovalResult", "checkout", True),
          ("codepipeline", "codepipeline:PutApprovalResult", "checkout/Ship", True),
          ("codepipeline", "codepipeline:PutApprovalResult", "checkout/Ship/Approve", False),
          ("codepipeline", "codepipeline:PutApprovalResult", "checkout*", False),
          ("codepipeline", "codepipeline:EnableStageTransition", "checkout", True),
          ("codepipeline", "codepipeline:RetryStageExecution", "checkout/*", False),
          ("codepipeline", "codepipeline:StartPipelineExecution", "checkout", False),
          ("codepipeline", "codepipeline:StartPipelineExecution", "checkout/Ship", True),
          ("ecs", "ecs:RunTask", "cluster/live", True),
          ("ecs", "ecs:RunTask", "task-definition/web:*", False),
          ("ecs", "ecs:StopTask", "cluster/live", True),
          ("ecs", "ecs:StopTask", "task/live/*", False),
          ("eks", "eks:DeleteNodegroup", "cluster/live", True),
          ("eks", "eks:CreateNodegroup", "cluster/live", False),
          ("elasticloadbalancing", "elasticloadbalancing:DeregisterTargets", "loadbalancer/app/x/1",
           True),
          ("elasticloadbalancing", "elasticloadbalancing:DeleteLoadBalancer",
           "loadbalancer/app/x/1", False),
          ("logs", "logs:PutLogEvents", "log-group:/app/web", True),
          ("logs", "logs:PutLogEvents", "log-group:/app/web:*", False),
          ("logs", "logs:PutLogEvents", "log-group:/app/*", False),
          ("states", "states:StopExecution", "stateMachine:bill", True),
          ("states", "states:StopExecution", "execution:bill:*", False)))],
    *[Stated(f"secret-beside-a-right-one-{at}", [allow(["secretsmanager:GetSecretValue", *more],
            WITH, Resource=[f"{SECRET}db-??????", f"{SECRET}{name}"])], found(RESOURCE) * wrong, {})
      for at, (name, more, wrong) in enumerate((
          ("stripe", [], True), ("stripe-a1B2c3", [], False), ("stripe*", [], False),
          ("stripe-??????", [], False), ("${aws:username}", [], False),
          ("stripe", ["secretsmanager:*"], False)))],
    Stated("approval-beside-the-pipeline", [allow("codepipeline:GetPipeline", Resource=PIPELINE),
            allow("codepipeline:PutApprovalResult", WITH, Resource=PIPELINE), allow(
            "codepipeline:PutApprovalResult", WITH, Resource=f"{PIPELINE}/*")], [], {}),
    # Users' own affairs on something else than a user.
    Stated("own-affairs-of-a-group", [allow([action, "iam:Get*"],
            Resource=ME.replace("user/", kind)) for action, kind in (
            ("iam:ChangePassword", "group/"), ("iam:CreateAccessKey", "mfa/"))] +
            [allow(STOP, WITH)],
           found(RESOURCE) + found(RESOURCE, at=1), {}),
    Stated("iam-actions-on-others", [ALL, *(deny(action, WITHOUT, Resource=
            f"arn:aws:iam::*:{kind}/*") for kind, action in (
            ("role", "iam:CreateUser"), ("user", "iam:DeleteRolePolicy"),
            ("user", ["iam:PassRole", "iam:CreateRole"]), ("role", "iam:DeleteGroup")))],
           [each for at in range(1, 5) for each in found(RESOURCE, at=at)], {}),
    Stated("iam-actions-on-their-own", [ALL, *(deny(action, WITHOUT, Resource=
            f"arn:aws:iam::*:{kind}/*") for kind, action in (("user", "iam:TagUser"), ("role",
            "iam:AttachRolePolicy"), ("group", "iam:AddUserToGroup"), ("instance-profile",
            "iam:AddRoleToInstanceProfile"), ("policy", "iam:CreatePolicy"), ("user/team",
            "iam:CreateUser"), ("*", "iam:PassRole")))], [], {}),
    Stated("own-affairs-of-a-group-without-mfa", [allow("iam:ChangePassword",
            Resource=ME.replace("user/", "group/"))], [], {}),
    Stated("own-affairs-of-a-group-and-a-user", [allow(["iam:ChangePassword", "iam:GetUser"],
            Resource=[ME, ME.replace("user/", "group/")]), allow(STOP, WITH)], [], {}),
    Stated("devices-in-two-partitions", [allow("iam:CreateVirtualMFADevice", Resource=[MY_DEVICE,
            MY_DEVICE.replace("aws", "aws-cn", 1)]), allow(ENABLE, Resource=[ME,
            ME.replace("aws", "aws-cn", 1)])], [], {}),
    # A Sid that names devices or an exemption.
    Stated("sid-lists-devices", [allow("iam:ListUsers", Resource=ME, Sid="ListOnlyTheirOwnMFA"),
            allow(OFF, WITH, Resource=ME)], [(RESOURCE, "ListOnlyTheirOwnMFA")], {}),
    Stated("lists-on-one-of-them", [allow(f"iam:List{kind}s", Resource=
            f"arn:aws:iam::*:{kind.lower()}/{name}") for kind in ("User", "Role", "Group")
            for name in ("ops", "ops*")] + [allow(STOP, WITH)],
           [each for at in range(6) for each in found(RESOURCE, at=at)], {}),
    Stated("assuming-a-user", [allow("sts:AssumeRole", Resource=[ME, MY_DEVICE])], found(RESOURCE),
           {}),
    Stated("lists-of-all-of-them", [allow(f"iam:List{kind}s", Resource=
            f"arn:aws:iam::*:{kind.lower()}/*") for kind in ("User", "Role", "Group")] +
            [allow(STOP, WITH)], [], {}),
    # A Sid that denies everything, over a list.
    Stated("everything-in-a-bucket-by-the-sid", [allow("s3:GetObject", Resource=BUCKET,
            Principal=ACCOUNT), {**deny("s3:*", WITHOUT, Principal="*", Resource=BUCKET[:-2]),
            "Sid": "DenyEverythingWithoutMFA"}], [(RESOURCE, "DenyEverythingWithoutMFA")], {}),
    # What has no resource is in no NotResource, and listing all devices is a step of the setup.
    *[Stated(f"not-resource-and-{name}", [allow([name, *ENROL]), allow("*", WITH), {"Effect":
            "Deny", "NotAction": ENROL, "NotResource": [ME, MY_DEVICE], "Condition": WITHOUT}],
            found(*rules, at=2), {})
      for name, rules in (
            ("iam:ListVirtualMFADevices", [RESOURCE]), ("iam:GetAccountPasswordPolicy", [RESOURCE]),
            ("s3:ListAllMyBuckets", []), ("iam:GetUser", []))],
    # An Allow with MFA on resources that its action never has.
    *[Stated(f"allowed-on-another-kind-{number}", [allow(action, WITH, Resource=where)],
            found(RESOURCE) if wrong else [], {})
      for number, (action, where, wrong) in enumerate((
            ("s3:DeleteObject", "arn:aws:s3:::books", True),
            ("ssm:TerminateSession", "arn:aws:ec2:*:*:instance/*", True),
            (["ssm:StartSession", "ssm:ResumeSession"], ["arn:aws:ec2:*:*:instance/*",
             "arn:aws:ssm:*:*:session/${aws:username}-*"], False),
            (["s3:ListBucket", "s3:GetObject"], ["arn:aws:s3:::books", BUCKET], False),
            ("kms:Decrypt", "arn:aws:kms:*:*:*", False)))],
    # A Sid about versions, over an action that deletes none.
    Stated("versions-denied-on-the-bucket", [allow(["s3:DeleteObject", "s3:DeleteObjectVersion"],
            Resource=BUCKET), deny(["s3:DeleteObject", "s3:DeleteObjectVersion"], WITHOUT,
            Resource="arn:aws:s3:::books")], found(RESOURCE, at=1), {}),
    # One mistake is told once.
    Stated("removal-denied-on-devices", [allow([LIST, OFF], Resource=ME), deny(OFF, WITHOUT,
            Resource="arn:aws:iam::*:mfa/*")], found(RESOURCE, at=1), {OFF: "km"}),
    Stated("bucket-without-its-objects", [allow(READ, Principal=ACCOUNT, Resource=BUCKET), deny(
            "s3:*", WITHOUT, Principal="*", Resource="arn:aws:s3:::books")],
           found(RESOURCE, at=1), {READ: "ksm"}),
    Stated("bucket-and-its-objects", [allow(READ, Principal=ACCOUNT, Resource=BUCKET), deny(
            "s3:*", WITHOUT, Principal="*", Resource=["arn:aws:s3:::books", BUCKET])], [], {}),
    *[Stated(f"route-{name}", [deny("execute-api:Invoke", WITHOUT, Principal="*",
            Resource=f"execute-api:/{route}")], found(*rules), {})
      for name, route, rules in (("without-method", "prod/admin/*", [RESOURCE]),
            ("of-a-method", "prod/DELETE/*", []),
            ("of-a-socket", "prod/secret", []), ("of-any-method", "prod/*/admin", []),
            ("of-a-stage", "prod/*", []))],
    Stated("instances-without-account", [ALL, deny(STOP, WITHOUT,
            Resource="arn:aws:ec2:eu-west-1::instance/*")], found(RESOURCE, at=1), {}),
    Stated("objects-without-their-bucket", [allow([READ, "s3:ListBucket"], Principal=ACCOUNT,
            Resource=["arn:aws:s3:::books", BUCKET]), deny("s3:*", WITHOUT, Principal="*",
            Resource=BUCKET)], found(RESOURCE, at=1), {READ: "m"}),
    Stated("folder-without-its-objects", [ALL, deny("s3:PutObject", WITHOUT,
            Resource="arn:aws:s3:::books/new/")], found(RESOURCE, at=1), {}),
    Stated("instances-on-a-bucket", [ALL, deny(STOP, WITHOUT, Resource=BUCKET)],
           found(RESOURCE, at=1), {STOP: "ksm"}),
    Stated("first-steps-without-and-all-with-mfa", [allow(ENROL, WITHOUT, Resource=[ME,
            "arn:aws:iam::*:mfa/*"]), allow(["iam:*MFADevice*", "iot:*"], WITH)], [], {}),
    # A way in for whoever names the session after themselves; secrets without their suffix.
    *[Stated(f"secret-without-its-suffix-{name}", [allow("secretsmanager:*"), deny(
            "secretsmanager:GetSecretValue", WITHOUT,
            Resource=f"arn:aws:secretsmanager:eu-west-1:123456789012:secret:{name}")],
            found(RESOURCE, at=1) if "db" in name else [], {})
      for name in ("db", "prod/db", "films-??????", "films*", "films-Ab12Cd", "*")],
    # Near misses of the kinds above.
    *[Stated(f"{verb}-on-a-bucket-{at}", [*more, deny(f"s3:{verb}*", WITHOUT, Principal="*",
            Sid=sid, Resource="arn:aws:s3:::b")], [(RESOURCE, sid)] * wrong, {})
      for at, (verb, sid, more, wrong) in enumerate((
            ("Delete", "DenyObjectDeletionWithoutMFA", [], True),
            ("Delete", "DenyLogDeletionWithoutMFA", [], False),
            ("Delete", "NoDeletionWithoutMFA", OF_B, True),
            ("Put", "DenyLoggingChangesWithoutMFA", OF_B, False)))],
    # Account-wide actions on a user, regions of IAM, tags of all requests, first sign-in.
    *[Stated(f"account-wide-action-on-a-user-{at}", [allow(action, Resource=where),
            deny_but(CARE, WITHOUT)], found(RESOURCE), {})
      for at, (action, where) in enumerate((
          (["iam:GetUser", "iam:GetAccountSummary"], ME),
          ("iam:GetAccountPasswordPolicy", [ME, MY_DEVICE]),
          ("iam:ListAccountAliases", "arn:aws:iam::123456789012:user/*"),
          (["iam:GenerateCredentialReport", "iam:GetCredentialReport"],
           "arn:aws:iam::*:group/staff")))],
    *[Stated(f"roles-listed-by-path-{where}", [allow("iam:ListRoles", WITH,
            Resource=f"arn:aws:iam::*:role/{where}")], found(RESOURCE) if wrong else [], {})
      for where, wrong in (("apps/*", False), ("apps-*", True))],
    Stated("users-listed-on-oneself", [allow([*ENROL, "iam:ListUsers"], Resource=[ME, MY_DEVICE])],
           found(RESOURCE), {}),
    Stated("account-wide-action-denied-but-on-users", [allow(["iam:GetAccountPasswordPolicy",
            "iam:GetUser"]), deny(["iam:CreateUser", "iam:GetAccountPasswordPolicy"], WITHOUT,
            NotResource=ME)], found(RESOURCE, at=1), {}),
    Stated("account-wide-actions-on-all", [allow(["iam:GetAccountSummary", "iam:ListUsers"],
            Resource=["*", ME]), allow("iam:GetAccountPasswordPolicy",
            Resource="arn:aws:iam::123456789012:*"), allow("iam:Get*", Resource=ME),
            deny(["iam:GetAccountSummary", OFF], WITHOUT, NotResource=ME,
            Sid="NobodyElse"), allow("iam:ListAccountAliases", Resource=ME), allow(
            "iam:ListAccountAliases")], [(RESOURCE, "NobodyElse")], {}),
    Stated("account-wide-action-without-mfa", [allow("iam:GetAccountSummary", Resource=ME)], [],
           {}),
    # What has no resource elsewhere than in IAM, services without policies, other buckets, ids.
    *[Stated(f"no-resource-{action}", [allow([action, STOP], Resource=where), deny_but(CARE,
            WITHOUT)], found(RESOURCE), {})
      for action, where in (
          ("cloudwatch:PutMetricData", "arn:aws:cloudwatch:*:123456789012:mfa/*"),
          ("ec2:DescribeInstances", "arn:aws:ec2:*:*:instance/i-1"),
          ("s3:ListAllMyBuckets", ["arn:aws:s3:::books", "arn:aws:s3:::books/*"]),
          ("kms:ListAliases", "arn:aws:kms:eu-west-1:123456789012:key/x"),
          ("dynamodb:ListTables", f"{TABLES}*"))],
    Stated("no-resource-on-all", [allow(["s3:ListAllMyBuckets"], Resource="arn:aws:s3:::*"), allow(
            "ec2:DescribeInstances", Resource=["arn:aws:ec2:*:*:instance/*", "*"]), allow(
            ["ec2:DescribeInstanceAttribute", "ec2:Describe*"], Resource="arn:aws:ec2:*:*:vpc/*"),
            allow("kms:ListKeys", Resource="arn:aws:kms:*:*:*"), deny_but(CARE, WITHOUT)], [], {}),
    # Grace periods, paths of users, tags that exempt, ViaService, removal denied for most.
    Stated("users-with-a-path", [allow(ENROL[1:], Resource=ME), allow(ENROL[0], Resource=MY_DEVICE),
            deny_but(CARE, {**WITHOUT, **on("ArnLike", "aws:PrincipalArn",
            "arn:aws:iam::123456789012:user/staff/*")})], found(RESOURCE), {}),
    *[Stated(f"users-with-a-path-{at}", [allow(ENROL[1:], Resource=where), allow(ENROL[0],
            Resource=MY_DEVICE), deny_but(CARE, {**WITHOUT, **on(operator, "aws:PrincipalArn",
            of)})], [*found("devices-of-others") * (where == "*"),
            *found("arn-matches-others") * ("user/*$" in where)], {})
      for at, (where, operator, of) in enumerate((
          (ME.replace("user/", "user/*"), "ArnLike", "arn:aws:iam::*:user/staff/*"),
          ("arn:aws:iam::*:user/staff/${aws:username}", "ArnLike", "arn:aws:iam::*:user/staff/*"),
          ("arn:aws:iam::*:user/staff/*/${aws:username}", "ArnLike", "arn:aws:iam::*:user/staff/*"),
          ("arn:aws:iam::*:user/staff/eng/${aws:username}", "ArnLike",
              "arn:aws:iam::*:user/staff/*"),
          (ME, "ArnNotLike", "arn:aws:iam::*:user/robots/*"),
          ("*", "StringLike", ["arn:aws:iam::*:user/staff/*"]),
          (ME, "ArnLike", ["arn:aws:iam::*:user/*", "arn:aws:iam::*:user/staff/*"])))],
    # Keys, values, ARNs and resources that match nothing, and similar ones that do.
    *[Stated(f"own-user-as-{name}", [allow([*ENROL[1:], "iam:ResyncMFADevice"],
            Resource=f"arn:aws:iam::*:{name}"), deny_but(CARE, WITHOUT)],
            found(RESOURCE) if told else [], {})
      for name, told in (("user${aws:username}", True), ("user/${aws:username}/*", True),
            ("user//${aws:username}", True), ("${aws:username}", True), ("mfa${aws:username}",
            True), ("user/${aws:PrincipalArn}", True), ("user/${aws:SourceIdentity}", True),
            ("user/${saml:sub}", True), ("user/*/${aws:username}", False), ("user*/${aws:username}",
            False), ("user/${aws:PrincipalTag/name}", False), ("user/${username}", False))],
    Stated("own-device-without-a-slash", [allow(ENROL[0], Resource="arn:aws:iam::*:mfa${aws:"
            "username}"), deny_but(CARE, WITHOUT)], found(RESOURCE), {}),
    *[Stated(f"part-of-the-setup-{action}", [allow([action, LIST], Resource=where), deny_but(CARE,
            WITHOUT), *more], found(RESOURCE) if told else [], {})
      for action, where, more, told in (
            ("iam:CreateVirtual*", ME, [allow(ENROL[1], Resource=ME)], True),
            ("iam:Enable*", [MY_DEVICE, "arn:aws:iam::*:user/"], [], True),
            ("iam:Create*", ME, [allow(ENROL[0], Resource=MY_DEVICE), allow(ENROL[1],
            Resource=ME)], False))],
    *[Stated(f"of-iam-on-{where}-{action}", [allow(f"iam:{action}", WITH,
            Resource=f"arn:aws:iam::*:{where}/*")], found(RESOURCE) if told else [], {})
      for action, where, told in (("AddUserToGroup", "user", True), ("RemoveUserFromGroup", "user",
            True), ("ListAttachedGroupPolicies", "user", True), ("CreatePolicyVersion", "role",
            True), ("DeletePolicy", "user", True), ("GetPolicyVersion", "role", True),
            ("AddUserToGroup", "group", False), ("ListGroupsForUser", "user", False),
            ("AttachUserPolicy", "user", False), ("DeletePolicy", "policy", False),
            ("ListAttachedUserPolicies", "user", False))],
    *[Stated(f"all-of-s3-denied-by-denies-alone-{at}", [deny(action, {**WITHOUT, **on("ArnLike",
            "aws:PrincipalArn", "arn:aws:iam::*:user/*")}, Resource=where)],
            found(RESOURCE) if told else [], {}, "scp")
      for at, (action, where, told) in enumerate((("s3:*", "arn:aws:s3:::books", True),
            ("s3:*", ["arn:aws:s3:::books", BUCKET], False), ("s3:Put*", "arn:aws:s3:::books",
            False)))],
    # Policies of resources and organisations.
    Stated("all-of-s3-denied-on-a-bucket-alone", [deny("s3:*", on("Bool", "aws:SecureTransport",
            "false"), Principal="*", Resource=["arn:aws:s3:::books", BUCKET]), deny("s3:*", {
            **WITHOUT, **on("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:user/*")}, Principal="*",
            Resource="arn:aws:s3:::books")], found(RESOURCE, at=1), {}),
    # Removal that another statement allows, or denies, by name; what a plain Deny excepts.
    Stated("removal-denied-on-devices-in-small-letters", [allow(OFF, Resource=ME), deny(
            OFF.lower().replace("iam:d", "iam:D"), WITHOUT, Resource="arn:aws:iam::*:mfa/*")],
           found(RESOURCE, at=1), {}),
    # A Sid about no changes of MFA; a Deny of all that deletes, on the bucket without its objects.
    *[Stated(f"s3-denied-on-the-bucket-alone-{at}", [allow("s3:DeleteObject", Principal=ACCOUNT,
             Resource=BUCKET), deny(action, WITHOUT, Principal="*", Resource=where)],
             found(RESOURCE, at=1) if told else [], {})
      for at, (action, where, told) in enumerate((
          ("s3:Delete*", "arn:aws:s3:::books", True), ("s3:Get*", "arn:aws:s3:::books", False),
          ("s3:Delete*", ["arn:aws:s3:::books", BUCKET], False), ("s3:Delete*", BUCKET, False)))],
    *[Stated(f"action-of-the-account-on-a-user-{action}", [allow(f"iam:{action}", Resource=ME),
             allow("s3:*", WITH)], found(RESOURCE), {})
      for action in ("CreateAccountAlias", "ListAccountAliases", "UpdateAccountPasswordPolicy",
                     "GetAccountAuthorizationDetails")],
    # Other resources than those of the actions; patterns of MFA's setup.
    *[Stated(f"on-the-resource-of-another-{at}", [deny(action, WITHOUT, Resource=where)],
             found(RESOURCE) if told else [], {})
      for at, (told, action, where) in enumerate((
          (True, "s3:DeleteBucket", [BUCKET, "arn:aws:rds:*:123456789012:db:*"]),
          (True, ["ec2:TerminateInstances", "ec2:DeleteVolume"], "arn:aws:ec2:*:*:instance/*"),
          (True, ["rds:DeleteDBCluster"], "arn:aws:rds:*:123456789012:db:*"),
          (False, "s3:DeleteBucket", "arn:aws:s3-outposts:*:*:outpost/x/bucket/y"),
          (False, "s3:DeleteBucket", ["arn:aws:*:*:*:x"]),
          (False, "ec2:DeleteVolume", "arn:aws:ec2:*:*:*/*"),
          (False, ["rds:DeleteDBCluster", "rds:DeleteDBSnapshot"], "*")))],
    *[Stated(f"pattern-of-the-setup-{at}", [allow([LIST, pattern], Resource=where)],
             found(RESOURCE) if told else [], {})
      for at, (told, pattern, where) in enumerate((
          (True, "iam:*MFADevice*", ME), (True, "iam:*MFADevice", [ME]),
          (False, "iam:*MFADevice", [ME, MY_DEVICE]), (False, "iam:*MFADevices", ME),
          (False, "iam:*", ME), (False, "iam:*MFADevice", "*")))],
    # Devices that are listed only on users, and elsewhere with MFA.
    Stated("devices-listed-with-mfa-only", [allow([*ENROL, "iam:ListVirtualMFADevices"],
            Resource=[ME, MY_DEVICE]), allow("iam:List*", WITH), deny_but(CARE, WITHOUT)],
            found(RESOURCE), {}),
    Stated("devices-listed-elsewhere", [allow([*ENROL, "iam:ListVirtualMFADevices"],
            Resource=[ME, MY_DEVICE]), allow("iam:List*"), deny_but(CARE, WITHOUT)], [], {}),
    Stated("removal-on-what-is-no-user", [allow([OFF, "iam:DeleteVirtualMFADevice"],
            Resource="arn:aws:iam::*:sms-mfa/${aws:username}"), deny(OFF, WITHOUT), allow(OFF, WITH,
            Resource=ME)], found(RESOURCE), {}),
    *[Stated(f"objects-by-the-sid-{sid}", [allow(READ, Principal=ACCOUNT, Resource=BUCKET),
            deny("s3:Delete*", WITHOUT, Principal="*", Resource="arn:aws:s3:::books", Sid=sid)],
            [(RESOURCE, sid)] if wrong else [], {})
      for sid, wrong in (("RequireMFAToDeleteObjects", True), ("RequireMFAToDelete", False))],
    # ARNs and keys that are none: of partitions, access points, vaults, domains, parameters, STS.
    *[Stated(f"resource-of-another-form-{action}-{at}", [deny(action, WITHOUT, Resource=where)],
            found(RESOURCE) * wrong, {})
      for at, (action, where, wrong) in enumerate((
          ("es:ESHttpDelete", "arn:aws:es:eu-west-1:123456789012:domain/logs", True),
          ("es:ESHttp*", "arn:aws:es:eu-west-1:123456789012:domain/logs/*", False),
          ("es:DeleteDomain", "arn:aws:es:eu-west-1:123456789012:domain/logs", False),
          ("ssm:GetParameter*", "arn:aws:ssm:eu-west-1:123456789012:parameter//prod/*", True),
          ("ssm:GetParameter*", "arn:aws:ssm:eu-west-1:123456789012:parameter/prod/*", False),
          ("backup:DeleteRecoveryPoint", f"{BACKUP}backup-vault:prod", True),
          ("backup:DeleteRecoveryPoint", f"{BACKUP}recovery-point:*", False),
          ("backup:DeleteRecoveryPoint", "arn:aws:ec2:*::snapshot/*", False),
          ("s3:PutObject", f"{POINT}hr", True), ("s3:PutObject", f"{POINT}hr/2031/*", True),
          ("s3:PutObject", f"{POINT}hr/object/2031/*", False),
          ("s3:PutObject", f"{POINT}*", False), ("s3:ListBucket", f"{POINT}hr", False),
          ("s3:PutObject", "arn:aws:s3::::books/*", True)))],
    # Of users, all of S3 is denied on objects alone, and the bucket itself is theirs to manage.
    *[Stated(f"all-of-s3-on-objects-{name}", [allow(given, when, Resource=there), deny(denied,
            WITHOUT, Resource=here, Sid=sid), *more], [(RESOURCE, sid)] * told, {})
      for name, given, when, there, sid, denied, here, more, told in (
          ("allowed-all", "s3:*", None, "*", "NoMfa", "s3:*", BUCKET, [], True),
          ("allowed-the-bucket", "s3:*", None, [BUCKET[:-2], BUCKET], "NoMfa", "s3:*", BUCKET, [],
           True),
          ("of-two-buckets", "*", None, "*", "NoMfa", "s3:*", [BUCKET, "arn:aws:s3:::films/*"], [],
           True),
          ("below-a-prefix", "s3:*", None, "*", "NoMfa", "s3:*", f"{BUCKET[:-1]}tax/*", [], False),
          ("of-another-bucket", "s3:*", None, ["arn:aws:s3:::films", BUCKET], "NoMfa", "s3:*",
           BUCKET, [], False),
          ("that-may-be-listed", ["s3:Get*", "s3:List*"], None, "*", "NoMfa", "s3:*", BUCKET, [],
           False),
          ("allowed-with-mfa", "s3:*", WITH, "*", "NoMfa", "s3:*", BUCKET, [], False),
          ("by-the-sid", "s3:*", None, "*", "ObjectsNeedMfa", "s3:*", BUCKET, [], False),
          ("beside-the-bucket", "s3:*", None, "*", "NoMfa", "s3:*", BUCKET,
           [deny(["s3:Put*", "s3:DeleteBucket"], WITHOUT, Resource=BUCKET[:-2])], False),
          ("deleted", "s3:*", None, "*", "NoMfa", "s3:Delete*", BUCKET, [], False))],
    *[Stated(f"everything-on-objects-{sid}", [deny("s3:*", WITHOUT, Principal="*", Resource=BUCKET,
            Sid=sid)], [(RESOURCE, sid)] * wrong, {})
      for sid, wrong in (("DenyAllS3WithoutMFA", True), ("DenyAllObjectAccessWithoutMFA", False),
          ("DenyBooksWithoutMFA", False))],
    # A bucket under MFA, and its objects otherwise.
    *[Stated(f"bucket-and-objects-apart-{at}", [allow("s3:*"), deny("s3:*", WITHOUT,
            Resource="arn:aws:s3:::books"), deny(action, when, Resource=BUCKET)],
            found(RESOURCE, at=1) * wrong + found(*more, at=2), {})
      for at, (action, when, wrong, more) in enumerate((
          ("s3:*", older(900), False, []),
          (["s3:PutObject", "s3:DeleteObject"], WITHOUT, False, []),
          ("s3:*", older(900, "NumericGreaterThan"), True, ["deny-age-misses-no-mfa"]),
          ("s3:PutObject", on("Bool", "aws:SecureTransport", "false"), True, [])))],
]
# fmt: on
