"""A desk in Django: `python manage.py runserver`, and `python manage.py dispatch` every minute."""

import os
import sys

from django.core.management import execute_from_command_line

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "django_app.settings")
if __name__ == "__main__":
    execute_from_command_line(sys.argv)
