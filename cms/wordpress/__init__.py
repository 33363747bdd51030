"""Brings pages over from WordPress: read, clean, place, report.

What was decided, and why:

- A page with the old donation form becomes a campaign with ours, a post "Newsletter N ..." becomes issue N, everything
  else a plain page. A small heading set in large letters is a heading; a list "$50 does ..." also becomes impact levels.
- A link to an old page that did not come along keeps its number (``/?page_id=883``) and is named as a gap. It is
  answered with "not found" until that page is imported, and leads there from then on.
- What cannot be read at all stops the import before anything is written; one bad record is refused and the others come
  in, each in a transaction of its own. Either way the command ends with exit code 1.
- A record is known by its number. Run again, it is left alone if it is the same, brought up to date if only the old
  site changed it, and kept as it is if an editor changed or deleted the page here.
"""
