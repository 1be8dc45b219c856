"""What a protected command will hit, shown before it runs."""

from __future__ import annotations

import time
from contextlib import suppress
from shlex import quote
from typing import TypeVar

from mfa_session.guard.identity import KEYS
from mfa_session.guard.targets import named_targets
from mfa_session.model.errors import MfaSessionError
from mfa_session.model.ports import Caller
from mfa_session.model.record import Record
from mfa_session.model.session import read_keys
from mfa_session.model.text import printable
from mfa_session.system.timeouts import TooSlowError, run_limited

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mfa_session.cli.app import App
    from mfa_session.guard.decision import Verdict
    from mfa_session.guard.step_up import Plan
    from mfa_session.model.session import Keys, Session
    from mfa_session.model.targets import Target

Answer = TypeVar("Answer")

LIMIT_SECONDS = 3.0
"""For all that is asked of AWS; the rest is shown without it."""
MOST_LINES = 20
MOST_CHARACTERS = 300


class Sight(Record):
    """What AWS was asked about: the account, its alias, and the targets with their names."""

    account: str | None = None
    alias: str | None = None
    targets: tuple[Target, ...] = ()


def announce(app: App, words: Sequence[str], verdict: Verdict) -> None:
    """Tell on stderr which command it is that is protected, before anything is asked for it."""
    app.talk.say(f"mfa-session: protected, by {verdict.rule}: {_shown(words)}")


def show(
    app: App,
    words: Sequence[str],
    verdict: Verdict,
    session: Session | None,
    plan: Plan,
    region: str | None,
) -> None:
    """Tell on stderr whose account and region it is, and what the command names in it."""
    sight = _look(app, words, verdict, session, plan, region)
    account = sight.account or "not known"
    alias = f" ({printable(sight.alias)})" if sight.alias else ""
    using = f"session {session.name!r}" if session else plan.identity.label()
    app.talk.say(f"  account {account}{alias}, region {region or 'not set'}, with {using}")
    for target in sight.targets[:MOST_LINES]:
        app.talk.say(f"  {target.line()}")
    if len(sight.targets) > MOST_LINES:
        app.talk.say(f"  and {len(sight.targets) - MOST_LINES} more")


def _look(
    app: App,
    words: Sequence[str],
    verdict: Verdict,
    session: Session | None,
    plan: Plan,
    region: str | None,
) -> Sight:
    """Find out what can be found out in time; what cannot be is left as it was named."""
    call = verdict.call
    named = named_targets(call) if call else ()
    sight = Sight(account=session.account if session else None, targets=named)
    keys = session.keys if session else _keys_without_session(app, plan)
    if keys is None or (call is not None and _goes_elsewhere(words)):
        return sight
        # Their profile says how AWS is reached: endpoints, certificates.
    profile = (
        plan.identity.profile if plan.identity.profile in plan.facts.profiles.names() else None
    )
    lookups = app.make.lookups(Caller(keys=keys, profile=profile, region=region))
    ends_at = time.monotonic() + LIMIT_SECONDS
    # The account first: it is what a person must see if there is time for one answer only.
    account = sight.account or _in_time(lookups.account_id, ends_at)
    if region is not None:
        seen = _in_time(lambda: lookups.describe(named), ends_at) or {}
        sight = sight.replace(targets=tuple(seen.get(target, target) for target in named))
    alias = _in_time(lookups.alias, ends_at)
    return sight.replace(account=account, alias=alias)


def _goes_elsewhere(words: Sequence[str]) -> bool:
    """Say whether the command names an endpoint: what AWS would say is not what it will hit."""
    return any(word.startswith("--endpoint") for word in words)


def _in_time(ask: Callable[[], Answer], ends_at: float) -> Answer | None:
    """Return the answer, or None where it is not there by then, or nothing of it."""
    with suppress(TooSlowError, MfaSessionError):
        return run_limited(ask, max(0.0, ends_at - time.monotonic()))
    return None


def _keys_without_session(app: App, plan: Plan) -> Keys | None:
    """Return the keys that the command uses where they are at hand; never somebody else's."""
    if plan.identity.kind == KEYS:
        return read_keys({name.lower(): value for name, value in app.environ.items()})
    return plan.identity.source.keys if plan.identity.source else None


def _shown(words: Sequence[str]) -> str:
    """Return the command as a shell would take it, cut where nobody reads on."""
    line = printable(" ".join(quote(word) for word in words))
    return line if len(line) <= MOST_CHARACTERS else line[:MOST_CHARACTERS] + "…"
