"""A long-term key on its way between the AWS files and the keyring: whole in one at any time.

What to do next is read from where the key stands, so a run that was cut off is finished by the
next one, from wherever it came to.
"""

from __future__ import annotations

from mfa_session.model.errors import ConfigurationError, MfaSessionError
from mfa_session.model.long_term_keys import EXPORT, IMPORT, NEW, OLD, Move, not_stored
from mfa_session.model.ports import Caller
from mfa_session.model.profiles import stored_profile
from mfa_session.model.record import Record
from mfa_session.model.text import quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from mfa_session.model.long_term_keys import KeyEdges
    from mfa_session.model.session import Keys

STORE, PROVE, POINT, TAKE_OUT = "store", "prove", "point", "take out"
WRITE, UNPOINT, DROP = "write", "unpoint", "drop"


class Standing(Record):
    """Where a profile's key is: in a file, in the keyring, and which process yields it.

    `is_proven`: AWS has taken what the keyring gave back, in this run.
    """

    in_file: Keys | None
    in_keyring: Keys | None
    process: str | None
    is_proven: bool = False


def next_import_step(standing: Standing, line: str) -> str | None:
    """Return what an import does next; None when it is done. `line` is to yield the key."""
    if standing.in_file is not None:
        if standing.in_keyring != standing.in_file:
            return STORE
        if not standing.is_proven:
            return PROVE
    if standing.process != line:
        return POINT
    return TAKE_OUT if standing.in_file is not None else None


def next_export_step(standing: Standing) -> str | None:
    """Return what an export does next; None when it is done."""
    if standing.in_file is None:
        return WRITE
    if standing.process is not None and stored_profile(standing.process):
        return UNPOINT
    return DROP if standing.in_keyring is not None else None


class Mover:
    """Moves one profile's key."""

    def __init__(self, edges: KeyEdges, profile: str, region: str | None) -> None:
        """Take the edges, the profile, and the region in which AWS is asked."""
        self._edges = edges
        self._profile = profile
        self._region = region
        self._line = edges.own_line(profile)
        self._is_proven = self._is_dropped = False

    def standing(self) -> Standing:
        """Look where the key stands now."""
        edges, profile = self._edges, self._profile
        return Standing(
            in_file=edges.files.slots(profile).current,
            in_keyring=edges.vault.get(profile),
            process=edges.files.process(profile),
            is_proven=self._is_proven,
        )

    def import_key(self) -> bool:
        """Bring the key into the keyring; False if it was there, and nothing was to do."""
        standing = self.standing()
        if next_import_step(standing, self._line) is None:
            return self._finish_note()
        self._check_import(standing)
        self._edges.files.check_writable()
        self._begin(IMPORT, standing)
        try:
            self._run(lambda now: next_import_step(now, self._line))
        except (MfaSessionError, KeyboardInterrupt):
            self._undo_import(standing)
            raise
        self._finish_note()
        return True

    def export_key(self) -> bool:
        """Bring the key back into the credentials file; False if nothing was to do."""
        standing = self.standing()
        if next_export_step(standing) is None:
            if self._edges.journal.move(self._profile) is not None:
                self._drop()
            return self._finish_note()
        self._check_export(standing)
        self._edges.files.check_writable()
        self._begin(EXPORT, standing)
        self._run(next_export_step)
        if not self._is_dropped:
            self._drop()
        self._finish_note()
        return True

    def _run(self, plan: Callable[[Standing], str | None]) -> None:
        """Take step after step, each from where the key stands then."""
        last, standing = None, self.standing()
        while (step := plan(standing)) is not None:
            if step == last:
                raise ConfigurationError(
                    "key-not-moved",
                    f"the key of profile {self._profile!r} does not stay where it was written "
                    f"({step})",
                    "see which other program writes the AWS files, and run the command again",
                )
            self._edges.talk.detail(f"key of profile {self._profile!r}: {step}")
            with self._edges.uninterrupted():
                self._take(step, standing)
            last, standing = step, self.standing()

    def _take(self, step: str, now: Standing) -> None:
        files, vault, profile = self._edges.files, self._edges.vault, self._profile
        if step == STORE and now.in_file:
            vault.put(profile, now.in_file)
        elif step == PROVE and now.in_keyring:
            self._prove(now.in_keyring)
        elif step == POINT:
            files.set_process(profile, self._line, now.process)
        elif step == TAKE_OUT and now.in_file:
            files.take_pair(profile, now.in_file)
        elif step == WRITE and now.in_keyring:
            files.put_pair(profile, now.in_keyring)
        elif step == UNPOINT and now.process:
            files.clear_process(profile, now.process)
        elif step == DROP:
            self._drop()

    def _drop(self) -> None:
        """Remove the keyring's copy, also where the keyring has not shown it when it was asked."""
        self._edges.vault.remove(self._profile)
        self._is_dropped = True

    def _prove(self, keys: Keys) -> None:
        caller = Caller(keys=keys, profile=self._profile, region=self._region)
        arn = self._edges.aws.identity(caller)
        self._edges.talk.detail(f"the key that the keyring gives is {arn}'s")
        self._is_proven = True

    def _check_import(self, standing: Standing) -> None:
        """Refuse what an import would lose, or change for somebody else."""
        self._check_rotation()
        profile, process = self._profile, standing.process
        if standing.in_file is None and standing.in_keyring is None:
            raise not_stored(profile)
        if process and stored_profile(process) != profile:
            raise ConfigurationError(
                "foreign-process",
                f"profile {profile!r} has another credential_process, which would be lost",
                f"remove credential_process of profile {profile!r}, or its keys",
            )
        held, stands = standing.in_keyring, standing.in_file
        if held and stands and held.access_key_id != stands.access_key_id:
            raise ConfigurationError(
                "other-key-stored",
                f"the keyring holds another key of profile {profile!r} ({held.shown_id}) "
                f"than the file ({stands.shown_id})",
                "give one of them a profile of its own: move the key in the file to another "
                "section, then run the command again",
            )

    def _check_export(self, standing: Standing) -> None:
        """Refuse to write over another key, and to export what is not there."""
        self._check_rotation()
        profile, held, stands = self._profile, standing.in_keyring, standing.in_file
        if held is None and stands is None:
            raise not_stored(profile)
        if held and stands and held != stands:
            raise ConfigurationError(
                "other-key-in-file",
                f"profile {profile!r} holds another key in the file ({stands.shown_id}) "
                f"than in the keyring ({held.shown_id})",
                "rename the section with that key, then run the command again",
            )

    def _check_rotation(self) -> None:
        """Refuse to move one of two keys: a rotation has to find both where it left them."""
        edges, profile = self._edges, self._profile
        slots = edges.files.slots(profile)
        beside = slots.new or slots.old or edges.vault.get(profile, NEW)
        if edges.journal.rotation(profile) or beside or edges.vault.get(profile, OLD):
            raise ConfigurationError(
                "rotation-unfinished",
                f"the rotation of the key of profile {profile!r} is not finished",
                f"finish it first: `mfa-session keys rotate --profile {quote(profile)} --finish`",
            )

    def _begin(self, kind: str, standing: Standing) -> None:
        """Say what an earlier run left, and write down what is begun."""
        begun = self._edges.journal.move(self._profile)
        if begun is not None:
            self._edges.talk.say(
                f"the {begun.kind} of {begun.key_id} was interrupted at "
                f"{begun.began_at:%Y-%m-%d %H:%M} UTC: "
                + ("continuing it" if begun.kind == kind else f"the {kind} continues from there")
            )
        keys = standing.in_file or standing.in_keyring
        now = self._edges.clock.now().replace(microsecond=0)
        key_id = keys.shown_id if keys else ""
        note = Move(profile=self._profile, key_id=key_id, kind=kind, began_at=now)
        self._edges.journal.save(note)

    def _finish_note(self) -> bool:
        """Forget the note; False, as nothing else was done."""
        begun = self._edges.journal.move(self._profile)
        if begun is not None:
            self._edges.journal.remove(begun)
        return False

    def _undo_import(self, before: Standing) -> None:
        """Put back what was, while the key is whole in the file; else leave it to the next run."""
        if before.in_file is None:
            return
        try:
            with self._edges.uninterrupted():
                self._put_back(before)
        except MfaSessionError as error:
            self._edges.talk.warn(
                f"the key of profile {self._profile!r} stays in the file, and a copy may be in "
                f"the keyring ({error.message}); to finish: "
                f"`mfa-session keys import --profile {quote(self._profile)}`"
            )

    def _put_back(self, before: Standing) -> None:
        edges, profile = self._edges, self._profile
        if edges.files.slots(profile).current != before.in_file:
            return  # it was taken out: the keyring has it, and the profile leads there
        process = edges.files.process(profile)
        if process is not None and stored_profile(process):
            edges.files.clear_process(profile, process)
        edges.vault.remove(profile)
        self._finish_note()
