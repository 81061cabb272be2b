"""A scratch PostgreSQL server with memory for a large catalogue; lacuna's embedded one is set up for small machines."""
import glob
import os
import subprocess

from .database import Cluster

SETTINGS = {
    "listen_addresses": "", "shared_buffers": "4GB", "work_mem": "256MB", "maintenance_work_mem": "1GB",
    "max_wal_size": "32GB", "checkpoint_timeout": "1h", "autovacuum": "off", "max_parallel_workers_per_gather": "0",
    "max_parallel_maintenance_workers": "0", "shared_preload_libraries": "pg_stat_statements",
    "pg_stat_statements.track": "top", "pg_stat_statements.track_planning": "on",
}


class Server(Cluster):
    """Like the embedded server, for one benchmark. The caller is root, or may run the server itself."""

    def __init__(self, lacuna, folder):
        self._lacuna = [lacuna]
        self._data = os.path.join(folder, "data")
        self.socket = os.path.join(folder, "socket")
        self._as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"] if os.geteuid() == 0 else []
        programs = sorted(glob.glob("/usr/lib/postgresql/*/bin"))
        self._programs = programs[-1] if programs else ""
        if not os.path.exists(os.path.join(self._data, "PG_VERSION")):
            self._create()
        self._control("start", "-l", os.path.join(self._data, "log"))

    def stop(self):
        self._control("stop", "-m", "fast")

    def make(self, name):
        self._make_migrated(name)
        self.sql(name, "create extension pg_stat_statements")
        return self.target(name)

    def target(self, name, user="postgres"):
        return super().target(name, user)

    def _create(self):
        for folder in [self._data, self.socket]:
            os.makedirs(folder, mode=0o700, exist_ok=True)
            if self._as_user:
                subprocess.run(["chown", "postgres", folder], check=True)
        self._run_program("initdb", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "-D", self._data)
        settings = {**SETTINGS, "unix_socket_directories": self.socket}
        with open(os.path.join(self._data, "postgresql.auto.conf"), "w") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())

    def _control(self, *arguments):
        self._run_program("pg_ctl", "-D", self._data, "-w", *arguments)

    def _run_program(self, name, *arguments):
        subprocess.run([*self._as_user, os.path.join(self._programs, name), *arguments], check=True,
                       stdout=subprocess.DEVNULL)
