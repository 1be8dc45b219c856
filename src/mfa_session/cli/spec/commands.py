"""What a command is made of, the options that several share, and where each is described.

A chapter of commands, a module beside this one, is imported only when one of them is asked for.
"""

from __future__ import annotations

from mfa_session.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType


class Option(Record):
    """One option; `kind` is text, many (repeatable), duration (seconds), choice, flag or count.

    `suggests` is what completion offers for its value: profile, session, serial, role,
    template or file.
    """

    flags: tuple[str, ...]
    help: str
    kind: str = "text"
    metavar: str = ""
    choices: tuple[str, ...] = ()
    suggests: str = ""

    @property
    def name(self) -> str:
        """The key of its value: the first long flag, without dashes."""
        return self.flags[0].lstrip("-").replace("-", "_")


def flag(name: str, help: str) -> Option:  # noqa: A002  # as the field
    """Return an option that takes no value."""
    return Option(flags=(name,), help=help, kind="flag")


class Argument(Record):
    """A word, or `many`, after a command and without a flag; `name` is the key of the value.

    `suggests` is what completion offers, as for an option.
    """

    name: str
    choices: tuple[str, ...] = ()
    required: bool = False
    many: bool = False
    suggests: str = ""

    @property
    def metavar(self) -> str:
        """How the usage line shows it."""
        shown = "|".join(self.choices) or self.name.upper()
        shown += "…" if self.many else ""
        return shown if self.required else f"[{shown}]"


class Command(Record):
    """One command: `examples` open its help; `takes_command` says that CMD ARG… may follow.

    `against_words` is the error for words that it does not take, and does not repeat them.
    A `name` of two words is a command of a group. `run` names the function that runs it, as
    `module:function` below `mfa_session`.
    """

    name: str
    run: str
    summary: str
    examples: tuple[str, ...]
    description: str
    options: tuple[Option, ...] = ()
    arguments: tuple[Argument, ...] = ()
    takes_command: bool = False
    against_words: str = ""

    @property
    def example_lines(self) -> str:
        """The lines that open its help."""
        return "Example: " + "\n         ".join(self.examples)

    @property
    def words(self) -> tuple[str, ...]:
        """The words that name it on a command line."""
        return tuple(self.name.split())


class Group(Record):
    """A word that several commands begin with."""

    name: str
    summary: str
    example: str


COMMON = (
    Option(
        flags=("--verbose", "-v"),
        kind="count",
        help="Log what is asked of AWS and why; repeat for more. Never logs a secret.",
    ),
    flag("--no-input", "Never ask; fail instead. [env: MFA_SESSION_NO_INPUT]"),
)
SHELLS = ("bash", "zsh", "fish", "powershell")
FORMATS = (*SHELLS, "cmd", "dotenv", "json")
JSON = flag("--json", "Print one JSON object.")
PROFILE = Option(
    flags=("--profile",),
    metavar="NAME",
    help="The session, or the profile that holds it. [env: MFA_SESSION_PROFILE; default: mfa]",
    suggests="profile",
)
SOURCE_PROFILE = Option(
    flags=("--source-profile",),
    metavar="PROFILE",
    help="The profile with the long-term keys. [env: MFA_SESSION_SOURCE_PROFILE]",
    suggests="profile",
)
PROFILES = PROFILE.replace(kind="many", help=PROFILE.help.replace(" [env", " Repeatable. [env"))
MIN_TTL = Option(
    flags=("--min-ttl",),
    kind="duration",
    metavar="DURATION",
    help="Reuse a session that has this much time left. [env: MFA_SESSION_MIN_TTL; default: 15m]",
)
MFA_SERIAL = Option(
    flags=("--mfa-serial", "--serial-number"),
    metavar="SERIAL",
    help="The MFA device. [env: MFA_SESSION_MFA_SERIAL; default: ask IAM]",
    suggests="serial",
)
STDIN = "-"
"""Given as the code, it means that the code is read from stdin."""
TOKEN_CODE = Option(
    flags=("--token-code", "--mfa-token"),
    metavar="CODE",
    help="The six-digit code; - reads it from stdin. [env: MFA_SESSION_TOKEN_CODE]",
)
DURATION = Option(
    flags=("--duration", "--duration-seconds"),
    kind="duration",
    metavar="DURATION",
    help="How long a new session lasts, such as 45m or 12h. [env: MFA_SESSION_DURATION]",
)
REGION = Option(flags=("--region",), metavar="REGION", help="The AWS region.")
JOBS = Option(
    flags=("--jobs",),
    metavar="N",
    help="How many roles to assume at the same time, 1 to 64. [default: 16]",
)
INSECURE_KEYRING = flag("--insecure-keyring", "Accept a keyring that keeps secrets as plain text.")
YES = flag("--yes", "Do not ask.")
SERIAL = Argument(name="serial", suggests="serial")


# Chapter, a module of cli/spec → the first words of its commands; in the order of the help.
CHAPTERS = {
    "setup": ("configure", "demo"),
    "sessions": (
        "login",
        "status",
        "logout",
        "exec",
        "env",
        "serve",
        "console",
        "credential-process",
        "warm",
    ),
    "codes": ("totp", "device"),
    "keys": ("keys",),
    "shell": ("guard", "shell-init", "use", "prompt", "completion"),
    "policies": ("policy",),
    "help": ("doctor",),
}
_CHAPTER_OF = {word: chapter for chapter, words in CHAPTERS.items() for word in words}


def find_command(*words: str) -> Command | None:
    """Return the command that these words name (`"login"`, or `"totp", "add"`), or None."""
    chapter = _CHAPTER_OF.get(words[0]) if words else None
    commands: tuple[Command, ...] = _chapter(chapter).COMMANDS if chapter else ()
    name = " ".join(words)
    return next((command for command in commands if command.name == name), None)


def find_group(word: str) -> Group | None:
    """Return the group of commands that begin with this word, or None."""
    chapter = _CHAPTER_OF.get(word)
    groups: tuple[Group, ...] = getattr(_chapter(chapter), "GROUPS", ()) if chapter else ()
    return next((group for group in groups if group.name == word), None)


def commands_of(group: str) -> tuple[Command, ...]:
    """Return the commands of a group, in the order of the help."""
    return tuple(command for command in all_commands() if command.words[:-1] == (group,))


def all_commands() -> tuple[Command, ...]:
    """Return every command, in the order of the help."""
    return tuple(command for chapter in chapters() for command in chapter.COMMANDS)


def chapters() -> tuple[ModuleType, ...]:
    """Return every chapter: `TITLE`, `COMMANDS` and perhaps `GROUPS`, in the order of the help.

    Chapters that follow each other may share a title.
    """
    return tuple(_chapter(name) for name in CHAPTERS)


def _chapter(name: str) -> ModuleType:
    # Not importlib.import_module: importing importlib takes longer than a chapter.
    return __import__(f"mfa_session.cli.spec.{name}", fromlist=["*"])
