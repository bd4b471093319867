"""The experiment at full size: what is trained, that pieces add up to a run, and what is kept when it goes wrong."""

import json
import math
import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from dflvi import data, nets
from solutions.nfvi.evaluate import evaluate as evaluate_of_6_5
from solutions.nfvi.neg_elbo_nf import neg_elbo_nf
from solutions.paper import __main__ as command
from solutions.paper import results, run
from solutions.paper.model import Model, evaluate, free_energy, init, sample_nice

ROOT = Path(__file__).parent.parent
PIXELS = 9


def small(flow="planar", K=2, **more):
    return run.Setting(Model(flow, K, latents=4, hidden=5, window=3), "digits", seed=3, batch=8, **more)


def shaken(setting):
    """Parameters none of which is 0, and images."""
    rng = np.random.default_rng(1)
    shapes = jax.eval_shape(partial(init, model=setting.model, pixels=PIXELS), jax.random.key(0))
    params = jax.tree.map(lambda leaf: jnp.asarray(0.5 * rng.normal(size=leaf.shape), jnp.float32), shapes)
    return params, (rng.random((24, PIXELS)) < 0.4).astype(np.uint8)


# ---- what is trained --------------------------------------------------------------------------


def test_a_hidden_layer_with_a_window_takes_the_largest():
    rng = np.random.default_rng(0)
    (W, b), (V, c) = layers = [(rng.normal(size=(3, 4, 5)), rng.normal(size=(4, 5))), (rng.normal(size=(5, 2)), 1.0)]
    x = rng.normal(size=(6, 3))
    want = np.max(np.einsum("ni,iwo->nwo", x, W) + b, axis=1) @ V + c
    layers = [(jnp.asarray(W), jnp.asarray(b)) for W, b in layers]
    np.testing.assert_allclose(nets.apply_mlp(layers, jnp.asarray(x)), want, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(nets.apply_mlp(layers, jnp.asarray(x[0])), want[0], rtol=1e-4, atol=1e-5)


def test_planar_losses_and_rulers_are_those_of_6_5():
    setting = small()
    params, x = shaken(setting)
    key, x_float = jax.random.key(5), jnp.asarray(x, jnp.float32)
    ours, of_6_5 = jax.jit(partial(free_energy, setting.model)), jax.jit(neg_elbo_nf)
    for t, beta in ((0, 0.01), (4900, 0.5), (400_000, 1.0)):
        np.testing.assert_allclose(ours(params, key, x, t), of_6_5(key, params, x_float, beta), rtol=1e-5)
    want = jax.jit(evaluate_of_6_5, static_argnums=3)(key, params, x_float, 7)
    elbo, log_likelihood = evaluate(setting.model, key, params, x, 7)
    assert elbo.shape == log_likelihood.shape == (24,)
    np.testing.assert_allclose([elbo.mean(), log_likelihood.mean()], [want["elbo"], want["iwae"]], rtol=1e-5)


def test_nice_keeps_volumes_and_its_density_is_right():
    setting = small("nice", 3)
    params, x = shaken(setting)
    key, x, d = jax.random.key(2), jnp.asarray(x, jnp.float32), setting.model.latents
    hidden, (W, b) = params["encoder"]

    @jax.jit
    def drawn(shift):
        moved = params | {"encoder": [hidden, (W, b.at[:d].add(shift))]}
        z, log_q = sample_nice(key, moved, x, 1)
        return z[0], log_q[0]

    # How z moves with the mean of the base is the Jacobian of the layers.
    jacobian = np.asarray(jax.jacobian(lambda shift: drawn(shift)[0])(jnp.zeros(d)), np.float64)
    assert np.abs(jacobian - np.eye(d)).max() > 0.1
    np.testing.assert_allclose(np.linalg.slogdet(jacobian)[1], 0, atol=1e-4)
    eps = jax.random.normal(jax.random.split(key, 1)[0], (len(x), d))
    logvar = nets.apply_mlp(params["encoder"], x)[:, d : 2 * d]
    base = jax.scipy.stats.norm.logpdf(eps).sum(axis=1) - 0.5 * logvar.sum(axis=1)
    np.testing.assert_allclose(drawn(jnp.zeros(d))[1], base, rtol=1e-4)


def test_nice_layers_differ_from_image_to_image():
    setting = small("nice")
    params, x = shaken(setting)
    d, (hidden, (W, b)) = setting.model.latents, params["encoder"]
    one_base = params | {"encoder": [hidden, (W.at[:, : 2 * d].set(0), b)]}
    draw = jax.jit(lambda image: sample_nice(jax.random.key(0), one_base, image, 1)[0])
    z = [draw(image.astype(np.float32)) for image in x[:5]]
    assert np.std(z, axis=0).max() > 1e-3
    assert np.std([z[0], z[0]], axis=0).max() == 0


@pytest.mark.parametrize("flow", ["planar", "nice"])
def test_every_number_is_trained(flow):
    setting = small(flow)
    params, x = shaken(setting)
    slopes = jax.jit(jax.grad(partial(free_energy, setting.model)))(params, jax.random.key(1), x, 20_000)
    for leaf in jax.tree.leaves(slopes):
        assert np.isfinite(leaf).all()
        assert np.abs(leaf).max() > 0


def test_rmsprop_is_the_one_that_is_told():
    setting = small(learning_rate=0.5)
    optimizer, x, state = run.optimizer(setting), jnp.array([1.0, -2.0]), None
    state, mean_square, trace, want = optimizer.init(x), 0.0, 0.0, np.asarray(x)
    for slope in (np.array([3.0, 1e-6]), np.array([-1.0, 1e-6])):
        updates, state = optimizer.update(jnp.asarray(slope, jnp.float32), state, x)
        x = optax.apply_updates(x, updates)
        mean_square = 0.9 * mean_square + 0.1 * slope**2
        trace = 0.9 * trace + slope / (np.sqrt(mean_square) + 1e-8)
        want = want - 0.5 * trace
    np.testing.assert_allclose(x, want, rtol=1e-3)


def test_digits_are_binary_and_apart():
    X, test = run.images("digits")
    assert (X.shape, test.shape, X.dtype) == ((4000, 784), (1000, 784), np.uint8)
    grey = data.load_mnist()[0]
    assert not X[grey[:4000] == 0].any()
    assert X[grey[:4000] == 255].all()
    assert abs(X.mean() - grey[:4000].mean() / 255) < 1e-3


# ---- in pieces --------------------------------------------------------------------------------

ONE = tuple(run.devices_for(8, 1))


@pytest.fixture
def pieces_of_three(monkeypatch):
    monkeypatch.setattr(run, "PIECE", 3)
    monkeypatch.setattr(run, "BETWEEN_CHECKPOINTS", 0.0)


@pytest.fixture
def paths(tmp_path):
    return tmp_path / "runs", tmp_path / "docs" / "paper"


def trained(setting, path, updates, say=lambda run: None, deadline=math.inf):
    _, X = shaken(setting)
    config = run.configuration(setting, X)
    there = run.load(path, config, run.begun(setting, PIXELS))
    return run.train_until(setting, there, updates, X, ONE, lambda r: run.save(path, config, r), deadline, say)


def same(a, b):
    for one, other in zip(jax.tree.leaves(a), jax.tree.leaves(b), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.usefixtures("pieces_of_three")
def test_a_run_in_pieces_is_the_run_in_one(tmp_path):
    whole = trained(small(), tmp_path / "whole.npz", 9)
    begun, _ = run.begun(small(), PIXELS), trained(small(), tmp_path / "a.npz", 3)
    assert np.abs(np.asarray(whole.state[0]["decoder"][0][0]) - begun.state[0]["decoder"][0][0]).max() > 0
    parts = trained(small(), tmp_path / "a.npz", 9)
    same((whole.state, whole.done, whole.curve), (parts.state, parts.done, parts.curve))
    assert list(whole.curve[:, 0]) == [3, 6, 9]


@pytest.mark.usefixtures("pieces_of_three")
def test_a_run_that_is_killed_goes_on_from_the_last_piece_that_was_kept(tmp_path):
    def killed(run):
        if run.done == 6:
            raise KeyboardInterrupt

    path = tmp_path / "a.npz"
    with pytest.raises(KeyboardInterrupt):
        trained(small(), path, 9, killed)
    (tmp_path / ".a.npz.new").write_bytes(b"PK half a file")
    same(trained(small(), path, 9).state, trained(small(), tmp_path / "whole.npz", 9).state)
    assert (tmp_path / "a.before.npz").exists()
    # Killed after the earlier one was put aside, and before the new one was in its place:
    path.unlink()
    assert run.load(path, run.configuration(small(), shaken(small())[1]), run.begun(small(), PIXELS)).done == 6


@pytest.mark.usefixtures("pieces_of_three")
def test_time_that_is_up_stops_at_the_end_of_a_piece(tmp_path):
    assert trained(small(), tmp_path / "a.npz", 9, deadline=0).done == 0
    assert not (tmp_path / "a.npz").exists()


def test_what_is_left_is_told():
    assert [run.duration(s) for s in (12, 840, 12_000)] == ["12 s", "14 min", "3 h 20 min"]


# ---- what goes wrong --------------------------------------------------------------------------


@pytest.fixture
def two_checkpoints(tmp_path, pieces_of_three):
    trained(small(), tmp_path / "a.npz", 6)
    return tmp_path / "a.npz"


@pytest.mark.parametrize("keep", [0, 40, 3000, -30])
def test_a_checkpoint_that_is_cut_off_is_refused_and_the_one_before_is_named(two_checkpoints, keep):
    before = two_checkpoints.with_name("a.before.npz")
    cut, earlier = two_checkpoints.read_bytes()[:keep], before.read_bytes()
    two_checkpoints.write_bytes(cut)
    with pytest.raises(run.PaperError, match=r"a\.npz is cut off or damaged.*a\.before\.npz beside it is whole, at "
                                             r"update 3: remove a\.npz to go on from there"):  # fmt: skip
        trained(small(), two_checkpoints, 9)
    assert (two_checkpoints.read_bytes(), before.read_bytes()) == (cut, earlier)
    two_checkpoints.unlink()  # the remedy
    assert trained(small(), two_checkpoints, 9).done == 9


def test_a_flipped_byte_is_seen(two_checkpoints):
    content = bytearray(two_checkpoints.read_bytes())
    content[len(content) // 2] ^= 1
    two_checkpoints.write_bytes(content)
    with pytest.raises(run.PaperError, match="cut off or damaged"):
        trained(small(), two_checkpoints, 9)


def test_two_damaged_checkpoints_leave_a_new_beginning(two_checkpoints):
    for path in (two_checkpoints, two_checkpoints.with_name("a.before.npz")):
        path.write_bytes(b"")
    with pytest.raises(run.PaperError, match=r"Remove a\.npz and a\.before\.npz to begin anew"):
        trained(small(), two_checkpoints, 9)


@pytest.mark.parametrize(
    ("other", "says"),
    [
        (small(learning_rate=0.01), r"learning_rate is 1e-05 there and 0\.01 here"),
        (small("nice"), "flow is planar there and nice here"),
        (small(K=3), "K is 2 there and 3 here"),
        (small()._replace(seed=4, batch=4), "seed is 3 there and 4 here, batch is 8 there and 4 here"),
    ],
)
def test_a_checkpoint_of_another_run_is_refused_with_what_differs(two_checkpoints, other, says):
    content = two_checkpoints.read_bytes()
    config = run.configuration(other, shaken(small())[1])
    with pytest.raises(run.PaperError, match=rf"is of another run: {says}.*another folder with --runs"):
        run.load(two_checkpoints, config, None)
    assert two_checkpoints.read_bytes() == content


def test_other_images_are_another_run(two_checkpoints):
    config = run.configuration(small(), 1 - shaken(small())[1])
    with pytest.raises(run.PaperError, match="images is"):
        run.load(two_checkpoints, config, None)


def test_a_pickle_is_not_opened(tmp_path):
    np.savez(tmp_path / "a.npz", config=np.array([object()], dtype=object))
    with pytest.raises(run.PaperError, match="cut off or damaged"):
        run.load(tmp_path / "a.npz", {}, run.begun(small(), PIXELS))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_costs_the_last_piece(two_checkpoints, monkeypatch):
    content = two_checkpoints.read_bytes()
    savez = np.savez

    def into_a_full_disk(file, **arrays):
        file.write(b"PK some of it")
        with open("/dev/full", "wb") as full:
            savez(full, **arrays)

    monkeypatch.setattr(np, "savez", into_a_full_disk)
    with pytest.raises(run.PaperError, match=r"No space left.*Update 9 could not be kept.*Make room"):
        trained(small(), two_checkpoints, 12)
    assert two_checkpoints.read_bytes() == content
    assert sorted(path.name for path in two_checkpoints.parent.iterdir()) == ["a.before.npz", "a.npz"]
    monkeypatch.undo()
    assert trained(small(), two_checkpoints, 12).done == 12


def test_a_folder_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "runs").write_text("a file")
    with pytest.raises(run.PaperError, match="cannot be written.*another folder"):
        run.save(tmp_path / "runs" / "a.npz", {}, run.begun(small(), PIXELS))


def test_a_loss_that_is_no_number_leaves_the_checkpoint(two_checkpoints, monkeypatch):
    content = two_checkpoints.read_bytes()
    config = run.configuration(small(), shaken(small())[1])
    there = run.load(two_checkpoints, config, run.begun(small(), PIXELS))
    params = jax.tree.map(lambda leaf: np.full_like(leaf, np.nan), there.state[0])
    with pytest.raises(run.PaperError, match=r"no number any more between updates 6 and 9\. Update 6 is kept"):
        run.train_until(small(), there._replace(state=(params, there.state[1])), 12, shaken(small())[1], ONE,
                        lambda r: run.save(two_checkpoints, config, r))  # fmt: skip
    assert two_checkpoints.read_bytes() == content


def test_devices_that_cannot_share_a_batch(monkeypatch):
    monkeypatch.setattr(jax, "devices", lambda: list("abc"))
    assert run.devices_for(100) == ["a", "b"]
    assert run.devices_for(9) == ["a", "b", "c"]
    with pytest.raises(run.PaperError, match="100 images cannot be shared evenly. Take one of 1, 2"):
        run.devices_for(100, 3)
    with pytest.raises(run.PaperError, match="--devices 4: there are 3"):
        run.devices_for(100, 4)


# ---- the command ------------------------------------------------------------------------------


@pytest.fixture
def few(monkeypatch, pieces_of_three):
    """The command with a small model and few images."""
    images = shaken(small())[1]
    monkeypatch.setattr(run, "images", lambda name: (images, images))
    monkeypatch.setattr(command, "Model", lambda flow="planar", K=0: Model(flow, K, 4, 5, 3))


def said(paths, *words):
    return command.main(["train", "--data", "digits", "--seeds", "3", "--samples", "4", "--runs", str(paths[0]),
                         "--records", str(paths[1]), *map(str, words)])  # fmt: skip


@pytest.mark.usefixtures("few")
def test_train_writes_a_record_and_the_page_and_goes_on_when_more_is_asked_for(paths, capsys):
    runs, records = paths
    assert said(paths, "--planar", 2, 2, "--nice", "--seeds", 3, 4, "--updates", 6) == 0
    assert sorted(path.stem for path in records.iterdir()) == [
        "digits-planar-2-seed-3-6-updates", "digits-planar-2-seed-4-6-updates",
    ]  # fmt: skip
    told = json.loads((records / "digits-planar-2-seed-4-6-updates.json").read_text())
    words = "train --data digits --planar 2 --seeds 4 --updates 6 --samples 4"
    assert told["command"] == f"python -m solutions.paper {words}"
    assert told["test"]["log_likelihood"] >= told["test"]["elbo"]
    assert (told["updates"], told["test"]["images"], told["curve"][-1][0]) == (6, 24, 6)
    assert set(told["versions"]) >= {"jax", "optax", "python"}
    assert "## digits, 6 updates" in (records.parent / "results.md").read_text()
    assert "log p(x)" in capsys.readouterr().out
    assert said(paths, "--planar", 2, "--nice", "--updates", 6) == 0
    assert "is there" in capsys.readouterr().out
    assert said(paths, "--planar", 2, "--nice", "--updates", 9) == 0
    assert "going on from update 6" in capsys.readouterr().out
    assert said(paths, "--planar", 2, "--nice", "--updates", 3) == 1
    assert "at update 9 already" in capsys.readouterr().err
    assert len(list(records.iterdir())) == 3
    assert said(paths, "--planar", 2, "--nice", "--updates", 6, "--learning-rate", 1) == 1
    assert "learning_rate is 1e-05 there and 1.0 here. Name another folder with --records" in capsys.readouterr().err


@pytest.mark.usefixtures("few")
def test_a_run_that_another_process_is_at_is_left_to_it(paths, capsys):
    checkpoint = paths[0] / "digits-planar-2-seed-3.npz"
    with run._alone(checkpoint) as first, run._alone(checkpoint) as second:
        assert (first, second) == (True, False)
        assert said(paths, "--planar", 2, "--nice", "--updates", 6) == 0
    assert "another process is at it" in capsys.readouterr().out
    assert not checkpoint.exists()
    with run._alone(checkpoint) as third:
        assert third


@pytest.mark.usefixtures("few")
def test_minutes_that_are_over_are_no_failure(paths, capsys):
    assert said(paths, "--planar", 2, "--nice", "--updates", 6, "--minutes", 1e-9) == 0
    assert "stopped at update 0 of 6; the same command goes on" in capsys.readouterr().out
    assert not paths[1].exists()


@pytest.mark.usefixtures("few")
def test_ctrl_c_says_what_is_kept(paths, capsys, monkeypatch):
    def stopped(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(run.Line, "show", stopped)
    assert said(paths, "--planar", 2, "--nice", "--updates", 6) == 130
    assert "the same command goes on" in capsys.readouterr().err


def test_a_data_set_that_cannot_be_had(paths, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "pooch", None)
    monkeypatch.setattr(data, "_DEBIAN", ())
    monkeypatch.delenv("DFLVI_DATA", raising=False)
    run.images.cache_clear()
    assert said(paths, "--data", "fashion-mnist") == 2
    assert "Or take --data digits" in capsys.readouterr().err
    assert not paths[0].exists()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--planar", "-1"), "-1 is less than 0"),
        (("--updates", "0"), "0 is less than 1"),
        (("--minutes", "0"), "0 is not more than 0"),
        (("--learning-rate", "nan"), "nan is not more than 0"),
        (("--data", "cifar"), "invalid choice: 'cifar'"),
        (("--seeds", "one"), "'one' is no whole number"),
        (("--planar", "--nice"), "Nothing to train"),
    ],
)
def test_words_that_make_no_sense(paths, capsys, words, says):
    with pytest.raises(SystemExit) as stopped:
        said(paths, *words)
    assert stopped.value.code == 2
    assert says in capsys.readouterr().err


# ---- results.md -------------------------------------------------------------------------------


def test_the_page_is_what_the_records_say():
    want = results.page(results.read(ROOT / "docs" / "paper")).encode()
    assert (ROOT / "docs" / "results.md").read_bytes() == want, "Run: python -m solutions.paper table"


def told(K, seed, nll, flow="planar", updates=1000):
    rulers = {"images": 10, "elbo": -nll - 3, "log_likelihood": -nll}
    return {"flow": flow, "K": K, "seed": seed, "data": "digits", "images": "abc", "learning_rate": 1e-5,
            "samples": 200, "updates": updates, "test": rulers, "train": rulers, "seconds": 1800,
            "curve": [[0.9 * updates, 99.5], [updates, 99.0]], "hardware": "CPU, 2 cores",
            "versions": {"python": "3", "jax": "1", "optax": "2"}}  # fmt: skip


def test_an_ordering_is_told_as_it_came_out():
    records = [told(0, 1, 90.0), told(0, 2, 91.0), told(10, 1, 89.0), told(10, 2, 91.5), told(4, 1, 89.5, "nice")]
    text = " ".join(results.page(records).split())
    assert "best first: NICE, K = 4 (89.50); planar, K = 10 (90.25); no flow (90.50)" in text
    assert "next of 0, 10 (planar), -log p(x) falls every time with 1 of 2 seeds" in text
    assert "next of 0, 4 (NICE), -log p(x) falls every time with 1 of 1 seed." in text
    assert "| planar, K = 10 | 1, 2 | 93.25 ± 1.77 | 90.25 ± 1.77 | 0.25 ± 1.06 |" in text
    assert "2.5 hours" in text
    assert "The beta of the last update was 0.11." in text
    assert "| 93.25 ± 1.77 | | 87.5 |" in text
    assert "| 93.00 | 0.50 | 89.9 |" in results.page([told(0, 1, 90.0, updates=50_000)])


def test_only_equal_runs_share_a_table():
    text = results.page([told(0, 1, 90.0), told(10, 1, 80.0, updates=2000)])
    assert text.index("## digits, 1,000 updates") < text.index("## digits, 2,000 updates")
    assert "10.00" not in text


def test_a_record_that_is_none(tmp_path, capsys):
    (tmp_path / "paper").mkdir()
    for content in ("{", "[]", '{"test": 1}'):
        (tmp_path / "paper" / "a.json").write_text(content)
        assert command.main(["table", "--records", str(tmp_path / "paper")]) == 1
        assert "is no record of a run" in capsys.readouterr().err
        assert not (tmp_path / "results.md").exists()


# ---- several devices --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("flow", "control"),
    [("planar", "none"), *(pytest.param(flow, "control", marks=pytest.mark.full) for flow in ("planar", "nice"))],
)
def test_four_devices_share_the_batch_and_give_the_gradient_of_one(flow, control):
    environment = os.environ | {"XLA_FLAGS": "--xla_force_host_platform_device_count=4", "PYTHONPATH": str(ROOT)}
    script = ROOT / "tests" / "sharded_paper.py"
    done = subprocess.run([sys.executable, script, flow, control], capture_output=True, text=True, env=environment,
                          timeout=300)  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["devices"] == 4
    assert told["error"] < 1e-5
    # Rows of every matrix product, since each is over the images. Unasked, each device carries all of them.
    shares = {"products on 1": (20, 5), "products on 4": (5, 20), "piece": (5, 20)}
    if control == "control":
        shares["unasked"] = 20, 5
    for which, (rows, others) in shares.items():
        sizes = [{n for factor in product for n in factor} for product in told[which]]
        assert len(sizes) >= 11, which
        assert all(rows in one and others not in one for one in sizes), (which, told[which])
