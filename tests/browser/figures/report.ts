import { execSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';

/*
 * Writes `target/bench/page.md` from one file per table, so that each table can be measured separately.
 */

const FOLDER = resolve(import.meta.dirname, '../../../target/bench');
const SUBJECTS = ['times', 'scrolling', 'lighthouse'] as const;

/** A table that is rewritten with every row. */
export class Table {
  readonly #subject: (typeof SUBJECTS)[number];
  readonly #note: string;
  readonly #columns: string[];
  readonly #rows: string[][] = [];

  /** `note` explains the measurement and the columns. */
  constructor(subject: (typeof SUBJECTS)[number], note: string, columns: string[]) {
    this.#subject = subject;
    this.#note = note;
    this.#columns = columns;
  }

  row(...cells: (string | number)[]): void {
    this.#rows.push(cells.map(String));
    const when = new Date().toISOString().slice(0, 16).replace('T', ' ');
    const version = execSync('git rev-parse --short HEAD', { encoding: 'utf8' }).trim();
    const lines = [this.#columns, this.#columns.map(() => '---'), ...this.#rows].map(line);
    keep(
      part(this.#subject),
      `${this.#note}\n\nFinished ${when} UTC at ${version}, ${String(cpus().length)} cores.\n\n${lines.join('\n')}\n`,
    );
    const parts = SUBJECTS.map((one) => join(FOLDER, part(one))).filter((place) =>
      existsSync(place),
    );
    const tables = parts.map((place) => readFileSync(place, 'utf8'));
    keep('page.md', `\`BENCH=page make bench\`. ${tables.join('\n')}`);
    console.log(lines.at(-1));
  }
}

/** Writes a file of figures. */
export function keep(name: string, text: string): void {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, name), text);
}

/** Returns the load average of the last minute. */
export function loadAverage(): string {
  return readFileSync('/proc/loadavg', 'utf8').split(' ')[0] ?? '?';
}

/** Returns n, p50, p99, minimum and maximum of `values`. */
export function spread(values: number[]): (string | number)[] {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) =>
    (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN).toFixed(1);
  return [sorted.length, at(0.5), at(0.99), at(0), at(1)];
}

const part = (subject: string) => `page-${subject}.md`;
const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
