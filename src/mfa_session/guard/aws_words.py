"""Parses an AWS CLI command line: service, operation, profile, region.

The CLI first takes its global options out of the command line, wherever they are; service,
operation and the operation's options remain. Options, their values and plain words are told apart
by the rules of Python's `argparse`.
"""

from __future__ import annotations

from mfa_session.guard.aliases import split_commands, split_words
from mfa_session.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mfa_session.guard.aliases import Aliases


PROGRAMS = ("aws", "aws2", "awsv2")
EXTENSIONS = (".exe", ".cmd", ".bat")
# The options of version 1 and version 2 together. A version fails on an option that it does not
# have, so the union does no harm.
WITH_VALUE = (
    "--endpoint-url",
    "--output",
    "--query",
    "--profile",
    "--region",
    "--color",
    "--ca-bundle",
    "--cli-read-timeout",
    "--cli-connect-timeout",
    "--cli-binary-format",
    "--cli-error-format",
)
SWITCHES = (
    "--debug",
    "--no-verify-ssl",
    "--no-paginate",
    "--version",
    "--no-sign-request",
    "--v2-debug",
    "--no-cli-pager",
    "--cli-auto-prompt",
    "--no-cli-auto-prompt",
)
GLOBAL_OPTIONS = WITH_VALUE + SWITCHES


class AwsCall(Record):
    """A parsed AWS CLI command line, aliases expanded; names as the CLI spells them.

    `profile`, `region` and `endpoint` (a URL, perhaps "") are options of the command line, None if
    absent. `rest` are the words after the operation, without global options. `shell` are the
    commands of a shell alias, which get none of the options here.
    """

    service: str | None
    operation: str | None
    profile: str | None
    region: str | None
    endpoint: str | None
    rest: tuple[str, ...]
    command_aliases: tuple[str, ...] = ()
    """The expanded aliases of [command …]; an operation of the same name may run instead."""
    typed: tuple[str, ...] = ()
    """The words after the operation as typed, before aliases of [command …] are expanded."""
    alias: str | None = None
    shell: tuple[tuple[str, ...], ...] = ()
    in_shell: bool = False
    """Whether `alias` runs this in a shell, so that no option changes its profile."""

    def options(self) -> Iterator[str]:
        """Yield the names of the operation's options, as typed."""
        return find_option_names(self.rest)

    def values(self, name: str) -> tuple[str, ...]:
        """Return the values of an option such as `--instance-ids`, abbreviated or not."""
        values: list[str] = []
        taking = False
        for word in self.rest:
            if not is_plain(word):
                head, equals, value = word.partition("=")
                taking = len(head) > len("--x") and name.startswith(head)
                if taking:
                    values = [value] if equals else []
            elif taking:
                values.append(word)
        return tuple(values)

    def plain_words(self) -> tuple[str, ...]:
        """Return the words that are no options: arguments, and values of options."""
        return tuple(word for word in self.rest if is_plain(word))

    def is_harmless(self) -> bool:
        """Say whether the CLI only shows help or a skeleton, or does a dry run."""
        helps = self.service == "help" or (self.operation == "help" and not self.command_aliases)
        typed = self.typed if self.command_aliases else self.rest
        return helps or typed == ("help",) or _is_dry_run(find_option_names(typed))


def find_option_names(words: Sequence[str]) -> Iterator[str]:
    """Yield the names of the options before `--`, as typed."""
    for word in words:
        if word == "--":
            return
        if not is_plain(word):
            yield word.partition("=")[0]


def count_cli_words(words: Sequence[str]) -> int:
    """Return how many words name the AWS CLI: 1, 3 for `python -m awscli`, 0 for other programs."""
    if not words:
        return 0
    program = base_name(words[0]).lower()
    if program in PROGRAMS:
        return 1
    is_python = program.rstrip("0123456789.") in ("python", "pythonw", "pypy")
    return 3 if is_python and tuple(words[1:3]) == ("-m", "awscli") else 0


def base_name(program: str) -> str:
    """Return a program's name without folder and without Windows' extension."""
    name = program.replace("\\", "/").rpartition("/")[2]
    return name[:-4] if name[-4:].lower() in EXTENSIONS else name


def read_aws(words: Sequence[str], aliases: Aliases) -> AwsCall:
    """Parse the words after `aws`."""
    top = Scanned(words)
    call = AwsCall(
        service=top.word,
        operation=None,
        profile=_last_value(top, "--profile") or None,  # as in the CLI, an empty one is none
        region=_last_value(top, "--region") or None,
        endpoint=_last_value(top, "--endpoint-url"),
        rest=top.rest,
    )
    if aliases.sections:
        call = _expand_service(call, aliases)
    return call if call.shell else _read_operation(call, aliases)


def without_profile(words: Sequence[str]) -> tuple[str, ...]:
    """Return a command line without `--profile` and its value; the first word is the program.

    If an option lacks its value, nothing is changed, so that the CLI still refuses the command.
    """
    kept = list(words[1:])
    scanned = Scanned(kept)
    for option in () if scanned.lacks_value else reversed(scanned.given):
        if option.name == "--profile":
            del kept[option.start : option.stop]
    return (*words[:1], *kept)


def with_profile(words: Sequence[str], profile: str) -> tuple[str, ...]:
    """Return a command line of the AWS CLI with this profile in the place of its own."""
    start = count_cli_words(words)
    return (*words[:start], "--profile", profile, *without_profile(words[start - 1 :])[1:])


def _last_value(scanned: Scanned, name: str) -> str | None:
    values = [option.value for option in scanned.given if option.name == name]
    return values[-1] if values else None


def _add_globals(call: AwsCall, inner: Scanned) -> AwsCall:
    endpoint = _last_value(inner, "--endpoint-url")
    return call.replace(
        region=_last_value(inner, "--region") or call.region,
        endpoint=call.endpoint if endpoint is None else endpoint,
    )


def _expand_service(call: AwsCall, aliases: Aliases) -> AwsCall:
    """Expand aliases of [toplevel] until none is left.

    An alias that starts with its own name stands for the service of that name. Any other loop
    never ends in the CLI, so it does not matter where it is cut here.
    """
    names = aliases.of(())
    seen: set[str] = set()
    while (alias := call.service or "") in names and alias not in seen:
        seen.add(alias)
        value = names[alias]
        if value[:1] == "!":
            return _enter_shell(call, alias, value)
        inner = Scanned(split_words(value) or ())
        rest = inner.rest + call.rest
        call = _add_globals(call, inner)
        call = call.replace(service=inner.word, rest=rest, alias=alias)
    return call


def _read_operation(call: AwsCall, aliases: Aliases) -> AwsCall:
    """Find the operation, and expand aliases of [command …].

    Version 1 has no such aliases, and in version 2 an operation wins over an alias of its name.
    So the alias and the operation of its name may both be meant.
    """
    found = typed = Scanned(call.rest, ())
    names = aliases.of((call.service or "",))
    command_aliases: tuple[str, ...] = ()
    while (alias := found.word or "") in names and alias not in command_aliases:
        value = names[alias]
        if value[:1] == "!":
            return _enter_shell(call.replace(rest=found.rest), alias, value)
        command_aliases += (alias,)
        inner = Scanned((call.service or "", *(split_words(value) or ())))
        call = _add_globals(call, inner).replace(alias=alias)
        found = Scanned(inner.rest + found.rest, ())
    return call.replace(
        operation=found.word, rest=found.rest, command_aliases=command_aliases, typed=typed.rest
    )


def _enter_shell(call: AwsCall, alias: str, value: str) -> AwsCall:
    """Return the call of a shell alias, whose commands get no global option."""
    shell = tuple(split_commands(value[1:], call.rest))
    return call.replace(alias=alias, profile=None, region=None, endpoint=None, shell=shell)


def _is_dry_run(options: Iterator[str]) -> bool:
    """Say whether options make the CLI change nothing; the last of --[no-]dry-run counts.

    `--generate-cli-skeleton` counts also if shortened to an unambiguous prefix.
    """
    dry = False
    for name in options:
        if name in ("--dry-run", "--dryrun"):
            dry = True
        elif name == "--help" or (
            name.startswith("--generate-cl") and "--generate-cli-skeleton".startswith(name)
        ):
            return True
        elif name.startswith("--no-d") and "--no-dry-run".startswith(name):
            dry = False
    return dry


class OptionWords(Record):
    """A global option with its value; its words are those from `start` to before `stop`."""

    name: str
    value: str
    start: int
    stop: int


class Scanned:
    """A command line taken apart: the first plain word, the global options, and the rest.

    That word is the first that is neither an option nor the value of a `known` option. After `--`,
    all words are plain. A `--` just before that word is dropped, as in argparse.
    `lacks_value`: a global option has no value, so the CLI refuses the command line.
    """

    def __init__(self, words: Sequence[str], known: tuple[str, ...] = GLOBAL_OPTIONS) -> None:
        self.word: str | None = None
        self.given: list[OptionWords] = []
        self.lacks_value = False
        rest: list[str] = []
        is_literal, found_at, index = False, -1, 0
        while index < len(words):
            word, start = words[index], index
            index += 1
            if is_literal or is_plain(word, known):
                if self.word is None:
                    self.word, found_at = word, start
                else:
                    rest.append(word)
            elif word == "--":
                is_literal = True
                rest += ["--"] if self.word is not None and found_at != start - 1 else []
            elif (name := match_option(word, known)) is None:
                rest.append(word)
            elif name in WITH_VALUE:
                index = self._take_value(name, words, start, known)
        self.rest = tuple(rest)

    def _take_value(
        self, name: str, words: Sequence[str], start: int, known: tuple[str, ...]
    ) -> int:
        """Note an option and its value; return where the next word is."""
        _, equals, value = words[start].partition("=")
        stop = start + 1
        if not equals:
            following = words[stop : stop + 1]
            if not following or not is_plain(following[0], known):
                self.lacks_value = True
                return stop
            value, stop = following[0], stop + 1
        self.given.append(OptionWords(name=name, value=value, start=start, stop=stop))
        return stop


def is_plain(word: str, known: tuple[str, ...] = ()) -> bool:
    """Say whether argparse reads a word as no option: `-`, `-5` and `--a b` are plain."""
    if word[:1] != "-" or len(word) == 1:
        return True
    if match_option(word, known) is not None:
        return False
    return " " in word or _is_number(word[1:])


def match_option(word: str, known: tuple[str, ...]) -> str | None:
    """Return the option that a word names, in full or by an unambiguous prefix."""
    name = word.partition("=")[0]
    if name in known:
        return name
    if name[:2] != "--":
        return None
    fitting = [option for option in known if option.startswith(name)]
    return fitting[0] if len(fitting) == 1 else None


def _is_number(text: str) -> bool:
    whole, point, part = text.partition(".")
    return part.isdigit() and (not whole or whole.isdigit()) if point else whole.isdigit()
