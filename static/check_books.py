#!/usr/bin/env python3
"""Checks the sealed books of an organisation that uses Liferaft. Needs Python 3.9 or newer and nothing else.

    python3 check_books.py proof.json --heads heads.json    is my gift (or my payment) in the public books?
    python3 check_books.py books.zip  --heads heads.json    an auditor's export: everything, from the beginning

heads.json lists the public heads, one a day, as you fetched it from /books/heads.json. Keep it, or one hash (--hash): whoever
has an old one can tell whether the past was written anew. This file opens no connection and writes nothing. A leaf (RFC 9162,
2.1) is SHA-256(0x00, 16 random bytes, the transaction as text); a node SHA-256(0x01, left, right); a head SHA-256(0x02, day,
leaves in 8 bytes, root, head before). Exit: 0 all fits, 1 it does not, 2 not readable, 3 a public head is still missing.
"""

import argparse
import collections
import datetime
import functools
import hashlib
import json
import re
import sys
import zipfile
from pathlib import Path


class Wrong(Exception):
    """Something does not fit; the text says what."""


def demand(is_so, otherwise):
    if not is_so:
        raise Wrong(otherwise)


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def shown(value, most=60):
    """What a file says, without what a terminal would obey, and no longer than a word should be."""
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in str(value)[:most])


def say(text):
    sys.stdout.write(shown(text, None) + "\n")


def raw(text, many=32):
    demand(re.fullmatch(f"[0-9a-f]{{{2 * many}}}", text), f"this is not {many} bytes: {text}")
    return bytes.fromhex(text)


def whole(number):
    demand(type(number) is int, f"this is not a whole number: {number}")
    return number


def leaf_of(row, what):
    leaf = sha(b"\x00", raw(row["salt"], 16), row["content"].encode())
    demand(leaf.hex() == row["leaf"], f"{what}: the text does not have the hash of the leaf")
    return leaf


def check_head(head):
    demand(re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", head["day"]), f"this is not a day (YYYY-MM-DD): {head['day']}")
    size, root, before = whole(head["size"]).to_bytes(8, "big"), raw(head["root"]), raw(head["previous"])
    made = sha(b"\x02", head["day"].encode(), size, root, before)
    demand(made.hex() == head["hash"], f"the head of {head['day']} does not have the hash it says")
    return datetime.date.fromisoformat(head["day"]).toordinal()


def check_chain(heads):
    """Each head names the one of the day before, no day is left out, and the tree never shrinks."""
    before, last, size = "00" * 32, None, 0
    for head in heads:
        day = check_head(head)
        demand(head["previous"] == before, f"the head of {head['day']} does not follow from the one before it")
        demand(last in (None, day - 1) and head["size"] >= size, f"the head of {head['day']} skips a day, or shrinks")
        before, last, size = head["hash"], day, head["size"]


def check_kept(heads, public, kept):
    """What somebody kept is here: each public head up to the last of these (one at least), and the lone hash."""
    there = {head["day"]: head for head in heads}
    demand(not public or (heads and min(public) <= max(there)), "none of the public heads is in it")
    for day, head in public.items():
        demand(day > max(there) or there.get(day) == head, f"the public head of {day} is another one, or missing")
    demand(not kept or kept in [head["hash"] for head in heads], "the hash that you kept is that of none of its heads")


def ways(at, last, path):
    """Go up a path from the place ``at`` (2.1.3.2): each step's hash, and whether it is the left half."""
    for step in path:
        demand(last > 0, "a path is too long")
        is_left = at % 2 == 1 or at == last
        yield raw(step), is_left
        while is_left and at % 2 == 0 and at > 0:
            at, last = at // 2, last // 2
        at, last = at // 2, last // 2
    demand(last == 0, "a path is too short")


def climb(made, position, size, path):
    demand(0 <= whole(position) < whole(size), "the place is not within the tree")
    for step, is_left in ways(position, size - 1, path):
        made = sha(b"\x01", step, made) if is_left else sha(b"\x01", made, step)
    return made


def check_growth(old, new, path):
    """The tree of the one head is the beginning of that of the other (2.1.4.2)."""
    if old["size"] == new["size"]:
        demand(not path and old["root"] == new["root"], "two heads of the same size have different roots")
        return
    demand(0 < old["size"] < new["size"], "the newest head is smaller than the one of the transaction's day")
    steps = ([old["root"]] if old["size"] & (old["size"] - 1) == 0 else []) + path
    demand(steps, "the path between the heads is too short")
    at, last = old["size"] - 1, new["size"] - 1
    while at % 2 == 1:
        at, last = at // 2, last // 2
    first = second = raw(steps[0])
    for step, is_left in ways(at, last, steps[1:]):
        first = sha(b"\x01", step, first) if is_left else first
        second = sha(b"\x01", step, second) if is_left else sha(b"\x01", second, step)
    demand([first.hex(), second.hex()] == [old["root"], new["root"]], "the newest head is not grown from the older one")


def check_told(told, public, kept):
    """A transaction leads to a root; with the public heads, to one that everybody sees. Return whether a head holds it."""
    content = json.loads(told["content"])
    what = f"{shown(content['kind'])} of {shown(content['booked_on'])}"
    if "leaf" not in told:
        say(f"NOT YET   {what}: it is not sealed. Fetch the proof again in some minutes.")
        return False
    root = climb(leaf_of(told, what), told["position"], told["size"], told["path"])
    demand(root.hex() == told["root"], f"{what}: the path does not lead to the root")
    if "head" not in told:
        say(f"NOT YET   {what}: sealed, but no public head holds it. Fetch the proof again tomorrow.")
        return False
    head, newest = told["head"], told["newest_head"]
    demand(check_head(head) <= check_head(newest), f"{what}: its newest head is older than its own")
    demand((head["size"], head["root"]) == (told["size"], told["root"]), f"{what}: its head is of another tree")
    check_growth(head, newest, told["from_head_to_newest"])
    demand(not public or head["day"] in public, f"heads.json has no head of {head['day']}: fetch it again")
    check_kept([*public.values(), newest, head], public, kept)
    moved = ", ".join(f"{shown(f)} {shown(a)} {whole(minor)} {shown(unit)}" for f, a, minor, unit in content["entries"])
    say(f"IN BOOKS  {what} ({moved}): number {told['position'] + 1} of {told['size']} on {head['day']}")
    return True


def grow(edge, leaf):
    """Add a leaf to the full subtrees on a tree's right edge, which are enough to know its root."""
    edge.append((1, leaf))
    while len(edge) > 1 and edge[-1][0] == edge[-2][0]:
        (many, right), (_, left) = edge.pop(), edge.pop()
        edge.append((2 * many, sha(b"\x01", left, right)))


def check_row(row, position, sums):
    demand(whole(row["position"]) == position, f"leaf {position} is missing or in another place")
    leaf, left = leaf_of(row, f"leaf {position}"), collections.Counter()
    for fund, account, minor, unit in json.loads(row["content"])["entries"]:
        left[unit] += whole(minor)
        sums[fund, unit, account] += minor
    demand(left and not any(left.values()), f"leaf {position} does not sum to zero")
    return leaf


def check_export(archive, public, kept):
    heads = json.loads(archive.read("heads.json"))["heads"]
    check_chain(heads)
    check_kept(heads, public, kept)
    size, edge, waiting, sums = 0, [], list(heads), collections.Counter()
    for size, line in enumerate(archive.open("leaves.jsonl"), start=1):
        grow(edge, check_row(json.loads(line), size - 1, sums if waiting else collections.Counter()))
        while waiting and waiting[0]["size"] == size:
            head = waiting.pop(0)
            root = functools.reduce(lambda right, left: sha(b"\x01", left, right), [each for _, each in edge[::-1]])
            demand(root.hex() == head["root"], f"the books are not what the head of {head['day']} says")
    demand(not waiting, "leaves are missing that a head has counted")
    sealed = heads[-1]["size"] if heads else 0
    say(f"{sealed} transactions, each sums to zero, under {len(heads)} heads")
    for fund, unit in sorted({key[:2] for key in sums}):
        there = sums[fund, unit, "stripe"] + sums[fund, unit, "bank"]
        say(f"fund {shown(fund)}: {there} {shown(unit)} (in its smallest unit) at Stripe and the bank")
    for (fund, unit, account), minor in sorted(sums.items()):
        say(f"    {shown(fund)} {shown(account)}: {minor} {shown(unit)}")
    if size > sealed or not heads:
        say(f"NOT YET   sealed under a public head: {size - sealed} more, from leaf {sealed} on, not in these sums")
    return size == sealed > 0


def check(asked):
    heads = json.loads(Path(asked.heads).read_text("utf-8"))["heads"] if asked.heads else []
    check_chain(heads)
    public, kept = {head["day"]: head for head in heads}, asked.hash.strip().lower()
    if zipfile.is_zipfile(asked.file):
        complete = check_export(zipfile.ZipFile(asked.file), public, kept)
    else:
        proof = json.loads(Path(asked.file).read_text("utf-8"))["transactions"]
        demand(proof, "the proof is about nothing")
        complete = False not in [check_told(told, public, kept) for told in proof]
    if not public and not kept:
        say("Without public heads (--heads) this tells that it fits together, not that others see the same books.")
    say("All of it fits." if complete else "What is there so far fits.")
    return 0 if complete else 3


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Check a proof, or an auditor's export, of sealed books.")
    parser.add_argument("file", help="proof.json or the export (a ZIP file)")
    parser.add_argument("--heads", help="heads.json as you fetched it, today or earlier")
    parser.add_argument("--hash", default="", help="the hash of one public head, as you kept it")
    try:
        sys.exit(check(parser.parse_args()))
    except Wrong as wrong:
        sys.exit(f"WRONG     {shown(wrong, 300)}")
    except Exception as error:  # noqa: BLE001 - whatever a file makes fail, it is the file that is not readable
        sys.stderr.write(f"This could not be read: {shown(repr(error), 300)}\n")
        sys.exit(2)
