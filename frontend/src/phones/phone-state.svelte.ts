import { SvelteMap } from 'svelte/reactivity';
import { SimulatorError, type Simulator } from './api';
import { parseChannel } from './channel';
import { phoneStrings as strings } from '../strings/phones';
import { MessageTrip } from './message-trip.svelte';
import type { DeskObserver } from './desk-observer';
import type { Phone, PhoneMessage, SendFromPhone } from './types';

const SAMPLE_LOCATION = {
  latitude: '47.6205',
  longitude: '-122.3493',
  label: 'Space Needle',
  address: '400 Broad St, Seattle',
};

/** The state of one phone: its messages, its draft and the trip of its last message. */
export class PhoneState {
  readonly number: string;
  name = $state<string | null>(null);
  airplane = $state(false);
  /** Milliseconds since 1970. */
  addedAt = 0;
  draft = $state('');
  /** Why the last action failed. */
  problem = $state<string | null>(null);
  /** A message arrived while another phone was selected. */
  hasUnread = $state(false);
  trip = $state.raw<MessageTrip | null>(null);

  readonly #messages = new SvelteMap<string, PhoneMessage>();
  readonly messages = $derived([...this.#messages.values()].sort((a, b) => a.seq - b.seq));

  readonly #simulator: Simulator;
  readonly #desk: DeskObserver;

  constructor(number: string, network: Simulator, desk: DeskObserver) {
    this.number = number;
    this.#simulator = network;
    this.#desk = desk;
  }

  /** Applies the simulator's state of the phone. */
  apply(phone: Phone): void {
    this.name = phone.name;
    this.airplane = phone.airplane;
    this.addedAt = Date.parse(phone.added_at);
  }

  /** Applies a message; the only writer of messages. Unchanged messages have no effect. */
  applyMessage(message: PhoneMessage, live: boolean): void {
    const known = this.#messages.get(message.sid);
    if (known && known.state !== 'sending' && message.state === 'sending') return;
    this.#messages.set(message.sid, message);
    if (!live) return;
    if (message.from_phone) {
      if (this.trip?.sid === message.sid) this.trip.onStored(message);
    } else if (!known) {
      this.trip = MessageTrip.toPhone(message, this.#desk);
    }
  }

  /** Loads all messages. */
  async load(): Promise<void> {
    for (const message of await this.#simulator.listMessages(this.number)) {
      this.applyMessage(message, false);
    }
  }

  /** Sends the draft. Restores it if sending fails. */
  async send(to: string): Promise<void> {
    const body = this.draft;
    if (!body.trim()) return;
    this.draft = '';
    await this.sendText(to, body);
    if (this.problem !== null) this.draft ||= body;
  }

  sendText = (to: string, body: string) => this.#submit(() => Promise.resolve({ to, body }), body);

  /** Sends files with the draft. */
  async sendFiles(to: string, files: readonly File[]): Promise<void> {
    if (!files.length) return;
    const body = this.draft.trim();
    this.draft = '';
    await this.#submit(async () => {
      const uploaded = await Promise.all(files.map((file) => this.#simulator.uploadFile(file)));
      return { to, body, media: uploaded.map((file) => file.sid) };
    }, body);
    if (this.problem !== null) this.draft ||= body;
  }

  /** Sends a sample location. */
  sendLocation = (to: string) =>
    this.#submit(() => Promise.resolve({ to, extras: { location: SAMPLE_LOCATION } }), '');

  /** Taps a button below the last message from the desk. */
  tapButton = (to: string, text: string) => {
    const last = this.messages.findLast((message) => !message.from_phone);
    const button = { text, payload: text.toLowerCase() };
    const extras = { button, ...(last ? { reply_to: last.sid } : {}) };
    return this.#submit(() => Promise.resolve({ to, body: text, extras }), text);
  };

  /** Marks received messages as read. */
  async markRead(): Promise<void> {
    if (parseChannel(this.number) === 'sms' || this.airplane) return;
    if (!this.messages.some((message) => !message.from_phone && !message.read)) return;
    await this.#try(() => this.#simulator.markRead(this.number));
  }

  /** Sends a message and measures its trip. */
  async #submit(buildRequest: () => Promise<SendFromPhone>, body: string): Promise<void> {
    const trip = MessageTrip.toDesk(body, this.#desk);
    this.trip = trip;
    await this.#try(async () => {
      const message = await this.#simulator.sendMessage(this.number, await buildRequest());
      trip.sid = message.sid;
      this.applyMessage(message, true);
      // The event may have arrived before the response.
      const present = this.#messages.get(message.sid);
      if (present) trip.onStored(present);
    });
    if (this.problem !== null) this.trip = null;
  }

  rename(name: string): Promise<void> {
    const before = this.name;
    this.name = name.trim() || null;
    return this.#try(async () => {
      this.apply(await this.#simulator.rename(this.number, name));
    }, before);
  }

  toggleAirplane = () =>
    this.#try(async () => {
      this.apply(await this.#simulator.setAirplane(this.number, !this.airplane));
    });

  async #try(act: () => Promise<void>, nameBefore?: string | null): Promise<void> {
    this.problem = null;
    try {
      await act();
    } catch (thrown) {
      this.problem = thrown instanceof SimulatorError ? thrown.message : strings.unexpected;
      if (nameBefore !== undefined) this.name = nameBefore;
    }
  }
}
