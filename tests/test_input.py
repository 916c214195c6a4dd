"Bad input gets an error that names what was found."
from dataclasses import replace

import numpy as np
import pytest
import torch

from hgtutorial.crop import figure_data
from hgtutorial.heatmap import decode, encode, flip_back
from hgtutorial.pck import pck, reference_length
from hgtutorial.skeleton import FLIC11, LSP14, MPII16, Skeleton, draw_pose
from hgtutorial.stack import StackedHourglass, hg_small
from hgtutorial.train import TrainConfig, fit, load_model, predict

yes = torch.ones(1, 14, dtype=torch.bool)


@pytest.mark.parametrize('shape', [(8, 8), (8, 8, 1), (8, 8, 4), (0, 8, 3), (8, 0, 3)])
def test_images_that_are_no_rgb_pictures(shape):
    with pytest.raises(ValueError, match='expected uint8'): draw_pose(np.zeros(shape, np.uint8), np.zeros((14, 2)), LSP14)


def test_images_of_floats():
    with pytest.raises(ValueError, match='float64'): draw_pose(np.zeros((8, 8, 3)), np.zeros((14, 2)), LSP14)


@pytest.mark.parametrize('skeleton', [MPII16, FLIC11])
def test_joints_of_another_skeleton(skeleton):
    with pytest.raises(ValueError, match=skeleton.name): draw_pose(np.zeros((8, 8, 3), np.uint8), np.zeros((14, 2)), skeleton)


@pytest.mark.parametrize('joints, labelled, error', [
    (torch.zeros(1, 14, 3), yes, ValueError), (torch.zeros(1, 13, 2), yes, ValueError),
    (torch.zeros(1, 14, 2, dtype=torch.int), yes, TypeError), (torch.zeros(1, 14, 2), yes.float(), TypeError),
    (torch.full((1, 14, 2), torch.nan), yes, ValueError), (torch.full((1, 14, 2), torch.inf), yes, ValueError)])
def test_joints_that_cannot_be_drawn(joints, labelled, error):
    with pytest.raises(error): encode(joints, labelled, 16)


def test_nan_in_unlabelled_joints_is_fine():
    assert encode(torch.full((1, 14, 2), torch.nan), ~yes, 16).count_nonzero() == 0


@pytest.mark.parametrize('shape', [(4,), (2, 0, 4), (2, 4, 0)])
def test_maps_without_pixels(shape):
    with pytest.raises(ValueError, match='expected'): decode(torch.zeros(shape))


@pytest.mark.parametrize('x, says', [(torch.rand(1, 1, 64, 64), r'\(1, 1, 64, 64\)'), (torch.rand(1, 4, 64, 64), r'\(1, 4, 64, 64\)'),
                                     (torch.rand(3, 64, 64), r'\(B, 3, H, W\)'), (torch.rand(1, 3, 64, 0), 'width 0'), (torch.rand(1, 3, 72, 64), 'height 72'),
                                     (torch.zeros(1, 3, 64, 64, dtype=torch.uint8), 'uint8')])
def test_pictures_a_network_cannot_take(x, says):
    with pytest.raises(ValueError, match=says): hg_small()(x)


@pytest.mark.parametrize('kw', [dict(stacks=0), dict(joints=0), dict(depth=0), dict(channels=0), dict(channels=30), dict(stem='resnet'), dict(kind='huber')])
def test_networks_that_cannot_be_built(kw):
    with pytest.raises(ValueError, match=next(iter(kw))): StackedHourglass(**kw)


@pytest.mark.parametrize('kw', [dict(mirror=(0, 0)), dict(limbs=((0, 2),)), dict(reference=(0, 5))])
def test_skeletons_that_contradict_themselves(kw):
    with pytest.raises(ValueError, match='toy'): Skeleton(**dict(name='toy', joints=('a', 'b'), limbs=(), mirror=(0, 1), reference=None) | kw)


def test_a_network_of_another_skeleton():
    with pytest.raises(ValueError, match='joints=14'): predict(hg_small(16), figure_data(2))


@pytest.mark.parametrize('kw', [dict(), dict(steps=1, epochs=1), dict(minutes=0), dict(steps=-1), dict(steps=1, optimiser='lion'), dict(steps=1, schedule='linear')])
def test_runs_that_make_no_sense(kw):
    with pytest.raises(ValueError): TrainConfig(**kw)


def test_a_run_that_diverges_keeps_its_last_good_checkpoint(tmp_path):
    data, path, config = figure_data(8), tmp_path/'c.safetensors', TrainConfig(steps=40, batch=4, checks=40, lr=1e30)
    with pytest.raises(ValueError, match='diverged; lower lr'): fit(StackedHourglass(1, 8, 14, depth=3), data, config=config, checkpoint=path, progress=False)
    assert all(p.isfinite().all() for p in load_model(path)[0].parameters())


@pytest.mark.parametrize('kw', [dict(batch=0), dict(checks=0), dict(steps=1.5), dict(steps='9'), dict(lr=-1), dict(sigma=0)])
def test_numbers_that_make_no_sense(kw):
    with pytest.raises(ValueError, match=next(iter(kw))): TrainConfig(**dict(steps=1) | kw)


@pytest.mark.parametrize('photo', [np.zeros((40, 40), np.uint8), np.zeros((40, 40, 1), np.uint8), np.zeros((40, 40, 4), np.uint8), np.zeros((0, 40, 3), np.uint8), np.zeros((40, 40, 3))])
def test_photos_that_are_no_rgb_pictures(photo):
    data = replace(figure_data(2), photos=[photo, photo])
    with pytest.raises(ValueError, match='photo: found'): predict(hg_small(), data)


def test_joints_of_another_skeleton_are_not_measured():
    with pytest.raises(ValueError, match='LSP14'): reference_length(torch.zeros(1, 16, 2), torch.ones(1, 16, dtype=torch.bool), LSP14)
    with pytest.raises(ValueError, match='16 joints, expected 14'): flip_back(torch.zeros(16, 4, 4), LSP14.mirror)


def test_a_checkpoint_of_another_network(tmp_path):
    data, config = figure_data(8), TrainConfig(steps=1, batch=4, checks=1)
    path = tmp_path/'c.safetensors'
    fit(StackedHourglass(1, 8, 14, depth=3), data, config=config, checkpoint=path, progress=False)
    before = path.read_bytes()
    with pytest.raises(ValueError, match='another run.*channels: file 8, asked 16'):
        fit(StackedHourglass(1, 16, 14, depth=3), data, config=config, checkpoint=path, resume=True, progress=False)
    assert path.read_bytes() == before


def test_norms_that_measure_nothing():
    score = pck(torch.zeros(3, 14, 2), torch.zeros(3, 14, 2), yes.expand(3, 14), torch.tensor([0., torch.nan, torch.inf]))
    assert score.isnan().all()
