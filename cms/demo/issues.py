"""The demonstration's newsletters: all people, companies and events in them are made up."""

from dataclasses import dataclass, field
from typing import Any

from cms.demo.pieces import article, call, facts, heading, points, quote, text

# Topics, with their names in Spanish.
REJECTIONS, SUSPENSIONS, FORUM = "Mass rejections", "Suspensions", "Open forum"
TOPICS = {REJECTIONS: "Rechazos masivos", SUSPENSIONS: "Suspensiones", FORUM: "Foro abierto"}
CLOSINGS = {
    "Closing words": "<p>This newsletter is a demonstration. Its authors and its stories are made up.</p>"
    "<p>Do you have a story, a correction or an idea? Answer this letter, or write to us.</p>",
    "Suggestions": "<p><b>We are looking for suggestions.</b> What should we do better, begin, or leave alone? Write to "
    '<a href="mailto:hello@liferaft.example">hello@liferaft.example</a>, and somebody will talk it over with you. Do not '
    "keep an idea back because you think that we must have had it: most of what works here began as somebody's letter.</p>"
    "<p>This newsletter is a demonstration. Its authors and its stories are made up.</p>",
}


@dataclass(frozen=True)
class Issue:
    """An issue as it is put into the tree. A draft waits for a second person."""

    number: int
    title: str
    days_ago: int
    summary: str
    intro: str
    articles: list[dict[str, Any]]
    topics: list[str] = field(default_factory=list)
    closing: str = "Closing words"
    is_draft: bool = False


ISSUES = [
    Issue(
        number=1,
        title="Newsletter 1: We begin",
        days_ago=150,
        summary="Why a dozen workers started a letter, and what we agreed on first.",
        intro="<p>This is our first letter. It is short, and it will stay short.</p>",
        topics=[],
        articles=[
            article(
                "Why we write to you",
                "Juniper Makepeace",
                "why-we-write-to-you",
                text(
                    "A dozen of us met in a forum thread about a survey that paid nobody. Most of us had thought it was "
                    "our own mistake. It was not: all of us had been rejected by the same script on the same evening.",
                    "We wrote to the requester together. Nine days later the work was paid. That is the whole idea: "
                    "what happens to one of us is easy to overlook, what happens to twelve is not.",
                ),
                quote("I had already believed that it was my fault.", "A member, in our first meeting"),
            ),
            article(
                "What we agreed on",
                "Tobias Fennimore and Ola Brightwater",
                "what-we-agreed-on",
                text("Four rules, to begin with:"),
                points(
                    "Nobody decides alone about money.",
                    "Nobody has to show their name to be helped.",
                    "Every gift gets a receipt, and every fund can be read in public.",
                    "We answer within three days, even if the answer is: not yet.",
                ),
                call("everyone", "Tell us which rule is missing.", "Write to us", "mailto:hello@liferaft.example"),
            ),
        ],
    ),
    Issue(
        number=2,
        title="Newsletter 2: Forty thousand tasks",
        days_ago=85,
        summary="A batch was rejected as a whole. What we counted, what came of it, what each of us can do.",
        topics=[REJECTIONS, FORUM],
        closing="Suggestions",
        intro="<p>Welcome to our second letter. Most of it is about one batch and one night, because most of your "
        "letters were. We hope that the next one will not have to be.</p>",
        articles=[
            article(
                "Our next open forum",
                "",
                "our-next-open-forum",
                text(
                    "The forum is open again on the second Thursday of next month, from 1 to 3 in the afternoon, New York "
                    "time. Come with a rejection you do not understand, with a question about tools, or with nothing at "
                    "all. People who have done this work for a week sit beside people who have done it for ten years.",
                    "We meet by video. The camera may stay off, the name may be one you made up, and two minutes are as "
                    "welcome as two hours. Whoever signs up gets the link by mail on the day before.",
                ),
                call(
                    "everyone",
                    "Tell us that you come, so that we know how many tables to lay.",
                    "Sign up for the forum",
                    "mailto:forum@liferaft.example",
                ),
                text(
                    "Questions before that go to "
                    '<a href="mailto:hello@liferaft.example">hello@liferaft.example</a>. Somebody reads it every day.'
                ),
            ),
            article(
                "“Those batches are closed on our side”",
                "Ola Brightwater",
                "the-batch-that-vanished",
                text(
                    "The headline is not mine. It is the whole answer that we got after fifty-two days of asking, and I "
                    "would like you to know what came before it.",
                ),
                heading("The night"),
                text(
                    "On a Sunday evening a requester called Pebblewick Signs (that is not a real name, and this is not a "
                    "real story) put up pictures of shop signs to be typed, three cents each. The requester's record was "
                    "spotless. There was little else to do that evening, and the tasks were quick, so many of us did "
                    "hundreds.",
                    "By Monday morning every single answer had been rejected, right or wrong. The money is small. The "
                    "rating that falls with it is not: below a mark, the better-paid work disappears from the list, and "
                    "nobody tells you for how long.",
                ),
                facts(
                    "What 61 members reported to us; made up for this demonstration",
                    ("41,200", "tasks rejected in one night"),
                    ("61", "workers who wrote to us"),
                    ("23", "days until the first rejection was taken back"),
                ),
                heading("What we were told"),
                text(
                    "At first we took it for a mistake, as you would. Mistakes are put right when somebody points at them. "
                    "So we pointed: to the requester, who did not answer, and to the platform, which thanked us for our "
                    "patience.",
                ),
                quote(
                    "They can keep the dollar twenty. I would like to have my rating back.",
                    "A member, in a letter to us",
                ),
                quote("It was my second day. I thought this was how it always is.", "Another member"),
                text(
                    "Then somebody who knew told us over the telephone what had happened. The key with which the answers "
                    "were checked belonged to another batch. Whoever ran it had noticed within the hour, and had closed the "
                    "account instead of taking the rejections back.",
                ),
                heading("What helped, and what did not"),
                text(
                    "On the twenty-third day some rejections were taken back, four thousand or so, and then no more. We "
                    "looked for what those had in common: who had complained, who had not, who was new, who was not. We "
                    "found nothing. The rules say that after twenty days nothing can be taken back at all.",
                    "Screenshots helped. Whoever had kept the task's number and the time could show that the answers were "
                    "right. Writing alone helped nobody. Writing together did, on the twenty-third day and not before.",
                ),
                heading("Where it stands"),
                text(
                    "We asked in three meetings for one thing: that everybody's rejections of that night be taken back, "
                    "since nobody disputes any more whose fault they were. In the last one an engineer promised to look "
                    "at it. The sentence above this article is what came of that. We have written again.",
                ),
                heading("What each of us can do"),
                text("Four things, one for each of us, and each takes less than ten minutes:"),
                call(
                    "workers",
                    "1. Were you there that night? Tell us what it did to your rating and to your week. Your name stays "
                    "with the two people who read the letters.",
                    "Tell us what happened",
                    "/aid/",
                ),
                call(
                    "requesters",
                    "2. Your surveys now wait longer, because the people who did them well cannot see them any more. Say "
                    "so to the platform, and ask us how others check quality without rejecting whole batches.",
                    "Ask how others do it",
                    "mailto:hello@liferaft.example",
                ),
                call(
                    "allies",
                    "3. Pass this letter on to one person who pays for data and does not know how it is made. And if you "
                    "can, carry a part of our phone bill.",
                    "Give to the work",
                    "/campaigns/keep-us-afloat/",
                ),
                call(
                    "everyone",
                    "4. We wrote down a rule that would have prevented all of it: no batch is rejected as a whole before a "
                    "person has looked at twenty answers. Tell us whether you would sign it.",
                    "Say yes, no or but",
                    "mailto:hello@liferaft.example",
                ),
                points(
                    "The form of the platform's support: you find it under “Help” when you are signed in.",
                    'Our address: <a href="mailto:hello@liferaft.example">hello@liferaft.example</a>',
                    'How our money goes: <a href="/books/">our books</a>',
                ),
                text("We will tell you what becomes of it, also if it is nothing."),
            ),
            article(
                "How to read a rejection",
                "Percival Okonkwo-Lind",
                "how-to-read-a-rejection",
                text(
                    "Look at three things before you write: the reason that is given, the time between your answer and "
                    "the rejection, and whether the same minute rejected others. A reason without a single detail, "
                    "within seconds, for everybody, is a script.",
                ),
                heading("What to keep"),
                points(
                    "A picture of the task with its number, before you send your answer",
                    "The minute in which you sent it",
                    "The words of the rejection, all of them",
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
        topics=[SUSPENSIONS],
        articles=[
            article(
                "What we know, and what we do not",
                "Juniper Makepeace",
                "what-we-know",
                text(
                    "On a Tuesday the first six of us could not sign in any more. By Friday it was forty-four. The "
                    "message said that the terms had been broken, and did not say which or how.",
                    "In the open forum somebody asked what we had all done the week before. It was the same kind of "
                    "task. That is a connection, not a proof, and we say so when we are asked.",
                ),
                quote(
                    "Come for two minutes or for two hours, with the camera off. You will not be alone with it.",
                    "From the invitation",
                ),
                call(
                    "workers",
                    "Report a suspension, also if you want nothing from us: every report makes the picture clearer.",
                    "Report and ask for help",
                    "/aid/",
                ),
            ),
            article(
                "The fund is open",
                "Tobias Fennimore",
                "the-fund-is-open",
                text(
                    "Mutual aid pays for what cannot wait: food, medicine, the telephone. You apply without an account "
                    "and get seven words, by which you find your request again. Two people decide, a third one pays.",
                ),
                call(
                    "allies",
                    "A gift to this fund goes to suspended workers, whole, less what the card companies take.",
                    "Give to mutual aid",
                    "/campaigns/a-liferaft-for-suspended-workers/",
                ),
            ),
            article(
                "Thank you",
                "Everybody here",
                "thank-you",
                text(
                    "To those who gave, to those who answered letters at night, and to those who told us what happened."
                ),
            ),
        ],
    ),
    Issue(
        number=4,
        title="Newsletter 4: What came back",
        days_ago=0,
        summary="The first accounts are open again. What we learned, and who is still waiting.",
        topics=[SUSPENSIONS],
        intro="<p>Good news first, for once, and then the names of nobody: nineteen of us can work again.</p>",
        articles=[
            article(
                "Nineteen of forty-four",
                "Juniper Makepeace and Tobias Fennimore",
                "nineteen-of-forty-four",
                text(
                    "Three weeks after the suspensions the first accounts were opened again, without a word on why they "
                    "had been closed. Twenty-five are not. We keep asking for those, one by one and all together.",
                ),
                facts(
                    "What our members told us; made up for this demonstration",
                    ("19", "accounts are open again"),
                    ("25", "are not"),
                    ("22", "days was the longest wait that ended"),
                ),
                call(
                    "workers",
                    "Is your account open again? Tell us on which day: it helps those who still wait.",
                    "Tell us",
                    "/aid/",
                ),
            ),
            article(
                "What the fund paid",
                "Ola Brightwater",
                "what-the-fund-paid",
                text(
                    "Groceries, two telephone bills, one month of insulin. Each was decided by two people and paid by a "
                    'third. The sums are in <a href="/books/">our books</a>, the people are not.',
                ),
            ),
        ],
        is_draft=True,
    ),
]
