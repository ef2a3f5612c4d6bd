import { Transport } from './transport';
import type {
  CheckResult,
  ConsentEntry,
  ConsentState,
  Channel,
  Conversation,
  ConversationPage,
  ConversationStatus,
  Filter,
  Gallery,
  MediaAddress,
  Message,
  MessagePage,
  NumberCheck,
  QuarantinePage,
  ReleasedQuarantines,
  Sender,
  Ticket,
  Upload,
} from './types';

type Query = Record<string, string | number | null | undefined>;

/** All calls of the people's API, by name. */
export class Client extends Transport {
  listConversations = (query: {
    filter: Filter;
    channel?: Channel;
    search?: string;
    cursor?: string | null;
    limit?: number;
  }) => this.call<ConversationPage>('GET', `/api/conversations${search(query)}`);

  getConversation = (id: string) => this.call<Conversation>('GET', conversation(id));

  startConversation = (body: { to: string; from: string; contact_name?: string }) =>
    this.call<Conversation>('POST', '/api/conversations', body);

  /** An empty name takes the name away. */
  rename = (id: string, contact_name: string, previous_contact_name: string | null) =>
    this.call<Conversation>('PATCH', conversation(id), { contact_name, previous_contact_name });

  /** With a `rev` only if nothing came or changed since. */
  setStatus = (id: string, status: ConversationStatus, rev?: number) =>
    this.call<Conversation>('PATCH', conversation(id), { status, rev });

  /** An empty note takes the note away. */
  setNote = (id: string, note: string, previous_note: string | null) =>
    this.call<Conversation>('PATCH', conversation(id), { note, previous_note });

  /** Only if nothing came or changed since `rev`. */
  deleteConversation = (id: string, rev: number) =>
    this.call<unknown>('DELETE', conversation(id) + search({ rev }));

  markRead = (id: string, rev: number) =>
    this.call<Conversation>('POST', `${conversation(id)}/read`, { rev });

  listMessages = (
    id: string,
    query: {
      before?: string | null;
      after?: string | null;
      search?: string;
      limit?: number;
    } = {},
  ) => this.call<MessagePage>('GET', `${conversation(id)}/messages${search(query)}`);

  getMessage = (id: string, message: string) => this.call<Message>('GET', at(id, message));

  sendMessage = (
    id: string,
    body: { body: string; idempotency_key: string; media?: { upload_id: string; name?: string }[] },
  ) => this.call<Message>('POST', `${conversation(id)}/messages`, body);

  retryMessage = (id: string, message: string, idempotency_key: string) =>
    this.call<Message>('POST', `${at(id, message)}/retry`, { idempotency_key });

  redactMessage = (id: string, message: string) =>
    this.call<Message>('POST', `${at(id, message)}/redact`, {});

  /** Where the bytes can be read for a while. */
  getMedia = (id: string, message: string, index: number) =>
    this.call<MediaAddress>('GET', `${at(id, message)}/media/${String(index)}`);

  retryMedia = (id: string, message: string, index: number) =>
    this.call<Message>('POST', `${at(id, message)}/media/${String(index)}/retry`, {});

  listMedia = (id: string, cursor?: string | null) =>
    this.call<Gallery>('GET', `${conversation(id)}/media${search({ cursor })}`);

  /** Where the browser may put the bytes of one file. */
  createUpload = (file: {
    conversation_id: string;
    name: string;
    content_type: string;
    size: number;
  }) => this.call<Upload>('POST', '/api/uploads', file);

  checkMessage = (
    id: string,
    body: { body: string; media: { content_type: string; size: number }[] },
    signal?: AbortSignal,
  ) => this.call<CheckResult>('POST', `${conversation(id)}/messages/check`, body, signal);

  listConsent = (id: string) =>
    this.call<{ entries: ConsentEntry[] }>('GET', `${conversation(id)}/consent`);

  recordConsent = (id: string, body: { state: ConsentState; evidence: string }) =>
    this.call<Conversation>('POST', `${conversation(id)}/consent`, body);

  listSenders = () => this.call<{ senders: Sender[] }>('GET', '/api/senders');

  /** `from`: one of our senders, where it is not left to the server. */
  checkNumber = (number: string, from: string | null, signal?: AbortSignal) =>
    this.call<NumberCheck>(
      'POST',
      '/api/numbers/check',
      { number, ...(from ? { from } : {}) },
      signal,
    );

  listQuarantine = (cursor?: string | null) =>
    this.call<QuarantinePage>('GET', `/api/quarantine${search({ cursor })}`);

  releaseQuarantine = (id: string) =>
    this.call<{ released: boolean; message: Message | null }>(
      'POST',
      `/api/quarantine/${encodeURIComponent(id)}/release`,
      {},
    );

  /** Lets in again what was held back for this reason, a part at a time: to be called until there is no cursor. */
  releaseQuarantines = (reason: string, cursor: string | null = null) =>
    this.call<ReleasedQuarantines>('POST', '/api/quarantine/release', { reason, cursor });

  issueTicket = () => this.call<Ticket>('POST', '/api/sockets/ticket', {});
}

const conversation = (id: string) => `/api/conversations/${encodeURIComponent(id)}`;
const at = (id: string, message: string) =>
  `${conversation(id)}/messages/${encodeURIComponent(message)}`;

function search(query: Query): string {
  const set = Object.entries(query).filter(([, value]) => value !== undefined && value !== null);
  const text = new URLSearchParams(set.map(([name, value]) => [name, String(value)])).toString();
  return text && `?${text}`;
}
