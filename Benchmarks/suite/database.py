"""A scratch PostgreSQL server, which is lacuna's own embedded one under a folder of the benchmarks."""
import json
import os
import subprocess


TEMPLATE = "empty"


class Cluster:
    """Starts the server and makes and drops databases in it. Each new one has the schema and the standard organs."""

    def __init__(self, lacuna, home):
        self._lacuna = [lacuna, "--home", home]
        self._home = home
        os.makedirs(home, exist_ok=True)
        self._run("database", "start")
        status = json.loads(self._run("database", "status", "--json"))
        self.socket = status["socket"]
        self._drop_leftovers()
        self._make_template()

    def stop(self):
        self._run("database", "stop")

    def pin(self, cores):
        """Keeps the server, with the sessions that begin from now on, on these cores."""
        postmaster = int(self.sql("postgres", "select pg_read_file('postmaster.pid')").splitlines()[0])
        os.sched_setaffinity(postmaster, cores)

    def make(self, name):
        """A new, empty catalogue. Returns the value for `--database`."""
        self.sql("postgres", f'create database "{name}" template {TEMPLATE}')
        return self.target(name)

    def _make_template(self):
        """By the program that is measured: a server of an earlier run has the schema of an earlier program."""
        self.drop(TEMPLATE)
        self._make_migrated(TEMPLATE)

    def _make_migrated(self, name):
        self.sql("postgres", f'create database "{name}"')
        self._run("database", "migrate", "--database", self.target(name, "postgres"))

    def target(self, name, user="lacuna"):
        return f"host={self.socket} port=5432 dbname={name} user={user}"

    def drop(self, name):
        self.sql("postgres", f'drop database if exists "{name}" with (force)')

    def exists(self, name):
        return self.sql("postgres", f"select count(*) from pg_database where datname = '{name}'") == "1"

    def psql(self, name, *arguments, user="postgres", **options):
        """Runs psql and returns what it printed."""
        done = subprocess.run(
            ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", self.target(name, user), *arguments], text=True,
            env={**os.environ, "PGOPTIONS": "-c client_min_messages=warning"}, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, **options)
        if done.returncode != 0:
            raise SystemExit(f"psql on {name}: {done.stderr}{done.stdout}")
        return done.stdout.strip()

    def sql(self, name, text, user="postgres"):
        return self.psql(name, "-At", "-c", text, user=user)

    def _run(self, *arguments):
        command = [self._lacuna[0], *arguments, *self._lacuna[1:]]
        return subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE).stdout

    def _drop_leftovers(self):
        """Drops databases that an interrupted run left."""
        names = self.sql("postgres", "select datname from pg_database where datname like 'import\\_%'")
        for name in names.splitlines():
            self.drop(name)
