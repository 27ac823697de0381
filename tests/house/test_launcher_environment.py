"""What the launcher installs, finds and hands on: lock files, virtual environment, browser, variables."""

import os
import re
import secrets
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cmo_portal.launcher import browser, management, testing, variables
from cmo_portal.launcher.console import LauncherError
from cmo_portal.launcher.data import DataFolder, fresh_secrets
from cmo_portal.launcher.preparation import remember_mode
from cmo_portal.launcher.venv import STAMP, Environment, digest_of, last_words
from tests.house.launcher_bed import OF_THE_TEST_RUN, ROOT, Bed, make_folder

PLAIN = ("-p", "no:django", "-p", "no:cacheprovider")
PIN = re.compile(r"^([a-z0-9._-]+)==([^\s;\\]+)", re.IGNORECASE | re.MULTILINE)


@pytest.fixture(autouse=True)
def as_at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away what the test run was given."""
    for name in OF_THE_TEST_RUN:
        monkeypatch.delenv(name, raising=False)


def pins(name: str) -> dict[str, str]:
    return {key.lower().replace("_", "-"): value for key, value in PIN.findall((ROOT / name).read_text())}


# --- lock files ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_package_is_pinned_with_hashes_and_no_address_is_named(name: str) -> None:
    text = (ROOT / name).read_text()
    entries = re.split(r"\n(?=\S)", text.strip())
    assert len(entries) > 50
    for entry in entries:
        assert PIN.match(entry), entry
        assert "--hash=sha256:" in entry, entry
    assert not re.search(r"https?:|--index|--find-links|file:", text)


def test_every_wanted_package_is_locked_at_the_wanted_version() -> None:
    for wish, lock in (("requirements.in", "requirements.txt"), ("requirements-dev.in", "requirements-dev.txt")):
        wanted = {
            re.sub(r"\[.*?\]", "", line.split(";")[0]).strip().lower()
            for line in (ROOT / wish).read_text().splitlines()
            if line.strip() and not line.startswith(("#", "-r"))
        }
        locked = {f"{package}=={version}" for package, version in pins(lock).items()}
        assert {item.replace("_", "-") for item in wanted} <= locked


def test_the_development_list_holds_the_runtime_list_with_the_same_pins() -> None:
    assert pins("requirements.txt").items() <= pins("requirements-dev.txt").items()


# --- virtual environment ------------------------------------------------------------------------------------


def test_a_stamped_environment_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_VENV", str(tmp_path / "venv"))
    monkeypatch.setenv("PATH", "")
    environment = Environment(ROOT)
    environment.python.parent.mkdir(parents=True)
    environment.python.symlink_to(sys.executable)
    (environment.folder / STAMP).write_text(f'{{"requirements.txt": "{digest_of(ROOT / "requirements.txt")}"}}')
    before = sorted(environment.folder.rglob("*"))
    environment.ensure()
    assert sorted(environment.folder.rglob("*")) == before


def test_a_python_without_venv_is_told_which_package_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = tmp_path / "python3"
    bare.write_text("#!/bin/sh\necho '/usr/bin/python3: No module named venv' >&2\nexit 1\n")
    bare.chmod(bare.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PORTAL_VENV", str(tmp_path / "venv"))
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    monkeypatch.setattr(sys, "executable", str(bare))
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(LauncherError, match="install the package python3-venv"):
        Environment(ROOT).ensure()


def test_lines_about_ignored_locations_do_not_hide_the_reason() -> None:
    said = "WARNING: Location 'x' is ignored: it is neither a file nor a directory.\nERROR: hash mismatch\n"
    assert last_words(said) == "  ERROR: hash mismatch"


def test_an_old_python_is_told_what_is_needed() -> None:
    code = (
        f"import sys; sys.version_info = (3, 8); sys.argv = ['portal', 'status']; exec(open({str(ROOT / 'portal')!r})"
    )
    code += ".read(), {'__name__': '__main__', '__file__': 'portal'})"
    done = subprocess.run(
        [sys.executable, "-c", code], env={"PATH": "", "PORTAL_NEWER_PYTHON": "x"}, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "Python 3.11 or newer is needed" in done.stderr


def test_the_launcher_imports_nothing_beyond_the_standard_library() -> None:
    code = (
        "import sys; sys.path.insert(0, '.'); import cmo_portal.launcher.cli; "
        "tops = {name.partition('.')[0] for name in sys.modules}; "
        "print(sorted(tops - set(sys.stdlib_module_names) - {'cmo_portal', '__main__', '__mp_main__'}))"
    )
    done = subprocess.run([sys.executable, "-S", "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr


# --- browser ------------------------------------------------------------------------------------------------


def put_program(folder: Path, name: str) -> str:
    folder.mkdir(exist_ok=True)
    program = folder / name
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    return str(program)


def test_the_browser_named_by_hand_comes_before_the_one_on_the_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_hand = put_program(tmp_path / "own", "my-chrome")
    on_path = put_program(tmp_path / "bin", "chromium")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("CHROME_PATH", by_hand)
    assert browser.find(tmp_path) == by_hand
    monkeypatch.setenv("CHROME_PATH", str(tmp_path / "not there"))
    assert browser.find(tmp_path) == on_path


def test_without_any_browser_the_whole_run_fails_clearly_and_never_skips(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CHROME_PATH", raising=False)
    assert browser.find(tmp_path) is None
    monkeypatch.setattr(Environment, "ensure", lambda self, **_: None)
    with pytest.raises(LauncherError, match="no browser for the tests"):
        testing.run_tests(ROOT, [])


# --- variables ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEBUG", "1"),
        ("DEMO_MODE", "true"),
        ("CMO_FAULT", "jobs.any:raise:1"),
        ("SECRET_KEY", "django-insecure-0123456789012345678901234567890123456789012345"),
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", ""),
        ("SECRET_KEY", "a" * 80),
        ("SECRET_KEY", "your-secret-key-here-change-it-before-you-go-to-production-please"),
        ("FIELD_KEYS", "1:changeme"),
        ("SIGNING_SEED", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="),
    ],
)
def test_up_refuses_debugging_demo_mode_and_default_secrets(name: str, value: str) -> None:
    bed = Bed(make_folder())
    try:
        done = bed.run("up", "--services-only", **{name: value})
        assert done.returncode == 1
        assert name in done.stderr
        assert len(value) < 10 or value not in done.stderr, "a secret is never shown"
        assert bed.processes() == {}
    finally:
        bed.clear()


@pytest.mark.parametrize(
    "value",
    [
        "your-secret-key-here-and-some-more-letters-to-be-long-enough",
        "change-this-to-a-long-random-string-0123456789-abcdefghijk",
        "please_change_me_please_1f8e2c4b6a9d0e7f3c5b8a1d2e4f6a7c9b",
        "insecure-1f8e2c4b6a9d0e7f3c5b8a1d2e4f6a7c9b0d3e5f7a8c",
        "an.example.of.a.key.0123456789.abcdefghijklmnopqrstuvwxyz",
        "secret-key-secret-key-secret-key-secret-key-secret-key-secret-key",
        "S3cr3t-Password-for-the-portal-of-our-society-in-Karachi-2026",
        "replace me with something random before real use, 50 chars",
        "abcdefghijklmnopqrstuvwxyz" * 2,
        "1234567890" * 6,
        "qwertyuiop-asdfghjkl-" * 3,
    ],
)
def test_a_placeholder_or_a_repeated_word_is_no_secret(value: str) -> None:
    assert variables.is_default_secret("SECRET_KEY", value)


def test_no_random_key_is_taken_for_a_placeholder() -> None:
    makers = (lambda: secrets.token_hex(32), lambda: secrets.token_urlsafe(48), lambda: fresh_secrets()["SECRET_KEY"])
    for _ in range(2000):
        for make in makers:
            assert not variables.is_default_secret("SECRET_KEY", make())
        for name in ("FIELD_KEYS", "BLIND_INDEX_KEY", "SIGNING_SEED"):
            assert not variables.is_default_secret(name, fresh_secrets()[name])


def test_generated_secrets_are_accepted_and_given_ones_win(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = DataFolder(tmp_path / "data").make()
    ours = variables.base(ROOT, data, address="http://127.0.0.1:8000", demo=False)
    for name in variables.KEYS:
        monkeypatch.setenv(name, ours[name])
    variables.refuse_careless_production()
    monkeypatch.setenv("SECRET_KEY", "another secret of a person, long enough for anybody 123")
    again = variables.base(ROOT, data, address="http://127.0.0.1:8000", demo=False)
    assert again["SECRET_KEY"].startswith("another secret")
    assert again["FIELD_KEYS"] == ours["FIELD_KEYS"]


def test_demo_mode_and_debug_reach_django_only_through_the_launcher(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEMO_MODE", "1")
    monkeypatch.setenv("DEBUG", "1")
    data = DataFolder(tmp_path / "data").make()
    real = variables.base(ROOT, data, address="https://portal.example", demo=False)
    assert "DEMO_MODE" not in real
    assert "DEBUG" not in real
    assert "portal.example" in real["ALLOWED_HOSTS"].split(",")
    assert variables.base(ROOT, data, address="http://127.0.0.1:8000", demo=True)["DEMO_MODE"] == "1"


def test_web_and_workers_do_not_get_the_owners_sign_in() -> None:
    given = {"DATABASE_URL": "app", "DATABASE_OWNER_URL": "owner"}
    assert variables.for_web_and_workers(given) == {"DATABASE_URL": "app"}


def test_a_folder_of_the_demo_is_never_used_for_real_and_the_other_way_round(tmp_path: Path) -> None:
    demo, real = DataFolder(tmp_path / "demo").make(), DataFolder(tmp_path / "real").make()
    remember_mode(demo, demo=True, address="a")
    remember_mode(real, demo=False, address="a")
    with pytest.raises(LauncherError, match="passwords are public"):
        remember_mode(demo, demo=False, address="a")
    with pytest.raises(LauncherError, match="holds real data"):
        remember_mode(real, demo=True, address="a")


def test_a_one_time_code_is_shown_in_the_demo_alone() -> None:
    bed = Bed(make_folder())
    try:
        done = bed.run("code", "staff@society.example")
        assert done.returncode == 1
        assert "demo" in done.stderr
    finally:
        bed.clear()


# --- the test command ---------------------------------------------------------------------------------------


SHARED = ("--dist", "worksteal")
MANY = str(testing.cores() + 2)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([], ["-n", MANY, *SHARED, "-m", "not long"]),
        (["tests/house"], ["-n", MANY, *SHARED, "-m", "not long", "tests/house"]),
        (["tests/conftest.py"], ["-n", "0", *SHARED, "-m", "not long", "tests/conftest.py"]),
        (["-n", "2", "-m", "browser"], [*SHARED, "-n", "2", "-m", "browser"]),
    ],
)
def test_the_test_command_fills_in_what_was_not_said(given: list[str], expected: list[str]) -> None:
    assert testing.pytest_arguments(ROOT, given, long=False) == expected


def test_long_runs_the_sweeps_too() -> None:
    assert testing.pytest_arguments(ROOT, ["-n0"], long=True) == [*SHARED, "-m", "long or not long", "-n0"]


def test_a_test_run_lies_in_memory_where_there_is_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    system = Path(tempfile.gettempdir())
    monkeypatch.setattr(testing, "MEMORY", tmp_path)
    for named, room, expected in (
        (None, testing.ROOM, tmp_path),
        (None, testing.ROOM - 1, system),
        (str(system), testing.ROOM, system),
    ):
        monkeypatch.setenv("TMPDIR", named) if named else monkeypatch.delenv("TMPDIR", raising=False)
        monkeypatch.setattr(testing, "room_in_memory", lambda room=room: room)
        assert testing.place_of_a_run() == expected
        assert expected in testing.places()


@pytest.mark.parametrize(
    ("folder", "told", "most"),
    [
        (".", "MemTotal:  9 kB\nMemAvailable:    4 kB\nBuffers:  1 kB\n", 2048),
        (".", f"MemAvailable: {2**50} kB\n", None),
        (".", "", 0),
        ("absent", "MemAvailable: 4 kB\n", 0),
    ],
)
def test_room_in_memory_is_what_the_folder_takes_and_the_machine_can_spare(
    folder: str, told: str, most: int | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = tmp_path / "meminfo"
    if told:
        info.write_text(told)
    monkeypatch.setattr(testing, "MEMORY", tmp_path / folder)
    monkeypatch.setattr(testing, "MEMORY_INFO", info)
    if most is None:
        assert 0 < testing.room_in_memory() <= shutil.disk_usage(tmp_path).total
    else:
        assert testing.room_in_memory() == most


@pytest.mark.parametrize(("body", "code"), [("assert True", 0), ("assert False", 1)])
def test_the_test_command_gives_back_the_exit_code_and_leaves_nothing(tmp_path: Path, body: str, code: int) -> None:
    temporary = make_folder()
    bed = Bed(temporary)
    inner = temporary / "test_inner.py"
    inner.write_text(f"import os\ndef test_it():\n    assert os.environ['DATABASE_OWNER_URL']\n    {body}\n")
    inner.chmod(0o644)
    try:
        done = bed.run("test", str(inner), "-n0", *PLAIN, TMPDIR=str(temporary))
        assert done.returncode == code, done.stdout + done.stderr
        assert not list(temporary.glob("portal-test-*"))
        assert bed.processes() == {}
    finally:
        bed.clear()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_test_run_leaves_nothing(sleeping_run: tuple[Bed, subprocess.Popen[str]], number: int) -> None:
    bed, child = sleeping_run
    bed.stop(child, number)
    assert child.returncode != 0
    assert bed.wait_until_quiet() == {}
    assert not list(bed.folder.glob("portal-test-*"))


def test_the_next_test_run_sweeps_what_a_killed_one_left(sleeping_run: tuple[Bed, subprocess.Popen[str]]) -> None:
    bed, child = sleeping_run
    child.kill()
    child.wait()
    left = set(bed.processes())
    assert left
    assert list(bed.folder.glob("portal-test-*"))
    quick = bed.run("test", str(bed.folder / "test_inner.py"), "-k", "nothing", *PLAIN, TMPDIR=str(bed.folder))
    assert quick.returncode == 5, "nothing was collected"
    assert not left & set(bed.processes())
    assert not list(bed.folder.glob("portal-test-*"))


@pytest.fixture
def sleeping_run() -> Iterator[tuple[Bed, subprocess.Popen[str]]]:
    """A test run whose only test has started and sleeps."""
    bed = Bed(make_folder())
    inner = bed.folder / "test_inner.py"
    inner.write_text("import pathlib, time\ndef test_it():\n    pathlib.Path(__file__).with_name('asleep').touch()\n")
    with inner.open("a") as handle:
        handle.write("    time.sleep(120)\n")
    child = bed.start("test", str(inner), "-n0", *PLAIN, TMPDIR=str(bed.folder))
    deadline = time.monotonic() + 60
    while not (bed.folder / "asleep").exists():
        assert child.poll() is None and time.monotonic() < deadline, child.communicate()[0]
        time.sleep(0.1)
    yield bed, child
    bed.clear()


def test_a_command_runs_in_the_folder_where_the_person_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write = "import pathlib; pathlib.Path('here').touch()"
    assert management.in_foreground([sys.executable, "-c", write], dict(os.environ)) == 0
    assert (tmp_path / "here").exists()
