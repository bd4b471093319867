"""What goes wrong around a VAE costs one sentence, and nothing is lost."""

import gzip

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from dflvi import data, nets, plots, train

DIGITS = (np.random.default_rng(0).random((40, 12)) < 0.3).astype(np.float32)


@pytest.mark.parametrize(
    ("x", "says"),
    [
        (255 * DIGITS, r"Pixels from 0 to 255: zeros and ones are expected.*data.binary"),
        ((255 * DIGITS).astype(np.uint8), "Pixels from 0 to 255"),
        (0.4 * DIGITS, "Some pixels are grey"),
        (np.arange(40) % 10, r"shape \(40,\). Are these the labels\?.*x\[None\]"),
        (DIGITS.reshape(40, 3, 4), r"as rows.*x.reshape\(len\(x\), -1\)"),
        (np.where(DIGITS > 0.5, np.nan, DIGITS), "pixels are nan or infinite"),
        (DIGITS[:0], "nothing to learn from"),
        (DIGITS.astype(str), "Images of zeros and ones are expected"),
    ],
)
def test_what_are_no_binary_images_is_said(x, says):
    with pytest.raises(data.DataError, match=says):
        data.expect_binary(x)


def test_binary_images_pass_also_under_jit_and_one_at_a_time():
    data.expect_binary(DIGITS)
    data.expect_binary(DIGITS[:1])
    data.expect_binary(DIGITS > 0.5)
    jax.jit(lambda x: (data.expect_binary(x), x)[1])(DIGITS)
    assert np.array_equal(data.binary((255 * DIGITS).astype(np.uint8)), DIGITS)
    assert np.array_equal(data.binary(DIGITS), DIGITS)


def test_a_layer_without_units_is_said():
    with pytest.raises(ValueError, match=r"without units: the widths are \(12, 5, 0\)"):
        nets.init_mlp(jax.random.key(0), (12, 5, 0))


def test_a_map_of_one_coordinate_is_said():
    with pytest.raises(ValueError, match="two coordinates; this one has 1"):
        plots.latent_map(None, np.zeros((3, 1)), np.zeros((3, 1)), np.arange(3))


# ---- training ---------------------------------------------------------------------------------


def _loss(params, key, rows):
    return jnp.mean((rows - params["w"]) ** 2) + 1e-3 * jax.random.normal(key)


START = {"w": jnp.zeros(12)}
ADAM = optax.adam(0.1)


def _fit(steps=440, **more):
    return train.fit(_loss, START, jax.random.key(1), steps, ADAM, data=DIGITS, batch=8, **more)


def test_a_run_in_parts_is_the_run_in_one():
    whole, losses = _fit()
    parts, same = _fit(progress=True)
    assert losses.shape == same.shape == (440,)
    np.testing.assert_allclose(whole["w"], parts["w"], rtol=1e-5)
    np.testing.assert_allclose(losses, same, rtol=1e-4, atol=1e-6)


def test_a_batch_of_one():
    params, losses = train.fit(_loss, START, jax.random.key(1), 5, ADAM, data=DIGITS[:1])
    assert np.isfinite(losses).all()


def test_every_row_is_seen_once_an_epoch():
    def seen(params, key, rows):
        return jnp.sum(params["w"] * 0) + jnp.sum(rows)

    numbers = 2.0 ** jnp.arange(10)[:, None]
    _, sums = train.fit(seen, {"w": jnp.zeros(1)}, jax.random.key(0), 20, ADAM, data=numbers, batch=1)
    for epoch in np.asarray(sums).reshape(2, 10):
        assert sorted(epoch) == [2.0**i for i in range(10)]
    assert list(sums[:10]) != list(sums[10:])


def test_the_number_of_a_step_is_handed_on():
    _, losses = train.fit(lambda p, key, t: p["w"].sum() * 0 + t, START, jax.random.key(0), 4, ADAM, numbered=True)
    assert list(losses) == [0, 1, 2, 3]


def test_a_diverging_run_says_so_and_keeps_what_it_had():
    wild = optax.sgd(1e20)
    with pytest.raises(train.Diverged, match=r"no number any more at step \d+ of 50.*learning rate a tenth") as caught:
        train.fit(_loss, START, jax.random.key(1), 50, wild, data=DIGITS, batch=8, progress=True)
    assert np.isfinite(caught.value.params["w"]).all()


def test_nan_in_the_data_says_so():
    with pytest.raises(train.Diverged, match="look for nan in the data"):
        train.fit(_loss, START, jax.random.key(1), 20, ADAM, data=DIGITS * np.nan, progress=True)


def test_a_killed_run_goes_on(tmp_path, monkeypatch, capsys):
    whole, losses = _fit()
    path, write = tmp_path / "fit.npz", train._Notes.write
    count = []

    def dies_at_the_second(self, *args):
        write(self, *args)
        count.append(1)
        if len(count) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(train._Notes, "write", dies_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        _fit(keep=path)
    monkeypatch.setattr(train._Notes, "write", write)
    params, same = _fit(keep=path)
    assert "Going on from step 220" in capsys.readouterr().out
    np.testing.assert_allclose(params["w"], whole["w"], rtol=1e-5)
    np.testing.assert_allclose(same, losses, rtol=1e-4, atol=1e-6)
    assert not path.exists()


@pytest.mark.parametrize(("content", "says"), [(b"PK junk", "cannot be read"), (b"", "cannot be read")])
def test_notes_that_cannot_be_used_cost_a_sentence(tmp_path, capsys, content, says):
    path = tmp_path / "fit.npz"
    path.write_bytes(content)
    _fit(keep=path)
    assert says in capsys.readouterr().out


# ---- larger data ------------------------------------------------------------------------------


def _write_idx(folder):
    folder.mkdir(parents=True)
    for name, array in (("train-images-idx3-ubyte.gz", np.arange(3 * 4).reshape(3, 2, 2)),
                        ("train-labels-idx1-ubyte.gz", np.array([7, 0, 1]))):  # fmt: skip
        head = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes()
        with gzip.open(folder / name, "wb") as file:
            file.write(head + array.astype(np.uint8).tobytes())


def test_debian_s_files_are_used(tmp_path, monkeypatch):
    _write_idx(tmp_path / "debian")
    for path in list((tmp_path / "debian").iterdir()):
        path.with_name(path.name.replace("train", "t10k")).write_bytes(path.read_bytes())
    monkeypatch.setattr(data, "_DEBIAN", (tmp_path / "none", tmp_path / "debian"))
    for part in ("train", "test"):
        images, labels = data.fetch_full("fashion-mnist", part)
        assert images.shape == (3, 4)
        assert list(labels) == [7, 0, 1]
    with pytest.raises(data.DataError, match="There are: train, test"):
        data.fetch_full("fashion-mnist", "validation")


def test_without_pooch_or_network_the_message_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pooch", None)
    monkeypatch.setattr(data, "_DEBIAN", ())
    with pytest.raises(data.DataError, match=r'pip install "dflvi\[data\]".*does not need it'):
        data.fetch_full("fashion-mnist")
    with pytest.raises(data.DataError, match="There are: fashion-mnist, mnist"):
        data.fetch_full("cifar")


def test_a_damaged_file_is_said(tmp_path, monkeypatch):
    _write_idx(tmp_path / "d")
    (tmp_path / "d" / "train-images-idx3-ubyte.gz").write_bytes(b"no gzip")
    monkeypatch.setattr(data, "_DEBIAN", (tmp_path / "d",))
    with pytest.raises(data.DataError, match="damaged.*Remove it"):
        data.fetch_full("fashion-mnist")
