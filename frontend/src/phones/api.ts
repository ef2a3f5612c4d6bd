import type { Channel } from './channel';
import { localizeAll } from '../api/localize';
import type { Problem } from '../api/types';
import { phoneStrings as strings } from '../strings/phones';
import type { PhoneList, Phone, PhoneMedia, PhoneMessage, SendFromPhone } from './types';

/** An error of the simulator; its message is for users. */
export class SimulatorError extends Error {}

const BASE = '/phones/api';

async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  let response: Response;
  try {
    response = await fetch(`${BASE}${path}`, {
      method,
      ...(body === undefined
        ? {}
        : body instanceof File
          ? { body, headers: { 'content-type': body.type || 'application/octet-stream' } }
          : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
  } catch {
    throw new SimulatorError(strings.unreachable);
  }
  if (!response.ok) throw new SimulatorError(await errorText(response));
  return (response.status === 204 ? undefined : await response.json()) as T;
}

async function errorText(response: Response): Promise<string> {
  try {
    const problem = (await response.json()) as Problem;
    return localizeAll(problem.localized_detail, problem.detail ?? strings.unexpected);
  } catch {
    return strings.unexpected;
  }
}

const phonePath = (number: string) => `/phones/${encodeURIComponent(number)}`;

/** The simulator's JSON API for phones and its event stream. */
export const simulator = {
  listPhones: () => call<PhoneList>('GET', '/phones'),
  addPhone: (phone: { number?: string; name?: string; channel: Channel }) =>
    call<Phone>('POST', '/phones', phone),
  setAirplane: (number: string, airplane: boolean) =>
    call<Phone>('PATCH', phonePath(number), { airplane }),
  rename: (number: string, name: string) => call<Phone>('PATCH', phonePath(number), { name }),
  removePhone: (number: string) => call<undefined>('DELETE', phonePath(number)),
  listMessages: async (number: string) =>
    (await call<{ messages: PhoneMessage[] }>('GET', `${phonePath(number)}/messages`)).messages,
  sendMessage: (number: string, sent: SendFromPhone) =>
    call<PhoneMessage>('POST', `${phonePath(number)}/messages`, sent),
  /** Uploads a file, to be sent with a message. */
  uploadFile: (file: File) =>
    call<PhoneMedia>('POST', `/media?name=${encodeURIComponent(file.name)}`, file),
  /** Marks all received messages as read. */
  markRead: (number: string) => call<undefined>('POST', `${phonePath(number)}/read`),
  listen: () => new EventSource(`${BASE}/events`),
};

export type Simulator = typeof simulator;
