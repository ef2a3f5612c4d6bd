import { SvelteMap } from 'svelte/reactivity';

const PLACE = 'partyline-drafts';

/** A text that is not sent yet. */
interface Draft {
  text: string;
  /** Set when the text was given back: the same text goes again under the same key, never twice. */
  key?: string;
}

/** What stands in each conversation's box. Kept for this tab only, and gone at sign-out. */
export class Drafts {
  readonly #drafts = new SvelteMap<string, Draft>();
  readonly #storage: Storage | null;

  constructor(storage: Storage | null = sessionStore()) {
    this.#storage = storage;
    try {
      const kept = JSON.parse(storage?.getItem(PLACE) ?? '[]') as [string, Draft][];
      for (const [id, draft] of kept) this.#drafts.set(id, draft);
    } catch {
      // What cannot be read is no draft.
    }
  }

  text(id: string): string {
    return this.#drafts.get(id)?.text ?? '';
  }

  write(id: string, text: string): void {
    const key = this.#drafts.get(id)?.key;
    if (!text) this.#drafts.delete(id);
    else this.#drafts.set(id, { text, ...(key ? { key } : {}) });
    this.#keep();
  }

  /** Puts back what could not be sent. */
  giveBack(id: string, text: string, key: string): void {
    this.#drafts.set(id, { text, key });
    this.#keep();
  }

  /** The key under which exactly this text was tried before. */
  keyFor(id: string, body: string): string | undefined {
    const draft = this.#drafts.get(id);
    return draft?.text.trim() === body ? draft.key : undefined;
  }

  /** The message with this key is stored after all: its text need not be sent again. */
  arrived(id: string, key: string, body: string): void {
    if (this.#drafts.get(id)?.key === key && this.keyFor(id, body)) this.write(id, '');
  }

  clear(): void {
    this.#drafts.clear();
    this.#keep();
  }

  #keep(): void {
    try {
      if (this.#drafts.size) this.#storage?.setItem(PLACE, JSON.stringify([...this.#drafts]));
      else this.#storage?.removeItem(PLACE);
    } catch {
      // A full or forbidden store costs the draft a reload, nothing more.
    }
  }
}

function sessionStore(): Storage | null {
  try {
    return globalThis.sessionStorage;
  } catch {
    return null;
  }
}
