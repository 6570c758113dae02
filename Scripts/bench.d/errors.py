"""What ends a measurement."""


class CannotMeasure(Exception):
    """Something that a number depends on did not happen; the text is a sentence for people."""
