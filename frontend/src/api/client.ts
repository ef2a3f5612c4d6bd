import { Transport } from './transport';
import type {
  CheckResult,
  ConsentRecord,
  ConsentState,
  Channel,
  Conversation,
  ConversationPage,
  ConversationStatus,
  Filter,
  MediaPage,
  MediaDownload,
  Message,
  MessagePage,
  NumberCheck,
  QuarantinePage,
  BulkReleaseResult,
  Sender,
  Ticket,
  UploadTarget,
} from './types';

type Query = Record<string, string | number | null | undefined>;

/** All calls of the API, by name. */
export class Client extends Transport {
  listConversations = (query: {
    filter: Filter | 'all';
    channel?: Channel;
    sort?: 'longest_waiting';
    counts?: 'true';
    search?: string;
    cursor?: string | null;
    limit?: number;
  }) => this.call<ConversationPage>('GET', `/api/conversations${toQuery(query)}`);

  getConversation = (id: string) => this.call<Conversation>('GET', conversationPath(id));

  startConversation = (body: { to: string; from: string; contact_name?: string }) =>
    this.call<Conversation>('POST', '/api/conversations', body);

  /** An empty name removes the name. */
  setName = (id: string, contact_name: string, previous_contact_name: string | null) =>
    this.call<Conversation>('PATCH', conversationPath(id), { contact_name, previous_contact_name });

  /** With `rev`, only if the conversation has not changed since. */
  setStatus = (id: string, status: ConversationStatus, rev?: number) =>
    this.call<Conversation>('PATCH', conversationPath(id), { status, rev });

  /** Only if the conversation has not changed since `rev`. */
  setWaiting = (id: string, move: { unread: true } | { waiting: false }, rev: number) =>
    this.call<Conversation>('PATCH', conversationPath(id), { ...move, rev });

  /** An empty note removes the note. */
  setNote = (id: string, note: string, previous_note: string | null) =>
    this.call<Conversation>('PATCH', conversationPath(id), { note, previous_note });

  /** Only if the conversation has not changed since `rev`. */
  deleteConversation = (id: string, rev: number) =>
    this.call<unknown>('DELETE', conversationPath(id) + toQuery({ rev }));

  markRead = (id: string, rev: number) =>
    this.call<Conversation>('POST', `${conversationPath(id)}/read`, { rev });

  listMessages = (
    id: string,
    query: {
      before?: string | null;
      after?: string | null;
      search?: string;
      limit?: number;
    } = {},
  ) => this.call<MessagePage>('GET', `${conversationPath(id)}/messages${toQuery(query)}`);

  getMessage = (id: string, message: string) => this.call<Message>('GET', messagePath(id, message));

  sendMessage = (
    id: string,
    body: { body: string; idempotency_key: string; media?: { upload_id: string; name?: string }[] },
  ) => this.call<Message>('POST', `${conversationPath(id)}/messages`, body);

  retryMessage = (id: string, message: string, idempotency_key: string) =>
    this.call<Message>('POST', `${messagePath(id, message)}/retry`, { idempotency_key });

  redactMessage = (id: string, message: string) =>
    this.call<Message>('POST', `${messagePath(id, message)}/redact`, {});

  /** Returns a temporary download URL. */
  getMedia = (id: string, message: string, index: number) =>
    this.call<MediaDownload>('GET', `${messagePath(id, message)}/media/${String(index)}`);

  retryMedia = (id: string, message: string, index: number) =>
    this.call<Message>('POST', `${messagePath(id, message)}/media/${String(index)}/retry`, {});

  listMedia = (id: string, cursor?: string | null) =>
    this.call<MediaPage>('GET', `${conversationPath(id)}/media${toQuery({ cursor })}`);

  /** Creates a place to which the browser uploads one file. */
  createUpload = (file: {
    conversation_id: string;
    name: string;
    content_type: string;
    size: number;
    first_bytes: string;
    last_bytes: string;
  }) => this.call<UploadTarget>('POST', '/api/uploads', file);

  checkMessage = (
    id: string,
    body: { body: string; media: { content_type: string; size: number }[] },
    signal?: AbortSignal,
  ) => this.call<CheckResult>('POST', `${conversationPath(id)}/messages/check`, body, signal);

  listConsent = (id: string) =>
    this.call<{ records: ConsentRecord[] }>('GET', `${conversationPath(id)}/consent`);

  /** The evidence is a description or a message of the contact. */
  recordConsent = (
    id: string,
    body: { state: ConsentState } & ({ evidence: string } | { message_id: string }),
  ) => this.call<Conversation>('POST', `${conversationPath(id)}/consent`, body);

  listSenders = () => this.call<{ senders: Sender[] }>('GET', '/api/senders');

  /** `from` is one of our senders; null leaves the choice to the server. */
  checkNumber = (number: string, from: string | null, signal?: AbortSignal) =>
    this.call<NumberCheck>(
      'POST',
      '/api/numbers/check',
      { number, ...(from ? { from } : {}) },
      signal,
    );

  listQuarantine = (cursor?: string | null) =>
    this.call<QuarantinePage>('GET', `/api/quarantine${toQuery({ cursor })}`);

  releaseQuarantine = (id: string) =>
    this.call<{ released: boolean; message: Message | null }>(
      'POST',
      `/api/quarantine/${encodeURIComponent(id)}/release`,
      {},
    );

  /** Releases a part of the requests with this reason. Call it until the cursor is null. */
  releaseQuarantines = (reason: string, cursor: string | null = null) =>
    this.call<BulkReleaseResult>('POST', '/api/quarantine/release', { reason, cursor });

  issueTicket = () => this.call<Ticket>('POST', '/api/sockets/ticket', {});
}

const conversationPath = (id: string) => `/api/conversations/${encodeURIComponent(id)}`;
const messagePath = (id: string, message: string) =>
  `${conversationPath(id)}/messages/${encodeURIComponent(message)}`;

function toQuery(query: Query): string {
  const set = Object.entries(query).filter(([, value]) => value !== undefined && value !== null);
  const text = new URLSearchParams(set.map(([name, value]) => [name, String(value)])).toString();
  return text && `?${text}`;
}
