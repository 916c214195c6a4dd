"""What each choice buys: every variant of `hgtutorial.ablations`, two seeds each, on the same figures.

    python benchmarks/ablations.py [FILE] [STEPS]

Writes a row to FILE (`benchmarks/ablations.csv`) as soon as it is known and skips those that are there:
stop it and start it again as you like. About an hour on one core.
"""
import csv
import io
import sys
from pathlib import Path

import torch
from tqdm import tqdm

from hgtutorial.ablations import VARIANTS, ablate
from hgtutorial.crop import figure_data
from hgtutorial.train import write_file


def table(rows):
    file = io.StringIO()
    writer = csv.DictWriter(file, list(rows[0]), lineterminator='\n')
    writer.writeheader()
    writer.writerows({k: f'{v:.4f}' if isinstance(v, float) else v for k, v in r.items()} for r in rows)
    return file.getvalue().encode()


if __name__ == '__main__':
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_suffix('.csv')
    steps = int(sys.argv[2]) if len(sys.argv) > 2 else 2000
    torch.set_num_threads(1)
    rows = list(csv.DictReader(path.open())) if path.exists() else []
    done = {(r['variant'], int(r['seed'])) for r in rows}
    train, unseen = figure_data(8000, seed=1), figure_data(500, seed=2)
    with tqdm([(v, s) for s in (0, 1) for v in VARIANTS if (v, s) not in done]) as bar:
        for variant, seed in bar:
            bar.set_description(f'{variant}, seed {seed}')
            rows.append(ablate(variant, seed, train, unseen, steps))
            write_file(path, table(rows))
            bar.set_postfix(PCK=f"{rows[-1]['one look, taylor @0.2']:.3f}")
