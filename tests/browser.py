"""A file as a browser shows it: what it complains of, asks for, leaves out, and how it looks."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")

# A picture inside closed details is not to be seen yet, so it need not have a size.
NOT_SHOWN = """() => [...document.images].filter(image => {
  const folded = [...document.querySelectorAll('details:not([open])')].some(
    details => details.contains(image) && !details.querySelector(':scope > summary')?.contains(image));
  const sized = image.clientWidth > 0 && image.clientHeight > 0;
  return !image.complete || image.naturalWidth === 0 || !(sized || folded);
}).map(image => image.alt || image.src.slice(0, 80))"""
OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@dataclass(frozen=True)
class Seen:
    """What a browser saw of a page: errors in its words, addresses, pictures by alt text, CSS pixels."""

    errors: tuple[str, ...]
    requests: tuple[str, ...]
    not_shown: tuple[str, ...]
    images: int
    overflow: int


def look(path, *, width, height=1600, screenshot=None, full=False):
    """Open a file in the system's headless Chromium and return what was `Seen`; skip the test without one.

    Args:
        path: an HTML file.
        width, height: of the window, in CSS pixels.
        screenshot: where to save a PNG of what the window shows; None for none.
        full: the whole page on the screenshot, not only the first window of it.
    """
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        pytest.skip(f"needs a browser: {', '.join(NAMES)}")
    api = pytest.importorskip("playwright.sync_api", reason="needs playwright, of the dev extra")
    address = Path(path).resolve().as_uri()
    errors, requests = [], []
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        try:
            # Offline: a page that asks is seen asking, and gets nothing.
            context = browser.new_context(viewport={"width": width, "height": height}, offline=True)
            page = context.new_page()
            page.on("console", lambda told: errors.append(told.text) if told.type == "error" else None)
            page.on("pageerror", lambda error: errors.append(str(error)))
            page.on("request", lambda request: requests.append(request.url))
            page.goto(address, wait_until="networkidle")
            seen = Seen(
                errors=tuple(errors),
                requests=tuple(url for url in requests if url != address and not url.startswith("data:")),
                not_shown=tuple(page.evaluate(NOT_SHOWN)),
                images=page.evaluate("() => document.images.length"),
                overflow=page.evaluate(OVERFLOW),
            )
            if screenshot is not None:
                page.screenshot(path=str(screenshot), full_page=full)
        finally:
            browser.close()
    return seen
