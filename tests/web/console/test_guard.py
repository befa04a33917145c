"""What comes from elsewhere, what every answer carries, and what is said when something fails."""

from __future__ import annotations

import asyncio
import base64
import subprocess
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy.exc import OperationalError

from edi_gateway.cli.console_parts import serving
from edi_gateway.cli.context import Here
from edi_gateway.reports import people
from edi_gateway.web.console.app import create
from edi_gateway.web.console.rooms import SIGNED_IN, Call, Room
from edi_gateway.web.console.security.bounds import STRANGERS, Bounded
from edi_gateway.web.listener import CannotListen, Listener, Tls
from tests.web.console.browsing import PASSWORD, Site

NOT_OURS = "The change did not come from a page of this console."
OUT_OF_DATE = "The page was out of date: open it again, and repeat the change."


ELSEWHERE: list[dict[str, str]] = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://evil.test"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.test"},
    {},
]


def test_a_change_comes_from_our_own_page_with_the_token_of_its_session_or_is_not_made(site: Site) -> None:
    other = site.browser("ADMIN", name="bob").get("/users")
    browser = site.browser("ADMIN").get("/users")
    form = {"csrf": browser.csrf, "name": "mallory", "roles": "ADMIN"}
    ours: list[dict[str, str]] = [{"Sec-Fetch-Site": "same-origin"}, {"Origin": site.address}]
    tries = [(headers, form, NOT_OURS) for headers in ELSEWHERE] + [
        (ours[1], {**form, "csrf": token}, OUT_OF_DATE) for token in ("", "0" * 64, other.csrf)
    ]
    for headers, fields, why in tries:
        answer = browser.client.post("/users", data=fields, headers=headers)
        assert (answer.status_code, why in answer.text) == (403, True), headers
    assert "mallory" not in browser.get("/users").text
    for headers in ours:
        assert browser.client.post("/users", data=form, headers=headers).status_code == 200
        assert "mallory" in browser.get("/users").text
        browser.post("/users/remove", name="mallory")


def test_a_host_that_is_made_up_leads_nowhere_and_makes_nothing_ours(site: Site) -> None:
    """Neither a link nor a redirect is made of it, and a page elsewhere that came under it is no page of ours."""
    client = site.browser("ADMIN").get("/users").client
    for headers in ({"Host": "evil.test"}, {"X-Forwarded-Host": "evil.test"}):
        for path in ("/users", "/nothing", "/sign-in?next=/users", "/static/console.css"):
            answer = client.get(path, headers=headers, follow_redirects=False)
            assert "evil.test" not in answer.text + str(answer.headers), (path, headers)
    csrf = site.browser().sign_in("ann").get("/users").csrf
    came = {"Host": "evil.test", "Origin": site.address, "Sec-Fetch-Site": "same-origin"}
    answer = client.post("/users", data={"csrf": csrf, "name": "mallory", "roles": "ADMIN"}, headers=came)
    assert (answer.status_code, NOT_OURS in answer.text) == (403, True)


def test_every_answer_forbids_inline_script_frames_and_guessing_whatever_it_is(site: Site) -> None:
    client = site.browser("LEAD").client
    for path in ("/", "/sign-in", "/nothing", "/users", "/static/console.css", "/healthz", "/api/v1/me"):
        headers = client.get(path).headers
        policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
        assert policy["default-src"] == "'none'", path
        assert policy["script-src"] == policy["style-src"] == "'self'"
        assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
        assert (headers["x-content-type-options"], headers["referrer-policy"]) == ("nosniff", "same-origin")
        assert "strict-transport-security" not in headers  # it would mean nothing without TLS
        assert "server" not in headers
    assert client.get("/account").headers["cache-control"] == "no-store"


def test_cookies_are_for_this_host_over_tls_only_and_no_script_reads_them(site: Site, tmp_path: Path) -> None:
    certificate = _certificate(tmp_path / "tls.pem")
    site.hire("ann", "LEAD")
    with (
        Listener(site.console, host="127.0.0.1", port=0, tls=Tls(certificate), name="console") as listener,
        httpx.Client(base_url=f"https://127.0.0.1:{listener.port}", verify=False) as client,
    ):
        asked = client.get("/sign-in")
        assert asked.headers["strict-transport-security"] == "max-age=31536000"
        token = asked.text.split('X-CSRF-Token": "')[1].split('"')[0]
        entered = client.post(
            "/sign-in",
            data={"csrf": token, "name": "ann", "password": PASSWORD},
            headers={"Sec-Fetch-Site": "same-origin"},
        )
        (session,) = [c for c in entered.headers.get_list("set-cookie") if "session" in c]
        name, *attributes = session.split("; ")
        assert name.startswith("__Host-edi-session=")
        assert {a.lower() for a in attributes} == {"httponly", "path=/", "samesite=lax", "secure"}


def test_a_failure_is_told_without_its_inside_and_a_database_that_is_away_as_such(
    site: Site, capfd: pytest.CaptureFixture[str]
) -> None:
    room, errors = (
        Room(),
        [ValueError("secret"), OperationalError("SELECT secret", None, Exception("locked"))],
    )

    @room.page("/broken/{n}", may=SIGNED_IN)
    def broken(call: Call, n: int) -> None:
        raise errors[n]

    site.console.app.router.routes.append(room.routes[0])
    client = site.browser("LEAD").client
    found = [client.get(f"/broken/{n}") for n in (0, 1)]
    assert [answer.status_code for answer in found] == [500, 503]
    assert "Something went wrong inside the console; nothing was changed." in found[0].text
    assert "The database cannot be used at the moment; try again." in found[1].text
    assert not any("secret" in answer.text or "Traceback" in answer.text for answer in found)
    assert "ValueError" in capfd.readouterr().out  # the log has it


def test_what_was_typed_into_a_form_that_is_refused_stands_in_no_log(
    site: Site, capfd: pytest.CaptureFixture[str]
) -> None:
    browser = site.browser().get("/sign-in")
    assert browser.post("/sign-in", name="ann", password="hush " * 300).status == 422  # longer than any
    boss = site.browser("ADMIN").get("/users")
    boss.post("/users", name="hush", roles=["NONE"])
    assert "no such role" in boss.said
    boss.post("/users/tokens/revoke", token="hush")
    logged = capfd.readouterr().out
    assert "hush" not in logged
    assert [word for word in ("Refused", "RequestValidationError") if f"refused={word}" not in logged] == []


def test_the_word_of_a_proxy_counts_only_where_it_is_trusted(site: Site) -> None:
    forwarded = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}
    answer = site.browser().client.get("/sign-in", headers=forwarded)
    assert "strict-transport-security" not in answer.headers
    assert "__Host-" not in answer.headers["set-cookie"]
    trusting = create(replace(site.console.deps, trusted_proxies=("127.0.0.1",)))
    with Listener(trusting, host="127.0.0.1", port=0, name="console") as listener:
        client = httpx.Client(base_url=f"http://127.0.0.1:{listener.port}", headers=forwarded)
        answer = client.get("/sign-in")
        assert "strict-transport-security" in answer.headers
        assert "__Host-edi-door=" in answer.headers["set-cookie"]
        token = answer.text.split('X-CSRF-Token": "')[1].split('"')[0]
        client.cookies.set("__Host-edi-door", answer.headers["set-cookie"].split("=")[1].split(";")[0])
        site.hire("ann", "LEAD")
        form = {"csrf": token, "name": "ann", "password": PASSWORD}
        entered = client.post("/sign-in", data=form, headers={"Sec-Fetch-Site": "same-origin"})
        assert entered.status_code == 303, entered.text
        client.close()
    with site.here.reading() as conn:
        assert [row.address for row in people.sessions_of(conn, "ann", site.here.clock())] == ["203.0.113.9"]


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "edi.example"])
def test_no_password_crosses_the_network_in_clear(site: Site, host: str) -> None:
    config = site.here.home / "config.toml"
    config.write_text(
        config.read_text("utf-8").replace("[console]\n", f'[console]\nhost = "{host}"\n', 1), "utf-8"
    )
    with (
        closing(Here(site.here.home, "test")) as here,
        pytest.raises(CannotListen, match=r"passwords would cross the network .* tls_certificate_file"),
        serving(here, site.gateway, site.locks, 0),
    ):
        pass


def test_more_than_a_request_may_hold_is_not_read(site: Site) -> None:
    client = site.browser("LEAD").client
    assert client.post("/sign-in", content=b"x" * (STRANGERS + 1)).status_code == 413
    chunks = (b"x" * 4096 for _ in range(20))
    form = {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"}
    assert client.post("/sign-in", content=chunks, headers=form).status_code == 413
    assert client.post("/users", content=b"x" * (STRANGERS + 1)).status_code == 403  # as far as its guard


def test_a_body_that_hardly_comes_takes_nobodys_place() -> None:
    """A stranger who sends the head of a sign-in and then a byte now and then."""
    told: list[Any] = []

    async def trickle() -> dict[str, Any]:
        await asyncio.sleep(0.01)
        return {"type": "http.request", "body": b"a", "more_body": True}

    async def reads(scope: Any, receive: Any, send: Any) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def send(message: Any) -> None:
        told.append(message)

    scope = {"path": "/sign-in", "headers": [(b"content-length", b"6000")]}
    asyncio.run(asyncio.wait_for(Bounded(reads, 1 << 20, patience=0.1)(scope, trickle, send), 20))
    assert [message.get("status") for message in told] == [408, None]


def test_a_field_may_be_as_large_as_a_request(site: Site) -> None:
    """An import's file comes back with the form that imports what was previewed."""
    browser = site.browser("MASTER_DATA").get("/imports")
    rows = b"".join(b"SHOP-%06d,EA,9.25,USD,2026-01-01,MASS\n" % n for n in range(30_000))
    sent = base64.b64encode(b"sku,unit,price,currency,since,price_group\n" + rows).decode()
    assert len(sent) > 1 << 20
    browser.post("/imports", kind="nothing", name="p.csv", content=sent)
    assert browser.said.startswith("Importing was refused: there are only items,")


def test_numbers_are_told_on_this_machine_and_elsewhere_to_a_token_that_may_see_figures(site: Site) -> None:
    client = site.browser().client
    told = client.get("/metrics")
    assert told.headers["content-type"].startswith("text/plain; version=")
    assert "# TYPE edi_gateway_documents_total counter" in told.text
    elsewhere: list[dict[str, str]] = [{"X-Forwarded-For": "192.0.2.1"}, {"Host": "evil.test"}]
    for headers in elsewhere:
        assert client.get("/metrics", headers=headers).status_code == 401
        bearer = {"Authorization": f"Bearer {site.token(str(headers)[:20], 'AUDITOR')}"}
        assert client.get("/metrics", headers={**headers, **bearer}).status_code == 200


def test_what_monitoring_asks_is_answered_with_the_truth(site: Site) -> None:
    client = site.browser().client
    assert client.get("/healthz").json() == {"ok": True, "checks": {"database": "ok"}}
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json()["checks"]["worker"]) == (503, "none has ever run")
    with site.gateway:
        ready = client.get("/readyz")
        assert (ready.status_code, ready.json()) == (
            200, {"ok": True, "checks": {"database": "ok", "worker": "ok", "disk": "ok"}},
        )  # fmt: skip
    assert client.get("/readyz").json()["checks"]["worker"].startswith("silent since 2026-03-02 15:0")
    with site.here.engine.begin() as conn:
        conn.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    told = client.get("/healthz")
    assert (told.status_code, told.json()["ok"]) == (503, False)
    assert "db upgrade" in told.json()["checks"]["database"]


def _certificate(file: Path) -> Path:
    """A key and a certificate of its own for 127.0.0.1, in one file."""
    words = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=127.0.0.1"
    key, certificate = file.with_suffix(".key"), file.with_suffix(".crt")
    subprocess.run(
        ["openssl", *words.split(), "-keyout", key, "-out", certificate], check=True, capture_output=True
    )
    file.write_bytes(key.read_bytes() + certificate.read_bytes())
    return file
