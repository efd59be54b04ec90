"""The spec that goes with the sample: what an analyst would declare about these tables."""

from typing import Final

from calibrate.sample import truth

SPEC: Final = f"""\
# What the analyst declares about the sample leads.
schema: calibrate/spec/1

leads: {{id: lead_id, created: created_at}}
outcome: {{closed: converted_at}}      # a lead with a date here has closed
window_days: {truth.WINDOW_DAYS}                      # days a lead is given to close
as_of: {truth.AS_OF.isoformat()}                    # the day the tables were taken

events:                              # what leads did, as seen some days after they came
  path: events.csv
  score_after_days: {truth.LANDMARK_DAYS}

missing:                             # texts that mean: nobody filled this in
  - Select                           # the untouched drop-down of the form
  - "999"                            # company age, not known
exclude:
  - {truth.LEAK}          # filled in after the deal: known too late to score with
min_leads: 10                        # smaller levels are pooled into (other)

attributes:
  lead_source:       {{group: other}}
  campaign:          {{group: other}}
  search_term:       {{group: other}}
  landing_variant:   {{group: other}}
  industry:          {{group: firmographic}}
  country:           {{group: firmographic}}
  company_size:      {{group: firmographic}}
  employees:         {{group: firmographic, unit: people}}
  company_age_years: {{group: firmographic, unit: years}}
  open_jobs:         {{group: firmographic, unit: jobs}}
  job_title:         {{group: demographic}}
  seniority:         {{group: demographic}}
  email_type:        {{group: spam}}
  phone_given:       {{group: demographic}}
  budget:            {{group: budget}}
  authority:         {{group: authority}}
  need:              {{group: need}}
  timing:            {{group: timing}}
  pages_viewed:      {{group: behaviour, unit: pages}}
  browser:           {{group: other}}
  newsletter_box:    {{group: email}}
  form_seconds:      {{group: behaviour, unit: seconds}}
  ad_cost:           {{group: other, unit: EUR}}
  distance_km:       {{group: other, unit: km}}
  assigned_team:     {{group: other}}

threshold: lowest_customer
"""
"""Text of spec.yaml."""
