"""Write the samples: figures in the official layouts of LSP, MPII and FLIC.    python data_samples/make.py"""
import json
from pathlib import Path

import h5py
import numpy as np
from PIL import Image
from scipy.io import savemat

from hgtutorial.crop import figure_data
from hgtutorial.datasets import write_lsp
from hgtutorial.skeleton import FLIC11, LSP14, MPII16

here = Path(__file__).parent
at = LSP14.joints.index


def save(path, array):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(array).save(path, 'jpeg', quality=88)


def wall(rng, h, w):
    "A background that is not quite flat."
    return np.asarray(Image.fromarray(rng.integers(90, 170, (5, 8, 3), dtype=np.uint8)).resize((w, h), Image.Resampling.BICUBIC)).copy()


def structs(rows):
    "A MATLAB struct array from dicts; a field that one row lacks is empty there."
    fields = list(dict.fromkeys(k for r in rows for k in r))
    out = np.empty((1, len(rows)), dtype=[(f, object) for f in fields])
    for o, r in zip(out[0], rows):
        for f in fields: o[f] = r.get(f, np.zeros((0, 0)))
    return out


def sixteen(j):
    "LSP's 14 joints as MPII's 16: pelvis between the hips, thorax at the neck, upper neck a quarter up from there."
    extra = {'pelvis': (j[at('right hip')] + j[at('left hip')])/2, 'thorax': j[at('neck')], 'upper neck': .75*j[at('neck')] + .25*j[at('head top')]}
    return np.stack([extra[n] if n in extra else j[at(n)] for n in MPII16.joints])


def person(joints, hidden):
    "One MPII person; joints count from 1."
    head, neck = joints[9], joints[8]
    middle, diagonal = (head + neck)/2, np.linalg.norm(head - neck)/.8
    low, high = middle - diagonal/8**.5, middle + diagonal/8**.5
    box = np.array([joints.min(0), joints.max(0)])
    points = []
    for k, (x, y) in enumerate(joints):
        seen = np.zeros((0, 0)) if k in (8, 9) else str(int(not hidden[k])) if k % 3 == 0 else int(not hidden[k])
        points.append(dict(x=x, y=y, id=k, is_visible=seen))
    x, y = box.mean(0).round()
    return dict(x1=low[0], y1=low[1], x2=high[0], y2=high[1], annopoints=structs([dict(point=structs(points))]), scale=round((box[1] - box[0]).max()*1.1/200, 6), objpos=structs([dict(x=x, y=y)]))


def mpii(root, figures):
    "Twelve pictures of two people each, in the four files."
    rng, pictures, people = np.random.default_rng(0), [], []
    for n in range(12):
        photo, name, rects = wall(rng, 150, 280), f'{n + 1:09d}.jpg', []
        for i in range(2):
            k, corner = 2*n + i, np.array([8 + 136*i, 12])
            photo[corner[1]:corner[1]+128, corner[0]:corner[0]+128] = figures.photos[k]
            joints = np.round(sixteen(figures.joints[k].numpy().astype(float)) + corner + 1, 4)
            hidden = np.array([n in LSP14.joints and bool(figures.occluded[k, at(n)]) for n in MPII16.joints])
            hidden[8:10] = False
            rects.append(person(joints, hidden))
            people.append((name, n, i, joints, hidden, rects[-1]))
        if n == 3: rects.append(dict(x1=1, y1=1, x2=9, y2=9, scale=1., objpos=structs([dict(x=5., y=5.)]))) # somebody without joints
        save(root/'images'/name, photo)
        pictures.append((name, rects))
    pictures.insert(6, ('000000099.jpg', [dict(scale=.5, objpos=structs([dict(x=20., y=30.)]))])) # of the test part
    save(root/'images'/'000000099.jpg', wall(rng, 150, 280))
    pictures.append(('000000098.jpg', [])) # nobody
    save(root/'images'/'000000098.jpg', wall(rng, 150, 280))
    annolist = structs([dict(image=structs([dict(name=n)]), annorect=structs(r) if r else np.zeros((0, 0)), frame_sec=np.zeros((0, 0)), vididx=np.zeros((0, 0))) for n, r in pictures])
    single = np.empty((len(pictures), 1), object)
    for row, (_, r) in zip(single, pictures): row[0] = np.array([[1]] if len(r) == 2 else [[]] if not r else [[1], [2]])
    train = np.array([[int(n != '000000099.jpg') for n, _ in pictures]], np.uint8)
    savemat(root/'mpii_human_pose_v1_u12_1.mat', {'RELEASE': structs([dict(annolist=annolist, img_train=train, version='12', single_person=single, act=np.zeros((0, 0)), video_list=np.zeros((0, 0)))])}, do_compression=True)

    pos = lambda r: [float(r['objpos'][0, 0][f]) for f in 'xy']
    val = lambda n: n >= 10
    write = lambda name, content: (root/name).write_text(json.dumps(content))
    write('mpii_annotations.json', [dict(dataset='MPI', isValidation=float(val(n)), img_paths=name, img_width=280., img_height=150., objpos=pos(r),
          joint_self=[[round(x, 3), round(y, 3), float(not h)] for (x, y), h in zip(j.tolist(), hidden)], scale_provided=round(r['scale'], 3), annolist_index=float(n + 1), people_index=float(i + 1), numOtherPeople=1.) for name, n, i, j, hidden, r in people])
    for part, which in (('train', False), ('valid', True)):
        some = [p for p in people if val(p[1]) == which]
        write(f'{part}.json', [dict(image=name, joints=j.tolist(), joints_vis=[1]*16, scale=r['scale'], center=pos(r)) for name, n, i, j, hidden, r in some])
        with h5py.File(root/f'{part}.h5', 'w') as f:
            f.attrs['name'] = 'mpii'
            f['part'] = np.stack([np.trunc(j) for *_, j, hidden, r in some])
            f['visible'] = np.stack([1. - hidden for *_, hidden, r in some])
            f['center'] = np.array([np.array(pos(r)) + [0, 15*r['scale']] for *_, r in some])
            f['scale'] = np.array([1.25*r['scale'] for *_, r in some])
            f['normalize'] = np.array([.6*np.hypot(r['x2'] - r['x1'], r['y2'] - r['y1']) for *_, r in some])
            f['imgname'] = np.array([p[0].encode() for p in some])
            f['index'], f['person'] = (np.array([float(p[c]) for p in some]) for c in (1, 2))
            f['torsoangle'] = np.zeros(len(some))


def eleven(j):
    "LSP's 14 joints as FLIC's 11: eyes and nose in the upper half of the head."
    up = j[at('head top')] - j[at('neck')]
    across = np.array([-up[1], up[0]])*.12*np.sign(j[at('left shoulder'), 0] - j[at('right shoulder'), 0])
    face = j[at('neck')] + .6*up
    extra = {'left eye': face + .1*up + across, 'right eye': face + .1*up - across, 'nose': face}
    return np.stack([extra[n] if n in extra else j[at(n)] for n in FLIC11.joints])


def flic(root, figures):
    "Film stills of 720x480, one figure each: observer-centric in the .mat, both ways in the HDF5."
    rng, size, rows, mirror = np.random.default_rng(1), 400, [], list(FLIC11.mirror)
    for k in range(len(figures)):
        photo, corner = wall(rng, 480, 720), np.array([160 + 20*(k % 5), 40])
        photo[corner[1]:corner[1]+size, corner[0]:corner[0]+size] = figures.photos[k]
        joints = eleven(figures.joints[k].numpy().astype(float)) + corner + 1
        seen = joints if joints[0, 0] > joints[3, 0] else joints[mirror]
        name = f'film-{k//8 + 1}-{k:08d}.jpg'
        save(root/'images'/name, photo)
        rows.append((name, seen, joints))
    columns = [0, 1, 2, 3, 4, 5, 6, 9, 12, 13, 16]
    examples = []
    for k, (name, seen, own) in enumerate(rows):
        coords = np.full((2, 29), np.nan)
        coords[:, columns] = seen.T
        low, high = seen[[0, 3, 6, 7]].min(0), seen[[0, 3, 6, 7]].max(0)
        examples.append(dict(poselet_hit_idx=np.array([k + 1, k + 2]), moviename=f'film-{k//8 + 1}', coords=coords, filepath=name, imgdims=np.array([480, 720, 3]),
                             currframe=k, torsobox=np.array([*low, *high]), istrain=int(k < 18), istest=int(k >= 18)))
    savemat(root/'examples.mat', {'examples': structs(examples)}, do_compression=True)
    for part, some in (('train', range(18)), ('valid', range(18, 24))):
        for suffix, column in (('', 1), ('_personcentric', 2)):
            with h5py.File(root/f'{part}{suffix}.h5', 'w') as f:
                f['part'] = np.stack([rows[k][column] for k in some])
                f['visible'] = np.ones((len(some), 11))
                f['center'] = np.array([[examples[k]['torsobox'][[0, 2]].mean(), 240] for k in some], np.float32)
                f['scale'] = np.full(len(some), 2.2)
                f['normalize'] = np.array([np.linalg.norm(rows[k][2][3] - rows[k][2][6]) for k in some])
                f['imgname'] = np.array([rows[k][0].encode() for k in some])
                f['index'], f['person'], f['torsoangle'] = np.array(list(some)), np.zeros(len(some), int), np.zeros(len(some))


if __name__ == '__main__':
    write_lsp(here/'lsp', figure_data(24, seed=24))
    mpii(here/'mpii', figure_data(24, seed=25))
    flic(here/'flic', figure_data(24, seed=26, size=400))
