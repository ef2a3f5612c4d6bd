/** How many texts that appeared on the desk are remembered. */
const REMEMBERED = 200;
/** What has not appeared after this long was not seen. */
const PATIENCE = 30_000;
/** Older texts on the desk have nothing to do with what arrives now. */
const RECENT = 60_000;

interface Sighting {
  text: string;
  at: number;
}

interface Wish {
  text: string;
  until: number;
  tell: (at: number) => void;
}

/**
 * Looks at what really stands on the desk, in the page's own frame beside the phones: every message and every row that
 * is put there, and when. It reads the drawn page and asks nobody.
 */
export class DeskWatch {
  #sightings: Sighting[] = [];
  #wishes: Wish[] = [];
  #observer: MutationObserver | null = null;

  /** Looks at this document from now on. */
  look(document: Document): void {
    this.#observer?.disconnect();
    const root = document.body;
    const Observer = document.defaultView?.MutationObserver ?? MutationObserver;
    this.#observer = new Observer((changes) => {
      const places = new Set<Element>();
      for (const change of changes) {
        const nodes = change.type === 'childList' ? [...change.addedNodes] : [change.target];
        for (const node of nodes) places.add(placeOf(node) ?? root);
      }
      places.delete(root);
      const texts = [...places].map((place) => place.textContent);
      // Painted with the next frame, not before.
      requestAnimationFrame(() => this.sees(texts, performance.now()));
    });
    this.#observer.observe(root, { childList: true, subtree: true, characterData: true });
  }

  /** Looks no more. */
  stop(): void {
    this.#observer?.disconnect();
    this.#observer = null;
  }

  /** Notes that these texts stand on the desk since `at` (ms of `performance.now`). */
  sees(texts: string[], at: number): void {
    for (const text of texts.map(plain)) {
      this.#sightings.push({ text, at });
      this.#wishes = this.#wishes.filter((wish) => {
        if (!text.includes(wish.text)) return wish.until > at;
        wish.tell(at);
        return false;
      });
    }
    this.#sightings = this.#sightings.slice(-REMEMBERED);
  }

  /** Calls `tell` once, when `body` appears on the desk after now. */
  shows(body: string, tell: (at: number) => void): void {
    this.#wishes.push({ text: plain(body), until: performance.now() + PATIENCE, tell });
  }

  /** Since when `body` stands on the desk, if it was seen to appear a short while ago. */
  stoodAt(body: string): number | null {
    const text = plain(body);
    const since = performance.now() - RECENT;
    const seen = this.#sightings.find((one) => one.at > since && one.text.includes(text));
    this.#sightings = this.#sightings.filter((one) => one !== seen);
    return seen?.at ?? null;
  }
}

/** The message or the row that `node` belongs to or is. */
function placeOf(node: Node): Element | null {
  const element = node.nodeType === 1 ? (node as Element) : node.parentElement;
  const place = '[data-message-id], [data-conversation-id], [role="log"] > *, article, li';
  return element?.closest(place) ?? element;
}

/** Without the difference between spaces and line ends. */
const plain = (text: string) => text.replace(/\s+/g, ' ').trim();
