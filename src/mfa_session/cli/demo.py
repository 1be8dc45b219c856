"""`demo`: a login and what it is good for, on a local AWS that enforces MFA."""

from __future__ import annotations

import shlex
import shutil
import subprocess
from importlib.util import find_spec

from mfa_session.cli.exec_ import person_shell
from mfa_session.cli.output import write
from mfa_session.model.errors import ConfigurationError, MfaSessionError
from mfa_session.model.record import Record, Result
from mfa_session.model.text import quote
from mfa_session.system import machine
from mfa_session.system.processes import name_as_called
from mfa_session.system.signals import Interruptions, defer_signals

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mfa_session.sandbox.sandbox import Stage
    from mfa_session.session.context import Context

_LIST_INSTANCES = (
    "aws ec2 describe-instances --output text "
    "--query 'Reservations[].Instances[].[InstanceId,State.Name,Tags[0].Value]'"
)
_SHELL_WELCOME = """\
You are carol, in a temporary home directory; `exit` removes it. Try:
  phone                shows the code, as your authenticator app would
  aws ec2 stop-instances --instance-ids {instance}
  mfa-session login
  aws ec2 stop-instances --instance-ids {instance} --profile mfa
"""


class Options(Record):
    """What `demo` was given."""

    shell: bool = False


def run(options: Options, ctx: Context) -> Result:
    """Run the demo's commands, or with `--shell` open a shell in the sandbox."""
    ctx.console.say("loading the sandbox; the first time, this can take half a minute …")
    stage = _stage()
    ctx.console.say("starting a local AWS on this machine …")
    # A closed terminal must not leave the home behind: signals end the work, not the clean-up.
    with defer_signals() as signals, stage, Interruptions(deferred=False):
        signals.raise_deferred()
        environ = stage.environ(ctx.environ)
        if options.shell:
            return Result(data={}, exit_code=_open_shell(stage, environ))
        _run_demo(stage, environ)
    return Result(data={})


def _stage() -> Stage:
    if find_spec("moto") is None:  # of the extra; importing it takes a second, and comes later
        raise ConfigurationError(
            "no-sandbox",
            "the demo's local AWS is not installed (moto is missing)",
            "pip install 'mfa-session[sandbox]'",
        )
    from mfa_session.sandbox.sandbox import Stage  # noqa: PLC0415  # heavy

    return Stage()


def _open_shell(stage: Stage, environ: dict[str, str]) -> int:
    write(_SHELL_WELCOME.format(instance=stage.instance))
    machine.allow_core_dumps()
    return subprocess.run([person_shell(environ)], env=environ, check=False).returncode


def _run_demo(stage: Stage, environ: dict[str, str]) -> None:
    stop = f"aws ec2 stop-instances --instance-ids {stage.instance}"
    _say("Carol has an access key. One instance runs in her account:")
    _step(_LIST_INSTANCES, environ)
    _say("A policy allows her to stop it only with MFA. Her access key alone is denied:")
    _step(stop, environ, works=False)
    _say("She logs in with the code on her phone. In a terminal, `mfa-session login` asks for it:")
    _step("mfa-session login --token-code -", environ, piped=("phone", stage.phone.code()))
    _step("mfa-session status", environ)
    _say("The session is an ordinary profile, which every tool can use:")
    _step(f"{stop} --profile mfa", environ)
    _step(_LIST_INSTANCES, environ)
    _say(f"To try it yourself in this sandbox, run: {quote(name_as_called())} demo --shell")


def _say(text: str) -> None:
    write(f"\n# {text}\n")


def _step(
    command: str,
    environ: dict[str, str],
    *,
    works: bool = True,
    piped: tuple[str, str] | None = None,
) -> None:
    """Show a command, run it, and require the outcome; `piped` is a command and its output."""
    write(f"$ {piped[0]} | {command}\n" if piped else f"$ {command}\n")
    words = shlex.split(command)
    program = shutil.which(words[0], path=environ["PATH"])
    if program is None:
        raise ConfigurationError(
            "no-aws-cli",
            f"the demo needs the program {words[0]!r}, which is not on PATH",
            "pip install 'mfa-session[sandbox]'",
        )
    done = subprocess.run(
        [program, *words[1:]],
        env=environ,
        input=piped[1].encode() if piped else None,
        stderr=subprocess.STDOUT,
        check=False,
    )
    if (done.returncode == 0) is not works:
        raise MfaSessionError(
            "demo-failed",
            f"`{command}` ended with exit code {done.returncode}, which the demo does not expect",
            "please report it with the output above",
        )
