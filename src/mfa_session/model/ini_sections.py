"""Settings in INI text that is not of the two AWS files."""

from __future__ import annotations

from mfa_session.ini.reader import Reader, UnreadableText, values_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


def ini_sections(text: str) -> Mapping[str, Mapping[str, str]]:
    """Return each section's values by key, as `configparser.RawConfigParser` gives them.

    Text that it refuses (no header, a key twice, …) has no sections.
    """
    try:
        reader = Reader(text.replace("\r\n", "\n").replace("\r", "\n"), nests=False)
    except UnreadableText:
        return {}
    defaults = values_of(reader.defaults)
    return {name: {**defaults, **values_of(found)} for name, found in reader.sections.items()}
