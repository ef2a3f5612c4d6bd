import { SvelteMap } from 'svelte/reactivity';
import type { Client } from '../api/client';
import { ApiError, sentenceOf } from '../api/problem';
import type { Message } from '../api/types';
import { newKey } from '../api/ulid';
import type { Drafts } from './drafts.svelte';

/** A text on its way to the server; its bubble stands already. */
export interface Sending {
  key: string;
  body: string;
  /** ISO 8601. */
  at: string;
  /** Why it did not go; it can be tried again under the same key. */
  problem: string | null;
}

/** How long (ms) to wait before the second and third try of one and the same click. */
const AGAIN = [400, 1600];

/** What leaves one conversation: each click has one key, however often it is tried. */
export class Outbox {
  /** In the order of the clicks. */
  sending = $state.raw<Sending[]>([]);
  /** Why the last text came back into the box. */
  problem = $state<string | null>(null);
  /** Messages whose Retry was pressed: on its way, or the sentence why it did not go. */
  readonly retries = new SvelteMap<string, { busy: boolean; problem: string | null }>();

  readonly #id: string;
  readonly #client: Client;
  readonly #drafts: Drafts;
  readonly #onStored: (message: Message) => void;
  readonly #wait: (ms: number) => Promise<void>;
  readonly #retryKeys = new Map<string, string>();

  constructor(
    id: string,
    client: Client,
    drafts: Drafts,
    onStored: (message: Message) => void,
    wait = pause,
  ) {
    this.#id = id;
    this.#client = client;
    this.#drafts = drafts;
    this.#onStored = onStored;
    this.#wait = wait;
  }

  /** Sends what stands in the box, and empties it. */
  async send(): Promise<void> {
    const body = this.#drafts.text(this.#id).trim();
    if (!body) return;
    const key = this.#drafts.keyFor(this.#id, body) ?? newKey();
    this.#drafts.write(this.#id, '');
    this.problem = null;
    if (this.sending.some((one) => one.key === key)) return;
    const at = new Date().toISOString();
    this.sending = [...this.sending, { key, body, at, problem: null }];
    await this.#deliver(key, body);
  }

  /** Tries a bubble that did not go once more. */
  async again(key: string): Promise<void> {
    const one = this.sending.find((sending) => sending.key === key);
    if (!one?.problem) return;
    this.#set(key, null);
    await this.#deliver(key, one.body);
  }

  /** Lets a bubble that did not go disappear. */
  drop(key: string): void {
    this.sending = this.sending.filter((one) => one.key !== key);
  }

  /** A message is stored: its bubble is the real one from now on. */
  stored(message: Message): void {
    const key = message.idempotency_key;
    if (!key) return;
    if (this.sending.some((one) => one.key === key)) this.drop(key);
    this.#drafts.arrived(this.#id, key, message.body);
  }

  /** Sends a failed message again, as a new message. */
  async retry(message: Message): Promise<void> {
    const id = message.message_id;
    if (this.retries.get(id)?.busy) return;
    const key = this.#retryKeys.get(id) ?? newKey();
    this.#retryKeys.set(id, key);
    this.retries.set(id, { busy: true, problem: null });
    try {
      this.#onStored(await this.#client.retryMessage(this.#id, id, key));
    } catch (thrown) {
      if (!(thrown instanceof ApiError && thrown.uncertain)) this.#retryKeys.delete(id);
      this.retries.set(id, { busy: false, problem: sentenceOf(thrown) });
    }
  }

  async #deliver(key: string, body: string): Promise<void> {
    for (let tried = 0; ; tried += 1) {
      try {
        const message = await this.#client.sendMessage(this.#id, { body, idempotency_key: key });
        return this.#onStored(message);
      } catch (thrown) {
        const wait = AGAIN[tried];
        const uncertain = thrown instanceof ApiError && thrown.uncertain;
        if (!uncertain || wait === undefined || !online()) {
          return this.#failed(key, body, sentenceOf(thrown));
        }
        await this.#wait(wait);
      }
    }
  }

  /** Gives the text back, or keeps the bubble when the box holds another one by now. */
  #failed(key: string, body: string, problem: string): void {
    if (!this.sending.some((one) => one.key === key)) return;
    if (this.#drafts.text(this.#id)) return this.#set(key, problem);
    this.drop(key);
    this.#drafts.giveBack(this.#id, body, key);
    this.problem = problem;
  }

  #set(key: string, problem: string | null): void {
    this.sending = this.sending.map((one) => (one.key === key ? { ...one, problem } : one));
  }
}

const pause = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));
const online = () => (globalThis.navigator as Navigator | undefined)?.onLine !== false;
