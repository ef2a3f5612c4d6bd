/** How long (frames) an aim is held: what lies where it leads is measured only when it has been drawn. */
const HELD = 8;

/** Where an item of a virtual list stands (px from its start), and how high it is. */
interface Items {
  getItemOffset: (index: number) => number;
  getItemSize: (index: number) => number;
}

/** Where the view begins that has an item at its start, with some room above, or in its middle. */
export function topOf(items: Items, index: number, align: 'start' | 'center', view: number) {
  const room = align === 'start' ? 24 : (view - items.getItemSize(index)) / 2;
  return items.getItemOffset(index) - room;
}

/** Calls `onSize` when one of these is of another size. Returns how to stop. */
export function followSize(elements: Element[], onSize: () => void): () => void {
  const observer = new ResizeObserver(onSize);
  for (const element of elements) observer.observe(element);
  return () => observer.disconnect();
}

/** Brings the view somewhere, frame after frame, until it rests there or something else moves it. */
export class Aim {
  #aims = 0;
  readonly #onEnd: () => void;

  /** `onEnd` is called when the view goes elsewhere. */
  constructor(onEnd: () => void) {
    this.#onEnd = onEnd;
  }

  /** Sets out: `step` moves the view to where its goal is known to be by now. */
  async take(step: () => void): Promise<void> {
    this.#aims += 1;
    const mine = this.#aims;
    for (let frames = 0; frames < HELD && mine === this.#aims; frames += 1) {
      step();
      await new Promise(requestAnimationFrame);
    }
  }

  /** The view goes elsewhere. */
  end = () => {
    this.#aims += 1;
    this.#onEnd();
  };

  /** Who scrolls `view` goes elsewhere. */
  yieldTo = (view: HTMLElement) => {
    const events = ['wheel', 'pointerdown', 'keydown'] as const;
    for (const event of events) view.addEventListener(event, this.end, { passive: true });
    return () => {
      for (const event of events) view.removeEventListener(event, this.end);
    };
  };
}
