"""Follow every link inside the built site: ``python docs/links.py build/site``.

The exit code is 1 where a page, a picture or a heading is not there, or where a page would load
anything from a network.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


@dataclass(slots=True)
class Page(HTMLParser):
    """What a page has to be linked to, and what it links to and loads."""

    anchors: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super(Page, self).__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the names and the links of an element."""
        told = dict(attrs)
        self.anchors |= {told[name] or "" for name in ("id", "name") if name in told}
        if tag == "a":
            self.links.append(told.get("href") or "")
        else:
            self.loads += [told[name] or "" for name in ("href", "src") if name in told]


def broken(site: Path) -> list[str]:
    """Give the links that lead nowhere, one line each."""
    pages = {path: read(path) for path in sorted(site.rglob("*.html"))}
    return [
        f"{path.relative_to(site)}: {link}"
        for path, page in pages.items()
        for link in (*page.links, *page.loads)
        if not _holds(link, path, pages, loaded=link in page.loads)
    ]


def read(path: Path) -> Page:
    """Read the links of a page."""
    page = Page()
    page.feed(path.read_text("utf-8"))
    return page


def _holds(link: str, path: Path, pages: dict[Path, Page], *, loaded: bool) -> bool:
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return parts.scheme == "data" or not loaded
    target = (path.parent / unquote(parts.path)).resolve() if parts.path else path.resolve()
    if target.is_dir():
        target /= "index.html"
    found = {one.resolve(): page for one, page in pages.items()}.get(target)
    if not parts.fragment or found is None:
        return target.exists()
    return unquote(parts.fragment) in found.anchors


if __name__ == "__main__":
    faults = broken(Path(sys.argv[1]))
    print("\n".join(faults) or "every link leads somewhere")
    raise SystemExit(bool(faults))
