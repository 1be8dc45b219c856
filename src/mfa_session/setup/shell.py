"""The shell's part of `configure`: a script beside config.toml, and a line that sources it."""

from __future__ import annotations

from mfa_session.model.errors import ConfigurationError, UsageError
from mfa_session.model.settings import GUARD_SHELL
from mfa_session.setup.diff import Draft

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mfa_session.model.feature_ports import PlainFile, SetupEdges
    from mfa_session.session.context import Context
    from mfa_session.setup.answers import Options
    from mfa_session.setup.interview import Dialog

_MARK = b"# Written by `mfa-session "
"""What the script sets in the shell that has sourced it, from wherever it did."""


class ShellSetup:
    """What is to be done for one shell."""

    def __init__(self, ctx: Context, edges: SetupEdges, shell: str, *, guard: bool) -> None:
        """Take the shell, and whether `aws` goes through the guard there."""
        self._ctx = ctx
        self._guard = guard
        self._shell = start = edges.shell_start(shell)
        self._script = edges.file(start.script, "the shell's script")
        self._start = edges.file(start.start_file, None) if start.start_file else None
        self.start_file = start.start_file
        self.adds_line = False

    @property
    def is_sourced(self) -> bool:
        """Whether the shell's start file sources the script already."""
        return self._start is not None and self._shell.is_sourced_in(self._start.read())

    def drafts(self) -> list[Draft]:
        """Return the files that change. Raises ConfigurationError where one may not be written."""
        drafts = [self._script_draft()]
        if self.adds_line and self._start is not None:
            drafts.append(self._start_draft(self._start))
        return [draft for draft in drafts if draft.before != draft.after]

    def next_steps(self) -> list[str]:
        """Return what is left for the person to do."""
        if not self.adds_line and not self.is_sourced:
            where = self.start_file or "the file that $PROFILE names"
            return [f"add this line to {where}:", f"  {self._shell.line}"]
        return [f"in shells that are open: . {self._shell.script}"] if self.adds_line else []

    def _script_draft(self) -> Draft:
        file = self._script
        file.check()
        before, after = file.read(), self._text().encode()
        if before and not before.startswith(_MARK):
            raise ConfigurationError(
                "setting-exists",
                f"{file.path} is there already, and was not written by mfa-session",
                "move it away, and run this again",
            )
        what = "the guard, completion and a prompt" if self._guard else "completion"
        return Draft(
            path=file.path,
            before=before,
            after=after,
            summary=f"{what} for {self._shell.shell}",
            write=lambda: file.replace(before, after),
        )

    def _text(self) -> str:
        shell = self._shell
        if self._guard:
            return shell.guard_script(self._ctx.files.settings().guard.get("commands", ()))
        head = f"# Written by `mfa-session configure --shell {shell.shell} --no-guard`.\n"
        return head + shell.completion_script()

    def _start_draft(self, file: PlainFile) -> Draft:
        file.check()
        before = file.read()
        after = self._shell.with_line(before)
        return Draft(
            path=file.path,
            before=before,
            after=after,
            write=lambda: file.replace(before, after),
        )


def plan_shell(
    options: Options, ctx: Context, edges: SetupEdges, dialog: Dialog
) -> ShellSetup | None:
    """Return what is to be done for a shell, as options and the person say; None: nothing."""
    guard = not options.no_guard
    if options.guard and not guard:
        raise UsageError("guard-or-not", "--guard and --no-guard", "say one of them")
    asks = options.guard or dialog.asks
    shell = options.shell or (edges.usual_shell() if asks else None)
    if shell is None:
        if options.guard:
            raise UsageError(
                "unknown-shell",
                "cannot tell which shell to guard",
                "say which",
                add=("--shell", "bash"),
            )
        return None
    setup = ShellSetup(ctx, edges, shell, guard=guard)
    if not options.shell and not options.guard:
        question = f"Set up {shell}: completion, and the guard before `aws`?"
        is_there = setup.is_sourced or ctx.environ.get(GUARD_SHELL) == shell
        if not guard or is_there or not dialog.agrees(question):
            return None
    if setup.start_file is not None and not setup.is_sourced:
        add = f"Add a line to {setup.start_file} that sources it?"
        setup.adds_line = dialog.agrees(add, usual=True) if dialog.asks else options.yes
    return setup
