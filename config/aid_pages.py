"""Writes ``docs/aid-steps.md`` and ``docs/aid-matrix.md`` from the tables that the product itself goes by."""

from collections.abc import Callable

from django.utils import translation

from aid.desk import matrix
from aid.statuses import ALLOWED, ENDED, NEWS, OPEN, Status, public_words
from organisation.roles import ROLES, Role

_STEPS = """# How a request goes

This page is written by `script/manage write_aid_pages` from `aid/statuses.py`; a test compares them. The database's
trigger (`aid/guards.py`) refuses every other step, and each of these without the evidence that `aid/evidence.py` names,
also from a shell.

```mermaid
stateDiagram-v2
{diagram}
```

| Status | Staff read | The worker reads | Waits for | A letter tells |
|---|---|---|---|---|
{statuses}

## What is behind a step

- Reviewer, approvers and payer of one request are different people; after an appeal, nobody who had a part before.
- The policy of the fund is frozen into the request when it is taken into review. It says how much one request and one
  person within a period may get, and how many approvals an amount needs. A first small grant takes the fast lane, with
  one approval; after an appeal there is no fast lane.
- An approval stands for one revision of what is asked: payment details, amount, needs and story. If they change, it
  falls; from the first recommendation on, changed payment details wait a day as well.
- A hold lasts a week at most and ends by itself; then a steward looks at it.
- Money that came back is booked back at once. If the details were right, and fund, cap and approvals still carry it, it
  waits to be sent again; else the request is in review again. The worker is told each time and the steward sees who
  recorded it; before a third try it is on hold for three days.
- Two cases of one person count together. What was approved for both, and would not be for one, is taken back.
- Sent by hand, money is sent or known to have failed; there is no state in between that a machine could try again.

The order in which deeds lock rows is written at the top of `aid/transitions.py`.
"""

_MATRIX = """# Who may do what with a request

This page is written by `script/manage write_aid_pages` from the roles (`organisation/roles.py`), from what each of them
sees (`aid/access.py`) and from the steps at the desk (`aid/desk/steps.py`); a test walks every role, step and status
through the desk and compares.

{legend}. A small letter: only after an appeal. An empty cell: nobody. Who has had another part in the request, or
declared that they know the worker, can do nothing of this.

{table}

An editor, a fundraiser and an administrator see no case. What is still being written is nobody's but the worker's. The
steps *Answer the report* and *Recommend ...* are for reports without and with a wish for money. A list of declines is
made by a caseworker (C) and decided on by an approver (A).
"""


def steps_page() -> str:
    """Return ``docs/aid-steps.md``."""
    with translation.override("en"):
        return _STEPS.format(diagram=_diagram(), statuses="\n".join(_status_row(status) for status in Status))


def matrix_page() -> str:
    """Return ``docs/aid-matrix.md``."""
    with translation.override("en"):
        working = [role for role in ROLES.values() if any(matrix.sees(role, status) for status in Status)]
        legend = ", ".join(f"**{_letter(role)}** {str(role.name).lower()}" for role in working)
        return _MATRIX.format(legend=legend, table=_table())


PAGES: dict[str, Callable[[], str]] = {"aid-steps.md": steps_page, "aid-matrix.md": matrix_page}


def _diagram() -> str:
    order = list(Status)
    pairs = sorted(ALLOWED, key=lambda pair: (order.index(pair[0]), order.index(pair[1])))
    ends = [status for status in order if status not in {before for before, _after in pairs}]
    lines = [f"[*] --> {Status.DRAFT.value}"]
    lines += [f"{before.value} --> {after.value}" for before, after in pairs]
    lines += [f"{status.value} --> [*]" for status in ends]
    return "\n".join(f"    {line}" for line in lines)


def _status_row(status: Status) -> str:
    waits = "us" if status in OPEN else "nobody" if status in ENDED else "the worker"
    return (
        f"| `{status.value}` | {status.label} | {public_words(status)} | {waits} | {'yes' if status in NEWS else ''} |"
    )


def _table() -> str:
    statuses = [status for status in Status if status != Status.DRAFT]
    lines = [
        "| | " + " | ".join(f"`{status.value}`" for status in statuses) + " |",
        "|---" * (len(statuses) + 1) + "|",
        "| *see it* | " + " | ".join(_letters(_who_sees(status)) for status in statuses) + " |",
    ]
    for step in matrix.steps():
        cells = []
        for status in statuses:
            always, after_appeal = matrix.cell(step, status)
            cells.append(_letters(always) + _letters(after_appeal).lower())
        lines.append(f"| {step.label} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _who_sees(status: Status) -> list[Role]:
    return [role for role in ROLES.values() if matrix.sees(role, status)]


def _letters(roles: list[Role]) -> str:
    return "".join(_letter(role) for role in roles)


def _letter(role: Role) -> str:
    return role.slug[0].upper()
