import type { Client } from '../api/client';
import type { UploadedFile, CheckResult } from '../api/types';

/** So long (ms) after the last key the server is asked. */
const DEBOUNCE = 300;
/** It is never asked sooner (ms) whether the waiting is over: the clocks here and there differ. */
const MIN_RECHECK_DELAY = 1000;

/** What the page itself says at once; the server's word on it is of what stood in the box before. */
const CLIENT_SIDE_REASONS = ['empty', 'too_long', 'too_many_media', 'media_too_large'];

/** What stands in the way of any text, by the server's word. */
export function firstBlockingReason(
  check: CheckResult | null,
): CheckResult['reasons'][number] | undefined {
  return check?.reasons.find(({ code }) => !CLIENT_SIDE_REASONS.includes(code));
}

/** A text and what goes with it. */
type Message = Parameters<Client['checkMessage']>[1];

/** What the server says of the message in the box, while it is written: whether it may go, and what it costs. */
export class SendChecker {
  /** Of what `body` and `rev` were when it was asked; null while nothing is known. */
  result = $state.raw<CheckResult | null>(null);

  readonly #client: Pick<Client, 'checkMessage'>;
  #lastRequest = '';
  #timer: ReturnType<typeof setTimeout> | undefined;
  #run: AbortController | null = null;

  constructor(client: Pick<Client, 'checkMessage'>) {
    this.#client = client;
  }

  /** Takes what stands in the box. `rev` is the conversation's: with another one the same text is asked about again. */
  check(id: string, body: string, rev: number, files: UploadedFile[] = []): void {
    const media = files.map(({ content_type, size }) => ({ content_type, size }));
    const request = JSON.stringify([id, body, rev, media]);
    if (request === this.#lastRequest) return;
    const isOtherConversation = !this.#lastRequest.startsWith(`["${id}"`);
    this.#lastRequest = request;
    this.stop();
    if (isOtherConversation) this.result = null;
    this.#timer = setTimeout(
      () => void this.#check(id, { body, media }, request),
      isOtherConversation ? 0 : DEBOUNCE,
    );
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#run?.abort();
    this.#run = null;
  }

  async #check(id: string, message: Message, request: string): Promise<void> {
    const run = (this.#run = new AbortController());
    try {
      const result = await this.#client.checkMessage(id, message, run.signal);
      if (this.#lastRequest !== request) return;
      this.result = result;
      if (result.until) this.#scheduleCheck(result.until, () => this.#check(id, message, request));
    } catch {
      // The send itself decides: without an answer nothing is said, and nothing is held back.
      if (this.#lastRequest === request) this.result = null;
    }
  }
  /** What has to wait is asked about again when it may go. */
  #scheduleCheck(until: string, check: () => Promise<void>): void {
    const delay = Math.max(MIN_RECHECK_DELAY, Date.parse(until) - Date.now());
    this.#timer = setTimeout(() => void check(), delay);
  }
}
