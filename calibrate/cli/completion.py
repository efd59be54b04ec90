"""``calibrate completion``: a script that completes commands, options and files in a shell."""

from __future__ import annotations

import argparse

from calibrate.cli.parser import examples, one_of

_SHELLS = ("bash", "zsh", "fish")
_FILES = ("FILE", "LEADS", "CARD", "OLD", "NEW")
_FOLDERS = ("FOLDER",)


def add(parser: argparse.ArgumentParser) -> None:
    """Take the shell."""
    parser.description = "Print a script with which your shell completes commands and files."
    parser.epilog = examples(
        'eval "$(calibrate completion bash)"                        in ~/.bashrc',
        'calibrate completion zsh > "${fpath[1]}/_calibrate"',
        "calibrate completion fish > ~/.config/fish/completions/calibrate.fish",
    )
    parser.add_argument("shell", type=one_of(_SHELLS), choices=_SHELLS)


def run(options: argparse.Namespace) -> None:
    """Print the script."""
    import shtab

    from calibrate.cli import command_parser

    parser = command_parser()
    for command in parser.commands.values():
        for action in command._actions:
            # What a word stands for is told by the word the help has for it.
            if action.metavar in _FILES:
                vars(action)["complete"] = shtab.FILE
            elif action.metavar in _FOLDERS:
                vars(action)["complete"] = shtab.DIRECTORY
    print(shtab.complete(parser, shell=options.shell))
