"""Make what is made from the notebooks.

    python docs/build.py outputs [NAME ...]   run chapters and store their outputs
    python docs/build.py readme [--check]     README.md from nbs/index.ipynb
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
            if c['cell_type'] == 'code': c['outputs'] = [o for o in c['outputs'] if o.get('name') != 'stderr']
        path.write_text(json.dumps(nb, indent=1, ensure_ascii=False, sort_keys=True) + '\n')
        print(path.name, flush=True)
    paths = [nbs/f'{n}.ipynb' for n in names] or sorted(nbs.glob('*.ipynb'))
    with ThreadPoolExecutor(2) as pool: list(pool.map(run, paths))
    subprocess.run([Path(sys.executable).with_name('nbdev_clean')], cwd=root, check=True)


def main(args):
    jobs = [a for a in args if a in ('outputs', 'readme')]
    if not jobs: sys.exit(__doc__)
    if 'outputs' in jobs: outputs([a for a in args if a not in jobs and not a.startswith('-')])
    if 'readme' in jobs:
        made, path = readme(), root/'README.md'
        if '--check' in args: sys.exit(0 if path.exists() and path.read_text() == made else 'README.md is not what nbs/index.ipynb makes: run `make readme`')
        path.write_text(made)


if __name__ == '__main__': main(sys.argv[1:])
