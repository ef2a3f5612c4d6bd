import { SvelteMap } from 'svelte/reactivity';

const PLACE = 'partyline-drafts';

/** A text that is not sent yet. */
interface Draft {
  text: string;
  /** What was given back: exactly this text goes again under the same key, never twice. */
  tried?: { body: string; key: string };
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
    const tried = this.#drafts.get(id)?.tried;
    if (!text) this.#drafts.delete(id);
    else this.#drafts.set(id, { text, ...(tried ? { tried } : {}) });
    this.#keep();
  }

  /** Puts back what could not be sent. */
  giveBack(id: string, text: string, key: string): void {
    this.#drafts.set(id, { text, tried: { body: text, key } });
    this.#keep();
  }

  /** The key under which exactly this text was tried before. */
  keyFor(id: string, body: string): string | undefined {
    const tried = this.#drafts.get(id)?.tried;
    return tried?.body === body ? tried.key : undefined;
  }

  /** The message with this key is stored after all: its text need not be sent again. */
  arrived(id: string, key: string, body: string): void {
    const draft = this.#drafts.get(id);
    if (draft?.tried?.key === key && draft.text.trim() === body) this.write(id, '');
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
