"""Every command and option, said once: the plain reader, click, the help and the docs use it."""

from __future__ import annotations

from mfa_session.cli.shape import Argument, Command, Group, Option

COMMON = (
    Option(
        flags=("--verbose", "-v"),
        kind="count",
        help="Tell what is asked of AWS and why; repeat for more. Never shows a secret.",
    ),
    Option(
        flags=("--no-input",),
        kind="flag",
        help="Ask nothing, fail instead. [env: MFA_SESSION_NO_INPUT]",
    ),
)
_JSON = Option(flags=("--json",), kind="flag", help="Print one JSON object.")
_PROFILE = Option(
    flags=("--profile",),
    metavar="NAME",
    help="The session, or the profile it is written to. [env: MFA_SESSION_PROFILE; default: mfa]",
)
_PROFILES = _PROFILE.replace(kind="many", help=_PROFILE.help.replace(" [env", " Repeatable. [env"))
_MIN_TTL = Option(
    flags=("--min-ttl",),
    kind="duration",
    metavar="DURATION",
    help="Keep a session that has this much left. [env: MFA_SESSION_MIN_TTL; default: 15m]",
)
_MFA_SERIAL = Option(
    flags=("--mfa-serial", "--serial-number"),
    metavar="SERIAL",
    help="The MFA device; found by itself if not given. [env: MFA_SESSION_MFA_SERIAL]",
)
_TOKEN_CODE = Option(
    flags=("--token-code", "--mfa-token"),
    metavar="CODE",
    help="The six digits; - reads them from stdin. [env: MFA_SESSION_TOKEN_CODE]",
)
_DURATION = Option(
    flags=("--duration", "--duration-seconds"),
    kind="duration",
    metavar="DURATION",
    help="How long a new session lasts, such as 45m or 12h. [env: MFA_SESSION_DURATION]",
)
_REGION = Option(flags=("--region",), metavar="REGION", help="The AWS region.")
_INSECURE_KEYRING = Option(
    flags=("--insecure-keyring",),
    kind="flag",
    help="Accept a keyring that keeps secrets as plain text.",
)
_SERIAL = Argument(name="serial")
SHELLS = ("bash", "zsh", "fish", "powershell", "cmd", "dotenv", "json")

COMMANDS = (
    Command(
        name="login",
        group="Sessions",
        summary="Get an MFA session, or a role's, and write it to a profile.",
        example="mfa-session login --profile mfa",
        description=(
            "Asks for a code if one is needed, gets temporary credentials from AWS and writes them "
            "to the profile in ~/.aws/credentials. A session that is still good is kept."
        ),
        options=(
            _PROFILES,
            Option(
                flags=("--source-profile",),
                metavar="PROFILE",
                help="The profile with the long-term keys. [env: MFA_SESSION_SOURCE_PROFILE]",
            ),
            _MFA_SERIAL,
            _TOKEN_CODE,
            Option(flags=("--role-arn",), metavar="ARN", help="Get a session of this role."),
            Option(flags=("--external-id",), metavar="ID", help="The external id the role wants."),
            Option(
                flags=("--role-session-name",),
                metavar="NAME",
                help="The role session's name, as CloudTrail shows it.",
            ),
            _DURATION,
            _REGION,
            Option(
                flags=("--write-to",),
                metavar="PROFILE",
                help="Write to this profile instead of the session's own.",
            ),
            _MIN_TTL,
            Option(flags=("--force",), kind="flag", help="Renew the session even if it is good."),
            _JSON,
        ),
    ),
    Command(
        name="status",
        group="Sessions",
        summary="Show the sessions and how long they last.",
        example="mfa-session status",
        description="Reads the files only: no network, no secret shown.",
        options=(
            _PROFILE,
            Option(
                flags=("--check",),
                kind="flag",
                help="Print nothing; exit 0 if the session is valid, 4 if not.",
            ),
            _MIN_TTL.replace(
                help="With --check: want this much life left. [env: MFA_SESSION_MIN_TTL]"
            ),
            _JSON,
        ),
    ),
    Command(
        name="logout",
        group="Sessions",
        summary="Remove sessions from the credentials file.",
        example="mfa-session logout --profile mfa",
        description=(
            "Removes what login wrote and nothing else. AWS cannot end a session early: "
            "a copy made elsewhere works until it expires."
        ),
        options=(
            _PROFILES,
            Option(flags=("--all",), kind="flag", help="Remove every session of this tool."),
            _JSON,
        ),
    ),
    Command(
        name="exec",
        group="Other programs",
        summary="Run a command with a session's credentials.",
        example="mfa-session exec -- terraform plan",
        description=(
            "Logs in if need be and becomes the command, with the credentials in its environment; "
            "your shell if no command is given."
        ),
        options=(_PROFILE, _MIN_TTL, _REGION, _DURATION, _TOKEN_CODE),
        takes_command=True,
    ),
    Command(
        name="env",
        group="Other programs",
        summary="Print a session's credentials for a shell.",
        example='eval "$(mfa-session env)"',
        description=(
            "Logs in if need be and prints the variables, quoted for the shell that calls. "
            "If that fails, what is printed makes eval fail."
        ),
        options=(
            _PROFILE,
            Option(
                flags=("--shell",),
                kind="choice",
                choices=SHELLS,
                metavar="SHELL",
                help=f"One of {', '.join(SHELLS)}; found by itself if not given.",
            ),
            Option(flags=("--unset",), kind="flag", help="Print what removes the variables."),
            _MIN_TTL,
        ),
    ),
    Command(
        name="credential-process",
        group="Other programs",
        summary="Give a session to an SDK (credential_process).",
        example="credential_process = mfa-session credential-process --profile mfa",
        description=(
            "For a profile in ~/.aws/config. Prints the SDK's JSON, logging in first if it can; "
            "questions go to the terminal only."
        ),
        options=(_PROFILE, _MIN_TTL),
    ),
    Command(
        name="totp add",
        group="Codes and devices",
        summary="Store a device's secret in the keyring: login makes its codes.",
        example="mfa-session totp add --profile mfa",
        description=(
            "Asks for the base32 key or the otpauth:// address that AWS showed when the device was "
            "made, or reads it from stdin, and stores it in the system's keyring. It is never "
            "taken from the command line, and never shown."
        ),
        options=(_PROFILE, _MFA_SERIAL, _INSECURE_KEYRING),
        run="totp:add",
    ),
    Command(
        name="totp code",
        group="Codes and devices",
        summary="Print the code that a stored secret makes now.",
        example="mfa-session totp code",
        description=(
            "For the console's sign-in page, for example. The code is not sent anywhere; one that "
            "login has sent already is told to be so, as AWS takes each only once."
        ),
        options=(_PROFILE, _MFA_SERIAL, _INSECURE_KEYRING, _JSON),
        run="totp:code",
    ),
    Command(
        name="totp list",
        group="Codes and devices",
        summary="Show the devices whose secrets are stored.",
        example="mfa-session totp list",
        description="And the profiles that use them. No secret is shown.",
        options=(_INSECURE_KEYRING, _JSON),
        run="totp:show",
    ),
    Command(
        name="totp remove",
        group="Codes and devices",
        summary="Remove a device's secret from the keyring.",
        example="mfa-session totp remove",
        description=(
            "Asks first. AWS still knows the device: without its secret elsewhere, on a phone "
            "perhaps, nobody can make its codes any more."
        ),
        options=(
            Option(flags=("--yes",), kind="flag", help="Do not ask."),
            _INSECURE_KEYRING,
        ),
        arguments=(_SERIAL,),
        run="totp:remove",
    ),
    Command(
        name="device list",
        group="Codes and devices",
        summary="Show your MFA devices, and which can be used here.",
        example="mfa-session device list",
        description=(
            "Asks IAM. A passkey is listed, but AWS's API takes no codes of it. SECRET says "
            "whether the keyring holds the device's secret, so that codes are made without a phone."
        ),
        options=(_PROFILE, _INSECURE_KEYRING, _JSON),
        run="device:show",
    ),
    Command(
        name="device enroll",
        group="Codes and devices",
        summary="Make a virtual MFA device, and log in with it.",
        example="mfa-session device enroll --qr",
        description=(
            "Creates the device at AWS (called NAME, or like your user), stores its secret in the "
            "keyring, enables it and logs in. If anything fails, everything is undone."
        ),
        options=(
            _PROFILE,
            Option(
                flags=("--qr",),
                kind="flag",
                help="Show a QR code, so that a phone has the device as well.",
            ),
            _INSECURE_KEYRING,
        ),
        arguments=(Argument(name="name"),),
        run="device:enroll",
    ),
    Command(
        name="device resync",
        group="Codes and devices",
        summary="Bring a device back in step with AWS.",
        example="mfa-session device resync",
        description=(
            "Sends two consecutive codes: from the stored secret if there is one, else typed. "
            "For a device whose codes AWS rejects because its clock has drifted."
        ),
        options=(_PROFILE, _INSECURE_KEYRING),
        arguments=(_SERIAL,),
        run="device:resync",
    ),
    Command(
        name="device remove",
        group="Codes and devices",
        summary="Remove a device from AWS, and its secret from the keyring.",
        example="mfa-session device remove",
        description="Deactivates the device, deletes it and forgets its secret; asks first.",
        options=(
            _PROFILE,
            Option(flags=("--yes",), kind="flag", help="Do not ask."),
            _INSECURE_KEYRING,
        ),
        arguments=(_SERIAL,),
        run="device:remove",
    ),
    Command(
        name="demo",
        group="Help",
        summary="See it work against a local AWS that enforces MFA.",
        example="mfa-session demo",
        description=(
            "Starts a sandbox on this machine, in a home that is thrown away, and walks through a "
            "login. Needs the extra: pip install 'mfa-session[sandbox]'."
        ),
        options=(
            Option(flags=("--shell",), kind="flag", help="Leave me in a shell inside the sandbox."),
        ),
    ),
)


GROUPS = (
    Group(
        name="totp",
        summary="Secrets in the system's keyring, and the codes they make.",
        example="mfa-session totp add",
    ),
    Group(
        name="device",
        summary="Your own MFA devices at AWS.",
        example="mfa-session device list",
    ),
)


def find_command(*words: str) -> Command | None:
    """Return the command that these words name (`"login"`, or `"totp", "add"`), or None."""
    for command in COMMANDS:
        if command.words == words:
            return command
    return None


def find_group(word: str) -> Group | None:
    """Return the group of commands that begin with this word, or None."""
    for group in GROUPS:
        if group.name == word:
            return group
    return None


def overview() -> str:
    """Return the help of the program as a whole."""
    lines = [
        "Example: mfa-session login --profile mfa",
        "",
        "Usage: mfa-session COMMAND [OPTIONS]",
        "",
        "  Get an AWS MFA session from a six-digit code, and let every tool use it.",
    ]
    heading = ""
    for command in COMMANDS:
        if command.group != heading:
            heading = command.group
            lines += ["", f"{heading}:"]
        lines.append(f"  {command.name:<20}{command.summary}")
    lines += [
        "",
        "Options:",
        "  --version           Print the version.",
        "  -h, --help          Print this help; after a command, that command's.",
        "",
        "Every command takes -v/--verbose and --no-input.",
    ]
    return "\n".join(lines) + "\n"


def group_overview(group: Group) -> str:
    """Return the help of one group of commands."""
    below = [command for command in COMMANDS if command.words[:-1] == (group.name,)]
    lines = [
        f"Example: {group.example}",
        "",
        f"Usage: mfa-session {group.name} COMMAND [OPTIONS]",
        "",
        f"  {group.summary}",
        "",
        "Commands:",
        *(f"  {command.words[-1]:<20}{command.summary}" for command in below),
    ]
    return "\n".join(lines) + "\n"
