"""What each choice buys on real photos: LSPET, 8,000 photos to learn from, 500 others of the training part to compare on.

    HGTUTORIAL_DATA=DIR python benchmarks/photos.py [--minutes 5] [--threads 1] [NAME ...]

The validation photos (the last 500) are not touched. Every run is one change to the first; all get the same minutes.
"""
import argparse
import json
import os
import time
from pathlib import Path

import torch
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from hgtutorial.crop import Augment
from hgtutorial.datasets import LSP
from hgtutorial.evaluate import evaluate
from hgtutorial.stack import hg_small
from hgtutorial.train import classroom, optimisers, pretrained, train_step

RUNS = {
    'base': {},
    'width 96': dict(channels=96),
    'width 128': dict(channels=128),
    'float32': dict(bf16=False),
    'batch 16': dict(batch=16),
    'batch 32, rate x2': dict(batch=32, lr=.04),
    'rate / 2': dict(lr=.01),
    'rate x 2': dict(lr=.04),
    'sigma 0.7': dict(sigma=.7),
    'sigma 1.5': dict(sigma=1.5),
    'AdamW 2e-3': dict(optimiser='adamw', lr=.002),
    'weighted MSE': dict(kind='weighted'),
    'no augmentation': dict(augment=Augment(0, 0, 0, 0)),
    'flip only': dict(augment=Augment(0, 0, .5, 0)),
    'rotate 60': dict(augment=Augment(rotate=60)),
    'rotate 180': dict(augment=Augment(rotate=180)),
    'figures first': dict(start='figures-small'),
}


def run(name, minutes, learn, tune):
    "Train for so many minutes; PCK@0.2 with the flip test, of the network and of its running average."
    change = {'kind': 'softmax', 'channels': 64, 'start': None, 'bf16': True} | RUNS[name]
    torch.manual_seed(0)
    model = hg_small(channels=change.pop('channels'), kind=change.pop('kind'))
    start = change.pop('start')
    if start: model.load_state_dict(pretrained(start)[0].state_dict())
    model.to(memory_format=torch.channels_last).train()
    config = classroom(minutes=minutes, **change)
    optims = optimisers(model, config)
    mean = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(.98), use_buffers=True)
    begin, step, losses, done = time.perf_counter(), 0, [], 0
    while done < 1: # the schedule follows the clock, so that every run comes to its end
        done = min(1, (time.perf_counter() - begin)/(60*minutes))
        losses.append(train_step(model, optims, learn, config, step, (step + 1)/max(done, 1e-4)))
        step += 1
        if step % 4 == 0: mean.update_parameters(model)
    score, averaged = (evaluate(m, tune)[0].mean for m in (model, mean.module))
    return dict(run=name, pck=round(score, 4), pck_ema=round(averaged, 4), pictures=step*config.batch, loss=round(sum(losses[-200:])/200, 3), minutes=minutes)


if __name__ == '__main__':
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--minutes', type=float, default=5)
    parser.add_argument('--threads', type=int, default=1)
    parser.add_argument('names', nargs='*', help=f'some of {list(RUNS)}')
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    people = LSP(Path(os.environ['HGTUTORIAL_DATA'])/'lspet160', 'train', val=500)
    learn, tune = people.subset(slice(8000)), people.subset(slice(8000, None))
    for name in args.names or RUNS: print(json.dumps(run(name, args.minutes, learn, tune)), flush=True)
