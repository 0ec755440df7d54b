# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Building blocks of a page that needs nothing but itself: no scripts, no fonts, no network."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from html import escape
from pathlib import Path

STYLE = """
:root { color-scheme: light; }
body { font: 15px/1.5 system-ui, sans-serif; color: #1c2430; background: #f5f6f8; margin: 0; }
main { max-width: 1240px; margin: 0 auto; padding: 24px 20px 60px; }
h1 { font-size: 26px; margin: 0 0 2px; } h2 { font-size: 19px; margin: 34px 0 10px; }
h3 { font-size: 16px; margin: 22px 0 8px; }
.quiet { color: #5c6675; } .small { font-size: 13px; }
section, .card { background: #fff; border: 1px solid #e0e4ea; border-radius: 8px;
  padding: 16px 18px; margin: 14px 0; overflow-x: auto; }
.advice { border-left: 6px solid #b00040; } .advice strong { font-size: 20px; }
.problems { border-left: 6px solid #e69f00; } .problems ul { margin: 6px 0 0; padding-left: 20px; }
.tiles { display: flex; flex-wrap: wrap; gap: 10px; margin-top: 12px; }
.tile { background: #f5f6f8; border-radius: 6px; padding: 8px 14px; }
.tile b { display: block; font-size: 19px; } .tile span { font-size: 12px; color: #5c6675; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 14px; }
th, td { padding: 4px 8px; text-align: right; white-space: nowrap; }
th { border-bottom: 2px solid #d4d9e0; font-weight: 600; vertical-align: bottom;
  white-space: normal; font-size: 12px; }
td { border-bottom: 1px solid #eceff3; } th:first-child, td:first-child { text-align: left; }
tr.chosen td { background: #fdeef3; font-weight: 600; }
img { max-width: 100%; height: auto; display: block; }
figure { margin: 12px 0; } figcaption { font-size: 13px; color: #5c6675; margin-top: 4px; }
.swatch { display: inline-block; width: 12px; height: 12px; border-radius: 2px;
  margin: 0 4px 0 12px; vertical-align: -1px; border: 1px solid #0003; }
summary { cursor: pointer; font-weight: 600; }
@media print { body { background: #fff; } section { break-inside: avoid; } }
"""
# Nothing may be loaded from anywhere: what the page shows is in it.
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
MIME = {'.png': 'image/png', '.jpg': 'image/jpeg'}


def page(title: str, body: Sequence[str]) -> str:
    """Return a whole page; the parts of its body are HTML, the title is text."""
    content = '\n'.join(body)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n'
        f'<body>\n<main>\n{content}\n</main>\n</body>\n</html>\n'
    )


def picture(file: Path, caption: str) -> str:
    """Return a PNG or JPEG file as part of the page. Raises OSError."""
    data = base64.b64encode(file.read_bytes()).decode()
    source = f'data:{MIME[file.suffix]};base64,{data}'
    return (
        f'<figure><img alt="{escape(caption)}" src="{source}">'
        f'<figcaption>{escape(caption)}</figcaption></figure>'
    )


def table(head: Sequence[str], rows: Sequence[Sequence[str]], chosen: int = -1) -> str:
    """Return a table of texts; row `chosen` stands out."""
    cells = ''.join(f'<th>{escape(text)}</th>' for text in head)
    lines = []
    for number, row in enumerate(rows):
        mark = ' class="chosen"' if number == chosen else ''
        lines.append(f'<tr{mark}>' + ''.join(f'<td>{escape(text)}</td>' for text in row) + '</tr>')
    return f'<table><thead><tr>{cells}</tr></thead><tbody>{"".join(lines)}</tbody></table>'


def tile(value: str, what: str) -> str:
    """Return a figure that is worth to be seen at once."""
    return f'<div class="tile"><b>{escape(value)}</b><span>{escape(what)}</span></div>'


def listing(lines: Sequence[str]) -> str:
    """Return texts as a list."""
    return '<ul>' + ''.join(f'<li>{escape(line)}</li>' for line in lines) + '</ul>'


def folded(title: str, body: str) -> str:
    """Return a part that is opened with a click."""
    return f'<section><details><summary>{escape(title)}</summary>{body}</details></section>'
