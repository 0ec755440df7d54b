# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
import io

from accel_ros.commands import progress as progress_module
from accel_ros.commands.progress import ShowProgress
from accel_ros.engines.watch import Progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_terminal_gets_a_bar_with_phase_and_percent():
    terminal = Terminal()
    with ShowProgress(terminal) as watch:
        watch.report(Progress('Timing', 12.4))
        assert 'Timing' in terminal.getvalue() and ' 12 %' in terminal.getvalue()
        watch.report(Progress('Done', 100.0))
    assert '100 %' in terminal.getvalue() and '\n' not in terminal.getvalue()


def test_a_log_gets_a_line_every_two_seconds(monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(progress_module.time, 'monotonic', lambda: clock[0])
    log = io.StringIO()
    with ShowProgress(log) as watch:
        for _ in range(9):
            watch.report(Progress(f'at {clock[0]}', 1.0))
            clock[0] += 0.5
    assert log.getvalue() == ''.join(f'building: at {at}, 1 %\n' for at in (0.0, 2.0, 4.0))


def test_nothing_is_shown_where_nothing_is_built():
    terminal = Terminal()
    with ShowProgress(terminal):
        pass
    assert terminal.getvalue() == ''
