"""What the exports of well-known CRMs call things, and which of their fields know the deal."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fnmatch import translate
from functools import cache

from calibrate.levels import fold

ENOUGH = 3
"""From this many headers on that only one CRM has, a table is taken for an export of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """A column with the day of the deal.

    Attributes
    ----------
    column : str
        Its name in plain letters.
    unless : str
        A column beside which it is the day that is planned.
    """

    column: str
    unless: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """A column whose values say what became of a lead.

    Attributes
    ----------
    column : str
        Its name in plain letters.
    customer, lost : tuple of str
        How its values begin that mean one or the other.
    others_are_lost : bool
        Whether every other value means that the lead is no customer so far.
    """

    column: str
    customer: tuple[str, ...]
    lost: tuple[str, ...] = ()
    others_are_lost: bool = False

    def values(self, texts: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Give the texts of the column that mean customer, and those that mean lost."""
        there = list(texts)
        customer = tuple(text for text in there if _means(text, self.customer))
        rest = [text for text in there if text not in customer]
        return customer, tuple(
            text for text in rest if self.others_are_lost or _means(text, self.lost)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """The headers of one CRM, in plain letters; ``*`` stands for anything.

    Attributes
    ----------
    name : str
        As the spec has it.
    crm : str
        As people have it.
    telling : tuple of str
        Headers that no other tables have.
    id, created : tuple of str
        What names a lead and says when it came, best first.
    outcome : tuple of Closed or Status
        What says who became a customer, best first.
    after : tuple of str
        Fields that are filled in, or go on changing, after the deal.
    own : tuple of str
        Fields of the system: they say nothing of another lead.
    """

    name: str
    crm: str
    telling: tuple[str, ...]
    id: tuple[str, ...]
    created: tuple[str, ...]
    outcome: tuple[Closed | Status, ...]
    after: tuple[str, ...]
    own: tuple[str, ...]

    def tells(self, names: Iterable[str]) -> list[str]:
        """Give the names of columns that only this CRM has."""
        return _alike(names, self.telling)

    def known_after(self, names: Iterable[str]) -> list[str]:
        """Give the names of columns that know of the deal."""
        outcome = tuple(one.column for one in self.outcome)
        return _alike(names, (*self.after, *outcome))

    def its_own(self, names: Iterable[str]) -> list[str]:
        """Give the names of the columns that the system keeps for itself."""
        return _alike(names, self.own)


_STAGES = (("closed won", "closedwon"), ("closed lost", "closedlost", "closed-lost"))
HUBSPOT = Preset(
    name="hubspot",
    crm="HubSpot",
    telling=tuple(
        "hs_* hubspot_* hub_spot_* lifecycle_stage lifecyclestage became_a_*_date "
        "became_an_*_date original_source_drill_down_* original_traffic_source* "
        "latest_traffic_source* marketing_contact_status associated_company* associated_contact* "
        "associated_deal* recent_deal_amount recent_deal_close_date days_to_close contact_owner "
        "contact_unworked first_conversion* recent_conversion* number_of_form_submissions "
        "number_of_unique_forms_submitted number_of_pageviews number_of_sessions "
        "time_first_seen time_last_seen date_entered_* cumulative_time_in_* latest_time_in_* "
        "deal_probability is_deal_closed forecast_amount num_associated_* notes_last_updated "
        "dealstage dealname closed_lost_reason closed_won_reason".split()
    ),
    id=tuple("record_id hs_object_id contact_id deal_id".split()),
    created=tuple("create_date createdate became_a_lead_date hs_createdate".split()),
    outcome=(
        Closed(column="became_a_customer_date"),
        Status(column="deal_stage", customer=_STAGES[0], lost=_STAGES[1]),
        Status(column="dealstage", customer=_STAGES[0], lost=_STAGES[1]),
        Closed(column="close_date", unless="deal_stage"),
        Closed(column="closedate", unless="dealstage"),
        Status(column="lifecycle_stage", customer=("customer", "evangelist"), others_are_lost=True),
        Status(column="lifecyclestage", customer=("customer", "evangelist"), others_are_lost=True),
    ),
    after=tuple(
        "became_an_opportunity_date became_an_evangelist_date became_a_sales_qualified_lead_date "
        "became_a_marketing_qualified_lead_date became_an_other_lifecycle_date days_to_close "
        "recent_deal_amount recent_deal_close_date first_deal_created_date associated_deal* "
        "number_of_associated_deals num_associated_deals total_revenue amount "
        "amount_in_company_currency annual_contract_value total_contract_value "
        "annual_recurring_revenue monthly_recurring_revenue closed_* is_closed_* is_deal_closed "
        "deal_probability forecast_* weighted_amount lead_status hs_lead_status date_entered_* "
        "date_exited_* *time_in_* last_activity_date last_contacted last_modified_date "
        "last_engagement* last_logged* last_meeting* next_activity_date number_of_sales_activities "
        "number_of_times_contacted notes_last_updated notes_last_contacted num_notes".split()
    ),
    own=tuple(
        "hs_object_id associated_company_id* associated_contact_id* associated_company "
        "associated_contact associated_contacts deal_name dealname *owner_id created_by_user_id "
        "updated_by_user_id merged_* ip_address twitter_username linked_in_*".split()
    ),
)

SALESFORCE = Preset(
    name="salesforce",
    crm="Salesforce",
    telling=tuple(
        "company_account lead_owner *unread_by_owner unread_by_lead_owner converted_account_id "
        "converted_contact_id converted_opportunity_id opportunity_owner opportunity_name "
        "opportunity_record_type owner_role system_modstamp last_modified_by_id master_record_id "
        "record_type_id forecast_category forecast_category_name fiscal_period stage_name "
        "primary_campaign_source has_opportunity_line_item has_open_activity "
        "has_overdue_task".split()
    ),
    id=tuple("lead_id opportunity_id id record_id".split()),
    created=tuple("created_date create_date".split()),
    outcome=(
        Closed(column="converted_date"),
        Status(column="stage", customer=_STAGES[0], lost=_STAGES[1]),
        Status(column="stage_name", customer=_STAGES[0], lost=_STAGES[1]),
        Status(column="converted", customer=("1", "true", "yes"), lost=("0", "false", "no")),
        Status(column="is_converted", customer=("1", "true", "yes"), lost=("0", "false", "no")),
    ),
    after=tuple(
        "converted_* opportunity_amount amount amount_* expected_revenue close_date closed won "
        "is_closed is_won probability probability_* forecast_category forecast_category_name "
        "fiscal_period fiscal_year fiscal_quarter fiscal age loss_reason lost_reason "
        "closed_lost_reason status lead_status stage_duration last_modified_date last_activity "
        "last_activity_date last_stage_change_date last_viewed_date last_referenced_date "
        "has_opportunity_line_item push_count next_step".split()
    ),
    own=tuple(
        "id owner_id created_by_id created_by created_alias last_modified_by "
        "last_modified_by_id system_modstamp "
        "master_record_id is_deleted photo_url account_id contact_id campaign_id "
        "*unread_by_owner unread_by_lead_owner opportunity_name contact_name".split()
    ),
)

PIPEDRIVE = Preset(
    name="pipedrive",
    crm="Pipedrive",
    telling=tuple(
        "deal_deal_created *won_time *lost_time *deal_closed_on deal_lost_reason "
        "deal_expected_close_date *last_stage_change *weighted_value *currency_of_value "
        "*done_activities *activities_to_do *total_activities *email_messages_count "
        "*last_email_received *last_email_sent deal_update_time deal_visible_to deal_pipeline "
        "deal_contact_person".split()
    ),
    id=tuple("deal_id id lead_id".split()),
    created=tuple("deal_deal_created deal_created lead_lead_created lead_created".split()),
    outcome=(
        Closed(column="deal_won_time"),
        Closed(column="won_time"),
        Status(column="deal_status", customer=("won",), lost=("lost",)),
        Status(column="status", customer=("won",), lost=("lost",)),
    ),
    after=tuple(
        "*lost_reason *lost_time *deal_closed_on deal_stage stage *last_stage_change *probability "
        "deal_value value *weighted_value* *expected_close_date *update_time *last_activity_date "
        "*next_activity_date *total_activities *done_activities *activities_to_do "
        "*email_messages_count *last_email_received *last_email_sent *product_amount "
        "*product_quantity *won_deals *lost_deals *open_deals *closed_deals".split()
    ),
    own=tuple(
        "deal_title lead_title title *visible_to *creator *contact_person person_name "
        "person_email* person_phone* "
        "organization_name organization_address* deal_organization *archive_time".split()
    ),
)

ZOHO = Preset(
    name="zoho",
    crm="Zoho",
    telling=tuple(
        "lead_owner lead_owner_id deal_owner_id contact_owner_id lead_conversion_time "
        "converted_date_time converted_account converted_deal converted_contact modified_time "
        "last_activity_time change_log_time unsubscribed_mode unsubscribed_time secondary_email "
        "most_recent_visit first_page_visited average_time_spent_minutes number_of_chats "
        "visitor_score reason_for_loss* sales_cycle_duration overall_sales_duration "
        "closing_date record_image record_status".split()
    ),
    id=tuple("record_id lead_id deal_id".split()),
    created=("created_time",),
    outcome=(
        Closed(column="converted_date_time"),
        Status(column="stage", customer=_STAGES[0], lost=_STAGES[1]),
        Status(
            column="lead_status",
            customer=("converted",),
            lost=("lost lead", "junk lead", "not qualified"),
        ),
    ),
    after=tuple(
        "reason_for_loss* is_converted converted_* lead_conversion_time sales_cycle_duration "
        "overall_sales_duration closing_date amount expected_revenue probability probability_* "
        "forecast_category* stage_modified_time modified_time last_activity_time "
        "change_log_time".split()
    ),
    own=tuple(
        "lead_owner_id deal_owner_id contact_owner_id created_by* modified_by* secondary_email "
        "lead_name deal_name contact_name* account_name_id skype_id twitter record_image "
        "record_status connected_to* layout* locked".split()
    ),
)

PRESETS = (HUBSPOT, SALESFORCE, PIPEDRIVE, ZOHO)


def find_preset(names: Iterable[str], declared: str | None = None) -> Preset | None:
    """Take the preset that is declared, or the one whose headers a table has.

    Parameters
    ----------
    names : iterable of str
        The table's columns.
    declared : str, optional
        Name of a preset, or ``none``.

    Returns
    -------
    Preset or None
        None too when two of them fit equally well.

    Examples
    --------
    >>> headers = ["Record ID", "Lifecycle Stage", "Contact owner", "Became a Customer Date"]
    >>> find_preset(headers).crm
    'HubSpot'
    >>> find_preset(["lead_id", "created_at", "stage"]), find_preset(headers, "none")
    (None, None)
    """
    if declared is not None:
        return next((one for one in PRESETS if one.name == declared), None)
    there = list(names)
    counts = [len(one.tells(there)) for one in PRESETS]
    most = max(counts)
    if most < ENOUGH or counts.count(most) > 1:
        return None
    return PRESETS[counts.index(most)]


def plain_name(name: str) -> str:
    """Bring the name of a column to plain letters.

    Examples
    --------
    >>> plain_name("Deal - Won time"), plain_name("IsConverted")
    ('deal_won_time', 'is_converted')
    """
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)
    return re.sub(r"[^a-z0-9]+", "_", spaced.lower()).strip("_")


def _alike(names: Iterable[str], patterns: tuple[str, ...]) -> list[str]:
    matches = _matcher(patterns)
    return [name for name in names if matches(plain_name(name))]


@cache
def _matcher(patterns: tuple[str, ...]) -> Callable[[str], re.Match[str] | None]:
    return re.compile("|".join(map(translate, patterns))).match


def _means(text: str, beginnings: tuple[str, ...]) -> bool:
    """Whether a value is one of these, or one of them with a pipeline's name behind it."""
    value = fold(text)
    return any(value == one or value.startswith((f"{one} (", f"{one} to ")) for one in beginnings)
