"""ARNs of another partition than the rest of the policy, or with a slip of the pen."""

from __future__ import annotations

from policy.statements import (
    ACCOUNT,
    ALL,
    BUCKET,
    CARE,
    CREATE,
    DEAD,
    ENABLE,
    ENROL,
    LEFT,
    LIST,
    MALFORMED,
    ME,
    MY_DEVICE,
    NOT_ROLES,
    OFF,
    PUBLIC,
    READ,
    RESOURCE,
    ROLE,
    STOP,
    UNFILLED,
    VALUE,
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
GOV_ME = ME.replace("aws", "aws-us-gov", 1)
PARTITION = "other-partition"
KINDS = [
    # A help desk's statement that is on the wrong kind, beside everybody's own that is right.
    Stated("user-of-an-account-to-be-filled-in", [allow(LIST,
            Resource="arn:aws:iam::YOUR-ACCOUNT-123:user/${aws:username}")], found(LEFT), {}),
    Stated("user-of-an-account-of-five-digits", [allow(LIST,
            Resource="arn:aws:iam::12345:user/${aws:username}")], found(DEAD), {}),
    Stated("user-of-a-template-s-account", [allow(LIST,
            Resource="arn:aws:iam::${AWS::AccountId}:user/*")], [], {}),
    # What else IAM refuses to save.
    Stated("principals-that-there-are", [trust({"AWS": ["123456789012", "AIDAEXAMPLEEXAMPLE12",
            "arn:aws-cn:iam::123456789012:user/eng/carol", "arn:aws-cn:iam::ACCOUNT:${who}"]},
            WITH)], found(LEFT, DEAD), {}),
    # ARNs of another partition than the rest of the policy.
    Stated("device-in-another-partition", [allow("iam:CreateVirtualMFADevice", Resource=MY_DEVICE),
            *(2 * [allow([ENABLE, LIST], Resource=ME.replace("aws", "aws-cn", 1))])],
           found(PARTITION), {}),
    Stated("device-in-one-of-two-partitions", [allow("iam:CreateVirtualMFADevice",
            Resource=MY_DEVICE), allow([ENABLE, LIST], Resource=ME.replace("aws", "aws-us-gov",
            1))], found(PARTITION), {}),
    Stated("user-in-another-partition-than-the-device", [deny_but(CARE, WITHOUT), allow(ENROL,
            Resource=[ME.replace("aws", "aws-cn", 1), MY_DEVICE])], found(PARTITION, at=1), {}),
    Stated("condition-of-another-partition", [deny("s3:*", {**WITHOUT, **on("ArnNotLike",
            "aws:PrincipalArn", "arn:aws:iam::*:role/*")}, Resource="arn:aws-cn:s3:::books/*")],
           found(PARTITION), {}),
    Stated("region-of-another-partition", [allow("ec2:*", WITH,
            Resource="arn:aws:ec2:cn-north-1:*:*"), allow("rds:*", WITH,
            Resource="arn:aws-us-gov:rds:us-east-1:*:*")], [*found(PARTITION), *found(PARTITION,
            at=1)], {}),
    Stated("regions-of-one-partition", [allow("ec2:*", WITH, Resource=[
            "arn:aws-us-gov:ec2:us-gov-west-1:*:*", "arn:aws-us-gov:ec2:*:*:*"]), allow("iam:*",
            WITH, Resource="arn:${AWS::Partition}:iam::aws:policy/*"), allow("sqs:*",
            WITH, Resource="arn:*:sqs:*:*:*")], [], {}),
    Stated("buckets-of-two-partitions", [allow(READ, WITH, Resource=["arn:aws:s3:::books/*",
            "arn:aws-cn:s3:::shu/*"])], [], {}),
    Stated("buckets-of-two-partitions-apart", [allow(READ, WITH, Resource="arn:aws:s3:::books/*"),
            allow(READ, WITH, Resource="arn:aws-cn:s3:::shu/*")], [], {}),
    Stated("the-same-arn-in-two-partitions-apart", [allow(READ, WITH, Resource=BUCKET),
            deny("s3:*", WITHOUT, Resource=BUCKET.replace("aws", "aws-cn", 1))],
           found(PARTITION), {}),
    Stated("the-same-arn-in-two-partitions", [each for arn in (BUCKET, BUCKET.replace("aws",
            "aws-cn", 1)) for each in (allow(READ, Resource=arn), deny("s3:*", WITHOUT,
            Resource=arn))], [], {}),
    # Limits of a moment or number that leave nothing between them.
    Stated("network-to-be-named", [ALL, *[deny("ec2:*", on("NotIpAddress", "aws:SourceIp", each))
            for each in ("YOUR_OFFICE_IP/32", "<office>", "replace-me", "office_ip_address")],
            deny_but(CARE, WITHOUT)], found(LEFT, at=1) + found(VALUE, at=4), {}),
    # What names who calls, and what does not.
    *[Stated(f"placeholder-of-an-organisation-{name}", [trust(ACCOUNT, {**WITH, **on(
            "StringEquals", "aws:PrincipalOrgID", name)})], found(LEFT) if wrong else [], {})
      for wrong, name in ((True, "o-xxxxxxxxxx"), (False, "o-xa1b2c3d4e"))],
    # One mistake is told once.
    Stated("callers-of-another-partition", [deny(["iam:CreateAccessKey"], {**WITHOUT, **on(
            "ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:user/*")},
            Resource="arn:aws-us-gov:iam::*:user/*")], found(PARTITION), {}),
    Stated("callers-of-both-partitions", [deny(["iam:CreateAccessKey"], {**WITHOUT, **on(
            "ArnLike", "aws:PrincipalArn", ["arn:aws:iam::*:user/*",
            "arn:aws-us-gov:iam::*:user/*"])}, Resource="arn:aws-us-gov:iam::*:user/*")], [], {}),
    Stated("everything-of-another-partition", [allow(ENROL, Resource=[each.replace("aws",
            "aws-us-gov", 1) for each in (ME, MY_DEVICE)]), deny_but(CARE, WITHOUT,
            Resource="arn:aws:*:*:*:*")], found(PARTITION, at=1), {}),
    Stated("partition-of-what-is-worked-with", [allow("s3:*", WITH,
            Resource="arn:aws-us-gov:s3:::docs/*"), allow(CREATE, Resource=MY_DEVICE), allow(
            [ENABLE, LIST], Resource=ME)], found(PARTITION, at=1) + found(PARTITION, at=2), {}),
    Stated("partition-of-a-role-beside-a-copied-bucket", [allow("sts:AssumeRole", WITH,
            Resource="arn:aws-cn:iam::123456789012:role/Deploy"), allow("s3:*"), deny(
            "s3:DeleteObject", WITHOUT, Resource=BUCKET)], found(PARTITION, at=2), {}),
    # ARNs with a slip of the pen.
    *[Stated(f"arn-with-a-slip-{number}", [allow(LIST, Resource=[ME, f"arn:aws:iam::{each}"]),
             deny(STOP, NotResource=f"arn:aws:iam::{each}")], found(DEAD) + found(DEAD, at=1), {})
      for number, each in enumerate(("*:user/*}", "*:user/{*", "*:user/${aws:username}}",
            "${AWS::AccountId}:user/\\${aws:username}", "*:user/\\*"))],
    Stated("user-with-a-brace", [allow(STOP), allow(LIST, Resource="arn:aws:iam::*:user/*}")],
           found(DEAD, at=1), {LIST: ""}),
    Stated("objects-with-a-backslash", [allow(READ, WITH, Resource=[
            "arn:aws:s3:::books/\\${aws:username}/*", "arn:aws:s3:::books/\\${aws:userid}/*"])],
           found(DEAD), {}),
    Stated("exempt-role-with-a-brace", [ALL, deny(READ, on("ArnNotLike", "aws:PrincipalArn",
            ["arn:aws:iam::*:role/Ops}", ROLE["AWS"]]))], found(DEAD, at=1), {}, "scp"),
    Stated("arns-with-what-may-be-theirs", [allow([READ, "iot:Publish"], {**WITH, **on("ArnLike",
            "aws:PrincipalArn", ["arn:aws:iam::*:user/${aws:PrincipalTag/team}/*", "*}"])},
            Resource=["arn:aws:s3:::books/}{/\\x", "arn:aws:iot:*:*:topic/a}", ME,
            *(f"arn:aws:iam::*:user/{each}" for each in (*UNFILLED, "${lookup({a = 1}, 'a')}",
            "{{ x }}{% if y %}z{% endif %}"))])], [], {}),
    # ARNs whose account has not 12 digits.
    Stated("resources-of-no-account", [allow(STOP, WITH, Resource=[
            f"arn:aws:ec2:eu-west-1:{each}:instance/*" for each in (12 * "1", "1234567890123")]),
            deny(OFF, NotResource="arn:aws:iam::1234-5678-9012:user/*"), allow(LIST,
            Resource="arn:aws:iam::my-company:user/*"), allow(LIST, WITH,
            Resource=["arn:aws:iam::xxxx:user/*", "arn:aws:iam::aws:policy/x"])],
           [each for at in range(3) for each in found(DEAD, at=at)] + found(LEFT, at=3), {}),
    Stated("exempt-roles-of-no-account", [deny("s3:*", on("StringNotEquals", "aws:PrincipalArn",
            ["arn:aws:iam::123456789:role/Ops", ROLE["AWS"]]), **PUBLIC), allow("sqs:SendMessage",
            on("ArnLike", "aws:SourceArn", "arn:aws:sns:*:0:x"), Principal="*")],
           found(DEAD) + found(DEAD, at=1), {}),
    *[Stated(f"source-{at}", [allow("sqs:SendMessage", on("ArnLike", "aws:SourceArn", source),
            Principal={"Service": "s3.amazonaws.com"}, Resource="*")],
            found("arn-matches-nothing") * wrong, {})
      for at, (source, wrong) in enumerate((
          ("arn:aws:s3:us-east-1:123456789012:books", True),
          ("arn:aws:s3:::books", False), ("arn:aws:s3:*:*:books", False),
          ("arn:aws:sns:us-east-1:123456789012:books", False),
          ("arn:aws:s3:us-east-1:123456789012:accesspoint/books", False)))],
    Stated("accounts-of-arns", [allow("*", on("ArnLike", "aws:SourceArn", [
            f"arn:aws:sns:*:{each}:x" for each in ("", "aws", "cloudfront", "1234*", "????", "%s",
            "12{{ x }}", "${AWS::AccountId}", "${aws:PrincipalAccount}", "<id>", "ACCOUNT_1")]),
            Resource=["arn:aws:s3:::123", "arn:aws:iam::aws:policy/1", "arn:aws:logs:*:*:1:2"])],
           [], {}),
    # A Deny of regions stops IAM, whose requests count as one region's.
    *[Stated(f"placeholder-in-a-principal-{number}", [allow(STOP, WITH, Principal=ACCOUNT),
            allow(STOP, WITH, Principal={"AWS": each}), allow(READ, WITH, Principal={"AWS": each})],
            found(LEFT, at=1), {})
      for number, each in enumerate(("arn:aws:iam::<YOUR_ACCOUNT_ID>:root",
            ["111122223333", "arn:aws:iam::ACCOUNT-ID:root"], "arn:aws:iam::xxxxxxxxxxxx:user/ann",
            "arn:aws:iam::your-account:root", "arn:aws-us-gov:iam::ACCOUNT-ID:root"))],
    *[Stated(f"placeholder-in-an-arn-{number}", [allow("ec2:*", WITH, Resource=arn)],
            found(*rules), {})
      for number, (arn, rules) in enumerate((
            ("arn:aws:ec2:eu-west-1:ACCOUNT_ID:instance/*", [LEFT]),
            ("arn:aws:ec2:REGION:111122223333:instance/*", [LEFT]),
            ("arn:aws:ec2:eu-west-1:account-id-without-hyphens:instance/*", [LEFT]),
            ("arn:aws:ec2:eu-west-1:*:instance/*", []),
            ("arn:aws:ec2:eu-west-1:111122223333:instance/ACCOUNT_ID", []),
            ("arn:aws:lambda:eu-west-1:111122223333:function:BOOKS:PROD", [])))],
    Stated("placeholder-as-the-principal", [trust("<YOUR_PRINCIPAL>", WITH)], found(LEFT), {}),
    *[Stated(f"placeholder-in-a-resource-{number}", [allow(READ, WITH, Resource=each)],
             found(LEFT), {})
      for number, each in enumerate(("arn:aws:s3:::<bucket name>/*", "arn:aws:s3:::YOUR-BUCKET/*",
            [BUCKET, "arn:aws:iam::ACCOUNT_ID:user/*"]))],
    Stated("placeholder-in-a-value", [allow(STOP, {**WITH, **on("StringEquals",
            "aws:PrincipalOrgID", "o-REPLACE_ME")})], found(LEFT), {}),
    # A word within a word, the same ARN in two partitions, exemptions with wrong values.
    Stated("and-within-a-word", [*(deny(action, {**WITHOUT, **NOT_ROLES}, **PUBLIC, Sid=sid)
            for action, sid in ((READ, "NotByHandWithoutMfa"), ("s3:PutObject", "OnDemandMfa")))],
           [], {}, "resource"),
    Stated("and-as-a-word", [*(deny(action, {**WITHOUT, **NOT_ROLES}, **PUBLIC, Sid=sid)
            for action, sid in ((READ, "NotRootAndNoMfa"), ("s3:PutObject", "not-root-and-mfa")))],
           [], {}, "resource"),
    Stated("one-arn-in-another-partition", [allow("iam:ChangePassword", Resource=GOV_ME), allow(
            ENROL[0], Resource="arn:aws-us-gov:iam::*:mfa/*"), allow(ENROL[1:], Resource=ME),
            allow(READ, WITH, Resource="arn:aws-us-gov:s3:::books/*")], found(PARTITION, at=2), {}),
    Stated("arns-of-two-partitions", [*(allow(ENROL[1:], Resource=each) for each in (ME, GOV_ME)),
            *(allow(ENROL[0], Resource=each) for each in (MY_DEVICE,
            "arn:aws-us-gov:iam::*:mfa/*"))], [], {}),
    # A Sid of MFA alone beside an Allow of a part, ARNs without region, global services, periods.
    *[Stated(f"arn-without-region-{at}", [deny(action, WITHOUT, Resource=arn)], found(DEAD), {})
      for at, (action, arn) in enumerate((
          ("route53:DeleteHostedZone", "arn:aws:route53:us-east-1:123456789012:hostedzone/Z1"),
          ("route53:ChangeResourceRecordSets", "arn:aws:route53::123456789012:hostedzone/*"),
          ("cloudfront:DeleteDistribution",
           "arn:aws:cloudfront:us-east-1:123456789012:distribution/E1")))],
    Stated("arns-with-and-without-region", [deny("*", WITHOUT, Resource=[
            "arn:aws:route53:::hostedzone/Z1", "arn:aws:route53:*:*:hostedzone/*",
            "arn:aws:cloudfront::123456789012:distribution/E1", "arn:aws:cloudfront:*:*:function/x",
            "arn:aws:route53resolver:eu-west-1:123456789012:resolver-rule/x",
            "arn:aws:route53:${Region}:${Account}:hostedzone/x"])], [], {}),
    # What has no resource elsewhere than in IAM, services without policies, other buckets, ids.
    Stated("placeholder-beside-devices", [allow(ENROL[1:], Resource="arn:aws:iam::<account-ID>:"
            "user/${aws:username}"), allow(ENROL[0])], found(LEFT), {}),
    # Keys, values, ARNs and resources that match nothing, and similar ones that do.
    *[Stated(f"of-another-service-{number}", [ALL, deny(action, WITHOUT, Resource="arn:aws:"
            + where)], found(rule, at=1) if rule else [], {})
      for number, (action, where, rule) in enumerate((
            ("ssm:GetParameter*", "ssm:*:123456789012:prod/*", RESOURCE),
            ("ssm:GetParametersByPath", "ssm:*:123456789012:parameter/prod/*", ""),
            ("ssm:GetParameter*", "ssm:*::parameter/aws/service/*", ""),
            ("cloudformation:DeleteStack", "cloudformation:*:*:stack/prod", RESOURCE),
            ("cloudformation:DeleteStack", "cloudformation:*:*:stack/prod*", ""),
            ("logs:DeleteLogGroup", "logs:*:*:log-group/audit*", RESOURCE),
            ("logs:DeleteLogGroup", "logs:*:*:log-group:audit:*", ""),
            ("sqs:PurgeQueue", "sqs:*:*:queue/orders", RESOURCE),
            ("sqs:PurgeQueue", "sqs:*:*:orders*", ""),
            ("sns:DeleteTopic", "sns:*:*:topic:alerts", RESOURCE),
            ("sns:Publish", "sns:*:*:endpoint/GCM/app/*", ""),
            ("ec2:AuthorizeSecurityGroupIngress", "ec2:*:*:securitygroup/*", RESOURCE),
            ("ec2:RevokeSecurityGroupIngress", "ec2:*:*:security-group/sg-1", ""),
            ("ecr:DeleteRepository", "ecr:eu-west-1:123456789012:prod", RESOURCE),
            ("route53:DeleteHostedZone", "route53:::domain/example.com", RESOURCE),
            ("route53:DeleteHostedZone", "route53:::hostedzone/Z1", ""),
            ("ec2:DeleteVpc", "vpc:*:*:vpc/*", RESOURCE),
            ("ec2:DeleteSubnet", "ec2:*:*:subnet/*", ""),
            ("es:DeleteDomain", "opensearch:*:*:domain/prod", RESOURCE),
            ("es:DeleteDomain", "es:*:*:domain/prod", ""),
            ("es:DeleteApplication", "opensearch:*:*:application/*", ""),
            ("cognito-idp:DeleteUserPool", "cognito:*:*:userpool/*", RESOURCE),
            ("events:DeleteRule", "events:*:*:rule:nightly", RESOURCE),
            ("events:DeleteRule", "events:*:*:rule/bus/nightly", ""),
            ("codebuild:StartBuild", "codebuild:*:*:project:app", RESOURCE),
            ("codepipeline:DeletePipeline", "codepipeline:*:*:pipeline/app", RESOURCE),
            ("codepipeline:DeletePipeline", "codepipeline:*:*:app-*", ""),
            ("autoscaling:DeleteAutoScalingGroup", "autoscaling:*:*:autoScalingGroup/app",
             RESOURCE),
            ("autoscaling:DeleteAutoScalingGroup",
             "autoscaling:*:*:autoScalingGroup:*:autoScalingGroupName/app", ""),
            ("kinesis:DeleteStream", "kinesis:*:*:orders", RESOURCE),
            ("kinesis:DeleteStream", "kinesis:*:*:stream/*", ""),
            ("logs:DeleteLogStream", "logs:*:*:log-group:audit", RESOURCE),
            ("logs:DeleteLogStream", "logs:*:*:log-group:audit:*", ""),
            # Another name of the service, by which the AWS CLI calls it.
            ("elasticfilesystem:DeleteFileSystem", "efs:*:*:file-system/*", DEAD),
            ("elasticfilesystem:Delete*", "efs:*:*:file-system/*", DEAD),
            ("elasticfilesystem:DeleteFileSystem", "elasticfilesystem:*:*:file-system/*", ""),
            (["elasticloadbalancing:DeleteListener", "elasticloadbalancing:DeleteLoadBalancer"],
             "elb:*:*:*", DEAD),
            (["ec2:DeleteTags", "elasticloadbalancing:RemoveTags"], "elb:*:*:*", ""),
            ("servicecatalog:DeletePortfolio", "catalog:*:*:portfolio/*", ""),
            ("ssm:StartSession", "ssm:*:*:instance/*", DEAD),
            ("ssm:StartSession", "ec2:*:*:instance/*", ""),
            ("ssm:StartSession", "ssm:*:*:managed-instance/*", ""),
            ("ec2:DeleteSnapshot", "ec2:*:123456789012:snapshot/*", DEAD),
            ("ec2:DeregisterImage", "ec2:eu-west-1:${aws_account}:image/*", DEAD),
            ("ec2:DeleteSnapshot", "ec2:*::snapshot/*", ""),
            ("ec2:DeregisterImage", "ec2:*:*:image/*", ""),
            # Slips in an ARN.
            ("ec2:TerminateInstances", "ec2:eu-west-1a:123456789012:instance/*", DEAD),
            ("rds:DeleteDBInstance", "rds:eu-west1:123456789012:db:prod-*", DEAD),
            ("rds:DeleteDBInstance", "rds:EU-WEST-1:123456789012:db:prod-*", DEAD),
            ("rds:DeleteDBInstance", "rds:us-gov-west-1:123456789012:db:prod-*", "other-partition"),
            ("rds:DeleteDBInstance", "rds:eu-west-?:123456789012:db:prod-*", ""),
            ("rds:DeleteDBInstance", "rds:${region}:123456789012:db:prod-*", ""),
            ("s3:DeleteObject", "s3:::s3://books/*", DEAD),
            ("s3:DeleteObject", "s3:::/books/*", DEAD),
            ("s3:DeleteObject", "s3:::books.s3.amazonaws.com/*", DEAD),
            ("s3:DeleteObject", "s3:::www.example.com/*", ""),
            ("s3:DeleteObject", "s3:::books/my documents/*", ""),
            ("s3:DeleteObject", "s3:::books/[draft] (1)/{x,y}", ""),
            ("s3:DeleteObject", "s3:::books/* ", DEAD),
            ("s3:DeleteObject", "s3:::books/*,arn:aws:s3:::films/*", DEAD),
            ("s3:DeleteObject", "s3:::BUCKET-NAME/*", LEFT),
            ("s3:DeleteObject", "s3:::DOC-EXAMPLE-BUCKET/*", ""),
            ("s3:DeleteObject", "s3:::your-bucket-name/*", LEFT),
            ("s3:DeleteObject", "s3:::examples-of-buckets/*", "")))],
    *[Stated(f"role-to-take-{number}", [allow("sts:AssumeRole", WITH, Resource="arn:aws:iam::"
            + role)], found(rule) if rule else [], {})
      for number, (role, rule) in enumerate((
            ("123456789012:role/Ops ", DEAD), ("123456789012:role/ Ops", DEAD),
            ("123456789012:role/Ops\n", DEAD), ("123456789012:role/Ops\u200b", DEAD),
            ("123456789012:role/${ team }", ""), ("123456789012:role/{{ team }}", ""),
            ("123456789012:role/<team name>", LEFT),
            ("123456789012:role/A,arn:aws:iam::123456789012:role/B", DEAD),
            ("123456789012:role/A; arn:aws:iam::123456789012:role/B", DEAD),
            ("123456789012:role/A,B", ""),
            ("123456789012:role/{Admin,Ops}", DEAD), ("123456789012:role/(Admin|Ops)", DEAD),
            ("123456789012:role/team-[0-9]*", DEAD), ("123456789012:role/team-?*", ""),
            ("123456789012:role/${aws:PrincipalTag/team, 'none'}", ""),
            ("1234 5678 9012:role/Ops", DEAD), ("Production:role/Ops", DEAD),
            ("AccountIDWithoutHyphens:role/Ops", LEFT), ("############:role/Ops", LEFT),
            ("[ACCOUNT]:role/Ops", LEFT), ("1234????9012:role/Ops", ""),
            ("${prod}:role/Ops", "")))],
    *[Stated(f"own-user-by-a-word-{name}", [allow(ENROL[1:], Resource="arn:aws:iam::123456789012:"
            f"user/{name}"), deny_but(CARE, WITHOUT)], found(LEFT) if told else [], {})
      for name, told in (("USERNAME", True), ("IAMUserName", True), ("user_name", True),
            ("username-x", False), ("carol", False))],
    *[Stated(f"root-as-the-resource-{kind}", [ALL, deny_but(CARE, {**WITHOUT, **on("ArnLike",
            "aws:PrincipalArn", ["arn:aws:iam::*:user/*", "arn:aws:iam::*:root"])},
            Resource="arn:aws:iam::123456789012:root")], found(DEAD, at=1) if kind == "identity"
            else [], {}, kind) for kind in ("identity", "scp")],
    # A Deny of all but the setup without its condition; words where an account should be.
    *[Stated(f"a-word-as-the-account-{at}", [trust({"AWS": who}, WITH)], found(rule) if rule else
             [], {})
      for at, (rule, who) in enumerate((
          ("placeholder", "arn:aws:iam::dev-account:user/carol"),
          ("placeholder", "arn:aws:iam::account-id:root"),
          (MALFORMED, "carol"), (MALFORMED, "carol_sre_1"),
          (DEAD, "AIDACKCEVSQ6C2EXAMPLE"), (None, "ACCOUNT_A"), (None, "${dev}"),
          (None, "123456789012")))],
    # Roles of AWS's own without a path; tokens that nobody with MFA gets; private addresses.
    *[Stated(f"role-of-awss-own-{at}", [deny("iam:*", {**WITHOUT, **NOT_ROLES}, Resource=where),
             ], found("arn-matches-nothing") if told else [], {})
      for at, (told, where) in enumerate((
          (True, "arn:aws:iam::*:role/AWSServiceRole*"),
          (True, ["arn:aws:iam::*:role/x", "arn:aws:iam::*:role/AWSReservedSSO_Admin_*"]),
          (False, "arn:aws:iam::*:role/aws-service-role/*/AWSServiceRoleFor*"),
          (False, "arn:aws:iam::*:role/*AWSServiceRole*")))],
    # Other resources than those of the actions; patterns of MFA's setup.
    Stated("placeholder-of-terraform", [allow(STOP, {**WITH, **on("StringEquals",
            "aws:RequestedRegion", "$var.regions[count.index]")})], found(LEFT), {}),
    # What a stranger's third series of policies showed.
    *[Stated(f"audience-of-{partition}-at-{number}", [{**trust({"Federated":
            f"arn:{partition}:iam::123456789012:saml-provider/idp"}, on("StringEquals", "SAML:aud",
            audience)), "Action": "sts:AssumeRoleWithSAML"}], found(*rules), {})
      for number, (partition, audience, rules) in enumerate((
            ("aws-us-gov", "https://signin.aws.amazon.com/saml", [PARTITION]),
            ("aws-us-gov", "https://signin.amazonaws-us-gov.com/saml", []),
            ("aws", ["https://us-east-1.signin.aws.amazon.com/saml"], []),
            ("aws", "https://signin.amazonaws.cn/saml", [PARTITION]),
            ("aws-cn", ["https://signin.amazonaws.cn/saml", "https://signin.aws.amazon.com/saml"],
             []),
            ("${AWS::Partition}", "https://signin.amazonaws.cn/saml", [])))],
    *[Stated(f"id-of-who-is-gone-{who}", [trust({"AWS": who}, WITH)], found(*rules), {})
      for who, rules in (("AIDAJQABLZS4A3QDU576Q", [DEAD]),
                         ("AROAJQABLZS4A3QDU576Q", [DEAD]), ("AIDA_OF_CAROL", []))],
    # ARNs and keys that are none: of partitions, access points, vaults, domains, parameters, STS.
    *[Stated(f"no-partition-{at}", [trust({"AWS": f"arn:{at}:iam::123456789012:root"}, WITH)],
            found(PARTITION) * wrong, {})
      for at, wrong in (("aws-gov", True), ("aws-china", True), ("aws-us-gov-west-1", True),
          ("aws-us-gov", False), ("aws-iso-b", False), ("aws-eusc", False))],
    *[Stated(f"two-partitions-{at}", [statement], found(PARTITION) * wrong, {}, kind)
      for at, (statement, kind, wrong) in enumerate((
          (trust({"AWS": ["arn:aws-us-gov:iam::123456789012:user/ann",
              "arn:aws:iam::123456789012:user/bob"]}, WITH), "trust", True),
          (deny("s3:PutObject", WITHOUT, Principal="*", Resource=["arn:aws-cn:s3:::books/*",
              "arn:aws:s3:::books/*"]), "resource", True),
          (deny("s3:PutObject", WITHOUT, Resource=["arn:aws-cn:s3:::books/*",
              "arn:aws:s3:::books/*"]), "identity", False),
          (deny("s3:PutObject", {**WITHOUT, **on("ArnNotLike", "aws:PrincipalArn",
              ["arn:aws-cn:iam::*:user/a", "arn:aws:iam::*:user/a"])}, Principal="*",
              Resource="arn:aws:s3:::books/*"), "resource", False)))],
    # A region where there is none.
    *[Stated(f"in-a-region-or-account-{at}", [made("s3:*", WITHOUT, Resource=
            f"arn:aws:s3:{where}")], found(DEAD) * wrong, {})
      for made in (deny,) for at, (where, wrong) in enumerate((
          ("eu-west-1:123456789012:books/*", True), (":123456789012:books", True),
          ("eu-west-1::books/*", True), ("eu-west-1:123456789012:accesspoint/books", False),
          ("*:*:books/*", False), ("eu-west-1:123456789012:job/*", False),
          ("eu-west-1:123456789012:*", False), ("eu-west-1:123456789012:access*", False)))],
    # A slash for a colon, or the reverse; an account where there is none.
    *[Stated(f"sign-behind-the-kind-{service}-{where}", [ALL, deny(f"{service}:*", WITHOUT,
            Resource=f"arn:aws:{service}:eu-west-1:123456789012:{where}")],
            found(DEAD, at=1) * wrong, {})
      for service, where, wrong in (
          ("rds", "db/books", True), ("rds", "db:books", False), ("rds", "pg/books", False),
          ("dynamodb", "table:books", True), ("dynamodb", "table/books/index/*", False),
          ("lambda", "function/*", True), ("lambda", "*", False), ("kms", "key:1", True),
          ("sqs", "queue/jobs", True), ("sqs", "queue-jobs", False), ("sns", "topic/news", True),
          ("sns", "app/GCM/news", False), ("apigateway", "/restapis/*", True),
          ("apigateway", "/domainnames/*", False))],
    Stated("sign-that-the-kind-of-resource-tells", [ALL, deny("rds:DeleteDBInstance", WITHOUT,
            Resource="arn:aws:rds:*:123456789012:db/books")], found(RESOURCE, at=1), {}),
    Stated("sign-in-one-of-two", [ALL, deny("rds:DeleteDBInstance", WITHOUT, Resource=[
            "arn:aws:rds:*:123456789012:db/a", "arn:aws:rds:*:123456789012:db:b"])],
            found(DEAD, at=1), {}),
    Stated("device-in-a-region", [allow("iam:CreateVirtualMFADevice",
            Resource="arn:aws:iam:us-east-1:123456789012:mfa/*")], found(DEAD), {}),
]
# fmt: on
