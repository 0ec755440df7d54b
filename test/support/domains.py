# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""A ROS domain of one's own, so that tests on one machine never hear each other."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterator

FIRST, LAST = 1, 100  # above 101 the ports of Fast DDS meet those that Linux gives to clients
LOCK_PORT = 21_000


@contextlib.contextmanager
def isolated_domain() -> Iterator[int]:
    """Reserve a domain id on this machine and keep this process's ROS, and its children's, in it.

    A bound port is the lock: the system frees it even when the process is killed.
    """
    with _reserve() as domain:
        ours = {
            'ROS_DOMAIN_ID': str(domain),
            'ROS_AUTOMATIC_DISCOVERY_RANGE': 'LOCALHOST',  # Jazzy and later
            'ROS_LOCALHOST_ONLY': '1',  # Humble
        }
        if os.environ.get('ROS_DISTRO') != 'humble':
            del ours['ROS_LOCALHOST_ONLY']
        before = {name: os.environ.get(name) for name in ours}
        os.environ.update(ours)
        try:
            yield domain
        finally:
            for name, value in before.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value


@contextlib.contextmanager
def _reserve() -> Iterator[int]:
    start = os.getpid() % LAST
    for offset in range(LAST):
        domain = FIRST + (start + offset) % LAST
        with socket.socket() as lock:
            try:
                lock.bind(('127.0.0.1', LOCK_PORT + domain))
            except OSError:
                continue
            yield domain
            return
    raise RuntimeError(f'all {LAST} ROS domains are in use on this machine')
