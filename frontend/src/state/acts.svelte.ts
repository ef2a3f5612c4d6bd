import type { Client } from '../api/client';
import { ApiError, sentenceOf } from '../api/problem';
import type { Conversation, ConversationStatus } from '../api/types';
import { strings } from '../strings';
import { wentOn, wroteSince, type Conversations } from './conversations.svelte';
import { nameOf } from './person';
import type { Toasts } from './toasts.svelte';

/** What became of a change of name or note: `conflict` when somebody else was first. */
export type Renamed = { kind: 'done' } | { kind: 'conflict' } | { kind: 'failed'; problem: string };

/** So often an act is tried while a conversation moves on without anybody writing. */
const TRIES = 3;

/** What an agent may do with a conversation as a whole. */
export class Acts {
  readonly #client: Client;
  readonly #conversations: Conversations;
  readonly #toasts: Toasts;
  /** What is being marked as read, and what is to follow because more came meanwhile. */
  readonly #reading = new Map<string, Conversation | null>();

  constructor(client: Client, conversations: Conversations, toasts: Toasts) {
    this.#client = client;
    this.#conversations = conversations;
    this.#toasts = toasts;
  }

  /**
   * Tells the server that what stands on the screen was read, as far as it was seen. When more
   * came meanwhile the newer truth is taken, and whoever shows it decides anew. After a failure
   * nothing is tried by itself: whoever still shows it asks again.
   */
  async markRead(conversation: Conversation): Promise<void> {
    const { conversation_id: id, rev } = conversation;
    if (this.#reading.has(id)) {
      this.#reading.set(id, conversation);
      return;
    }
    this.#reading.set(id, null);
    try {
      this.#take(await this.#client.markRead(id, rev));
    } catch (thrown) {
      this.#takeCurrent(thrown);
    }
    const next = this.#reading.get(id);
    this.#reading.delete(id);
    if (next && next.rev > rev && next === this.#conversations.get(id)) await this.markRead(next);
  }

  /**
   * Closes or reopens a conversation, and offers to undo it. It is closed as far as it was seen:
   * if they wrote meanwhile it stays open, and that is said.
   */
  async setStatus(
    conversation: Conversation,
    status: ConversationStatus,
    undoing = false,
  ): Promise<void> {
    const before = conversation.status;
    if (before === status) return;
    const { conversation_id: id } = conversation;
    const name = nameOf(conversation);
    try {
      const changed = await (status === 'open'
        ? this.#client.setStatus(id, status)
        : this.#asSeen(conversation, wroteSince, (rev) => this.#client.setStatus(id, status, rev)));
      if (!changed) return this.#toasts.show(strings.toast.staysOpen(name));
      this.#take(changed);
      this.#toasts.show(
        status === 'closed' ? strings.toast.closed(name) : strings.toast.reopened(name),
        undoing
          ? undefined
          : { label: strings.undo, run: () => void this.setStatus(changed, before, true) },
      );
    } catch (thrown) {
      this.#takeCurrent(thrown);
      this.#tell(thrown);
    }
  }

  /**
   * Deletes a conversation when the time for a way back is over, as far as it was seen. Until then
   * it is only out of sight: whoever closes the page in between has deleted nothing. If anything was
   * written meanwhile it comes back, and that is said.
   */
  remove(conversation: Conversation): void {
    const { conversation_id: id } = conversation;
    this.#conversations.apply({ type: 'hidden', conversation_id: id, hidden: true });
    const back = () =>
      this.#conversations.apply({ type: 'hidden', conversation_id: id, hidden: false });
    this.#toasts.show(
      strings.toast.deleted(nameOf(conversation)),
      { label: strings.undo, run: back },
      () => this.#delete(conversation, back),
    );
  }

  /** Writes the note of a conversation, if it still says `previous`. */
  async note(id: string, note: string, previous: string | null): Promise<Renamed> {
    return this.#change(this.#client.setNote(id, note, previous));
  }

  /** Gives a conversation a name, if it is still called `previous`. */
  async rename(id: string, name: string, previous: string | null): Promise<Renamed> {
    return this.#change(this.#client.rename(id, name, previous));
  }

  async #delete(seen: Conversation, back: () => void): Promise<void> {
    const { conversation_id: id } = seen;
    try {
      const deleted = await this.#asSeen(seen, wentOn, async (rev) => {
        await this.#client.deleteConversation(id, rev);
        return { type: 'gone', conversation_id: id, rev } as const;
      });
      if (deleted) return this.#conversations.apply(deleted);
      back();
      this.#toasts.show(strings.toast.notDeleted(nameOf(seen)));
    } catch (thrown) {
      this.#takeCurrent(thrown);
      back();
      this.#tell(thrown);
    }
  }

  /**
   * Does something to a conversation as far as it was `seen`: null if it is `another` by now, and
   * nothing was done. Names, notes and ticks may move; then it is done to what is there by now.
   */
  async #asSeen<T>(
    seen: Conversation,
    another: typeof wentOn,
    act: (rev: number) => Promise<T>,
  ): Promise<T | null> {
    let now = this.#conversations.get(seen.conversation_id) ?? seen;
    for (let tries = 1; !another(seen, now); tries += 1) {
      try {
        return await act(now.rev);
      } catch (thrown) {
        const current = this.#takeCurrent(thrown);
        if (!current || tries === TRIES) throw thrown;
        now = current;
      }
    }
    return null;
  }

  async #change(call: Promise<Conversation>): Promise<Renamed> {
    try {
      this.#take(await call);
      return { kind: 'done' };
    } catch (thrown) {
      this.#takeCurrent(thrown);
      if (thrown instanceof ApiError && thrown.status === 409) return { kind: 'conflict' };
      return { kind: 'failed', problem: sentenceOf(thrown) };
    }
  }

  /** Says why something failed. That the session has ended says the sign-in screen. */
  #tell(thrown: unknown): void {
    if (thrown instanceof ApiError && thrown.status === 401) return;
    this.#toasts.show(sentenceOf(thrown));
  }

  #take(conversation: Conversation): void {
    this.#conversations.apply({ type: 'conversation', conversation });
  }

  /** A 409 brings the conversation as it is by now. */
  #takeCurrent(thrown: unknown): Conversation | null {
    const current = thrown instanceof ApiError ? thrown.problem?.current : null;
    if (current) this.#take(current);
    return current ?? null;
  }
}
