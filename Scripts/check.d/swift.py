"""Just enough of Swift's grammar to tell code from comments and from the text of string literals."""

import re

_TOKEN = re.compile(r'//|/\*|#*"""|#*"|[()]')


def code(text):
    """The text with all comments and the text of all string literals blanked; lines and columns stay.

    What stands in a literal's interpolations is code, and stays.
    """
    out = list(text)
    _blank_code(text, 0, out, nested=False)
    return "".join(out)


def _blank(out, start, end):
    for index in range(start, end):
        if out[index] != "\n":
            out[index] = " "


def _blank_code(text, at, out, nested):
    """Goes through code from `at` on; in an interpolation (`nested`) to its closing parenthesis. Answers where it ends."""
    depth = 0
    while token := _TOKEN.search(text, at):
        start, word = token.start(), token.group()
        at = token.end()
        if word == "(":
            depth += 1
        elif word == ")":
            if nested and depth == 0:
                return at
            depth -= 1
        elif word == "//":
            end = text.find("\n", start)
            at = len(text) if end < 0 else end
            _blank(out, start, at)
        elif word == "/*":
            at = _end_of_comment(text, at)
            _blank(out, start, at)
        else:
            at = _blank_literal(text, at, word, out)
    return len(text)


def _end_of_comment(text, at):
    depth = 1
    for mark in re.compile(r"/\*|\*/").finditer(text, at):
        depth += 1 if mark.group() == "/*" else -1
        if depth == 0:
            return mark.end()
    return len(text)


def _blank_literal(text, at, opening, out):
    """Goes through a literal from behind its opening quote on; answers where it ends."""
    hashes = opening.count("#")
    quote = opening[hashes:]
    escape, closing = "\\" + "#" * hashes, quote + "#" * hashes
    piece = at
    while at < len(text):
        if text.startswith(closing, at):
            _blank(out, piece, at)
            return at + len(closing)
        if text.startswith(escape, at):
            at += len(escape)
            if text.startswith("(", at):
                _blank(out, piece, at + 1)
                at = piece = _blank_code(text, at + 1, out, nested=True)
                out[at - 1] = " "
            else:
                at += 1
        elif text[at] == "\n" and len(quote) == 1:
            return at  # not Swift: what follows is read as code again
        else:
            at += 1
    _blank(out, piece, len(text))
    return at
