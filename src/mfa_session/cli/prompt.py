"""`prompt`: one session and its time left, short, for a shell's prompt."""

from __future__ import annotations

from mfa_session.model.errors import MfaSessionError
from mfa_session.model.record import Record, Result
from mfa_session.model.session import sessions_named
from mfa_session.model.settings import MIN_TTL_SECONDS
from mfa_session.model.times import format_duration, parse_time
from mfa_session.session.context import read_inputs
from mfa_session.session.resolve import meant_name
from mfa_session.system.console import COLOURS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mfa_session.model.settings import SessionOptions
    from mfa_session.session.context import Context

SHORT_SECONDS = 5 * 60


class Segment(Record):
    """What a prompt shows of a session; `seconds_left` is None if its expiry is unknown."""

    name: str
    seconds_left: int | None

    @property
    def text(self) -> str:
        """`mfa 2h13m`, or the name alone if the expiry is unknown; without control characters."""
        name = "".join(letter for letter in self.name if letter.isprintable())
        if self.seconds_left is None:
            return name
        return f"{name} {format_duration(self.seconds_left).replace(' ', '')}"

    @property
    def color(self) -> str:
        """Green; yellow where `login` would renew it; red for the last five minutes."""
        left = self.seconds_left
        if left is None or left >= MIN_TTL_SECONDS:
            return "green"
        return "yellow" if left >= SHORT_SECONDS else "red"


class Options(Record):
    """What `prompt` was given."""

    session: SessionOptions
    profile: str | None = None
    color: str = ""


def run(options: Options, ctx: Context) -> Result:
    """Print the active session, or the one that `login` would use; nothing if there is none."""
    try:
        segment = _find(options, ctx)
    except MfaSessionError as error:
        ctx.console.detail(error.message)
        return Result(data={}, exit_code=error.exit_code)
    if segment is None:
        return Result(data={})
    plain = ctx.environ.get("NO_COLOR") or ctx.environ.get("TERM") == "dumb"
    shell = "" if plain else options.color
    return Result(data={}, lines=(colored(segment, shell),))


def colored(segment: Segment, shell: str) -> str:
    """Return the coloured text, with the colours marked as zero columns wide for the shell."""
    text = segment.text
    if shell == "zsh":
        return f"%F{{{segment.color}}}{text.replace('%', '%%')}%f"
    begin, end = f"\x1b[{COLOURS[segment.color]}m", "\x1b[0m"
    if shell == "bash":  # \[ and \] would come too late: this is put into PS1 after they are read
        begin, end = f"\x01{begin}\x02", f"\x01{end}\x02"
    return begin + text + end if shell else text


def _find(options: Options, ctx: Context) -> Segment | None:
    now = ctx.clock.now()
    active = None if options.profile else ctx.environ.get("MFA_SESSION_ACTIVE")
    ends = parse_time(ctx.environ.get("AWS_CREDENTIAL_EXPIRATION", ""))
    if active and ends is not None:  # `exec` or `env` has put its keys into the environment
        left = int((ends - now).total_seconds())
        return Segment(name=active, seconds_left=left) if left > 0 else None
    inputs = read_inputs(ctx, options.session)
    name = active or meant_name(inputs)
    segments = [
        Segment(name=session.name, seconds_left=session.seconds_left(now))
        for session in sessions_named(inputs.sessions(), name)
    ]
    if active and not segments:
        return Segment(name=active, seconds_left=None)
    living = [segment for segment in segments if segment.seconds_left != 0]
    return max(living, key=lambda segment: segment.seconds_left or 0, default=None)
