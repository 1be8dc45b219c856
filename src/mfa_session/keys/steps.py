"""What a rotation does next, read from what AWS lists and what is on record; pure."""

from __future__ import annotations

from mfa_session.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mfa_session.model.long_term_keys import Rotation, Slots

CLEAN, CREATE, PROVE, SWAP = "clean", "create", "prove", "swap"
FORGET_NEW, SWAP_OTHERS, DEACTIVATE = "forget new", "swap in other profiles", "deactivate"


class Facts(Record):
    """What is on record here, and what AWS lists: each key id, and whether it is active.

    `others` are the profiles beside this one that use the key which is replaced. `is_proven`: AWS
    has taken the new key, in this run.
    """

    slots: Slots
    listed: Mapping[str, bool]
    others: Sequence[str] = ()
    is_proven: bool = False


def next_step(begun: Rotation, facts: Facts) -> str | None:
    """Return what a rotation that was begun does next; None when it is done but for `--finish`."""
    slots, listed = facts.slots, facts.listed
    current = slots.current.access_key_id if slots.current else None
    new = slots.new.access_key_id if slots.new else None
    if current != begun.old_id:  # swapped
        if new is not None:
            return FORGET_NEW
        if facts.others:
            return SWAP_OTHERS
        return DEACTIVATE if listed.get(begun.old_id) else None
    if new is not None:
        return SWAP if facts.is_proven else PROVE
    return CLEAN if strays(begun, facts) else CREATE


def strays(begun: Rotation, facts: Facts) -> list[str]:
    """Return the keys at AWS that came since the rotation began, and whose secret nobody has."""
    slots = facts.slots
    on_record = {keys.access_key_id for keys in (slots.current, slots.new, slots.old) if keys}
    return [key_id for key_id in facts.listed if key_id not in {*begun.stood, *on_record}]
