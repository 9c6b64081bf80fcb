"""The helper that looks at pages sees what is wrong with them."""

from browser import look

WHOLE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
IMAGE = f'<img src="data:image/png;base64,{WHOLE}" alt="{{}}" {{}}>'


def _page(tmp_path, body):
    path = tmp_path / "page.html"
    path.write_text(
        f'<!DOCTYPE html><html><head><title>x</title></head><body style="margin:0">{body}</body></html>'
    )
    return path


def test_a_page_without_fault_has_none(tmp_path):
    body = IMAGE.format("one", "") + f"<details><summary>x</summary>{IMAGE.format('folded', '')}</details>"
    seen = look(_page(tmp_path, body), width=500, height=300, screenshot=tmp_path / "page.png")
    assert (seen.errors, seen.requests, seen.not_shown, seen.overflow) == ((), (), (), 0)
    assert seen.images == 2
    assert (tmp_path / "page.png").read_bytes().startswith(b"\x89PNG")


def test_every_fault_is_seen(tmp_path):
    body = (
        '<img src="data:image/png;base64,AAAA" alt="broken">'
        + IMAGE.format("whole", "")
        + IMAGE.format("hidden", 'style="display:none"')
        + f"<details open><summary>x</summary>{IMAGE.format('flat', 'height=0')}</details>"
        + '<div style="width:620px">wide</div>'
        + "<script>console.error('said aloud'); fetch('http://127.0.0.1:9/').catch(() => {});"
        + "console.log('no error'); throw new Error('thrown')</script>"
    )
    seen = look(_page(tmp_path, body), width=500)
    assert seen.not_shown == ("broken", "hidden", "flat")
    assert seen.images == 4
    assert seen.requests == ("http://127.0.0.1:9/",)
    assert seen.overflow == 120
    for words in ("said aloud", "thrown"):
        assert any(words in error for error in seen.errors), seen.errors
    assert not any("no error" in error for error in seen.errors)
