"""`python -m communityconnector`: the command line."""

from communityconnector.cli import main

main(prog_name="communityconnector")
