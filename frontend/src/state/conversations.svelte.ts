import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import type { Conversation } from '../api/types';

/**
 * A change of the conversation store.
 *
 * `gone`: the server does not know the id. `hidden`: the user is about to delete it, or has undone
 * that. `listed`: the first list is complete, so later messages are new.
 */
export type ConversationEvent =
  | { type: 'conversation'; conversation: Conversation }
  | { type: 'gone'; conversation_id: string; rev: number }
  | { type: 'hidden'; conversation_id: string; hidden: boolean }
  | { type: 'listed' };

/** What tells whether a conversation has new messages. */
export interface LastMessage extends Pick<
  Conversation,
  'conversation_id' | 'rev' | 'unread_count'
> {
  preview: { at: string } | null;
}

/** All conversations that the page knows. `apply` is the only writer. */
export class Conversations {
  readonly #byId = new SvelteMap<string, Conversation>();
  readonly #gone = new Map<string, number>();
  readonly #hidden = new SvelteSet<string>();
  /** The time of the newest message in the first list (ms); null before that list. */
  #firstListedAt: number | null = null;
  /** Called when a new message of a customer becomes known, pushed or loaded. */
  onNewMessage: (conversation: Conversation) => void = () => undefined;

  /** Applies an event. The higher `rev` wins, so order and repetition do not matter. */
  apply(event: ConversationEvent): void {
    if (event.type === 'hidden') {
      if (event.hidden) this.#hidden.add(event.conversation_id);
      else this.#hidden.delete(event.conversation_id);
      return;
    }
    if (event.type === 'gone') {
      this.#hidden.delete(event.conversation_id);
      const { conversation_id: id, rev } = event;
      this.#gone.set(id, Math.max(rev, this.#gone.get(id) ?? 0));
      if ((this.#byId.get(id)?.rev ?? 0) <= rev) this.#byId.delete(id);
      return;
    }
    if (event.type === 'listed') {
      this.#firstListedAt ??= Math.max(0, ...[...this.#byId.values()].map(lastMessageAt));
      return;
    }
    const { conversation_id: id, rev } = event.conversation;
    if (rev <= (this.#gone.get(id) ?? 0)) return;
    const known = this.#byId.get(id);
    if (known && rev <= known.rev) return;
    this.#byId.set(id, event.conversation);
    if (this.#isNewMessage(event.conversation, known)) this.onNewMessage(event.conversation);
  }

  get(id: string): Conversation | undefined {
    return this.#byId.get(id);
  }

  get all(): Conversation[] {
    const hidden = this.#hidden;
    return [...this.#byId.values()].filter(
      (conversation) => !hidden.has(conversation.conversation_id),
    );
  }

  clear(): void {
    this.#byId.clear();
    this.#gone.clear();
    this.#hidden.clear();
    this.#firstListedAt = null;
  }

  #isNewMessage(current: Conversation, known: Conversation | undefined): boolean {
    if (this.#firstListedAt === null || !isUnread(current)) return false;
    if (known && current.unread_count > known.unread_count) return true;
    const later = lastMessageAt(current) > (known ? lastMessageAt(known) : this.#firstListedAt);
    return later && current.preview?.direction === 'inbound';
  }
}

/** Returns the time of the last message (ms). */
const lastMessageAt = ({ preview }: Conversation): number => (preview ? Date.parse(preview.at) : 0);

/** Returns whether a conversation is open and has unread messages. */
export function isUnread({ status, unread_count }: Conversation): boolean {
  return status === 'open' && unread_count > 0;
}

/**
 * Returns whether the customer may have written since the expected state.
 *
 * Messages that were read and answered in the meantime do not count.
 */
export function customerWroteSince(expected: Conversation, current: Conversation): boolean {
  return (
    changedSince(expected, current) &&
    (current.preview?.direction === 'inbound' || current.unread_count > 0)
  );
}

/** Returns whether any message was added since the expected state, by either side. */
export function changedSince(expected: LastMessage, current: LastMessage): boolean {
  return (
    current.unread_count > expected.unread_count || current.preview?.at !== expected.preview?.at
  );
}

/** Compares by newest activity first, then by id, so that all pages agree. */
export function byActivity(a: Conversation, b: Conversation): number {
  return updatedAt(b) - updatedAt(a) || (a.conversation_id < b.conversation_id ? 1 : -1);
}

/** Caches the parsed times: every event sorts up to five thousand rows. */
const times = new WeakMap<Conversation, number>();

function updatedAt(conversation: Conversation): number {
  const known = times.get(conversation);
  if (known !== undefined) return known;
  const time = Date.parse(conversation.date_updated);
  times.set(conversation, time);
  return time;
}
