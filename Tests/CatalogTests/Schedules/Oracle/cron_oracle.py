"""When cron expressions are due, by croniter and Python's zoneinfo.

Argument: the number of expressions. Standard output: one line for each expression, zone and start, separated by tabs: the
expression, the zone, the start, and the next instants, all as seconds since 1970; the same lines on every run.

croniter only enumerates local times, without a zone; zoneinfo says when a clock shows them. Thus neither of croniter's own rules
for changes of the clock is used: a skipped local time is due at the first instant after the gap, a doubled one at its first pass,
and an expression for every hour at every real pass.
"""

import random
import sys
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from croniter import croniter

ZONES = [
    "UTC", "Europe/Berlin", "Europe/Dublin", "America/New_York", "America/Santiago", "America/Sao_Paulo", "Asia/Kolkata", "Asia/Tehran",
    "Africa/Cairo", "Africa/Casablanca", "Australia/Lord_Howe", "Pacific/Chatham",
]
MACROS = ["@hourly", "@daily", "@midnight", "@weekly", "@monthly", "@yearly", "@annually"]
MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
WEEKDAYS = "sun mon tue wed thu fri sat".split()
YEARS = (2019, 2028)
COUNT = 5


def part(draw, low, high, names=None):
    """One value, range or step; never a range of one value, which croniter reads as every value."""
    def text(value):
        return draw.choice([str(value), names[value - low].upper(), names[value - low]]) if names and draw.random() < 0.5 else str(value)

    first = draw.randint(low, high - 1)
    last = draw.randint(first + 1, high)
    step = draw.randint(1, max(1, (high - low) // 2))
    return draw.choice([
        "*", "*", f"*/{step}", text(first), text(first), f"{text(first)}-{text(last)}", f"{first}-{last}/{step}",
    ])


def field(draw, low, high, names=None):
    parts = [part(draw, low, high, names) for _ in range(draw.choice([1, 1, 1, 2, 3]))]
    return "*" if "*" in parts else ",".join(parts)


def expression(draw):
    if draw.random() < 0.05:
        return draw.choice(MACROS)
    hour = draw.choice([field(draw, 0, 23), str(draw.randint(0, 4)), f"{draw.randint(0, 2)}-{draw.randint(3, 5)}"])
    rare = draw.random() < 0.5
    return " ".join([
        field(draw, 0, 59), hour, "*" if rare else field(draw, 1, 28), "*" if rare else field(draw, 1, 12, MONTHS),
        field(draw, 0, 6, WEEKDAYS),
    ])


def each_hour(text):
    if text.startswith("@"):
        return text == "@hourly"
    start = datetime(2023, 1, 1)
    fields = text.split()
    hours = croniter(" ".join(["0", fields[1], "*", "*", "*"]), start - timedelta(seconds=1))
    return len({hours.get_next(datetime).hour for _ in range(24)}) == 24


def offset(instant, zone):
    return instant.astimezone(zone).utcoffset()


def after_gap(early, late, zone):
    """The first instant in (early, late] with the offset of late."""
    while late - early > timedelta(seconds=1):
        middle = early + timedelta(seconds=int((late - early).total_seconds() // 2))
        early, late = (early, middle) if offset(middle, zone) == offset(late, zone) else (middle, late)
    return late


def passes(local, zone, each):
    """The instants at which the clock shows a local time, or those that stand for it."""
    found = []
    for fold in (0, 1):
        instant = local.replace(tzinfo=zone, fold=fold).astimezone(timezone.utc)
        if instant.astimezone(zone).replace(tzinfo=None) == local and instant not in found:
            found.append(instant)
    if found:
        return sorted(found) if each else [min(found)]
    if each:
        return []
    later = local.replace(tzinfo=zone, fold=0).astimezone(timezone.utc)
    earlier = local.replace(tzinfo=zone, fold=1).astimezone(timezone.utc)
    return [after_gap(min(earlier, later), max(earlier, later), zone)]


def next_instants(text, zone, start):
    """Local times are enumerated from three hours before, until none that follows can be earlier than those found."""
    each = each_hour(text)
    local = croniter(text, start.astimezone(zone).replace(tzinfo=None) - timedelta(hours=3), implement_cron_bug=True,
                     max_years_between_matches=20)
    found = set()
    while True:
        candidate = local.get_next(datetime)
        found.update(instant for instant in passes(candidate, zone, each) if instant > start)
        due = sorted(found)
        if len(due) >= COUNT and candidate.replace(tzinfo=timezone.utc) - timedelta(hours=16) > due[COUNT - 1]:
            return due[:COUNT]


def changes(zone):
    """The hours after which the clocks of a zone change."""
    day = datetime(YEARS[0], 1, 1, tzinfo=timezone.utc)
    while day.year <= YEARS[1]:
        if offset(day, zone) != offset(day + timedelta(days=1), zone):
            hours = (day + timedelta(hours=h) for h in range(24))
            yield from (hour for hour in hours if offset(hour, zone) != offset(hour + timedelta(hours=1), zone))
        day += timedelta(days=1)


def main():
    draw = random.Random(1)
    near = {name: list(changes(ZoneInfo(name))) for name in ZONES}
    for _ in range(int(sys.argv[1])):
        text = expression(draw)
        name = draw.choice(ZONES)
        if near[name] and draw.random() < 0.7:
            start = draw.choice(near[name]) + timedelta(minutes=draw.randint(-1800, 240))
        else:
            start = datetime(YEARS[0], 1, 1, tzinfo=timezone.utc) + timedelta(seconds=draw.randint(0, 10 * 365 * 86400))
        due = next_instants(text, ZoneInfo(name), start)
        print("\t".join([text, name, str(int(start.timestamp()))] + [str(int(d.timestamp())) for d in due]))


main()
