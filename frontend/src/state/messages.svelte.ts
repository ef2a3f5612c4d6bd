import { SvelteMap } from 'svelte/reactivity';
import type { OutboxState, Message, MessagePage } from '../api/types';
import { mergeOutboxState, mergeMessage, displayStatus, type OutboxStatus } from './message-status';

/** A change in a thread. */
export type MessageEvent =
  | { type: 'message'; message: Message }
  | { type: 'outbox'; message_id: string; state: OutboxState | null; version: number }
  | { type: 'deleted'; through: string };

/** The messages of one conversation. `apply` is the only writer. */
export class Messages {
  readonly #byId = new SvelteMap<string, Message>();
  readonly #outboxStates = new SvelteMap<string, OutboxStatus>();
  #deletedThrough = $state('');

  /** All messages, oldest first, with their display status. */
  readonly items: Message[] = $derived.by(() =>
    [...this.#byId.values()]
      .sort((a, b) => (a.message_id < b.message_id ? -1 : 1))
      .map((message) => {
        const status = displayStatus(message, this.#outboxStates.get(message.message_id));
        return status === message.status ? message : { ...message, status };
      }),
  );

  /** Applies an event. Order and repetition do not change the result. */
  apply(event: MessageEvent): void {
    switch (event.type) {
      case 'message':
        return this.#applyMessage(event.message);
      case 'outbox':
        return this.#applyOutboxState(
          event.message_id,
          event.state === null ? 'completed' : { state: event.state, version: event.version },
        );
      case 'deleted':
        if (event.through <= this.#deletedThrough) return;
        this.#deletedThrough = event.through;
        for (const id of [...this.#byId.keys()]) {
          if (id <= event.through) this.#byId.delete(id);
        }
    }
  }

  /** Applies a loaded page. */
  applyPage(page: MessagePage): void {
    if (page.deleted_through) this.apply({ type: 'deleted', through: page.deleted_through });
    for (const message of page.messages) this.apply({ type: 'message', message });
  }

  get(id: string): Message | undefined {
    return this.#byId.get(id);
  }

  get newest(): Message | undefined {
    return this.items.at(-1);
  }

  get oldest(): Message | undefined {
    return this.items[0];
  }

  /** Removes the messages before this one, because a gap separates them from the newest page. */
  removeBefore(before: string): void {
    for (const id of [...this.#byId.keys()]) if (id < before) this.#byId.delete(id);
  }

  #applyMessage(message: Message): void {
    const id = message.message_id;
    if (id <= this.#deletedThrough) return;
    const known = this.#byId.get(id);
    const merged = mergeMessage(known, message);
    if (!known || JSON.stringify(merged) !== JSON.stringify(known)) this.#byId.set(id, merged);
    if (message.outbox) this.#applyOutboxState(id, message.outbox);
  }

  #applyOutboxState(id: string, state: OutboxStatus): void {
    const merged = mergeOutboxState(this.#outboxStates.get(id), state);
    if (merged && merged !== this.#outboxStates.get(id)) this.#outboxStates.set(id, merged);
  }
}
