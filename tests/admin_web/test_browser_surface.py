from __future__ import annotations

import asyncio
import re

import pytest

from admin_web.middlewares.headers import security_headers
from admin_web.settings import PortalSettings
from core.records.staff import Role
from tests.admin_web.browser import Browser, token_on
from tests.admin_web.world import PASSWORD, World


@pytest.mark.parametrize("path", ["/login", "/queue", "/nothing-here", "/static/nothing.css"])
async def test_every_answer_carries_the_security_headers(browser: Browser, path: str) -> None:
    answer = await browser.get(path)

    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer.headers["Server"] == "letsema"
    assert "X-Request-Id" in answer.headers


def test_https_is_insisted_on_outside_the_demo() -> None:
    assert security_headers(PortalSettings())["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains"
    assert "Strict-Transport-Security" not in security_headers(PortalSettings(secure_cookies=False))


def test_a_broken_policy_is_reported_where_the_operator_says() -> None:
    headers = security_headers(PortalSettings(report_url="https://reports.example/csp"))

    assert headers["Reporting-Endpoints"] == 'csp="https://reports.example/csp"'
    assert headers["Content-Security-Policy"].endswith("; report-to csp")


async def test_pages_are_not_kept_by_browsers_and_files_are(browser: Browser, world: World) -> None:
    await browser.sign_in(world.employ(Role.LOAN_OFFICER).email, PASSWORD)
    page = await browser.get("/queue")
    style = re.search(r'href="(/static/portal\.[0-9a-f]{12}\.css)"', page.text)

    assert page.headers["Cache-Control"] == "no-store"
    assert style is not None
    file = await browser.get(style[1])
    assert file.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert file.headers["Content-Encoding"] == "gzip"


async def test_the_first_visit_is_small(browser: Browser, world: World) -> None:
    page = (await browser.get("/login")).text
    files = re.findall(r'"(/static/[^"]+)"', page)
    sizes = [int((await browser.get(path)).headers["Content-Length"]) for path in files]

    assert len(sizes) <= 5
    assert sum(sizes) + len(page) <= 60_000
    assert max(sizes) <= 8_000


async def test_pages_are_compressed_and_no_two_carry_the_same_token(browser: Browser, world: World) -> None:
    """A secret that stays the same could be read off the lengths of compressed pages."""
    await browser.sign_in(world.employ(Role.LOAN_OFFICER).email, PASSWORD)
    first, second = [await browser.get("/queue", **{"Accept-Encoding": "gzip"}) for _ in range(2)]
    (session,) = world.sessions.values()

    assert first.headers["Content-Encoding"] == "gzip"
    assert token_on(first) != token_on(second)
    assert session.csrf_token not in first.text
    answer = await browser.send("POST", "/logout", fields={"form_token": token_on(first)})
    assert answer.status == 303


async def test_no_page_has_anything_inline(browser: Browser, world: World) -> None:
    await browser.sign_in(world.employ(Role.LOAN_OFFICER).email, PASSWORD)

    for path in ("/login", "/queue", "/nothing-here"):
        page = (await browser.get(path)).text
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|javascript:", page)


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_a_form_from_another_site_is_refused_even_with_the_token(browser: Browser, site: str) -> None:
    page = await browser.get("/login")
    token = token_on(page)

    answer = await browser.send(
        "POST", "/login", fields={"form_token": token, "email": "a", "password": "b"}, headers={"Sec-Fetch-Site": site}
    )

    assert answer.status == 403


@pytest.mark.parametrize(
    ("origin", "status"), [("http://evil.example", 403), ("null", 403), ("http://[", 403), ("own", 401)]
)
async def test_an_old_browser_is_judged_by_its_origin(browser: Browser, origin: str, status: int) -> None:
    page = await browser.get("/login")
    token = token_on(page)
    own = f"http://{browser.client.host}:{browser.client.port}"

    async with browser.client.post(
        "/login",
        data={"form_token": token, "email": "a@b.c", "password": "b"},
        headers={"Origin": own if origin == "own" else origin},
    ) as response:
        assert response.status == status


@pytest.mark.parametrize("token", [None, "", "wrong", "ä"])
async def test_an_unsafe_method_without_the_token_is_refused(browser: Browser, world: World, token: str | None) -> None:
    await browser.sign_in(world.employ(Role.LOAN_OFFICER).email, PASSWORD)

    answer = await browser.send("POST", "/logout", fields={} if token is None else {"form_token": token})

    assert answer.status == 403
    assert len(world.sessions) == 1


async def test_the_token_of_one_session_does_not_serve_another(browser: Browser, world: World) -> None:
    officer = world.employ(Role.LOAN_OFFICER)
    await browser.sign_in(officer.email, PASSWORD)
    page = await browser.get("/queue")
    old = token_on(page)
    await browser.post("/logout", seen_on="/queue")
    await browser.sign_in(officer.email, PASSWORD)

    assert (await browser.send("POST", "/logout", fields={"form_token": old})).status == 403


@pytest.mark.parametrize("secret", ["", "short", "0" * 64])
async def test_a_guest_token_needs_our_key(browser: Browser, secret: str) -> None:
    """Whoever plants a cookie of their own cannot make the token that belongs to it."""
    answer = await browser.send(
        "POST", "/login", fields={"form_token": secret}, headers={"Cookie": f"letsema-form={secret}"}
    )

    assert answer.status == 403


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE"])
async def test_other_methods_are_not_possible(browser: Browser, method: str) -> None:
    answer = await browser.send(method, "/login")

    assert answer.status == 405
    assert {each.strip() for each in answer.headers["Allow"].split(",")} == {"GET", "HEAD", "POST"}


async def test_a_body_larger_than_any_form_is_refused(browser: Browser) -> None:
    answer = await browser.send("POST", "/login", fields={"email": "x" * 70_000})

    assert answer.status == 413


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"form_token=\xff", {}, 400),
        (b"a=1", {"Content-Type": "application/x-www-form-urlencoded; charset=klingon"}, 400),
        (b"a=1", {"Content-Encoding": "gzip"}, 400),
        (b"no parts", {"Content-Type": "multipart/form-data; boundary=b"}, 403),
        (b"no boundary", {"Content-Type": "multipart/form-data"}, 403),
        (b"{}", {"Content-Type": "application/json"}, 403),
    ],
)
async def test_a_body_that_no_form_of_ours_sends_is_refused_and_no_accident(
    browser: Browser, body: bytes, headers: dict[str, str], status: int
) -> None:
    sent = {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"} | headers

    async with browser.client.post("/login", data=body, headers=sent) as answer:
        assert answer.status == status


async def test_a_page_that_is_not_there_says_so_inside_the_frame(browser: Browser, world: World) -> None:
    await browser.sign_in(world.employ(Role.LOAN_OFFICER).email, PASSWORD)

    answer = await browser.get("/nothing-here")

    assert answer.status == 404
    assert "Khotso Finance" in answer.text


@pytest.mark.parametrize(
    "path", ["/%5Cevil.example/a/b", "/%09/evil.example/a/b", "/%2F%2Fevil.example/a/b", "/x%0a/a/b"]
)
async def test_the_way_back_from_an_error_leads_to_no_other_site(browser: Browser, path: str) -> None:
    """A browser reads "/\\evil.example" as another host, and whoever follows a link trusts a page of ours."""
    answer = await browser.get(path)

    assert answer.status == 404
    assert '<a class="button" href="/">' in answer.text


async def test_a_request_that_names_no_page_is_refused_with_every_header(browser: Browser, world: World) -> None:
    await browser.sign_in(world.employ(Role.LOAN_OFFICER).email, PASSWORD)
    reader, writer = await asyncio.open_connection(browser.client.host, browser.client.port)
    cookie = f"letsema={browser.cookie('letsema')}"
    writer.write(f"OPTIONS * HTTP/1.1\r\nHost: x\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n".encode())

    answer = await reader.read()

    writer.close()
    assert answer.startswith(b"HTTP/1.1 404 ")
    assert b"Content-Security-Policy" in answer


async def test_an_accident_shows_an_id_and_nothing_else(
    browser: Browser, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def explode(*_: object, **__: object) -> None:
        raise RuntimeError("the secret of the house")

    await browser.sign_in(world.employ(Role.LOAN_OFFICER).email, PASSWORD)
    monkeypatch.setattr("tests.admin_web.lists.Lists.queue", explode)

    answer = await browser.get("/queue")

    assert answer.status == 500
    assert answer.headers["X-Request-Id"] in answer.text
    assert "secret of the house" not in answer.text
    assert answer.headers["Content-Security-Policy"]


async def test_a_district_that_is_down_is_named_as_the_cause(browser: Browser, world: World) -> None:
    await browser.sign_in(world.employ(Role.LOAN_OFFICER).email, PASSWORD)
    world.plane.down.add("LS-A")

    answer = await browser.get("/queue")

    assert answer.status == 503
    assert "do not answer just now" in answer.text
