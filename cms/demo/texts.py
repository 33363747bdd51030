"""The demonstration's words. All people and events in them are made up."""

from typing import Any

from cms.demo.pieces import call, facts, heading, quote, text

HEADLINE = "We keep each other afloat"
LEAD = (
    "We are people who do small paid tasks on the web. When an account is suspended or a week of work is rejected, "
    "we find out why, we speak up together, and we help with the rent. This group is made up: it shows what Liferaft does."
)

HOME = [
    heading("How the money goes"),
    text(
        "Every gift goes to a fund, and every fund can be read in our books: what came in, what went out, what is "
        'promised, what is left. <a href="/books/">Read the books.</a>'
    ),
    call(
        "workers",
        "Was your account suspended? You can ask for help without an account and without a name.",
        "Get help",
        "/aid/",
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
            text(
                "We take nothing from the companies whose work we do. That keeps us free to say what we see, and it "
                "makes us depend on you.",
                "A monthly gift is worth more to us than a large one: we can promise a moderator next month's pay only "
                "if we know what will come.",
            ),
            quote("Somebody answered at two in the morning. I had stopped expecting that.", "A worker from the forum"),
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
            text(
                "Whoever lives on small tasks has no notice and no sick pay. When the account is closed, this week's "
                "food money is gone.",
                "Workers ask for help without an account and without showing their name to anybody but the two people "
                "who decide. The money goes out within days, and the books show it.",
            ),
            facts(
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
