"""The policies that ask for MFA."""

from __future__ import annotations

from mfa_session.cli.spec.commands import JSON, PROFILE, Argument, Command, Group, Option, flag

TITLE = "Policies"

_CHOICES = (
    Option(
        flags=("--action",),
        kind="many",
        metavar="ACTION",
        help="An action the policy covers. Repeatable. "
        "[default: ec2:StopInstances, ec2:TerminateInstances]",
    ),
    Option(
        flags=("--resource",),
        kind="many",
        metavar="ARN",
        help="A resource the policy covers. Repeatable. [default: every resource]",
    ),
    Option(
        flags=("--account",),
        kind="many",
        metavar="ACCOUNT",
        help="The trusted account; with --self-service, the users' own account. Repeatable.",
    ),
    Option(
        flags=("--max-age",),
        kind="duration",
        metavar="DURATION",
        help="The maximum age of the code, such as 15m or 1h.",
    ),
    Option(
        flags=("--external-id",), metavar="ID", help="The external id that the role also requires."
    ),
    Option(flags=("--bucket",), metavar="NAME", help="The S3 bucket."),
    Option(
        flags=("--partition",),
        metavar="PARTITION",
        help="The AWS partition, such as aws-us-gov. [default: aws]",
    ),
    flag("--self-service", "Also allow users to manage their own device."),
    flag("--first-sign-in", "Let a new user change the password before having a device."),
)

_KIND = Option(
    flags=("--kind",),
    kind="choice",
    choices=("identity", "trust", "resource", "boundary", "scp"),
    help="The kind of policy. [default: found from the content]",
)

COMMANDS = (
    Command(
        name="policy template",
        summary="Print a correct policy that requires MFA.",
        examples=("mfa-session policy template require-mfa --action ec2:TerminateInstances",),
        description=(
            "Prints the policy on stdout, and how to use it on stderr. Without a NAME, lists the "
            "templates with their options."
        ),
        options=_CHOICES,
        arguments=(Argument(name="name", suggests="template"),),
        run="policy.commands.template:run",
    ),
    Command(
        name="policy lint",
        summary="Find MFA mistakes in IAM policies.",
        examples=("mfa-session policy lint policy.json",),
        description=(
            "Reads policies in JSON, or in YAML with the extra `yaml`: as they are, as the AWS CLI "
            "prints them, in CloudFormation and SAM templates, and in the output of `terraform "
            "show -json`. A FILE may be a directory; - is stdin. Shows each mistake with its line, "
            "who gets through or is locked out, and the corrected condition. Exits with 1 for "
            "findings, and with 3 for what cannot be read as a policy."
        ),
        options=(
            _KIND,
            flag(
                "--role",
                "These are a role's permission policies, where MFA conditions do not work.",
            ),
            flag("--together", "Judge all files together, as the policies of one principal."),
            Option(
                flags=("--format",),
                kind="choice",
                choices=("text", "json", "sarif", "github"),
                help="The output format. [default: text]",
            ),
            Option(
                flags=("--fail-on",),
                kind="choice",
                choices=("error", "warning", "note", "never"),
                help="The lowest severity that exits with 1. [default: warning]",
            ),
            Option(
                flags=("--baseline",),
                metavar="FILE",
                suggests="file",
                help="Ignore the findings that this file lists.",
            ),
            flag(
                "--write-baseline",
                "Write all findings of this run to the baseline file, and exit with 0.",
            ),
            JSON,
        ),
        arguments=(Argument(name="file", required=True, many=True, suggests="file"),),
        run="policy.commands.lint:run",
    ),
    Command(
        name="policy check",
        summary="Show what policies allow with and without MFA.",
        examples=("mfa-session policy check policy.json --action ec2:StopInstances",),
        description=(
            "Evaluates policies as IAM does, for a long-term key, an MFA session, a session "
            "without MFA and a role session, and names the statement that decides. A result that "
            "depends on unknown inputs is unknown, never allowed. --live reads your own policies "
            "from IAM; you can add files, such as a bucket policy."
        ),
        options=(
            Option(
                flags=("--action",),
                metavar="ACTION",
                help="The action, in IAM's spelling or the AWS CLI's, such as ec2:StopInstances.",
            ),
            Option(
                flags=("--resource",),
                metavar="ARN",
                help="The resource. [default: any resource]",
            ),
            Option(
                flags=("--mfa-age",),
                kind="duration",
                metavar="DURATION",
                help="Show a new MFA session and one just older than this.",
            ),
            Option(
                flags=("--principal",),
                metavar="ARN",
                help="The caller: the ARN of a user or role, or an account.",
            ),
            Option(
                flags=("--context",),
                kind="many",
                metavar="KEY=VALUE",
                help="A condition key of the request, such as aws:SourceIp=192.0.2.7. Repeatable.",
            ),
            Option(
                flags=("--absent",),
                kind="many",
                metavar="KEY",
                help="A condition key that the request does not carry. Repeatable.",
            ),
            _KIND,
            Option(
                flags=("--boundary",),
                kind="many",
                metavar="FILE",
                suggests="file",
                help="A permissions boundary. Repeatable.",
            ),
            Option(
                flags=("--scp",),
                kind="many",
                metavar="FILE",
                suggests="file",
                help="A service control policy. Repeatable.",
            ),
            flag("--live", "Read your own policies: user, groups and permissions boundary."),
            PROFILE,
            JSON,
        ),
        arguments=(Argument(name="file", many=True, suggests="file"),),
        run="policy.commands.check:run",
    ),
)

GROUPS = (
    Group(
        name="policy",
        summary="Write and check IAM policies that require MFA.",
        example="mfa-session policy lint policy.json",
    ),
)
