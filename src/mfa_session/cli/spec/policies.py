"""The policies that ask for MFA."""

from __future__ import annotations

from mfa_session.cli.spec.command import Argument, Command, Group, Option
from mfa_session.cli.spec.options import JSON, PROFILE

TITLE = "Policies"
FILES = Argument(name="file", many=True, required=True)

_CHOICES = (
    Option(
        flags=("--action",),
        kind="many",
        metavar="ACTION",
        help="What it is about.  Repeatable. [default: stopping and terminating EC2 instances]",
    ),
    Option(
        flags=("--resource",),
        kind="many",
        metavar="ARN",
        help="On what.  Repeatable. [default: everything]",
    ),
    Option(
        flags=("--account",),
        kind="many",
        metavar="ACCOUNT",
        help="Whose users may; or, with --self-service, which account it is for. Repeatable.",
    ),
    Option(
        flags=("--max-age",),
        kind="duration",
        metavar="DURATION",
        help="How old a code may be, such as 15m or 1h.",
    ),
    Option(flags=("--external-id",), metavar="ID", help="The external id a role wants as well."),
    Option(flags=("--bucket",), metavar="NAME", help="The S3 bucket."),
    Option(flags=("--partition",), metavar="PARTITION", help="Such as aws-us-gov.  [default: aws]"),
    Option(
        flags=("--self-service",),
        kind="flag",
        help="Also allow users to manage their own device.",
    ),
    Option(
        flags=("--first-sign-in",),
        kind="flag",
        help="Let a new user change the password before there is a device.",
    ),
)

COMMANDS = (
    Command(
        name="policy template",
        summary="Print a policy that asks for MFA, right the first time.",
        example="mfa-session policy template require-mfa --action ec2:TerminateInstances",
        description=(
            "Prints the policy on stdout and what to know about it on stderr. Without a NAME: "
            "which templates there are, and the options each takes."
        ),
        options=_CHOICES,
        arguments=(Argument(name="name", suggests="template"),),
        run="policy.commands.template:run",
    ),
    Command(
        name="policy lint",
        summary="Find the mistakes about MFA in IAM policies.",
        example="mfa-session policy lint policy.json",
        description=(
            "Reads policies of users, roles and resources, as they are written or as aws prints "
            "them; - is stdin. Each mistake is shown with its line, who gets through or is locked "
            "out by it, and how the statement should be. Ends with 1 if there is any, and with 3 "
            "for what cannot be read as a policy."
        ),
        options=(
            Option(
                flags=("--role",),
                kind="flag",
                help="The policies are what a role may do: MFA conditions do not work there.",
            ),
            JSON,
        ),
        arguments=(FILES,),
        run="policy.commands.lint:run",
    ),
    Command(
        name="policy check",
        summary="Show what policies allow, with MFA and without.",
        example="mfa-session policy check policy.json --action ec2:StopInstances",
        description=(
            "Evaluates policies as IAM does, for a long-term key, an MFA session, a session "
            "without MFA and a role session, and names the statement that decides. What depends "
            "on what cannot be known from here is unknown, never allowed. With --live your own "
            "policies are read from IAM; files then count as well, a bucket's policy, say."
        ),
        options=(
            Option(
                flags=("--action",),
                metavar="ACTION",
                help="What is to be done: ec2:StopInstances, or as the AWS CLI has it.",
            ),
            Option(
                flags=("--resource",),
                metavar="ARN",
                help="What it is to be done to.  [default: any resource]",
            ),
            Option(
                flags=("--mfa-age",),
                kind="duration",
                metavar="DURATION",
                help="Look at an MFA session that is new, and at one just over this old.",
            ),
            Option(
                flags=("--principal",),
                metavar="ARN",
                help="Who asks: a user's or role's ARN, or an account.",
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
                help="A condition key that the request does not have. Repeatable.",
            ),
            Option(
                flags=("--live",),
                kind="flag",
                help="Your own policies: your user's, its groups' and its permissions boundary.",
            ),
            PROFILE,
            JSON,
        ),
        arguments=(Argument(name="file", many=True),),
        run="policy.commands.check:run",
    ),
)

GROUPS = (
    Group(
        name="policy",
        summary="IAM policies that ask for MFA, and whether they do.",
        example="mfa-session policy lint policy.json",
    ),
)
