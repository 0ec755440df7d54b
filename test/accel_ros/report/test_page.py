# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The page is whole, needs nothing but itself, and says what the figures say."""

import json
from html.parser import HTMLParser
from types import SimpleNamespace

import pytest
from support.replays import labelled_bag, scene, task

from accel_ros.bundle import Bundle
from accel_ros.replay.task import evaluate
from accel_ros.report import html
from accel_ros.report.content import content
from accel_ros.report.write import write_report

VOID = {'meta', 'img', 'br'}


class Checker(HTMLParser):
    """Knows whether tags are balanced, where they lead, and what is said."""

    def __init__(self):
        super().__init__()
        self.open, self.sources, self.text = [], [], []

    def handle_starttag(self, tag, attributes):
        named = dict(attributes)
        self.sources += [named[name] for name in ('src', 'href', 'action') if name in named]
        assert tag not in ('script', 'link', 'iframe')
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def check(page):
    checker = Checker()
    checker.feed(page)
    assert not checker.open
    assert all(source.startswith('data:image/') for source in checker.sources)
    assert '@import' not in page and 'url(' not in page
    return SimpleNamespace(pictures=len(checker.sources), text=' '.join(checker.text))


@pytest.fixture(scope='module')
def reported(tmp_path_factory, bundle_path):
    """A report on two recordings, one of them called by a hostile name."""
    folder = tmp_path_factory.mktemp('report')
    clip = scene(20)
    results = [
        evaluate(task(labelled_bag(folder / name, clip), folder / 'report', {'tiny': bundle_path}))
        for name in ('plain', '<b>&"hostile')
    ]
    report = content(results, [('dead', 'it is <empty>')], {'side by side': 1}, 50.0)
    write_report(folder / 'report', report, results, Bundle.open(bundle_path).classes)
    return folder / 'report', report


def test_the_page_stands_alone(reported):
    folder, report = reported
    page = check((folder / 'index.html').read_text())
    worst = 4 + 4  # of the recommended run, on either recording
    assert 3 + 2 <= page.pictures <= 3 + 2 + worst
    assert '<b>&"hostile' in page.text and 'dead: it is <empty>' in page.text
    for part in (report['recommendation']['why'], 'class 3', 'How it was measured'):
        assert part in page.text
    assert f'{report["runs"][1]["accuracy"]["miou"]:.1f}' in page.text


def test_json_and_csv_have_the_same_figures(reported):
    folder, report = reported
    assert json.loads((folder / 'report.json').read_text()) == json.loads(json.dumps(report))
    first, second = (folder / 'runs.csv').read_text().splitlines()[1:]
    assert first.startswith('tiny,1,40,100.0,') and second.startswith('tiny,3,40,')
    for name in ('quality', 'latency', 'trade_off', 'timeline-0', 'timeline-1'):
        assert (folder / 'plots' / f'{name}.png').read_bytes().startswith(b'\x89PNG')


def test_two_recordings_add_up(reported):
    _, report = reported
    assert [recording['images'] for recording in report['recordings']] == [20, 20]
    for run in report['runs']:
        assert run['frames'] == 40 and run['accuracy']['frames'] == 40
    shares = {recording['runs'][1]['accuracy']['miou'] for recording in report['recordings']}
    assert shares == {report['runs'][1]['accuracy']['miou']}
    assert report['recordings'][0]['rate_hz'] == pytest.approx(25.0)


def test_text_is_escaped_everywhere():
    page = html.page('<x>', [html.table(['<h>'], [['<c>']]), html.listing(['<l>']),
                             html.tile('<v>', '<w>'), html.folded('<f>', '')])  # fmt: skip
    for letter in 'xhclvwf':
        assert f'<{letter}>' not in page and f'&lt;{letter}&gt;' in page
    check(page)
