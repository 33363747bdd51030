"""Rich text becomes plain text as a person would type it."""

import pytest

from cms.blocks import plain

CASES = {
    "paragraphs": ("<p>One.</p><p>Two\n  lines.</p><p></p>", "One.\n\nTwo lines."),
    "line breaks": ("<p>1 Harbour Street<br/>Portland</p>", "1 Harbour Street\nPortland"),
    "lists": (
        "<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul><ol><li>d</li><li>e</li></ol>",
        "- a\n  - b\n- c\n\n1. d\n2. e",
    ),
    "loose words": ("Hello <b>you</b><p>there</p>", "Hello you\n\nthere"),
    "special characters": ("<p>a &lt;b&gt; &amp; c&nbsp;d<!-- no --></p>", "a <b> & c d"),
    "a link": ('<p>See <a href="https://a.example/x?y=1&amp;z=2">it</a>.</p>', "See it [1]."),
    "an address that is its own words": (
        '<p><a href="https://a.example/">https://a.example/</a></p>',
        "https://a.example/",
    ),
    "mail": ('<p><a href="mailto:post@a.example">post@a.example</a></p>', "post@a.example"),
    "no link any more": ("<p><a>gone</a></p>", "gone"),
    "the same link twice": ('<p><a href="/a/">a</a> <a href="/b/">b</a> <a href="/a/">a</a></p>', "a [1] b [2] a [1]"),
}


@pytest.mark.parametrize("case", CASES)
def test_rich_text_becomes_plain(case: str) -> None:
    html, words = CASES[case]

    assert plain.from_rich_text(html, notes=plain.Notes(), page_address="https://raft.example/") == words


def test_notes_are_printed_where_they_are_named_and_keep_their_numbers() -> None:
    notes = plain.Notes()
    notes.number("https://a.example/"), notes.number("https://b.example/")
    first = notes.here()
    notes.number("https://c.example/"), notes.number("https://b.example/")

    assert first == [(1, "https://a.example/"), (2, "https://b.example/")]
    assert notes.here() == [(2, "https://b.example/"), (3, "https://c.example/")]
    assert notes.here() == []


def test_lines_are_broken_at_spaces_only_and_keep_their_beginnings() -> None:
    address = "https://raft.example/" + "a-b/" * 30
    words = "we all had done the same task " * 4

    fitted = plain.fit(f"> {words}\n\n\n\n- {words}\n10. {words}\n[1] {address}\n{address}")

    lines = fitted.splitlines()
    assert [line for line in lines if len(line) > plain.WIDTH] == [f"[1] {address}", address]
    assert [line[:4].rstrip() for line in lines[:-2]] == ["> we", "> do", "", "- we", "  do", "10.", ""]
