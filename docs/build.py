"""Make what is made from the notebooks.

    python docs/build.py outputs [NAME ...]   run chapters and store their outputs
    python docs/build.py readme [--check]     README.md from nbs/index.ipynb
    python docs/build.py screens              photograph the explorers in JupyterLab, in a headless Chromium
"""
import json
import os
import re
import subprocess
import sys
from pathlib import Path

root = Path(__file__).resolve().parent.parent
nbs = root/'nbs'


def relink(text, old, new):
    "Relative links and pictures, written for a file in folder `old`, as they must read in folder `new`."
    def move(m):
        target, _, anchor = m[2].partition('#')
        if not target or '://' in target: return m[0]
        path = os.path.relpath((old/target).resolve(), new)
        return f'{m[1]}({path}{"#" + anchor if anchor else ""})'
    return re.sub(r'(\]|!\[[^\]]*\])\(([^)\s]+)\)', move, text)


def readme():
    "The index as Markdown; hidden cells are left out."
    from nbconvert import MarkdownExporter
    from nbformat import from_dict, read
    nb = read(nbs/'index.ipynb', 4)
    nb.cells = [c for c in nb.cells if not c.source.startswith('#| hide')]
    for c in nb.cells: c.source = re.sub(r'^#\|.*\n?', '', c.source, flags=re.M)
    text, _ = MarkdownExporter().from_notebook_node(from_dict(nb))
    head = '<!-- Made from nbs/index.ipynb by `make readme`; edit that. -->\n\n'
    return head + re.sub(r'\n{3,}', '\n\n', relink(text, nbs, root)).strip() + '\n'


def keep(output):
    "Not progress bars, nor widgets, which need a kernel: their static pictures stay."
    data = output.get('data', {'none': 0})
    return output.get('name') != 'stderr' and data and 'application/vnd.jupyter.widget-view+json' not in data


def outputs(names):
    "Run each chapter in a process of its own, two at a time, and keep figures and values, not progress bars."
    from concurrent.futures import ThreadPoolExecutor
    def run(path):
        env = os.environ | {'OMP_NUM_THREADS': '1', 'PYTHONHASHSEED': '0'}
        code = f"from execnb.shell import CaptureShell; CaptureShell({str(path)!r}).execute({str(path)!r}, {str(path)!r}, exc_stop=True)"
        done = subprocess.run([sys.executable, '-c', code], env=env, cwd=nbs, capture_output=True, text=True)
        if done.returncode: sys.exit(f'{path.name}: {done.stdout[-2000:]}{done.stderr[-4000:]}')
        nb = json.loads(path.read_text())
        for c in nb['cells']:
            if c['cell_type'] == 'code': c['outputs'] = [o for o in c['outputs'] if keep(o)]
        path.write_text(json.dumps(nb, indent=1, ensure_ascii=False, sort_keys=True) + '\n')
        print(path.name, flush=True)
    paths = [nbs/f'{n}.ipynb' for n in names] or sorted(nbs.glob('*.ipynb'))
    with ThreadPoolExecutor(2) as pool: list(pool.map(run, paths))
    subprocess.run([Path(sys.executable).with_name('nbdev_clean')], cwd=root, check=True)


SCREENS = {
    'scales': "ScaleExplorer(picture=1)", 'heatmaps': "HeatmapExplorer(picture=1, joint='left ankle')", 'pck': "PCKExplorer(threshold=.1)",
    'film': "TrainingFilm(folder, picture=1, frame=20, joint='head top')", 'occlusion': "OcclusionExplorer(picture=3, joint='left knee', x=84, y=44, patch=16, map=True)",
    'augment': "AugmentExplorer(picture=1, rotate=30, scale=.8, flip=True)", 'build': "BuildExplorer(picture=1, block='skip 16')"}
FILM = """import tempfile, torch
from hgtutorial.crop import LIGHT, figure_data
from hgtutorial.explore import *
from hgtutorial.stack import StackedHourglass
from hgtutorial.train import classroom, fit
torch.manual_seed(0)
folder = tempfile.mkdtemp()
fit(StackedHourglass(1, 32, 14, depth=3), figure_data(256, seed=1), figure_data(24, seed=2), classroom(steps=400, checks=24, augment=LIGHT, sigma=2.), film=folder, progress=False);"""


def screens():
    "One picture of each explorer, and one that moves."
    import tempfile
    from io import BytesIO

    from PIL import Image
    sys.path.insert(0, str(root/'tests'))
    from lab import Lab, browser, notebook, server
    home = Path(tempfile.mkdtemp())
    (home/'nbs').mkdir()
    notebook(home/'nbs'/'screens.ipynb', FILM, *SCREENS.values())
    with server(home/'nbs', home) as (base, token, _), browser() as tab:
        lab = Lab(tab(), base, token, 'screens.ipynb')
        lab.run()
        shots = lab.page.locator('.hg-explorer')
        shots.nth(len(SCREENS) - 1).wait_for()
        for i, name in enumerate(SCREENS):
            shots.nth(i).scroll_into_view_if_needed()
            lab.page.wait_for_timeout(300)
            picture = Image.open(BytesIO(shots.nth(i).screenshot())).convert('RGB')
            picture.quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(root/'docs'/'images'/f'explore-{name}.png', optimize=True)
        frames = [Image.open(BytesIO(f)).convert('RGB').resize((588, 450), Image.LANCZOS) for f in moving(lab, shots.first)]
    frames[0].save(root/'docs'/'images'/'explore.webp', save_all=True, append_images=frames[1:], duration=700, loop=0, quality=60, method=6)


def moving(lab, shot):
    "The first explorer, while the scale, the branch and the channel are moved."
    for label, keys in (('scale', ['Home', *['ArrowRight']*3, *['ArrowLeft']*2]), ('branch', ['ArrowLeft']*2), ('channel', ['ArrowRight']*4), ('stack', ['Home'])):
        shot.get_by_label(label, exact=True).focus()
        for key in keys:
            lab.page.keyboard.press(key)
            lab.page.wait_for_timeout(400)
            yield shot.screenshot()


def main(args):
    jobs = [a for a in args if a in ('outputs', 'readme', 'screens')]
    if not jobs: sys.exit(__doc__)
    if 'outputs' in jobs: outputs([a for a in args if a not in jobs and not a.startswith('-')])
    if 'screens' in jobs: screens()
    if 'readme' in jobs:
        made, path = readme(), root/'README.md'
        if '--check' in args: sys.exit(0 if path.exists() and path.read_text() == made else 'README.md is not what nbs/index.ipynb makes: run `make readme`')
        path.write_text(made)


if __name__ == '__main__': main(sys.argv[1:])
