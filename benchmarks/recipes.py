"""What loss, target and optimiser each buy: `hg_small` on 8,000 figures, scored on 400 unseen ones.

    python benchmarks/recipes.py [MINUTES] [KIND,SIGMA,OPTIMISER,RATE ...]

Every run starts from the same weights and sees the same pictures in the same order, for as many steps as fit.
"""
import sys

import torch

from hgtutorial.crop import LIGHT, figure_data
from hgtutorial.evaluate import evaluate
from hgtutorial.stack import hg_small
from hgtutorial.train import classroom, fit

RUNS = ('mse,1,adamw,.002', 'mse,2,adamw,.002', 'weighted,1,adamw,.002', 'softmax,1,adamw,.002', 'softmax,1,muon,.02')


def run(words, minutes, train, unseen):
    kind, sigma, optimiser, lr = words.split(',')
    torch.manual_seed(0)
    model = hg_small(kind=kind)
    config = classroom(minutes=minutes, optimiser=optimiser, lr=float(lr), sigma=float(sigma), augment=LIGHT, checks=4)
    last = fit(model, train, None, config, progress=False)[-1]
    score = evaluate(model, unseen)[0].mean
    print(f'{kind:<9}{sigma:>6}  {optimiser:<9}{lr:>7}{score:8.3f}{last["step"]*config.batch:10}{last["rate"]:7.0f}{last["seconds"]:9.0f}', flush=True)


if __name__ == '__main__':
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 2
    train, unseen = figure_data(8000, seed=1), figure_data(400, seed=2)
    print('kind     sigma  optimiser   rate   PCK@0.2  pictures  img/s  seconds')
    for words in sys.argv[2:] or RUNS: run(words, minutes, train, unseen)
