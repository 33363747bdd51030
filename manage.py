#!/usr/bin/env python
"""Django's command line; script/manage calls it with the right environment and database."""

import os
import sys

from django.core.management import execute_from_command_line

from config.unreadable import become_unreadable

if __name__ == "__main__":
    become_unreadable()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    execute_from_command_line(sys.argv)
