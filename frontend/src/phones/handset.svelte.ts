import { SvelteMap } from 'svelte/reactivity';
import { NetworkError, type Network } from './api';
import { channelOf } from './channel';
import { phones as strings } from '../strings';
import { Trip } from './trip.svelte';
import type { DeskWatch } from './desk-watch';
import type { Phone, PhoneMessage, Sent } from './types';

const PLACE = {
  latitude: '47.6205',
  longitude: '-122.3493',
  label: 'Space Needle',
  address: '400 Broad St, Seattle',
};

/** One phone on the bench: what stands on its screen, what is being typed, what just passed through its cord. */
export class Handset {
  readonly number: string;
  name = $state<string | null>(null);
  airplane = $state(false);
  /** Milliseconds since 1970. */
  addedAt = 0;
  draft = $state('');
  /** Why the last thing done here did not work. */
  problem = $state<string | null>(null);
  /** A message came while another phone was in the hand. */
  waits = $state(false);
  trip = $state.raw<Trip | null>(null);

  readonly #messages = new SvelteMap<string, PhoneMessage>();
  readonly messages = $derived([...this.#messages.values()].sort((a, b) => a.seq - b.seq));

  readonly #network: Network;
  readonly #desk: DeskWatch;

  constructor(number: string, network: Network, desk: DeskWatch) {
    this.number = number;
    this.#network = network;
    this.#desk = desk;
  }

  /** What the network says about the phone. */
  apply(phone: Phone): void {
    this.name = phone.name;
    this.airplane = phone.airplane;
    this.addedAt = Date.parse(phone.added_at);
  }

  /** The only writer of messages. What is known already and changed in nothing changes nothing. */
  applyMessage(message: PhoneMessage, live: boolean): void {
    const known = this.#messages.get(message.sid);
    if (known && known.state !== 'sending' && message.state === 'sending') return;
    this.#messages.set(message.sid, message);
    if (!live) return;
    if (message.from_phone) {
      if (this.trip?.sid === message.sid) this.trip.stored(message);
    } else if (!known) {
      this.trip = Trip.toPhone(message, this.#desk);
    }
  }

  /** Reads the whole screen anew. */
  async read(): Promise<void> {
    for (const message of await this.#network.messages(this.number)) {
      this.applyMessage(message, false);
    }
  }

  /** Sends what is typed. If it does not leave the phone, it stands in the field again. */
  async send(to: string): Promise<void> {
    const body = this.draft;
    if (!body.trim()) return;
    this.draft = '';
    await this.sendText(to, body);
    if (this.problem !== null) this.draft ||= body;
  }

  sendText = (to: string, body: string) => this.#hand(() => Promise.resolve({ to, body }), body);

  /** Sends files with what is typed. */
  async sendFiles(to: string, files: readonly File[]): Promise<void> {
    if (!files.length) return;
    const body = this.draft.trim();
    this.draft = '';
    await this.#hand(async () => {
      const kept = await Promise.all(files.map((file) => this.#network.keep(file)));
      return { to, body, media: kept.map((file) => file.sid) };
    }, body);
    if (this.problem !== null) this.draft ||= body;
  }

  /** Sends where the customer is: an invented place. */
  sendPlace = (to: string) =>
    this.#hand(() => Promise.resolve({ to, particulars: { location: PLACE } }), '');

  /** Presses a button under the last message of the desk. */
  press = (to: string, text: string) => {
    const last = this.messages.findLast((message) => !message.from_phone);
    const button = { text, payload: text.toLowerCase() };
    const particulars = { button, ...(last ? { reply_to: last.sid } : {}) };
    return this.#hand(() => Promise.resolve({ to, body: text, particulars }), text);
  };

  /** The thread is open: the desk may learn that what arrived was read. */
  async see(): Promise<void> {
    if (channelOf(this.number) === 'sms' || this.airplane) return;
    if (!this.messages.some((message) => !message.from_phone && !message.read)) return;
    await this.#try(() => this.#network.read(this.number));
  }

  /** Hands a message to the network; its text is measured on its way, if it has one. */
  async #hand(make: () => Promise<Sent>, body: string): Promise<void> {
    const trip = Trip.toDesk(body, this.#desk);
    this.trip = trip;
    await this.#try(async () => {
      const message = await this.#network.send(this.number, await make());
      trip.sid = message.sid;
      this.applyMessage(message, true);
      // The stream may have been faster than the answer.
      const present = this.#messages.get(message.sid);
      if (present) trip.stored(present);
    });
    if (this.problem !== null) this.trip = null;
  }

  rename(name: string): Promise<void> {
    const before = this.name;
    this.name = name.trim() || null;
    return this.#try(async () => {
      this.apply(await this.#network.rename(this.number, name));
    }, before);
  }

  toggleAirplane = () =>
    this.#try(async () => {
      this.apply(await this.#network.setAirplane(this.number, !this.airplane));
    });

  async #try(act: () => Promise<void>, nameBefore?: string | null): Promise<void> {
    this.problem = null;
    try {
      await act();
    } catch (thrown) {
      this.problem = thrown instanceof NetworkError ? thrown.message : strings.unexpected;
      if (nameBefore !== undefined) this.name = nameBefore;
    }
  }
}
