"""`configure`: find out, ask, show the changes, write them, log in.

A shell is set up by a script beside config.toml, and a line in its start file that sources it.
"""

from __future__ import annotations

from collections.abc import Sequence

from mfa_session.model.errors import (
    AnsweredNoError,
    ConfigurationError,
    Interrupted,
    NoMfaError,
    UsageError,
)
from mfa_session.model.feature_ports import PlainFile, SetupEdges
from mfa_session.model.record import Result
from mfa_session.model.settings import GUARD_SHELL, SCRIPT_HEAD
from mfa_session.model.text import quote
from mfa_session.session.acquire import acquire, announce, summary_of
from mfa_session.session.context import Context, read_inputs
from mfa_session.session.resolve import resolve
from mfa_session.session.reuse import Outcome
from mfa_session.setup.interview import Dialog, Interview
from mfa_session.setup.plan import (
    SETTINGS,
    Answers,
    Change,
    Draft,
    Options,
    draft_profiles,
    draft_settings,
    list_unconfirmed,
    list_waiting,
    plan_changes,
    setting_exists_error,
)

__all__ = ["Options", "run"]  # the command line finds a command's options beside `run`


def run(options: Options, ctx: Context) -> Result:
    """Set up a session; change only what the person agrees to."""
    edges = ctx.make.setup()
    terminal = ctx.make.terminal()
    dialog = Dialog(terminal, edges.choose, asks=terminal.can_ask() and not options.yes)
    ctx.files.let_settings_be_new()
    inputs = read_inputs(ctx, options.session)
    edges.settings.check_writable()
    interview = Interview(options, ctx, inputs, dialog)
    answers = interview.conduct()
    changes = _confirm_changes(dialog, plan_changes(inputs, answers), force=options.force)
    shell = plan_shell(options, ctx, edges, dialog)
    drafts = [
        draft_settings(edges.settings, inputs, changes),
        draft_profiles(edges.profiles, changes),
        *(shell.drafts() if shell else []),
    ]
    found = [draft for draft in drafts if draft is not None]
    if options.dry_run:
        lines = tuple(line for draft in found for line in draft.lines())
        return Result(
            data=_make_data(answers, changes, found, written=False, login=None), lines=lines
        )
    _write(ctx, edges, dialog, found)
    outcome = None
    try:
        if interview.can_log_in and not options.no_login:
            outcome = _log_in(options, ctx, answers)
    finally:
        waiting = [] if outcome else list_waiting(inputs, answers, ctx.clock.now())
        for step in [*waiting, *interview.next_steps, *(shell.next_steps() if shell else [])]:
            ctx.console.say(step)
    login = summary_of(outcome, ctx) if outcome else None
    return Result(data=_make_data(answers, changes, found, written=bool(found), login=login))


def _confirm_changes(dialog: Dialog, changes: list[Change], *, force: bool) -> list[Change]:
    if force:
        return changes
    refused = []
    for change in list_unconfirmed(changes):
        if not dialog.asks:
            raise setting_exists_error(change)
        before, after = change.format_value(change.before), change.format_value(change.after)
        if not dialog.confirms(f"{change.label} is {before}. Make it {after}?"):
            refused.append(change)
    return [change for change in changes if change not in refused]


def _write(ctx: Context, edges: SetupEdges, dialog: Dialog, drafts: Sequence[Draft]) -> None:
    if not drafts:
        ctx.console.say("everything is already set; nothing was written")
        return
    show = dialog.tell if dialog.asks else ctx.console.say
    for draft in drafts:
        for line in draft.lines():
            show(line)
    if dialog.asks and not dialog.confirms("Write this?", default=True):
        raise AnsweredNoError("declined", "nothing was written: the answer was no")
    with edges.uninterrupted():
        for draft in drafts:
            draft.write()
            ctx.console.say(f"written: {draft.path}")
    ctx.files.forget_settings()


def _log_in(options: Options, ctx: Context, answers: Answers) -> Outcome | None:
    """Get the session, as `login` does; None if a code is needed and nobody can be asked."""
    session = options.session.replace(
        profile=answers.name, source_profile=None, mfa_serial=None, duration=None, region=None
    )
    inputs = read_inputs(ctx, session)
    try:
        outcome = acquire(ctx, inputs, resolve(inputs))
    except KeyboardInterrupt:
        raise Interrupted(
            "interrupted",
            "interrupted before the login; the settings are written",
            f"run `mfa-session login --profile {quote(answers.name)}`",
        ) from None
    except NoMfaError as error:
        if error.code != "code-needed":
            raise
        ctx.console.say(f"not logged in: {error.message}; {error.hint}")
        return None
    announce(outcome, ctx)
    return outcome


def _make_data(
    answers: Answers,
    changes: Sequence[Change],
    drafts: Sequence[Draft],
    *,
    written: bool,
    login: dict[str, object] | None,
) -> dict[str, object]:
    return {
        "session": answers.name,
        "profile": answers.target,
        "changes": [_change_data(change) for change in changes],
        "files": [draft.path for draft in drafts],
        "written": written,
        "login": login,
    }


def _change_data(change: Change) -> dict[str, object]:
    return {
        "file": "config.toml" if change.file == SETTINGS else "aws config",
        "setting": ".".join(change.place),
        "before": None if change.before is None else change.format_value(change.before),
        "after": None if change.after is None else change.format_value(change.after),
    }


class ShellSetup:
    """The files to write for a shell."""

    def __init__(self, ctx: Context, edges: SetupEdges, shell: str, *, guard: bool) -> None:
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
        script, start = self._script, self._start
        script.check()
        before, after = script.read(), self._make_script().encode()
        if before and not before.startswith(SCRIPT_HEAD.encode()):
            raise ConfigurationError(
                "setting-exists",
                f"{script.path} exists, and mfa-session did not write it",
                "move it away, and run this again",
            )
        what = "the guard, completion and a prompt" if self._guard else "completion"
        drafts = [_draft(script, before, after, f"{what} for {self._shell.shell}")]
        if self.adds_line and start is not None:
            start.check()
            before = start.read()
            drafts.append(_draft(start, before, self._shell.append_line(before)))
        return [draft for draft in drafts if draft.before != draft.after]

    def next_steps(self) -> list[str]:
        """Return what the person still has to do."""
        if not self.adds_line and not self.is_sourced:
            where = self.start_file or "the file that $PROFILE names"
            return [f"add this line to {where}:", f"  {self._shell.line}"]
        return [f"in shells already open, run: . {self._shell.script}"] if self.adds_line else []

    def _make_script(self) -> str:
        shell = self._shell
        if self._guard:
            return shell.guard_script(self._ctx.files.settings().guard.get("commands", ()))
        head = f"{SCRIPT_HEAD}configure --shell {shell.shell} --no-guard`.\n"
        return head + shell.completion_script()


def _draft(file: PlainFile, before: bytes, after: bytes, summary: str = "") -> Draft:
    return Draft(
        path=file.path,
        before=before,
        after=after,
        summary=summary,
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
