# SPDX-License-Identifier: Apache-2.0
"""Bars on a logarithmic scale, as SVG, with nothing but the standard library."""

import html
import math

WIDTH, LEFT, RIGHT, BAR, GAP, HEAD = 860, 330, 90, 18, 8, 46
STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #24292f }
  .title { font-weight: 600; font-size: 15px }
  .axis { stroke: #d0d7de }
  .bar { fill: #0969da }
  .goal { stroke: #cf222e; stroke-width: 2 }
  @media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .axis { stroke: #444c56 } .bar { fill: #4493f8 } }
"""


def scale(bars):
    """(lowest, highest) power of ten that all values and goals lie between; 1 always does."""
    values = [v for b in bars for v in (b.value, b.goal, 1.0) if v]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return low, max(high, low + 1)


def svg(title, bars):
    """Each bar starts at the lowest power of ten; a red line is the goal."""
    low, high = scale(bars)

    def x(value):
        return LEFT + (math.log10(max(value, 10.0**low)) - low) / (high - low) * (WIDTH - LEFT - RIGHT)

    height = HEAD + len(bars) * (BAR + GAP) + 30
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img"'
        f' aria-label="{html.escape(title)}">',
        f"<style>{STYLE}</style>",
        f'<text class="title" x="8" y="24">{html.escape(title)}</text>',
    ]
    for power in range(low, high + 1):
        at = x(10.0**power)
        out.append(f'<line class="axis" x1="{at:.1f}" x2="{at:.1f}" y1="{HEAD - 8}" y2="{height - 24}"/>')
        out.append(f'<text x="{at:.1f}" y="{height - 8}" text-anchor="middle">{10.0**power:g}</text>')
    for row, bar in enumerate(bars):
        y = HEAD + row * (BAR + GAP)
        label = html.escape(bar.label)
        out.append(f'<text x="{LEFT - 8}" y="{y + BAR - 5}" text-anchor="end">{label}</text>')
        length = max(1.0, x(bar.value) - LEFT)
        out.append(f'<rect class="bar" x="{LEFT}" y="{y}" width="{length:.1f}" height="{BAR}"/>')
        out.append(f'<text x="{LEFT + length + 6:.1f}" y="{y + BAR - 5}">{bar.value:.3g}</text>')
        if bar.goal:
            at = x(bar.goal)
            out.append(f'<line class="goal" x1="{at:.1f}" x2="{at:.1f}" y1="{y - 3}" y2="{y + BAR + 3}"/>')
    return "\n".join([*out, "</svg>"]) + "\n"
