"""The keyring as a place for a profile's pair, and for a second one beside it."""

from __future__ import annotations

from mfa_session.model.long_term_keys import CURRENT, NEW, OLD, Slots, not_stored

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mfa_session.model.key_ports import KeyVault
    from mfa_session.model.session import Keys


class KeyringShelf:
    """One item for each pair. In a swap both are there twice before either goes."""

    def __init__(self, vault: KeyVault) -> None:
        """Take the keyring."""
        self._vault = vault

    def slots(self, profile: str) -> Slots:
        """Return the pairs that are stored."""
        get = self._vault.get
        return Slots(current=get(profile), new=get(profile, NEW), old=get(profile, OLD))

    def put_new(self, profile: str, keys: Keys) -> None:
        """Store a new pair beside the one in use."""
        self._vault.put(profile, keys, NEW)

    def swap(self, profile: str) -> None:
        """Use the new pair, and keep the previous one."""
        slots = self.slots(profile)
        if slots.current is None or slots.new is None:
            raise not_stored(profile)
        self._vault.put(profile, slots.current, OLD)
        self._vault.put(profile, slots.new, CURRENT)
        self._vault.remove(profile, NEW)

    def drop_new(self, profile: str) -> None:
        """Remove the new pair."""
        self._vault.remove(profile, NEW)

    def drop_old(self, profile: str) -> None:
        """Remove the pair that was replaced."""
        self._vault.remove(profile, OLD)
