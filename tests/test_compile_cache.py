"""The cache of compiled programs stays within its limit."""

import os

from dflvi.checking import compile_cache


def test_the_oldest_files_go_when_there_are_too_many(tmp_path, monkeypatch):
    monkeypatch.setattr(compile_cache, "LIMIT", 25)
    for age, name in enumerate(("new", "older", "oldest")):
        (tmp_path / name).write_bytes(b"0123456789")
        os.utime(tmp_path / name, (1e9 - age, 1e9 - age))
    compile_cache._trim(tmp_path)
    assert {file.name for file in tmp_path.iterdir()} == {"new", "older", "trimmed"}


def test_it_is_looked_at_once_a_day(tmp_path, monkeypatch):
    monkeypatch.setattr(compile_cache, "LIMIT", 0)
    compile_cache._trim(tmp_path)
    (tmp_path / "new").write_bytes(b"0123456789")
    compile_cache._trim(tmp_path)
    assert (tmp_path / "new").exists()
    os.utime(tmp_path / "trimmed", (1e9, 1e9))
    compile_cache._trim(tmp_path)
    assert not (tmp_path / "new").exists()
