import { SvelteMap } from 'svelte/reactivity';
import type { UploadedFile } from '../api/types';

const STORAGE_KEY = 'partyline-drafts';

/** A text that is not sent yet. */
interface Draft {
  text: string;
  /** Files that have been uploaded to go with it. */
  media?: UploadedFile[];
  /** What was given back: exactly this goes again under the same key, never twice. */
  lastAttempt?: { body: string; media?: string; key: string };
}

/** A text on its way to the server; its bubble stands already. */
export interface PendingSend {
  key: string;
  body: string;
  /** Files that go with it. */
  media?: UploadedFile[];
  /** ISO 8601. */
  at: string;
  /** Why it did not go; it can be tried again under the same key. */
  problem: string | null;
}

/** What is kept, and for whom. */
interface StoredDrafts {
  owner: string;
  drafts: [string, Draft][];
  pendingSends: [string, PendingSend[]][];
}

/**
 * What stands in each conversation's box, and what has left it and was not answered yet. Kept for
 * this tab and its person only, and gone at sign-out.
 */
export class Drafts {
  readonly #drafts = new SvelteMap<string, Draft>();
  readonly #pendingSends = new SvelteMap<string, PendingSend[]>();
  readonly #storage: Storage | null;

  /** Whose drafts these are; nothing is kept before that is known. */
  #owner: string | null = null;

  constructor(storage: Storage | null = getSessionStorage()) {
    this.#storage = storage;
  }

  /** Takes up what this person left in this tab; what anybody else left is gone. */
  open(owner: string): void {
    if (owner === this.#owner) return;
    this.#drafts.clear();
    this.#pendingSends.clear();
    this.#owner = owner;
    try {
      const stored = JSON.parse(
        this.#storage?.getItem(STORAGE_KEY) ?? '{}',
      ) as Partial<StoredDrafts>;
      if (stored.owner === owner) {
        for (const entry of stored.drafts ?? []) this.#drafts.set(...entry);
        for (const entry of stored.pendingSends ?? []) this.#pendingSends.set(...entry);
      }
    } catch {
      // What cannot be read is no draft.
    }
    this.#save();
  }

  text(id: string): string {
    return this.#drafts.get(id)?.text ?? '';
  }

  setText(id: string, text: string): void {
    this.#put(id, { ...this.#drafts.get(id), text });
  }

  /** Files that have been uploaded and wait in the box. */
  media(id: string): UploadedFile[] {
    return this.#drafts.get(id)?.media ?? [];
  }

  setMedia(id: string, media: UploadedFile[]): void {
    this.#put(id, { ...this.#drafts.get(id), text: this.text(id), media });
  }

  /** Empties the box: what stood in it is on its way. */
  clearDraft(id: string): void {
    this.#put(id, { text: '' });
  }

  /** Puts back what could not be sent. */
  restore(id: string, text: string, key: string, media: UploadedFile[] = []): void {
    const lastAttempt = { body: text, media: joinUploadIds(media), key };
    this.#put(id, { text, ...(media.length ? { media } : {}), lastAttempt });
  }

  /** The key under which exactly this was tried before. */
  findRetryKey(id: string, body: string, media: UploadedFile[] = []): string | undefined {
    const lastAttempt = this.#drafts.get(id)?.lastAttempt;
    return lastAttempt?.body === body && (lastAttempt.media ?? '') === joinUploadIds(media)
      ? lastAttempt.key
      : undefined;
  }

  /** The message with this key is stored after all: it need not be sent again. */
  discardIfStored(id: string, key: string, body: string): void {
    const draft = this.#drafts.get(id);
    if (draft?.lastAttempt?.key === key && draft.text.trim() === body) this.clearDraft(id);
  }

  /** What has left the box of a conversation and was not answered yet, in the order of the clicks. */
  pendingSends(id: string): PendingSend[] {
    return this.#pendingSends.get(id) ?? [];
  }

  /** The conversations in which something is on its way. */
  get pendingIds(): string[] {
    return [...this.#pendingSends.keys()];
  }

  setPendingSends(id: string, pendingSends: PendingSend[]): void {
    if (pendingSends.length) this.#pendingSends.set(id, pendingSends);
    else this.#pendingSends.delete(id);
    this.#save();
  }

  clear(): void {
    this.#drafts.clear();
    this.#pendingSends.clear();
    this.#save();
    this.#owner = null;
  }

  #put(id: string, { text, media, lastAttempt }: Draft): void {
    if (!text && !media?.length) this.#drafts.delete(id);
    else {
      const files = media?.length ? { media } : {};
      this.#drafts.set(id, { text, ...files, ...(lastAttempt ? { lastAttempt } : {}) });
    }
    this.#save();
  }

  #save(): void {
    if (this.#owner === null) return;
    const stored: StoredDrafts = {
      owner: this.#owner,
      drafts: [...this.#drafts],
      pendingSends: [...this.#pendingSends],
    };
    try {
      if (this.#drafts.size + this.#pendingSends.size > 0)
        this.#storage?.setItem(STORAGE_KEY, JSON.stringify(stored));
      else this.#storage?.removeItem(STORAGE_KEY);
    } catch {
      // A full or forbidden store costs the draft a reload, nothing more.
    }
  }
}

const joinUploadIds = (media: UploadedFile[]) => media.map((entry) => entry.upload_id).join(' ');

function getSessionStorage(): Storage | null {
  try {
    return globalThis.sessionStorage;
  } catch {
    return null;
  }
}
