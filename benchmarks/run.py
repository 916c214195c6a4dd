"""Speed, as ratios against a baseline measured in the same run.

    python benchmarks/run.py [NAME ...]       all, or some of: step decode figures inference import

Both sides of a ratio are timed alternately, and the median of each is taken: absolute times differ between
machines and minutes, ratios hold better. Prints a table and writes benchmarks/results.json.
"""
import json
import platform
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

import torch

from hgtutorial.crop import Augment, figure_data
from hgtutorial.heatmap import decode
from hgtutorial.loss import heatmap_loss
from hgtutorial.pck import pck
from hgtutorial.stack import hg2, hg_small
from hgtutorial.train import classroom, optimisers, pretrained, train_step

channels_last = torch.channels_last


def paired(first, second, n):
    "Median seconds of two things, run in turn."
    first(), second()
    times = [], []
    for _ in range(n):
        for f, ts in zip((first, second), times):
            start = time.perf_counter(); f(); ts.append(time.perf_counter() - start)
    return median(times[0]), median(times[1])


def backward(model, x, y, labelled):
    def step():
        model.zero_grad()
        heatmap_loss(model(x), y, labelled, 'softmax').backward()
    return step


def step():
    "A training step of hg_small, batch 8: forward, loss, backward"
    x, y, labelled = torch.rand(8, 3, 128, 128), torch.rand(8, 14, 32, 32), torch.ones(8, 14, dtype=torch.bool)
    last = backward(hg_small(kind='softmax').to(memory_format=channels_last), x.contiguous(memory_format=channels_last), y, labelled)
    contiguous = backward(hg_small(kind='softmax'), x, y, labelled)
    yield 'step: channels_last against contiguous', *paired(last, contiguous, 15)

    model = pretrained()[0].train()
    trained = backward(model, x.contiguous(memory_format=channels_last), y, labelled)
    def flushed(): torch.set_flush_denormal(True); trained(); torch.set_flush_denormal(False)
    yield 'step of a trained network: denormals flushed against kept', *paired(flushed, trained, 15)

    data = figure_data(64, 0)
    def whole(optimiser, augment):
        model = hg_small(kind='softmax').to(memory_format=channels_last).train()
        config = classroom(steps=100, optimiser=optimiser, augment=augment)
        optims = optimisers(model, config)
        return lambda: train_step(model, optims, data, config, 1, 100)
    yield 'whole step: Muon against AdamW', *paired(whole('muon', Augment()), whole('adamw', Augment()), 15)


def decoding():
    "2958 people, 16 joints, 64x64: maps to PCK, against one 2048x2048 matrix product"
    maps = torch.rand(2958, 16, 64, 64)
    true, labelled, norm = torch.rand(2958, 16, 2)*64, torch.ones(2958, 16, dtype=torch.bool), torch.full((2958,), 10.)
    a = torch.randn(2048, 2048)
    yield 'decode and PCK, 2958x16x64x64, against a 2048x2048 matrix product', *paired(lambda: pck(decode(maps)[0], true, labelled, norm, .5), lambda: a@a, 7)


def figures():
    "Figures a second at 128x128, worker processes included"
    from hgtutorial.figures import make_figures
    t2, t1 = paired(lambda: make_figures(3000, 0), lambda: make_figures(3000, 0, workers=1), 1)
    yield f'3000 figures: all cores ({3000/t2:.0f} a second) against one ({3000/t1:.0f} a second)', t2, t1


def inference():
    "hg2 at 256x256, one picture"
    x, model, plain = torch.rand(1, 3, 256, 256), hg2().eval().to(memory_format=channels_last), hg2().eval()
    with torch.inference_mode():
        yield 'hg2 at 256x256: channels_last against contiguous', *paired(lambda: model(x.contiguous(memory_format=channels_last)), lambda: plain(x), 15)


def imports():
    "import hgtutorial against import torch, whole processes"
    python = lambda code: lambda: subprocess.run([sys.executable, '-c', code], check=True)
    yield 'import hgtutorial against import torch', *paired(python('import hgtutorial'), python('import torch'), 5)


JOBS = {'step': step, 'decode': decoding, 'figures': figures, 'inference': inference, 'import': imports}

if __name__ == '__main__':
    rows = []
    print(f'{torch.get_num_threads()} threads, torch {torch.__version__}, {platform.machine()} {torch.backends.cpu.get_cpu_capability()}')
    for name in sys.argv[1:] or JOBS:
        for what, ours, base in JOBS[name]():
            rows.append(dict(what=what, ms=round(ours*1e3, 1), baseline_ms=round(base*1e3, 1), ratio=round(ours/base, 3)))
            print('{ratio:7.2f}  {ms:9.1f} ms against {baseline_ms:9.1f} ms  {what}'.format(**rows[-1]), flush=True)
    if len(sys.argv) == 1: Path(__file__).with_name('results.json').write_text(json.dumps(rows, indent=1) + '\n')
