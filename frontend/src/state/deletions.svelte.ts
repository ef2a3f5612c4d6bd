import type { Client } from '../api/client';
import { ApiError, errorMessage } from '../api/problem';
import type { Conversation } from '../api/types';
import { appStrings } from '../strings/app';
import { toastStrings } from '../strings/inbox';
import { displayName } from './contact';
import { changedSince, type Conversations, type LastMessage } from './conversations.svelte';
import { applyCurrent, withExpected } from './expected-revision';
import { TOAST_DURATION, type Toasts } from './toasts.svelte';

/** Each user has a list of their own in the storage. */
const storageKey = (owner: string) => `partyline-deletions ${owner}`;

/** A conversation that is deleted once the time to undo has passed. */
interface Deletion extends LastMessage {
  /** The name of the contact. */
  name: string;
  /** When the time to undo has passed (ms). */
  due: number;
}

/**
 * Deletes conversations once the time to undo has passed.
 *
 * Until then a conversation is only hidden. It reappears, with a notice, if it has new messages by
 * then. What is pending survives a reload: it can be undone for the rest of its time.
 */
export class Deletions {
  /** Called with the conversation whose deletion was undone. */
  onUndo: (id: string) => void = () => undefined;
  readonly #client: Client;
  readonly #conversations: Conversations;
  readonly #toasts: Toasts;
  readonly #storage: Storage | undefined;
  #owner: string | null = null;
  #pending: Deletion[] = [];

  constructor(
    client: Client,
    conversations: Conversations,
    toasts: Toasts,
    storage: Storage | undefined = globalThis.localStorage as Storage | undefined,
  ) {
    this.#client = client;
    this.#conversations = conversations;
    this.#toasts = toasts;
    this.#storage = storage;
  }

  /** Continues what a user left pending in this browser. */
  resume(owner: string): void {
    this.#owner = owner;
    this.#pending = this.#load(owner);
    for (const deletion of this.#pending) this.#announce(deletion);
  }

  /** Deletes a conversation once the time to undo has passed. */
  remove(conversation: Conversation): void {
    const { conversation_id, rev, unread_count, preview } = conversation;
    const deletion = {
      conversation_id,
      rev,
      unread_count,
      preview: preview && { at: preview.at },
      name: displayName(conversation),
      due: Date.now() + TOAST_DURATION,
    };
    this.#setPending([...this.#pending, deletion]);
    this.#announce(deletion);
  }

  #announce(deletion: Deletion): void {
    const { conversation_id: id, name, due } = deletion;
    this.#hide(id, true);
    const undo = () => {
      this.#restore(id);
      this.onUndo(id);
    };
    this.#toasts.show(
      toastStrings.deleting(name),
      { label: appStrings.undo, run: undo },
      { onExpire: () => this.#delete(deletion), duration: Math.max(0, due - Date.now()) },
    );
  }

  async #delete(expected: Deletion): Promise<void> {
    const { conversation_id: id, name } = expected;
    try {
      const isDeleted = await withExpected(
        this.#conversations,
        expected,
        changedSince,
        async (rev) => {
          await this.#deleteOrFindGone(id, rev);
          this.#conversations.apply({ type: 'gone', conversation_id: id, rev });
          return true;
        },
      );
      if (!isDeleted) this.#restore(id);
      else this.#setPending(this.#pending.filter((other) => other.conversation_id !== id));
      this.#toasts.show(isDeleted ? toastStrings.deleted(name) : toastStrings.notDeleted(name));
    } catch (thrown) {
      applyCurrent(this.#conversations, thrown);
      this.#restore(id);
      // The sign-in screen reports an ended session.
      if (!(thrown instanceof ApiError && thrown.status === 401))
        this.#toasts.show(errorMessage(thrown));
    }
  }

  /** Deletes a conversation. One that another tab has deleted is gone as well. */
  async #deleteOrFindGone(id: string, rev: number): Promise<void> {
    try {
      await this.#client.deleteConversation(id, rev);
    } catch (thrown) {
      if (!(thrown instanceof ApiError && thrown.status === 404)) throw thrown;
    }
  }

  #restore(id: string): void {
    this.#setPending(this.#pending.filter((other) => other.conversation_id !== id));
    this.#hide(id, false);
  }

  #hide(id: string, hidden: boolean): void {
    this.#conversations.apply({ type: 'hidden', conversation_id: id, hidden });
  }

  #setPending(pending: Deletion[]): void {
    this.#pending = pending;
    if (this.#owner === null) return;
    const key = storageKey(this.#owner);
    try {
      if (pending.length) this.#storage?.setItem(key, JSON.stringify(pending));
      else this.#storage?.removeItem(key);
    } catch {
      // Without storage, a reload brings the conversation back.
    }
  }

  #load(owner: string): Deletion[] {
    try {
      return JSON.parse(this.#storage?.getItem(storageKey(owner)) ?? '[]') as Deletion[];
    } catch {
      return [];
    }
  }
}
