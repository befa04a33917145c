"""What can be wrong in a profile that is well-formed: plain functions over the draft, all of them run.

Each takes the draft and what lies around it and yields findings; called by registry.check.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from edi_gateway.model.finding import Finding
from edi_gateway.partners.checks import as2, connection, documents, identity, policies, schedule
from edi_gateway.partners.checks.surroundings import Surroundings
from edi_gateway.partners.draft import Draft

Check = Callable[[Draft, Surroundings], Iterator[Finding]]

CHECKS: tuple[Check, ...] = (
    identity.key_is_the_folder_name,
    identity.text_empty,
    identity.qualifier_unknown,
    identity.identifier_malformed,
    identity.both_sides_alike,
    identity.address_used_twice,
    connection.folders_collide,
    connection.folder_shared_with_neighbour,
    connection.host_key_malformed,
    connection.no_way_to_log_in,
    connection.secret_in_the_file,
    connection.port_impossible,
    as2.identifier_unusable,
    as2.relation_used_twice,
    as2.url_unusable,
    as2.url_for_receipts_unusable,
    as2.receipts_contradict,
    as2.retry_impossible,
    as2.nothing_counts,
    as2.line_contradicts,
    schedule.zone_unknown,
    schedule.cron_impossible,
    schedule.window_impossible,
    schedule.silent_hour_impossible,
    schedule.interval_impossible,
    schedule.answer_deadline_impossible,
    schedule.working_days_impossible,
    schedule.holiday_malformed,
    documents.nothing_comes_in,
    documents.document_repeated,
    documents.document_without_mapping,
    documents.version_unreadable,
    documents.answer_without_document,
    documents.acknowledgment_listed,
    documents.delimiters_collide,
    documents.other_delimiters_collide,
    documents.file_unknown,
    documents.rule_wrong,
    policies.limit_negative,
    policies.blackout_unclear,
    policies.limit_empty,
    policies.code_unknown,
    policies.unit_alias_unknown,
    policies.chargeback_unknown,
    policies.chargeback_negative,
    policies.chargeback_switched_twice,
)

__all__ = ["CHECKS", "Check", "Surroundings"]
