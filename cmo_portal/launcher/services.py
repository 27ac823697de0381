"""The database and the broker of one instance: found where the person set them, else started from the wheels.

Several commands may use the embedded servers at once (a demo in one window, ./portal manage in another). Each holds a
shared lock while it does; the last one to leave stops the servers. Locks die with their holder, so that nobody has to
clean up after a killed launcher: if servers run and nobody holds the lock, they are left-overs.
"""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from pathlib import Path
from typing import IO

from cmo_portal.launcher import postgres, roles, valkey
from cmo_portal.launcher.console import LauncherError
from cmo_portal.launcher.data import DataFolder
from cmo_portal.launcher.processes import Identity, carriers_of, end, may_reach, uninterrupted, unprivileged
from cmo_portal.launcher.roles import Addresses
from cmo_portal.launcher.venv import Environment

RECORD = "run/services.json"
PROVIDED = "portal.provided"
ROOT_STORE = Path("/var/lib/cmo-portal")


class Services:
    """The two servers behind one data folder. `careless` is for throw-away instances of tests."""

    def __init__(self, data: DataFolder, environment: Environment, *, careless: bool = False) -> None:
        self.data = data
        self.environment = environment
        self.careless = careless
        self.secrets = data.secrets()
        self.uses_database = not os.environ.get("DATABASE_URL")
        self.uses_redis = not os.environ.get("REDIS_URL")
        self.variables: dict[str, str] = {}
        self.superuser_url = os.environ.get("DATABASE_OWNER_URL") or os.environ.get("DATABASE_URL", "")
        self._share: IO[str] | None = None

    # --- coming and going ---------------------------------------------------------------------------------------

    def join(self) -> dict[str, str]:
        """Take part in the servers, starting what does not run; the variables that name them. Pair with `leave`."""
        with uninterrupted(), self.data.lock("run/transition.lock"):
            if self._nobody_uses_them():
                self.stop()
            self._start()
            self._share = self.data.try_lock("run/services.lock", shared=True)
        return self.variables

    def leave(self) -> None:
        """Give up one's part; the last one stops the servers."""
        with self.data.lock("run/transition.lock"):
            if self._share:
                self._share.close()
                self._share = None
            if self._nobody_uses_them():
                self.stop()

    def stop_if_unused(self) -> bool:
        """Stop left-over servers; False when somebody still uses them."""
        with self.data.lock("run/transition.lock"):
            if not self._nobody_uses_them():
                return False
            self.stop()
        return True

    def heal(self) -> bool:
        """Start again what died; True when an address changed, so that its users have to be started again."""
        before = dict(self.variables)
        with uninterrupted(), self.data.lock("run/transition.lock"):
            self._start()
        return self.variables != before

    def _nobody_uses_them(self) -> bool:
        alone = self.data.try_lock("run/services.lock")
        if alone is None:
            return False
        alone.close()
        return True

    # --- starting and stopping ------------------------------------------------------------------------------------

    def healthy(self) -> bool:
        """Whether every embedded server of this instance runs and is ours."""
        record = self.data.read(RECORD)
        return (not self.uses_database or self._running_postgres(record) is not None) and (
            not self.uses_redis or self._running_valkey(record) is not None
        )

    def _start(self) -> None:
        record = self.data.read(RECORD)
        addresses = self._start_postgres(record) if self.uses_database else self._outside_database()
        redis = self._start_valkey(record) if self.uses_redis else self._outside_redis()
        self.variables = {
            "DATABASE_URL": addresses.app,
            "DATABASE_OWNER_URL": addresses.owner,
            "REDIS_URL": redis[0],
            "CACHE_URL": redis[1],
        }

    def stop(self) -> None:
        """Stop the embedded servers of this folder, Valkey first; also those a killed launcher left."""
        record = self.data.read(RECORD)
        store = Identity.from_record(record.get("valkey"))
        if store:
            end(store)
        for identity, role in carriers_of(self.secrets["INSTANCE"]):
            if role == "valkey":
                end(identity)
        self._stop_postgres()
        # the ports stay on record, so that the next start keeps the addresses if it can
        for part in record.values():
            part.pop("pid", None)
        self.data.write(RECORD, record)

    def running(self) -> dict[str, int]:
        """Name and process number of every embedded server that runs."""
        record = self.data.read(RECORD)
        found = {"PostgreSQL": self._running_postgres(record), "Valkey": self._running_valkey(record)}
        return {name: identity.pid for name, (identity, _) in ((n, f) for n, f in found.items() if f)}

    # --- PostgreSQL -----------------------------------------------------------------------------------------------

    def folder_of_cluster(self) -> Path:
        """Folder of the cluster, named after the major version; a link leads out of a home that root keeps closed."""
        return (self.data / f"pg{postgres.MAJOR}").resolve()

    def generation(self) -> str:
        """Changes when the embedded cluster was made anew; empty for a database of the person's own."""
        marker = self.folder_of_cluster() / PROVIDED
        return str(marker.stat().st_mtime_ns) if self.uses_database and marker.exists() else ""

    def binaries(self) -> Path:
        """Folder of PostgreSQL's programs, where the user that runs the server can reach them."""
        return postgres.find_binaries(self.environment.site_packages(), self._reachable_store())

    def _cluster(self) -> postgres.Cluster:
        password = self.secrets["SUPERUSER_PASSWORD"]
        return postgres.Cluster(self.folder_of_cluster(), self.binaries(), password, careless=self.careless)

    def _reachable_store(self) -> Path:
        """A folder under which the unprivileged user can reach files: the data folder, or one of the system's."""
        if not unprivileged():
            return self.data.path
        if may_reach(self.data.path):
            return self.data.path
        ROOT_STORE.mkdir(parents=True, exist_ok=True, mode=0o755)
        return ROOT_STORE

    def _place_cluster(self) -> None:
        """Before the first start as root inside a closed home: put the cluster outside and leave a link to it.

        The home keeps its mode. The outside folder gets a new name each time, so that data of a deleted checkout is
        never taken over by another one.
        """
        link = self.data / f"pg{postgres.MAJOR}"
        store = self._reachable_store()
        if link.exists() or store == self.data.path:
            return
        link.unlink(missing_ok=True)
        outside = Path(tempfile.mkdtemp(prefix="instance-", dir=store))
        outside.chmod(0o711)
        link.symlink_to(outside / link.name)

    def _start_postgres(self, record: dict[str, dict[str, object]]) -> Addresses:
        running = self._running_postgres(record)
        cluster = self._cluster() if running else None
        if running and cluster:
            port = running[1]
        else:
            self._place_cluster()
            cluster = self._cluster()
            cluster.initialise()
            cluster.stop()
            port = cluster.start(wanted_port(record.get("postgres")))
            identity = cluster.identity()
            record["postgres"] = (identity.record() if identity else {}) | {"port": port}
            self.data.write(RECORD, record)
        self.superuser_url = cluster.url(port, "postgres")
        name = roles.DATABASE
        addresses = Addresses(
            owner=cluster.url(port, name, roles.OWNER, self.secrets["OWNER_PASSWORD"]),
            app=cluster.url(port, name, roles.APP, self.secrets["APP_PASSWORD"]),
        )
        marker = cluster.folder / PROVIDED
        if not marker.exists():
            addresses = roles.provide(self.environment.python, self.superuser_url, self.secrets)
            marker.touch()
        return addresses

    def _stop_postgres(self) -> None:
        identity = postgres.Cluster(self.folder_of_cluster(), Path(), "").identity()
        if identity is None:
            return
        try:
            self._cluster().stop()
        except LauncherError:
            # the environment with PostgreSQL's own tool is gone; SIGINT asks for the same fast shutdown
            end(identity, patience=20.0, first=signal.SIGINT)

    def _running_postgres(self, record: dict[str, dict[str, object]]) -> tuple[Identity, int] | None:
        if not self.uses_database or not self.folder_of_cluster().exists():
            return None
        cluster = postgres.Cluster(self.folder_of_cluster(), Path(), "")
        identity, port = cluster.identity(), cluster.port()
        if identity is None or port is None or identity != Identity.from_record(record.get("postgres")):
            return None
        return identity, port

    # --- Valkey ---------------------------------------------------------------------------------------------------

    def _store(self) -> valkey.Store:
        return valkey.Store(
            self.data / "valkey",
            valkey.find_program(self.environment.site_packages()),
            self.secrets["REDIS_PASSWORD"],
            self.secrets["INSTANCE"],
            lasting=not self.careless,
        )

    def _start_valkey(self, record: dict[str, dict[str, object]]) -> tuple[str, str]:
        store = self._store()
        running = self._running_valkey(record)
        if running:
            port = running[1]
        else:
            left = Identity.from_record(record.get("valkey"))
            if left:
                end(left)  # alive but not answering: two servers on one append-only file would spoil it
            identity, port = store.start(wanted_port(record.get("valkey")))
            record["valkey"] = identity.record() | {"port": port}
            self.data.write(RECORD, record)
        return store.url(port, 0), store.url(port, 1)

    def _running_valkey(self, record: dict[str, dict[str, object]]) -> tuple[Identity, int] | None:
        identity = Identity.from_record(record.get("valkey"))
        port = wanted_port(record.get("valkey"))
        if not self.uses_redis or identity is None or port is None or not identity.is_alive():
            return None
        return (identity, port) if self._store().serves(port, identity) else None

    # --- servers of the person's own --------------------------------------------------------------------------------

    def _outside_database(self) -> Addresses:
        url = os.environ["DATABASE_URL"]
        owner = os.environ.get("DATABASE_OWNER_URL")
        if owner:
            return Addresses(owner=owner, app=url)
        return roles.provide(self.environment.python, url, self.secrets)

    def _outside_redis(self) -> tuple[str, str]:
        url = os.environ["REDIS_URL"]
        return url, os.environ.get("CACHE_URL") or roles.with_database(url, "1")


def wanted_port(part: object) -> int | None:
    """The port on record for a server."""
    port = part.get("port") if isinstance(part, dict) else None
    return port if isinstance(port, int) else None


def forget_cluster_outside(data: DataFolder) -> None:
    """Delete the cluster that a link of this folder leads to."""
    for link in data.path.glob("pg*"):
        if link.is_symlink() and ROOT_STORE in link.resolve().parents:
            shutil.rmtree(link.resolve().parent, ignore_errors=True)
