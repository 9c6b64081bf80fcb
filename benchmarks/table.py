"""From the benchmarks' JSON file to a page with a table and a figure.

    python benchmarks/table.py runs/bench.json docs/performance.md

A page that exists keeps its text: only what stands between the two marks is replaced.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

BEGIN, END = "<!-- benchmarks: begin -->", "<!-- benchmarks: end -->"
_NEW_PAGE = f"# Performance\n\n{BEGIN}\n{END}\n\n![How far each aim is reached](figures/performance.svg)\n"
_ESTIMATE = 1.5


def main() -> None:
    """Replace what stands between the marks, and draw the ratios."""
    source, page = Path(sys.argv[1]), Path(sys.argv[2])
    results = json.loads(source.read_text(encoding="utf-8"))
    rows = [entry["extra_info"] for entry in results["benchmarks"] if "what" in entry["extra_info"]]
    text = page.read_text(encoding="utf-8") if page.exists() else _NEW_PAGE
    block = f"{BEGIN}\n{_machine(results)}\n\n{_table(rows)}\n{END}"
    if BEGIN not in text or END not in text:
        raise SystemExit(f"{page} has no place for the table: {BEGIN} ... {END}")
    page.write_text(re.sub(f"{BEGIN}.*{END}", lambda _: block, text, flags=re.DOTALL), encoding="utf-8")
    _draw(rows, page.parent / "figures" / "performance.svg")


def _machine(results: Mapping[str, Any]) -> str:
    import torch

    cpu = results["machine_info"]["cpu"]
    words = [f"{cpu.get('brand_raw', 'unknown processor')}", f"{torch.get_num_threads()} threads"]
    words.append("AMX" if torch.cpu._is_amx_tile_supported() else "no AMX")
    return f"{', '.join(words)}; torch {torch.__version__}; {results['datetime'][:10]}."


def _table(rows: list[dict[str, Any]]) -> str:
    lines = ["| what | best time | against | ratio | aim | |", "|---|---:|---|---:|---:|---|"]
    for row in rows:
        measured, aim, good = _judged(row)
        mark = "" if good is None else "reached" if good else "**not reached**"
        cells = (row["what"], _seconds(row["seconds"]), row.get("against", ""), measured, aim, mark)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _judged(row: Mapping[str, Any]) -> tuple[str, str, bool | None]:
    """Return what was measured, what was aimed at, and whether it was reached (None without an aim)."""
    if "within" in row:
        factors = [max(value, 1 / value) for value in row["within"]]
        told = " to ".join(f"{value:.2f}" for value in sorted({min(row["within"]), max(row["within"])}))
        return f"{told} of the time taken", f"within {_ESTIMATE}", max(factors) <= _ESTIMATE
    if "share" in row:
        return (
            f"{row['share']:.1%}",
            f"at most {row['at_most_share']:.0%}",
            row["share"] <= row["at_most_share"],
        )
    if "ratio" in row:
        wanted = row["wanted"]
        aim = "" if wanted is None else f"at least {_ratio(wanted)}"
        return _ratio(row["ratio"]), aim, None if wanted is None else row["ratio"] >= wanted
    if row.get("at_most") is not None:
        return "", f"below {row['at_most']} s", row["seconds"] < row["at_most"]
    return ", ".join(f"{value} {name}" for name, value in row.get("figures", {}).items()), "", None


def _ratio(value: float) -> str:
    return f"{value:.1%}" if value < 2 else f"{value:.1f} times"


def _seconds(value: float) -> str:
    return f"{value:.1f} s" if value >= 10 else f"{value:.2f} s" if value >= 1 else f"{value * 1e3:.1f} ms"


def _draw(rows: list[dict[str, Any]], path: Path) -> None:
    """Draw how far each aim was reached: 1 is the aim."""
    import matplotlib as mpl
    import matplotlib.pyplot as plt

    from whorl.report.palette import FONT, INK, line_style
    from whorl.report.plain_axes import frame_plain

    bars = []
    for row in rows:
        against = f"\nagainst {row['against']}" if row.get("against") else ""
        if row.get("wanted"):
            bars.append((row["what"] + against, row["ratio"] / row["wanted"]))
        elif row.get("at_most"):
            bars.append((row["what"], row["at_most"] / row["seconds"]))
        elif "share" in row:
            bars.append((row["what"], row["at_most_share"] / row["share"]))
    if not bars:
        return
    mpl.rcParams.update({"svg.hashsalt": "whorl", "font.family": FONT})
    figure, axes = plt.subplots(figsize=(10, 1.2 + 0.55 * len(bars)), layout="constrained")
    values = [value for _, value in bars]
    reached, missed = line_style(0).colour, line_style(1).colour
    axes.barh(range(len(bars)), values, color=[reached if v >= 1 else missed for v in values], height=0.55)
    axes.axvline(1, color=INK, linewidth=1.2)
    frame_plain(
        axes, title="How far each aim is reached", x="measured / aimed at, logarithmic; the line is the aim"
    )
    axes.set_yticks(range(len(bars)), [name for name, _ in bars], fontsize=8)
    axes.set_xscale("log")
    axes.grid(axis="y", visible=False)
    axes.invert_yaxis()
    for position, value in enumerate(values):
        place = {"xytext": (4, 0), "textcoords": "offset points", "va": "center", "fontsize": 8, "color": INK}
        axes.annotate(f"{value:.2g}", (max(value, 1), position), **place)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Date": None})


if __name__ == "__main__":
    main()
