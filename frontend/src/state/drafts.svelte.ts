import { SvelteMap } from 'svelte/reactivity';
import type { UploadedFile } from '../api/types';

const STORAGE_KEY = 'partyline-drafts';

/** A message that is not sent yet. */
interface Draft {
  text: string;
  /** Uploaded files that belong to it. */
  media?: UploadedFile[];
  /** The last failed attempt, with its upload IDs. The same content is sent again under the same idempotency key. */
  lastAttempt?: { body: string; media: string; key: string };
}

/** A message on its way to the server, already shown as a bubble. */
export interface PendingSend {
  key: string;
  body: string;
  /** Uploaded files that belong to it. */
  media?: UploadedFile[];
  /** ISO 8601. */
  at: string;
  /** Why sending failed. It can be retried under the same key. */
  problem: string | null;
}

/** The stored form, with its user. */
interface StoredDrafts {
  owner: string;
  drafts: [string, Draft][];
  pendingSends: [string, PendingSend[]][];
}

/**
 * Drafts and pending sends of each conversation.
 *
 * Kept in this tab for one user; cleared on sign-out.
 */
export class Drafts {
  readonly #drafts = new SvelteMap<string, Draft>();
  readonly #pendingSends = new SvelteMap<string, PendingSend[]>();
  readonly #storage: Storage | null;

  /** The user whose drafts these are. Nothing is stored before it is known. */
  #owner: string | null = null;

  constructor(storage: Storage | null = getSessionStorage()) {
    this.#storage = storage;
  }

  /** Loads the drafts of a user from this tab's storage and discards those of other users. */
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
      // Invalid stored data is ignored.
    }
    this.#save();
  }

  text(id: string): string {
    return this.#drafts.get(id)?.text ?? '';
  }

  setText(id: string, text: string): void {
    this.#put(id, { ...this.#drafts.get(id), text });
  }

  /** Returns the uploaded files of a draft. */
  media(id: string): UploadedFile[] {
    return this.#drafts.get(id)?.media ?? [];
  }

  setMedia(id: string, media: UploadedFile[]): void {
    this.#put(id, { ...this.#drafts.get(id), text: this.text(id), media });
  }

  /** Empties the draft after it was handed over for sending. */
  clearDraft(id: string): void {
    this.#put(id, { text: '' });
  }

  /** Puts a message back into the draft after sending failed. */
  restore(id: string, text: string, key: string, media: UploadedFile[] = []): void {
    const lastAttempt = { body: text, media: joinUploadIds(media), key };
    this.#put(id, { text, ...(media.length ? { media } : {}), lastAttempt });
  }

  /** Returns the idempotency key of the last attempt if text and files are unchanged. */
  findRetryKey(id: string, body: string, media: UploadedFile[] = []): string | undefined {
    const lastAttempt = this.#drafts.get(id)?.lastAttempt;
    return lastAttempt?.body === body && lastAttempt.media === joinUploadIds(media)
      ? lastAttempt.key
      : undefined;
  }

  /** Clears the draft if the message with this key was stored after all. */
  discardIfStored(id: string, key: string, body: string): void {
    const draft = this.#drafts.get(id);
    if (draft?.lastAttempt?.key === key && draft.text.trim() === body) this.clearDraft(id);
  }

  /** Returns the messages of a conversation that wait for the server's response, oldest first. */
  pendingSends(id: string): PendingSend[] {
    return this.#pendingSends.get(id) ?? [];
  }

  /** The ids of conversations with pending sends. */
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
      // Without storage, a draft is only lost on reload.
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
