"""Sets single values of config.toml; comments, order, spacing and line ends stay.

tomlkit, which takes long to import, keeps the text. This module decides where a new line goes:
after the table's last key. tomlkit would write it below the comment that belongs to the next table.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import Array, Item, SingleKey, Table, Whitespace

from mfa_session.files.config_toml import parse_settings
from mfa_session.files.reading import check_place, read_bytes
from mfa_session.files.writable import WritableFile, changed_meanwhile
from mfa_session.model.errors import ConfigurationError
from mfa_session.model.paths import settings_path
from mfa_session.model.settings import TABLES, SettingsFile, kind_of
from mfa_session.model.times import spell_duration

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tomlkit.items import Key

    from mfa_session.files.state import StateDir

    Body = list[tuple[Key | None, Item]]


Place = tuple[str, ...]
"""The names of the tables and of the key: `("sessions", "mfa", "duration")`."""
Value = str | bool | list[str]

_TOMLKIT_FAILS = (TOMLKitError, ValueError, TypeError, LookupError, AttributeError)


class SettingsWriter(WritableFile):
    """config.toml, edited under a lock, after a fresh read, and replaced."""

    def __init__(
        self, environ: Mapping[str, str], state: StateDir, warn: Callable[[str], None]
    ) -> None:
        path = settings_path(environ)
        super().__init__(path, private_name="the settings file", state=state, warn=warn)

    def check_writable(self) -> None:
        """See ValuesWriter."""
        self.check()
        check_place(self.path, "the settings file")
        parse_settings(self.path, self.read())

    def read(self) -> bytes:
        """Return its bytes."""
        return read_bytes(self.path) or b""

    def edited(self, data: bytes, values: Mapping[Place, object]) -> bytes:
        """Return the bytes with these settings; durations are seconds.

        Raises ConfigurationError `edit-refused`.
        """
        spelled = {place: _spell(place, value) for place, value in values.items()}
        new = with_settings(data, self.path, spelled)
        parse_settings(self.path, new)
        return new

    def update(self, values: Mapping[Place, object], seen: SettingsFile) -> None:
        """Write these settings; `changed-meanwhile` if one differs from what was `seen`."""

        def edit(data: bytes) -> bytes:
            now = parse_settings(self.path, data)
            for place, value in values.items():
                if now.value(place) not in (seen.value(place), value):
                    raise changed_meanwhile(self.path, ".".join(place))
            gone = _tables(seen) - _tables(now)
            if gone:
                raise changed_meanwhile(self.path, f"[{min(gone)}]")
            return self.edited(data, values)

        self.rewrite(edit, lambda data: self._is_whole(data, seen))

    def _is_whole(self, data: bytes | None, seen: SettingsFile) -> bool:
        try:
            return _tables(seen) <= _tables(parse_settings(self.path, data or b""))
        except ConfigurationError:
            return False


def _tables(file: SettingsFile) -> set[str]:
    plain = {name for name in TABLES if getattr(file, name)}
    return plain | {f"sessions.{name}" for name in file.sessions}


def _spell(place: Place, value: object) -> Value:
    if kind_of(place) == "duration" and isinstance(value, int):
        return spell_duration(value)
    return value  # type: ignore[return-value]  # of a kind that config_toml checks


def with_settings(data: bytes, path: str, values: Mapping[Place, Value]) -> bytes:
    """Return the bytes of a checked config.toml with these settings; `path` is for messages.

    A new table is after those of its kind, or at the end. Raises ConfigurationError `edit-refused`
    if anything else would change, or a comment would be lost.
    """
    text = data.decode("utf-8")
    for place, value in values.items():
        text = _with_setting(text, path, place, value)
    return text.encode("utf-8")


def _with_setting(old: str, path: str, place: Place, value: Value) -> str:
    end = "\r\n" if old.partition("\n")[0].endswith("\r") else "\n"
    whole = old if not old or old.endswith("\n") else old + end
    try:
        if tomllib.loads(old) == _expected(old, place, value):
            return old
        new = _edited(whole, place, value, end)
        left = iter(_comments(new))
        sound = tomllib.loads(new) == _expected(whole, place, value) and all(
            line in left
            for line in _comments(whole)  # in the same order
        )
    except _TOMLKIT_FAILS as error:
        raise _refused(path, place, value) from error
    if not sound:
        raise _refused(path, place, value)
    is_last = whole != old and new.endswith(old.rpartition("\n")[2] + end)
    return new.removesuffix(end) if is_last else new


def _edited(text: str, place: Place, value: Value, end: str) -> str:
    document = tomlkit.parse(text)
    if document.as_string() != text:
        raise ValueError("not written as it was read")
    *tables, key = place
    found = _find_table(document.body, tables)
    if found is not None:
        _set_in(found.value.body, key, value, end)
    elif not _make_table(document.body, tables, key, value, end):
        _set_plainly(document, place, value)
    return document.as_string()


def _find_table(body: Body, names: list[str]) -> Table | None:
    """Return the table of these names that has its own header, or None."""
    for key, item in body:
        if key is None or key.key != names[0] or key.is_dotted() or not isinstance(item, Table):
            continue
        if len(names) > 1:
            found = _find_table(item.value.body, names[1:])
            if found is not None:
                return found
        elif not item.is_super_table():
            return item
    return None


def _set_in(body: Body, name: str, value: Value, end: str) -> None:
    last = -1
    for row, (key, item) in enumerate(body):
        if key is None or isinstance(item, Table):
            continue
        if key.key == name:
            if key.is_dotted():
                raise ValueError("a dotted key stands for more than one")
            body[row] = (key, _in_place_of(item, value))
            return
        last = row
    body.insert(last + 1, (SingleKey(name), _new_item(value, end)))


def _in_place_of(old: Item, value: Value) -> Item:
    """Return an item with the old one's indentation, comment and line end."""
    if isinstance(old, Array) and "#" in old.as_string():
        raise ValueError("comments within the list would be lost")
    new: Item = tomlkit.item(value)
    trivia = old.trivia
    new.trivia.indent, new.trivia.comment_ws = trivia.indent, trivia.comment_ws
    new.trivia.comment, new.trivia.trail = trivia.comment, trivia.trail
    return new


def _new_item(value: Value, end: str) -> Item:
    item: Item = tomlkit.item(value)
    item.trivia.trail = end
    return item


def _make_table(body: Body, names: list[str], key: str, value: Value, end: str) -> bool:
    """Add a table with one key after its siblings, or at the end; False if they have no headers."""
    kin = [item for name, item in body if name is not None and name.key == names[0]]
    new = _new_table(key, value, end)
    if not kin:
        if body and not _is_blank(body[-1][1]):
            body.append((None, Whitespace(end)))
        _append_new(body, names, new)
        return True
    last = kin[-1]
    if len(names) == 1 or not isinstance(last, Table) or not last.is_super_table():
        return False
    siblings = last.value.body
    if not siblings or not isinstance(siblings[-1][1], Table) or siblings[-1][0] is None:
        return False
    if siblings[-1][0].is_dotted():
        return False
    _take_over_rest(siblings[-1][1], new, end, is_at_end=body[-1][1] is last)
    siblings.append((SingleKey(names[1]), new))
    return True


def _append_new(body: Body, names: list[str], table: Table) -> None:
    """Add a table at the end; a nested one within a table without a header."""
    for name in reversed(names[1:]):
        outer = tomlkit.table(is_super_table=True)
        outer.value.body.append((SingleKey(name), table))
        table = outer
    body.append((SingleKey(names[0]), table))


def _new_table(key: str, value: Value, end: str) -> Table:
    table = tomlkit.table()
    table.trivia.trail = end
    table.value.body.append((SingleKey(key), _new_item(value, end)))
    return table


def _take_over_rest(before: Table, new: Table, end: str, *, is_at_end: bool) -> None:
    """Move the end of the table `before` to the end of the new one below it.

    That is all from the first blank line after the last key; without a blank line, the comments
    there if a header follows, since they belong to it.
    """
    body = before.value.body
    last_key = max((row for row, (key, _) in enumerate(body) if key is not None), default=-1)
    after = range(last_key + 1, len(body))
    blank = next((row for row in after if _is_blank(body[row][1])), None)
    first = blank if blank is not None else len(body) if is_at_end else last_key + 1
    rest = body[first:]
    del body[first:]
    body.append((None, Whitespace(end)))
    if blank is None and not is_at_end:
        new.value.body.append((None, Whitespace(end)))
    new.value.body.extend(rest)


def _is_blank(item: Item) -> bool:
    return isinstance(item, Whitespace) and "\n" in item.s


def _set_plainly(document: tomlkit.TOMLDocument, place: Place, value: Value) -> None:
    """Set a value as tomlkit does, for inline tables and dotted keys."""
    table: Any = document
    for name in place[:-1]:
        if name not in table:
            table[name] = tomlkit.inline_table()
        table = table[name]
    table[place[-1]] = value


def _expected(text: str, place: Place, value: Value) -> dict[str, Any]:
    document = tomllib.loads(text)
    table = document
    for name in place[:-1]:
        table = table.setdefault(name, {})
    table[place[-1]] = value
    return document


def _comments(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.lstrip().startswith("#")]


def _refused(path: str, place: Place, value: Value) -> ConfigurationError:
    *tables, key = place
    line = f"{key} = {tomlkit.item(value).as_string()}"
    return ConfigurationError(
        "edit-refused",
        f"{path}: {'.'.join(place)} cannot be set without changing other lines",
        f"write it there yourself: {line} in [{'.'.join(tables)}]",
    )
