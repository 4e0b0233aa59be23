"""Every stage, segment, breakdown and home figure of a month, derived from what the sandbox's people did.

Reads a dump of `tests/month.rs`: the truth, and what the server said twice, by the index that lived through the month
and by one that was built anew. Shares no line with the server; the people's acts are read as `report.py` reads them.
"""

import json
import sys
from collections import Counter

from report import DAY_MS, Compared, Truth, is_tracked, reach_at, stage_at

STAGES = ("churned", "customer", "new", "active", "cooling")
INTERACTIONS = ("start", "message", "command", "stop", "press")


DAY_S = 86_400

# The workspace's days are those of Shanghai, which has had no summer time since 1991.
ZONE_MS = 8 * 3_600_000


def day_of(at):
    return (at + ZONE_MS) // DAY_MS


def begin_of(day):
    return day * DAY_MS - ZONE_MS


def date(day):
    import datetime

    return (datetime.date(1970, 1, 1) + datetime.timedelta(days=day)).isoformat()


class Month:
    def __init__(self, dump):
        self.truth = Truth(dump)
        self.people = self.truth.people
        self.campaigns = self.truth.campaigns
        self.now, self.links = dump["now"], dump["links"]
        # The team answers people too: of a deleted account it learns by that, which no ledger tells.
        self.told_gone = {
            one["telegram_id"] for one in dump["living"]["contacts"] if one["unreachable_reason"] == "deactivated"
        }
        for id in self.told_gone:
            if self.people[id].deactivated_at is not None:
                self.truth.found_out.setdefault(id, self.people[id].deactivated_at)
        came = [line for line in dump["truth"] if line["started"]]
        self.codes = {line["id"]: self.code_of(line) for line in came}
        self.touched = {line["id"]: {self.code(start) for start in line["started"]} - {None} for line in came}

    def code(self, start):
        path = (start.get("by") or "").partition("/l/")[2]
        return path.partition("?")[0] or None

    def code_of(self, line):
        """The link that brought somebody: that of the first start."""
        return self.code(min(line["started"], key=lambda one: one["at_ms"]))

    def interactions(self, person):
        for at, kind, detail in person.acts:
            if kind in INTERACTIONS:
                yield at
            elif kind == "follow" and any(is_tracked(campaign, person, detail) for campaign in self.campaigns):
                yield at

    def last(self, person):
        return max(self.interactions(person))

    def known(self, moment):
        return [person for person in self.people.values() if person.known_from <= moment]

    def stages(self, moment):
        """By Telegram id; only of those who were there."""
        return {person.id: stage_at(person, self.campaigns, moment) for person in self.known(moment)}

    def tags(self, person):
        history = self.truth.history[person.id]
        own = history[-1][1] if history else set()
        return own | {self.links[code] for code in self.touched[person.id] if code in self.links}

    def presses(self, person, since_day):
        return sum(1 for at, kind, _ in person.acts if kind == "press" and day_of(at) >= since_day)

    def segment(self, name, person):
        """Whether somebody is in a segment, as its words say; the first three are the demo's, the next two everybody's."""
        silent_s = self.now // 1000 - self.last(person) // 1000
        tags = self.tags(person)
        is_reachable = reach_at(person, self.now, self.truth.found_out)
        return {
            "Tech, active this week": "兴趣-科技" in tags and silent_s <= 7 * DAY_S,
            "Drifting away": 14 * DAY_S < silent_s <= 30 * DAY_S and is_reachable,
            "Money minded": bool(tags & {"兴趣-金融", "兴趣-课程"}) and is_reachable
            and stage_at(person, self.campaigns, self.now) != "customer",
            "Active users": silent_s <= 7 * DAY_S,
            "Dormant users": silent_s > 30 * DAY_S,
            "Readers": "兴趣-科技" in tags,
            "Pressed twice lately": self.presses(person, day_of(self.now) - 14) >= 2,
            "Came by the summer link": self.codes[person.id] == "fb-summer",
            "Customers": bool(person.times("conversion")),
        }[name]


def compare_people(compared, month, told):
    """Person by person: the last interaction and the stage."""
    stages = month.stages(month.now)
    said = {one["telegram_id"]: one for one in told["contacts"]}
    compared.number("people", len(said), len(month.people))
    wrong = [id for id, person in month.people.items() if said[id]["last_interaction_at"] != month.last(person)]
    compared.number("people whose last interaction is another", len(wrong), 0)
    wrong += [id for id in said if said[id]["stage"]["name"] != stages[id]]
    compared.holds("everybody's last interaction and stage", not wrong, [said[id] for id in wrong[:3]])


def compare_counts(compared, month, told):
    now = Counter(month.stages(month.now).values())
    for stage in told["stages"]:
        compared.number(f"stage {stage['name']}", stage["count"], now[stage["name"]])
    for segment in told["segments"]:
        derived = {person.id for person in month.people.values() if month.segment(segment["name"], person)}
        compared.people(f"segment {segment['name']}", segment["count"], segment["people"], derived)
    tags = Counter(tag for person in month.people.values() for tag in month.tags(person))
    for group in told["breakdown"]["tag"]:
        compared.number(f"tag {group['key']}", group["count"], tags.pop(group["key"], 0))
    compared.number("tags that are not told", dict(tags), {})
    for group in told["breakdown"]["stage"]:
        compared.number(f"breakdown by stage {group['name']}", group["count"], now[group["name"]])
    codes = Counter(code for code in month.codes.values() if code)
    for group in told["breakdown"]["source"]:
        if group["key"].startswith("link="):
            compared.number(f"source {group['key']}", group["count"], codes[group["key"][5:]])


def compare_home(compared, month, days, home):
    here = f"home, {days} days:"
    today = day_of(month.now)
    moment = begin_of(today - days + 1)
    now, then = month.stages(month.now), month.stages(moment)
    compared.number(f"{here} people", home["people"], len(month.people))
    found_out = month.truth.found_out
    reachable = sum(1 for person in month.people.values() if reach_at(person, month.now, found_out))
    compared.number(f"{here} reachable", home["reachable"], reachable)
    for stage in home["stages"]:
        name = stage["name"]
        inside = {id for id, one in now.items() if one == name}
        before = {id for id, one in then.items() if one == name}
        derived = (len(inside), len(before), len(inside - before), len(before - inside))
        told = tuple(stage[field] for field in ("count", "before", "in", "out"))
        compared.number(f"{here} stage {name}: now, before, in, out", told, derived)
    moves = Counter((then[id], now[id]) for id in then if then[id] != now[id])
    told = {(move["from"], move["to"]): move["count"] for move in home["moves"]}
    compared.number(f"{here} moves", told, dict(moves))
    for move in home["moves"]:
        derived = {id for id in then if (then[id], now[id]) == (move["from"], move["to"])}
        compared.people(f"{here} moved from {move['from']} to {move['to']}", move["count"], move["people"], derived)
    joined, active, blocked = Counter(), Counter(), Counter()
    for person in month.people.values():
        joined[day_of(person.known_from)] += 1
        active.update({day_of(at) for at in month.interactions(person)})
        # Each person once, on the day of their latest block, so that the days add up to the number beside them.
        blocked.update(day_of(at) for at in sorted(person.times("block"))[-1:])
    for name, derived in (("joined", joined), ("active", active), ("blocked_by_day", blocked)):
        wanted = [(date(day), derived[day]) for day in range(today - days + 1, today + 1)]
        compared.number(f"{here} {name}", [(one["day"], one["count"]) for one in home[name]], wanted)


def main():
    sys.stdout.reconfigure(encoding="utf-8")
    with open(sys.argv[1], encoding="utf-8") as file:
        dump = json.load(file)
    month, compared = Month(dump), Compared()
    seen = Counter(month.stages(month.now).values())
    compared.holds("every stage has somebody", set(seen) == set(STAGES), seen)
    compared.number("updates that could not be taken in", dump["failed_updates"], 0)
    alive = [id for id in month.told_gone if month.people[id].deactivated_at is None]
    compared.number("people who are told to be gone and are not", alive, [])
    for name in ("living", "rebuilt"):
        print(f"-- by the {name} index")
        told = dump[name]
        compare_people(compared, month, told)
        compare_counts(compared, month, told)
        for days, home in told["home"].items():
            compare_home(compared, month, int(days), home)
    print(f"{compared.count} compared, {compared.differ} differ")
    sys.exit(1 if compared.differ else 0)


if __name__ == "__main__":
    main()
