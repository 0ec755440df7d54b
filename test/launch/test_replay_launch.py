# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""What replay.launch.py starts, in which order, with which commands."""

import signal

import pytest
from support import launch_standin as standin

from accel_ros.cli import make_parser

pytest.importorskip('ament_index_python', reason='needs ROS 2 (. scripts/env.sh)')

GIVEN = {'bag': '/data/my drive', 'topic': '/cam/image_raw', 'report': '/out'}


@pytest.fixture
def names(monkeypatch, repository):
    standin.install(monkeypatch)
    return standin.load(repository / 'launch' / 'replay.launch.py')


@pytest.fixture
def start(names):
    """Return what the launch file starts for `name=value` arguments."""
    return lambda **given: standin.start(names['generate_launch_description'](), GIVEN | given, {})


def processes(entities):
    """Recorder, what hears the processes, player, and what comes after each of them."""
    [recorder] = [e for e in entities if isinstance(e, standin.ExecuteProcess)]
    handlers = [e.event_handler for e in entities if isinstance(e, standin.RegisterEventHandler)]
    [heard] = [h for h in handlers if isinstance(h, standin.OnProcessIO)]
    player = heard.on_stdout(standin.ProcessIO(b'[segment.cam]: listening to /cam/image_raw'))
    after = {id(h.target_action): h.on_exit for h in handlers if h is not heard}
    return recorder, heard, player, after


def test_every_argument_is_described(names):
    arguments = standin.arguments(names['generate_launch_description']())
    assert all(a.description.endswith('.') for a in arguments.values())
    assert {'bag', 'topic', 'report', 'bundle', 'keyframe_interval'} <= arguments.keys()


def test_node_and_recorder_then_the_bag_then_the_report_then_the_end(start):
    recorder, _, player, after = processes(start())
    [timer] = after[id(player)]
    [stop] = timer.actions
    assert stop.event.signal_number == signal.SIGINT and stop.event.process_matcher(recorder)
    [report] = after[id(recorder)]
    [over] = after[id(report)]
    assert isinstance(over, standin.Shutdown)


def test_the_bag_is_played_once_whatever_else_is_said(names):
    hear = names['once_listening']('player')
    said = [b'tiny: ready', names['LISTENING'] + b'/cam', b'', names['LISTENING'] + b'/cam']
    assert [hear(standin.ProcessIO(text)) for text in said] == [None, 'player', None, None]


def test_the_commands_are_ours_and_can_be_parsed(start):
    recorder, _, player, after = processes(
        start(label_topic='/cam/labels', keyframe_interval='7', bundle='/b', rate='0.5')
    )
    [report] = after[id(recorder)]
    parsed = [make_parser().parse_args(process.cmd[3:]) for process in (recorder, player, report)]
    assert all(process.cmd[1:3] == ['-m', 'accel_ros.cli'] for process in (recorder, report))
    record, play, evaluate = parsed
    assert str(record.output) == str(evaluate.live) == '/out/live'
    assert str(play.bag) == str(evaluate.bag) == GIVEN['bag']
    assert (play.topics, play.clock, play.rate) == (['/cam/image_raw'], 40.0, 0.5)
    assert (evaluate.topic, evaluate.intervals) == (['/cam/image_raw'], [7])
    assert evaluate.label_topic == '/cam/labels' and str(evaluate.bundle[0]) == '/b'


def test_ros2_bag_plays_where_it_is_installed(names):
    given = {**GIVEN, 'rate': '1.0'}
    command = names['player_command'](given, True)
    assert command[:4] == ['ros2', 'bag', 'play', GIVEN['bag']]
    assert {'--clock', '--delay', '--topics', '--rate'} <= set(command)


@pytest.mark.parametrize(
    'topic, image, transport',
    [('/cam/image_raw', '/cam/image_raw', 'raw'), ('/cam/i/compressed', '/cam/i', 'compressed')],
)
def test_the_node_listens_to_the_bag_with_its_time(start, topic, image, transport):
    [include] = [e for e in start(topic=topic) if isinstance(e, standin.IncludeLaunchDescription)]
    assert include.launch_description_source.launch_description_source.endswith(
        '/segment.launch.py'
    )
    arguments = dict(include.launch_arguments)
    assert (arguments['image'], arguments['image_transport']) == (image, transport)
    assert arguments['use_sim_time'] == 'true'


def test_its_arguments_are_those_of_segment_launch(start, names, repository):
    [include] = [e for e in start() if isinstance(e, standin.IncludeLaunchDescription)]
    segment = standin.load(repository / 'launch' / 'segment.launch.py')
    known = standin.arguments(segment['generate_launch_description']())
    assert dict(include.launch_arguments).keys() <= known.keys()


@pytest.mark.parametrize('name', ['bag', 'topic', 'report'])
def test_what_is_missing_is_named(start, name):
    with pytest.raises(ValueError, match=f'{name}:= is missing'):
        start(**{name: ' '})
