"""`configure`: find out, ask, show what would be written, write it, log in."""

from __future__ import annotations

from mfa_session.cli.login import tell
from mfa_session.cli.wiring import terminal_of, uninterrupted
from mfa_session.model.errors import DeclinedError, Interrupted, NoMfaError
from mfa_session.model.result import Result
from mfa_session.session.settings import resolve
from mfa_session.setup.dialog import Dialog
from mfa_session.setup.diff import draft_profiles, draft_settings, settings_writer
from mfa_session.setup.interview import Interview
from mfa_session.setup.plan import SETTINGS, plan, questions, setting_exists
from mfa_session.setup.shell import plan_shell

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from mfa_session.cli.app import App
    from mfa_session.session.reuse import Outcome
    from mfa_session.setup.answers import Answers
    from mfa_session.setup.diff import Draft
    from mfa_session.setup.plan import Change


def run(app: App) -> Result:
    """Set a session up; what was not agreed to is not changed."""
    terminal = terminal_of(app)
    dialog = Dialog(terminal, asks=terminal.can_ask() and not app.given.flag("yes"))
    facts = app.facts(app.given.options(app.environ))
    settings_writer(app).check_writable()
    interview = Interview(app, facts, dialog)
    answers = interview.hold()
    changes = _settle(app, dialog, plan(facts, answers))
    shell = plan_shell(app, dialog)
    drafts = [draft_settings(app, facts, changes), draft_profiles(app, changes)]
    drafts += shell.drafts() if shell else []
    found = [draft for draft in drafts if draft is not None]
    outcome = None
    if app.given.flag("dry_run"):
        return _result(answers, changes, found, None, app)
    _write(app, dialog, found)
    if interview.can_log_in and not app.given.flag("no_login"):
        outcome = _log_in(app, answers)
    for step in [*interview.next_steps, *(shell.next_steps() if shell else [])]:
        app.talk.say(step)
    return _result(answers, changes, found, outcome, app)


def _settle(app: App, dialog: Dialog, changes: list[Change]) -> list[Change]:
    """Return the changes to be made: of those that replace something, the ones agreed to."""
    if app.given.flag("force"):
        return changes
    refused = []
    for change in questions(changes):
        if not dialog.asks:
            raise setting_exists(change)
        before, after = change.shown(change.before), change.shown(change.after)
        if not dialog.agrees(f"{change.label} is {before}. Make it {after}?"):
            refused.append(change)
    return [change for change in changes if change not in refused]


def _write(app: App, dialog: Dialog, drafts: Sequence[Draft]) -> None:
    """Show what would be written, ask, and write it whole."""
    if not drafts:
        app.talk.say("all of this is set already; nothing was written")
        return
    show = dialog.tell if dialog.asks else app.talk.say
    for draft in drafts:
        for line in draft.lines():
            show(line)
    if dialog.asks and not dialog.agrees("Write this?", usual=True):
        raise DeclinedError("declined", "nothing was written: the answer was no")
    with uninterrupted():
        for draft in drafts:
            draft.write()
            app.talk.say(f"written: {draft.path}")
    app.reread()


def _log_in(app: App, answers: Answers) -> Outcome | None:
    """Have the session, as `login` does; None where a code is needed and nobody can be asked."""
    facts = app.facts(app.given.options(app.environ))
    options = facts.options.replace(
        profile=answers.name, source_profile=None, mfa_serial=None, duration=None, region=None
    )
    facts = facts.replace(options=options)
    try:
        outcome = app.have(facts, resolve(facts))
    except KeyboardInterrupt:
        raise Interrupted(
            "interrupted",
            "interrupted before the login; the settings are written",
            f"run `mfa-session login --profile {answers.name}`",
        ) from None
    except NoMfaError as error:
        if error.code != "code-needed":
            raise
        app.talk.say(f"not logged in: {error.message}; {error.hint}")
        return None
    tell(outcome, app.ctx, asked=None)
    return outcome


def _result(
    answers: Answers,
    changes: Sequence[Change],
    drafts: Sequence[Draft],
    outcome: Outcome | None,
    app: App,
) -> Result:
    dry = app.given.flag("dry_run")
    session = {**outcome.session.summary(app.now()), "reused": outcome.reused} if outcome else None
    lines = [line for draft in drafts for line in draft.lines()] if dry else []
    return Result(
        data={
            "session": answers.name,
            "profile": answers.target,
            "changes": [_summary(change) for change in changes],
            "files": [draft.path for draft in drafts],
            "written": bool(drafts) and not dry,
            "login": session,
        },
        lines=tuple(lines),
    )


def _summary(change: Change) -> dict[str, object]:
    return {
        "file": "config.toml" if change.file == SETTINGS else "aws config",
        "setting": ".".join(change.place),
        "before": None if change.before is None else change.shown(change.before),
        "after": None if change.after is None else change.shown(change.after),
    }
