"""A process that does nothing but send newsletters: as many as one likes, on any machines, beside the queue's workers."""

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.timezone import now as wall_clock

from cms.sending import engine


class Command(BaseCommand):
    help = (
        "Sends newsletters that two people agreed to, until it is stopped (SIGTERM or Ctrl-C): then it finishes the letter in"
        " flight and leaves. Start as many as you like, on any machines; each reader gets one letter. Without any, the"
        " queue's workers send, a little slower."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--until-done", action="store_true", help="leave when no letter may leave now")

    def handle(self, *args: Any, until_done: bool, **options: Any) -> None:
        stopped = threading.Event()
        before = {each: signal.signal(each, lambda *_: stopped.set()) for each in (signal.SIGTERM, signal.SIGINT)}
        began = wall_clock()
        try:
            if until_done:
                done = engine.Worker().work(is_over=stopped.is_set)
                seconds = max(0.001, (wall_clock() - began).total_seconds())
                self.stdout.write(f"{done} readers in {seconds:.1f} s, {done / seconds:.0f} a second")
            else:
                engine.serve(is_over=stopped.is_set, wait=stopped.wait)
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)
