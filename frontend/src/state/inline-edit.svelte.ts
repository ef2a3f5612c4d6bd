import type { EditResult } from './conversation-actions.svelte';

/** A text that is changed where it stands. What stood there when it began goes along: two who write at once both hear of it. */
export class InlineEdit {
  open = $state(false);
  text = $state('');
  conflict = $state(false);
  problem = $state<string | null>(null);
  busy = $state(false);
  #previous: string | null = null;
  readonly #currentValue: () => string | null;
  readonly #write: (text: string, previous: string | null) => Promise<EditResult>;

  /** `stands` is what is there now; `write` replaces it if it still is what it was. */
  constructor(
    currentValue: () => string | null,
    write: (text: string, previous: string | null) => Promise<EditResult>,
  ) {
    this.#currentValue = currentValue;
    this.#write = write;
  }

  start(): void {
    this.#previous = this.#currentValue();
    this.text = this.#previous ?? '';
    this.conflict = false;
    this.problem = null;
    this.open = true;
  }

  /** Writes it. Whether that is over: done, or there was nothing to do. */
  async save(): Promise<boolean> {
    const text = this.text.trim();
    if (this.busy) return false;
    if (text === (this.#previous ?? '')) return true;
    this.busy = true;
    this.problem = null;
    const written = await this.#write(text, this.#previous);
    this.busy = false;
    this.conflict = written.kind === 'conflict';
    if (written.kind === 'failed') this.problem = written.problem;
    return written.kind === 'done';
  }

  /** What somebody else wrote is known now: ours may replace it. */
  saveMine(): Promise<boolean> {
    this.#previous = this.#currentValue();
    return this.save();
  }
}
