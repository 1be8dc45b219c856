"""The policies that ask for MFA."""

from __future__ import annotations

from mfa_session.cli.chapters.options import JSON
from mfa_session.cli.shape import Argument, Command, Group, Option

TITLE = "Policies"
FILES = Argument(name="file", many=True, required=True)

COMMANDS = (
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
        run="policy_lint:run",
    ),
)

GROUPS = (
    Group(
        name="policy",
        summary="IAM policies that ask for MFA, and whether they do.",
        example="mfa-session policy lint policy.json",
    ),
)
