"""The command line as click sees it: built from the table, for help, completion and errors."""

from __future__ import annotations

import sys
from contextlib import suppress
from errno import EPIPE
from typing import TYPE_CHECKING, Any

import click

from mfa_session import __version__
from mfa_session.cli.arguments import Call
from mfa_session.cli.output import stdout_not_written
from mfa_session.cli.spec.commands import COMMON, all_commands, find_command, find_group
from mfa_session.cli.spec.help import group_overview, overview
from mfa_session.model.text import USUAL_COLUMNS, did_you_mean, nearest_of
from mfa_session.model.times import parse_duration
from mfa_session.system.console import columns_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from mfa_session.cli.spec.commands import Argument, Command, Group, Option

    Dispatch = Callable[[Call], int]


class Duration(click.ParamType[int]):
    """900, 45m, 12h, 1h30m, 1d: seconds."""

    name = "duration"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """Return the seconds, or fail as click does."""
        if isinstance(value, int):
            return value
        try:
            return parse_duration(str(value))
        except ValueError:
            self.fail(f"{value!r} is not a duration; write it as 900, 45m, 12h or 1d.", param, ctx)


class Fitting(click.HelpFormatter):
    """Click's help; on a narrow terminal what an option does is said below it."""

    def __init__(self, width: int | None = None, max_width: int | None = None) -> None:
        columns = columns_of(sys.stdout) or USUAL_COLUMNS
        self._is_narrow = columns < USUAL_COLUMNS
        super().__init__(width=columns - 1 if self._is_narrow else width, max_width=max_width)

    def write_dl(
        self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2
    ) -> None:
        """Write options or commands, each with what it does."""
        super().write_dl(rows, 2 if self._is_narrow else col_max, col_spacing)


class FittingContext(click.Context):
    """Makes that help."""

    formatter_class = Fitting


class ExampleFirst(click.Command):
    """A command whose help opens with an example."""

    context_class = FittingContext
    spec: Command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the words; those that are too many are not repeated where they may be a secret."""
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            if type(error) is click.UsageError:  # too many words
                if self.spec.against_words:
                    ctx.fail(self.spec.against_words)
                if any("--profile" in param.opts for param in self.params):
                    ctx.fail(f"{error.message}. Name a session with --profile.")
            raise

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the example, then what click writes."""
        formatter.write(f"{self.spec.example_lines}\n\n")
        super().format_help(ctx, formatter)


class Tree(click.Group):
    """The program, or a `branch` of it; commands are built when they are asked for."""

    def __init__(self, dispatch: Dispatch, branch: Group | None = None, **rest: Any) -> None:
        super().__init__(no_args_is_help=True, **rest)
        self._dispatch = dispatch
        self._branch = branch
        self._above = (branch.name,) if branch else ()

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the next words, in the table's order."""
        del ctx
        depth = len(self._above)
        return list(dict.fromkeys(words[depth] for words in self._below()))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Build the command or group of this name."""
        del ctx
        command = find_command(*self._above, cmd_name)
        if command is not None:
            return _build(command, self._dispatch)
        group = None if self._branch else find_group(cmd_name)
        if group is None:
            return None
        return Tree(self._dispatch, group, name=group.name, short_help=group.summary)

    def get_help(self, ctx: click.Context) -> str:
        """Return the overview, which needs no click."""
        del ctx
        width = columns_of(sys.stdout)
        text = group_overview(self._branch, width) if self._branch else overview(width)
        return text.rstrip("\n")

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; for a mistyped one say which is near."""
        if self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            near = self._near(ctx, args[0])
            ctx.fail(f"No such command {args[0]!r}" + (f"; {did_you_mean(near)}" if near else "."))
        return super().resolve_command(ctx, args)

    def _near(self, ctx: click.Context, word: str) -> list[str]:
        """Return the commands that a word may mean: one that ends with it, or looks like it."""
        starting, ending = self.list_commands(ctx), [words[-1] for words in self._below()]
        for meant in (word, *nearest_of(word, {*starting, *ending}, most=1)):
            if meant in starting:
                return [" ".join((*self._above, meant))]
            if meant in ending:
                return [" ".join(words) for words in self._below() if words[-1] == meant]
        return []

    def _below(self) -> list[tuple[str, ...]]:
        every = [command.words for command in all_commands()]
        return [words for words in every if words[: len(self._above)] == self._above]


USAGE_EXIT_CODE = 2


def build(dispatch: Dispatch) -> Tree:
    """Return the whole tree; `dispatch` runs a command and gives its exit code."""
    settings = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
    tree = Tree(dispatch, name="mfa-session", context_settings=settings)
    message, text = "mfa-session %(version)s", "Print the version."
    return click.version_option(__version__, "--version", "-V", message=message, help=text)(tree)


def run(argv: Sequence[str], dispatch: Dispatch) -> int:
    """Read `argv` as click does and run it; click's own errors and help end here."""
    try:
        code = build(dispatch).main(list(argv), prog_name="mfa-session", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        return 0
    except click.ClickException as error:
        with suppress(OSError):  # nobody listens
            error.show()
        return error.exit_code
    except OSError as error:
        if error.errno == EPIPE:
            raise
        raise stdout_not_written(error) from error
    except click.Abort:
        raise KeyboardInterrupt from None
    return code if isinstance(code, int) else 0


def _build(command: Command, dispatch: Dispatch) -> click.Command:
    def callback(**values: Any) -> int:
        rest = tuple(values.pop("rest", ()))
        # A duration of 0 was given; a flag that is False was not.
        given = {
            name: value
            for name, value in values.items()
            if value not in (None, ()) and value is not False
        }
        return dispatch(Call(command=command, values=given, rest=rest))

    params: list[click.Parameter] = [_option(option) for option in (*command.options, *COMMON)]
    params += [_argument(argument) for argument in command.arguments]
    if command.takes_command:
        params.append(
            click.Argument(["rest"], nargs=-1, type=click.UNPROCESSED, metavar="[-- CMD ARG…]")
        )
    built = ExampleFirst(
        command.words[-1],
        params=params,
        callback=callback,
        help=f"{command.summary}\n\n{command.description}",
        short_help=command.summary,
        context_settings={"allow_interspersed_args": not command.takes_command},
    )
    built.spec = command
    return built


def _option(option: Option) -> click.Option:
    kinds: dict[str, dict[str, Any]] = {
        "text": {},
        "many": {"multiple": True},
        "duration": {"type": Duration()},
        "choice": {"type": click.Choice(option.choices)},
        "flag": {"is_flag": True},
        "count": {"count": True, "default": None},
    }
    return click.Option(
        [option.name, *option.flags],
        help=option.help,
        metavar=option.metavar or None,
        **kinds[option.kind],
    )


def _argument(argument: Argument) -> click.Argument:
    return click.Argument(
        [argument.name],
        required=argument.required,
        nargs=-1 if argument.many else 1,
        type=click.Choice(argument.choices) if argument.choices else None,
        metavar=argument.metavar,
    )
