import { SvelteMap } from 'svelte/reactivity';
import type { Attached } from '../api/types';

const PLACE = 'partyline-drafts';

/** A text that is not sent yet. */
interface Draft {
  text: string;
  /** Files that have been uploaded to go with it. */
  media?: Attached[];
  /** What was given back: exactly this goes again under the same key, never twice. */
  tried?: { body: string; media?: string; key: string };
}

/** A text on its way to the server; its bubble stands already. */
export interface Sending {
  key: string;
  body: string;
  /** Files that go with it. */
  media?: Attached[];
  /** ISO 8601. */
  at: string;
  /** Why it did not go; it can be tried again under the same key. */
  problem: string | null;
}

/** What is kept, and for whom. */
interface Kept {
  owner: string;
  drafts: [string, Draft][];
  sending: [string, Sending[]][];
}

/**
 * What stands in each conversation's box, and what has left it and was not answered yet. Kept for
 * this tab and its person only, and gone at sign-out.
 */
export class Drafts {
  readonly #drafts = new SvelteMap<string, Draft>();
  readonly #sending = new SvelteMap<string, Sending[]>();
  readonly #storage: Storage | null;

  /** Whose drafts these are; nothing is kept before that is known. */
  #owner: string | null = null;

  constructor(storage: Storage | null = sessionStore()) {
    this.#storage = storage;
  }

  /** Takes up what this person left in this tab; what anybody else left is gone. */
  open(owner: string): void {
    if (owner === this.#owner) return;
    this.#drafts.clear();
    this.#sending.clear();
    this.#owner = owner;
    try {
      const kept = JSON.parse(this.#storage?.getItem(PLACE) ?? '{}') as Partial<Kept>;
      if (kept.owner === owner) {
        for (const one of kept.drafts ?? []) this.#drafts.set(...one);
        for (const one of kept.sending ?? []) this.#sending.set(...one);
      }
    } catch {
      // What cannot be read is no draft.
    }
    this.#keep();
  }

  text(id: string): string {
    return this.#drafts.get(id)?.text ?? '';
  }

  write(id: string, text: string): void {
    this.#put(id, { ...this.#drafts.get(id), text });
  }

  /** Files that have been uploaded and wait in the box. */
  media(id: string): Attached[] {
    return this.#drafts.get(id)?.media ?? [];
  }

  setMedia(id: string, media: Attached[]): void {
    this.#put(id, { ...this.#drafts.get(id), text: this.text(id), media });
  }

  /** Empties the box: what stood in it is on its way. */
  empty(id: string): void {
    this.#put(id, { text: '' });
  }

  /** Puts back what could not be sent. */
  giveBack(id: string, text: string, key: string, media: Attached[] = []): void {
    const tried = { body: text, media: namesOf(media), key };
    this.#put(id, { text, ...(media.length ? { media } : {}), tried });
  }

  /** The key under which exactly this was tried before. */
  keyFor(id: string, body: string, media: Attached[] = []): string | undefined {
    const tried = this.#drafts.get(id)?.tried;
    return tried?.body === body && (tried.media ?? '') === namesOf(media) ? tried.key : undefined;
  }

  /** The message with this key is stored after all: it need not be sent again. */
  arrived(id: string, key: string, body: string): void {
    const draft = this.#drafts.get(id);
    if (draft?.tried?.key === key && draft.text.trim() === body) this.empty(id);
  }

  /** What has left the box of a conversation and was not answered yet, in the order of the clicks. */
  sending(id: string): Sending[] {
    return this.#sending.get(id) ?? [];
  }

  /** The conversations in which something is on its way. */
  get leaving(): string[] {
    return [...this.#sending.keys()];
  }

  setSending(id: string, sending: Sending[]): void {
    if (sending.length) this.#sending.set(id, sending);
    else this.#sending.delete(id);
    this.#keep();
  }

  clear(): void {
    this.#drafts.clear();
    this.#sending.clear();
    this.#keep();
    this.#owner = null;
  }

  #put(id: string, { text, media, tried }: Draft): void {
    if (!text && !media?.length) this.#drafts.delete(id);
    else {
      const kept = media?.length ? { media } : {};
      this.#drafts.set(id, { text, ...kept, ...(tried ? { tried } : {}) });
    }
    this.#keep();
  }

  #keep(): void {
    if (this.#owner === null) return;
    const kept: Kept = {
      owner: this.#owner,
      drafts: [...this.#drafts],
      sending: [...this.#sending],
    };
    try {
      if (this.#drafts.size + this.#sending.size > 0)
        this.#storage?.setItem(PLACE, JSON.stringify(kept));
      else this.#storage?.removeItem(PLACE);
    } catch {
      // A full or forbidden store costs the draft a reload, nothing more.
    }
  }
}

const namesOf = (media: Attached[]) => media.map((one) => one.upload_id).join(' ');

function sessionStore(): Storage | null {
  try {
    return globalThis.sessionStorage;
  } catch {
    return null;
  }
}
