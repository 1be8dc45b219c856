"""The real AWS CLI, imported once: each run is a fork with its own arguments and streams.

Two thirds of what a run costs are imports, and the tests run it two hundred times. `aws` and
`aws_completer` on PATH are then clients that hand their streams over and wait for the exit code.
Process group and terminal are not handed over; tests/e2e/test_credential_process.py and the
sandbox's tests execute the CLI.
"""

from __future__ import annotations

import ast
import gc
import os
import runpy
import signal
import socket
import subprocess
import sys
import sysconfig
import traceback
from importlib import import_module
from typing import TYPE_CHECKING, Any, NoReturn, cast

from cheap_clients import make_clients_cheap
from interpreter import open_stream

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CLIENT = """\
#!{python} -ISE
import os, sys
from _socket import socket
connection = socket(1, 1)
connection.connect({address!r})
request = repr((sys.argv, dict(os.environ), os.getcwd())).encode()
rights = b"".join(number.to_bytes(4, sys.byteorder) for number in range(3))
connection.sendmsg([b"%9d" % len(request)], [(1, 1, rights)])
connection.sendall(request)
os._exit(int(connection.recv(9) or b"70"))
"""
COMPLETER = "aws_completer"
CACHE = "~/.aws/cli/cache"  # the CLI expands it when it is imported
LOOK_SECONDS = 5.0


class PreloadedCli:
    """The process that holds the AWS CLI, and the folder with its clients."""

    def __init__(self, folder: Path) -> None:
        """Start the process; the first runs wait until it is ready."""
        address = str(folder / "socket")
        self.folder = folder / "bin"
        self.folder.mkdir()
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(address)
            listener.listen(64)
            self._server = subprocess.Popen(
                [sys.executable, __file__, str(os.getpid())],
                stdin=listener.fileno(),
                start_new_session=True,
            )
        for name in ("aws", COMPLETER):
            client = self.folder / name
            client.write_text(CLIENT.format(python=sys.executable, address=address))
            client.chmod(0o755)

    def stop(self) -> None:
        """End the process."""
        self._server.kill()
        self._server.wait()


def serve(listener: socket.socket, tests: int) -> None:
    """Run the AWS CLI in a fork for each connection, while the process of the tests lives."""
    run = _import_cli()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the forks
    gc.collect()
    gc.disable()  # a run ends before its garbage matters
    listener.settimeout(LOOK_SECONDS)
    while os.getppid() == tests:  # they may have been killed
        try:
            connection, _ = listener.accept()
        except TimeoutError:
            continue
        if os.fork() == 0:
            _answer(connection, run)
        connection.close()


def _import_cli() -> Callable[[], int]:
    """Import the AWS CLI and read the models that most runs need, which saves each 60 ms."""
    clidriver = import_module("awscli.clidriver")  # 500 ms, in this process only
    make_clients_cheap(clidriver.botocore.__name__, "sts", "ec2")
    clidriver.create_clidriver().session.get_component("data_loader").load_service_model(
        "ec2", "paginators-1"
    )
    import_module("awscli.completer")
    return cast("Callable[[], int]", clidriver.main)


def _answer(connection: socket.socket, run: Callable[[], int]) -> NoReturn:
    """Run the AWS CLI for the client, and send it the exit code."""
    code = 70
    try:
        _become(connection)
        code = _complete() if os.path.basename(sys.argv[0]) == COMPLETER else run()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    except BaseException:  # noqa: BLE001  # printed as an interpreter does
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        connection.sendall(b"%d" % code)
        os._exit(code)


def _complete() -> int:
    """Run the installed completer, which finds its modules imported."""
    path = os.path.join(sysconfig.get_path("scripts"), COMPLETER)
    runpy.run_path(path, run_name="__main__")
    return 0


def _become(connection: socket.socket) -> None:
    """Take the client's arguments, environment, folder and streams."""
    length, streams, _, _ = socket.recv_fds(connection, 9, 3)
    request = b""
    while len(request) < int(length):
        request += connection.recv(int(length) - len(request))
    sys.argv, environ, folder = ast.literal_eval(request.decode())
    set_at_import = {"AWS_DATA_PATH": os.environ["AWS_DATA_PATH"]}
    os.environ.clear()
    os.environ.update(environ | set_at_import)
    assumerole: Any = import_module("awscli.customizations.assumerole")
    assumerole.CACHE_DIR = os.path.expanduser(CACHE)
    os.chdir(folder)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    sys.stdin, sys.stdout, sys.stderr = map(open_stream, range(3), ("rb", "wb", "wb"))
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)


if __name__ == "__main__":
    serve(socket.socket(fileno=0), int(sys.argv[1]))
