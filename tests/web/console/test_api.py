"""The JSON API: as it describes itself, and nothing more, whatever it is asked."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from edi_gateway.commands.desk import ROLES
from tests.web.console.browsing import Site

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]


def test_whatever_the_api_is_asked_it_answers_as_described_and_leaks_nothing(busy: Site) -> None:
    token = busy.token("attacker", *ROLES)
    header = {"Authorization": f"Bearer {token}"}
    schema = schemathesis.openapi.from_url(f"{busy.address}/api/v1/openapi.json")
    secrets = (str(busy.here.home), token, "Traceback", "argon2", "sqlalchemy", "edi_gateway/")
    walked = []
    for found in schema.get_all_operations():
        operation = found.ok()
        walked.append(f"{operation.method.upper()} {operation.path}")

        @settings(
            max_examples=5, deadline=None, database=None, derandomize=True,
            phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(case=operation.as_strategy())
        def attack(case: Any) -> None:
            answer = case.call(headers=header)
            case.validate_response(answer, checks=CHECKS)
            leaked = [secret for secret in secrets if secret.encode() in answer.content]
            assert not leaked, (case.as_curl_command(), leaked)

        attack()
    assert {
        "GET /api/v1/cases",
        "GET /api/v1/orders/{order_id}",
        "POST /api/v1/cases/{case_id}/close",
    } <= set(walked)


def test_a_machine_works_a_case_and_a_hold_by_the_same_commands_as_people(busy: Site) -> None:
    with httpx.Client(
        base_url=busy.address + "/api/v1/",
        headers={"Authorization": f"Bearer {busy.token('bridge', 'EDI_ANALYST', 'LEAD')}"},
    ) as api:
        (case,) = [case for case in api.get("cases").json() if case["code"] == "DATE_INVALID"]
        claimed = api.post(f"cases/{case['case_id']}/claim").json()
        assert claimed["case"]["owner"] == "bridge (token)"
        assert claimed["finding"]["code"] == "DATE_INVALID"
        wrong = api.post(f"cases/{case['case_id']}/close", json={"root_cause": "NONSENSE", "text": ""})
        assert (wrong.status_code, list(wrong.json())) == (409, ["error"])
        (hold,) = api.get("holds").json()
        assert (hold["po_number"], hold["code"]) == ("K7001004", "PRICE")
        released = api.post(
            f"holds/{hold['hold_id']}/release", json={"reason": "PRICE_ACCEPTED", "text": "agreed"}
        )
        assert (released.status_code, released.json()) == (200, [])
        order = api.get(f"orders/{hold['order_id']}").json()
        assert [(h["state"], h["released_by"]) for h in order["holds"]] == [("RELEASED", "bridge (token)")]
        document = api.get("documents", params={"set_code": "850", "direction": "in", "limit": 1}).json()[0]
        content = api.get(f"documents/{document['document_id']}/raw").content
        assert content.startswith(b"ST*850*")
        assert content.endswith(b"~")


@pytest.mark.parametrize(
    ("path", "status"),
    [("cases/99999999999999999999", 422), ("cases/nought", 422), ("orders?limit=0", 422), ("nothing", 404),
     ("cases/1", 404)],
)  # fmt: skip
def test_what_is_not_there_or_not_understood_is_said_in_words(site: Site, path: str, status: int) -> None:
    header = {"Authorization": f"Bearer {site.token('reader', 'AUDITOR')}"}
    answer = site.browser().client.get(f"/api/v1/{path}", headers=header)
    assert (answer.status_code, list(answer.json())) == (status, ["error"])
