"""What every answer carries and no log line may carry: headers, a number for our records, masks, plain words."""

import io
import json
import logging
import re
import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection, connections
from django.test import Client

from cmo_portal.logs import USER, masked, request_id
from tests.conftest import admin_cursor

CNIC, IBAN = "31111-1234567-1", "PK36SCBL0000001123456702"
PAGES = ("/", "/repertoire/", "/account/login/", "/no-such-page/")


@pytest.fixture
def log_lines() -> Any:
    """The lines that the console handler of the settings writes, as objects."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(settings.LOGGING["formatters"]["json"]["()"]())
    logger = logging.getLogger("test.responses")
    logger.addHandler(handler)
    logger.propagate = False

    def lines() -> list[dict[str, Any]]:
        return [json.loads(line) for line in stream.getvalue().splitlines()]

    yield logger, lines
    logger.removeHandler(handler)


@pytest.mark.django_db
@pytest.mark.parametrize("address", PAGES)
def test_every_page_has_the_strict_policy_and_nothing_inline(address: str) -> None:
    answer = Client().get(address)
    policy = answer.headers["Content-Security-Policy"]
    for rule in (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "frame-ancestors 'none'",
        "object-src 'none'",
    ):
        assert rule in policy
    assert "unsafe" not in policy and "*" not in policy
    page = answer.content.decode()
    assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>|\son\w+=|\sstyle=|javascript:", page)
    assert not re.search(r"(?:src|href)=\"https?://(?!testserver)", page)


@pytest.mark.django_db
def test_every_page_has_the_other_safe_headers() -> None:
    answer = Client().get("/repertoire/")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"


@pytest.mark.django_db
def test_pages_of_signed_in_people_are_kept_by_nobody(staff: Any, sign_in: Any) -> None:
    assert sign_in(staff("finance")).get("/staff/")["Cache-Control"] == "no-store"


@pytest.mark.django_db
def test_an_answer_carries_its_number_and_keeps_a_well_formed_one_of_the_proxy() -> None:
    client = Client()
    first, second = client.get("/")["X-Request-Id"], client.get("/")["X-Request-Id"]
    assert re.fullmatch(r"[0-9a-f]{16}", first) and first != second
    assert client.get("/", headers={"X-Request-Id": "proxy-1234-abcd"})["X-Request-Id"] == "proxy-1234-abcd"
    for wrong in ("short", "x" * 65, "a b c d e f g h", "12345678\r\nSet-Cookie: a=b"):
        assert client.get("/", headers={"X-Request-Id": wrong})["X-Request-Id"] != wrong
    assert request_id.get() == "-"


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "ur"])
def test_a_page_that_is_not_there_says_so_in_the_language_of_the_reader(language: str) -> None:
    client = Client()
    client.cookies["django_language"] = language
    answer = client.get("/no-such-page/")
    assert answer.status_code == 404
    assert f'lang="{language}"' in answer.content.decode()


@pytest.mark.django_db
def test_the_language_switch_stays_on_the_page_and_leads_nowhere_else() -> None:
    client = Client()
    answer = client.post("/language/setlang/", {"language": "ur", "next": "/repertoire/?q=disco"})
    assert answer["Location"] == "/repertoire/?q=disco"
    assert 'dir="rtl"' in client.get("/repertoire/").content.decode()
    away = client.post("/language/setlang/", {"language": "en", "next": "https://evil.example/"})
    assert not away["Location"].startswith("https://evil")


def test_a_log_line_is_json_with_the_number_of_its_request(log_lines: Any) -> None:
    logger, lines = log_lines
    token = request_id.set("abc-12345678")
    try:
        logger.warning("the file %s was refused", "list.csv")
    finally:
        request_id.reset(token)
    assert lines()[0]["message"] == "the file list.csv was refused"
    assert (lines()[0]["request_id"], lines()[0]["level"]) == ("abc-12345678", "WARNING")


@pytest.mark.parametrize(
    "arguments",
    [
        (f"number {CNIC} was given twice",),
        ("number %s was given twice", CNIC),
        ("number %s was given twice", CNIC.replace("-", "")),
        ("account %s does not exist", IBAN),
        ("both: %(cnic)s %(iban)s", {"cnic": CNIC, "iban": IBAN}),
    ],
)
def test_a_log_line_never_shows_a_cnic_or_an_iban(arguments: tuple[Any, ...], log_lines: Any) -> None:
    logger, lines = log_lines
    logger.error(*arguments)
    written = json.dumps(lines())
    assert "[personal number]" in written
    for secret in (CNIC, CNIC.replace("-", ""), IBAN):
        assert secret not in written


def test_other_numbers_stay_readable_in_the_log() -> None:
    said = "work W0000012, T0345246801, job 1234567890123456, worker 21f35e@vm ready"
    assert masked(said) == said


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("to ali.khan+a@post.example.pk now", "to [e-mail address] now"),
        ("Error handling request /repertoire/?q=ali", "Error handling request /repertoire/"),
        ("Gone: /account/invitation/Zm9v-_x/", "Gone: /account/invitation/[secret]/"),
        ("/account/password/reset/key/1-abc/", "/account/password/reset/key/[secret]/"),
        ("/account/confirm-email/MQ:1x:y/", "/account/confirm-email/[secret]/"),
    ],
)
def test_a_log_line_shows_no_address_no_secret_link_and_no_query(said: str, written: str, log_lines: Any) -> None:
    logger, lines = log_lines
    logger.error("%s", said)
    assert lines()[0]["message"] == written


@pytest.mark.django_db
def test_a_traceback_in_the_log_shows_neither_the_refused_row_nor_what_a_library_attached(log_lines: Any) -> None:
    logger, lines = log_lines
    name = " ".join(["Ali", "Khan"])  # a traceback shows the lines of this test
    try:
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO jobs_job (kind, key, state) VALUES (%s, 'k', 'pending')", [name])
    except DatabaseError:
        logger.exception("refused", extra={"request": "GET /?q=ali", "data": {"args": CNIC}})
    written = json.dumps(lines())
    assert "not-null constraint" in written and "DETAIL: [left out]" in written
    assert name not in written and "q=ali" not in written and CNIC not in written


@pytest.mark.django_db
def test_the_line_on_a_page_that_is_not_there_knows_its_request_and_the_request_its_user(
    staff: Any, sign_in: Any, log_lines: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    logger, lines = log_lines
    monkeypatch.setattr(logging.getLogger("django.request"), "handlers", logger.handlers)
    user = staff("finance")
    answer = sign_in(user).get("/no-such-page/?q=ali")
    found = next(line for line in lines() if line["logger"] == "django.request")
    assert found["request_id"] == answer["X-Request-Id"]
    assert answer.wsgi_request.META[USER] == user.pk


def test_gunicorn_writes_one_line_for_a_request_without_its_query() -> None:
    code = (
        "import datetime as dt, types; from gunicorn.config import Config; from cmo_portal.web_log import WebLogger\n"
        "log = WebLogger(Config()); log.warning('Invalid request %s', '/x?q=ali')\n"
        "environ = {'REQUEST_METHOD': 'POST', 'PATH_INFO': '/staff/', 'QUERY_STRING': 'q=ali', 'portal.user': 7,"
        " 'portal.request_id': 'abc-12345678'}\n"
        "log.access(types.SimpleNamespace(status='302 Found'), None, environ, dt.timedelta(milliseconds=12))\n"
        "import warnings; warnings.warn('old ways'); raise ValueError('nobody catches this')"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=settings.BASE_DIR, capture_output=True, text=True)
    warned, served, old, uncaught = map(json.loads, done.stderr.splitlines())
    assert warned["message"] == "Invalid request /x"
    facts = {"method": "POST", "path": "/staff/", "status": 302, "milliseconds": 12, "user": 7}
    assert facts.items() <= served.items() and served["request_id"] == "abc-12345678"
    assert "old ways" in old["message"] and "nobody catches this" in uncaught["exc_info"]


@pytest.mark.django_db(transaction=True)
def test_while_postgresql_is_away_the_answer_is_503_with_a_number_and_then_all_is_well() -> None:
    name = connections["default"].settings_dict["NAME"]
    client = Client(raise_request_exception=False)
    assert client.get("/repertoire/").status_code == 200
    with admin_cursor() as cursor:
        cursor.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        try:
            answer = client.get("/repertoire/?q=disco")
            assert (answer.status_code, answer["Retry-After"]) == (503, "10")
            page = answer.content.decode()
            assert answer["X-Request-Id"] in page and "We are back in a moment" in page
            assert "psycopg" not in page and "Traceback" not in page and name not in page
            assert client.get("/healthz").status_code == 200
            assert client.get("/readyz").status_code == 503
        finally:
            cursor.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
    connection.close()
    assert client.get("/repertoire/?q=disco").status_code == 200
    assert client.get("/readyz").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_backend_that_was_ended_costs_at_most_one_answer() -> None:
    client = Client(raise_request_exception=False)
    client.get("/repertoire/?q=disco")
    with admin_cursor() as cursor:
        name = connections["default"].settings_dict["NAME"]
        cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
    codes = []
    for _ in range(3):
        codes.append(client.get("/repertoire/?q=disco").status_code)
        close_old_connections()  # as the server does after each request; the test client leaves it out
    assert codes == [503, 200, 200]


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/check/?number=%00a", "/check/%00abc/", "/apply/?tariff=%00"])
def test_a_nul_character_is_a_bad_request_and_no_error_of_ours(address: str) -> None:
    assert Client(raise_request_exception=False).get(address).status_code == 400
