/** How many texts that appeared on the desk are remembered. */
const MAX_SIGHTINGS = 200;
/** What has not appeared after this long was not seen. */
const WAIT_TIMEOUT = 30_000;
/** Older texts on the desk have nothing to do with what arrives now. */
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
 * Looks at what really stands on the desk, in the page's own frame beside the phones: every message and every row that
 * is put there, and when. It reads the drawn page and asks nobody.
 */
export class DeskObserver {
  #sightings: Sighting[] = [];
  #expectations: Expectation[] = [];
  #observer: MutationObserver | null = null;

  /** Looks at this document from now on. */
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
      // Painted with the next frame, not before.
      requestAnimationFrame(() => this.record(texts, performance.now()));
    });
    this.#observer.observe(root, { childList: true, subtree: true, characterData: true });
  }

  /** Looks no more. */
  stop(): void {
    this.#observer?.disconnect();
    this.#observer = null;
  }

  /** Notes that these texts stand on the desk since `at` (ms of `performance.now`). */
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

  /** Calls `tell` once, when `body` appears on the desk after now. */
  waitFor(body: string, onSeen: (at: number) => void): void {
    this.#expectations.push({
      text: collapseSpaces(body),
      expiresAt: performance.now() + WAIT_TIMEOUT,
      onSeen,
    });
  }

  /** Since when `body` stands on the desk, if it was seen to appear a short while ago. */
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

/** The message or the row that `node` belongs to or is. */
function containingItem(node: Node): Element | null {
  const element = node.nodeType === 1 ? (node as Element) : node.parentElement;
  const place = '[data-message-id], [data-conversation-id], [role="log"] > *, article, li';
  return element?.closest(place) ?? element;
}

/** Without the difference between spaces and line ends. */
const collapseSpaces = (text: string) => text.replace(/\s+/g, ' ').trim();
