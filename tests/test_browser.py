"""Chapter 12 in JupyterLab in headless Chromium: every explorer moves, by keyboard, and nothing complains."""
import io
import json
import os
from pathlib import Path

import pytest
from lab import CHROMIUM, Lab, browser, notebook, server
from PIL import Image

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason='no chromium on this machine: `make browser` installs it')
chapter = Path(__file__).resolve().parent.parent/'nbs'/'12_explore.ipynb'
EXPLORERS = 'ScaleExplorer HeatmapExplorer PCKExplorer TrainingFilm OcclusionExplorer AugmentExplorer BuildExplorer'.split()

PICTURES = """async () => Promise.all([...document.querySelectorAll('.hg-frame')].map(async i => {
    const hash = await crypto.subtle.digest('SHA-1', await (await fetch(i.src)).arrayBuffer())
    return [...new Uint8Array(hash)].join() }))"""
SAYS = "() => [...document.querySelectorAll('.hg-says')].map(e => e.textContent)"
WRONG = "() => [...document.querySelectorAll('.hg-wrong')].map(e => e.textContent).filter(t => t)"


@pytest.fixture(scope='module')
def jupyter(tmp_path_factory):
    home = tmp_path_factory.mktemp('lab')
    folder = home/'nbs'
    folder.mkdir()
    saved = json.loads(chapter.read_text())
    saved['cells'].pop() # the hidden one that exports
    (folder/chapter.name).write_text(json.dumps(saved))
    one = 'import numpy as np\nfrom hgtutorial.crop import figure_data\nfrom hgtutorial.explore import *\n'
    notebook(folder/'seven.ipynb', one + 'import tempfile\nfrom hgtutorial.stack import StackedHourglass\nfrom hgtutorial.train import classroom, fit\n'
             'folder = tempfile.mkdtemp()\nfit(StackedHourglass(1, 16, 14, depth=3), figure_data(64), None, classroom(steps=4, checks=4), film=folder, progress=False);',
             *[f"{'e = ' if n == 'ScaleExplorer' else ''}{n}({'folder' if n == 'TrainingFilm' else ''})" + ('\ne' if n == 'ScaleExplorer' else '') for n in EXPLORERS])
    notebook(folder/'one.ipynb', one + 'ScaleExplorer()')
    notebook(folder/'broken.ipynb', one + 'class Broken(Explorer):\n    def __init__(self): super().__init__(dict(level=Control(range(3), 2)))\n'
             '    def render(self, level): return np.full((10, 10, 3), 100//level, np.uint8)\nBroken()')
    with server(folder, home) as (base, token, log), browser() as tab:
        yield lambda name: Lab(tab(), base, token, name)


def explorer(lab, i): return lab.page.locator('.hg-explorer').nth(i)


def settle(lab, moved=None, before=None):
    "Wait until the kernel is idle, and until a picture has changed where one should."
    if moved is not None:
        for _ in range(100):
            if lab.page.evaluate(PICTURES)[moved] != before: break
            lab.page.wait_for_timeout(100)
    lab.page.wait_for_timeout(150)
    lab.idle()
    lab.page.wait_for_timeout(150)


@pytest.fixture(scope='module')
def seven(jupyter):
    lab = jupyter('seven.ipynb')
    lab.run()
    assert lab.errors() == []
    lab.page.wait_for_function(f"() => document.querySelectorAll('.hg-explorer .hg-frame').length == {len(EXPLORERS)}", timeout=20_000)
    settle(lab)
    yield lab
    assert lab.errors() == [] and lab.page.evaluate(WRONG) == []


def test_every_control_moves_its_own_picture_by_keyboard(seven):
    page = seven.page
    for i, name in enumerate(EXPLORERS):
        for label in explorer(seven, i).locator('input[type=range]').evaluate_all('all => all.map(e => e.getAttribute("aria-label"))'):
            slider = explorer(seven, i).locator(f'input[type=range][aria-label="{label}"]')
            if slider.get_attribute('max') == '0': continue
            before, value = page.evaluate(PICTURES), slider.input_value()
            slider.focus()
            page.keyboard.press('ArrowLeft' if value == slider.get_attribute('max') else 'ArrowRight')
            assert slider.input_value() != value, (name, label)
            settle(seven, i, before[i])
            after = page.evaluate(PICTURES)
            assert [a != b for a, b in zip(after, before)] == [j == i for j in range(len(EXPLORERS))], (name, label)


def test_a_fast_drag_ends_where_the_slider_is(seven):
    slider = explorer(seven, 0).get_by_label('channel', exact=True)
    slider.focus()
    seven.page.keyboard.press('Home')
    for _ in range(12): seven.page.keyboard.press('ArrowRight')
    settle(seven)
    assert slider.input_value() == '12' and 'number 13 of' in seven.page.evaluate(SAYS)[0]


def test_boxes_and_drop_downs(seven):
    page = seven.page
    for i, act in ((0, lambda e: e.get_by_label('one colour scale').check()), (2, lambda e: e.locator('select').select_option('hrnet')), (4, lambda e: e.get_by_label('map of influence').check())):
        before = page.evaluate(PICTURES)
        act(explorer(seven, i))
        settle(seven, i, before[i])
        assert page.evaluate(PICTURES)[i] != before[i], EXPLORERS[i]


def test_the_patch_follows_the_pointer(seven):
    i = EXPLORERS.index('OcclusionExplorer')
    frame = explorer(seven, i).locator('.hg-frame')
    frame.scroll_into_view_if_needed()
    box, before = frame.bounding_box(), seven.page.evaluate(PICTURES)
    seven.page.mouse.move(box['x'] + 20, box['y'] + 18 + 20)
    seven.page.mouse.down()
    seven.page.mouse.move(box['x'] + .75*190, box['y'] + 18 + .25*190, steps=5)
    seven.page.mouse.up()
    seven.page.mouse.move(box['x'] + 100, box['y'] + 100) # no button: nothing
    settle(seven, i, before[i])
    assert 'at 96, 32 ' in seven.page.evaluate(SAYS)[i] or 'at 92, 32 ' in seven.page.evaluate(SAYS)[i]
    after = seven.page.evaluate(PICTURES)
    assert [a != b for a, b in zip(after, before)] == [j == i for j in range(len(EXPLORERS))]


def photo(tmp_path):
    "A real photo where there is one, else a figure, as a JPEG file."
    real = Path(os.environ.get('HGTUTORIAL_DATA', '/nowhere'))/'mpii'/'demo_images'
    found = sorted(real.glob('*.jpg')) if real.is_dir() else []
    if found: return found[0]
    from hgtutorial.figures import make_figures
    Image.fromarray(make_figures(1, 5, 200)[0][0]).save(tmp_path/'me.jpg')
    return tmp_path/'me.jpg'


def test_a_photo_of_ones_own(seven, tmp_path):
    page, file = seven.page, photo(tmp_path)
    for i, name in enumerate(EXPLORERS):
        if name == 'PCKExplorer': continue # needs to know the truth
        before = page.evaluate(PICTURES)
        explorer(seven, i).locator('input[type=file]').set_input_files(file)
        settle(seven, i, before[i])
        assert page.evaluate(PICTURES)[i] != before[i], name
        picture = explorer(seven, i).get_by_label('picture', exact=True)
        assert picture.input_value() == picture.get_attribute('max') == '8', name


def test_what_is_no_photo_is_refused_in_words(jupyter):
    lab = jupyter('one.ipynb')
    lab.run()
    lab.page.wait_for_selector('.hg-frame')
    settle(lab)
    before = lab.page.evaluate(PICTURES)
    file = explorer(lab, 0).locator('input[type=file]')
    file.set_input_files(dict(name='notes.txt', mimeType='image/png', buffer=b'not a picture'))
    lab.page.wait_for_function("() => document.querySelector('.hg-wrong').textContent.includes('cannot be read as a picture')", timeout=20_000)
    huge = io.BytesIO(b'0'*8_100_000)
    file.set_input_files(dict(name='huge.jpg', mimeType='image/jpeg', buffer=huge.getvalue()))
    lab.page.wait_for_function("() => document.querySelector('.hg-wrong').textContent.includes('8.1 MB')", timeout=20_000)
    assert lab.page.evaluate(PICTURES) == before
    assert any('cannot be read' in e for e in lab.errors()) # and the kernel said so too


def test_an_error_in_a_callback_is_seen(jupyter):
    lab = jupyter('broken.ipynb')
    lab.run()
    lab.page.wait_for_selector('.hg-frame')
    settle(lab)
    assert lab.errors() == [] and lab.page.evaluate(WRONG) == []
    lab.page.locator('.hg-explorer input').focus()
    lab.page.keyboard.press('Home')
    lab.page.wait_for_function("() => document.querySelector('.hg-wrong').textContent.includes('ZeroDivisionError')", timeout=20_000)
    settle(lab)
    assert any('ZeroDivisionError' in e for e in lab.errors())


def test_everything_has_a_name_and_fits(seven):
    page = seven.page
    unnamed = page.evaluate("() => [...document.querySelectorAll('.hg-explorer input, .hg-explorer select')].filter(e => !(e.getAttribute('aria-label') || e.labels.length && e.labels[0].textContent)).length")
    assert unnamed == 0
    assert all(page.evaluate("() => [...document.querySelectorAll('.hg-frame')].map(i => i.alt.length > 20)"))
    static = page.evaluate("() => [...document.querySelectorAll('.jp-OutputArea-child:has(.hg-explorer) + .jp-OutputArea-child img')].map(i => i.offsetParent !== null)")
    assert static == [False]*len(EXPLORERS), 'the static copies are shown beside the live ones'
    page.set_viewport_size(dict(width=800, height=900))
    page.wait_for_timeout(500)
    assert page.evaluate("() => [...document.querySelectorAll('.hg-explorer')].every(e => e.scrollWidth <= e.clientWidth + 1 && e.clientWidth <= 800)")
    page.set_viewport_size(dict(width=1280, height=1100))


def test_without_a_kernel_there_are_pictures(jupyter):
    lab = jupyter('12_explore.ipynb')
    stored = sum('image/png' in o.get('data', {}) for c in json.loads(chapter.read_text())['cells'] for o in c.get('outputs', ()))
    assert stored >= len(EXPLORERS)
    lab.page.wait_for_function(f"() => document.querySelectorAll('.jp-OutputArea-output img').length == {stored}", timeout=20_000)
    assert lab.page.evaluate("() => [...document.querySelectorAll('.jp-OutputArea-output img')].every(i => i.naturalWidth > 100 && i.offsetParent)")
    assert 'Error displaying' not in lab.page.content() and 'model not found' not in lab.page.content()


def test_the_chapter_runs_and_moves(jupyter, tmp_path):
    lab = jupyter('12_explore.ipynb')
    lab.run()
    lab.page.wait_for_function("() => document.querySelectorAll('.hg-explorer .hg-frame').length >= 9", timeout=120_000)
    settle(lab)
    assert lab.errors() == [] # of the kernel and the console; one explorer of the chapter shows in red what a text file is not
    scales = [i for i, s in enumerate(lab.page.evaluate(SAYS)) if 'strongest channels; below' in s][0]
    for act in (lambda e: e.get_by_label('scale', exact=True).press('ArrowLeft'), lambda e: e.get_by_label('branch', exact=True).press('ArrowLeft'),
                lambda e: e.locator('input[type=file]').set_input_files(photo(tmp_path))):
        before = lab.page.evaluate(PICTURES)
        act(explorer(lab, scales))
        settle(lab, scales, before[scales])
        assert [a != b for a, b in zip(lab.page.evaluate(PICTURES), before)] == [i == scales for i in range(len(before))]
    assert lab.errors() == [] and lab.page.evaluate(WRONG) == []
