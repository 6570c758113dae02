"""What ends the building of an image, and how its programs say so."""
import sys


class Refusal(Exception):
    """Something that an image may not be or hold; the text is a sentence for people."""


def run(main):
    """Calls `main` with the program's arguments; a refusal is a line on stderr and the exit status 1."""
    try:
        main(*sys.argv[1:])
    except Refusal as refusal:
        sys.exit(f"images: {refusal}")
