# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Every variant as a bundle, exported once a session: exporters take their time."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from support.narrow import shallow_network

from accel_model.export.bundle import export_bundle
from accel_model.export.verify import Agreement
from accel_model.networks.accel import Accel
from accel_model.networks.variants import VARIANTS
from accel_ros.bundle import Bundle

PAIRS = ('resnet-101+efficientnet-lite0', 'efficientnet-lite2+resnet-18')
PLAIN, ODD = (64, 96), (45, 83)
#: What there is: name and image size.
CASES = [*((v, s) for s in (PLAIN, ODD) for v in VARIANTS), *((pair, PLAIN) for pair in PAIRS)]


class Exported(NamedTuple):
    """A network and what became of it."""

    network: Accel
    bundle: Bundle
    agreement: Agreement


class Exports:
    """Shallow networks and their bundles in fp32; tests do not write into them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: dict[tuple[str, tuple[int, int]], Exported] = {}

    def __call__(self, variant: str, size: tuple[int, int]) -> Exported:
        """Return the variant for images of (height, width), exported when first asked for."""
        if (variant, size) not in self._made:
            network = shallow_network(variant)
            folder = self._folder / name_of((variant, size))
            agreement = export_bundle(network, size, folder)
            self._made[variant, size] = Exported(network, Bundle.open(folder), agreement)
        return self._made[variant, size]


def name_of(case: tuple[str, tuple[int, int]]) -> str:
    """Return a name such as accel-18-64x96."""
    return '{}-{}x{}'.format(case[0], *case[1])
