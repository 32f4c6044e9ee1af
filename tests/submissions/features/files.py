"""Files in the call's own folders, by every module that people read and write files with."""

import csv
import fcntl
import filecmp
import fileinput
import glob
import gzip
import io
import json
import linecache
import mmap
import os
import pathlib
import pickle
import shelve
import shutil
import sqlite3
import stat
import tempfile
import zipfile

with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    text = folder / "text.txt"
    text.write_text("one\ntwo\n")
    assert text.read_text() == "one\ntwo\n"
    assert text.exists() and text.is_file() and not text.is_symlink() and folder.is_dir()
    assert text.stat().st_size == 8 and stat.S_ISREG(text.lstat().st_mode)
    assert os.path.samefile(text, text) and text.resolve() == text
    with text.open("a") as file:
        file.write("three\n")
        file.flush()
        os.fsync(file.fileno())
        os.fdatasync(file.fileno())
        fcntl.flock(file, fcntl.LOCK_EX)
        fcntl.lockf(file, fcntl.LOCK_UN)
    with text.open("r+") as file:
        assert file.readline() == "one\n"
        file.seek(0, io.SEEK_END)
        assert file.tell() == 14
        file.truncate(8)
    os.truncate(text, 8)
    text.chmod(0o600)
    text.touch()
    os.utime(text, (1e9, 1e9))
    with text.open("rb") as file:
        os.fchmod(file.fileno(), 0o644)
        assert os.pread(file.fileno(), 3, 4) == b"two"
        assert not os.isatty(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_SEQUENTIAL)
        os.set_inheritable(file.fileno(), True)
        os.set_inheritable(file.fileno(), False)
        duplicate = os.dup(file.fileno())
        os.dup2(duplicate, duplicate + 1, inheritable=False)
        os.dup2(duplicate, duplicate + 2)
        os.closerange(duplicate, duplicate + 3)
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
            assert view[:3] == b"one"
    descriptor = os.open(folder / "raw", os.O_RDWR | os.O_CREAT)
    os.write(descriptor, b"abc")
    os.pwrite(descriptor, b"x", 1)
    os.writev(descriptor, [b"d", b"e"])
    os.lseek(descriptor, 0, os.SEEK_SET)
    os.readv(descriptor, [bytearray(2)])
    os.preadv(descriptor, [bytearray(2)], 0)
    os.pwritev(descriptor, [b"y"], 0)
    os.ftruncate(descriptor, 4096)
    os.posix_fallocate(descriptor, 0, 8192)
    with mmap.mmap(descriptor, 8192) as view:
        view[0:1] = b"z"
        view.flush()
        view.resize(4096)
        view.madvise(mmap.MADV_SEQUENTIAL)
    assert os.fstat(descriptor).st_size >= 4096
    os.close(descriptor)

    (folder / "sub" / "deep").mkdir(parents=True)
    assert sorted(os.listdir(folder)) == ["raw", "sub", "text.txt"]
    assert {entry.name for entry in os.scandir(folder) if entry.is_file()} == {"raw", "text.txt"}
    assert len(list(os.walk(folder))) == 3 and len(list(os.fwalk(folder))) == 3
    assert glob.glob(f"{name}/*.txt") == [str(text)] and list(folder.rglob("*.txt")) == [text]
    (folder / "link").symlink_to(text)
    assert os.readlink(folder / "link") == str(text)
    os.link(text, folder / "hard")
    os.rename(folder / "hard", folder / "harder")
    os.replace(folder / "harder", folder / "hardest")
    (folder / "hardest").unlink()
    shutil.copy(text, folder / "copy")
    shutil.copy2(text, folder / "copy2")
    shutil.copyfile(text, folder / "copy3")
    shutil.move(folder / "copy3", folder / "moved")
    shutil.copytree(folder / "sub", folder / "sub2")
    shutil.rmtree(folder / "sub2")
    assert shutil.disk_usage(folder).total > 0 and os.statvfs(folder).f_bsize > 0
    assert filecmp.cmp(text, folder / "copy")
    archive = shutil.make_archive(str(folder / "archive"), "zip", folder / "sub")
    shutil.unpack_archive(archive, folder / "unpacked")
    with zipfile.ZipFile(folder / "z.zip", "w") as file:
        file.write(text, "text.txt")
    with gzip.open(folder / "z.gz", "wt") as file:
        file.write("x")
    with open(text, "rb") as source, open(folder / "b", "wb") as target:
        os.sendfile(target.fileno(), source.fileno(), 0, 8)
        os.copy_file_range(source.fileno(), target.fileno(), 8, 0)

    with open(folder / "rows.csv", "w", newline="") as file:
        csv.writer(file).writerow([1, 2])
    with open(folder / "data.json", "w") as file:
        json.dump({"a": 1}, file)
    with open(folder / "data.pickle", "wb") as file:
        pickle.dump({"a": 1}, file)
    with shelve.open(str(folder / "shelf")) as shelf:
        shelf["a"] = 1
    with fileinput.input(text) as lines:
        assert len(list(lines)) == 2
    assert linecache.getline(str(text), 1) == "one\n"
    connection = sqlite3.connect(folder / "base.db")
    with connection:
        connection.execute("create table t (x integer)")
        connection.execute("insert into t values (1)")
    assert connection.execute("select x from t").fetchall() == [(1,)]
    connection.close()

    before = os.getcwd()
    os.chdir(folder)
    assert os.path.abspath("x") == f"{name}/x"
    os.chdir(before)
    os.umask(os.umask(0o22))
    os.access(text, os.R_OK)

with tempfile.NamedTemporaryFile() as file, tempfile.TemporaryFile() as nameless, tempfile.SpooledTemporaryFile() as s:
    file.write(b"x")
    nameless.write(b"x")
    s.write(b"x")
tempfile.mkdtemp()
os.close(tempfile.mkstemp()[0])
