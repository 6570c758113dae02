"""Tables, as text for a terminal and as Markdown for the document."""

import os


class Table:
    """A heading and rows of cells; the first column is text, the others are numbers."""

    def __init__(self, name, columns):
        self.name, self.columns, self.rows = name, columns, []

    def add(self, *cells):
        assert len(cells) == len(self.columns)
        self.rows.append(cells)

    def text(self):
        lines = [self.columns, *self.rows]
        widths = [max(len(line[column]) for line in lines) for column in range(len(self.columns))]
        return "\n".join(
            "  ".join([line[0].ljust(widths[0])] + [cell.rjust(width) for cell, width in zip(line[1:], widths[1:])]).rstrip()
            for line in lines)

    def markdown(self):
        rule = ["---"] + ["---:"] * (len(self.columns) - 1)
        return "\n".join("| " + " | ".join(cells) + " |" for cells in [self.columns, rule, *self.rows])


class Words:
    """A list of facts."""

    def __init__(self, name, lines):
        self.name, self.lines = name, lines

    def text(self):
        return "\n".join(self.lines)

    def markdown(self):
        return "\n".join(f"- {line}" for line in self.lines)


def update(path, parts):
    """Puts each part between its markers; raises ValueError, and writes nothing, if one has none."""
    with open(path) as file:
        content = file.read()
    for part in parts:
        begin, end = f"<!-- bench: {part.name} -->\n", f"<!-- end: {part.name} -->"
        before, found, rest = content.partition(begin)
        old, also_found, after = rest.partition(end)
        if not found or not also_found:
            raise ValueError(f"{os.path.basename(path)} has no markers for {part.name}")
        content = f"{before}{begin}{part.markdown()}\n{end}{after}"
    # In place: the file keeps its owner.
    with open(path, "w") as file:
        file.write(content)
