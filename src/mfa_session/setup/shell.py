"""Sets up a shell for `configure`: a script beside config.toml, and a line that sources it."""

from __future__ import annotations

from mfa_session.model.errors import ConfigurationError, UsageError
from mfa_session.model.settings import GUARD_SHELL, SCRIPT_HEAD
from mfa_session.setup.diff import Draft

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mfa_session.model.feature_ports import PlainFile, SetupEdges
    from mfa_session.session.context import Context
    from mfa_session.setup.answers import Options
    from mfa_session.setup.interview import Dialog


class ShellSetup:
    """The files to write for a shell."""

    def __init__(self, ctx: Context, edges: SetupEdges, shell: str, *, guard: bool) -> None:
        """Find the shell's files; `guard` says whether it guards `aws`."""
        self._ctx = ctx
        self._guard = guard
        self._shell = start = edges.shell_start(shell)
        self._script = edges.file(start.script, "the shell's script")
        self._start = edges.file(start.start_file, None) if start.start_file else None
        self.start_file = start.start_file
        self.adds_line = False

    @property
    def is_sourced(self) -> bool:
        """Whether the shell's start file already sources the script."""
        return self._start is not None and self._shell.is_sourced_in(self._start.read())

    def drafts(self) -> list[Draft]:
        """Return the files that change. Raises ConfigurationError if one must not be written."""
        drafts = [self._draft_script()]
        if self.adds_line and self._start is not None:
            drafts.append(self._draft_start_file(self._start))
        return [draft for draft in drafts if draft.before != draft.after]

    def next_steps(self) -> list[str]:
        """Return what the person still has to do."""
        if not self.adds_line and not self.is_sourced:
            where = self.start_file or "the file that $PROFILE names"
            return [f"add this line to {where}:", f"  {self._shell.line}"]
        return [f"in shells already open, run: . {self._shell.script}"] if self.adds_line else []

    def _draft_script(self) -> Draft:
        file = self._script
        file.check()
        before, after = file.read(), self._make_script().encode()
        if before and not before.startswith(SCRIPT_HEAD.encode()):
            raise ConfigurationError(
                "setting-exists",
                f"{file.path} exists, and mfa-session did not write it",
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

    def _make_script(self) -> str:
        shell = self._shell
        if self._guard:
            return shell.guard_script(self._ctx.files.settings().guard.get("commands", ()))
        head = f"{SCRIPT_HEAD}configure --shell {shell.shell} --no-guard`.\n"
        return head + shell.completion_script()

    def _draft_start_file(self, file: PlainFile) -> Draft:
        file.check()
        before = file.read()
        after = self._shell.append_line(before)
        return Draft(
            path=file.path,
            before=before,
            after=after,
            write=lambda: file.replace(before, after),
        )


def plan_shell(
    options: Options, ctx: Context, edges: SetupEdges, dialog: Dialog
) -> ShellSetup | None:
    """Return the setup of a shell that options or the person choose; None for none."""
    guard = not options.no_guard
    if options.guard and not guard:
        raise UsageError("guard-or-not", "--guard excludes --no-guard", "give one of them")
    asks = options.guard or dialog.asks
    shell = options.shell or (edges.usual_shell() if asks else None)
    if shell is None:
        if options.guard:
            raise UsageError(
                "unknown-shell",
                "cannot tell which shell to guard",
                "name it",
                add=("--shell", "bash"),
            )
        return None
    setup = ShellSetup(ctx, edges, shell, guard=guard)
    if not options.shell and not options.guard:
        question = f"Set up {shell}: completion, and the guard before `aws`?"
        is_there = setup.is_sourced or ctx.environ.get(GUARD_SHELL) == shell
        if not guard or is_there or not dialog.confirms(question):
            return None
    if setup.start_file is not None and not setup.is_sourced:
        add = f"Add a line to {setup.start_file} that sources it?"
        setup.adds_line = dialog.confirms(add, default=True) if dialog.asks else options.yes
    return setup
