"""Everything `make test` runs: every notebook, the tests in this folder, and the checks on what is generated.

Closes with one line, `N passed, N failed`; the exit status is 1 where anything failed.
"""
import json
import os
import re
import subprocess
import sys
from pathlib import Path

root = Path(__file__).resolve().parent.parent
bin = Path(sys.executable).parent
passed, failed = [], []


def note(name, ok, why=''):
    (passed if ok else failed).append(name)
    print(f'{"ok    " if ok else "FAILED"} {name}{"" if ok else ": " + why}', flush=True)


def unchanged(name, pattern, command, cure):
    "Run a command that should change nothing; say what it changed, and put it back."
    read = lambda: {p: p.read_bytes() for p in root.glob(pattern)}
    before = read()
    done = subprocess.run([bin/command], cwd=root, capture_output=True, text=True)
    after = read()
    changed = sorted(p.name for p in before.keys() | after.keys() if before.get(p) != after.get(p))
    for p in after.keys() - before.keys(): p.unlink()
    for p in changed and before: p.write_bytes(before[p])
    note(name, not changed and not done.returncode, f'{", ".join(changed) or done.stderr[-500:]}: {cure}')


def links(path):
    "Relative links of a Markdown file or a notebook that lead nowhere."
    text = path.read_text(encoding='utf-8')
    if path.suffix == '.ipynb': text = '\n'.join(''.join(c['source']) for c in json.loads(text)['cells'] if c['cell_type'] == 'markdown')
    targets = [t.partition('#')[0] for t in re.findall(r'\]\(([^)\s]+)\)', text) if '://' not in t]
    return [t for t in targets if t and not (path.parent/t).exists()]


def not_run(path):
    "Code cells that nbdev_test would pass over, other than the hidden last one that exports."
    cells = [''.join(c['source']) for c in json.loads(path.read_text())['cells'] if c['cell_type'] == 'code']
    skips = re.compile(r'^#\|\s*(eval:\s*false|slow|cuda)', re.M)
    return [c for i, c in enumerate(cells) if skips.search(c) or ('nbdev_export(' in c and not (i == len(cells) - 1 and c.startswith('#| hide')))]


def notebooks():
    "Run every notebook, two at a time, one torch thread each."
    on_disk = sorted(root.glob('nbs/*.ipynb'))
    for path in on_disk:
        if cells := not_run(path): note(f'{path.name} runs all its cells', False, repr(cells[0][:60]))
    env = os.environ | {'OMP_NUM_THREADS': '1', 'MPLBACKEND': 'agg'}
    done = subprocess.run([bin/'nbdev_test', '--do_print', '--timing', '--n_workers', '2'], cwd=root, env=env, capture_output=True, text=True)
    out = done.stdout + done.stderr
    print(out, flush=True)
    ran = re.findall(r'- Completed (\S+\.ipynb)', out)
    bad = (re.split('failed on the following', out, flags=re.I) + [''])[1]
    for path in on_disk: note(path.name, any(Path(r).name == path.name for r in ran) and path.name not in bad, 'failed or was not run, see above')
    note('as many notebooks run as there are', len(ran) == len(on_disk), f'{len(ran)} run, {len(on_disk)} on disk')
    if done.returncode and not bad: note('nbdev_test', False, f'exit status {done.returncode}')


def pytest():
    "The tests in this folder; skips are shown with their reasons."
    env = os.environ | {'OMP_NUM_THREADS': '2', 'MPLBACKEND': 'agg'}
    done = subprocess.run([sys.executable, '-m', 'pytest', 'tests', '-q', '-rs', '--tb=short', '-p', 'no:cacheprovider', '--durations=5'], cwd=root, env=env, capture_output=True, text=True)
    print(done.stdout + done.stderr, flush=True)
    count = {k: int(n) for n, k in re.findall(r'(\d+) (passed|failed|error)', done.stdout.strip().splitlines()[-1])}
    passed.extend(['pytest']*count.get('passed', 0))
    failed.extend(['pytest']*(count.get('failed', 0) + count.get('error', 0)))
    if done.returncode and not count.get('failed') and not count.get('error'): note('pytest', False, f'exit status {done.returncode}')


modules = {p.stem for p in root.glob('hgtutorial/*.py') if not p.stem.startswith('_')}
exported = {m for p in root.glob('nbs/*.ipynb') for m in re.findall(r'#\| default_exp (\w+)', p.read_text())}
note('every module has its chapter', modules == exported, f'{sorted(modules ^ exported)}')
unchanged('the package is what the notebooks export', 'hgtutorial/*.py', 'nbdev_export', 'run nbdev_export and commit')
unchanged('the notebooks are clean', 'nbs/*.ipynb', 'nbdev_clean', 'run nbdev_clean and commit')
check = subprocess.run([sys.executable, 'docs/build.py', 'readme', '--check'], cwd=root, capture_output=True, text=True)
note('README.md is made from nbs/index.ipynb', not check.returncode, check.stderr.strip())
pages = [*root.glob('*.md'), *root.glob('nbs/*.ipynb'), *root.glob('hgtutorial/weights/*.md'), *root.glob('benchmarks/*.md'), *root.glob('data_samples/*.md')]
broken = [f'{p.name}: {t}' for p in pages for t in links(p)]
note('links lead somewhere', not broken, '; '.join(broken))
notebooks()
pytest()
print(f'{len(passed)} passed, {len(failed)} failed')
sys.exit(bool(failed))
