"""Reports which sections of a Debian system hold how many packages, and how much disk they take.

Usage: python3 report.py STATUS

STATUS is a copy of /var/lib/dpkg/status. The table goes to standard output, the full figures to result.json and a bar chart
to chart.svg, both in the current folder.
"""

import json
import sys
from collections import defaultdict
from dataclasses import dataclass
from html import escape
from pathlib import Path

SHOWN_SECTIONS = 12
KIB_PER_MIB = 1024


@dataclass(frozen=True)
class Package:
    """One installed package; its size is the estimate its maintainer's tools wrote into it."""

    name: str
    section: str
    kib: int


@dataclass(frozen=True)
class Section:
    """The packages of one section of the archive, added up."""

    name: str
    packages: int
    kib: int
    largest: str

    @property
    def mib(self):
        return self.kib / KIB_PER_MIB


def installed_packages(status):
    """Yields the packages that the text of a status file calls installed."""
    for paragraph in status.split("\n\n"):
        # A line that starts with a blank continues the field above it, and no such field is read here.
        fields = dict(
            line.split(": ", 1) for line in paragraph.splitlines() if ": " in line and not line.startswith((" ", "\t"))
        )
        if fields.get("Status", "").endswith(" installed"):
            # "contrib/net" is section net of the area contrib: the area does not matter here.
            section = fields.get("Section", "unknown").rpartition("/")[2]
            yield Package(fields["Package"], section, int(fields.get("Installed-Size", 0)))


def by_section(packages):
    """Adds packages up by section; the section with the most bytes comes first."""
    groups = defaultdict(list)
    for package in packages:
        groups[package.section].append(package)
    sections = [
        Section(name, len(group), sum(p.kib for p in group), max(group, key=lambda p: (p.kib, p.name)).name)
        for name, group in groups.items()
    ]
    return sorted(sections, key=lambda s: (-s.kib, s.name))


def shortened(sections):
    """The first sections as they are, and the rest as one."""
    shown, rest = sections[:SHOWN_SECTIONS], sections[SHOWN_SECTIONS:]
    if rest:
        count, kib = sum(s.packages for s in rest), sum(s.kib for s in rest)
        shown = [*shown, Section(f"{len(rest)} others", count, kib, max(rest, key=lambda s: s.kib).largest)]
    return shown


def table(sections):
    """A table of text, one section a line, with the sum below."""
    total = sum(s.kib for s in sections)
    rule = f"{'-' * 14}  {'-' * 8}  {'-' * 9}  {'-' * 6}  {'-' * 28}"
    lines = [f"{'section':14}  {'packages':>8}  {'MiB':>9}  {'share':>6}  largest package", rule]
    for s in shortened(sections):
        share = s.kib / max(total, 1)
        lines.append(f"{s.name:14}  {s.packages:8}  {s.mib:9.1f}  {share:6.1%}  {s.largest}")
    lines += [rule, f"{'total':14}  {sum(s.packages for s in sections):8}  {total / KIB_PER_MIB:9.1f}  {1:6.1%}"]
    return "\n".join(lines)


def tick_step(maximum):
    """The distance of axis ticks, 1, 2 or 5 times a power of ten, that puts four to ten of them below `maximum`."""
    step = 1
    while True:
        for factor in (1, 2, 5):
            if maximum / (step * factor) <= 8:
                return step * factor
        step *= 10


def chart(sections):
    """A horizontal bar chart as the text of an SVG file; it needs no font and no script from elsewhere."""
    shown = shortened(sections)
    left, top, row, bar, plot = 130, 92, 30, 20, 620
    bottom = top + row * len(shown)
    width, height = left + plot + 120, bottom + 62
    step = tick_step(max(s.mib for s in shown))
    axis_end = step * -(-max(s.mib for s in shown) // step) or step
    scale = plot / axis_end
    total_mib = sum(s.mib for s in sections)
    subtitle = f"{sum(s.packages for s in sections):,} packages in {len(sections)} sections, {total_mib:,.0f} MiB in all"

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
        ' font-family="Helvetica, Arial, sans-serif" font-size="13" fill="#33414e" role="img">',
        "<title>Installed size by section</title>",
        f'<rect width="{width}" height="{height}" fill="#fbfaf7"/>',
        f'<text x="{left}" y="38" font-size="21" font-weight="bold" fill="#16222d">Installed size by section</text>',
        f'<text x="{left}" y="62" fill="#5d6b78">{subtitle}</text>',
    ]
    for tick in range(0, int(axis_end) + 1, step):
        x = left + tick * scale
        parts.append(f'<line x1="{x:.1f}" y1="{top - 6}" x2="{x:.1f}" y2="{bottom}" stroke="#e1ded6"/>')
        parts.append(f'<text x="{x:.1f}" y="{bottom + 19}" text-anchor="middle" fill="#5d6b78">{tick:,}</text>')
    for index, s in enumerate(shown):
        y = top + index * row
        length = max(s.mib * scale, 1)
        colour = "#2b6f8f" if index < SHOWN_SECTIONS else "#9aa7b1"
        parts += [
            f'<text x="{left - 10}" y="{y + 15}" text-anchor="end">{escape(s.name)}</text>',
            f'<rect x="{left}" y="{y}" width="{length:.1f}" height="{bar}" rx="2" fill="{colour}"/>',
            f'<text x="{left + length + 8:.1f}" y="{y + 15}" font-size="12">{s.mib:,.1f}'
            f'<tspan dx="5" fill="#84909b">· {s.packages}</tspan></text>',
        ]
    parts += [
        f'<line x1="{left}" y1="{top - 6}" x2="{left}" y2="{bottom}" stroke="#84909b"/>',
        f'<text x="{left + plot / 2:.0f}" y="{bottom + 44}" text-anchor="middle">installed size, MiB · number of packages</text>',
        f'<text transform="translate(24 {(top + bottom) / 2:.0f}) rotate(-90)" text-anchor="middle">section</text>',
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def main(arguments):
    if len(arguments) != 1:
        sys.exit(__doc__)
    status = Path(arguments[0]).read_text(encoding="utf-8", errors="replace")
    sections = by_section(installed_packages(status))
    if not sections:
        sys.exit(f"{arguments[0]}: no installed package in it")
    print(f"read {len(status):,} characters, {sum(s.packages for s in sections):,} packages", file=sys.stderr)

    result = {
        "packages": sum(s.packages for s in sections),
        "installed_kib": sum(s.kib for s in sections),
        "sections": [
            {"name": s.name, "packages": s.packages, "installed_kib": s.kib, "largest_package": s.largest} for s in sections
        ],
    }
    Path("result.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    Path("chart.svg").write_text(chart(sections), encoding="utf-8")
    print(table(sections))


if __name__ == "__main__":
    main(sys.argv[1:])
