import { SvelteMap } from 'svelte/reactivity';
import { NetworkError, type Network } from './api';
import { strings } from './strings';
import { Trip } from './trip.svelte';
import type { DeskWatch } from './desk-watch';
import type { Phone, PhoneMessage } from './types';

/** One phone on the bench: what stands on its screen, what is being typed, what just passed through its cord. */
export class Handset {
  readonly number: string;
  name = $state<string | null>(null);
  airplane = $state(false);
  addedAt = '';
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
    this.addedAt = phone.added_at;
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
    const trip = Trip.toDesk(body, this.#desk);
    this.trip = trip;
    await this.#try(async () => {
      const message = await this.#network.send(this.number, to, body);
      trip.sid = message.sid;
      this.applyMessage(message, true);
      // The stream may have been faster than the answer.
      const present = this.#messages.get(message.sid);
      if (present) trip.stored(present);
    });
    if (this.problem === null) return;
    this.trip = null;
    this.draft ||= body;
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
