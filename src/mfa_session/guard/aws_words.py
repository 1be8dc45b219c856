"""What an AWS CLI command line asks for: service, operation, profile, region."""

from __future__ import annotations

from mfa_session.guard.aliases import split_commands, split_words
from mfa_session.guard.scanning import is_plain, scan
from mfa_session.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mfa_session.guard.aliases import Aliases
    from mfa_session.guard.scanning import Scanned

PROGRAMS = ("aws", "aws2", "awsv2")
EXTENSIONS = (".exe", ".cmd", ".bat")


class AwsCall(Record):
    """What the AWS CLI would be asked to do, aliases expanded; names as the CLI spells them.

    `profile`, `region` and `endpoint` (a URL) are what the command line says, None where it says
    nothing; an endpoint of "" was given, and is nothing that can be asked. `rest` are
    the words after the operation, without the global options. `shell` is what an alias for a shell
    would run: those commands are on their own, and no option of this one reaches them.
    """

    service: str | None
    operation: str | None
    profile: str | None
    region: str | None
    endpoint: str | None
    rest: tuple[str, ...]
    overlaid: tuple[str, ...] = ()
    """Aliases of [command …] it came through: if operations are called so, those may be meant."""
    typed: tuple[str, ...] = ()
    """Where `overlaid`: the words after the operation as typed, without what aliases add."""
    alias: str | None = None
    shell: tuple[tuple[str, ...], ...] = ()
    in_shell: bool = False
    """It is what `alias` runs in a shell: nothing on the command line can change its profile."""

    def options(self) -> Iterator[str]:
        """Yield the names of the operation's options, as they are written."""
        return option_names(self.rest)

    def values(self, name: str) -> tuple[str, ...]:
        """Return the values of an option such as `--instance-ids`, however it is abbreviated."""
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
        """Return the words that are no options: what `s3 rm` removes, and values of options."""
        return tuple(word for word in self.rest if is_plain(word))

    def is_harmless(self) -> bool:
        """Say whether the CLI only shows something, and asks AWS for nothing or a dry run."""
        helps = self.service == "help" or (self.operation == "help" and not self.overlaid)
        sure = self.typed if self.overlaid else self.rest
        return helps or sure == ("help",) or _ends_dry(option_names(sure))


def option_names(words: Sequence[str]) -> Iterator[str]:
    """Yield the names of the options before `--`, as they are written."""
    for word in words:
        if word == "--":
            return
        if word[:1] == "-" and not is_plain(word):
            yield word.partition("=")[0]


def is_aws(words: Sequence[str]) -> int:
    """Return how many words name the AWS CLI as the program to run; 0 for another program."""
    if not words:
        return 0
    program = base_name(words[0]).lower()
    if program in PROGRAMS:
        return 1
    is_python = program.rstrip("0123456789.") in ("python", "pythonw", "pypy")
    return 3 if is_python and tuple(words[1:3]) == ("-m", "awscli") else 0


def base_name(program: str) -> str:
    """Return a program's name without its folder, and without the extension that Windows adds."""
    name = program.replace("\\", "/").rpartition("/")[2]
    return name[:-4] if name[-4:].lower() in EXTENSIONS else name


def read_aws(words: Sequence[str], aliases: Aliases) -> AwsCall:
    """Read the words after `aws`."""
    top = scan(words)
    call = AwsCall(
        service=top.word,
        operation=None,
        profile=_last(top, "--profile"),
        region=_last(top, "--region"),
        endpoint=_endpoint(top),
        rest=top.rest,
    )
    if aliases.sections:
        call = _expand_service(call, aliases)
    return call if call.shell else _read_operation(call, aliases)


def without_profile(words: Sequence[str]) -> tuple[str, ...]:
    """Return a command line without what `--profile` says; each other word as it was.

    The first word is the program, and stays whatever it is. A command line that the CLI refuses
    for want of a value stays as it is, so that it does not become one that runs.
    """
    kept = list(words[1:])
    scanned = scan(kept)
    for option in () if scanned.lacks_value else reversed(scanned.given):
        if option.name == "--profile":
            del kept[option.start : option.stop]
    return (*words[:1], *kept)


def _last(scanned: Scanned, name: str) -> str | None:
    """Return the last value given for an option; an empty one counts as none, as in the CLI."""
    values = [option.value for option in scanned.given if option.name == name]
    return (values[-1] or None) if values else None


def _endpoint(scanned: Scanned) -> str | None:
    values = [option.value for option in scanned.given if option.name == "--endpoint-url"]
    return values[-1] if values else None


def _with_globals(call: AwsCall, inner: Scanned) -> AwsCall:
    """Return the call with the global options that an alias brings along."""
    endpoint = _endpoint(inner)
    return call.replace(
        region=_last(inner, "--region") or call.region,
        endpoint=call.endpoint if endpoint is None else endpoint,
    )


def _expand_service(call: AwsCall, aliases: Aliases) -> AwsCall:
    """Replace an alias of [toplevel] by what it stands for, again and again.

    An alias named like what it begins with stands for that very command. What leads back to
    itself in any other way never ends in the CLI, so where it is left off here does not matter.
    """
    names = aliases.of(())
    seen: set[str] = set()
    while (alias := call.service or "") in names and alias not in seen:
        seen.add(alias)
        value = names[alias]
        if value[:1] == "!":
            return _through_shell(call, alias, value)
        inner = scan(split_words(value) or ())
        rest = inner.rest + call.rest
        call = _with_globals(call, inner)
        call = call.replace(service=inner.word, rest=rest, alias=alias)
    return call


def _read_operation(call: AwsCall, aliases: Aliases) -> AwsCall:
    """Find the operation, and replace an alias of [command …] by what it stands for.

    Version 1 has no such aliases, and in version 2 one that is named like an operation runs that
    operation, whatever it says: so its own name may be meant as well.
    """
    found = typed = scan(call.rest, ())
    names = aliases.of((call.service or "",))
    overlaid: tuple[str, ...] = ()
    while (alias := found.word or "") in names and alias not in overlaid:
        value = names[alias]
        if value[:1] == "!":
            return _through_shell(call.replace(rest=found.rest), alias, value)
        overlaid += (alias,)
        inner = scan((call.service or "", *(split_words(value) or ())))
        call = _with_globals(call, inner).replace(alias=alias)
        found = scan(inner.rest + found.rest, ())
    return call.replace(operation=found.word, rest=found.rest, overlaid=overlaid, typed=typed.rest)


def _through_shell(call: AwsCall, alias: str, value: str) -> AwsCall:
    """Return the call of an alias that is for a shell; no global option reaches what it runs."""
    shell = tuple(split_commands(value[1:], call.rest))
    return call.replace(alias=alias, profile=None, region=None, endpoint=None, shell=shell)


def _ends_dry(options: Iterator[str]) -> bool:
    """Say whether options make the CLI do nothing; of --dry-run and --no-dry-run the last counts.

    Only a beginning of `--generate-cli-skeleton` that means nothing else is taken for it.
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
