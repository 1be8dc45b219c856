"""The shell's part of `configure`: a script beside config.toml, and a line that sources it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from mfa_session.cli.env import find_shell
from mfa_session.files.reading import read_bytes
from mfa_session.files.settings_writer import changed_meanwhile
from mfa_session.files.writable import WritableFile
from mfa_session.model.aws_paths import home
from mfa_session.model.errors import ConfigurationError, UsageError
from mfa_session.model.settings_file import settings_path
from mfa_session.setup.diff import Draft
from mfa_session.shell.scripts import SUFFIXES, completion_script, init_script
from mfa_session.shell.start import script_name, source_line, sources, start_file, with_line

if TYPE_CHECKING:
    from mfa_session.cli.app import App
    from mfa_session.setup.dialog import Dialog

_MARK = b"# Written by `mfa-session "
_ACTIVE = "MFA_SESSION_GUARD"
"""What the script sets in the shell that has sourced it, from wherever it did."""


class ShellSetup:
    """What is to be done for one shell."""

    def __init__(self, app: App, shell: str, *, guard: bool) -> None:
        """Take the shell, and whether `aws` goes through the guard there."""
        self._app = app
        self._shell = shell
        self._guard = guard
        folder = os.path.dirname(os.path.abspath(settings_path(app.environ)))
        self.script = os.path.join(folder, script_name(shell))
        self.start = start_file(shell, app.environ, home(app.environ))
        self.line = source_line(shell, self.script)
        self.adds_line = False

    @property
    def is_sourced(self) -> bool:
        """Whether the shell's start file sources the script already."""
        return self.start is not None and sources(read_bytes(self.start) or b"", self.script)

    def drafts(self) -> list[Draft]:
        """Return the files that change. Raises ConfigurationError where one may not be written."""
        drafts = [self._script_draft()]
        if self.adds_line and self.start is not None:
            drafts.append(self._start_draft(self.start))
        return [draft for draft in drafts if draft.before != draft.after]

    def next_steps(self) -> list[str]:
        """Return what is left for the person to do."""
        if not self.adds_line and not self.is_sourced:
            where = self.start or "the file that $PROFILE names"
            return [f"add this line to {where}:", f"  {self.line}"]
        return [f"in shells that are open: . {self.script}"] if self.adds_line else []

    def _script_draft(self) -> Draft:
        file = self._file(self.script, private_name="the shell's script")
        file.check()
        before, after = read_bytes(self.script) or b"", self._text().encode()
        if before and not before.startswith(_MARK):
            raise ConfigurationError(
                "setting-exists",
                f"{self.script} is there already, and was not written by mfa-session",
                "move it away, and run this again",
            )
        what = "the guard, completion and a prompt" if self._guard else "completion"
        return Draft(
            path=self.script,
            before=before,
            after=after,
            summary=f"{what} for {self._shell}",
            write=lambda: file.update(lambda _old: after),
        )

    def _text(self) -> str:
        if self._guard:
            return init_script(self._shell, self._app.file().guard.get("commands", ()))
        head = f"# Written by `mfa-session configure --shell {self._shell} --no-guard`.\n"
        return head + completion_script(self._shell)

    def _start_draft(self, path: str) -> Draft:
        file = self._file(path, private_name=None)
        file.check()
        before = read_bytes(path) or b""
        after = with_line(before, self.line)

        def edit(now: bytes) -> bytes:
            if now not in (before, after):
                raise changed_meanwhile(path, "it")
            return after

        return Draft(path=path, before=before, after=after, write=lambda: file.update(edit))

    def _file(self, path: str, *, private_name: str | None) -> WritableFile:
        app = self._app
        return WritableFile(path, private_name=private_name, state=app.state, warn=app.talk.warn)


def plan_shell(app: App, dialog: Dialog) -> ShellSetup | None:
    """Return what is to be done for a shell, as options and the person say; None: nothing."""
    given, guard = app.given, not app.given.flag("no_guard")
    if given.flag("guard") and not guard:
        raise UsageError("guard-or-not", "--guard and --no-guard", "say one of them")
    named = given.values.get("shell")
    shell = named or (_usual_shell(app) if given.flag("guard") or dialog.asks else None)
    if shell is None:
        if given.flag("guard"):
            raise UsageError("unknown-shell", "no shell is known to guard", "say which: --shell")
        return None
    setup = ShellSetup(app, shell, guard=guard)
    if not named and not given.flag("guard"):
        question = f"Set up {shell}: completion, and the guard before `aws`?"
        is_there = setup.is_sourced or app.environ.get(_ACTIVE) == shell
        if not guard or is_there or not dialog.agrees(question):
            return None
    if setup.start is not None and not setup.is_sourced:
        add = f"Add a line to {setup.start} that sources it?"
        setup.adds_line = dialog.agrees(add, usual=True) if dialog.asks else given.flag("yes")
    return setup


def _usual_shell(app: App) -> str | None:
    try:
        shell = find_shell(app.environ)
    except UsageError:
        return None
    return shell if shell in SUFFIXES else None
