"""The JSON API: as it describes itself, and nothing more, whatever it is asked."""

from __future__ import annotations

import itertools
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
from edi_gateway.commands.telling import messages
from edi_gateway.commands.watch import incidents
from edi_gateway.reports.book.cases import list_cases
from edi_gateway.reports.book.holds import list_holds
from edi_gateway.reports.book.orders import OrderFilter, list_orders
from edi_gateway.reports.traffic.documents import list_documents
from edi_gateway.reports.watch.messages import list_messages
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
    there, asked = ids_of(busy), itertools.count()
    walked = []
    for found in schema.get_all_operations():
        operation = found.ok()
        walked.append(f"{operation.method.upper()} {operation.path}")

        @settings(
            max_examples=3, deadline=None, database=None, derandomize=True,
            phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(case=operation.as_strategy())
        def attack(case: Any) -> None:
            if next(asked) % 2:  # half of them about what is there
                case.path_parameters.update(
                    {name: there[name] for name in case.path_parameters if name in there}
                )
            answer = case.call(headers=header)
            case.validate_response(answer, checks=CHECKS)
            leaked = [secret for secret in secrets if secret.encode() in answer.content]
            assert not leaked, (case.as_curl_command(), leaked)

        attack()
    assert {
        "GET /api/v1/cases",
        "GET /api/v1/orders/{order_id}",
        "POST /api/v1/cases/{case_id}/close",
        "GET /api/v1/figures/{name}/rows",
        "POST /api/v1/incidents/{incident_id}/close",
        "GET /api/v1/audit/proof",
    } <= set(walked)


def ids_of(site: Site) -> dict[str, Any]:
    """Something that is there for each name that stands in a path."""
    with site.here.desk("root") as desk:
        incident = incidents.open_by_hand(desk, "Labels are late", "")
        messages.send(desk, messages.Draft("edi@kestrelmoor.example", "Hello", "?", incident_id=incident))
    with site.here.reading() as conn:
        case = list_cases(conn)[0]
        return {
            "case_id": case.case_id,
            "fingerprint": case.fingerprint,
            "order_id": list_orders(conn, OrderFilter())[0].order_id,
            "hold_id": list_holds(conn)[0].hold_id,
            "document_id": list_documents(conn)[0].document_id,
            "incident_id": incident,
            "message_id": list_messages(conn)[0].message_id,
            "key": "message",
        }


def test_a_machine_leads_an_incident_reads_figures_with_their_rows_and_the_audit(busy: Site) -> None:
    with httpx.Client(
        base_url=busy.address + "/api/v1/",
        headers={"Authorization": f"Bearer {busy.token('pager', 'SUPERVISOR')}"},
    ) as api:
        opened = api.post("incidents", json={"title": "They are silent", "severity": "MINOR"}).json()[
            "incident"
        ]
        api.post("incidents", json={"title": "The disk", "severity": "URGENT"})
        ids = [row["title"] for row in api.get("incidents").json()]
        assert ids == ["The disk", "They are silent"]
        assert [row["title"] for row in api.get("incidents?limit=1&offset=1").json()] == ["They are silent"]
        path = f"incidents/{opened['id']}"
        api.post(f"{path}/notes", json={"text": "rang them"})
        stop = {"what": "set", "set_code": "850", "partner": "kestrelmoor", "why": "nonsense"}
        (off,) = api.post("switches/stop", json={**stop, "incident_id": opened["id"]}).json()
        assert (off["set_code"], off["by"], off["incident_id"]) == ("850", "pager (token)", opened["id"])
        assert api.post("switches/resume", json=stop).json() == []
        api.post(f"{path}/close", json={"root_cause": "partner data", "why": "they send again"})
        (over,) = api.get("incidents?over=true").json()
        assert (over["incident_id"], over["state"]) == (opened["id"], "CLOSED")
        notes = [note["text"] for note in api.get(path).json()["notes"]]
        assert "rang them" in notes
        assert "the set 850 of kestrelmoor stopped: nonsense" in notes

        span = {"since": "2026-03-01", "until": "2026-03-02"}
        figure = api.get("figures/exception-rate", params=span).json()["figure"]
        rows = api.get("figures/exception-rate/rows", params=span).json()
        assert len(rows) == figure["rows"] == 3  # orders: one with a wrong price, two beside a bad set
        some = [
            api.get("figures/exception-rate/rows", params={**span, "limit": 1, "offset": n}).json()
            for n in range(5)
        ]
        assert [row for page in some for row in page] == rows
        backwards = api.get("figures", params={"since": "2026-03-02", "until": "2026-03-01"})
        assert (backwards.status_code, list(backwards.json())) == (409, ["error"])

        told = api.get("audit", params={"by": "pager (token)", "limit": 2}).json()
        assert [row["action"] for row in told] == ["incident closed", "resumed"]
        older = api.get("audit", params={"by": "pager (token)", "limit": 1, "before": told[-1]["n"]}).json()
        assert [row["action"] for row in older] == ["stopped"]
        proof = api.get("audit/proof").json()
        assert (proof["broken_at"], proof["rows"]) == (None, api.get("audit?limit=1").json()[0]["n"])
        assert (
            api.get("documents?limit=1").json()
            != api.get(
                "documents",
                params={"limit": 1, "before": api.get("documents?limit=1").json()[0]["document_id"]},
            ).json()
        )


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


def test_a_machine_finds_a_document_by_its_words_and_sees_what_is_owed(busy: Site) -> None:
    with httpx.Client(
        base_url=busy.address + "/api/v1/",
        headers={"Authorization": f"Bearer {busy.token('finder', 'AUDITOR')}"},
    ) as api:
        found = api.get("search/documents", params={"po_number": "K7001014", "direction": "in"}).json()
        assert [(row["set_code"], row["state"]) for row in found["documents"]] == [("850", "REJECTED")]
        assert found["more"] is False
        assert api.get("search/documents", params={"text": "%"}).json()["documents"] == []
        (came,) = api.get("interchanges", params={"control": "113"}).json()
        assert (came["partner"], came["control"], came["sets"]) == ("kestrelmoor", "000000113", 3)
        assert "PO K7001004" in " ".join(row["what"] for row in api.get("acknowledgments/owed").json())
        gaps = api.get("ledger", params={"direction": "in", "faults": "true"}).json()
        assert next(gap for row in gaps for gap in row["gaps"]) == {"first": 105, "last": 112}


def test_the_description_names_each_operation_once_in_words_with_its_permission(site: Site) -> None:
    told = site.browser().client.get("/api/v1/openapi.json").json()
    found = [one for path in told["paths"].values() for one in path.values()]
    assert len({one["operationId"] for one in found}) == len(found) > 45
    assert [one["operationId"] for one in found if not one["summary"] or not one.get("x-permission")] == []
    incident = told["paths"]["/api/v1/incidents/{incident_id}"]["get"]
    assert (incident["operationId"], incident["x-permission"]) == ("incidents_one", "see incidents")
    assert incident["summary"] == "One with its timeline and the orders, cases and documents that it touches"


@pytest.mark.parametrize(
    ("path", "status"),
    [("cases/99999999999999999999", 422), ("cases/nought", 422), ("orders?limit=0", 422), ("nothing", 404),
     ("cases/1", 404)],
)  # fmt: skip
def test_what_is_not_there_or_not_understood_is_said_in_words(site: Site, path: str, status: int) -> None:
    header = {"Authorization": f"Bearer {site.token('reader', 'AUDITOR')}"}
    answer = site.browser().client.get(f"/api/v1/{path}", headers=header)
    assert (answer.status_code, list(answer.json())) == (status, ["error"])
