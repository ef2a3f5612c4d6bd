/** The maximum number of frames of a scroll. Items near the target are measured once they are drawn. */
const MAX_FRAMES = 8;

/** The offsets and sizes (px) of the items of a virtual list. */
interface VirtualItems {
  getItemOffset: (index: number) => number;
  getItemSize: (index: number) => number;
}

/**
 * Returns the scroll position that shows an item at the start, with some room, or in the center.
 */
export function scrollTopFor(
  items: VirtualItems,
  index: number,
  align: 'start' | 'center',
  view: number,
) {
  const room = align === 'start' ? 24 : (view - items.getItemSize(index)) / 2;
  return items.getItemOffset(index) - room;
}

/** Calls `onSize` when an element changes its size. Returns a function that stops it. */
export function observeSize(elements: Element[], onSize: () => void): () => void {
  const observer = new ResizeObserver(onSize);
  for (const element of elements) observer.observe(element);
  return () => observer.disconnect();
}

/** Scrolls to a target frame by frame until it is reached or something else scrolls. */
export class ScrollTarget {
  #moves = 0;
  readonly #onCancel: () => void;

  /** `onCancel` is called when the target is given up. */
  constructor(onEnd: () => void) {
    this.#onCancel = onEnd;
  }

  /** Repeats `step`, which scrolls to the target's currently known position. */
  async moveTo(step: () => void): Promise<void> {
    this.#moves += 1;
    const move = this.#moves;
    for (let frames = 0; frames < MAX_FRAMES && move === this.#moves; frames += 1) {
      step();
      await new Promise(requestAnimationFrame);
    }
  }

  /** Gives up the target. */
  cancel = () => {
    this.#moves += 1;
    this.#onCancel();
  };

  /** Gives up the target when the user scrolls `view`. */
  cancelOnUserScroll = (view: HTMLElement) => {
    const events = ['wheel', 'pointerdown', 'keydown'] as const;
    for (const event of events) view.addEventListener(event, this.cancel, { passive: true });
    return () => {
      for (const event of events) view.removeEventListener(event, this.cancel);
    };
  };
}
