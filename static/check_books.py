#!/usr/bin/env python3
"""Checks the sealed books of an organisation that uses Liferaft. Needs Python 3.9 or newer and nothing else.

    python3 check_books.py proof.json --heads heads.json    is my gift (or my payment) in the public books?
    python3 check_books.py books.zip  --heads heads.json    an auditor's export: everything, from the beginning

heads.json lists the public heads, one for each day, as you fetched it from /books/heads.json. Keep it: whoever has an old
one can tell whether the past was written anew. This file opens no connection and writes nothing. A leaf (RFC 9162, 2.1)
is SHA-256(0x00, 16 random bytes, the transaction as text); a node over two others SHA-256(0x01, left, right); a head
SHA-256(0x02, day, leaves in 8 bytes, root, head before). Exit: 0 it fits, 1 it does not, 2 it could not be read.
"""

import argparse
import collections
import functools
import hashlib
import io
import json
import sys
import zipfile
from pathlib import Path


class Wrong(Exception):
    """Something does not fit; the text says what."""


def demand(is_so, otherwise):
    if not is_so:
        raise Wrong(otherwise)


def say(text):
    sys.stdout.write(text + "\n")


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def leaf_of(row, what):
    leaf = sha(b"\x00", bytes.fromhex(row["salt"]), row["content"].encode())
    demand(leaf.hex() == row["leaf"], f"{what}: the text does not have the hash of the leaf")
    return leaf


def check_head(head, public):
    size, root, before = head["size"].to_bytes(8, "big"), bytes.fromhex(head["root"]), bytes.fromhex(head["previous"])
    made = sha(b"\x02", head["day"].encode(), size, root, before)
    demand(made.hex() == head["hash"], f"the head of {head['day']} does not have the hash it says")
    demand(public.get(head["day"], head) == head, f"the public head of {head['day']} is another one")


def check_chain(heads, public):
    """Each head names the one of the day before, and the tree never shrinks."""
    before, day, size = "00" * 32, "", 0
    for head in heads:
        check_head(head, public)
        demand(head["previous"] == before, f"the head of {head['day']} does not follow from the one before it")
        demand(head["day"] > day and head["size"] >= size, f"the head of {head['day']} goes backwards")
        before, day, size = head["hash"], head["day"], head["size"]


def ways(at, last, path):
    """Go up a path from the place ``at`` (2.1.3.2): each step's hash, and whether it is the left half."""
    for step in path:
        demand(last > 0, "a path is too long")
        is_left = at % 2 == 1 or at == last
        yield bytes.fromhex(step), is_left
        while is_left and at % 2 == 0 and at > 0:
            at, last = at // 2, last // 2
        at, last = at // 2, last // 2
    demand(last == 0, "a path is too short")


def climb(leaf, position, size, path):
    demand(0 <= position < size, "the place is not within the tree")
    made = leaf
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
    first = second = bytes.fromhex(steps[0])
    for step, is_left in ways(at, last, steps[1:]):
        first = sha(b"\x01", step, first) if is_left else first
        second = sha(b"\x01", step, second) if is_left else sha(b"\x01", second, step)
    demand(
        first.hex() == old["root"] and second.hex() == new["root"], "the newest head is not grown from the older one"
    )


def check_proof(proof, public):
    """Every transaction of a proof leads to a root; with the public heads, to one that everybody sees."""
    demand(proof["transactions"], "the proof is about nothing")
    for told in proof["transactions"]:
        content = json.loads(told["content"])
        what = f"{content['kind']} of {content['booked_on']}"
        if "leaf" not in told:
            say(f"NOT YET   {what}: it is not sealed. Fetch the proof again in some minutes.")
            continue
        root = climb(leaf_of(told, what), told["position"], told["size"], told["path"])
        demand(root.hex() == told["root"], f"{what}: the path does not lead to the root")
        if "head" not in told:
            say(f"NOT YET   {what}: sealed, but no public head holds it. Fetch the proof again tomorrow.")
            continue
        head, newest = told["head"], told["newest_head"]
        demand((head["size"], head["root"]) == (told["size"], told["root"]), f"{what}: its head is of another tree")
        check_growth(head, newest, told["from_head_to_newest"])
        for each in (head, newest):
            check_head(each, public)
        demand(not public or head["day"] in public, f"heads.json ends before {head['day']}: fetch it again")
        moved = ", ".join(f"{fund} {account} {minor} {unit}" for fund, account, minor, unit in content["entries"])
        say(f"IN BOOKS  {what} ({moved}): number {told['position'] + 1} of {told['size']} on {head['day']}")
    return all("head" in told for told in proof["transactions"])


class Tree:
    """Hashes of the full subtrees on the right edge: enough to add a leaf and to know the root."""

    def __init__(self):
        self.edge, self.size = [], 0

    def add(self, leaf):
        self.edge.append((1, leaf))
        self.size += 1
        while len(self.edge) > 1 and self.edge[-1][0] == self.edge[-2][0]:
            (many, right), (_, left) = self.edge.pop(), self.edge.pop()
            self.edge.append((2 * many, sha(b"\x01", left, right)))

    def root(self):
        return functools.reduce(lambda right, left: sha(b"\x01", left, right), [each for _, each in self.edge[::-1]])


def check_row(row, position, sums):
    demand(row["position"] == position, f"leaf {position} is missing or in another place")
    leaf, left = leaf_of(row, f"leaf {position}"), collections.Counter()
    for fund, account, minor, unit in json.loads(row["content"])["entries"]:
        left[unit] += minor
        sums[fund, unit, account] += minor
    demand(left and not any(left.values()), f"leaf {position} does not sum to zero")
    return leaf


def check_export(archive, public):
    heads = json.loads(archive.read("heads.json"))["heads"]
    check_chain(heads, public)
    tree, waiting, sums = Tree(), list(heads), collections.Counter()
    with archive.open("leaves.jsonl") as lines:
        for position, line in enumerate(io.TextIOWrapper(lines, encoding="utf-8")):
            tree.add(check_row(json.loads(line), position, sums))
            while waiting and waiting[0]["size"] == tree.size:
                head = waiting.pop(0)
                demand(tree.root().hex() == head["root"], f"the books are not what the head of {head['day']} says")
    demand(not waiting, "leaves are missing that a head has counted")
    say(f"{tree.size} transactions, each sums to zero, under {len(heads)} heads")
    for fund, unit in sorted({key[:2] for key in sums}):
        there = sums[fund, unit, "stripe"] + sums[fund, unit, "bank"]
        say(f"fund {fund}: {there} {unit} (in its smallest unit) at Stripe and the bank")
    for (fund, unit, account), minor in sorted(sums.items()):
        say(f"    {fund} {account}: {minor} {unit}")
    return True


def check(asked):
    heads = json.loads(Path(asked.heads).read_text("utf-8"))["heads"] if asked.heads else []
    check_chain(heads, {})
    public = {head["day"]: head for head in heads}
    if zipfile.is_zipfile(asked.file):
        complete = check_export(zipfile.ZipFile(asked.file), public)
    else:
        complete = check_proof(json.loads(Path(asked.file).read_text("utf-8")), public)
    if not public:
        say("Without public heads (--heads) this tells that it fits together, not that others see the same books.")
    say("All of it fits." if complete else "What is there so far fits.")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Check a proof, or an auditor's export, of sealed books.")
    parser.add_argument("file", help="proof.json or the export (a ZIP file)")
    parser.add_argument("--heads", help="heads.json as you fetched it, today or earlier")
    try:
        check(parser.parse_args())
    except Wrong as wrong:
        sys.exit(f"WRONG     {wrong}")
    except (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        sys.stderr.write(f"This could not be read: {error!r}\n")
        sys.exit(2)
