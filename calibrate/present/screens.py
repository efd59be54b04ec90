"""One screen of a longer text."""

from __future__ import annotations

from calibrate.present.terminal import clean, shorten

LINES = 40
"""On a screen."""
WIDTH = 120
"""Letters of a line on a screen."""


def one_screen(text: str) -> str:
    r"""Keep the lines that fit on a screen, and say how many more there are.

    Examples
    --------
    >>> one_screen("a\nb")
    'a\nb'
    >>> print(one_screen("\n".join(["line"] * 60)).splitlines()[-1])
    … 21 more lines: `print` shows them
    """
    lines = [shorten(clean(line), WIDTH) for line in text.splitlines()]
    if len(lines) <= LINES:
        return "\n".join(lines)
    kept = lines[: LINES - 1]
    return "\n".join([*kept, f"… {len(lines) - len(kept)} more lines: `print` shows them"])
