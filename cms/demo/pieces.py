"""Blocks as the demonstration's texts need them."""

from typing import Any

Block = dict[str, Any]


def text(*paragraphs: str) -> Block:
    return {"type": "text", "value": "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)}


def points(*items: str, kind: str = "ul") -> Block:
    return {"type": "text", "value": f"<{kind}>{''.join(f'<li>{item}</li>' for item in items)}</{kind}>"}


def heading(words: str) -> Block:
    return {"type": "heading", "value": {"text": words, "level": "section"}}


def quote(words: str, who: str) -> Block:
    return {"type": "quote", "value": {"text": words, "who": who}}


def call(audience: str, words: str, label: str, address: str) -> Block:
    value = {"audience": audience, "text": words, "label": label, "page": None, "address": address}
    return {"type": "call_to_action", "value": value}


def facts(source: str, *numbers: tuple[str, str]) -> Block:
    return {
        "type": "facts",
        "value": {"facts": [{"number": number, "what": what} for number, what in numbers], "source": source},
    }


def article(headline: str, byline: str, slug: str, *body: Block) -> Block:
    return {"headline": headline, "byline": byline, "slug": slug, "body": list(body)}
