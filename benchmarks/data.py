"""Training pictures a second and core: a decoded 720p photo cropped, changed, and its heatmaps drawn.

    pip install opencv-python-headless; python benchmarks/data.py

The baseline is the order of work of the ports, with OpenCV as they have it: cut with integer corners out of a
float64 canvas and resize, warp the cut a second time for the augmentation, change the colours of every second
picture through HSV, move and draw each joint in a loop.
"""
import tempfile
import time
from statistics import median

import cv2
import numpy as np
import torch
from PIL import Image

from hgtutorial.crop import Augment, PoseDataset, crops
from hgtutorial.datasets import PhotoFiles
from hgtutorial.heatmap import encode, rescale
from hgtutorial.skeleton import MPII16

size, out = 256, 64


def corner(centre, side, point):
    "A place of a crop, in whole photo pixels."
    return (centre + side*(np.asarray(point)/size - .5)).astype(int)

def baseline(photo, joints, centre, side, rng):
    low, high = corner(centre, side, (0, 0)), corner(centre, side, (size, size))
    canvas = np.zeros((*(high - low)[::-1], 3))
    a, b = np.maximum(low, 0), np.minimum(high, photo.shape[1::-1])
    canvas[a[1]-low[1]:b[1]-low[1], a[0]-low[0]:b[0]-low[0]] = photo[a[1]:b[1], a[0]:b[0]]
    first = cv2.resize(canvas, (size, size))
    second = cv2.getRotationMatrix2D((size/2, size/2), rng.uniform(-30, 30), rng.uniform(.75, 1.25))
    x = cv2.warpAffine(first, second, (size, size)).astype(np.float32)/255
    if rng.random() < .5: x = np.ascontiguousarray(recoloured(x, rng)[:, ::-1])
    moved = np.array([second@[*((j - low)*(size/side)), 1] for j in joints])
    maps = np.zeros((len(joints), out, out), np.float32)
    patch = np.exp(-((np.arange(7) - 3)**2 + (np.arange(7)[:, None] - 3)**2)/2)
    for m, (px, py) in zip(maps, (moved*out/size).astype(int)):
        if not (0 <= px < out and 0 <= py < out): continue
        x0, y0, x1, y1 = max(px - 3, 0), max(py - 3, 0), min(px + 4, out), min(py + 4, out)
        m[y0:y1, x0:x1] = patch[y0-py+3:y1-py+3, x0-px+3:x1-px+3]
    return torch.from_numpy(x.transpose(2, 0, 1).copy()), torch.from_numpy(maps)


def recoloured(x, rng):
    x = cv2.cvtColor(x, cv2.COLOR_RGB2HSV)
    x[..., 0] = np.mod(x[..., 0] + rng.uniform(-72, 72) + 360, 360)
    x[..., 1] = np.clip(x[..., 1]*rng.uniform(.5, 1.5), 0, 1)
    x = cv2.cvtColor(x, cv2.COLOR_HSV2RGB) + np.float32(rng.uniform(-.3, .3))
    grey = x.mean(2, keepdims=True)
    return np.clip((x - grey)*np.float32(rng.uniform(.5, 1.5)) + grey, 0, 1)


def ours(data, i, generator):
    x, joints, labelled, _ = crops(data, i, size, Augment(), generator)
    return x, encode(rescale(joints, out/size), labelled, out)


def seconds(*jobs, n=15):
    "Median processor seconds of each, taken in turn."
    times = [[] for _ in jobs]
    for _ in range(n):
        for job, ts in zip(jobs, times):
            start = time.process_time(); job(); ts.append(time.process_time() - start)
    return [median(ts) for ts in times]


if __name__ == '__main__':
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    rng, generator = np.random.default_rng(0), torch.Generator().manual_seed(0)
    b = 8
    photo = cv2.resize(rng.integers(0, 256, (90, 160, 3), dtype=np.uint8), (1280, 720), interpolation=cv2.INTER_CUBIC)
    for side in (300, 600, 1000): # MPII: half of all boxes lie between 460 and 900 pixels
        joints = torch.rand(b, 16, 2, generator=generator)*side*.7 + torch.tensor([640., 360]) - side*.35
        known = torch.ones(b, 16, dtype=torch.bool)
        data = PoseDataset([photo]*b, joints, known, ~known, torch.tensor([[640., 360]]).expand(b, 2), torch.full((b,), float(side)), MPII16, 'benchmark')
        mine, base = seconds(lambda: ours(data, torch.arange(b), generator), lambda: [baseline(photo, j, np.array([640., 360]), side, rng) for j in joints.numpy()])
        print(f'box of {side} pixels: {b/mine:5.0f} pictures a second and core, baseline {b/base:5.0f}, ratio {base/mine:.2f}')
    with tempfile.TemporaryDirectory() as folder:
        Image.fromarray(photo).save(f'{folder}/photo.jpg', quality=90)
        photos = PhotoFiles([f'{folder}/photo.jpg'])
        for shrink in (2, 4, 8):
            part, whole = seconds(lambda: photos.reduced(0, shrink), lambda: photos[0])
            print(f'decoded at 1/{shrink}: {part/whole:.2f} of the time')
