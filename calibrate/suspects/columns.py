"""Which attributes are columns of a table."""

from __future__ import annotations

from calibrate.leads import Attribute, Leads


def own_columns(leads: Leads) -> list[Attribute]:
    """Give the attributes that are columns of a table, not made from one."""
    return [one for one in leads.attributes if one.recipe is None]
