"Properties that hold for any input."
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from hgtutorial.crop import crop_matrix, invert, transform
from hgtutorial.heatmap import METHODS, decode, encode, flip_back, inside, rescale
from hgtutorial.pck import PCKReport, pck
from hgtutorial.skeleton import SKELETONS, LSP14

settings.register_profile('calm', deadline=None, max_examples=60)
settings.load_profile('calm')
seeds = st.integers(0, 2**31)
rand = lambda seed: torch.Generator().manual_seed(seed)


@given(seeds, st.integers(12, 80), st.floats(.7, 3))
def test_decode_undoes_encode(seed, size, sigma):
    joints = torch.rand(2, 5, 2, generator=rand(seed))*(size - 5) + 2
    found, peak = decode(encode(joints, torch.ones(2, 5, dtype=torch.bool), size, sigma))
    assert (found - joints).abs().max() < .02
    assert (peak > 0).all() and (peak <= 1).all()


@given(seeds, st.sampled_from(list(METHODS)), st.integers(1, 9), st.integers(1, 9), st.sampled_from([0., 1e-30, 1., 1e30]))
def test_decode_stays_on_any_map(seed, method, h, w, scale):
    joints, peak = decode(torch.rand(3, 2, h, w, generator=rand(seed))*scale, method)
    assert joints.isfinite().all() and peak.isfinite().all()
    assert (joints >= -.5).all() and (joints[..., 0] <= w - .5).all() and (joints[..., 1] <= h - .5).all()


@given(seeds, st.integers(4, 40))
def test_encode_is_empty_exactly_off_the_picture(seed, size):
    joints = torch.rand(4, 6, 2, generator=rand(seed))*3*size - size
    labelled = torch.rand(4, 6, generator=rand(seed)) < .7
    empty = encode(joints, labelled, size, sigma=2.).flatten(2).sum(-1) == 0
    assert torch.equal(empty, ~(labelled & inside(joints, size)))


@given(seeds, st.floats(10, 2000), st.integers(16, 512), st.floats(-180, 180), st.booleans())
def test_inverse_undoes_affine(seed, side, size, angle, flip):
    centre = torch.rand(3, 2, generator=rand(seed))*1000
    matrix = crop_matrix(centre, torch.full((3,), side), size, torch.full((3,), angle), torch.full((3,), flip))
    points = centre[:, None] + (torch.rand(3, 7, 2, generator=rand(seed)) - .5)*side
    assert (transform(invert(matrix), transform(matrix, points)) - points).abs().max() < 1e-4*(1000 + side)
    scale = (transform(matrix, points)[:, 0] - transform(matrix, points)[:, 1]).norm(dim=-1)/(points[:, 0] - points[:, 1]).norm(dim=-1)
    assert (scale*side/size - 1).abs().max() < 1e-2


@given(seeds, st.floats(.05, 20))
def test_rescale_there_and_back(seed, s):
    joints = torch.rand(5, 2, generator=rand(seed))*500
    assert (rescale(rescale(joints, s), 1/s) - joints).abs().max() < 1e-2


@given(st.sampled_from(list(SKELETONS.values())), seeds)
def test_mirror_twice_is_identity(skeleton, seed):
    maps = torch.rand(2, len(skeleton), 5, 5, generator=rand(seed))
    assert torch.equal(flip_back(flip_back(maps, skeleton.mirror), skeleton.mirror), maps)


@given(seeds, st.floats(0, 3), st.floats(0, 3))
def test_pck_is_a_fraction_and_grows(seed, a, b):
    g = rand(seed)
    pred, true, norm = torch.randn(20, 14, 2, generator=g), torch.zeros(20, 14, 2), torch.rand(20, generator=g)
    labelled = torch.rand(20, 14, generator=g) < .8
    low, high = (pck(pred, true, labelled, norm, t) for t in sorted((a, b)))
    kept = ~low.isnan()
    assert ((low >= 0) & (low <= high) & (high <= 1))[kept].all()
    report = PCKReport(pred, true, labelled, norm, LSP14, threshold=max(a, b, .01))
    assert 0 <= report.auc <= 1 and torch.equal(report.per_joint.nan_to_num(-1), pck(pred, true, labelled, norm, max(a, b, .01)).nan_to_num(-1))
