import type { Channel } from './channel';
import { sayAll } from '../api/answers';
import type { Problem } from '../api/types';
import { phones as strings } from '../strings';
import type { BenchView, Phone, PhoneMedia, PhoneMessage, Sent } from './types';

/** What the network refused, as a sentence. */
export class NetworkError extends Error {}

const BASE = '/phones/api';

async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  let answer: Response;
  try {
    answer = await fetch(`${BASE}${path}`, {
      method,
      ...(body === undefined
        ? {}
        : body instanceof File
          ? { body, headers: { 'content-type': body.type || 'application/octet-stream' } }
          : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
  } catch {
    throw new NetworkError(strings.unreachable);
  }
  if (!answer.ok) throw new NetworkError(await sentence(answer));
  return (answer.status === 204 ? undefined : await answer.json()) as T;
}

async function sentence(answer: Response): Promise<string> {
  try {
    const problem = (await answer.json()) as Problem;
    return sayAll(problem.sentences, problem.detail ?? strings.unexpected);
  } catch {
    return strings.unexpected;
  }
}

const at = (number: string) => `/phones/${encodeURIComponent(number)}`;

/** The network's side of the phones: its JSON API and its live stream. */
export const network = {
  bench: () => call<BenchView>('GET', '/phones'),
  add: (phone: { number?: string; name?: string; channel: Channel }) =>
    call<Phone>('POST', '/phones', phone),
  setAirplane: (number: string, airplane: boolean) =>
    call<Phone>('PATCH', at(number), { airplane }),
  rename: (number: string, name: string) => call<Phone>('PATCH', at(number), { name }),
  remove: (number: string) => call<undefined>('DELETE', at(number)),
  messages: async (number: string) =>
    (await call<{ messages: PhoneMessage[] }>('GET', `${at(number)}/messages`)).messages,
  send: (number: string, sent: Sent) => call<PhoneMessage>('POST', `${at(number)}/messages`, sent),
  /** Keeps a file, to be sent with a message. */
  keep: (file: File) =>
    call<PhoneMedia>('POST', `/media?name=${encodeURIComponent(file.name)}`, file),
  /** The thread is open: what has arrived is read. */
  read: (number: string) => call<undefined>('POST', `${at(number)}/read`),
  listen: () => new EventSource(`${BASE}/events`),
};

export type Network = typeof network;
