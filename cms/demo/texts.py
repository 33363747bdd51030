"""The demonstration's words. All people and events in them are made up."""

from dataclasses import dataclass
from typing import Any

HEADLINE = "We keep each other afloat"
LEAD = (
    "We are people who do small paid tasks on the web. When an account is suspended or a week of work is rejected, "
    "we find out why, we speak up together, and we help with the rent. This group is made up: it shows what Liferaft does."
)
CLOSING = (
    "<p>This newsletter is a demonstration. Its authors and its stories are made up.</p>"
    "<p>Do you have a story, a correction or an idea? Answer this letter, or write to us.</p>"
)


def _text(*paragraphs: str) -> dict[str, Any]:
    return {"type": "text", "value": "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)}


def _heading(text: str) -> dict[str, Any]:
    return {"type": "heading", "value": {"text": text, "level": "section"}}


def _quote(text: str, who: str) -> dict[str, Any]:
    return {"type": "quote", "value": {"text": text, "who": who}}


def _call(audience: str, text: str, label: str, address: str) -> dict[str, Any]:
    value = {"audience": audience, "text": text, "label": label, "page": None, "address": address}
    return {"type": "call_to_action", "value": value}


def _facts(source: str, *facts: tuple[str, str]) -> dict[str, Any]:
    numbers = [{"number": number, "what": what} for number, what in facts]
    return {"type": "facts", "value": {"facts": numbers, "source": source}}


def _article(headline: str, byline: str, slug: str, *body: dict[str, Any]) -> dict[str, Any]:
    return {"headline": headline, "byline": byline, "slug": slug, "body": list(body)}


HOME = [
    _heading("How the money goes"),
    _text(
        "Every gift goes to a fund, and every fund can be read in our books: what came in, what went out, what is "
        'promised, what is left. <a href="/books/">Read the books.</a>'
    ),
    _call(
        "workers",
        "Was your account suspended? You can ask for help without an account and without a name.",
        "Get help",
        "/aid/",
    ),
]


@dataclass(frozen=True)
class Issue:
    number: int
    title: str
    days_ago: int
    summary: str
    intro: str
    articles: list[dict[str, Any]]


ISSUES = [
    Issue(
        number=1,
        title="Newsletter 1: We begin",
        days_ago=150,
        summary="Why a dozen workers started a letter, and what we agreed on first.",
        intro="<p>This is our first letter. It is short, and it will stay short.</p>",
        articles=[
            _article(
                "Why we write to you",
                "Juniper Makepeace",
                "why-we-write-to-you",
                _text(
                    "A dozen of us met in a forum thread about a survey that paid nobody. Most of us had thought it was "
                    "our own mistake. It was not: all of us had been rejected by the same script on the same evening.",
                    "We wrote to the requester together. Nine days later the work was paid. That is the whole idea: "
                    "what happens to one of us is easy to overlook, what happens to twelve is not.",
                ),
                _quote("I had already believed that it was my fault.", "A member, in our first meeting"),
            ),
            _article(
                "What we agreed on",
                "Tobias Fennimore and Ola Brightwater",
                "what-we-agreed-on",
                _text("Four rules, to begin with:"),
                {
                    "type": "text",
                    "value": "<ul><li>Nobody decides alone about money.</li><li>Nobody has to show their name to be "
                    "helped.</li><li>Every gift gets a receipt, and every fund can be read in public.</li>"
                    "<li>We answer within three days, even if the answer is: not yet.</li></ul>",
                },
                _call("everyone", "Tell us which rule is missing.", "Write to us", "mailto:hello@liferaft.example"),
            ),
        ],
    ),
    Issue(
        number=2,
        title="Newsletter 2: Forty thousand tasks",
        days_ago=85,
        summary="A batch was rejected as a whole. What we counted, what came of it, what to do next time.",
        intro="<p>Most of this issue is about one batch. We hope the next one will not be.</p>",
        articles=[
            _article(
                "The batch that vanished",
                "Ola Brightwater",
                "the-batch-that-vanished",
                _text(
                    "In one night a requester rejected everything that anybody had sent: pictures of shop signs to be "
                    "typed, three cents each. The money is small. The rating that falls with it is not: below a mark, "
                    "better-paid work disappears from the list.",
                ),
                _facts(
                    "What 61 members reported to us; made up for this demonstration",
                    ("41,200", "tasks rejected in one night"),
                    ("61", "workers who wrote to us"),
                    ("23", "days until the first rejection was taken back"),
                ),
                _heading("What helped"),
                _text(
                    "Screenshots did. Whoever had kept the task's number and the time could show that the answers were "
                    "right. We have written a page on what to keep; it takes half a minute for each batch.",
                    "Writing alone helped nobody. Writing together did, on the twenty-third day.",
                ),
                _call(
                    "requesters",
                    "Rejecting a whole batch is hardly ever the right answer. Ask us how others check quality.",
                    "Write to us",
                    "mailto:hello@liferaft.example",
                ),
            ),
            _article(
                "How to read a rejection",
                "Percival Okonkwo-Lind",
                "how-to-read-a-rejection",
                _text(
                    "Look at three things before you write: the reason that is given, the time between your answer and "
                    "the rejection, and whether the same minute rejected others. A reason without a single detail, "
                    "within seconds, for everybody, is a script.",
                ),
            ),
        ],
    ),
    Issue(
        number=3,
        title="Newsletter 3: The week of the suspensions",
        days_ago=20,
        summary="Dozens of accounts closed within days, what they had in common, and the fund that we opened.",
        intro="<p>A hard month. Thank you to everybody who wrote, listened and gave.</p>",
        articles=[
            _article(
                "What we know, and what we do not",
                "Juniper Makepeace",
                "what-we-know",
                _text(
                    "On a Tuesday the first six of us could not sign in any more. By Friday it was forty-four. The "
                    "message said that the terms had been broken, and did not say which or how.",
                    "In the open forum somebody asked what we had all done the week before. It was the same kind of "
                    "task. That is a connection, not a proof, and we say so when we are asked.",
                ),
                _quote(
                    "Come for two minutes or for two hours, with the camera off. You will not be alone with it.",
                    "From the invitation",
                ),
                _call(
                    "workers",
                    "Report a suspension, also if you want nothing from us: every report makes the picture clearer.",
                    "Report and ask for help",
                    "/aid/",
                ),
            ),
            _article(
                "The fund is open",
                "Tobias Fennimore",
                "the-fund-is-open",
                _text(
                    "Mutual aid pays for what cannot wait: food, medicine, the telephone. You apply without an account "
                    "and get seven words, by which you find your request again. Two people decide, a third one pays.",
                ),
                _call(
                    "allies",
                    "A gift to this fund goes to suspended workers, whole, less what the card companies take.",
                    "Give to mutual aid",
                    "/campaigns/a-liferaft-for-suspended-workers/",
                ),
            ),
            _article(
                "Thank you",
                "Everybody here",
                "thank-you",
                _text(
                    "To those who gave, to those who answered letters at night, and to those who told us what happened."
                ),
            ),
        ],
    ),
]

CAMPAIGNS: list[dict[str, Any]] = [
    {
        "slug": "keep-us-afloat",
        "title": "Keep us afloat",
        "lead": "Servers, moderators and answers to letters cost money every month. Many small gifts carry them.",
        "search_description": "Help to pay for servers, moderation and answers, a little every month.",
        "fund": "general",
        "goal_kind": "monthly",
        "goal_amount": 1200,
        "body": [
            _text(
                "We take nothing from the companies whose work we do. That keeps us free to say what we see, and it "
                "makes us depend on you.",
                "A monthly gift is worth more to us than a large one: we can promise a moderator next month's pay only "
                "if we know what will come.",
            ),
            _quote("Somebody answered at two in the morning. I had stopped expecting that.", "A worker from the forum"),
        ],
        "levels": [
            {"type": "level", "value": {"amount": "10", "what": "keeps the forum online for a day"}},
            {"type": "level", "value": {"amount": "25", "what": "pays for one appeal against a suspension"}},
            {"type": "level", "value": {"amount": "100", "what": "pays a moderator for a week of evenings"}},
        ],
        "questions": [
            {
                "type": "question",
                "value": {
                    "question": "Can I stop a monthly gift?",
                    "answer": "<p>Yes, at any time and without asking anybody: by the link in every receipt.</p>",
                },
            },
            {
                "type": "question",
                "value": {
                    "question": "Do I get a receipt?",
                    "answer": "<p>Yes, for every gift, by mail, within a minute or two. It is a PDF that anybody can check.</p>",
                },
            },
            {
                "type": "question",
                "value": {
                    "question": "Is this real?",
                    "answer": "<p>No. This group, its people and its campaigns are made up to show what Liferaft does. "
                    "No real money moves here.</p>",
                },
            },
        ],
    },
    {
        "slug": "a-liferaft-for-suspended-workers",
        "title": "A liferaft for suspended workers",
        "lead": "Forty-four accounts were closed within a week. This fund pays for what cannot wait.",
        "search_description": "Mutual aid for workers whose accounts were suspended.",
        "fund": "aid",
        "goal_kind": "total",
        "goal_amount": 6000,
        "body": [
            _text(
                "Whoever lives on small tasks has no notice and no sick pay. When the account is closed, this week's "
                "food money is gone.",
                "Workers ask for help without an account and without showing their name to anybody but the two people "
                "who decide. The money goes out within days, and the books show it.",
            ),
            _facts(
                "Made up for this demonstration",
                ("44", "accounts closed in one week"),
                ("6", "days to the first payment"),
            ),
        ],
        "levels": [
            {"type": "level", "value": {"amount": "20", "what": "is a telephone bill"}},
            {"type": "level", "value": {"amount": "60", "what": "is a week of groceries for one"}},
            {"type": "level", "value": {"amount": "150", "what": "is medicine and a bus ticket for a month"}},
        ],
        "questions": [
            {
                "type": "question",
                "value": {
                    "question": "Who decides who is helped?",
                    "answer": "<p>Never one person: a caseworker recommends, another member approves, a third pays. "
                    "Whoever is refused can ask other people to look again.</p>",
                },
            },
        ],
    },
]
