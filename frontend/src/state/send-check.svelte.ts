import type { Client } from '../api/client';
import type { UploadedFile, CheckResult } from '../api/types';

/** Wait this long (ms) after the last key. */
const DEBOUNCE = 300;
/** The shortest wait (ms) before a repeated check, because the clocks may differ. */
const MIN_RECHECK_DELAY = 1000;

/** Reasons that the page checks itself. The server's answer may refer to an older text. */
const CLIENT_SIDE_REASONS = ['empty', 'too_long', 'too_many_media', 'media_too_large'];

/** Returns the first reason that prevents any text from being sent. */
export function firstBlockingReason(
  check: CheckResult | null,
): CheckResult['reasons'][number] | undefined {
  return check?.reasons.find(({ code }) => !CLIENT_SIDE_REASONS.includes(code));
}

/** A message text with its files. */
type Message = Parameters<Client['checkMessage']>[1];

/** Asks the server whether the draft may be sent and what it costs, while it is written. */
export class SendChecker {
  /** The result of the last check; null while unknown. */
  result = $state.raw<CheckResult | null>(null);

  readonly #client: Pick<Client, 'checkMessage'>;
  #lastRequest = '';
  #timer: ReturnType<typeof setTimeout> | undefined;
  #run: AbortController | null = null;

  constructor(client: Pick<Client, 'checkMessage'>) {
    this.#client = client;
  }

  /** Schedules a check of the draft. A new `rev` of the conversation repeats the check. */
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
      if (result.retry_at)
        this.#scheduleCheck(result.retry_at, () => this.#check(id, message, request));
    } catch {
      // The send itself decides: without a result nothing is shown or prevented.
      if (this.#lastRequest === request) this.result = null;
    }
  }
  /** Repeats the check when sending becomes possible. */
  #scheduleCheck(until: string, check: () => Promise<void>): void {
    const delay = Math.max(MIN_RECHECK_DELAY, Date.parse(until) - Date.now());
    this.#timer = setTimeout(() => void check(), delay);
  }
}
