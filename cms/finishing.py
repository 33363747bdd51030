"""What Wagtail does with a page whose workflow is through: nothing. The sending publishes it, when its time has come.

Wagtail loads this while its own models are being made, so it imports nothing.
"""


def leave_as_it_is(workflow_state: object, user: object = None) -> None:
    """Publish nothing: two people agreed to a sending, which may be scheduled for next week."""
