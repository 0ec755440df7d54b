# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""How plots look: colours, markers, lines, and what long recordings are thinned to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from accel_ros.errors import AccelError, one_line

# Okabe and Ito's colours, which colour-blind readers tell apart too (jfly.uni-koeln.de/color),
# without the yellow, which is too light for lines.
COLOURS = ('#0072B2', '#D55E00', '#009E73', '#CC79A7', '#56B4E9', '#E69F00', '#000000')
MARKERS = ('o', 's', '^', 'D', 'v', 'P', 'X')
KIND_COLOURS = {'key': COLOURS[1], 'update': COLOURS[0]}
CHOSEN = '#b00040'
POINTS = 3000  # of a timeline; beyond them the largest value of several images is drawn
DPI = 110


def figure(width: float, height: float) -> Any:
    """Return an empty figure, in inches. Raises AccelError where matplotlib is missing."""
    need_matplotlib()
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout='constrained')


def need_matplotlib() -> None:
    """Raise AccelError where there is no matplotlib: better before hours of work than after."""
    try:
        import matplotlib.figure  # noqa: F401
    except ImportError as cause:
        raise AccelError(
            f'reports need the package matplotlib: {one_line(cause)}; pip install matplotlib '
            "(or this package's extra [report]), or apt install python3-matplotlib"
        ) from cause


def tidy(axes: Any, x: str, y: str, title: str = '') -> None:
    """Label the axes, and leave out what carries no information."""
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    if title:
        axes.set_title(title, fontsize='medium', loc='left')
    axes.grid(alpha=0.25)
    axes.spines[['top', 'right']].set_visible(False)


def save(figure: Any, path: Path) -> Path:
    """Write a figure as PNG, the same bytes for the same figures. Raises OSError."""
    figure.savefig(path, dpi=DPI, metadata={'Software': None})
    return path


def thin(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return at most POINTS points, each the highest of as many neighbours as there have to be."""
    step = -(-len(y) // POINTS)
    if step <= 1:
        return x, y
    places = np.arange(0, len(y), step)
    return x[places], np.maximum.reduceat(np.nan_to_num(y, nan=-np.inf), places)
