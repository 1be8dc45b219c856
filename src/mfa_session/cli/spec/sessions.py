"""Sessions: log in, list, remove; and give them to other programs."""

from __future__ import annotations

from mfa_session.cli.spec.commands import (
    DURATION,
    FORMATS,
    JOBS,
    JSON,
    MFA_SERIAL,
    MIN_TTL,
    PROFILE,
    PROFILES,
    REGION,
    SOURCE_PROFILE,
    TOKEN_CODE,
    Argument,
    Command,
    Option,
    flag,
)
from mfa_session.model.settings import STORES

TITLE = "Every day"
SHELL = Option(
    flags=("--shell",),
    kind="choice",
    choices=FORMATS,
    metavar="SHELL",
    help=f"One of {', '.join(FORMATS)}. [default: the calling shell]",
)

COMMANDS = (
    Command(
        name="login",
        run="cli.sessions:login",
        summary="Get an MFA session or a role session, and write it to a profile.",
        examples=(
            "mfa-session login --profile mfa",
            "mfa-session login --profile books --role-arn arn:aws:iam::444455556666:role/Books",
            "mfa-session login --source-profile work --duration 8h",
            "mfa-session login --all",
        ),
        description=(
            "Reuses the session while it is valid. Otherwise asks for a code, gets temporary "
            "credentials from AWS and writes them to a profile in ~/.aws/credentials. Writes the "
            "source profile's region, output and endpoint settings to ~/.aws/config."
        ),
        options=(
            PROFILES,
            SOURCE_PROFILE,
            MFA_SERIAL,
            TOKEN_CODE,
            Option(
                flags=("--role-arn",),
                metavar="ARN",
                help="Get a session of this role.",
                suggests="role",
            ),
            Option(
                flags=("--external-id",),
                metavar="ID",
                help="The external id that the role requires.",
            ),
            Option(
                flags=("--role-session-name",),
                metavar="NAME",
                help="The name of the role session, as CloudTrail shows it.",
            ),
            DURATION,
            REGION,
            Option(
                flags=("--write-to",),
                metavar="PROFILE",
                help="Write to this profile instead of the one named like the session.",
                suggests="profile",
            ),
            Option(
                flags=("--store",),
                kind="choice",
                choices=STORES,
                metavar="PLACE",
                help="Where the session's keys go: file or keyring. [default: as set, or where "
                "they are; else file]",
            ),
            MIN_TTL,
            flag(
                "--all", "Log in to every session of config.toml: one code, then the roles at once."
            ),
            JOBS,
            flag("--force", "Renew the session even if it is valid."),
            JSON,
        ),
    ),
    Command(
        name="status",
        run="cli.status:run",
        summary="List the sessions and their time left.",
        examples=("mfa-session status",),
        description="Only reads files: uses no network and shows no secret.",
        options=(
            PROFILE,
            flag("--check", "Print nothing; exit with 0 if the session is valid, 4 if not."),
            MIN_TTL.replace(
                help="With --check, require this much time left. [env: MFA_SESSION_MIN_TTL]"
            ),
            JSON,
        ),
    ),
    Command(
        name="logout",
        run="cli.sessions:logout",
        summary="Remove sessions from the credentials file.",
        examples=("mfa-session logout --profile mfa",),
        description=(
            "Removes what login wrote and nothing else. AWS cannot end a session early: copies of "
            "its keys work until it expires."
        ),
        options=(
            PROFILES,
            flag("--all", "Remove every session that mfa-session wrote."),
            JSON,
        ),
    ),
    Command(
        name="exec",
        run="cli.exec_:run",
        summary="Run a command with a session's credentials.",
        examples=(
            "mfa-session exec -- terraform plan",
            "mfa-session exec --profile books -- aws s3 ls",
            "mfa-session exec --serve -- terraform apply",
        ),
        description=(
            "Logs in if necessary and runs the command with the credentials in its environment. "
            "Without a command, runs your shell. With --serve, the command may run longer than the "
            "session: it gets no credentials in its environment, but the address of an endpoint "
            "that SDKs ask for them, and the session is renewed while the command runs."
        ),
        options=(
            PROFILE,
            MIN_TTL,
            REGION,
            DURATION,
            TOKEN_CODE,
            flag("--serve", "Renew the session while the command runs."),
        ),
        takes_command=True,
    ),
    Command(
        name="env",
        run="cli.variables:env",
        summary="Print a session's credentials as shell variables.",
        examples=('eval "$(mfa-session env)"',),
        description=(
            "Logs in if necessary and prints the variables, quoted for your shell. If the login "
            "fails, prints a command that makes the caller's eval fail."
        ),
        options=(
            PROFILE,
            SHELL,
            flag("--unset", "Print the commands that unset the variables."),
            MIN_TTL,
        ),
    ),
    Command(
        name="serve",
        run="cli.variables:serve",
        summary="Serve a session to SDKs on this machine, and renew it.",
        examples=("mfa-session serve",),
        description=(
            "Prints the variables that let an AWS SDK ask for the session, and answers until you "
            "press Ctrl-C. Renews the session while it runs; asks questions on the terminal only. "
            "For one command, use `mfa-session exec --serve`."
        ),
        options=(
            PROFILE,
            SHELL,
            Option(
                flags=("--port",),
                metavar="PORT",
                help="The port on 127.0.0.1. [default: any free one]",
            ),
            MIN_TTL,
            REGION,
            DURATION,
            TOKEN_CODE,
        ),
    ),
    Command(
        name="console",
        run="roles.console:run",
        summary="Open the AWS web console with a role session.",
        examples=(
            "mfa-session console --profile books --service ec2",
            "mfa-session console --profile books --print",
        ),
        description=(
            "Logs in to the role if necessary, signs in to the console and opens it in the "
            "browser. AWS accepts only role sessions, not MFA sessions. With --print, prints a URL "
            "instead: whoever opens it, once and within 15 minutes, is signed in."
        ),
        options=(
            PROFILE,
            Option(
                flags=("--service",),
                metavar="SERVICE",
                help="Open the page of a service, by its name in the console's URLs, such as ec2.",
            ),
            Option(
                flags=("--destination",),
                metavar="URL",
                help="Open this page of the console.",
            ),
            flag("--print", "Print the URL; open no browser."),
            DURATION,
        ),
    ),
    Command(
        name="credential-process",
        run="cli.credential_process:run",
        summary="Give a session to an AWS SDK (credential_process).",
        examples=("credential_process = mfa-session credential-process --profile mfa",),
        description=(
            "For a profile in ~/.aws/config. Logs in if necessary and possible, and prints JSON "
            "for the SDK. Asks questions on the terminal only."
        ),
        options=(PROFILE, MIN_TTL),
    ),
    Command(
        name="warm",
        run="roles.warm:run",
        summary="Fill the AWS CLI's cache, so that role profiles ask for no code.",
        examples=("mfa-session warm", "mfa-session warm books tools"),
        description=(
            "For role profiles with an mfa_serial, for which the AWS CLI asks for a code each. "
            "Assumes their roles from one MFA session and puts them into ~/.aws/cli/cache, as the "
            "AWS CLI itself would. They last one hour at most. Changes no profile."
        ),
        options=(
            flag("--all", "Every such profile, as without PROFILE."),
            JOBS,
            TOKEN_CODE,
            JSON,
        ),
        arguments=(Argument(name="profile", many=True, suggests="profile"),),
    ),
)
