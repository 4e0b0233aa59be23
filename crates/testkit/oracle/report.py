"""Recomputes two campaigns' reports from what the sandbox's people did, and compares every figure.

    python3 report.py DUMP.json

It shares nothing with the server but the words of the definitions: the open rate is people who pressed a button or
followed a tracked link, of those accepted; the window of an answer is (at, at + 24 h]; a reply is a message (no
command, start or press) in the window, charged to the latest bulk message before it; a tag is direct when the
campaign's own press caused it, assisted when any other act of the person did in the window; `blocked` is a refused
send, `blocked after` a block in the window charged to the latest; the lift compares everybody whose turn came by
assignment, whatever the outcome and without charging; breakdowns use what was frozen.

From the ledger it takes what no truth can tell: who was drawn to be held out, and when each turn came. All else is
derived. Who was written to again on a member's decision has two windows, since either message may have been answered. Prints a line for each figure, and "N compared, N differ"; the exit code is 1 if anything differs.
"""

import json
import math
import sys
from collections import defaultdict

DAY_MS = 86_400_000
# The button below the answer to /stop, in the languages that people of the sandbox read.
OPT_IN = {
    "Get news again", "重新接收", "Volver a recibir novedades", "Voltar a receber novidades",
    "Wieder Neuigkeiten bekommen",
}
Z = 1.959963984540054


class Person:
    """What one person did, in order, and what followed from it."""

    def __init__(self, telegram_id):
        self.id = telegram_id
        self.acts = []  # (at, kind, detail)
        self.messages = {}  # message_id -> what was received
        self.known_from = None
        self.deactivated_at = None
        self.imported = None
        self.sources = []

    def act(self, at, kind, detail=None):
        self.acts.append((at, kind, detail))

    def times(self, kind):
        return [at for at, one, _ in self.acts if one == kind]


class Compared:
    def __init__(self):
        self.count = 0
        self.differ = 0

    def number(self, name, reported, derived):
        self.count += 1
        same = reported == derived
        self.differ += not same
        print(f"{'same  ' if same else 'DIFFER'}  {name}: {reported}" + ("" if same else f", derived {derived}"))

    def close(self, name, reported, derived):
        near = (reported is None) == (derived is None) and (derived is None or abs(reported - derived) < 1e-12)
        self.number(name, reported, reported if near else derived)

    def holds(self, name, true, seen=""):
        self.number(name, "holds" if true else f"does not hold {seen}", "holds")

    def people(self, name, figure, listed, derived):
        """A number, and the list behind it, person by person."""
        self.number(name, figure, len(derived))
        listed = set(listed)
        if listed != derived:
            self.differ += 1
            print(f"DIFFER  {name}: only listed {sorted(listed - derived)[:5]}, only derived {sorted(derived - listed)[:5]}")


def people_of(dump):
    people = {}
    for line in dump["truth"]:
        if not line["started"]:
            # Followed a link, and never came.
            continue
        person = people[line["id"]] = Person(line["id"])
        for one in line["started"]:
            person.act(one["at_ms"], "start")
        first = min(line["started"], key=lambda one: one["at_ms"])
        person.known_from = first["at_ms"]
        person.sources = ["payload=" + first["payload"]] if first["payload"] else []
        for one in line["received"]:
            person.messages[one["message_id"]] = one
        for one in line["wrote"]:
            text = one["text"]
            person.act(one["at_ms"], "stop" if text == "/stop" else "command" if text.startswith("/") else "message")
        for one in line["pressed"]:
            person.act(one["at_ms"], "press", (one["message_id"], button_of(person, one)))
        for one in line["followed"]:
            person.act(one["at_ms"], "follow", (one["message_id"], one["url"]))
        for name, kind in (("paid", "conversion"), ("blocked", "block"), ("unblocked", "unblock")):
            for one in line[name]:
                person.act(one["at_ms"], kind)
        for one in line["deactivated"]:
            person.deactivated_at = one["at_ms"]
    for one in dump["imported"]:
        person = people[one["telegram_id"]] = Person(one["telegram_id"])
        person.imported, person.sources, person.known_from = one, one["sources"], 0
        for tag in one["tags"]:
            person.act(0, "hand", tag)
    for one in dump["conversions"]:
        people[one["telegram_id"]].act(one["at"], "conversion")
    for one in dump["by_hand"]:
        people[one["telegram_id"]].act(one["at"], "hand", one["tag"])
    for person in people.values():
        person.acts.sort(key=lambda act: act[0])
    return people


def button_of(person, press):
    buttons = person.messages[press["message_id"]]["buttons"]
    return next(button["text"] for button in buttons if button.get("data") == press["data"])


class Campaign:
    def __init__(self, told):
        self.words = told["words"]
        self.resource = told["told"]["campaign"]
        self.id = self.resource["id"]
        self.reports = told["told"]["reports"]
        self.lists = told["told"]["people"]
        self.lines = {line["telegram_id"]: line for line in told["told"]["ledger"]}
        self.frozen_at = self.resource["frozen"]["at"]
        self.buttons = {button["text"]: button for row in self.resource["message"]["buttons"] for button in row}
        self.message_of = {}  # telegram_id -> message_id, as the truth says
        self.at = {id: line["at"] for id, line in self.lines.items() if line["at"] is not None}
        self.first_tries = {}  # telegram_id -> times of calls that were lost before a member decided

    def find_messages(self, people):
        """Returns how often anybody got it a second time."""
        doubled = 0
        for person in people.values():
            mine = [one for one in person.messages.values() if self.words in one["text"]]
            doubled += max(0, len(mine) - 1)
            if mine:
                self.message_of[person.id] = mine[-1]["message_id"]
        return doubled

    def openings(self, id):
        """When the person's windows opened."""
        return [self.at[id], *self.first_tries.get(id, [])] if id in self.at else []

    def in_window(self, id, at):
        return any(opened < at <= opened + DAY_MS for opened in self.openings(id))

    def listed(self, expression):
        return self.lists[json.dumps(expression, ensure_ascii=False, separators=(",", ":"), sort_keys=True)]


def gained_tags(person, campaigns, menu):
    """(at, tag, id of the campaign whose press gave it or None), for acts of the person; and the tags over time."""
    has, gained, history = set(), [], []
    for at, kind, detail in person.acts:
        adds, removes, cause, own = [], [], None, True
        if kind == "hand":
            adds, own = [detail], False
        elif kind == "press":
            message_id, text = detail
            if menu["words"] in person.messages[message_id]["text"]:
                adds = [menu["options"][text]]
            for campaign in campaigns:
                if campaign.message_of.get(person.id) == message_id:
                    press = campaign.buttons[text]["press"]
                    adds, removes, cause = press.get("add_tags", []), press.get("remove_tags", []), campaign.id
        has -= set(removes)
        for tag in adds:
            if tag not in has and own:
                gained.append((at, tag, cause))
            has.add(tag)
        if adds or removes:
            history.append((at, set(has)))
    return gained, history


def tags_at(history, moment):
    before = [tags for at, tags in history if at <= moment]
    return before[-1] if before else set()


def reach_at(person, moment, found_out):
    """What the server can know of a person's reachability after the acts up to a moment."""
    blocked = opted_out = False
    for at, kind, detail in person.acts:
        if at > moment:
            break
        if kind == "block":
            blocked = True
        elif kind == "unblock":
            blocked = False
        elif kind == "stop":
            opted_out = True
        elif kind == "press" and detail[1] in OPT_IN:
            opted_out = False
    # Whoever the table knows no interaction of never started the bot.
    strange = person.imported and not person.imported["last_interaction"]
    gone = strange or person.id in found_out and found_out[person.id] < moment
    return not blocked and not opted_out and not gone


def stage_at(person, campaigns, moment):
    before = [(at, kind, detail) for at, kind, detail in person.acts if at <= moment]
    tracked = lambda detail: any(is_tracked(campaign, person, detail) for campaign in campaigns)
    acted = [at for at, kind, detail in before if kind in ("message", "command", "stop", "press") or kind == "follow" and tracked(detail)]
    if person.imported and person.imported["last_interaction"]:
        acted.append(person.imported["last_interaction"])
    last = max(acted + [at for at, kind, _ in before if kind == "start"], default=None)
    if last is not None and moment - last > 30 * DAY_MS:
        return "churned"
    if any(kind == "conversion" for _, kind, _ in before):
        return "customer"
    if not acted:
        return "new"
    return "active" if moment - last <= 7 * DAY_MS else "cooling"


def is_tracked(campaign, person, detail):
    message_id, url = detail
    if message_id is None or campaign.message_of.get(person.id) != message_id:
        return False
    shown = next(button for button in person.messages[message_id]["buttons"] if button.get("url") == url)
    return campaign.buttons[shown["text"]].get("track", True)


def matches(audience, tags):
    if "all" in audience:
        return all(matches(one, tags) for one in audience["all"])
    if "not" in audience:
        return not matches(audience["not"], tags)
    test = audience["tag"]
    return bool(tags & set(test.get("has_any", [test.get("has")])))


def wilson(hits, n):
    p = hits / n
    middle = (p + Z * Z / (2 * n)) / (1 + Z * Z / n)
    half = Z * math.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n)) / (1 + Z * Z / n)
    return max(0.0, middle - half), min(1.0, middle + half)


def newcombe(hits1, n1, hits2, n2):
    """The difference of two shares with its 95 % hybrid score interval."""
    if not n1 or not n2:
        return None, None, None
    p1, p2 = hits1 / n1, hits2 / n2
    (l1, u1), (l2, u2) = wilson(hits1, n1), wilson(hits2, n2)
    difference = p1 - p2
    return difference, difference - math.hypot(p1 - l1, u2 - p2), difference + math.hypot(u1 - p1, p2 - l2)


class Truth:
    """Everything that follows from what people did."""

    def __init__(self, dump):
        self.people = people_of(dump)
        self.segments = dump["segments"]
        self.campaigns = [Campaign(told) for told in dump["campaigns"]]
        self.doubled = [campaign.find_messages(self.people) for campaign in self.campaigns]
        self.gained, self.history = {}, {}
        for id, person in self.people.items():
            self.gained[id], self.history[id] = gained_tags(person, self.campaigns, dump["menu"])
        self.mishaps = {(one["telegram_id"], one["words"]): one for one in dump["mishaps"]}
        self.resent = set(dump["resent"])
        for (id, words), one in self.mishaps.items():
            for campaign in self.campaigns:
                if id in self.resent and words == campaign.words:
                    campaign.first_tries[id] = [one["at_ms"]]
        # A deleted account tells nobody, and an imported one may never have started the bot: they are found out by a
        # refused send, and of those only the ledger's are seen.
        self.found_out = {}
        for campaign in self.campaigns:
            for id, line in campaign.lines.items():
                lost = self.people[id].deactivated_at is not None or self.people[id].imported
                if line["outcome"] == "failed" and lost:
                    self.found_out.setdefault(id, line["at"])

    def audience(self, campaign):
        """Who must be in it, and who may be: a deleted account that some earlier answer may have found out."""
        must, may, left_out = set(), set(), set()
        for id, person in self.people.items():
            moment = campaign.frozen_at
            if person.known_from > moment or not matches(campaign.resource["audience"], tags_at(self.history[id], moment)):
                continue
            if not reach_at(person, moment, self.found_out):
                left_out.add(id)
            elif person.imported or person.deactivated_at is not None and person.deactivated_at <= moment:
                may.add(id)
            else:
                must.add(id)
        return must, may, left_out

    def outcome(self, campaign, id):
        """The outcomes that the truth allows."""
        person, at = self.people[id], campaign.at.get(id)
        mishap = self.mishaps.get((id, campaign.words))
        got = id in campaign.message_of
        answered = got and (self.presses(campaign, id) or self.follows(campaign, id))
        if person.imported or person.deactivated_at is not None and person.deactivated_at <= at:
            return {"failed", "skipped"}
        if mishap and mishap["kind"] == "blocks_just_before":
            return {"blocked"}
        if mishap and id not in self.resent:
            return {"sent"} if answered or self.replied(campaign, id) else {"unknown"}
        if not reach_at(person, at, self.found_out):
            return {"skipped"}
        return {"sent"}

    def presses(self, campaign, id):
        mine = campaign.message_of.get(id)
        return [detail[1] for _, kind, detail in self.people[id].acts if kind == "press" and detail[0] == mine]

    def follows(self, campaign, id):
        person = self.people[id]
        mine = [detail for _, kind, detail in person.acts if kind == "follow" and is_tracked(campaign, person, detail)]
        shown = person.messages[campaign.message_of[id]]["buttons"] if mine else []
        return [button["text"] for _, url in mine for button in shown if button.get("url") == url]

    def charged(self, id, at):
        """The latest bulk message before a moment, if its window holds it."""
        lines = [one for one in self.campaigns if one.lines.get(id, {}).get("outcome") in ("sent", "unknown")]
        before = [(sent_at, one) for one in lines for sent_at in one.openings(id) if sent_at < at]
        latest = max(before, key=lambda one: one[0], default=None)
        return latest[1] if latest and at <= latest[0] + DAY_MS else None

    def replied(self, campaign, id):
        return any(self.charged(id, moment) is campaign for moment in self.turns(id, "message"))

    def charged_with(self, campaign, ids, kind):
        return {id for id in ids if any(self.charged(id, at) is campaign for at in self.turns(id, kind))}

    def turns(self, id, kind):
        """Times of a kind of act; a stop by someone who had stopped already changes nothing."""
        times, stopped = [], False
        for at, one, detail in self.people[id].acts:
            if one == "press" and detail[1] in OPT_IN:
                stopped = False
            if one == kind and not (kind == "stop" and stopped):
                times.append(at)
            stopped = stopped or one == "stop"
        return times

    def windowed(self, campaign, ids, times):
        return {id for id in ids if any(campaign.in_window(id, at) for at in times(id))}


def figures(truth, campaign, accepted):
    """Every figure of the report by its name."""
    gained = truth.gained
    pressed = {id for id in accepted if truth.presses(campaign, id)}
    followed = {id for id in accepted if truth.follows(campaign, id)}
    direct = {id for id in accepted if any(cause == campaign.id for _, _, cause in gained[id])}
    assisted = {
        id for id in accepted if any(cause != campaign.id and campaign.in_window(id, at) for at, _, cause in gained[id])
    }
    return {
        "pressed": pressed,
        "followed": followed,
        "open_rate": pressed | followed,
        "replied": truth.charged_with(campaign, accepted, "message"),
        "tagged_direct": direct,
        "tagged_assisted": assisted,
        "tagged": direct | assisted,
        "converted": truth.windowed(campaign, accepted, lambda id: truth.people[id].times("conversion")),
        "blocked_after": truth.charged_with(campaign, accepted, "block"),
        "opted_out": truth.charged_with(campaign, accepted, "stop"),
    }


def compare_ledger(compared, truth, campaign):
    """Who was frozen, and what became of each; the accepted."""
    counts = campaign.resource["counts"]
    must, may, left_out = truth.audience(campaign)
    frozen = set(campaign.lines)
    compared.number("audience", counts["audience"], len(must | (frozen & may)))
    compared.holds("the audience, person by person", must <= frozen <= must | may, f"missing {len(must - frozen)}, strange {len(frozen - must - may)}")
    compared.number("left out", counts["left_out"], len(left_out | (may - frozen)))
    print(f"        ({len(may)} deleted accounts, of which only a refused send tells: {len(may & frozen)} were in the audience)")
    held_out = {id for id, line in campaign.lines.items() if line["outcome"] == "held_out"}
    compared.number("held out", counts["held_out"], len(held_out))
    wanted = campaign.resource["held_out_percent"] / 100 * len(frozen)
    compared.holds("held out, as many as asked for", abs(len(held_out) - wanted) < 1, f"{len(held_out)} for {wanted}")
    compared.holds("nobody held out got it", not held_out & set(campaign.message_of))
    by_outcome = defaultdict(set)
    wrong = []
    for id in frozen - held_out:
        allowed = truth.outcome(campaign, id)
        said = campaign.lines[id]["outcome"]
        by_outcome[said if said in allowed else sorted(allowed)[0]].add(id)
        if said not in allowed:
            wrong.append((id, said, sorted(allowed)))
    for outcome in ("pending", "leased", "sent", "failed", "blocked", "skipped", "unknown"):
        compared.number(outcome, counts[outcome], len(by_outcome[outcome]))
    compared.holds("every outcome, person by person", not wrong, wrong[:5])
    parts = ("held_out", "pending", "leased", "sent", "failed", "blocked", "skipped", "unknown")
    compared.number("audience as the sum of its parts", counts["audience"], sum(counts[part] for part in parts))
    compare_messages(compared, truth, campaign, by_outcome)
    return by_outcome, held_out


def compare_messages(compared, truth, campaign, by_outcome):
    accepted = by_outcome["sent"]
    got = set(campaign.message_of)
    mishaps = {kind: set() for kind in ("answer_lost", "call_lost")}
    for (id, words), one in truth.mishaps.items():
        if words == campaign.words and one["kind"] in mishaps:
            mishaps[one["kind"]].add(id)
    lost = mishaps["answer_lost"]
    # By definition a message in the window is a reply, and proves the arrival: also of one that was lost on its way.
    taken_for_arrived = mishaps["call_lost"] & {id for id in accepted if truth.replied(campaign, id)}
    compared.holds("all who were accepted got it, or wrote in time", accepted - got <= taken_for_arrived)
    compared.holds("all others did not, but where the answer was lost", got - accepted <= lost & by_outcome["unknown"])
    ids = {id: campaign.lines[id]["message_id"] for id in accepted}
    known = {id for id in accepted if ids[id] is not None}
    compared.holds("message ids", all(ids[id] == campaign.message_of[id] for id in known))
    proved = lost | taken_for_arrived
    compared.holds("a message id is missing only where a click or a reply proved the arrival", accepted - known <= proved)
    times = [(id, truth.people[id].messages[campaign.message_of[id]]["at_ms"]) for id in accepted & got]
    compared.holds("times of sending", all(campaign.at[id] == at for id, at in times))


def compare_report(compared, truth, campaign, by_outcome, held_out):
    report = campaign.reports["stage"]
    accepted = by_outcome["sent"]
    called = set().union(*(by_outcome[outcome] for outcome in ("sent", "failed", "blocked", "unknown")))
    compare_figure(compared, campaign, "accepted", report["accepted"], accepted, len(called))
    found = figures(truth, campaign, accepted)
    for name, people in found.items():
        compare_figure(compared, campaign, name, report[name], people, len(accepted))
    compare_figure(compared, campaign, "blocked", report["blocked"], by_outcome["blocked"], len(called))
    compare_tags(compared, truth, campaign, accepted, report["tags"])
    compare_buttons(compared, truth, campaign, accepted, report["buttons"])
    compare_lift(compared, truth, campaign, held_out, report["lift"])
    settles = report["settles_at"] - max(campaign.at.values()) - DAY_MS
    compared.holds("settles when the last window ends", 0 <= settles < 60_000, settles)
    for by in ("stage", "tag", "source", "segment"):
        for name in ("accepted", *found, "blocked"):
            same = campaign.reports[by][name]["count"] == report[name]["count"]
            compared.holds(f"{name} by {by} is the same", same)
        compare_parts(compared, truth, campaign, (called, accepted), found, by)


def compare_figure(compared, campaign, name, figure, people, of):
    compared.people(name, figure["count"], campaign.listed(figure["people"]), people)
    compared.number(f"{name}, of", figure["of"], of)
    compared.close(f"{name}, share", figure["share"], len(people) / of if of else None)


def compare_tags(compared, truth, campaign, accepted, tags):
    derived = defaultdict(set)
    for id in accepted:
        for _, tag, cause in truth.gained[id]:
            if cause == campaign.id:
                derived[tag].add(id)
    compared.number("direct tags", sorted(one["tag"]["name"] for one in tags), sorted(derived))
    for one in tags:
        name = one["tag"]["name"]
        compared.people(f"direct tag {name}", one["direct"], campaign.listed(one["people"]), derived[name])


def compare_buttons(compared, truth, campaign, accepted, buttons):
    derived = defaultdict(set)
    for id in accepted:
        for text in truth.presses(campaign, id) + truth.follows(campaign, id):
            derived[text].add(id)
    rows = campaign.resource["message"]["buttons"]
    wanted = [(f"{r}.{c}", one["text"]) for r, row in enumerate(rows) for c, one in enumerate(row) if one.get("track", True)]
    compared.number("a line for each button", [(one["place"], one["text"]) for one in buttons], wanted)
    for one in buttons:
        compared.people(f"button {one['text']}", one["people_count"], campaign.listed(one["people"]), derived[one["text"]])


def compare_lift(compared, truth, campaign, held_out, lift):
    reached = set(campaign.at)
    times = {
        "messages": lambda id: truth.people[id].times("message"),
        "conversions": lambda id: truth.people[id].times("conversion"),
        "blocks": lambda id: truth.people[id].times("block"),
    }
    compared.number("measures of the lift", sorted(one["measure"] for one in lift), sorted(times))
    tables = []
    for line in lift:
        measure, sides = line["measure"], []
        for side, people in (("reached", reached - held_out), ("held_out", reached & held_out)):
            hits = truth.windowed(campaign, people, times[measure])
            name = f"lift of {measure}, {side.replace('_', ' ')}"
            compared.number(f"{name}, of", line[side]["n"], len(people))
            compared.people(name, line[side]["hits"], campaign.listed(line[side]["people"]), hits)
            sides += [len(hits), len(people)]
        for name, value in zip(("difference", "low", "high"), newcombe(*sides)):
            compared.close(f"lift of {measure}, {name}", line[name], value)
        tables.append(sides)
    for line, verdict in zip(lift, judged(tables)):
        outside = line["low"] is not None and (line["low"] > 0 or line["high"] < 0)
        compared.number(f"lift of {line['measure']}, enough", line["enough"], verdict is not None)
        same = (line["p"] is None) == (verdict is None) and (verdict is None or abs(line["p"] - verdict) < 1e-9)
        compared.holds(f"lift of {line['measure']}, p", same, (line["p"], verdict))
        clear = verdict is not None and verdict < 0.05 and outside
        compared.number(f"lift of {line['measure']}, clear", line["clear"], clear)


def judged(tables):
    """Holm's correction of the mid-P of Fisher's exact test, of those tables that expect five in each cell of the
    smaller group; None for the others."""
    told = {}
    for place, (x1, n1, x2, n2) in enumerate(tables):
        expected = min(n1, n2) * (x1 + x2) / max(n1 + n2, 1)
        if expected >= 5 and min(n1, n2) - expected >= 5:
            told[place] = mid_p(x1, n1, x2, n2)
    verdicts, least = [None] * len(tables), 0.0
    for rank, place in enumerate(sorted(told, key=told.get)):
        least = max(least, min(1.0, (len(told) - rank) * told[place]))
        verdicts[place] = least
    return verdicts


def mid_p(x1, n1, x2, n2):
    m = x1 + x2
    ways = {k: math.comb(n1, k) * math.comb(n2, m - k) for k in range(max(0, m - n2), min(n1, m) + 1)}
    uneven = sum(one for one in ways.values() if one <= ways[x1])
    return (2 * uneven - ways[x1]) / (2 * sum(ways.values()))


def compare_parts(compared, truth, campaign, outcomes, found, by):
    called, accepted = outcomes
    groups = defaultdict(set)
    moment = campaign.frozen_at
    for id in campaign.lines:
        person = truth.people[id]
        if by == "stage":
            names = [stage_at(person, truth.campaigns, moment)]
        elif by == "tag":
            names = tags_at(truth.history[id], moment)
        elif by == "segment":
            tags = tags_at(truth.history[id], moment)
            names = [one["name"] for one in truth.segments if matches(one["expression"], tags)]
        else:
            names = person.sources
        for name in names:
            groups[name].add(id)
    parts = {part["name"]: part for part in campaign.reports[by]["breakdown"]}
    compared.number(f"parts by {by}", sorted(parts), sorted(groups))
    for name, people in sorted(groups.items()):
        if name not in parts:
            continue
        inside = people & accepted
        compare_figure(compared, campaign, f"{by} {name}, accepted", parts[name]["accepted"], inside, len(people & called))
        for figure, of in (("open", "open_rate"), ("replied", "replied"), ("blocked", "blocked_after")):
            compare_figure(compared, campaign, f"{by} {name}, {figure}", parts[name][figure], found[of] & people, len(inside))
    if by == "stage":
        said = {id: line["stage"] for id, line in campaign.lines.items()}
        compared.holds("the stage on every line of the ledger", all(id in groups[stage] for id, stage in said.items()))


def main(path):
    with open(path, encoding="utf-8") as file:
        truth = Truth(json.load(file))
    compared = Compared()
    for campaign, doubled in zip(truth.campaigns, truth.doubled):
        print(f"-- {campaign.resource['name']}: {len(campaign.lines)} people")
        compared.number("who got it twice", 0, doubled)
        by_outcome, held_out = compare_ledger(compared, truth, campaign)
        compare_report(compared, truth, campaign, by_outcome, held_out)
    print(f"{compared.count} compared, {compared.differ} differ")
    return 1 if compared.differ else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
