"""What all pages share: templates, pictures, and a head that allows nothing from outside."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from functools import cache, wraps
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from calibrate.present import numbers
from calibrate.present.counted import all_leads_words
from calibrate.present.terminal import clean

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

_NO_BREAK = "\N{NO-BREAK SPACE}"
_WITHIN_NUMBERS = re.compile(r"(?<=\d) (?=\d{3}(?!\d)|%)")
_LEAVES_THE_BLOCK = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})


def render(template: str, *, script: str | None = None, **content: Any) -> str:
    """Make a page that needs nothing else.

    Parameters
    ----------
    template : str
        Its file; it extends ``page.html``.
    script : str, optional
        The file of the page's own script. Without one no script runs on it.
    **content
        What the template shows.

    Returns
    -------
    str
        HTML. By its policy the page loads nothing, and only our own style and script, known by
        their hashes, have a say: a script or style that came with a value has none.
    """
    from markupsafe import Markup

    style = _file("page.css")
    code = None if script is None else _file(script)
    page: str = (
        environment()
        .get_template(template)
        .render(
            policy=_policy(style, code),
            style=Markup(style),
            script=None if code is None else Markup(code),
            **content,
        )
    )
    return page


def pictured(plots: Mapping[str, str]) -> dict[str, str]:
    """Give SVG texts as they stand in the address of a picture, in which no script can run."""
    return {
        name: base64.b64encode(content.encode()).decode("ascii") for name, content in plots.items()
    }


def data_block(values: Any) -> Markup:
    r"""Write values for a page's script as JSON that no value can break out of.

    Examples
    --------
    >>> print(data_block({"level": "</script><b>"}))
    {"level":"\u003c/script\u003e\u003cb\u003e"}
    """
    from markupsafe import Markup

    text = json.dumps(values, separators=(",", ":"), allow_nan=False)
    return Markup(text.translate(_LEAVES_THE_BLOCK))


@cache
def environment() -> Environment:
    """Give the templates, with our ways of writing numbers and values."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("calibrate.present"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    in_words: dict[str, Callable[..., str]] = {
        "count": numbers.count_text,
        "percent": numbers.percent_text,
        "lift": numbers.lift_text,
        "share": numbers.share_text,
        "p": numbers.p_text,
        "ends": numbers.ends_text,
        "points": numbers.points_text,
        "within": numbers.within_text,
        "all_leads": all_leads_words,
    }
    environment.filters |= {name: _unbroken(write) for name, write in in_words.items()}
    environment.filters |= {"clean": clean, "prose": _prose}
    return environment


def _whole_numbers(text: str) -> str:
    return _WITHIN_NUMBERS.sub(_NO_BREAK, text)


def _unbroken(write: Callable[..., str]) -> Callable[..., str]:
    """Write numbers so that no line ends within one, nor before its sign."""

    @wraps(write)
    def written(*given: Any, **more: Any) -> str:
        return _whole_numbers(write(*given, **more))

    return written


def _prose(text: str) -> Markup:
    """Escape a remark, and set what stands between backticks as code."""
    from markupsafe import Markup, escape

    parts = [escape(part) for part in clean(text).split("`")]
    if len(parts) % 2 == 0:  # a backtick without its other: nothing is code
        return Markup("`").join(parts)
    return Markup("").join(
        # Code is copied, so it stays as it is.
        Markup("<code>{}</code>").format(part) if place % 2 else Markup(_whole_numbers(part))
        for place, part in enumerate(parts)
    )


def _file(name: str) -> str:
    return (files("calibrate.present") / "templates" / name).read_text(encoding="utf-8")


def _policy(style: str, script: str | None) -> str:
    parts = ["default-src 'none'", "img-src data:", f"style-src {_hash(style)}"]
    if script is not None:
        parts.append(f"script-src {_hash(script)}")
    return "; ".join([*parts, "base-uri 'none'", "form-action 'none'"])


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"
