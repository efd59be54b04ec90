"""The report: what a run found, as one HTML file that people want to read.

One file a part: `page` puts them together.
"""

from calibrate.present.report.page import report_html, summary_html

__all__ = ["report_html", "summary_html"]
