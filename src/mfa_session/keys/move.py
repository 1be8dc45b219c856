"""Move a long-term key between the AWS files and the keyring; one of them always has it whole.

Where the key is decides the next step, so the next run finishes an interrupted one.
"""

from __future__ import annotations

from collections.abc import Callable

from mfa_session.model.errors import ConfigurationError, MfaSessionError
from mfa_session.model.iam import EXPORT, IMPORT, NEW, OLD, KeyEdges, Move, not_stored
from mfa_session.model.ports import Caller
from mfa_session.model.profiles import stored_profile
from mfa_session.model.record import Record
from mfa_session.model.session import Keys
from mfa_session.model.text import quote

Step = tuple[str, Callable[[], None]]
"""A step's name, and how to do it."""


class KeyPlaces(Record):
    """A profile's key in the file and in the keyring, and its credential_process."""

    in_file: Keys | None
    in_keyring: Keys | None
    process: str | None


class Mover:
    """Moves one profile's key."""

    def __init__(self, edges: KeyEdges, profile: str, region: str | None) -> None:
        self._edges = edges
        self._profile = profile
        self._region = region
        self._line = edges.own_line(profile)
        self._is_verified = self._is_dropped = False

    def _places(self) -> KeyPlaces:
        """Return where the key is now."""
        edges, profile = self._edges, self._profile
        return KeyPlaces(
            in_file=edges.files.slots(profile).current,
            in_keyring=edges.vault.get(profile),
            process=edges.files.process(profile),
        )

    def import_key(self) -> bool:
        """Move the key to the keyring; return False if it was there already."""
        places = self._places()
        if self._import_step(places) is None:
            self._finish_note()
            return False
        self._check_import(places)
        self._edges.files.check_writable()
        self._begin(IMPORT, places)
        try:
            self._run(self._import_step)
        except (MfaSessionError, KeyboardInterrupt):
            if places.in_file is not None:
                self._undo_import(places.in_file)
            raise
        self._finish_note()
        return True

    def export_key(self) -> bool:
        """Move the key to the credentials file; return False if it was there already."""
        places = self._places()
        if self._export_step(places) is None:
            if self._edges.journal.move(self._profile) is not None:
                self._drop()
            self._finish_note()
            return False
        self._check_export(places)
        self._edges.files.check_writable()
        self._begin(EXPORT, places)
        self._run(self._export_step)
        if not self._is_dropped:
            self._drop()
        self._finish_note()
        return True

    def _import_step(self, now: KeyPlaces) -> Step | None:
        """Return the next step of an import, None at its end."""
        files, vault, profile, filed = (
            self._edges.files,
            self._edges.vault,
            self._profile,
            now.in_file,
        )
        if filed is not None:
            if now.in_keyring != filed:
                return "store", lambda: vault.put(profile, filed)
            if not self._is_verified:
                return "verify", lambda: self._verify(filed)
        if now.process != self._line:
            return "point", lambda: files.set_process(profile, self._line, now.process)
        if filed is not None:
            return "take out", lambda: files.take_pair(profile, filed)
        return None

    def _export_step(self, now: KeyPlaces) -> Step | None:
        """Return the next step of an export, None at its end."""
        files, profile, process = self._edges.files, self._profile, now.process
        if now.in_file is None:
            return "write", lambda: self._write(now.in_keyring)
        if process is not None and stored_profile(process):
            return "unpoint", lambda: files.clear_process(profile, process)
        return ("drop", self._drop) if now.in_keyring is not None else None

    def _run(self, next_step: Callable[[KeyPlaces], Step | None]) -> None:
        """Do one step after the other, each decided by where the key is then."""
        last = None
        while (step := next_step(self._places())) is not None:
            name, do = step
            if name == last:
                raise ConfigurationError(
                    "key-not-moved",
                    f"the key of profile {self._profile!r} does not stay where it was written "
                    f"({name})",
                    "stop the other program that writes the AWS files, then run the command again",
                )
            self._edges.talk.detail(f"key of profile {self._profile!r}: {name}")
            with self._edges.uninterrupted():
                do()
            last = name

    def _write(self, keys: Keys | None) -> None:
        if keys is None:
            raise not_stored(self._profile)
        self._edges.files.put_pair(self._profile, keys)

    def _drop(self) -> None:
        """Remove the keyring's copy, even if the keyring did not return it before."""
        self._edges.vault.remove(self._profile)
        self._is_dropped = True

    def _verify(self, keys: Keys) -> None:
        caller = Caller(keys=keys, profile=self._profile, region=self._region)
        arn = self._edges.aws.identity(caller)
        self._edges.talk.detail(f"the key in the keyring is {arn}'s")
        self._is_verified = True

    def _check_import(self, places: KeyPlaces) -> None:
        self._check_rotation()
        profile, process = self._profile, places.process
        if places.in_file is None and places.in_keyring is None:
            raise not_stored(profile)
        if process and stored_profile(process) != profile:
            raise ConfigurationError(
                "foreign-process",
                f"profile {profile!r} has another credential_process, which would be lost",
                f"remove credential_process of profile {profile!r}, or its keys",
            )
        stored, filed = places.in_keyring, places.in_file
        if stored and filed and stored.access_key_id != filed.access_key_id:
            raise ConfigurationError(
                "other-key-stored",
                f"the keyring holds another key of profile {profile!r} ({stored.shown_id}) "
                f"than the file ({filed.shown_id})",
                "move the key in the file to another section, then run the command again",
            )

    def _check_export(self, places: KeyPlaces) -> None:
        self._check_rotation()
        profile, stored, filed = self._profile, places.in_keyring, places.in_file
        if stored is None and filed is None:
            raise not_stored(profile)
        if stored and filed and stored != filed:
            raise ConfigurationError(
                "other-key-in-file",
                f"profile {profile!r} holds another key in the file ({filed.shown_id}) "
                f"than in the keyring ({stored.shown_id})",
                "rename the section with that key, then run the command again",
            )

    def _check_rotation(self) -> None:
        """Refuse to move a key during its rotation, which must find both keys in place."""
        edges, profile = self._edges, self._profile
        slots = edges.files.slots(profile)
        beside = slots.new or slots.old or edges.vault.get(profile, NEW)
        if edges.journal.rotation(profile) or beside or edges.vault.get(profile, OLD):
            raise ConfigurationError(
                "rotation-unfinished",
                f"the rotation of the key of profile {profile!r} is not finished",
                f"finish it first: `mfa-session keys rotate --profile {quote(profile)} --finish`",
            )

    def _begin(self, kind: str, places: KeyPlaces) -> None:
        begun = self._edges.journal.move(self._profile)
        if begun is not None:
            self._edges.talk.say(
                f"the {begun.kind} of {begun.key_id} was interrupted at "
                f"{begun.began_at:%Y-%m-%d %H:%M} UTC: "
                + ("continuing it" if begun.kind == kind else f"the {kind} continues from there")
            )
        keys = places.in_file or places.in_keyring
        now = self._edges.clock.now().replace(microsecond=0)
        key_id = keys.shown_id if keys else ""
        note = Move(profile=self._profile, key_id=key_id, kind=kind, began_at=now)
        self._edges.journal.save(note)

    def _finish_note(self) -> None:
        begun = self._edges.journal.move(self._profile)
        if begun is not None:
            self._edges.journal.remove(begun)

    def _undo_import(self, keys: Keys) -> None:
        """Restore the old state if the file still has the key; else leave it to the next run."""
        files, vault, profile = self._edges.files, self._edges.vault, self._profile
        try:
            with self._edges.uninterrupted():
                if files.slots(profile).current != keys:
                    return  # the keyring has the key already, and the profile uses it
                process = files.process(profile)
                if process is not None and stored_profile(process):
                    files.clear_process(profile, process)
                vault.remove(profile)
                self._finish_note()
        except MfaSessionError as error:
            self._edges.talk.warn(
                f"the key of profile {profile!r} stays in the file, and a copy may be in "
                f"the keyring ({error.message}); to finish: "
                f"`mfa-session keys import --profile {quote(profile)}`"
            )
