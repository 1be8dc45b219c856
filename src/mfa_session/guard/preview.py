"""What a protected command will hit, shown before it runs."""

from __future__ import annotations

import time

from mfa_session.guard.masking import shown_command
from mfa_session.guard.targets import named_targets
from mfa_session.model.ports import Caller
from mfa_session.model.record import Record
from mfa_session.model.targets import INSTANCE, Target
from mfa_session.model.text import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from mfa_session.guard.decision import Verdict
    from mfa_session.guard.region import Regions
    from mfa_session.model.session import Keys
    from mfa_session.session.context import Context

LIMIT_SECONDS = 3.0
"""For all that is asked of AWS at a time; the rest is shown without it."""
MOST_LINES = 20
MOST_CHARACTERS = 300


class Known(Record):
    """What is known of what will be hit: the account, its alias, and the targets."""

    account: str | None = None
    alias: str | None = None
    targets: tuple[Target, ...] = ()

    def is_whole(self) -> bool:
        """Say whether AWS has told of the account, its alias and every machine."""
        told = all(target.state or not _can_be_asked(target) for target in self.targets)
        return bool(self.account and self.alias and told)


class Preview:
    """Shows what will be hit, as far as it is known; later only what is new."""

    def __init__(self, ctx: Context, verdict: Verdict, regions: Regions) -> None:
        """Take what the command line names."""
        self._ctx = ctx
        self._call = verdict.call
        self._rule = verdict.rule
        self._regions = regions
        self._known = Known(targets=named_targets(self._call) if self._call else ())
        self._told: set[str] = set()

    def announce(self, words: Sequence[str]) -> None:
        """Tell which command it is, and the rule that protects it."""
        line = printable(shown_command(words))
        line = line if len(line) <= MOST_CHARACTERS else line[:MOST_CHARACTERS] + "…"
        self._ctx.console.say(f"mfa-session: protected, by {self._rule}: {line}")

    def show(self, using: str, account: str | None, keys: Keys | None, profile: str | None) -> None:
        """Tell the account, the region and the targets, once AWS was asked with `keys` if given.

        `profile` says how AWS is reached. Lines that were shown before are not shown again.
        """
        known = self._known
        self._known = known = known.replace(account=account or known.account)
        elsewhere = self._call is not None and self._call.endpoint is not None
        if keys is not None and not elsewhere and not known.is_whole():
            self._ask(Caller(keys=keys, profile=profile, region=self._regions.only))
        for line in self._lines(using):
            if line not in self._told:
                self._told.add(line)
                self._ctx.console.say(f"  {line}")

    def _ask(self, caller: Caller) -> None:
        """Find out what can be found out in time; what cannot be is left as it was named."""
        known, lookups = self._known, self._ctx.make.lookups(caller)
        ends_at = time.monotonic() + LIMIT_SECONDS

        def in_time(ask: Callable[[], Any]) -> Any:
            return self._ctx.make.limited(ask, max(0.0, ends_at - time.monotonic()))

        # The account first: it is what a person must see if there is time for one answer only.
        account = known.account or in_time(lookups.account_id)
        asked = [target for target in known.targets if _can_be_asked(target)]
        seen: Mapping[Target, Target] = {}
        if asked and self._regions.only is not None:
            seen = in_time(lambda: lookups.describe(asked)) or {}
        targets = tuple(seen.get(target, target) for target in known.targets)
        alias = known.alias or in_time(lookups.alias)
        self._known = Known(account=account, alias=alias, targets=targets)

    def _lines(self, using: str) -> list[str]:
        known, call = self._known, self._call
        alias = f" ({printable(known.alias)})" if known.alias else ""
        region = " or ".join(map(printable, self._regions.names)) or "not set"
        lines = [f"account {known.account or 'not known'}{alias}, region {region}, with {using}"]
        if call is not None and call.endpoint is not None:
            endpoint = shown_command((call.endpoint,))
            lines.append(f"endpoint  {printable(endpoint)}  named by the command")
        lines += [target.line() for target in known.targets[:MOST_LINES]]
        if len(known.targets) > MOST_LINES:
            lines.append(f"and {len(known.targets) - MOST_LINES} more")
        return lines


def _can_be_asked(target: Target) -> bool:
    return target.kind == INSTANCE and target.id.startswith("i-") and target.state is None
