import {
  agent,
  alertList,
  channelHealth,
  inboxBulkAnswer,
  inboxDetail,
  inboxGroupList,
  inboxText,
  quarantineSummary,
  type InboxBulk,
  type InboxFilter,
  consent,
  consentChange,
  customer,
  customerSuggestion,
  handedIn,
  heldReply,
  inboxItem,
  mailAccount,
  mailAccountTested,
  mailSignIn,
  httpSource,
  httpSourceWithSecret,
  mailIdentity,
  webForm,
  merge,
  message,
  messageTemplate,
  messagingSettings,
  outboxItem,
  page,
  queue,
  requestType,
  sendingLimit,
  watchLimits,
  replyRecipients,
  setupState,
  ticket,
  ticketDetail,
  uploadedFile,
  hubEvent,
  type Agent,
  type ChannelName,
  type Consent,
  type HeldReply,
  type HubEvent,
  type MailAccountCreate,
  type MailAccountTest,
  type MailAccountUpdate,
  type MailIdentity,
  type MailIdentityUpdate,
  type Message,
  type MessageTemplate,
  type MessagingSettings,
  type MessageCreateInput,
  type OutboxFilter,
  type PresenceState,
  type SkillAtLevel,
  type Role,
  type TicketStatus,
  type HttpSource,
  type HttpSourceDraft,
  type WebForm,
  type WebFormDraft,
  type RequestType,
  type SendingLimit,
  type WatchLimits,
} from '@patchbay/contracts';
import { clockCalls } from './clock-calls.ts';
import { customerFileCalls } from './customer-file-calls.ts';
import { automationCalls } from './automation-calls.ts';
import { routingRuleCalls } from './routing-rule-calls.ts';
import { reportCalls } from './report-calls.ts';
import { gradingCalls } from './grading-calls.ts';
import { identityCalls } from './identity-calls.ts';
import { createSend, nothing, type Reader, type Send } from './http.ts';
import { privacyCalls } from './privacy-calls.ts';
import { routingCalls } from './routing-calls.ts';
import { floorCalls } from './floor-calls.ts';
import { wallboardCalls } from './wallboard-calls.ts';

export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}
export interface TicketFilter {
  /** One status or several separated by commas. */
  status?: string;
  channel?: ChannelName;
  customerId?: string;
  /** An agent's id, `me` or `none`. */
  assigneeId?: string;
  q?: string;
  tag?: string;
  /** `waiting`: the most urgent first, then who waits longest. Left out: the newest first. */
  order?: 'waiting';
}
export type MessageDraft = MessageCreateInput;
export interface AgentDraft {
  name: string;
  role: Role;
  phone: string | null;
  queueIds: string[];
  capacity: Partial<Record<ChannelName, number>>;
  capacityTotal?: number | null;
  skills?: SkillAtLevel[];
}
export interface TicketChange {
  status?: TicketStatus;
  subject?: string;
  reason?: string;
  /** What is asked for; null takes it away. */
  requestType?: string | null;
  fields?: Record<string, unknown>;
}
export type RequestTypeDraft = Omit<RequestType, 'key' | 'createdAt' | 'updatedAt'>;
type Cursor = string | null | undefined;

const agents = page(agent).pick({ items: true });
const queues = page(queue).pick({ items: true });
const suggestions = page(customerSuggestion).pick({ items: true });
const merges = page(merge).pick({ items: true });

/** The hub's REST API as the console uses it; every answer is parsed. Methods throw `ApiProblem`. */
export type Api = ReturnType<typeof createApi>;

export function createApi(send: Send = createSend()) {
  return {
    ...sessionCalls(send),
    ...ticketCalls(send),
    ...composeCalls(send),
    ...customerCalls(send),
    ...deskCalls(send),
    ...teamCalls(send),
    ...textingCalls(send),
    ...mailAccountCalls(send),
    ...privacyCalls(send),
    ...settingCalls(send),
    ...customerFileCalls(send),
    ...gradingCalls(send),
    ...automationCalls(send),
    ...routingRuleCalls(send),
    ...reportCalls(send),
    ...identityCalls(send),
    ...clockCalls(send),
    ...wallboardCalls(send),
    ...routingCalls(send),
    ...floorCalls(send),
  };
}

function sessionCalls(send: Send) {
  return {
    setup: (signal?: AbortSignal) => send('GET', '/setup', setupState, { signal }),
    completeSetup: (json: { token: string; name: string; email: string; password: string }) =>
      send('POST', '/setup', nothing, { json }),
    logIn: (json: { email: string; password: string }) => send('POST', '/session', nothing, { json }),
    logOut: () => send('DELETE', '/session', nothing),
    me: (signal?: AbortSignal) => send('GET', '/me', agent, { signal }),
    setPresence: (state: PresenceState, reason?: string) =>
      send('PUT', '/agents/me/presence', nothing, { json: { state, reason } }),
  };
}

function ticketCalls(send: Send) {
  const act = (name: string) => (id: string) => send('POST', `/tickets/${id}/${name}`, nothing);
  return {
    tickets: (filter: TicketFilter, cursor?: Cursor, limit = 50, signal?: AbortSignal) =>
      send('GET', '/tickets', page(ticket), { query: { ...filter, limit, cursor: cursor ?? undefined }, signal }),
    ticket: (id: string, signal?: AbortSignal) => send('GET', `/tickets/${id}`, ticketDetail, { signal }),
    messages: (id: string, signal?: AbortSignal): Promise<Message[]> =>
      readAll(send, `/tickets/${id}/messages`, page(message), signal),
    events: (id: string, signal?: AbortSignal): Promise<HubEvent[]> =>
      readAll(send, `/tickets/${id}/events`, page(hubEvent), signal),
    updateTicket: (id: string, json: TicketChange) => send('PATCH', `/tickets/${id}`, nothing, { json }),
    /** `idempotencyKey` stays the same while the same words are tried again, so that they are sent once. */
    postMessage: (id: string, json: MessageDraft, idempotencyKey: string) =>
      send('POST', `/tickets/${id}/messages`, message, { json, headers: { 'idempotency-key': idempotencyKey } }),
    accept: act('accept'),
    decline: act('decline'),
    claim: act('claim'),
    release: act('release'),
    call: (id: string, action: 'hold' | 'resume' | 'hang-up') =>
      send('POST', `/tickets/${id}/call`, nothing, { json: { action } }),
    /** Calls the ticket's customer; the key stays the same while the same call is tried again. */
    placeCall: (id: string, idempotencyKey: string) =>
      send('POST', `/tickets/${id}/calls`, ticket, { json: {}, headers: { 'idempotency-key': idempotencyKey } }),
    upload: (file: File) =>
      send('POST', '/files', uploadedFile, {
        raw: { body: file, contentType: file.type || 'application/octet-stream' },
        headers: { 'x-filename': encodeURIComponent(file.name || 'file') },
      }),
  };
}

function composeCalls(send: Send) {
  return {
    replyRecipients: (id: string, signal?: AbortSignal) =>
      send('GET', `/tickets/${id}/reply-recipients`, replyRecipients, { signal }),
    heldReplies: (id: string, signal?: AbortSignal): Promise<HeldReply[]> =>
      readAll(send, `/tickets/${id}/held-replies`, page(heldReply), signal),
    /** Those of mine that could not leave, whatever ticket they are on. */
    failedReplies: (signal?: AbortSignal): Promise<HeldReply[]> =>
      readAll(send, '/held-replies', page(heldReply), signal, { state: 'failed' }),
    holdReply: (id: string, json: MessageDraft, idempotencyKey: string) =>
      send('POST', `/tickets/${id}/held-replies`, heldReply, { json, headers: { 'idempotency-key': idempotencyKey } }),
    takeBack: (id: string) => send('DELETE', `/held-replies/${id}`, heldReply),
    sendHeldNow: (id: string) => send('POST', `/held-replies/${id}/send-now`, heldReply),
    mailIdentities: (signal?: AbortSignal): Promise<MailIdentity[]> =>
      readAll(send, '/mail-identities', page(mailIdentity), signal),
    createMailIdentity: (json: MailIdentityUpdate) => send('POST', '/mail-identities', nothing, { json }),
    updateMailIdentity: (id: string, json: MailIdentityUpdate) =>
      send('PATCH', `/mail-identities/${id}`, nothing, { json }),
    deleteMailIdentity: (id: string) => send('DELETE', `/mail-identities/${id}`, nothing),
    httpSources: (signal?: AbortSignal): Promise<HttpSource[]> =>
      readAll(send, '/http-sources', page(httpSource), signal),
    createHttpSource: (json: HttpSourceDraft) => send('POST', '/http-sources', httpSourceWithSecret, { json }),
    updateHttpSource: (id: string, json: HttpSourceDraft) => send('PUT', `/http-sources/${id}`, nothing, { json }),
    rotateSourceSecret: (id: string) => send('POST', `/http-sources/${id}/secret`, httpSourceWithSecret),
    updateMe: (json: { undoSeconds: number }) => send('PATCH', '/me', nothing, { json }),
  };
}

function customerCalls(send: Send) {
  return {
    customers: (q: string, signal?: AbortSignal) =>
      send('GET', '/customers', page(customer), { query: { q, limit: 20 }, signal }),
    customer: (id: string, signal?: AbortSignal) => send('GET', `/customers/${id}`, customer, { signal }),
    suggestions: (id: string, signal?: AbortSignal) =>
      send('GET', `/customers/${id}/suggestions`, suggestions, { signal }),
    merges: (id: string, signal?: AbortSignal) => send('GET', `/customers/${id}/merges`, merges, { signal }),
    mergeCustomers: (id: string, otherId: string) =>
      send('POST', `/customers/${id}/merge`, merge, { json: { otherId } }),
    undoMerge: (mergeId: string) => send('POST', `/merges/${mergeId}/undo`, nothing),
  };
}

function deskCalls(send: Send) {
  return {
    inbox: (filter: InboxFilter, cursor?: Cursor, signal?: AbortSignal) =>
      send('GET', '/inbox', page(inboxItem), { query: { ...filter, cursor: cursor ?? undefined }, signal }),
    quarantineSummary: (signal?: AbortSignal) => send('GET', '/inbox/summary', quarantineSummary, { signal }),
    inboxGroups: async (signal?: AbortSignal) => (await send('GET', '/inbox/groups', inboxGroupList, { signal })).items,
    inboxDetail: (id: string, signal?: AbortSignal) => send('GET', `/inbox/${id}/detail`, inboxDetail, { signal }),
    inboxText: (id: string, signal?: AbortSignal) => send('GET', `/inbox/${id}/text`, inboxText, { signal }),
    inboxBulk: (json: InboxBulk) => send('POST', '/inbox/bulk', inboxBulkAnswer, { json }),
    alerts: async (signal?: AbortSignal) => (await send('GET', '/alerts', alertList, { signal })).items,
    channelHealth: (signal?: AbortSignal) => send('GET', '/channel-health', channelHealth, { signal }),
    replay: (id: string) => send('POST', `/inbox/${id}/replay`, nothing),
    outbox: (status?: OutboxFilter, cursor?: Cursor, signal?: AbortSignal) =>
      send('GET', '/outbox', page(outboxItem), { query: { status, cursor: cursor ?? undefined }, signal }),
    written: (id: string) => send('GET', `/outbox/${id}/written`, handedIn),
    resolveOutbound: (id: string, decision: 'sent' | 'failed' | 'resend' | 'seen') =>
      send('POST', `/outbox/${id}/resolve`, nothing, { json: { decision } }),
  };
}

type TemplateFields = Omit<MessageTemplate, 'id' | 'state'>;

function textingCalls(send: Send) {
  return {
    consents: (address: string, signal?: AbortSignal): Promise<Consent[]> =>
      readAll(send, '/consents', page(consent), signal, { address }),
    consentLog: (address: string, cursor?: Cursor, signal?: AbortSignal) =>
      send('GET', '/consents/log', page(consentChange), { query: { address, cursor: cursor ?? undefined }, signal }),
    setConsent: (json: Pick<Consent, 'channel' | 'account' | 'address' | 'state'> & { reason: string }) =>
      send('PUT', '/consents', consent, { json }),
    templates: (filter: { channel?: ChannelName; state?: 'active' }, cursor?: Cursor, signal?: AbortSignal) =>
      send('GET', '/templates', page(messageTemplate), {
        query: { ...filter, limit: 200, cursor: cursor ?? undefined },
        signal,
      }),
    createTemplate: (json: TemplateFields) => send('POST', '/templates', messageTemplate, { json }),
    updateTemplate: (id: string, json: Partial<Omit<MessageTemplate, 'id' | 'channel'>>) =>
      send('PATCH', `/templates/${id}`, messageTemplate, { json }),
    deleteTemplate: (id: string) => send('DELETE', `/templates/${id}`, nothing),
  };
}

function teamCalls(send: Send) {
  return {
    agents: async (signal?: AbortSignal): Promise<Agent[]> =>
      (await send('GET', '/agents', agents, { query: { limit: 200 }, signal })).items,
    queues: async (signal?: AbortSignal) => (await send('GET', '/queues', queues, { signal })).items,
    createAgent: (json: AgentDraft & { email: string; password: string }) => send('POST', '/agents', nothing, { json }),
    updateAgent: (id: string, json: Partial<AgentDraft>) => send('PATCH', `/agents/${id}`, nothing, { json }),
  };
}

/** What a manager decides about forms and limits. */
function settingCalls(send: Send) {
  return {
    requestTypes: (signal?: AbortSignal) => readAll(send, '/request-types', page(requestType), signal),
    createRequestType: (json: RequestTypeDraft & { key: string }) =>
      send('POST', '/request-types', requestType, { json }),
    updateRequestType: (key: string, json: RequestTypeDraft) =>
      send('PUT', `/request-types/${key}`, requestType, { json }),
    deleteRequestType: (key: string) => send('DELETE', `/request-types/${key}`, nothing),
    webForms: (signal?: AbortSignal): Promise<WebForm[]> => readAll(send, '/web-forms', page(webForm), signal),
    createWebForm: (json: WebFormDraft & { slug: string }) => send('POST', '/web-forms', webForm, { json }),
    updateWebForm: (slug: string, json: WebFormDraft) => send('PUT', `/web-forms/${slug}`, webForm, { json }),
    watchLimits: (signal?: AbortSignal) => send('GET', '/watch-limits', watchLimits, { signal }),
    setWatchLimits: (json: WatchLimits) => send('PUT', '/watch-limits', watchLimits, { json }),
    sendingLimits: (signal?: AbortSignal): Promise<SendingLimit[]> =>
      readAll(send, '/sending-limits', page(sendingLimit), signal),
    setSendingLimit: (json: Omit<SendingLimit, 'pausedUntil'>) => send('PUT', '/sending-limits', nothing, { json }),
    messagingSettings: (signal?: AbortSignal) => send('GET', '/settings/messaging', messagingSettings, { signal }),
    setMessagingSettings: (json: MessagingSettings) => send('PUT', '/settings/messaging', messagingSettings, { json }),
  };
}

function mailAccountCalls(send: Send) {
  const at = (id: string) => `/mail-accounts/${id}`;
  return {
    mailAccounts: (cursor: Cursor, signal?: AbortSignal) =>
      send('GET', '/mail-accounts', page(mailAccount), { query: { cursor: cursor ?? undefined }, signal }),
    createMailAccount: (json: MailAccountCreate) => send('POST', '/mail-accounts', mailAccount, { json }),
    updateMailAccount: (id: string, json: MailAccountUpdate) => send('PATCH', at(id), mailAccount, { json }),
    deleteMailAccount: (id: string) => send('DELETE', at(id), nothing),
    tryMailAccount: (id: string) => send('POST', `${at(id)}/try`, nothing),
    testMailAccount: (json: MailAccountTest) => send('POST', '/mail-accounts/test', mailAccountTested, { json }),
    signInMailAccount: (id: string) => send('POST', `${at(id)}/sign-in`, mailSignIn),
  };
}

/** Where the raw bytes of an inbox item can be downloaded. */
export const inboxRawUrl = (id: string): string => `/api/v1/inbox/${id}/raw`;

/** Follows the cursor to the end: a conversation is only honest when it is whole. */
async function readAll<T>(
  send: Send,
  path: string,
  reader: Reader<Page<T>>,
  signal?: AbortSignal,
  filter: Record<string, string> = {},
): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | null = null;
  do {
    const next: Page<T> = await send('GET', path, reader, {
      query: { ...filter, limit: 200, cursor: cursor ?? undefined },
      signal,
    });
    items.push(...next.items);
    cursor = next.nextCursor;
  } while (cursor !== null);
  return items;
}
