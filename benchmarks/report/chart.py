# SPDX-FileCopyrightText: 2026 The ForkFd authors
# SPDX-License-Identifier: MIT

"""Draws SVG charts for light and dark pages. Uses no library."""

import math
from dataclasses import dataclass
from html import escape

WIDTH = 720
FONT = 14

# For light and dark pages.
COLOURS = {
    "page": ("#ffffff", "#0d1117"),
    "text": ("#1f2328", "#f0f6fc"),
    "muted": ("#59636e", "#9198a1"),
    "grid": ("#d1d9e0", "#30363d"),
    "ChildProcess": ("#0969da", "#58a6ff"),
    "Background": ("#0969da", "#58a6ff"),
    "ChildProcess-sigchld": ("#54aeff", "#1f6feb"),
    "limit": ("#59636e", "#9198a1"),
    "notifier": ("#818b98", "#656c76"),
    "posix_spawn": ("#818b98", "#656c76"),
    "QProcess": ("#bc4c00", "#f0883e"),
    "libuv": ("#1a7f37", "#3fb950"),
    "GLib": ("#8250df", "#bc8cff"),
    "Boost": ("#bf3989", "#f778ba"),
}


@dataclass
class Bar:
    name: str
    value: float
    lower: float
    upper: float


@dataclass
class Line:
    name: str
    points: list  # (x, y), sorted by x.


def style():
    def rules(theme):
        for name, colours in COLOURS.items():
            yield f".{name}{{fill:{colours[theme]};stroke:{colours[theme]}}}"

    return ("<style>" + f"svg{{font:{FONT}px system-ui,sans-serif}}" + "text{stroke:none!important}"
            ".title{font-weight:600}.grid{stroke-width:1}.line{fill:none!important;stroke-width:2}"
            ".line.ChildProcess{stroke-width:3.5}.line.limit,.line.posix_spawn,.line.ChildProcess-sigchld"
            "{stroke-dasharray:5 4}.spread{stroke-width:1.5}"
            + "".join(rules(0)) + "@media(prefers-color-scheme:dark){" + "".join(rules(1)) + "}</style>")


def text(x, y, content, classes="text", anchor="start"):
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{classes}" text-anchor="{anchor}">{escape(content)}</text>'


def line(x1, y1, x2, y2, classes):
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{classes}"/>'


def document(height, title, subtitle, parts):
    # REUSE-IgnoreStart
    lines = ["<!-- SPDX-FileCopyrightText: 2026 The ForkFd authors -->", "<!-- SPDX-License-Identifier: MIT -->"]
    # REUSE-IgnoreEnd
    return "\n".join([
        *lines,
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}"'
        f' height="{height}" role="img" aria-label="{escape(title)}">',
        style(),
        f'<rect width="{WIDTH}" height="{height}" class="page"/>',
        text(16, 28, title, "text title"),
        text(16, 48, subtitle, "muted"),
        *parts,
        "</svg>",
        "",
    ])


def bars(title, subtitle, rows, reference):
    """Horizontal bars in the given order. Thin lines show the quartiles, and a vertical line the reference."""
    left, right, top, step = 188, WIDTH - 70, 66, 30
    scale = (right - left) / (max(max(row.value, row.upper) for row in rows) * 1.02)
    bottom = top + step * len(rows)
    mark = left + reference * scale
    parts = [line(mark, top - 6, mark, bottom, "grid")]
    for index, row in enumerate(rows):
        y = top + index * step
        end = left + row.value * scale
        is_ours = " title" if row.name.startswith("ChildProcess") else ""
        parts += [
            text(left - 10, y + 16, row.name, "text" + is_ours, "end"),
            f'<rect x="{left}" y="{y + 3}" width="{end - left:.1f}" height="18" rx="2" class="{row.name}"/>',
            line(left + row.lower * scale, y + 12, left + row.upper * scale, y + 12, "text spread"),
            text(max(end, left + row.upper * scale) + 8, y + 17, f"{row.value:.2f}", "text" + is_ours),
        ]
    return document(bottom + 16, title, subtitle, parts)


def nice_ticks(lowest, highest):
    """1, 2, 5, 10, 20, … from the last tick ≤ `lowest` to the first tick ≥ `highest`."""
    ticks = [step * 10.0 ** power for power in range(-1, 12) for step in (1, 2, 5)]
    first = max(index for index, tick in enumerate(ticks) if tick <= lowest)
    last = min(index for index, tick in enumerate(ticks) if tick >= highest)
    wanted = ticks[first:last + 1]
    return wanted if len(wanted) <= 9 else [tick for tick in wanted if math.log10(tick) % 1 < 1e-9] or wanted


def spread_labels(positions, distance, bottom):
    """Moves overlapping labels apart: first downwards, then upwards from the bottom."""
    names = sorted(positions, key=positions.get)
    placed = dict(positions)
    for above, name in zip(names, names[1:]):
        placed[name] = max(placed[name], placed[above] + distance)
    limit = bottom
    for name in reversed(names):
        placed[name] = min(placed[name], limit)
        limit = placed[name] - distance
    return placed


def time_label(microseconds):
    return f"{microseconds / 1000:g} ms" if microseconds >= 1000 else f"{microseconds:g} µs"


def lines(title, subtitle, series, x_label, y_label=time_label):
    """Lines over categories, on a logarithmic scale. Each line has its name at its right end."""
    left, right, top, bottom = 76, WIDTH - 184, 70, 350
    categories = sorted({x for row in series for x, _ in row.points})
    values = [y for row in series for _, y in row.points]
    ticks = nice_ticks(min(values), max(values))
    low, high = math.log(min(ticks[0], min(values))), math.log(max(ticks[-1], max(values)))

    def place(x, y):
        across = categories.index(x) / max(len(categories) - 1, 1)
        return left + across * (right - left), bottom - (math.log(y) - low) / (high - low) * (bottom - top)

    parts = []
    for tick in ticks:
        _, y = place(categories[0], tick)
        parts += [line(left, y, right, y, "grid"), text(left - 8, y + 5, y_label(tick), "muted", "end")]
    for category in categories:
        x, _ = place(category, values[0])
        parts.append(text(x, bottom + 26, x_label(category), "muted", "middle"))
    labels = spread_labels({row.name: place(*row.points[-1])[1] for row in series}, FONT + 2, bottom)
    for row in series:
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in (place(*point) for point in row.points))
        x, _ = place(*row.points[-1])
        is_ours = " title" if row.name == "ChildProcess" else ""
        parts += [f'<polyline points="{points}" class="line {row.name}"/>',
                  text(x + 10, labels[row.name] + 5, row.name, row.name + is_ours)]
    return document(bottom + 44, title, subtitle, parts)
