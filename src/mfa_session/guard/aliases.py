"""The AWS CLI's own aliases: what `~/.aws/cli/alias` says."""

from __future__ import annotations

from mfa_session.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


class Aliases(Record):
    """The aliases of each command: () for [toplevel], ("ec2",) for [command ec2].

    A value that starts with `!` is for a shell; another one is words of an AWS command line.
    """

    sections: Mapping[tuple[str, ...], Mapping[str, str]]

    def of(self, command: tuple[str, ...]) -> Mapping[str, str]:
        """Return the aliases that stand for something below this command."""
        return self.sections.get(command, {})

    def without(self, command: tuple[str, ...], name: str) -> Aliases:
        """Return these aliases but one."""
        others = {key: value for key, value in self.of(command).items() if key != name}
        return Aliases(sections={**self.sections, command: others})


NO_ALIASES = Aliases(sections={})


def parse_aliases(text: str) -> Aliases:
    """Read the text of an alias file.

    The CLI refuses to run at all when it cannot read its alias file. Lines that it would refuse
    are passed over here: it is the CLI that will say so, and nothing is decided by them.
    """
    reader = _Reader()
    for line in text.split("\n"):
        reader.read(line)
    return Aliases(sections=reader.sections)


class _Reader:
    """Lines of an INI file, as Python's configparser reads them."""

    def __init__(self) -> None:
        self.sections: dict[tuple[str, ...], dict[str, str]] = {}
        self._section: dict[str, str] = {}
        self._name: str | None = None
        self._indent = 0

    def read(self, line: str) -> None:
        """Take a line: a header, a setting, or more of the last one."""
        text = line.strip()
        indent = len(line) - len(line.lstrip())
        if not text or text[0] in "#;":
            return
        if self._name is not None and indent > self._indent:
            self._section[self._name] = (self._section[self._name] + "\n" + text).strip()
        elif text[0] == "[":
            self._begin_section(text)
        else:
            self._begin_setting(text, indent)

    def _begin_section(self, text: str) -> None:
        words = text[1 : text.rfind("]")].split()
        self._name = None
        if words == ["toplevel"]:
            self._section = self.sections.setdefault((), {})
        elif len(words) > 1 and words[0] == "command":
            self._section = self.sections.setdefault(tuple(words[1:]), {})
        else:
            self._section = {}

    def _begin_setting(self, text: str, indent: int) -> None:
        at = min((text.find(mark) for mark in "=:" if mark in text), default=-1)
        self._name = text[:at].rstrip().lower() if at > 0 else None
        self._indent = indent
        if self._name is not None:
            self._section[self._name] = text[at + 1 :].strip()
