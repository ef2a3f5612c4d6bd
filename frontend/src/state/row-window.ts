/** The range of rows to draw: the visible ones and some on either side. */
export interface RowWindow {
  start: number;
  /** The index after the last row. */
  end: number;
}

/** Extra rows on either side. The range moves in steps of half of it. */
const OVERSCAN = 6;

/** Returns the range of `count` rows of `row` px, scrolled by `top` px in `height` px. */
export function visibleWindow(count: number, row: number, top: number, height: number): RowWindow {
  if (row <= 0 || count <= 0) return { start: 0, end: Math.max(0, count) };
  const step = OVERSCAN / 2;
  const first = Math.floor(Math.max(0, top) / row / step) * step;
  const shown = Math.ceil(height / row) + step;
  const start = Math.max(0, Math.min(first - OVERSCAN, count - shown));
  return { start, end: Math.min(count, first + shown + OVERSCAN) };
}
