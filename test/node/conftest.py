# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the tests that talk to the node over DDS."""

import numpy as np
import pytest
from support.bundles import HEIGHT, WIDTH, write_bundle
from support.client import Client
from support.domains import isolated_domain


@pytest.fixture(scope='module')
def domain():
    """A ROS domain that nobody else on this machine uses."""
    with isolated_domain() as number:
        yield number


@pytest.fixture(scope='session')
def bundle(tmp_path_factory):
    """The folder of a tiny bundle."""
    return write_bundle(tmp_path_factory.mktemp('bundle'))


@pytest.fixture
def drive():
    """A moving scene of the bundle's size: frame n as rgb8, u8 [h, w, 3]."""
    noise = np.random.default_rng(7).integers(0, 256, (HEIGHT, WIDTH + 200, 3), np.uint8)
    return lambda n: np.ascontiguousarray(noise[:, 3 * n : 3 * n + WIDTH])


@pytest.fixture
def client(domain):
    """Somebody else in the node's ROS domain: may listen, send and ask."""
    client = Client()
    yield client
    client.close()
