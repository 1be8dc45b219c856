"""The AWS CLI's own aliases: what `~/.aws/cli/alias` says."""

from __future__ import annotations

from mfa_session.model.ini_sections import ini_sections
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
    """Read the text of an alias file, which configparser reads in the CLI.

    The CLI refuses to run at all when it cannot read its alias file: there are no aliases then.
    """
    sections: dict[tuple[str, ...], Mapping[str, str]] = {}
    for name, values in ini_sections(text).items():
        words = name.split()
        command = tuple(words[1:]) if words[:1] == ["command"] else ()
        if command or words == ["toplevel"]:
            aliases = {alias: value.strip() for alias, value in values.items()}
            sections[command] = {**sections.get(command, {}), **aliases}
    return Aliases(sections=sections)
