"What is saved stays whole when the disk is full or the process is killed."
import signal
import subprocess
import sys
import time

import pytest
import torch

from hgtutorial.stack import StackedHourglass
from hgtutorial.train import load_model, save_model


def tiny(): return StackedHourglass(1, 8, 14, depth=1)


def test_a_full_disk_loses_nothing(tmp_path):
    "A file-size limit stands in for a full disk: writing fails half way with an OSError."
    path = tmp_path/'model.safetensors'
    save_model(path, tiny(), {'generation': 1})
    code = f'''
import resource, signal
from hgtutorial.stack import hg1
from hgtutorial.train import save_model
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
model = hg1()
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try: save_model({str(path)!r}, model, {{'generation': 2}})
except OSError as e: print(e)
'''
    done = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True)
    assert 'could not save' in done.stdout and 'untouched' in done.stdout, done.stdout + done.stderr
    assert load_model(path)[1]['generation'] == 1
    assert [p.name for p in tmp_path.iterdir()] == ['model.safetensors']


def test_a_killed_process_loses_nothing(tmp_path):
    "Save again and again in another process, kill it in the middle, read what is there; several times."
    path = tmp_path/'model.safetensors'
    code = f'''
from hgtutorial.stack import StackedHourglass
from hgtutorial.train import save_model
model, i = StackedHourglass(2, 64, 14), 0
while True:
    i += 1
    save_model({str(path)!r}, model, {{'generation': i}})
    if i == 1: print('saved', flush=True)
'''
    seen = []
    for pause in (.01, .05, .11):
        child = subprocess.Popen([sys.executable, '-c', code], stdout=subprocess.PIPE, text=True)
        assert child.stdout.readline() == 'saved\n'
        time.sleep(pause)
        child.send_signal(signal.SIGKILL)
        child.wait()
        seen.append(load_model(path)[1]['generation'])
    assert min(seen) >= 1


def test_weights_in_half_precision_come_back_as_float32(tmp_path):
    model = tiny()
    save_model(tmp_path/'m.safetensors', model, dtype=torch.float16)
    back, _ = load_model(tmp_path/'m.safetensors')
    assert all(p.dtype == torch.float32 for p in back.parameters())
    assert max((a - b).abs().max() for a, b in zip(model.parameters(), back.parameters())) < 1e-3


def test_half_precision_keeps_large_statistics(tmp_path):
    "Running variances grow beyond what 16 bits can hold; they must survive."
    model = tiny()
    model.stem[1].running_var.fill_(1e6)
    save_model(tmp_path/'m.safetensors', model, dtype=torch.float16)
    assert torch.equal(load_model(tmp_path/'m.safetensors')[0].stem[1].running_var, model.stem[1].running_var)


@pytest.mark.parametrize('content, says', [(b'', 'not a readable'), (b'\x80\x04 pickle?', 'not a readable'), (b'\x00'*64, 'not a readable')])
def test_other_files_are_refused_by_name(tmp_path, content, says):
    path = tmp_path/'odd.safetensors'
    path.write_bytes(content)
    with pytest.raises(ValueError, match=says) as e: load_model(path)
    assert 'odd.safetensors' in str(e.value)


def test_a_safetensors_file_of_somebody_else_is_refused(tmp_path):
    from safetensors.torch import save_file
    save_file({'a': torch.zeros(2)}, tmp_path/'theirs.safetensors')
    with pytest.raises(ValueError, match='no hgtutorial configuration'): load_model(tmp_path/'theirs.safetensors')


def test_weights_that_do_not_fit_their_configuration_are_refused(tmp_path):
    model = tiny()
    model.config['channels'] = 16
    save_model(tmp_path/'m.safetensors', model)
    with pytest.raises(ValueError, match='do not fit'): load_model(tmp_path/'m.safetensors')
