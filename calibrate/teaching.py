"""What every card is taught from: counts, screening, bands, evidence, in that order."""

from __future__ import annotations

from calibrate.counts import Counts, count, refine
from calibrate.evidence import Evidence, weigh
from calibrate.leads import Leads
from calibrate.screening import screen


def teach(leads: Leads) -> tuple[Counts, Evidence]:
    """Count, screen, cut bands by the outcome where an attribute has passed, and weigh.

    Parameters
    ----------
    leads : Leads
        With the settings of their spec.

    Returns
    -------
    counts : Counts
        On the final levels.
    evidence : Evidence
    """
    settings = leads.spec.points
    counts = count(leads)
    screening = screen(counts, q_max=settings.q_max)
    counts = refine(
        leads,
        counts,
        screening.selected,
        alpha=settings.band_alpha,
        max_bands=settings.max_bands,
    )
    return counts, weigh(counts, screening)
