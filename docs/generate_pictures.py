"""Write docs/pictures/*.svg: a real terminal, in which the program runs against its sandbox.

`python docs/generate_pictures.py [NAME…]` draws all, or those named. Each picture keeps what it
shows as its description; `tests/e2e/test_pictures.py` compares that with the program of now.
"""

from __future__ import annotations

import os
import re
import sys
import time
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pexpect
import pyte
from terminal_svg import Frame, draw_lines, recording, still, text_of

from mfa_session.sandbox.sandbox import ACCOUNT, Stage

if TYPE_CHECKING:
    from collections.abc import Callable

PICTURES = Path(__file__).with_name("pictures")
PROMPT = "$ "
ROLE = "arn:aws:iam::444455556666:role/Books"
LIMIT_SECONDS = 60
TYPING_SECONDS, READING_SECONDS, END_SECONDS = 0.05, 1.6, 5.0
POLICY = """\
{
  "Version": "2012-10-17",
  "Statement": [{
    "Sid": "StopOnlyWithMFA",
    "Effect": "Deny",
    "Action": "ec2:StopInstances",
    "Resource": "*",
    "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}}
  }]
}
"""


class Scene(NamedTuple):
    """A picture: its title, what is done in the terminal, and the terminal's size."""

    title: str
    act: Callable[[Player], None]
    columns: int = 96
    rows: int = 24
    is_recording: bool = False


class Player:
    """A person at a terminal of the stage; each thing that shows becomes a frame."""

    def __init__(self, stage: Stage, columns: int, rows: int) -> None:
        """Start a shell in the stage's home."""
        self.stage = stage
        self.frames: list[Frame] = []
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.Stream(self.screen)
        environ = {**stage.environ(os.environ), "PS1": PROMPT, "TERM": "xterm-256color"}
        environ |= {"PYTHONWARNINGS": "ignore", "LC_ALL": "C.UTF-8"}
        environ |= {  # an empty keyring, as a desktop has
            "PYTHON_KEYRING_BACKEND": "file_keyring.FileKeyring",
            "PYTHONPATH": str(PICTURES.parents[1] / "tests" / "fakes"),
            "FILE_KEYRING": str(stage.home / "keyring.json"),
        }
        environ.pop("PROMPT_COMMAND", None)
        self._tty = pexpect.spawn(
            "bash",
            ["--norc", "--noprofile"],
            env=environ,
            cwd=str(stage.home),
            encoding="utf-8",
            timeout=LIMIT_SECONDS,
            dimensions=(rows, columns),
        )
        self._tty.delaybeforesend = None
        self._tty.sendline("bind 'set enable-bracketed-paste off'; echo re''ady; clear")
        self._tty.expect_exact("ready")
        self.wait_for(PROMPT)

    def run(self, command: str) -> None:
        """Type a command and wait for its end."""
        self.type(command)
        self.wait_for(PROMPT)
        self.read()

    def type(self, text: str, *, shown: bool = True) -> None:
        """Type a line, letter by letter where it shows."""
        for letter in text if shown else ():
            self._tty.send(letter)
            self.wait_for(letter)
            self.frame(TYPING_SECONDS)
        if not shown:
            self._tty.send(text)
            self.wait_for("*" * len(text))
            self.frame(READING_SECONDS / 2)
        self.frame(READING_SECONDS / 4)
        self._tty.sendline()

    def wait_for(self, text: str) -> None:
        """Wait until a text has come, and show what came up to it."""
        self._tty.expect_exact(text)
        self.show(self._tty.before + self._tty.after)

    def show(self, text: str) -> None:
        """Show a text, as the terminal does."""
        self._stream.feed(text.replace(str(self.stage.home), "/home/carol"))

    def code(self) -> str:
        """Return the phone's next code, and let its window be a new one for the next."""
        code: str = self.stage.phone.code()
        return code

    def read(self, seconds: float = READING_SECONDS) -> None:
        """Look at what is there."""
        self.frame(seconds)

    def frame(self, seconds: float) -> None:
        """Show the screen for so long."""
        self.frames.append(Frame(draw_lines(self.screen), seconds))

    def close(self) -> None:
        """Leave the shell."""
        self._tty.close(force=True)


def login(player: Player) -> None:
    """Be denied, log in, and do it."""
    stop = f"aws ec2 stop-instances --instance-ids {player.stage.instance}"
    player.run(stop)
    player.type("mfa-session login")
    player.wait_for("(session mfa): ")
    player.read(READING_SECONDS / 2)
    player.type(player.code(), shown=False)
    player.wait_for(PROMPT)
    player.read()
    player.run(f"{stop} --profile mfa --output text")
    player.run("mfa-session status")


def status(player: Player) -> None:
    """Show sessions: ours, a role, another tool's, an expired one."""
    prepare(player, f"mfa-session login --token-code {player.code()} 2>/dev/null")
    login_role = f"mfa-session login --profile books --role-arn {ROLE} 2>/dev/null"
    prepare(player, f"{login_role}; {FOREIGN}")
    player.run("mfa-session status")


FOREIGN = (
    "printf '%s\\n' '' '[saml]' 'aws_access_key_id = ASIAEXAMPLEEXAMPLE12' "
    "'aws_secret_access_key = x' 'aws_session_token = y' "
    "'x_security_token_expires = 2026-01-01T00:00:00+00:00' >> .aws/credentials"
)


def guard(player: Player) -> None:
    """Be asked before an instance is terminated."""
    prepare(player, "alias aws='mfa-session guard -- aws'; mkdir -p .config/mfa-session")
    prepare(player, "printf '[guard]\\nconfirm = true\\n' > .config/mfa-session/config.toml")
    player.type(f"aws ec2 terminate-instances --instance-ids {player.stage.instance} --output text")
    player.wait_for("(session mfa): ")
    player.type(player.code(), shown=False)
    player.wait_for("[y/N] ")
    player.type("y")
    player.wait_for(PROMPT)
    player.read()


def policy_lint(player: Player) -> None:
    """Find the mistake that most policies make."""
    (player.stage.home / "policy.json").write_text(POLICY, encoding="utf-8")
    player.run("mfa-session policy lint policy.json")


def configure(player: Player) -> None:
    """Answer the questions of `configure`."""
    player.type("mfa-session configure")
    for question in ("[mfa]: ", "[12h]: ", "[auto]: "):
        player.wait_for(question)
        player.type("")
    player.wait_for("[y/N] ")
    player.type("n")
    player.wait_for("[Y/n] ")
    player.type("y")
    player.wait_for("(session mfa): ")
    player.type(player.code(), shown=False)
    player.wait_for(PROMPT)
    player.read()


def enrol(player: Player) -> None:
    """Show a new device to a phone."""
    player.type("mfa-session device enroll carol-tablet --no-keyring --qr")
    player.wait_for("press Enter: ")
    player.read()


def prepare(player: Player, command: str) -> None:
    """Run a command that the picture does not show."""
    player.run(command)
    player.screen.reset()
    player.show(PROMPT)
    player.frames.clear()


SCENES = {
    "login": Scene(
        "A denied call, mfa-session login, the call allowed", login, rows=26, is_recording=True
    ),
    "status": Scene("mfa-session status", status, columns=112, rows=8),
    "guard": Scene("The guard before aws ec2 terminate-instances", guard, rows=16),
    "policy-lint": Scene("mfa-session policy lint", policy_lint, columns=112, rows=16),
    "configure": Scene("mfa-session configure", configure, rows=30),
    "enrol": Scene("mfa-session device enroll --no-keyring --qr", enrol, columns=72, rows=30),
}


def play(scene: Scene) -> tuple[str, str]:
    """Return a scene's picture and what it shows."""
    sys.path.append(str(PICTURES.parents[1] / "tests"))
    from full_sandbox import FullSandbox  # noqa: PLC0415  # carol enrols a device, unlike in the demo

    with Stage(FullSandbox()) as stage:
        furnish(stage)
        player = Player(stage, scene.columns, scene.rows)
        try:
            scene.act(player)
            shown = text_of(player.screen)
            if scene.is_recording:
                frames = [frame for frame in player.frames if frame.seconds]
                frames.append(frames.pop()._replace(seconds=END_SECONDS))
                svg = recording(frames, scene.title, shown, scene.columns)
            else:
                lines = draw_lines(player.screen)
                while not lines[-1]:
                    lines = lines[:-1]
                svg = still(lines, scene.title, shown, scene.columns)
        finally:
            player.close()
        return svg, shown


def furnish(stage: Stage) -> None:
    """Let carol manage her devices, and take a role with MFA."""
    carol = stage.sandbox.directory.users[ACCOUNT, "carol"]
    own = {"Effect": "Allow", "Action": "iam:*MFADevice*", "Resource": "*"}
    stage.sandbox.attach_policy(
        carol,
        stage.sandbox.create_policy("devices", {"Version": "2012-10-17", "Statement": [own]}),
    )
    trust = {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::123456789012:user/carol"},
        "Action": "sts:AssumeRole",
        "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
    }
    document = {"Version": "2012-10-17", "Statement": [trust]}
    stage.sandbox.create_role("Books", account="444455556666", trust=document)


def description(svg: str) -> str:
    """Return what a picture shows, as it says itself."""
    return unescape(svg.partition('<desc id="desc">')[2].partition("</desc>")[0])


def comparable(shown: str) -> str:
    """Return the text of a picture without times, ids, keys and line ends, which always differ."""
    shown = re.sub(r"\s+", "", shown)
    shown = re.sub(r"[█▀▄]+", "QR", shown)
    shown = re.sub(r"i-[0-9a-f]{17}", "i-…", shown)
    shown = re.sub(r"Key:[A-Z2-7]{64}", "Key:…", shown)
    shown = re.sub(r"failuremessage:[\w=]+", "failuremessage:…", shown)
    clock = r"(?:[0-9]{4}-[0-9]{2}-[0-9]{2})?[0-9]{1,2}:[0-9]{2}"  # a date if not today
    return re.sub(clock + "|[0-9]+h([0-9]+m)?", "TIME", shown)


def main(names: list[str]) -> None:
    """Draw the pictures of these names, or all."""
    PICTURES.mkdir(exist_ok=True)
    for name in names or SCENES:
        began = time.monotonic()
        svg, _ = play(SCENES[name])
        path = PICTURES / f"{name}.svg"
        path.write_text(svg, encoding="utf-8")
        sys.stdout.write(f"wrote {path}: {len(svg)} bytes, {time.monotonic() - began:.1f} s\n")


if __name__ == "__main__":
    main(sys.argv[1:])
