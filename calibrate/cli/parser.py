"""A parser that complains in our words, and names what is near to what was mistyped."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from typing import Any, NoReturn


class Parser(argparse.ArgumentParser):
    """Options are written in full, and examples stand at the end of the help.

    Attributes
    ----------
    commands : dict of str to Parser
        Of the command line's own parser: those of its commands.
    """

    def __init__(self, **rest: Any) -> None:
        shape = {"formatter_class": argparse.RawDescriptionHelpFormatter, "allow_abbrev": False}
        super().__init__(**{**shape, **rest})
        self.commands: dict[str, Parser] = {}

    def error(self, message: str) -> NoReturn:
        """Say how the command is used and what is wrong, and stop."""
        from calibrate.present.terminal import paragraph

        said = "\n".join(paragraph(f"{self.prog}: {message}", together=True))
        self.exit(2, f"{self.format_usage()}{said}\n")

    def refuse_unknown(self, arguments: Sequence[str]) -> None:
        """Stop at an option that there is not, before anything is said of what lacks."""
        known = [name for name in self._option_string_actions if name.startswith("--")]
        for one in arguments:
            name = one.partition("=")[0]
            if one == "--":
                return
            # To argparse an argument with a space in it is a text, whatever it begins with.
            if one.startswith("--") and " " not in one and name not in known:
                others = [other for other in known if other != "--help"]
                self.error(f"no option `{name}`; {self._near(name, others)}")

    def refuse_command(self, name: str, known: Sequence[str]) -> NoReturn:
        """Stop at a command that there is not."""
        self.error(f"no command `{name}`; {self._near(name, known)}")

    def _near(self, name: str, known: Sequence[str]) -> str:
        from calibrate.errors import near_names

        # A beginning is nearer than anything that only looks alike.
        near = tuple(one for one in known if one.startswith(name)) or near_names(name, known)
        named = " or ".join(f"`{one}`" for one in near[:3])
        return f"did you mean {named}?" if near else f"see `{self.prog} --help`."


def one_of(known: Sequence[str]) -> Callable[[str], str]:
    """Give the type of an argument that is one of several words."""

    def chosen(text: str) -> str:
        if text not in known:
            from calibrate.errors import did_you_mean

            raise argparse.ArgumentTypeError(f"no `{text}`; {did_you_mean(text, known)}")
        return text

    return chosen


def examples(*lines: str) -> str:
    """Give the end of a help text."""
    return "\n".join(["examples:", *(f"  {line}" for line in lines)])
