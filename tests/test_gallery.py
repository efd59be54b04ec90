"""The gallery shows every plot there is, each with its line, its picture and one sentence."""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree

import pytest
from matplotlib import pyplot

from calibrate.present import (
    check_plots,
    comparison_plots,
    explained_plots,
    plots,
    timeline_plots,
    validation_plots,
)

DOCS = Path(__file__).parent.parent / "docs"
RESULTS = {
    "result": plots.PLOTS,
    "later": validation_plots.PLOTS,
    "moved": comparison_plots.PLOTS,
    "series": timeline_plots.PLOTS,
    "why": explained_plots.PLOTS,
    "looked": check_plots.PLOTS,
    "shortest": {"": plots.PARSIMONY["parsimony"]},
}
OF_ATTRIBUTES = {("result", "lead_source"), ("result", "pages_viewed"), ("series", "email_type")}
SMALL = """
```python
import calibrate as cal
result = cal.calibrate("data/leads.csv", {"only": ["lead_source"], "outcome": {"closed": \
"converted_at"}, "window_days": 90})
```

```python
result.plot("sweep")
```
"""


@pytest.fixture(name="gallery")
def _gallery(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(DOCS)
    return importlib.import_module("gallery")


def test_it_shows_every_plot_there_is_and_no_other(gallery: ModuleType) -> None:
    listed = [(one.of, one.name) for one in gallery.pictures()]
    there_are = {(of, name) for of, registry in RESULTS.items() for name in registry}
    assert sorted(listed) == sorted(there_are | OF_ATTRIBUTES)


def test_a_line_has_its_picture_in_words_and_one_sentence(gallery: ModuleType) -> None:
    found = re.findall(
        r"(?<=\n\n)([^\n]+(?:\n[^\n]+)*)\n\n```python\n([^\n]+\.plot\([^\n]*\)\n)```\n\n"
        r'<img src="gallery/([^"]+)" alt="([^"]+)">\n',
        gallery.PAGE.read_text("utf-8"),
    )
    pictures = gallery.pictures()
    assert [(line, file) for _, line, file, _ in found] == [
        (one.line, one.file) for one in pictures
    ]
    for says, line, _, alt in found:
        assert re.fullmatch(r"[^.]+(\.\d[^.]*)*\.", says), line
        assert re.fullmatch(r"[^.]{20,}\.", alt), line
    assert len({one.file for one in pictures}) == len(pictures)


def test_a_picture_is_what_its_line_draws(
    gallery: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, before = tmp_path / "page.md", pyplot.get_fignums()
    page.write_text(SMALL)
    monkeypatch.setattr(gallery, "PAGE", page)
    for folder in ("once", "again"):
        gallery.draw_gallery(tmp_path / folder)
    once, again = (tmp_path / folder / "result-sweep.svg" for folder in ("once", "again"))
    assert once.read_bytes() == again.read_bytes()
    assert "What a threshold keeps" in "".join(ElementTree.parse(once).getroot().itertext())
    assert pyplot.get_fignums() == before
