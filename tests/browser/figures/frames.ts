import type { JSHandle, Page } from '@playwright/test';

/** Measurements of the frames while scrolling. */
export interface Frames {
  /** The time between frames (ms). */
  gaps: number[];
  /** The largest number of elements and of rows. */
  elements: number;
  rows: number;
  /** Frames with an empty middle. */
  blank: number;
  /** Frames whose middle moved by more than 2 px without scrolling, and the largest move (px). */
  jumps: number;
  furthest: number;
  /** The scrolled distance (px). */
  scrolled: number;
}

/** Watches a scroller in the page until it is stopped. */
export interface Watch {
  /** Scrolls to the top (-1) or end (1) with each frame; 0 stops it. */
  hold(end: -1 | 0 | 1): void;
  /** Drags from here to the other end in this many frames. */
  drag(frames: number): Promise<void>;
  /** Waits for this many frames. */
  rest(frames: number): Promise<void>;
  stop(): Frames;
}

/** Watches the scroller around the first `row`, measuring after each paint. */
export function watch(page: Page, row: string): Promise<JSHandle<Watch>> {
  return page.evaluateHandle((row): Watch => {
    let view = document.querySelector<HTMLElement>(row);
    while (view && !/auto|scroll/.test(getComputedStyle(view).overflowY)) view = view.parentElement;
    const own = Object.getOwnPropertyDescriptor(Element.prototype, 'scrollTop');
    if (!view || !own?.get || !own.set) throw new Error(`nothing is scrolled around ${row}`);
    const scroller = view;
    const top = () => Number(own.get?.call(scroller));
    const put = (to: number) => own.set?.call(scroller, to);

    // Scrolling by the page itself is not counted as the user's.
    let adjusted = 0;
    const counted = (scroll: () => void) => {
      const before = top();
      scroll();
      adjusted += top() - before;
    };
    const set = (to: number) => counted(() => put(to));
    Object.defineProperty(scroller, 'scrollTop', { configurable: true, get: top, set });
    const names = ['scroll', 'scrollTo', 'scrollBy'] as const;
    for (const name of names) {
      const native = scroller[name].bind(scroller) as (...where: unknown[]) => void;
      scroller[name] = (...where: unknown[]) => counted(() => native(...where));
    }

    const seen: Frames = {
      gaps: [],
      elements: 0,
      rows: 0,
      blank: 0,
      jumps: 0,
      furthest: 0,
      scrolled: 0,
    };
    /** Scrolls once per frame, after painting. */
    let move: (() => void) | null = null;
    let last = 0;
    let frame = 0;
    let anchor: { element: Element; place: number; adjusted: number } | null = null;
    let at = top();

    const look = () => {
      const box = scroller.getBoundingClientRect();
      const place = (element: Element) => element.getBoundingClientRect().top - box.top + top();
      if (anchor?.element.isConnected) {
        const moved = place(anchor.element) - anchor.place - (adjusted - anchor.adjusted);
        seen.furthest = Math.max(seen.furthest, Math.abs(moved));
        if (Math.abs(moved) > 2) seen.jumps += 1;
      }
      const before = anchor?.adjusted ?? adjusted;
      seen.scrolled += Math.abs(top() - at - (adjusted - before));
      at = top();
      const rows = [...scroller.querySelectorAll(row)];
      const middle = box.top + box.height / 2;
      const next = rows.find((one) => one.getBoundingClientRect().bottom > middle);
      if (!next || next.getBoundingClientRect().top > middle + 60) seen.blank += 1;
      anchor = next ? { element: next, place: place(next), adjusted } : null;
      seen.rows = Math.max(seen.rows, rows.length);
      seen.elements = Math.max(seen.elements, document.getElementsByTagName('*').length);
    };
    const painted = new MessageChannel();
    painted.port1.onmessage = () => {
      look();
      move?.();
    };
    const step = (now: number) => {
      if (last) seen.gaps.push(now - last);
      last = now;
      painted.port2.postMessage(null);
      frame = requestAnimationFrame(step);
    };
    frame = requestAnimationFrame(step);

    const frames = () => new Promise(requestAnimationFrame);
    return {
      hold(end) {
        move = end ? () => put(end < 0 ? 0 : scroller.scrollHeight) : null;
      },
      drag(count) {
        const from = top();
        const far = scroller.scrollHeight - scroller.clientHeight;
        const to = from > far / 2 ? 0 : far;
        let n = 0;
        return new Promise((done) => {
          move = () => {
            n += 1;
            put(from + ((to - from) * n) / count);
            if (n < count) return;
            move = null;
            done();
          };
        });
      },
      async rest(count) {
        for (let n = 0; n < count; n++) await frames();
      },
      stop() {
        cancelAnimationFrame(frame);
        painted.port1.close();
        for (const name of ['scrollTop', ...names]) Reflect.deleteProperty(scroller, name);
        return seen;
      },
    };
  }, row);
}
