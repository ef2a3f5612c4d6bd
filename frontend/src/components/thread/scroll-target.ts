/** How long (frames) an aim is held: what lies where it leads is measured only when it has been drawn. */
const MAX_FRAMES = 8;

/** Where an item of a virtual list stands (px from its start), and how high it is. */
interface VirtualItems {
  getItemOffset: (index: number) => number;
  getItemSize: (index: number) => number;
}

/** Where the view begins that has an item at its start, with some room above, or in its middle. */
export function scrollTopFor(
  items: VirtualItems,
  index: number,
  align: 'start' | 'center',
  view: number,
) {
  const room = align === 'start' ? 24 : (view - items.getItemSize(index)) / 2;
  return items.getItemOffset(index) - room;
}

/** Calls `onSize` when one of these is of another size. Returns how to stop. */
export function observeSize(elements: Element[], onSize: () => void): () => void {
  const observer = new ResizeObserver(onSize);
  for (const element of elements) observer.observe(element);
  return () => observer.disconnect();
}

/** Brings the view somewhere, frame after frame, until it rests there or something else moves it. */
export class ScrollTarget {
  #moves = 0;
  readonly #onCancel: () => void;

  /** `onEnd` is called when the view goes elsewhere. */
  constructor(onEnd: () => void) {
    this.#onCancel = onEnd;
  }

  /** Sets out: `step` moves the view to where its goal is known to be by now. */
  async moveTo(step: () => void): Promise<void> {
    this.#moves += 1;
    const move = this.#moves;
    for (let frames = 0; frames < MAX_FRAMES && move === this.#moves; frames += 1) {
      step();
      await new Promise(requestAnimationFrame);
    }
  }

  /** The view goes elsewhere. */
  cancel = () => {
    this.#moves += 1;
    this.#onCancel();
  };

  /** Who scrolls `view` goes elsewhere. */
  cancelOnUserScroll = (view: HTMLElement) => {
    const events = ['wheel', 'pointerdown', 'keydown'] as const;
    for (const event of events) view.addEventListener(event, this.cancel, { passive: true });
    return () => {
      for (const event of events) view.removeEventListener(event, this.cancel);
    };
  };
}
