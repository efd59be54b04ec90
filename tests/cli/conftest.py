"""A terminal for the command to write on."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import termios
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.starting import Starter

OnATerminal = Callable[..., str]


@pytest.fixture(scope="session")
def on_a_terminal(starter: Starter) -> OnATerminal:
    """Run the command with a terminal for its output, and give what the terminal got."""

    def run(*arguments: str, folder: Path, width: int = 80, **environment: str) -> str:
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, width, 0, 0))
        given = {"TERM": "xterm", "COLUMNS": None, "NO_COLOR": None} | environment
        with Path(os.devnull).open() as nothing:
            starter.start(arguments, folder, [nothing.fileno(), theirs, theirs], **given)
        os.close(theirs)
        text = b"".join(_pieces(ours)).decode("utf-8")
        os.close(ours)
        assert starter.ended() == 0, text
        return text.replace("\r\n", "\n")

    return run


def _pieces(terminal: int) -> Iterator[bytes]:
    while True:
        try:
            piece = os.read(terminal, 65536)
        except OSError:  # Linux says so when the other side has closed
            return
        if not piece:
            return
        yield piece
