import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

const ROOT = resolve(import.meta.dirname, '../..');
const PAGE = join(ROOT, 'frontend/dist');
const PROGRAM = process.env.PARTYLINE ?? join(ROOT, 'target/debug/partyline');

/** The values of `.env.example`. */
export const NUMBER = '+18555080989';
const WHATSAPP = 'whatsapp:+18555080990';
export const ADMIN = { username: 'admin', password: 'partyline' };
const ACCOUNT_SID = `AC${'0'.repeat(32)}`;
const AUTH_TOKEN = '5ca1ab1e0ddba115ca1ab1e0ddba1100';

/** A stored message with the ids that callbacks use. */
interface Stored {
  message_id: string;
  sid: string;
  body: string;
}

/** Options for starting the program. */
export interface StartOptions {
  /** Keeps its state in the folder instead of in memory. */
  persistent?: boolean;
  flags?: string[];
  /** Environment variables. */
  env?: Record<string, string>;
  /** A build of the page; `frontend/dist` by default. */
  page?: string;
}

/** The local system as a process, with its own folder. */
export class System {
  url = '';
  /** The printed link to phones and desk, with sign-in. */
  link = '';
  readonly folder: string;
  readonly #persistent: boolean;
  readonly #flags: string[];
  readonly #env: Record<string, string>;
  #program: ChildProcess | null = null;
  #webhooks = 0;
  #token: string | null = null;

  private constructor({ persistent = false, flags = [], env = {}, page = PAGE }: StartOptions) {
    this.folder = createWorkDir(page);
    this.#persistent = persistent;
    this.#flags = flags;
    this.#env = env;
  }

  /** Starts a system, in memory by default. */
  static async start(start: StartOptions = {}): Promise<System> {
    const system = new System(start);
    await system.#start(0);
    return system;
  }

  /** The sign-in link of the desk. */
  get deskLink(): string {
    return this.link.replace('/phones#', '/#');
  }

  /** Kills the process with SIGKILL. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Starts it again with the same port and state. */
  async restart(): Promise<void> {
    await this.#start(Number(new URL(this.url).port));
  }

  async stop(): Promise<void> {
    await this.#end('SIGTERM');
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Adds a phone. */
  async addPhone(number: string, name?: string): Promise<Phone> {
    await this.call('POST', '/phones/api/phones', { number, ...(name ? { name } : {}) });
    return new Phone(this, number);
  }

  /** Sends the signed webhook of an inbound SMS and waits until it is stored. */
  async receiveSms(from: string, body: string): Promise<void> {
    await this.#inbound({ From: from, To: NUMBER, Body: body });
  }

  /** The same for WhatsApp, with further parameters. */
  async receiveWhatsapp(from: string, body: string, more: object = {}): Promise<void> {
    await this.#inbound({ From: `whatsapp:${from}`, To: WHATSAPP, Body: body, ...more });
  }

  /** The same to an unknown number, which puts it into quarantine. */
  async receiveForUnknownNumber(from: string, body: string): Promise<void> {
    await this.#inbound({ From: from, To: '+18005550199', Body: body });
  }

  /** Sends the signed status callback that contains a message's price. */
  async reportPrice(
    conversation: string,
    { message_id, sid }: Stored,
    price: string,
  ): Promise<void> {
    await this.#webhook(`/twilio/deliveries/${conversation}/${message_id}`, {
      MessageSid: sid,
      MessageStatus: 'delivered',
      Price: price,
      PriceUnit: 'USD',
    });
  }

  /** Returns the stored messages of a conversation, oldest first. */
  async listMessages(conversation: string): Promise<Stored[]> {
    const path = `/api/conversations/${conversation}/messages`;
    return (await this.api<{ messages: Stored[] }>('GET', path)).messages;
  }

  /** Arms a fault in the simulator. */
  async armFault(fault: object): Promise<void> {
    await this.call('POST', '/phones/api/script', fault);
  }

  /** Calls the API as the admin. */
  async api<T>(method: string, path: string, body?: object): Promise<T> {
    this.#token ??= await this.call<{ access_token: string }>('POST', '/api/session', ADMIN).then(
      (session) => session.access_token,
    );
    return this.call(method, path, body, { authorization: `Bearer ${this.#token}` });
  }

  /** Marks all open conversations as read. */
  async markAllRead(): Promise<void> {
    const { conversations } = await this.api<{
      conversations: { conversation_id: string; rev: number }[];
    }>('GET', '/api/conversations?filter=open');
    for (const { conversation_id, rev } of conversations) {
      await this.api('POST', `/api/conversations/${conversation_id}/read`, { rev });
    }
  }

  /** Uploads a file for the phones. */
  async uploadPhoneFile(path: string, type: string, bytes: Buffer): Promise<{ sid: string }> {
    const body = new Uint8Array(bytes);
    const headers = { 'content-type': type };
    const answer = await fetch(this.url + path, { method: 'POST', headers, body });
    if (!answer.ok) throw new Error(`POST ${path}: ${String(answer.status)}`);
    return (await answer.json()) as { sid: string };
  }

  /** Sends a request; throws unless the response is 2xx. */
  async call<T>(method: string, path: string, body?: object, headers = {}): Promise<T> {
    const answer = await fetch(this.url + path, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${String(answer.status)} ${text}`);
    return (text ? JSON.parse(text) : undefined) as T;
  }

  async #inbound(fields: Record<string, string>): Promise<void> {
    const sid = `SM${createHmac('md5', this.url).update(String(++this.#webhooks)).digest('hex')}`;
    await this.#webhook('/twilio/messages', {
      MessageSid: sid,
      SmsSid: sid,
      SmsMessageSid: sid,
      NumMedia: '0',
      NumSegments: '1',
      SmsStatus: 'received',
      ...fields,
    });
  }

  async #webhook(path: string, fields: Record<string, string>): Promise<void> {
    const url = this.url + path;
    const form = { AccountSid: ACCOUNT_SID, ApiVersion: '2010-04-01', ...fields };
    const signed = Object.entries(form).sort(([a], [b]) => (a < b ? -1 : 1));
    const text = url + signed.flat().join('');
    const answer = await fetch(url, {
      method: 'POST',
      headers: {
        'x-twilio-signature': createHmac('sha1', AUTH_TOKEN).update(text).digest('base64'),
      },
      body: new URLSearchParams(form),
    });
    if (!answer.ok) throw new Error(`The webhook was answered with ${String(answer.status)}`);
  }

  async #start(port: number): Promise<void> {
    if (!existsSync(PROGRAM)) throw new Error(`${PROGRAM} is not built: cargo build`);
    const flags = [...(this.#persistent ? [] : ['--memory']), ...this.#flags];
    const program = spawn(PROGRAM, ['--port', String(port), ...flags], {
      cwd: this.folder,
      env: { ...process.env, ...this.#env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#program = program;
    let said = '';
    program.stderr.on(
      'data',
      (text: Buffer) =>
        (said += process.env.SAY ? (console.error(text.toString()), '') : text.toString()),
    );
    for await (const line of createInterface(program.stdout)) {
      said += `${line}\n`;
      this.url = /running at (\S+)/.exec(line)?.[1] ?? this.url;
      this.link = /signed in\)?\s+(\S+)/.exec(line)?.[1] ?? this.link;
      if (line.includes('Ctrl-C')) break;
    }
    if (program.exitCode !== null || !this.link) throw new Error(`It did not start: ${said}`);
    program.stdout.resume();
  }

  async #end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const program = this.#program;
    this.#program = null;
    if (!program || program.exitCode !== null || program.signalCode !== null) return;
    const ended = once(program, 'exit');
    program.kill(signal);
    await ended;
  }
}

/** A simulated customer's phone. */
export class Phone {
  readonly number: string;
  readonly #system: System;

  constructor(system: System, number: string) {
    this.#system = system;
    this.number = number;
  }

  async sendText(body: string, to = this.#to): Promise<void> {
    await this.#system.call('POST', `${this.#path}/messages`, { to, body });
  }

  /** Sends files with an optional text. */
  async sendFiles(
    files: { name: string; type: string; bytes: Buffer }[],
    body = '',
  ): Promise<void> {
    const media = [];
    for (const { name, type, bytes } of files) {
      const path = `/phones/api/media?name=${encodeURIComponent(name)}`;
      const kept = await this.#system.uploadPhoneFile(path, type, bytes);
      media.push(kept.sid);
    }
    await this.#system.call('POST', `${this.#path}/messages`, { to: this.#to, body, media });
  }

  /** Returns the received files, oldest first. */
  async listFiles(): Promise<{ type: string; bytes: Buffer }[]> {
    const { messages } = await this.#system.call<{
      messages: { media: { sid: string }[] }[];
    }>('GET', `${this.#path}/messages`);
    const files = messages.flatMap((message) => message.media);
    return Promise.all(
      files.map(async ({ sid }) => {
        const answer = await fetch(`${this.#system.url}/phones/api/media/${sid}`);
        const type = answer.headers.get('content-type') ?? '';
        return { type, bytes: Buffer.from(await answer.arrayBuffer()) };
      }),
    );
  }

  /** Sets the condition: `reachable`, `unreachable` (30003), `landline` (30006), … */
  async setCondition(condition: string): Promise<void> {
    await this.#system.call('PATCH', this.#path, { condition });
  }

  /** Returns the texts on its screen, oldest first. */
  async listTexts(): Promise<string[]> {
    const { messages } = await this.#system.call<{ messages: { body: string }[] }>(
      'GET',
      `${this.#path}/messages`,
    );
    return messages.map((message) => message.body);
  }

  /** Our sender on the phone's channel. */
  get #to(): string {
    return this.number.startsWith('whatsapp:') ? WHATSAPP : NUMBER;
  }

  get #path(): string {
    return `/phones/api/phones/${this.number}`;
  }
}

/** Creates a working directory with the template and a built page. */
function createWorkDir(page: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'partyline-'));
  copyFileSync(join(ROOT, 'template.yaml'), join(folder, 'template.yaml'));
  mkdirSync(join(folder, 'frontend'));
  symlinkSync(page, join(folder, 'frontend/dist'));
  return folder;
}
