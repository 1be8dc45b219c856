"""Pictures of a terminal: what an emulator's screen shows, as SVG, still or as a recording.

One file serves light and dark (`prefers-color-scheme`). The text stays text, so that it can be
searched, copied and read aloud. A recording keeps each different line once.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyte

CELL_WIDTH, CELL_HEIGHT, MARGIN = 8.4, 18, 14
_BLOCKS = {"█": (0.0, 1.0), "▀": (0.0, 0.5), "▄": (0.5, 0.5)}
_NAMED = {"red", "green", "yellow", "brown", "blue", "magenta", "cyan"}
_STYLE = """\
text { font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; fill: #1f2328;
  white-space: pre; }
.paper { fill: #f6f8fa; stroke: #d0d7de; } .white { fill: #ffffff; } .black { fill: #000000; }
.bold { font-weight: bold; } .dim { opacity: .7; }
.red { fill: #cf222e; } .green { fill: #116329; } .yellow, .brown { fill: #7d4e00; }
.blue { fill: #0550ae; } .magenta { fill: #8250df; } .cyan { fill: #1b7c83; }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3; } .paper { fill: #0d1117; stroke: #30363d; }
  .red { fill: #ff7b72; } .green { fill: #56d364; } .yellow, .brown { fill: #e3b341; }
  .blue { fill: #79c0ff; } .magenta { fill: #d2a8ff; } .cyan { fill: #76e3ea; }
}
"""


class Frame(NamedTuple):
    """A screen, drawn line by line, and how many seconds it is shown."""

    lines: tuple[str, ...]
    seconds: float = 0.0


def draw_lines(screen: pyte.Screen) -> tuple[str, ...]:
    """Return each line of the screen as SVG, at the top left of its own coordinates."""
    return tuple(_draw_line(screen, row) for row in range(screen.lines))


def text_of(screen: pyte.Screen) -> str:
    """Return what can be read on the screen, without the blanks at the ends."""
    return "\n".join(line.rstrip() for line in screen.display).rstrip()


def still(lines: Sequence[str], title: str, text: str, columns: int) -> str:
    """Return a picture of one screen; `text` is read to those who do not see it."""
    body = "".join(_placed(line, row) for row, line in enumerate(lines) if line)
    return _document(title, text, columns, len(lines), body, "")


def recording(frames: Sequence[Frame], title: str, text: str, columns: int) -> str:
    """Return a recording of frames of the same height, played again and again."""
    numbers = {
        line: at for at, line in enumerate(dict.fromkeys(x for f in frames for x in f.lines))
    }
    definitions = "".join(f'<g id="l{at}">{line}</g>' for line, at in numbers.items() if line)
    total = sum(frame.seconds for frame in frames)
    style, body, start = "", "", 0.0
    for at, frame in enumerate(frames):
        begin, end = 100 * start / total, 100 * (start + frame.seconds) / total
        shown = f"{begin:.3f}%,{end:.3f}%{{visibility:visible}}"
        hidden = f"{end + 0.001:.3f}%{{visibility:hidden}}"
        style += f"@keyframes f{at}{{0%{{visibility:hidden}}{shown}{hidden}}}"
        used = "".join(_use(numbers[line], row) for row, line in enumerate(frame.lines) if line)
        last = " last" if frame is frames[-1] else ""
        body += f'<g class="frame{last}" style="animation-name:f{at}">{used}</g>'
        start += frame.seconds
    style += (
        f".frame{{visibility:hidden;animation:{total:.2f}s step-end infinite}}"
        "@media (prefers-reduced-motion: reduce){.frame{animation:none}.last{visibility:visible}}"
    )
    body = f"<defs>{definitions}</defs>{body}"
    return _document(title, text, columns, len(frames[0].lines), body, style)


def _document(title: str, text: str, columns: int, rows: int, body: str, style: str) -> str:
    width = columns * CELL_WIDTH + 2 * MARGIN
    height = rows * CELL_HEIGHT + 2 * MARGIN
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'width="{width:.0f}" height="{height:.0f}" role="img" aria-labelledby="title desc">'
        f'<title id="title">{escape(title)}</title><desc id="desc">{escape(text)}</desc>'
        f"<style>{_STYLE}{style}</style>"
        f'<rect class="paper" x=".5" y=".5" rx="8" '
        f'width="{width - 1:.0f}" height="{height - 1:.0f}"/>'
        f"{body}</svg>\n"
    )


def _placed(line: str, row: int) -> str:
    return f'<g transform="translate({MARGIN} {MARGIN + row * CELL_HEIGHT})">{line}</g>'


def _use(number: int, row: int) -> str:
    return f'<use href="#l{number}" x="{MARGIN}" y="{MARGIN + row * CELL_HEIGHT}"/>'


def _draw_line(screen: pyte.Screen, row: int) -> str:
    return "".join(_draw_runs(screen, row))


def _draw_runs(screen: pyte.Screen, row: int) -> Iterator[str]:
    """Yield the line's runs of one look: blocks as rectangles, all else as text."""
    cells = [screen.buffer[row][column] for column in range(screen.columns)]
    at = 0
    while at < len(cells):
        end = at + 1
        while end < len(cells) and _look(cells[end]) == _look(cells[at]):
            end += 1
        yield from _draw_run(cells[at:end], at)
        at = end


def _look(cell: pyte.screens.Char) -> tuple[object, ...]:
    return cell.fg, cell.bg, cell.bold, cell.reverse, cell.data in _BLOCKS


def _draw_run(cells: Sequence[pyte.screens.Char], at: int) -> Iterator[str]:
    first, text = cells[0], "".join(cell.data for cell in cells)
    x = at * CELL_WIDTH
    if first.bg != "default":
        yield _rectangle(x, 0.0, len(cells) * CELL_WIDTH, CELL_HEIGHT, _class_of(first.bg))
    if first.data in _BLOCKS:
        for offset, cell in enumerate(cells):
            top, tall = (part * CELL_HEIGHT for part in _BLOCKS[cell.data])
            yield _rectangle(x + offset * CELL_WIDTH, top, CELL_WIDTH, tall, _class_of(first.fg))
    elif text.strip():
        classes = [_class_of(first.fg)] if first.fg != "default" else []
        classes += ["bold"] if first.bold else []
        look = f' class="{" ".join(classes)}"' if classes else ""
        stretch = f' textLength="{len(text.rstrip()) * CELL_WIDTH:.1f}"'
        shown = escape(text.rstrip(), quote=False)
        yield f'<text x="{x:.1f}" y="13.5"{stretch}{look}>{shown}</text>'


def _rectangle(x: float, y: float, width: float, height: float, look: str) -> str:
    # A hair wider: between rectangles that only touch, a line shines through.
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width + 0.3:.1f}" height="{height + 0.3:.1f}" '
        f'class="{look}"/>'
    )


def _class_of(colour: str) -> str:
    if colour in _NAMED:
        return colour
    return "white" if colour in {"white", "brightwhite", "ffffff"} else "black"
