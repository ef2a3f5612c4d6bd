import { SvelteMap } from 'svelte/reactivity';
import type { Client } from '../api/client';
import { ApiError, errorMessage } from '../api/problem';
import type { Message } from '../api/types';
import { newKey } from '../api/ulid';
import type { Drafts, PendingSend } from './drafts.svelte';

/** Delays (ms) before the second and third attempt of one send. */
const RETRY_DELAYS = [400, 1600];

/** Sends the messages of one conversation. All attempts of one send share its idempotency key. */
export class PendingSends {
  /** Why the last message was put back into the draft. */
  problem = $state<string | null>(null);
  /** The state of each resend: running, or why it failed. */
  readonly resends = new SvelteMap<string, { busy: boolean; problem: string | null }>();

  readonly #id: string;
  readonly #client: Client;
  readonly #drafts: Drafts;
  readonly #onStored: (message: Message) => void;
  readonly #delay: (ms: number) => Promise<void>;
  /** The keys of sends that are queued or running. */
  readonly #inFlight = new Set<string>();
  readonly #resendKeys = new Map<string, string>();
  /** Resolves when all earlier sends have ended; null if none is running. */
  #last: Promise<void> | null = null;

  constructor(
    id: string,
    client: Client,
    drafts: Drafts,
    onStored: (message: Message) => void,
    wait = delay,
  ) {
    this.#id = id;
    this.#client = client;
    this.#drafts = drafts;
    this.#onStored = onStored;
    this.#delay = wait;
  }

  /** The pending sends, oldest first. */
  get items(): PendingSend[] {
    return this.#drafts.pendingSends(this.#id);
  }

  /** Sends what was pending when the page was closed, each under its own key. */
  async resume(): Promise<void> {
    for (const send of this.items) {
      if (!send.problem && !this.#inFlight.has(send.key)) await this.#deliver(send);
    }
  }

  /** Sends the draft and clears it. */
  async send(): Promise<void> {
    const body = this.#drafts.text(this.#id).trim();
    const media = this.#drafts.media(this.#id);
    if (!body && !media.length) return;
    const key = this.#drafts.findRetryKey(this.#id, body, media) ?? newKey();
    this.#drafts.clearDraft(this.#id);
    this.problem = null;
    if (this.#isPending(key)) return;
    const files = media.length ? { media } : {};
    const pending = { key, body, ...files, at: new Date().toISOString(), problem: null };
    this.#drafts.setPendingSends(this.#id, [...this.items, pending]);
    await this.#deliver(pending);
  }

  /** Retries a failed send under its key. */
  async retrySend(key: string): Promise<void> {
    const pending = this.items.find((sending) => sending.key === key);
    if (!pending?.problem) return;
    this.#setProblem(key, null);
    await this.#deliver(pending);
  }

  /** Discards a failed send. */
  discard(key: string): void {
    const others = this.items.filter((send) => send.key !== key);
    this.#drafts.setPendingSends(this.#id, others);
  }

  /** Replaces the pending send by its stored message. */
  onStored(message: Message): void {
    const key = message.idempotency_key;
    if (!key) return;
    if (this.#isPending(key)) this.discard(key);
    this.#drafts.discardIfStored(this.#id, key, message.body);
  }

  /** Resends a failed message as a new message. */
  async resend(message: Message): Promise<void> {
    const id = message.message_id;
    if (this.resends.get(id)?.busy) return;
    const key = this.#resendKeys.get(id) ?? newKey();
    this.#resendKeys.set(id, key);
    this.resends.set(id, { busy: true, problem: null });
    try {
      this.#onStored(await this.#client.retryMessage(this.#id, id, key));
    } catch (thrown) {
      if (!(thrown instanceof ApiError && thrown.isUncertain)) this.#resendKeys.delete(id);
      this.resends.set(id, { busy: false, problem: errorMessage(thrown) });
    }
  }

  /** Sends one after the other, so that messages are stored in order. */
  #deliver(send: PendingSend): Promise<void> {
    this.#inFlight.add(send.key);
    const sent = this.#last?.then(() => this.#sendOnce(send)) ?? this.#sendOnce(send);
    const turn = sent.finally(() => {
      this.#inFlight.delete(send.key);
      if (this.#last === last) this.#last = null;
    });
    const last = turn.catch(() => undefined);
    this.#last = last;
    return turn;
  }

  async #sendOnce(send: PendingSend): Promise<void> {
    const { key, body } = send;
    const media = send.media?.map(({ upload_id, name }) => ({ upload_id, name }));
    const request = { body, idempotency_key: key, ...(media ? { media } : {}) };
    for (let attempt = 0; this.#isPending(key); attempt += 1) {
      try {
        this.#onStored(await this.#client.sendMessage(this.#id, request));
        return this.discard(key);
      } catch (thrown) {
        const delay = RETRY_DELAYS[attempt];
        const uncertain = thrown instanceof ApiError && thrown.isUncertain;
        if (!uncertain || delay === undefined || !isOnline()) {
          return this.#onFailure(send, errorMessage(thrown));
        }
        await this.#delay(delay);
      }
    }
  }

  /** Restores the draft, or marks the bubble as failed if a new draft was started. */
  #onFailure({ key, body, media = [] }: PendingSend, problem: string): void {
    if (!this.#isPending(key)) return;
    const drafts = this.#drafts;
    if (drafts.text(this.#id) || drafts.media(this.#id).length)
      return this.#setProblem(key, problem);
    this.discard(key);
    drafts.restore(this.#id, body, key, media);
    this.problem = problem;
  }

  #setProblem(key: string, problem: string | null): void {
    const items = this.items.map((send) => (send.key === key ? { ...send, problem } : send));
    this.#drafts.setPendingSends(this.#id, items);
  }

  /** Returns whether a send is still pending; sign-out clears it. */
  #isPending(key: string): boolean {
    return this.items.some((send) => send.key === key);
  }
}

const delay = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));
const isOnline = () => (globalThis.navigator as Navigator | undefined)?.onLine !== false;
