"""From a key press to the new picture on the screen: every slider of every explorer, in JupyterLab in a headless Chromium.

    python benchmarks/explorers.py [MOVES]

Each slider is moved MOVES times (12), by arrow key, each time waiting for the picture; milliseconds from the key
press to the moment the browser has the new picture loaded, median and 90 %. Moves that change no picture within two
seconds are not counted. The map of influence, which takes seconds by design, is off.
"""
import statistics
import sys
import tempfile
from pathlib import Path

root = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(root/'tests'), str(root/'docs')]
from build import FILM, SCREENS
from lab import Lab, browser, notebook, server
from playwright.sync_api import TimeoutError

CLOCK = """() => {
    window.pressed = null; window.taken = []
    document.addEventListener('keydown', () => { window.pressed = performance.now() }, true)
    document.querySelectorAll('.hg-frame').forEach(i => i.addEventListener('load', () => {
        if (window.pressed !== null) window.taken.push(performance.now() - window.pressed)
        window.pressed = null })) }"""


def moves(lab, slider, n):
    "Milliseconds of each move that changed the picture."
    page = lab.page
    slider.focus()
    page.keyboard.press('Home')
    page.wait_for_timeout(600)
    page.evaluate('() => { window.taken = []; window.pressed = null }')
    for _ in range(min(n, int(slider.get_attribute('max')))):
        done = page.evaluate('() => window.taken.length')
        page.keyboard.press('ArrowRight')
        try: page.wait_for_function(f'() => window.taken.length > {done}', timeout=2000)
        except TimeoutError: page.evaluate('() => { window.pressed = null }')
        page.wait_for_timeout(100)
    return page.evaluate('() => window.taken')


def line(explorer, slider, taken):
    if taken: print(f'{explorer:<12}{slider:<12}{len(taken):>6}{statistics.median(taken):>11.0f}{sorted(taken)[int(.9*len(taken))]:>9.0f}', flush=True)


if __name__ == '__main__':
    n, home = int(sys.argv[1]) if len(sys.argv) > 1 else 12, Path(tempfile.mkdtemp())
    (home/'nbs').mkdir()
    notebook(home/'nbs'/'clock.ipynb', FILM, *(s.replace(', map=True', '') for s in SCREENS.values()))
    with server(home/'nbs', home) as (base, token, _), browser() as tab:
        lab = Lab(tab(), base, token, 'clock.ipynb')
        lab.run()
        lab.page.locator('.hg-explorer').nth(len(SCREENS) - 1).wait_for()
        lab.page.evaluate(CLOCK)
        print(f'{"explorer":<12}{"slider":<12}{"moves":>6}{"median ms":>11}{"90 % ms":>9}')
        for i, name in enumerate(SCREENS):
            everything = []
            for slider in lab.page.locator('.hg-explorer').nth(i).locator('input[type=range]').all():
                taken = moves(lab, slider, n)
                everything += taken
                line(name, slider.get_attribute('aria-label'), taken)
            line(name, 'all', everything)
        print(lab.errors() or 'no complaints')
