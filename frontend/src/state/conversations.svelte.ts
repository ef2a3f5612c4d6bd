import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import type { Conversation } from '../api/types';

/**
 * What may happen to a conversation. `gone`: it was asked for by id and is not there. `hidden`:
 * somebody here is about to delete it, or has thought better of it. `listed`: the list was read for
 * the first time, and what comes later is news.
 */
export type ConversationEvent =
  | { type: 'conversation'; conversation: Conversation }
  | { type: 'gone'; conversation_id: string; rev: number }
  | { type: 'hidden'; conversation_id: string; hidden: boolean }
  | { type: 'listed' };

/** Every conversation the page has heard of. `apply` is the only writer. */
export class Conversations {
  readonly #byId = new SvelteMap<string, Conversation>();
  readonly #gone = new Map<string, number>();
  readonly #hidden = new SvelteSet<string>();
  /** When the last thing happened of which the first list told (ms); null before it. */
  #firstListedAt: number | null = null;
  /** Called when a customer has written since the page last heard of them, by whatever way it learns that. */
  onNewMessage: (conversation: Conversation) => void = () => undefined;

  /** Takes an event; the higher `rev` wins, so order and repetition do not matter. */
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

  /** How many conversations wait for an answer, of those the page has heard of. */
  get unreadCount(): number {
    let count = 0;
    for (const conversation of this.all) if (isUnread(conversation)) count += 1;
    return count;
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

/** When the last message was written (ms). */
const lastMessageAt = ({ preview }: Conversation): number => (preview ? Date.parse(preview.at) : 0);

/** Somebody there waits for an answer: what is closed waits for none, whatever was left unread. */
export function isUnread({ status, unread_count }: Conversation): boolean {
  return status === 'open' && unread_count > 0;
}

/**
 * Whether they may have written what `seen` does not show. What was read and answered meanwhile is
 * nothing that was missed.
 */
export function customerWroteSince(expected: Conversation, current: Conversation): boolean {
  return (
    changedSince(expected, current) &&
    (current.preview?.direction === 'inbound' || current.unread_count > 0)
  );
}

/** Whether anything was written that `seen` does not show, by whomever. */
export function changedSince(expected: Conversation, current: Conversation): boolean {
  return (
    current.unread_count > expected.unread_count || current.preview?.at !== expected.preview?.at
  );
}

/** Newest activity first; equal times in the order of ids, so that every page agrees. */
export function byActivity(a: Conversation, b: Conversation): number {
  return updatedAt(b) - updatedAt(a) || (a.conversation_id < b.conversation_id ? 1 : -1);
}

/** Read once for each: five thousand rows are put in order with every event. */
const times = new WeakMap<Conversation, number>();

function updatedAt(conversation: Conversation): number {
  const known = times.get(conversation);
  if (known !== undefined) return known;
  const time = Date.parse(conversation.date_updated);
  times.set(conversation, time);
  return time;
}
