"""Parses command lines with the installed AWS CLI, and runs nothing."""

from __future__ import annotations

import contextlib
import importlib
import io
from typing import Any, NamedTuple

# It ships no types.
_driver: Any = importlib.import_module("awscli.clidriver")
_parsers: Any = importlib.import_module("awscli.argparser")
_aliases: Any = importlib.import_module("awscli.alias")


class Read(NamedTuple):
    """What the CLI's parsers found."""

    service: str
    operation: str | None
    profile: str | None
    region: str | None
    endpoint: str | None = None


VERSION_2_VALUES = ("--cli-binary-format", "--cli-error-format")
VERSION_2_SWITCHES = ("--no-cli-pager", "--cli-auto-prompt", "--no-cli-auto-prompt")


class Called(NamedTuple):
    """What an alias expands to: service, words, region, endpoint."""

    service: str
    rest: list[str]
    region: str | None
    endpoint: str | None


class RealCli:
    """The AWS CLI's parsers, built once.

    Version 1 is a Python package. Version 2 parses with the same classes, and has more global
    options.
    """

    def __init__(self, version: int) -> None:
        """Build the parsers of version 1 or 2."""
        self._driver: Any = _driver.create_clidriver()
        self._services: Any = self._driver._get_command_table()
        self._parser: Any = self._driver._create_parser(self._services)
        if version == 2:
            for option in VERSION_2_VALUES:
                self._parser.add_argument(option)
            for option in VERSION_2_SWITCHES:
                self._parser.add_argument(option, action="store_true")
        self._parsers: dict[str, Any] = {}

    def read(self, words: list[str]) -> Read | None:
        """Parse the words after `aws`; None if the CLI refuses them."""
        with contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO()):
            try:
                parsed, rest = self._parser.parse_known_args(words)
                operation = self._operation(parsed.command, rest)
            except SystemExit:
                return None
        return Read(
            parsed.command,
            operation,
            parsed.profile or None,
            parsed.region or None,
            parsed.endpoint_url,
        )

    def expand(self, words: list[str], alias_file: str) -> Called | None:
        """Parse the words after `aws` and let the CLI expand aliases; None if it fails.

        A recorder stands in for every service.
        """
        services: dict[str, Any] = {name: _Recorder(name) for name in self._services}
        parser = self._driver._create_parser(services)
        loader = _aliases.AliasLoader(alias_file)
        _aliases.AliasCommandInjector(self._driver.session, loader).inject_aliases(services, parser)
        with contextlib.redirect_stderr(io.StringIO()):
            try:
                parsed, rest = parser.parse_known_args(words)
                called = services[parsed.command](rest, parsed)
            except (SystemExit, RecursionError, _aliases.InvalidAliasException):
                return None
        return called if isinstance(called, Called) else None

    def _operation(self, service: str, rest: list[str]) -> str | None:
        """Parse the rest with the service's parser."""
        if service == "help":
            return None
        if service not in self._parsers:
            self._parsers[service] = self._parser_of(self._services[service])
        parsed, _ = self._parsers[service].parse_known_args(rest)
        operation = getattr(parsed, "operation", None) or getattr(parsed, "subcommand", None)
        return operation or getattr(parsed, "help", None)

    def _parser_of(self, command: Any) -> Any:
        if hasattr(command, "_create_parser"):
            return command._create_parser()
        return _parsers.ArgTableArgParser(command.arg_table, command.subcommand_table)


class _Recorder:
    """Records how a service's command is called."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, rest: list[str], parsed: Any) -> Called:
        return Called(self.name, rest, parsed.region or None, parsed.endpoint_url)
