"""The commands a user types, on real files."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow.csv
import pyarrow.parquet
import pytest
from PIL import Image

from command_line import in_a_new_process, in_this_process

RNG = np.random.default_rng(0)
BASES = RNG.integers(40, 216, (3, 3))


def draw(n, seed):
    """Pictures of three kinds: a plain colour with a soft gradient and a little noise."""
    rng = np.random.default_rng(seed)
    kinds = BASES[rng.integers(0, 3, n)][:, None, None]
    slope = rng.normal(size=(n, 1, 1, 3)) * np.linspace(-12, 12, 8)[None, :, None, None]
    return (kinds + slope + rng.normal(size=(n, 8, 8, 3)) * 4).clip(0, 255).astype(np.uint8)


# One fresh set in twenty is taken for copies, by design; this one is not.
T, P, FRESH = draw(400, 1), draw(200, 2), draw(100, 8)


def whorl(*arguments, cwd, check=None, run=in_this_process, **env):
    result = run(*arguments, cwd=cwd, env=env)
    if check is not None:
        assert result.returncode == check, result.stdout + result.stderr
    return result


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A working folder with T as a folder of PNGs, the others as arrays, and a Reference."""
    here = tmp_path_factory.mktemp("work")
    (here / "train").mkdir()
    for i, picture in enumerate(T):
        Image.fromarray(picture).save(here / "train" / f"t{i:04d}.png")
    np.save(here / "test.npy", P)
    np.save(here / "fresh.npy", FRESH)
    np.savez(here / "copies.npz", arr_0=T[:100])
    built = whorl(*BUILD, "-o", "ref", "--json", cwd=here, check=0, run=in_a_new_process)
    assert json.loads(built.stdout)["train"]["count"] == 400
    return here


BUILD = (
    "reference",
    "build",
    "--train",
    "train",
    "--test",
    "test.npy",
    "--encoder",
    "pixels:8",
    "--cells",
    "3",
)


def test_an_audit_of_copies_says_copies_and_leaves_everything(place):
    done = whorl("audit", "ref", "copies.npz", "-o", "out", cwd=place, check=0, run=in_a_new_process)
    assert "copies" in done.stdout
    out = place / "out"
    assert {p.name for p in out.iterdir()} == {
        "result.json",
        "pictures.csv",
        "curve.svg",
        "curve.png",
        "report.html",
    }
    result = json.loads((out / "result.json").read_text())
    assert result["schema"] == "whorl-audit/1"
    assert result["curve"]["verdict"]["whole"]["finding"] == "copies"
    assert result["curve"]["identical"] == 100
    assert result["details"]["reference"]["digest"] == result["curve"]["reference"]
    table = pyarrow.csv.read_csv(out / "pictures.csv").to_pydict()
    assert len(table["picture"]) == 100
    assert set(table["nearest_distance_pixels"]) == {0.0}
    assert table["nearest_pixels"][:3] == ["t0000.png", "t0001.png", "t0002.png"]
    page = (out / "report.html").read_text()
    assert page.count("data:image/png;base64,") >= 12  # six pairs, both pictures
    assert "t0" in page
    with Image.open(out / "curve.png") as image:
        assert image.width > 400


def test_a_healthy_set_is_healthy_and_json_goes_to_stdout_alone(place):
    done = whorl("audit", "ref", "fresh.npy", "--json", cwd=place, check=0)
    result = json.loads(done.stdout)
    assert result["curve"]["verdict"]["whole"]["finding"] == "healthy"
    assert abs(result["curve"]["standardised"][0]) < 3


def test_fail_below_is_exit_code_one_and_only_that(place):
    failed = whorl("audit", "ref", "copies.npz", "--fail-below", "-3", cwd=place, check=1)
    assert "below -3" in failed.stderr
    whorl("audit", "ref", "fresh.npy", "--fail-below", "-3", cwd=place, check=0)


def test_parquet_table_limit_and_seed(place):
    whorl("audit", "ref", "copies.npz", "-o", "few", "--limit", "70", "--seed", "4", "--table", "parquet",
          cwd=place, check=0)  # fmt: skip
    table = pyarrow.parquet.read_table(place / "few" / "pictures.parquet")
    assert table.num_rows == 70


def test_dry_run_counts_estimates_and_writes_nothing(place):
    done = whorl(
        "audit", "ref", "fresh.npy", "-o", "never", "--dry-run", "--no-cache", "--json", cwd=place, check=0
    )
    assert json.loads(done.stdout)["generated"]["total"] == 100
    assert not (place / "never").exists()
    done = whorl(*BUILD, "-o", "never", "--dry-run", cwd=place, check=0)
    assert "400" in done.stdout
    assert "encoded already" in done.stdout
    assert not (place / "never").exists()


def test_split_limit_and_no_ids(place):
    build = ("reference", "build", "--train", "train", "--encoder", "pixels:8", "--cells", "3", "--json")
    done = whorl(*build, "-o", "split", "--split", "0.25", "--no-ids", cwd=place, check=0)
    summary = json.loads(done.stdout)
    assert (summary["train"]["count"], summary["test"]["count"]) == (300, 100)
    assert not (place / "split" / "pictures.json").exists()
    assert "train" not in json.loads((place / "split" / "manifest.json").read_text())["train"]["source"]
    done = whorl(*build, "-o", "limited", "--test", "test.npy", "--limit", "150", cwd=place, check=0)
    assert "only 150 of 400 training pictures" in done.stderr
    neither = whorl(*build, "-o", "never", cwd=place, check=2)
    assert "--split" in neither.stderr


def test_a_build_opens_its_sources_once(place, tmp_path, monkeypatch):
    from typer.testing import CliRunner

    from whorl.cli.app import app
    from whorl.memorization import inputs

    opened = []

    def watched(source):
        opened.append(source)
        return original(source)

    original = inputs.open_images
    monkeypatch.setattr(inputs, "open_images", watched)
    monkeypatch.chdir(place)
    done = CliRunner().invoke(app, [*BUILD, "-o", str(tmp_path / "once"), "--no-cache"])
    assert done.exit_code == 0, done.output
    assert opened == ["train", "test.npy"]
    manifest = json.loads((tmp_path / "once" / "manifest.json").read_text())
    assert manifest["train"]["source"] == str(place / "train")


def test_pairs_are_shown_only_when_training_pictures_are_still_the_same(place, tmp_path):
    (tmp_path / "moved").mkdir()
    for i, picture in enumerate(T):
        Image.fromarray(255 - picture if i % 2 else picture).save(tmp_path / "moved" / f"t{i:04d}.png")
    arguments = ("audit", place / "ref", place / "copies.npz", "-o")
    whorl(*arguments, "changed", "--train", tmp_path / "moved", cwd=tmp_path, check=0)
    whorl(*arguments, "whole", cwd=tmp_path, check=0)
    pages = [(tmp_path / name / "report.html").read_text() for name in ("changed", "whole")]
    changed, whole = (page.count("data:image/png;base64,") for page in pages)
    assert whole == 12 + 1  # the closest pairs, and one sheet of what was audited
    assert 6 + 1 <= changed < whole


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("audit", "ref", "nowhere"), "does not exist"),
        (("audit", "nowhere", "fresh.npy"), "no Reference"),
        (("audit", "ref", "fresh.npy", "--limit", "5"), "5 pictures are too few"),
        (("audit", "ref", "fresh.npy", "-o", "ref"), "exists already"),
        (("audit", "ref", "fresh.npy", "-o", "train", "--overwrite"), "not overwritten"),
        (("audit", "ref", "fresh.npy", "--encoder", "pixels:4"), "not the one"),
        (("audit", "ref", "fresh.npy", "--cache", "x", "--no-cache"), "not both"),
        (("audit", "ref"), "Missing argument"),
        (("audit", "ref", "fresh.npy", "--bogus"), "No such option"),
        (("audit", "ref", "fresh.npy", "--fail-below", "nan"), "finite"),
        (("audit", "ref", "copies.npz", "-o", "never", "--train", "nosuchdir"), "nosuchdir"),
        (("audit", "ref", "train", "-o", "train/out"), "lies inside"),
        ((*BUILD, "-o", "train/ref"), "lies inside"),
        ((*BUILD, "-o", "ref"), "exists already"),
        ((*BUILD, "-o", "never", "--layers", "x"), "--layers takes"),
        ((*BUILD, "-o", "never", "--metric", "cosine"), "abs-cosine"),
        ((*BUILD[:4], "train", *BUILD[5:], "-o", "never"), "Missing option"),
        (("reference", "build", "--train", "train", "--test", "train", "--encoder", "pixels:8", "-o", "never"),
         "nothing is held out"),
        (("reference", "build", "--train", "train", "--test", "test.npy", "--encoder", "no/such", "-o", "never"),
         "no/such"),
    ],
)  # fmt: skip
def test_wrong_usage_is_exit_code_two_with_a_remedy(place, arguments, message):
    before = sorted(p.name for p in place.iterdir())
    if message == "Missing option":
        arguments = ("reference", "build", "--train", "train")
    done = whorl(*arguments, cwd=place, check=2)
    assert message in " ".join((done.stderr + done.stdout).replace("│", " ").split())
    assert "Traceback" not in done.stderr
    assert sorted(p.name for p in place.iterdir()) == before


def test_a_damaged_reference_is_refused(place, tmp_path):
    whorl("reference", "show", "ref", cwd=place, check=0)
    copy = tmp_path / "ref"
    copy.mkdir()
    for file in (place / "ref").iterdir():
        (copy / file.name).write_bytes(file.read_bytes())
    data = bytearray((copy / "layer-0001.safetensors").read_bytes())
    data[-9] ^= 4
    (copy / "layer-0001.safetensors").write_bytes(data)
    done = whorl("audit", copy, "fresh.npy", "-o", tmp_path / "out", cwd=place, check=2)
    assert "damaged" in done.stderr
    assert not (tmp_path / "out").exists()


def test_one_broken_picture_among_many(place, tmp_path):
    folder = tmp_path / "samples"
    folder.mkdir()
    for i, picture in enumerate(FRESH):
        Image.fromarray(picture).save(folder / f"{i}.jpg", quality=95)
    (folder / "17.jpg").write_bytes((folder / "17.jpg").read_bytes()[:200])
    failed = whorl("audit", place / "ref", folder, "-o", "out", cwd=tmp_path, check=2)
    assert "17.jpg" in failed.stderr
    assert not (tmp_path / "out").exists()
    whorl("audit", place / "ref", folder, "-o", "out", "--on-error", "skip", cwd=tmp_path, check=0)
    result = json.loads((tmp_path / "out" / "result.json").read_text())
    assert [entry[0] for entry in result["curve"]["skipped"]] == ["17.jpg"]
    assert result["curve"]["n_generated"] == 99
    page = (tmp_path / "out" / "report.html").read_text()
    assert "17.jpg" in page
    assert "16 of 99 pictures" in page


def _unusable(folder):
    """Files that no audit may accept, each with what the message must say."""
    import io
    import zipfile
    import zlib

    (folder / "empty").mkdir()
    yield "empty", "holds no pictures"
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        for i, picture in enumerate(FRESH[:80]):
            file = io.BytesIO()
            Image.fromarray(picture).save(file, "PNG")
            archive.writestr(f"{i}.png", file.getvalue())
    (folder / "truncated.zip").write_bytes(whole.getvalue()[:-300])
    yield "truncated.zip", "truncated.zip"
    with zipfile.ZipFile(folder / "climbing.zip", "w") as archive:
        archive.writestr("../../etc/cron.d/evil.png", file.getvalue())
    yield "climbing.zip", "evil.png"
    (folder / "bomb").mkdir()
    for i, picture in enumerate(FRESH[:80]):
        Image.fromarray(picture).save(folder / "bomb" / f"{i:02d}.png")
    header = b"IHDR" + (60_000).to_bytes(4, "big") * 2 + b"\x08\x02\x00\x00\x00"
    bomb = (folder / "bomb" / "00.png").read_bytes()
    start = bomb.index(b"IHDR")
    bomb = bomb[:start] + header + zlib.crc32(header).to_bytes(4, "big") + bomb[start + len(header) + 4 :]
    (folder / "bomb" / "00.png").write_bytes(bomb)
    yield "bomb", "3,600,000,000 pixels"


def test_unusable_pictures_end_with_code_two_and_leave_nothing(place, tmp_path):
    for name, message in _unusable(tmp_path):
        done = whorl("audit", place / "ref", name, "-o", "out", cwd=tmp_path, check=2)
        assert message in done.stderr, name
        assert "Traceback" not in done.stderr
        assert not (tmp_path / "out").exists()


def test_one_broken_jpeg_among_thousands_is_named_at_the_end_of_a_run_or_skipped(place, tmp_path):
    many = np.concatenate([draw(1000, seed) for seed in (11, 12, 13)])
    (tmp_path / "many").mkdir()
    for i, picture in enumerate(many):
        Image.fromarray(picture).save(tmp_path / "many" / f"{i:05d}.jpg", quality=95)
    (tmp_path / "many" / "01234.jpg").write_bytes(b"\xff\xd8\xff\xe0 not much of a picture")
    done = whorl("audit", place / "ref", "many", cwd=tmp_path, check=2)
    assert "01234.jpg" in done.stderr
    done = whorl("audit", place / "ref", "many", "--on-error", "skip", "--json", cwd=tmp_path, check=0)
    result = json.loads(done.stdout)["curve"]
    assert (result["n_generated"], [entry[0] for entry in result["skipped"]]) == (2999, ["01234.jpg"])


def test_sixteen_bit_cmyk_and_transparent_pictures_are_audited(place, tmp_path):
    (tmp_path / "odd").mkdir()
    for i, picture in enumerate(FRESH[:90]):
        image = Image.fromarray(picture)
        if i % 3 == 0:
            image.convert("CMYK").save(tmp_path / "odd" / f"{i}.tif")
        elif i % 3 == 1:
            Image.fromarray(picture[..., 0].astype(np.uint16) * 257).save(tmp_path / "odd" / f"{i}.png")
        else:
            image.convert("RGBA").save(tmp_path / "odd" / f"{i}.png")
    done = whorl("audit", place / "ref", "odd", "--json", cwd=tmp_path, check=0)
    assert json.loads(done.stdout)["curve"]["n_generated"] == 90


def test_a_disk_that_is_full_leaves_no_output(place, tmp_path):
    """A real file-size limit stands in for a full disk: writes past it fail with EFBIG."""
    script = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000));"
        "sys.argv = ['whorl', 'audit', sys.argv[1], sys.argv[2], '-o', 'out', '-q'];"
        "from whorl.cli import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(place / "ref"), str(place / "copies.npz")],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2, done.stderr
    assert "could not write" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_reference_past_its_memory_is_streamed_and_says_so(place, tmp_path):
    built = (*BUILD, "--min-generated", "10", "--memory")
    whorl(*built, "50 KB", "-o", tmp_path / "ref", "-q", cwd=place, check=0)
    shown = whorl("reference", "show", tmp_path / "ref", cwd=place, check=0)
    assert "streamed, past the memory budget" in shown.stdout
    assert "mini-batch k-means" in shown.stdout
    whorl("audit", tmp_path / "ref", "copies.npz", "-o", tmp_path / "out", "-q", cwd=place, check=0)
    assert "streamed, past the memory budget" in (tmp_path / "out" / "report.html").read_text()
    refused = whorl(*built, "much", "-o", tmp_path / "other", cwd=place, check=2)
    assert "512MB, 1.5GB or 2GiB; got 'much'" in " ".join(refused.stderr.split())
    assert not (tmp_path / "other").exists()


def test_overwriting_replaces_an_audit_and_nothing_else(place, tmp_path):
    arguments = ("audit", place / "ref", place / "fresh.npy", "-o", "out")
    whorl(*arguments, cwd=tmp_path, check=0)
    whorl(*arguments, cwd=tmp_path, check=2)
    whorl(*arguments, "--overwrite", cwd=tmp_path, check=0)
    (tmp_path / "out" / "thesis.txt").write_text("words")
    whorl(*arguments, "--overwrite", cwd=tmp_path, check=2)
    assert (tmp_path / "out" / "thesis.txt").read_text() == "words"
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "result.json").write_text("{}")
    whorl(*arguments[:-1], "mine", "--overwrite", cwd=tmp_path, check=2)
    assert (tmp_path / "mine" / "result.json").read_text() == "{}"


def test_only_copies_end_with_exit_code_one(place):
    """A pipe that closes, a full device and an unanswered question must not look like copies to a pipeline."""
    command = f"{sys.executable} -m whorl audit ref fresh.npy --json -q"
    for line, code in (
        (f"{command} | true; exit ${{PIPESTATUS[0]}}", 141),
        (f"{command} > /dev/full", 2),
        (f"{sys.executable} -m whorl cache clear < /dev/null", 130),
    ):
        done = subprocess.run(["bash", "-c", line], cwd=place, capture_output=True, text=True, check=False)
        assert done.returncode == code, (line, done.stderr)
        assert "bug" not in done.stderr


def test_names_with_markup_and_escape_sequences_are_only_names(place, tmp_path):
    (tmp_path / "m[").mkdir()
    (tmp_path / "m[" / "b]x").mkdir()
    odd = tmp_path / "m[" / "b]x"
    for i, picture in enumerate(T[:100]):
        Image.fromarray(picture).save(odd / f"{i}.png")
    build = (
        "reference",
        "build",
        "--train",
        odd,
        "--test",
        place / "test.npy",
        "--encoder",
        "pixels:8",
        "--cells",
        "3",
    )
    assert "m[/b]x" in whorl(*build, "-o", "ref", cwd=tmp_path, check=0, COLUMNS="300").stdout
    done = whorl("audit", place / "ref", "no\x1b[31mthing", cwd=tmp_path, check=2)
    assert "\x1b" not in done.stderr


def test_another_working_directory_finds_the_training_pictures_by_their_path(place, tmp_path):
    done = whorl("audit", place / "ref", place / "copies.npz", "-o", "out", cwd=tmp_path, check=0)
    assert "note" not in done.stderr
    assert (tmp_path / "out" / "report.html").read_text().count("data:image/png;base64,") >= 12


def test_a_strangers_reference_sends_nobody_searching(place, tmp_path):
    from whorl.report.pair_pictures import recorded_pictures

    assert recorded_pictures(f"{place}/**/*.png", ["t0000.png"]) is None
    assert recorded_pictures(str(place / "train"), ["../test.npy", "/etc/passwd", "absent.png"]) is None
    found = recorded_pictures(str(place / "train"), ["t0003.png", "../x.png"])
    assert found is not None
    assert found.ids == ("t0003.png",)
    assert len(recorded_pictures(f"{place / 'test.npy'}[:7]", ["row-000001"])) == 7
    (tmp_path / "list.txt").write_text("/etc/hostname\n")
    assert recorded_pictures(str(tmp_path / "list.txt"), ["x"]) is None


def test_a_reference_to_publish_names_no_picture_and_no_path(place, tmp_path):
    folder = tmp_path / "train"
    folder.mkdir()
    for i, picture in enumerate(T[:100]):
        Image.fromarray(picture).save(folder / f"secret-{i}.png")
    (folder / "secret-7.png").write_bytes(b"broken")
    sides = ("--train", folder, "--test", place / "test.npy")
    options = ("--encoder", "pixels:8", "--cells", "3", "--no-ids", "--on-error", "skip", "-o", "ref")
    whorl("reference", "build", *sides, *options, cwd=tmp_path, check=0)
    whole = b"".join(path.read_bytes() for path in (tmp_path / "ref").iterdir())
    assert b"secret" not in whole
    assert str(tmp_path).encode() not in whole
    done = whorl("audit", "ref", place / "copies.npz", "-o", "out", "--train", folder, cwd=tmp_path, check=0)
    assert "keeps no ids" in done.stderr


def test_cache_show_and_clear(place, tmp_path):
    whorl("audit", "ref", "fresh.npy", "--cache", tmp_path, cwd=place, check=0)
    shown = json.loads(whorl("cache", "show", "--cache", tmp_path, "--json", cwd=place, check=0).stdout)
    assert shown["shards"] == 1
    whorl("cache", "clear", "--cache", tmp_path, "--yes", cwd=place, check=0)
    assert json.loads(whorl("cache", "show", "--cache", tmp_path, "--json", cwd=place).stdout)["shards"] == 0


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_keeps_finished_shards_and_says_how_to_go_on(place, tmp_path, number, code):
    script = (
        "import sys, time, whorl.encoders.pixels as home; encode = home.PixelEncoder.encode\n"
        "def slow(self, batch):\n  time.sleep(0.02); return encode(self, batch)\n"
        "home.PixelEncoder.encode = slow\n"
        "sys.argv = ['whorl', *sys.argv[1:]]\nfrom whorl.cli import main; main()"
    )
    arguments = [
        *BUILD,
        "-o",
        str(tmp_path / "ref"),
        "--cache",
        str(tmp_path / "cache"),
        "--shard-size",
        "40",
    ]
    process = subprocess.Popen(
        [sys.executable, "-c", script, *arguments], cwd=place, stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob("cache/*/*.safetensors")) and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(number)
    _, told = process.communicate(timeout=60)
    assert process.returncode == code, told
    assert "encoded pictures, checkpoints and answers are kept. Run it again." in told
    assert not (tmp_path / "ref").exists()
    done = whorl(*arguments, cwd=place, check=0)
    assert "stored by an earlier run" in done.stderr
    assert (tmp_path / "ref" / "manifest.json").exists()


def test_help_names_every_command(tmp_path):
    done = whorl("--help", cwd=tmp_path, check=0, run=in_a_new_process)
    for word in ("reference", "audit", "compare", "cache", "Exit codes"):
        assert word in done.stdout
    assert whorl("--version", cwd=tmp_path, check=0).stdout.startswith("whorl 0.")


def test_no_library_code_prints():
    source = Path(__file__).resolve().parents[2] / "src"
    assert [p for p in source.rglob("*.py") if "print(" in p.read_text() and "cli" not in p.parts
            and any(line.lstrip().startswith("print(") for line in p.read_text().splitlines())] == []  # fmt: skip
