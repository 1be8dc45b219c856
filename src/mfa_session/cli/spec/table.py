"""Where each command is described; a chapter is imported only when a command of it is asked for."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

    from mfa_session.cli.spec.command import Command, Group

# Chapter, a module of cli/spec → the first words of its commands; in the order of the help.
CHAPTERS = {
    "setup": ("configure", "demo"),
    "sessions": ("login", "status", "logout"),
    "programs": ("exec", "env", "serve", "console", "credential-process", "warm"),
    "codes": ("totp", "device"),
    "keys": ("keys",),
    "shell": ("guard", "shell-init", "use", "prompt", "completion"),
    "policies": ("policy",),
    "help": ("doctor",),
}


def find_command(*words: str) -> Command | None:
    """Return the command that these words name (`"login"`, or `"totp", "add"`), or None."""
    chapter = _chapter_of(words[0]) if words else None
    commands: tuple[Command, ...] = chapter.COMMANDS if chapter else ()
    name = " ".join(words)
    for command in commands:
        if command.name == name:
            return command
    return None


def find_group(word: str) -> Group | None:
    """Return the group of commands that begin with this word, or None."""
    groups: tuple[Group, ...] = getattr(_chapter_of(word), "GROUPS", ())
    for group in groups:
        if group.name == word:
            return group
    return None


def all_commands() -> tuple[Command, ...]:
    """Return every command, in the order of the help."""
    return tuple(command for chapter in chapters() for command in chapter.COMMANDS)


def chapters() -> tuple[ModuleType, ...]:
    """Return every chapter: `TITLE`, `COMMANDS` and perhaps `GROUPS`, in the order of the help.

    Chapters that follow each other may share a title.
    """
    return tuple(_chapter(name) for name in CHAPTERS)


def _chapter_of(word: str) -> ModuleType | None:
    for name, words in CHAPTERS.items():
        if word in words:
            return _chapter(name)
    return None


def _chapter(name: str) -> ModuleType:
    # Not importlib.import_module: importing importlib takes longer than a chapter.
    return __import__(f"mfa_session.cli.spec.{name}", fromlist=["*"])
