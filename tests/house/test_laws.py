"""The laws of the house, held by machines: imports, style, types, migrations, sizes, names, money columns."""

import ast
import functools
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import DatabaseError, connection, models, transaction

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("cmo_portal", "members", "works", "licensing", "royalties")
STRICT = ("rules", "services", "queries", "formats")
LONGEST_FILE, LONGEST_FUNCTION = 420, 60
ESCAPES_ITSELF = ROOT / "cmo_portal/templatetags/portal.py"  # `sentence` escapes its template and each of its figures
NAMELESS = {"utils.py", "helpers.py", "misc.py", "manager.py", "common.py"}


def product_files() -> list[Path]:
    return [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py")) if "migrations" not in path.parts]


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_linter_finds_nothing() -> None:
    found = run("ruff", "check", ".", "--no-cache")
    assert found.returncode == 0, found.stdout


def test_the_types_of_rules_services_queries_and_formats_are_strict_and_right() -> None:
    found = run("mypy", *ROOMS, "--cache-dir", str(ROOT / ".mypy_cache"))
    assert found.returncode == 0, found.stdout[-6000:]


def test_arrows_between_rooms_point_downward() -> None:
    found = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stdout[-6000:]


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_every_text_has_its_urdu_translation() -> None:
    call_command("check_translations")


@functools.cache
def tree_of(path: Path) -> ast.Module:
    """A file is read once for all laws."""
    return ast.parse(path.read_text(encoding="utf-8"))


@functools.cache
def calls(path: Path) -> list[tuple[str, ast.Call]]:
    """Every call of a file, under the name it goes by."""
    return [(_name_of(node.func), node) for node in ast.walk(tree_of(path)) if isinstance(node, ast.Call)]


def _name_of(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return f"{function.value.id if isinstance(function.value, ast.Name) else '?'}.{function.attr}"
    return function.id if isinstance(function, ast.Name) else ""


def breaches(law: Callable[[Path], Iterator[str]], paths: Iterable[Path]) -> list[str]:
    """What breaks a law, with the file. One test asks all files: a test for each would take longer than its question."""
    return [f"{path.relative_to(ROOT)}: {fault}" for path in paths for fault in law(path)]


def test_a_file_stays_small_and_says_what_it_is_for() -> None:
    assert breaches(unwieldy, product_files()) == []


def unwieldy(path: Path) -> Iterator[str]:
    lines = path.read_text(encoding="utf-8").count("\n")
    if lines > LONGEST_FILE:
        yield f"has {lines} lines"
    if path.name in NAMELESS:
        yield "its name says nothing"
    tree = tree_of(path)
    if tree.body and not ast.get_docstring(tree):
        yield "a docstring opens every module"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            size = (node.end_lineno or node.lineno) - node.lineno + 1
            if size > LONGEST_FUNCTION:
                yield f"{node.name} has {size} lines"


CLOCKS = {
    "datetime.now",
    "date.today",
    "timezone.now",
    "timezone.localdate",
    "datetime.today",
    "clock.now",
    "clock.today",
    "time.time",
}


def test_the_clock_is_read_at_the_door_only() -> None:
    strict = [path for path in product_files() if set(path.parts) & set(STRICT)]
    assert breaches(reads_the_clock, strict) == []


def reads_the_clock(path: Path) -> Iterator[str]:
    for name, node in calls(path):
        if name in CLOCKS:
            yield f"line {node.lineno} reads the clock: {name}"


def test_no_user_made_dictionary_reaches_the_database_and_no_text_is_marked_safe() -> None:
    assert breaches(trusts_people, product_files()) == []


def trusts_people(path: Path) -> Iterator[str]:
    for name, node in calls(path):
        if name.rsplit(".", 1)[-1] == "mark_safe" and path != ESCAPES_ITSELF:
            yield f"line {node.lineno} marks a text safe"
        for keyword in node.keywords:
            spread = ast.unparse(keyword.value) if keyword.arg is None else ""
            if "request." in spread:
                yield f"line {node.lineno} spreads {spread}"


# What people read, and at which place of the call it stands.
TOLD = {"ValidationError": 0, "success": 1, "error": 1, "warning": 1, "info": 1, "add_error": 1}


def test_what_people_are_told_goes_through_gettext() -> None:
    assert breaches(tells_untranslated, product_files()) == []


def tells_untranslated(path: Path) -> Iterator[str]:
    for name, node in calls(path):
        what, asks = name.rsplit(".", 1)[-1], name.startswith(("messages.", "form.", "ValidationError"))
        if asks and what in TOLD and len(node.args) > TOLD[what]:
            text = node.args[TOLD[what]]
            if isinstance(text, ast.JoinedStr) or (isinstance(text, ast.Constant) and isinstance(text.value, str)):
                yield f"line {node.lineno} tells people an untranslated text"


def test_tasks_are_sent_by_the_outbox_alone() -> None:
    outbox = ROOT / "cmo_portal/jobs/services.py"
    assert breaches(sends_tasks, [path for path in product_files() if path != outbox]) == []
    assert breaches(sends_tasks, [outbox]) != []


def sends_tasks(path: Path) -> Iterator[str]:
    for name, node in calls(path):
        if name.rsplit(".", 1)[-1] in {"delay", "apply_async", "send_task"}:
            yield f"line {node.lineno}: {name}"


def test_whatever_answers_get_answers_head() -> None:
    assert breaches(forgets_head, product_files()) == []


def forgets_head(path: Path) -> Iterator[str]:
    for name, node in calls(path):
        if name.rsplit(".", 1)[-1] == "require_http_methods":
            known = ast.literal_eval(node.args[0])
            if ("GET" in known) != ("HEAD" in known):
                yield f"line {node.lineno}: {known}"
    if "require_GET" in path.read_text(encoding="utf-8"):
        yield "say require_safe"


def test_m22_no_column_of_any_table_is_a_float() -> None:
    floats = [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        if model._meta.app_label in {"members", "works", "licensing", "royalties", "jobs", "audit", "accounts"}
        for field in model._meta.get_fields()
        if isinstance(field, models.FloatField)
    ]
    assert floats == []


@pytest.mark.django_db
def test_m22_the_database_holds_no_float_column_either() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
            " AND data_type IN ('real', 'double precision', 'money')"
            " AND split_part(table_name, '_', 1) IN ('members', 'works', 'licensing', 'royalties', 'jobs', 'audit')"
        )
        assert cursor.fetchall() == []


@pytest.mark.django_db
def test_m28_no_view_hides_behind_its_owners_rights() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public'"
            " AND c.relkind IN ('v', 'm') AND NOT coalesce('security_invoker=true' = ANY (c.reloptions), false)"
        )
        assert cursor.fetchall() == []


@pytest.mark.django_db
def test_s59_the_application_owns_nothing_and_may_not_make_tables() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, rolsuper, rolbypassrls, rolcreatedb FROM pg_roles WHERE rolname = current_user"
        )
        assert cursor.fetchone() == ("cmo_app", False, False, False)
        cursor.execute(
            "SELECT count(*) FROM pg_class WHERE relowner = (SELECT oid FROM pg_roles WHERE rolname = current_user)"
        )
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT has_schema_privilege(current_user, 'public', 'CREATE')")
        assert cursor.fetchone() == (False,)


SHADOWED = """
    SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE n.nspname = 'public' AND p.prorettype = 'trigger'::regtype
        AND NOT coalesce(array_to_string(p.proconfig, ' ') LIKE '%search_path=public, pg_temp%', false)
"""


@pytest.mark.django_db
def test_no_trigger_can_be_shown_other_tables_of_the_same_name() -> None:
    """A temporary table would stand before the real one, for a function that looks along the caller's path."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_proc WHERE prorettype = 'trigger'::regtype")
        assert cursor.fetchone()[0] > 100
        cursor.execute(SHADOWED)
        assert cursor.fetchall() == []
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            cursor.execute("CREATE TEMP TABLE royalties_journal (LIKE royalties_journal)")


def test_every_security_definer_function_pins_its_search_path() -> None:
    for path in sorted(ROOT.glob("*/migrations/*.sql")):
        text = path.read_text(encoding="utf-8").upper()
        assert text.count("SECURITY DEFINER") <= text.count("SET SEARCH_PATH"), path.name
