"""Find and update other profiles that use the same key, in the AWS files or the keyring."""

from __future__ import annotations

from mfa_session.model.long_term_keys import OLD
from mfa_session.session.sources import source_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mfa_session.model.long_term_keys import KeyEdges
    from mfa_session.model.session import Keys
    from mfa_session.session.context import Inputs


class OtherProfiles:
    """All profiles but one, as read at the start; `replaced` have got another key since."""

    def __init__(self, edges: KeyEdges, inputs: Inputs, profile: str) -> None:
        """Take the edges, the files, and the profile to leave out."""
        self._edges = edges
        self._inputs = inputs
        self._names = [name for name in inputs.profiles.names() if name != profile]
        self.replaced: list[str] = []

    def in_files(self, keys: Keys) -> list[str]:
        """Return the profiles whose sections hold this key."""
        return [
            name
            for name in self._names
            if (source := source_in(self._inputs, name)) and source.keys == keys
        ]

    def using(self, keys: Keys) -> list[str]:
        """Return the profiles that use this key from a file or the keyring."""
        return [*self.in_files(keys), *self._in_keyring(keys)]

    def keeper(self, key_id: str) -> str | None:
        """Return the profile that keeps this key as its old one."""
        files, vault = self._edges.files, self._edges.vault
        for name in self._names:
            source = source_in(self._inputs, name)
            if source is None:
                continue
            old = files.slots(name).old if source.keys else None
            if source.stored == name:
                old = vault.get(name, OLD)
            if old is not None and old.access_key_id == key_id:
                return name
        return None

    def _in_keyring(self, keys: Keys) -> Iterator[str]:
        vault = self._edges.vault
        known = {key.profile: key.key_id for key in vault.known()}
        for name in self._names:
            source = source_in(self._inputs, name)
            is_own = source is not None and source.stored == name
            # The index may lack the key id; then the keyring decides.
            is_candidate = is_own and known.get(name) in {None, keys.access_key_id}
            if is_candidate and vault.get(name) == keys:
                yield name

    def replace(self, old: Keys, new: Keys) -> None:
        """Replace the old key in the profiles that use it, one after the other."""
        in_files = self.in_files(old)
        for name in self.using(old):
            with self._edges.uninterrupted():
                if name in in_files:
                    self._edges.files.replace_pair(name, old, new)
                else:
                    self._edges.vault.put(name, new)
            self._names.remove(name)
            self.replaced.append(name)
            self._edges.talk.detail(f"profile {name!r} no longer uses {old.shown_id}")


def profiles_text(names: Sequence[str]) -> str:
    """Return profiles in words: `profiles 'a', 'b' and 'c'`."""
    *most, last = map(repr, names)
    return f"profiles {', '.join(most)} and {last}" if most else f"profile {last}"
