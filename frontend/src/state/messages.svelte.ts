import { SvelteMap } from 'svelte/reactivity';
import type { IntentState, Message, MessagePage } from '../api/types';
import { mergeIntent, mergeMessage, statusOf, type KnownIntent } from './message-status';

/** What may happen in a thread. */
export type MessageEvent =
  | { type: 'message'; message: Message }
  | { type: 'intent'; message_id: string; state: IntentState | null; step: number }
  | { type: 'cleared'; through: string };

/** The messages of one conversation. `apply` is the only writer. */
export class Messages {
  readonly #byId = new SvelteMap<string, Message>();
  readonly #intents = new SvelteMap<string, KnownIntent>();
  #cleared = $state('');

  /** Oldest first, each with its status as of now. */
  readonly items: Message[] = $derived.by(() =>
    [...this.#byId.values()]
      .sort((a, b) => (a.message_id < b.message_id ? -1 : 1))
      .map((message) => {
        const status = statusOf(message, this.#intents.get(message.message_id));
        return status === message.status ? message : { ...message, status };
      }),
  );

  /** Takes an event. The same events in any order, any number of times, end the same. */
  apply(event: MessageEvent): void {
    switch (event.type) {
      case 'message':
        return this.#message(event.message);
      case 'intent':
        return this.#intent(
          event.message_id,
          event.state === null ? 'settled' : { state: event.state, step: event.step },
        );
      case 'cleared':
        if (event.through <= this.#cleared) return;
        this.#cleared = event.through;
        for (const id of [...this.#byId.keys()]) {
          if (id <= event.through) this.#byId.delete(id);
        }
    }
  }

  /** Takes a page as it was read. */
  applyPage(page: MessagePage): void {
    if (page.cleared) this.apply({ type: 'cleared', through: page.cleared });
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

  /** Forgets what lies before a message, so that a page with a gap before it can be taken alone. */
  forget(before: string): void {
    for (const id of [...this.#byId.keys()]) if (id < before) this.#byId.delete(id);
  }

  #message(message: Message): void {
    const id = message.message_id;
    if (id <= this.#cleared) return;
    const known = this.#byId.get(id);
    const merged = mergeMessage(known, message);
    if (!known || JSON.stringify(merged) !== JSON.stringify(known)) this.#byId.set(id, merged);
    if (message.intent) this.#intent(id, message.intent);
  }

  #intent(id: string, heard: KnownIntent): void {
    const merged = mergeIntent(this.#intents.get(id), heard);
    if (merged && merged !== this.#intents.get(id)) this.#intents.set(id, merged);
  }
}
