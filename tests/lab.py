"""JupyterLab in headless Chromium: open a notebook, run it, move its controls, read its pictures."""
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

CHROMIUM = shutil.which('chromium') or shutil.which('chromium-browser') or shutil.which('google-chrome')


def notebook(path, *sources):
    "Write a notebook of code cells."
    from nbformat import write
    from nbformat.v4 import new_code_cell, new_notebook
    write(new_notebook(cells=[*map(new_code_cell, sources)], metadata=dict(kernelspec=dict(name='python3', display_name='Python 3'))), path)


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


@contextmanager
def server(folder: Path, home: Path):
    "JupyterLab on a folder, with settings of its own in `home`; yields its address, token, and log file."
    port, token, log = free_port(), secrets.token_hex(16), home/'lab.log'
    env = os.environ | {'OMP_NUM_THREADS': '1', 'JUPYTER_CONFIG_DIR': str(home/'config'), 'JUPYTER_DATA_DIR': str(home/'data'), 'JUPYTER_RUNTIME_DIR': str(home/'runtime'),
                        'IPYTHONDIR': str(home/'ipython'), 'MPLCONFIGDIR': str(home/'mpl'), 'JUPYTERLAB_SETTINGS_DIR': str(home/'settings'), 'JUPYTERLAB_WORKSPACES_DIR': str(home/'spaces')}
    command = [sys.executable, '-m', 'jupyterlab', '--no-browser', f'--port={port}', '--port-retries=0', '--ip=127.0.0.1', f'--IdentityProvider.token={token}',
               '--LabApp.expose_app_in_browser=True', '--allow-root', f'--ServerApp.root_dir={folder}']
    for name, text in (('apputils-extension/notification', '{"fetchNews": "false", "checkForUpdates": false}'), ('notebook-extension/tracker', '{"windowingMode": "none"}')):
        path = home/'settings'/'@jupyterlab'/f'{name}.jupyterlab-settings'
        path.parent.mkdir(parents=True)
        path.write_text(text)
    with log.open('w') as out:
        process = subprocess.Popen(command, env=env, stdout=out, stderr=out, start_new_session=True)
    try:
        for _ in range(240):
            try:
                urllib.request.urlopen(f'http://127.0.0.1:{port}/api?token={token}', timeout=1)
                break
            except OSError:
                if process.poll() is not None: break
                time.sleep(.25)
        else: raise TimeoutError(f'JupyterLab did not start: {log.read_text()[-2000:]}')
        if process.poll() is not None: raise RuntimeError(f'JupyterLab ended: {log.read_text()[-2000:]}')
        yield f'http://127.0.0.1:{port}', token, log
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGINT)
            try: process.wait(5)
            except subprocess.TimeoutExpired: os.killpg(process.pid, signal.SIGKILL)


class Lab:
    "One notebook in a browser tab; `complaints` collects what the browser's console and the kernel complained of."
    def __init__(self, page, base, token, name):
        self.page, self.complaints = page, []
        page.on('console', lambda m: m.type == 'error' and self.complaints.append(f'console: {m.text}'))
        page.on('pageerror', lambda e: self.complaints.append(f'page: {e}'))
        page.goto(f'{base}/lab/tree/{name}?token={token}')
        page.wait_for_function("() => window.jupyterapp && document.querySelector('.jp-Notebook .jp-Cell') && document.querySelector('.jp-NotebookPanel-toolbar')", timeout=60_000)
        self.idle()

    def idle(self, timeout=180):
        "Wait until the kernel has nothing to do."
        self.page.wait_for_function("""() => {
            const panel = window.jupyterapp.shell.currentWidget
            const kernel = panel && panel.sessionContext && panel.sessionContext.session && panel.sessionContext.session.kernel
            return kernel && kernel.status === 'idle' }""", timeout=timeout*1000)

    def run(self):
        "Run every cell, scroll through all of them so that each is drawn, and collect errors of the kernel."
        self.page.evaluate("""() => {
            const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel
            window.kernelErrors = []
            kernel.iopubMessage.connect((_, m) => {
                if (m.header.msg_type === 'error') window.kernelErrors.push(m.content.ename + ': ' + m.content.evalue)
                if (m.header.msg_type === 'stream' && m.content.name === 'stderr' && m.content.text.includes('Traceback')) window.kernelErrors.push(m.content.text) }) }""")
        self.page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")
        self.page.wait_for_timeout(500)
        self.idle()

    def errors(self):
        return self.complaints + self.page.evaluate('() => window.kernelErrors || []')


@contextmanager
def browser(**context):
    "A headless Chromium; yields a function that opens tabs."
    from playwright.sync_api import sync_playwright
    with sync_playwright() as p:
        chromium = p.chromium.launch(executable_path=CHROMIUM, args=['--no-sandbox'])
        try: yield chromium.new_context(**({'viewport': {'width': 1280, 'height': 1100}} | context)).new_page
        finally: chromium.close()
