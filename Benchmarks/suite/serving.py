"""Daemons: the queue, schedules while nothing is due, a tick from its time to its run, and relabelling by one and by two."""
import os
import signal
import subprocess
import time

from .measure import cores, median, spread

HISTORY, WAITING, SCHEDULES = 1_000_000, 10_000, 100
CONFIGURATION = """
run:
  name: bench
  organs: [liver, spleen, stomach]
  split: s
  rounds: 1
  seed: 3
  stepsInRoundZero: 2
  stepsPerRound: 1
  confidence: probability
  minimumAnnotatedVolumes: 1
  guardRatio: 100
  minimumDice: 0
  minimumQuality: 0
  minimumLargestPart: 0
learning:
  widths: [32, 64, 128]
  contextSlices: 5
  patch: [96, 96]
  batch: 4
  precision: float32
  threads: 1
  checkpointSteps: 100
"""
SETTINGS = "daemon:\n  leaseSeconds: 60\n"
# The jobs belong to no round: what claims and completions cost does not depend on it.
JOBS = f"""
    begin;
    set local session_replication_role = replica;
    insert into lacuna.job (kind, state, round_id, volume_id, worker, ended_at)
    select 'predict', 'done', 1, n, 'bench:1', now() - n * interval '1 s' from generate_series(1, {HISTORY}) n;
    insert into lacuna.job (kind, round_id, volume_id, max_attempts)
    select 'predict', 2, n, 3 from generate_series(1, {WAITING}) n;
    commit;
    vacuum analyze lacuna.job;
"""
CLAIM_AND_COMPLETE = """
select job_id, token from lacuna.claim_jobs('{predict}', 'bench:1', 60) \\gset
select lacuna.complete_job(:job_id, :token, '{}');
"""


def run(programs, report, options):
    programs.cluster.pin(set(cores()))
    lacunad = programs.built(".build", "lacunad")
    if not lacunad:
        raise SystemExit("there is no release build of lacunad: run swift build -c release first")
    parts, rounds = options.parts or ["queue", "relabelling", "idle", "tick"], options.rounds or 3
    if "queue" in parts:
        _queue(programs, report, rounds)
    place = _Place(programs, lacunad)
    if "relabelling" in parts:
        _relabelling(place, report, rounds)
    if "idle" in parts:  # before the ticks: a run that they leave would be continued
        _idle(place, report)
    if "tick" in parts:
        _tick(place, report, rounds)


def _queue(programs, report, rounds):
    """Claims and completions of one session, beside a million jobs of history."""
    cluster, script = programs.cluster, os.path.join(programs.work, "claim.sql")
    with open(script, "w") as file:
        file.write(CLAIM_AND_COMPLETE)
    times = []
    for number in range(rounds):
        name = f"import_queue_{number}"
        cluster.make(name)
        cluster.psql(name, input=JOBS)
        began = time.perf_counter()
        subprocess.run(
            ["pgbench", "--no-vacuum", "--client=1", f"--transactions={WAITING}", f"--file={script}",
             cluster.target(name, "lacunad")], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        times.append((time.perf_counter() - began) / WAITING * 1000)
        assert cluster.sql(name, "select count(*) from lacuna.job where state = 'waiting'") == "0"
        cluster.drop(name)
    report.add("serving", f"claim and completion of a job, {WAITING:,} of them after {HISTORY:,}", median(times), "ms",
               target=1, spread=spread(times))


def _relabelling(place, report, rounds):
    """A round's relabelling by one daemon and by two, each with one thread, on two cores, in turn."""
    times = {1: [], 2: []}
    for number in range(rounds):
        for count in times:
            with place.daemons(count):
                times[count].append(place.relabelled(f"by-{count}-{number}"))
    one, two = median(times[1]), median(times[2])
    report.add("serving", "relabelling of a round by two daemons", two, "s", peer=one, peer_name="one daemon",
               at_most=1 / 1.8, spread=spread(times[2]), speedup=round(one / two, 3))


def _tick(place, report, rounds):
    """From the time of a tick to the claim of its job."""
    place.schedule("each-minute", "--cron", "* * * * *")
    with place.daemons(1):
        place.awaits(f"select count(*) >= {rounds} from lacuna.run where name like 'each-minute-%'", 60 * rounds + 120)
    delays = [float(row) for row in place.sql(
        """select extract(epoch from a.started_at - t.instant) from lacuna.run join lacuna.activity a on a.id = run.activity_id
           join lacuna.job j on j.run_id = run.id join lacuna.tick t on t.id = j.tick_id where run.name like 'each-minute-%'"""
    ).splitlines()]
    place.lacuna("schedule", "remove", "each-minute")
    report.add("serving", "a tick from its time to the start of its run", median(delays), "s", target=2, spread=spread(delays))


def _idle(place, report, seconds=120):
    """Processor time of a daemon and of its sessions in the server, with schedules that are not due."""
    for number in range(SCHEDULES):
        place.schedule(f"idle-{number}", "--cron", "0 0 1 1 *", "--when-new", "1000000")
    with place.daemons(1) as daemons:
        time.sleep(5)
        before = _processor_time(daemons[0].pid, place)
        time.sleep(seconds)
        used = _processor_time(daemons[0].pid, place) - before
    report.add("serving", f"a daemon with {SCHEDULES} schedules that are not due, share of a core", 100 * used / seconds,
               "%", target=0.5)


def _processor_time(process, place):
    sessions = place.sql("select pid from pg_stat_activity where usename = 'lacunad'").split()
    ticks = 0
    for pid in [process, *sessions]:
        with open(f"/proc/{pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


class _Place:
    """A catalogue of phantoms, and daemons on it."""

    def __init__(self, programs, lacunad):
        self._programs, self._lacunad, self._name = programs, lacunad, "import_serving"
        self._home = os.path.join(programs.work, "serving")
        programs.cluster.drop(self._name)
        subprocess.run(["rm", "-rf", self._home], check=True)
        os.makedirs(self._home)
        programs.cluster.make(self._name)
        data = os.path.join(self._home, "data")
        self.lacuna("phantom", "generate", data, "--complete", "2", "--liver", "1", "--partial", "40", "--held-out", "2")
        for dataset in ["internal", "Totalsegmentator_dataset", "heldout"]:
            self.lacuna("dataset", "import", os.path.join(data, dataset))
        self.lacuna("split", "create", "s", "--train", "internal", "--train", "Totalsegmentator_dataset",
                    "--validation", "heldout")
        self._run, self._settings = os.path.join(self._home, "run.yaml"), os.path.join(self._home, "daemon.yaml")
        for path, text in [(self._run, CONFIGURATION), (self._settings, SETTINGS)]:
            with open(path, "w") as file:
                file.write(text)

    def lacuna(self, *arguments):
        done = subprocess.run(
            [self._programs.lacuna, *arguments, "--quiet", "--home", self._home, "--database", self._target("lacuna")],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        if done.returncode not in (0, 4):
            raise SystemExit(f"lacuna {' '.join(arguments)}: {done.stderr}")

    def sql(self, text):
        return self._programs.cluster.sql(self._name, text)

    def schedule(self, name, *triggers):
        self.lacuna("schedule", "create", name, "--config", self._run, *triggers)

    def relabelled(self, name):
        """Has a new schedule run once. Returns the seconds from the first relabelling to the last."""
        self.schedule(name, "--cron", "0 0 1 1 *")
        self.lacuna("schedule", "run-now", name)
        self.awaits(f"select exists (select from lacuna.run where name = '{name}-1' and finished)", 600)
        return float(self.sql(
            f"""select extract(epoch from max(j.ended_at) - min(j.created_at)) from lacuna.job j
                join lacuna.round r on r.id = j.round_id join lacuna.run on run.id = r.run_id
                where j.kind = 'relabel' and run.name = '{name}-1'"""))

    def awaits(self, question, seconds):
        deadline = time.monotonic() + seconds
        while self.sql(question) != "t":
            if time.monotonic() > deadline:
                raise SystemExit(f"not within {seconds} s: {question}")
            time.sleep(0.2)

    def daemons(self, count):
        return _Daemons([self._daemon(number) for number in range(count)])

    def _daemon(self, number):
        environment = {**os.environ, "OMP_WAIT_POLICY": "passive"}
        return subprocess.Popen(
            [self._lacunad, "serve", "--config", self._settings, "--home", self._home, "--log-level", "error",
             "--database", self._target("lacunad")], env=environment)

    def _target(self, user):
        return self._programs.cluster.target(self._name, user)


class _Daemons:
    def __init__(self, processes):
        self._processes = processes

    def __enter__(self):
        time.sleep(2)
        return self._processes

    def __exit__(self, *_):
        for process in self._processes:
            process.send_signal(signal.SIGTERM)
        for process in self._processes:
            process.wait(60)
