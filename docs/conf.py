"""How the pages are built: Sphinx over Markdown, formulas as MathML, nothing from a network."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.application import Sphinx

import calibrate as cal

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "docs"))
SAMPLE_RUN = ROOT / "build" / "pages" / "sample-run"
"""A real run on the sample leads; the built site holds it, report and all."""
GALLERY = SAMPLE_RUN.parent / "gallery"
"""The plots of the gallery, drawn by the lines that its page shows."""

project = "calibrate"
author = "the calibrate authors"
version = release = cal.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "numpydoc"]
exclude_patterns: list[str] = []
default_role = "code"
nitpicky = False

myst_enable_extensions = ["amsmath", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
suppress_warnings: list[str] = []

autodoc_typehints = "none"  # the docstrings say the types, in words where words are better
autodoc_preserve_defaults = True
autodoc_member_order = "bysource"
numpydoc_show_class_members = False

html_theme = "furo"
html_title = f"calibrate {release}"
html_show_sphinx = False
html_show_copyright = False
html_copy_source = False
html_extra_path = [str(SAMPLE_RUN.parent)]
html_math_renderer = "mathml"
highlight_language = "none"


def setup(app: Sphinx) -> dict[str, Any]:
    """Run the sample, draw the gallery, and render formulas as MathML, which browsers read."""
    from gallery import draw_gallery

    app.add_html_math_renderer(
        "mathml", inline_renderers=(_inline, None), block_renderers=(_block, None)
    )
    leads, spec = ROOT / "data" / "leads.csv", ROOT / "data" / "spec.yaml"
    cal.calibrate(leads, spec).save(SAMPLE_RUN)
    draw_gallery(GALLERY)
    return {"parallel_read_safe": True}


def _inline(writer: Any, node: nodes.math) -> None:
    writer.body.append(tex2mathml(node.astext()))
    raise nodes.SkipNode


def _block(writer: Any, node: nodes.math_block) -> None:
    writer.body.append(f'<div class="math">{tex2mathml(node.astext(), as_block=True)}</div>')
    raise nodes.SkipNode
