"""Keeps our keys from a program that a stranger's file took over: it would run as the same user, with /proc at hand."""

import ctypes
import os
import sys

_PR_SET_DUMPABLE = 4


def become_unreadable() -> None:
    """Let no process of the same user read this one's environment and memory. Root's may; what it forks is like it.

    In production only: the supervisor of demo and tests finds what it left behind by its environment.
    """
    if os.environ.get("LIFERAFT_ENV") == "production" and sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
