"""Starts of the command that share what takes longest: the reading of its modules.

A process of its own reads them once. Whenever it is asked, it makes a copy of itself, which is
given the arguments, the folder, the environment and the three files of whoever asks, and becomes
``python -m calibrate`` there. Every command still has a process of its own, its own files and its
own exit code, and inherits nothing from the commands before it.

It cannot show that a command imports all that it uses: see `tests/cli/test_json.py`, where each
command begins in a process that is new.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import pkgutil
import runpy
import socket
import struct
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_LONGEST = 120
"""Seconds that a command may take."""
_LENGTH = struct.Struct("!q")
_THEIRS = (
    "duckdb matplotlib.backends.backend_svg pyarrow.csv pyarrow.dataset pyarrow.parquet"
    " rich.console rich.progress scipy.optimize scipy.special scipy.stats xlsxwriter"
).split()
"""What the commands import inside of functions."""
_NOT_OURS = ("calibrate.__main__", "calibrate.estimator")


class Starter:
    """Starts the command, again and again, in processes that are copies of one."""

    def __init__(self) -> None:
        self._line, theirs = socket.socketpair()
        self._line.settimeout(_LONGEST)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, __file__, str(theirs.fileno())],
                env={**os.environ, "PYTHONHASHSEED": "0", "PYTHONUTF8": "1"},
                pass_fds=[theirs.fileno()],
            )

    def start(
        self,
        arguments: Sequence[str],
        folder: Path,
        files: Sequence[int],
        **environment: str | None,
    ) -> None:
        """Start a command whose input, output and error output are these three files.

        What the environment has beside that of the tests is named; None takes a name away.
        """
        named = {**os.environ, **environment}
        ask = {
            "arguments": list(arguments),
            "folder": str(folder),
            "environment": {name: one for name, one in named.items() if one is not None},
        }
        text = json.dumps(ask).encode()
        socket.send_fds(self._line, [_LENGTH.pack(len(text))], list(files))
        self._line.sendall(text)

    def ended(self) -> int:
        """Wait for the command to end, and give its exit code."""
        (code,) = _LENGTH.unpack(_exactly(self._line, _LENGTH.size))
        return int(code)

    def close(self) -> None:
        """Start no more."""
        self._line.close()
        self._process.wait()


def _exactly(line: socket.socket, size: int) -> bytes:
    found = b""
    while len(found) < size:
        piece = line.recv(size - len(found))
        if not piece:
            raise EOFError("the process that starts commands has ended")
        found += piece
    return found


def _read_modules() -> None:
    import calibrate

    ours = [one.name for one in pkgutil.walk_packages(calibrate.__path__, "calibrate.")]
    for name in (*_THEIRS, *(one for one in ours if one not in _NOT_OURS)):
        importlib.import_module(name)


def _serve(line: socket.socket) -> list[str]:
    """Answer until nobody asks; in a copy, give the arguments of the command it is to be."""
    while True:
        head, files, *_ = socket.recv_fds(line, _LENGTH.size, 3)
        if not head:
            sys.exit()
        (size,) = _LENGTH.unpack(head)
        ask = json.loads(_exactly(line, size))
        copy = os.fork()
        if not copy:
            line.close()
            return _become(ask, files)
        for one in files:
            os.close(one)
        _, status = os.waitpid(copy, 0)
        line.sendall(_LENGTH.pack(os.waitstatus_to_exitcode(status)))


def _become(ask: dict[str, Any], files: Sequence[int]) -> list[str]:
    for place, one in enumerate(files):
        os.dup2(one, place)
        os.close(one)
    os.chdir(ask["folder"])
    os.environ.clear()
    os.environ.update(ask["environment"])
    return list(ask["arguments"])


def _run() -> int:
    """Run the command as a new process would, and say with which exit code it ends."""
    code = 1
    try:
        runpy.run_module("calibrate", run_name="__main__", alter_sys=True)
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    return code


if __name__ == "__main__":
    sys.path[0] = ""  # as `python -m` has it
    _read_modules()
    gc.freeze()  # a copy that looks through the modules would have to write on their pages
    sys.argv[1:] = _serve(socket.socket(fileno=int(sys.argv[1])))
    os._exit(_run())  # taking down what was read would take longer than most commands
