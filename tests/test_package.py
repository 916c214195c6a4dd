"The package as an installed thing: light to import, complete, and stoppable."
import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

root = Path(__file__).resolve().parent.parent
run = lambda *cmd, **kw: subprocess.run([*map(str, cmd)], capture_output=True, text=True, **kw)
hgtutorial = Path(sys.executable).with_name('hgtutorial')


def test_no_module_needs_nbdev():
    "Nor IPython, but for the explorers, which are widgets."
    modules = [f'hgtutorial.{p.stem}' for p in (root/'hgtutorial').glob('*.py') if not p.stem.startswith('_')]
    modules.sort(key='hgtutorial.explore'.__eq__) # the explorers last
    code = f'''
import sys, importlib
for name in ('nbdev', 'fastcore', 'execnb', 'IPython'): sys.modules[name] = None
for name in {modules[:-1]!r}: importlib.import_module(name)
del sys.modules['IPython']
importlib.import_module({modules[-1]!r})
'''
    done = run(sys.executable, '-c', code)
    assert done.returncode == 0, done.stderr


def test_importing_the_package_imports_nothing_heavy():
    "So it cannot take longer than importing torch."
    done = run(sys.executable, '-c', "import sys, hgtutorial; print([m for m in ('torch', 'numpy', 'matplotlib', 'nbdev') if m in sys.modules])")
    assert done.stdout.strip() == '[]', done.stdout + done.stderr


def test_sdist_makes_a_wheel_that_works_elsewhere(tmp_path):
    done = run(sys.executable, '-c', f"from setuptools import build_meta; print(build_meta.build_sdist({str(tmp_path)!r}))", cwd=root)
    assert done.returncode == 0, done.stderr
    sdist = tmp_path/done.stdout.strip().splitlines()[-1]
    done = run(sys.executable, '-m', 'pip', 'wheel', '-q', '--no-deps', '-w', tmp_path, sdist)
    assert done.returncode == 0, done.stderr
    wheel, = tmp_path.glob('*.whl')
    with zipfile.ZipFile(wheel) as z:
        names = z.namelist()
        z.extractall(tmp_path/'site')
    assert {f'hgtutorial/weights/{n}' for n in ('figures-small.safetensors', 'figures-small.md', 'lsp-small.safetensors', 'lsp-small.md')} <= set(names)
    assert wheel.stat().st_size < 25e6 and not [n for n in names if n.startswith(('nbs', 'tests'))]
    code = "import numpy as np, hgtutorial.estimator as e; print(e.__file__); print(len(e.PoseEstimator.from_pretrained('lsp-small')(np.zeros((90, 70, 3), np.uint8)).joints))"
    done = run(sys.executable, '-c', code,
               cwd=tmp_path, env=os.environ | {'PYTHONPATH': str(tmp_path/'site')})
    assert str(tmp_path) in done.stdout and done.stdout.split()[-1] == '14', done.stdout + done.stderr


def test_every_command_has_help():
    for command in ((), ('demo',), ('train',), ('evaluate',), ('predict',), ('data', 'check'), ('lab',)):
        done = run(hgtutorial, *command, '--help')
        assert done.returncode == 0 and 'Usage' in done.stdout, done.stderr


def test_ctrl_c_leaves_a_run_that_can_be_resumed(tmp_path):
    "Start the real command, press Ctrl-C when training is under way, resume it to its end."
    words = ['train', '--data', 'lsp', '--root', root/'data_samples'/'lsp', '--epochs', '30', '--out', tmp_path/'run']
    child = subprocess.Popen([*map(str, [hgtutorial, *words])], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    checkpoint = tmp_path/'run'/'checkpoint.safetensors'
    while not checkpoint.exists() and child.poll() is None: time.sleep(.1)
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=120)
    assert child.returncode == 130 and 'continue with resume' in err, out + err
    done = run(hgtutorial, *words, '--resume')
    assert done.returncode == 0 and '30 steps' in done.stdout, done.stdout + done.stderr
    assert json.loads((tmp_path/'run'/'history.json').read_text())[-1]['step'] == 30


@pytest.mark.skipif('HGTUTORIAL_DATA' not in os.environ, reason='HGTUTORIAL_DATA is not set: no real photos to read')
def test_real_photos_are_read():
    import torch

    from hgtutorial.crop import crops
    from hgtutorial.datasets import LSP
    data = Path(os.environ['HGTUTORIAL_DATA'])
    valid = LSP(data/'lspet160', 'val', val=500)
    assert len(valid) == 500 and int(valid.norm.isfinite().sum()) == 359
    assert int(valid.labelled[valid.norm.isfinite()].sum()) == 4677
    for people in (valid, LSP(data/'lspet60')):
        x, joints, labelled, _ = crops(people, torch.arange(8), 128)
        assert x.std() > .1 and ((joints[labelled] > 0) & (joints[labelled] < 127)).all()
