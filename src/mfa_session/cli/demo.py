"""`demo`: the whole story, against a local AWS that enforces MFA."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess

from mfa_session.cli.output import write
from mfa_session.model.errors import ConfigurationError, MfaSessionError
from mfa_session.model.record import Record
from mfa_session.model.result import Result

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mfa_session.sandbox.stage import Stage
    from mfa_session.session.context import Context

_LIST_INSTANCES = (
    "aws ec2 describe-instances --output text "
    "--query 'Reservations[].Instances[].[InstanceId,State.Name,Tags[0].Value]'"
)
_SHELL_WELCOME = """\
You are carol, in a home that is thrown away when you leave (exit).
  phone                shows the code that your authenticator app would
  aws ec2 stop-instances --instance-ids {instance}
  mfa-session login
  aws ec2 stop-instances --instance-ids {instance} --profile mfa
"""


class Options(Record):
    """What `demo` was given."""

    shell: bool = False


def run(options: Options, ctx: Context) -> Result:
    """Tell the story, or with `--shell` leave the person on the stage."""
    ctx.console.say("starting a local AWS on this machine …")
    with _stage() as stage:
        environ = stage.environ(ctx.environ)
        if options.shell:
            return Result(data={}, exit_code=_open_shell(stage, environ))
        _tell_story(stage, environ)
    return Result(data={})


def _stage() -> Stage:
    try:
        from mfa_session.sandbox.stage import Stage  # noqa: PLC0415  # an extra
    except ImportError as error:
        raise ConfigurationError(
            "no-sandbox",
            f"the demo's local AWS is not installed ({error.name} is missing)",
            "pip install 'mfa-session[sandbox]'",
        ) from error
    return Stage()


def _open_shell(stage: Stage, environ: dict[str, str]) -> int:
    write(_SHELL_WELCOME.format(instance=stage.instance))
    shell = environ.get("COMSPEC", "cmd.exe") if os.name == "nt" else environ.get("SHELL", "sh")
    return subprocess.run([shell], env=environ, check=False).returncode


def _tell_story(stage: Stage, environ: dict[str, str]) -> None:
    """Run the real commands one by one; each must end as the story says."""
    stop = f"aws ec2 stop-instances --instance-ids {stage.instance}"
    _say("Carol has an access key, and one machine runs in her account:")
    _step(_LIST_INSTANCES, environ)
    _say("Her administrator allows her to stop it with MFA only. A key alone has no MFA:")
    _step(stop, environ, works=False)
    code = stage.phone.code()
    _say(f"So she logs in with the code that her phone shows now, {code}:")
    _step(f"mfa-session login --profile mfa --token-code {code}", environ)
    _step("mfa-session status", environ)
    _say("The session is an ordinary profile, for every tool that reads them:")
    _step(f"{stop} --profile mfa", environ)
    _step(_LIST_INSTANCES, environ)
    _say("Try it yourself, in a shell inside this sandbox: mfa-session demo --shell")


def _say(text: str) -> None:
    write(f"\n# {text}\n")


def _step(command: str, environ: dict[str, str], *, works: bool = True) -> None:
    """Show a command, run it for real, and hold it to the outcome the story needs."""
    write(f"$ {command}\n")
    words = shlex.split(command)
    program = shutil.which(words[0], path=environ["PATH"])
    if program is None:
        raise ConfigurationError(
            "no-aws-cli",
            f"the demo needs the program {words[0]!r}, which is not on PATH",
            "pip install 'mfa-session[sandbox]'",
        )
    done = subprocess.run([program, *words[1:]], env=environ, stderr=subprocess.STDOUT, check=False)
    if (done.returncode == 0) is not works:
        raise MfaSessionError(
            "demo-failed",
            f"the story went wrong: `{command}` ended with exit code {done.returncode}",
            "please report it, with what it printed",
        )
