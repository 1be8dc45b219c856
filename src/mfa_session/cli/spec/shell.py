"""The shell: what it runs before `aws`, shows in its prompt and completes."""

from __future__ import annotations

from mfa_session.cli.spec.commands import (
    JSON,
    MIN_TTL,
    PROFILE,
    SHELLS,
    TOKEN_CODE,
    YES,
    Argument,
    Command,
    Option,
    flag,
)

TITLE = "Shell"
SHELL = Argument(name="shell", choices=SHELLS, required=True)

COMMANDS = (
    Command(
        name="guard",
        run="guard.command:run",
        summary="Run a command; if it is protected, with an MFA session.",
        examples=(
            "mfa-session guard -- aws ec2 stop-instances --instance-ids i-0123456789abcdef0",
        ),
        description=(
            "For your shell's start file: alias aws='mfa-session guard -- aws'. Runs an "
            "unprotected command at once, unchanged. Before a protected one (aws ec2 "
            "terminate-instances, or what [guard] in config.toml lists), shows what it will hit "
            "and logs in as the same identity if necessary. A reminder, not a security boundary: "
            "that is the IAM policy."
        ),
        options=(
            Option(
                flags=("--profile",),
                metavar="NAME",
                help="The session to use. It must belong to the identity that the command uses.",
                suggests="profile",
            ),
            Option(
                flags=("--max-age",),
                kind="duration",
                metavar="DURATION",
                help="How long ago the code may have been given. [default: any time]",
            ),
            MIN_TTL,
            YES,
            flag(
                "--dry-run",
                "Say whether the command is protected and what would happen; run nothing.",
            ),
            JSON,
        ),
        takes_command=True,
    ),
    Command(
        name="shell-init",
        run="cli.scripts:shell_init",
        summary="Print a shell script with the guard, completion and the prompt.",
        examples=("mfa-session shell-init bash > ~/.config/mfa-session/init.bash",),
        description=(
            "Source the file in your shell's start file. Then `aws` asks for MFA before it "
            "destroys something, TAB completes mfa-session, and `mfa_session_prompt` shows the "
            "session in the prompt. Programs in [guard] commands of config.toml are wrapped like "
            "`aws`: write the file again after you change them."
        ),
        arguments=(SHELL,),
    ),
    Command(
        name="use",
        run="cli.use:run",
        summary="Log in and print the profile, for the shell function mfa_session_use.",
        examples=("mfa-session use books",),
        description=(
            "The script of shell-init defines mfa_session_use: `mfa_session_use books` logs in if "
            "necessary and sets AWS_PROFILE in your shell, `mfa_session_use -` goes back to the "
            "previous profile. Without a name it lets you choose, with fzf if it is installed."
        ),
        options=(MIN_TTL, TOKEN_CODE),
        arguments=(Argument(name="name", suggests="session"),),
    ),
    Command(
        name="prompt",
        run="cli.prompt:run",
        summary="Print a session and its time left, for a shell's prompt.",
        examples=("PS1='$(mfa-session prompt --color bash) \\$ '",),
        description=(
            "Inside `exec`, the session in use; otherwise the one that --profile names, or the "
            "default one. Prints nothing if there is none. Only reads files, and is silent about "
            "errors."
        ),
        options=(
            PROFILE,
            Option(
                flags=("--color",),
                kind="choice",
                choices=SHELLS,
                metavar="SHELL",
                help="Colour the text by the time left, for the prompt of this shell.",
            ),
        ),
    ),
    Command(
        name="completion",
        run="cli.scripts:completion",
        summary="Print a shell's completion script for mfa-session.",
        examples=("mfa-session completion fish > ~/.config/fish/completions/mfa-session.fish",),
        description=(
            "Completes commands, options, profiles, devices and files, and what the command after "
            "`exec --` completes itself. The script of shell-init includes this one."
        ),
        arguments=(SHELL,),
    ),
)
