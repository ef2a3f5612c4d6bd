/** The maximum number of sightings that are kept. */
const MAX_SIGHTINGS = 200;
/** An expectation is dropped after this time (ms). */
const WAIT_TIMEOUT = 30_000;
/** Sightings older than this (ms) belong to other messages. */
const SIGHTING_TTL = 60_000;

interface Sighting {
  text: string;
  at: number;
}

interface Expectation {
  text: string;
  expiresAt: number;
  onSeen: (at: number) => void;
}

/**
 * Records which messages and rows appear on the desk in its iframe, and when.
 *
 * Reads the rendered page only.
 */
export class DeskObserver {
  #sightings: Sighting[] = [];
  #expectations: Expectation[] = [];
  #observer: MutationObserver | null = null;

  /** Observes this document from now on. */
  observe(document: Document): void {
    this.#observer?.disconnect();
    const root = document.body;
    const Observer = document.defaultView?.MutationObserver ?? MutationObserver;
    this.#observer = new Observer((changes) => {
      const places = new Set<Element>();
      for (const change of changes) {
        const nodes = change.type === 'childList' ? [...change.addedNodes] : [change.target];
        for (const node of nodes) places.add(containingItem(node) ?? root);
      }
      places.delete(root);
      const texts = [...places].map((place) => place.textContent);
      // The text is painted with the next frame.
      requestAnimationFrame(() => this.record(texts, performance.now()));
    });
    this.#observer.observe(root, { childList: true, subtree: true, characterData: true });
  }

  /** Stops observing. */
  stop(): void {
    this.#observer?.disconnect();
    this.#observer = null;
  }

  /** Records that these texts appeared at `at` (ms of `performance.now`). */
  record(texts: string[], at: number): void {
    for (const text of texts.map(collapseSpaces)) {
      this.#sightings.push({ text, at });
      this.#expectations = this.#expectations.filter((expectation) => {
        if (!text.includes(expectation.text)) return expectation.expiresAt > at;
        expectation.onSeen(at);
        return false;
      });
    }
    this.#sightings = this.#sightings.slice(-MAX_SIGHTINGS);
  }

  /** Calls `onSeen` once when `body` appears on the desk. */
  waitFor(body: string, onSeen: (at: number) => void): void {
    this.#expectations.push({
      text: collapseSpaces(body),
      expiresAt: performance.now() + WAIT_TIMEOUT,
      onSeen,
    });
  }

  /** Returns when `body` appeared on the desk, if that was recently; null otherwise. */
  firstSeenAt(body: string): number | null {
    const text = collapseSpaces(body);
    const since = performance.now() - SIGHTING_TTL;
    const seen = this.#sightings.find(
      (sighting) => sighting.at > since && sighting.text.includes(text),
    );
    this.#sightings = this.#sightings.filter((sighting) => sighting !== seen);
    return seen?.at ?? null;
  }
}

/** Returns the message or row that contains a node. */
function containingItem(node: Node): Element | null {
  const element = node.nodeType === 1 ? (node as Element) : node.parentElement;
  const place = '[data-message-id], [data-conversation-id], [role="log"] > *, article, li';
  return element?.closest(place) ?? element;
}

/** Replaces each run of white space by one space. */
const collapseSpaces = (text: string) => text.replace(/\s+/g, ' ').trim();
