import { SvelteMap } from 'svelte/reactivity';
import type { Client } from '../api/client';
import { ApiError, sentenceOf } from '../api/problem';
import type { Message } from '../api/types';
import { newKey } from '../api/ulid';
import type { Drafts, Sending } from './drafts.svelte';

/** How long (ms) to wait before the second and third try of one and the same click. */
const AGAIN = [400, 1600];

/** What leaves one conversation: each click has one key, however often it is tried. */
export class Outbox {
  /** Why the last text came back into the box. */
  problem = $state<string | null>(null);
  /** Messages whose Retry was pressed: on its way, or the sentence why it did not go. */
  readonly retries = new SvelteMap<string, { busy: boolean; problem: string | null }>();

  readonly #id: string;
  readonly #client: Client;
  readonly #drafts: Drafts;
  readonly #onStored: (message: Message) => void;
  readonly #wait: (ms: number) => Promise<void>;
  /** The keys of what is being tried at this moment. */
  readonly #trying = new Set<string>();
  readonly #retryKeys = new Map<string, string>();
  /** Ends when everything that was clicked before has left, or has not; null when nothing is on its way. */
  #last: Promise<void> | null = null;

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

  /** What is on its way, in the order of the clicks. */
  get sending(): Sending[] {
    return this.#drafts.sending(this.#id);
  }

  /** Sends what was on its way when the page went, each under its own key. */
  async resume(): Promise<void> {
    for (const one of this.sending) {
      if (!one.problem && !this.#trying.has(one.key)) await this.#deliver(one);
    }
  }

  /** Sends what stands in the box, and empties it. */
  async send(): Promise<void> {
    const body = this.#drafts.text(this.#id).trim();
    const media = this.#drafts.media(this.#id);
    if (!body && !media.length) return;
    const key = this.#drafts.keyFor(this.#id, body, media) ?? newKey();
    this.#drafts.empty(this.#id);
    this.problem = null;
    if (this.#leaves(key)) return;
    const files = media.length ? { media } : {};
    const one = { key, body, ...files, at: new Date().toISOString(), problem: null };
    this.#drafts.setSending(this.#id, [...this.sending, one]);
    await this.#deliver(one);
  }

  /** Tries a bubble that did not go once more. */
  async again(key: string): Promise<void> {
    const one = this.sending.find((sending) => sending.key === key);
    if (!one?.problem) return;
    this.#set(key, null);
    await this.#deliver(one);
  }

  /** Lets a bubble that did not go disappear. */
  drop(key: string): void {
    const others = this.sending.filter((one) => one.key !== key);
    this.#drafts.setSending(this.#id, others);
  }

  /** A message is stored: its bubble is the real one from now on. */
  stored(message: Message): void {
    const key = message.idempotency_key;
    if (!key) return;
    if (this.#leaves(key)) this.drop(key);
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

  /** One after the other: what was written first is stored first. */
  #deliver(one: Sending): Promise<void> {
    this.#trying.add(one.key);
    const sent = this.#last?.then(() => this.#try(one)) ?? this.#try(one);
    const turn = sent.finally(() => {
      this.#trying.delete(one.key);
      if (this.#last === last) this.#last = null;
    });
    const last = turn.catch(() => undefined);
    this.#last = last;
    return turn;
  }

  async #try(one: Sending): Promise<void> {
    const { key, body } = one;
    const media = one.media?.map(({ upload_id, name }) => ({ upload_id, name }));
    const sent = { body, idempotency_key: key, ...(media ? { media } : {}) };
    for (let tried = 0; this.#leaves(key); tried += 1) {
      try {
        this.#onStored(await this.#client.sendMessage(this.#id, sent));
        return this.drop(key);
      } catch (thrown) {
        const wait = AGAIN[tried];
        const uncertain = thrown instanceof ApiError && thrown.uncertain;
        if (!uncertain || wait === undefined || !online()) {
          return this.#failed(one, sentenceOf(thrown));
        }
        await this.#wait(wait);
      }
    }
  }

  /** Gives text and files back, or keeps the bubble when the box holds something else by now. */
  #failed({ key, body, media = [] }: Sending, problem: string): void {
    if (!this.#leaves(key)) return;
    const drafts = this.#drafts;
    if (drafts.text(this.#id) || drafts.media(this.#id).length) return this.#set(key, problem);
    this.drop(key);
    drafts.giveBack(this.#id, body, key, media);
    this.problem = problem;
  }

  #set(key: string, problem: string | null): void {
    const sending = this.sending.map((one) => (one.key === key ? { ...one, problem } : one));
    this.#drafts.setSending(this.#id, sending);
  }

  /** Not answered yet, and not taken back by a sign-out. */
  #leaves(key: string): boolean {
    return this.sending.some((one) => one.key === key);
  }
}

const pause = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));
const online = () => (globalThis.navigator as Navigator | undefined)?.onLine !== false;
