"""DuckDB answering the audience bench's questions. Usage: duckdb_audience.py FOLDER RUNS

The folder holds a column a file, little-endian: tags.u64 (bit n-1 is tag n), seconds.u32 (the last interaction),
reachable.u8, stage.u8, press_day.i32, press_contact.u32; and questions.json. Prints a JSON object a line: case, peer,
the fastest run in milliseconds, and the answer.
"""

import json
import pathlib
import sys
import time

import duckdb
import numpy

TAGS = 60


def main() -> None:
    folder, runs = pathlib.Path(sys.argv[1]), int(sys.argv[2])
    asked = json.loads((folder / "questions.json").read_text())
    db = duckdb.connect()
    load(db, folder)
    flat = {
        "count": f"""SELECT count(*) FROM contacts WHERE (tags & {mask(*asked["any_of"])}) <> 0
            AND (tags & {mask(asked["none_of"])}) = 0 AND seconds >= {asked["since"]} AND reachable = 1""",
        "counted_window_and_tag": f"""SELECT count(*) FROM contacts JOIN (SELECT contact FROM presses
            WHERE day >= {asked["from_day"]} GROUP BY contact HAVING count(*) >= {asked["at_least"]}) ON number = contact
            WHERE (tags & {mask(asked["pressed_tag"])}) <> 0""",
        "breakdown_65": f"""SELECT count(*) + {" + ".join(groups())} FROM contacts WHERE reachable = 1""",
    }
    any_of = ", ".join(str(tag) for tag in asked["any_of"])
    table = {
        "count": f"""SELECT count(*) FROM contacts
            WHERE number IN (SELECT contact FROM contact_tags WHERE tag IN ({any_of}))
            AND number NOT IN (SELECT contact FROM contact_tags WHERE tag = {asked["none_of"]})
            AND seconds >= {asked["since"]} AND reachable = 1""",
    }
    for peer, questions in (("duckdb", flat), ("duckdb_tag_rows", table)):
        for case, sql in questions.items():
            ms, answer = fastest(db, sql, runs)
            print(json.dumps({"case": case, "peer": peer, "ms": ms, "answer": answer}), flush=True)


def load(db: duckdb.DuckDBPyConnection, folder: pathlib.Path) -> None:
    def column(name: str, kind: str) -> numpy.ndarray:
        return numpy.fromfile(folder / name, dtype=kind)

    tags = column("tags.u64", "<u8")
    contacts = {
        "number": numpy.arange(len(tags), dtype="<u4"),
        "tags": tags,
        "seconds": column("seconds.u32", "<u4"),
        "reachable": column("reachable.u8", "u1"),
        "stage": column("stage.u8", "u1"),
    }
    presses = {"day": column("press_day.i32", "<i4"), "contact": column("press_contact.u32", "<u4")}
    for name, columns in (("contacts", contacts), ("presses", presses)):
        db.register("given", columns)
        db.execute(f"CREATE TABLE {name} AS SELECT * FROM given")
        db.unregister("given")
    db.execute("CREATE TABLE contact_tags (tag UTINYINT, contact UINTEGER)")
    for tag in range(1, TAGS + 1):
        db.execute(f"INSERT INTO contact_tags SELECT {tag}, number FROM contacts WHERE (tags & {mask(tag)}) <> 0")


def mask(*tags: int) -> str:
    return f"{sum(1 << (tag - 1) for tag in tags)}::UBIGINT"


def groups() -> list[str]:
    tags = [f"count(*) FILTER (WHERE (tags & {mask(tag)}) <> 0)" for tag in range(1, TAGS + 1)]
    return tags + [f"count(*) FILTER (WHERE stage = {stage})" for stage in range(1, 6)]


def fastest(db: duckdb.DuckDBPyConnection, sql: str, runs: int) -> tuple[float, int]:
    times, answer = [], 0
    for _ in range(runs):
        begun = time.perf_counter()
        answer = db.execute(sql).fetchone()[0]
        times.append((time.perf_counter() - begun) * 1_000)
    return min(times), int(answer)


main()
