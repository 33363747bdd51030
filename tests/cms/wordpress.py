"""Made-up records in the shapes that WordPress's REST API gives them."""

import json
from pathlib import Path
from typing import Any

OLD = "https://old.raft.example"

DONATION_HTML = """
<div class="wp-block-columns is-layout-flex"><div class="wp-block-column" style="text-align: center;">
<h6 style="text-align: center;"><span style="font-family: tahoma; font-size: 18pt;">Keep the raft afloat<img loading="lazy"
 class="alignnone size-full wp-image-21" src="https://old.raft.example/wp-content/uploads/2021/02/raft-300x200.jpg" alt="" />
We&#8217;re rowing together</span></h6>
<p style="font-size: 17px;"><span style="font-size: 12pt;"><span style="font-weight: 400;">Our rowers</span> need you.&nbsp;<span style="font-weight: 400;">All of them.</span></span></p>
<p>We want to raise $1,200 per month.</p>
<p><strong>Monthly gifts are vital.&nbsp;</strong></p>
<ul><li style="text-align: justify;"><span>$30 <span>pays for one appeal. </span><span>There were many in 2022.</span></span></li>
<li>$90 per month will keep the forum moderated.&nbsp;</li></ul>
<h6><span style="font-size: 18pt;"><div class='root-data-givewp-embed' data-form-locale='en_US'
 data-form-url='https://old.raft.example/?post_type=give_forms&amp;p=99' data-src='https://old.raft.example/?givewp-route=x&amp;form-id=99'></div></span></h6>
<p><span>Here are <a href="https://old.raft.example/?page_id=61"><b>questions</b></a></span></p>
<p>Or <strong><a href="https://old.raft.example/?page_id=62">write to us</a></strong></p>
<p>See <a href="https://other.example/story?a=1&amp;b=2">a report</a> and <a href="mailto:post@raft.example">post</a>.</p>
</div><div class="wp-block-column"><br /><p>&nbsp;</p></div></div><p>&nbsp;</p>
"""

NEWSLETTER_HTML = """
<p>Welcome to the twelfth issue.</p>
<h3>The long night</h3><p>By: Ana Ruiz</p><p>It began at <em>two</em>.<br>Nobody slept.</p><h4>After it</h4><p>We met.</p>
<h3>The long night</h3><p>Another one of this name.</p>
<blockquote><p>We all had done the same task.</p><cite>Wanda</cite></blockquote>
"""


def record(wp_id: int, title: str, content: str, **more: Any) -> dict[str, Any]:
    """A page as the API gives it; ``type="post"`` makes it a post."""
    return {
        "id": wp_id,
        "date": "2021-02-02T15:53:32",
        "date_gmt": "2021-02-02T15:53:32",
        "guid": {"rendered": f"http://older.raft.example/?page_id={wp_id}"},
        "modified": "2024-09-16T07:31:22",
        "modified_gmt": "2024-09-16T07:31:22",
        "slug": f"page-{wp_id}",
        "status": "publish",
        "type": "page",
        "link": f"{OLD}/?page_id={wp_id}",
        "title": {"rendered": title},
        "content": {"rendered": content, "protected": False},
        "excerpt": {"rendered": "", "protected": False},
        "author": 1,
        "featured_media": 0,
        "meta": {"footnotes": ""},
    } | more


DONATION = record(51, "Give &#8211; keep us afloat", DONATION_HTML, slug="give-afloat")
NEWSLETTER = record(52, "Newsletter 12 &#8211; The long night", NEWSLETTER_HTML, type="post", slug="newsletter-12")


def save(folder: Path, *records: Any, name: str = "pages.json") -> str:
    """Write records to a file and return its path: one record alone, several as a list."""
    path = folder / name
    path.write_text(json.dumps(records[0] if len(records) == 1 else list(records)), encoding="utf-8")
    return str(path)
