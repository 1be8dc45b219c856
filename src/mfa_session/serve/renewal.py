"""A renewal: `mfa-session credential-process` in a process of its own.

It is the engine that SDKs use, whole: locks, codes, the prompt at the terminal, its signals. A job
that ends meanwhile ends it, and the endpoint's process never holds the long-term keys again.
"""

from __future__ import annotations

from mfa_session.model.durations import spell_duration
from mfa_session.model.expiry import parse_time
from mfa_session.model.json_values import read_json
from mfa_session.model.ports import Issued
from mfa_session.model.secret import Secret
from mfa_session.model.session import Keys
from mfa_session.serve.supply import Renewed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mfa_session.model.settings import SessionOptions
    from mfa_session.session.context import Context

    # The words after the program's name and the environment → exit code, stdout, stderr.
    RunOwn = Callable[[list[str], Mapping[str, str]], tuple[int, str, str]]

_PREFIXES = ("mfa-session: error: ", "mfa-session: warning: not renewed: ")


def make_renewal(options: SessionOptions, ctx: Context, run_own: RunOwn) -> Callable[[], Renewed]:
    """Return what renews the session that `options` mean, as they were given to this command."""
    words = ["credential-process"]
    environ = {name: text for name, text in ctx.environ.items() if name != "MFA_SESSION_TOKEN_CODE"}
    if options.profile:
        words += ["--profile", options.profile]
    if options.min_ttl is not None:
        words += ["--min-ttl", spell_duration(options.min_ttl)]
    if options.duration is not None:
        environ["MFA_SESSION_DURATION"] = spell_duration(options.duration)
    if not ctx.may_ask:
        words.append("--no-input")
    return lambda: read_renewed(*run_own(words, environ))


def read_renewed(exit_code: int, stdout: str, stderr: str) -> Renewed:
    """Return what a `credential-process` has brought. What it prints besides is never shown."""
    problem = stderr.strip().rpartition("\n")[2] or None
    for prefix in _PREFIXES:
        problem = problem.removeprefix(prefix) if problem else None
    if exit_code:
        return Renewed(problem=problem or f"its renewal ended with exit code {exit_code}")
    issued = _read_credentials(stdout)
    return Renewed(
        issued=issued, problem=problem if issued else "its renewal printed no credentials"
    )


def _read_credentials(text: str) -> Issued | None:
    try:
        answer = read_json(text)
        expires_at = parse_time(answer["Expiration"])
        keys = Keys(
            access_key_id=answer["AccessKeyId"],
            secret_access_key=Secret(answer["SecretAccessKey"]),
            session_token=Secret(answer["SessionToken"]),
        )
    except (ValueError, KeyError, TypeError):
        return None
    return Issued(keys=keys, expires_at=expires_at) if expires_at else None
