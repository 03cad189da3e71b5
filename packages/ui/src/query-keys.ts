import type { HubEvent, SettingName } from '@patchbay/contracts';

/** Names of everything that is read from the hub and kept. The first word says what an event makes out of date. */
export const keys = {
  me: ['me'] as const,
  setup: ['setup'] as const,
  tickets: ['tickets'] as const,
  ticketList: (filter: object) => ['tickets', filter] as const,
  offers: ['tickets', 'offers'] as const,
  ticket: (id: string) => ['ticket', id] as const,
  messages: (id: string) => ['messages', id] as const,
  events: (id: string) => ['events', id] as const,
  heldReplies: (ticketId: string) => ['held-replies', ticketId] as const,
  replyRecipients: (ticketId: string) => ['reply-recipients', ticketId] as const,
  mailIdentities: ['mail-identities'] as const,
  customer: (id: string) => ['customer', id] as const,
  suggestions: (id: string) => ['customer', id, 'suggestions'] as const,
  merges: (id: string) => ['customer', id, 'merges'] as const,
  customerGrading: (id: string) => ['customer', id, 'grading'] as const,
  customerMoves: (id: string) => ['customer', id, 'moves'] as const,
  guard: (customerId: string) => ['guard', customerId] as const,
  guardSettings: ['guard-settings'] as const,
  grading: ['grading'] as const,
  segments: ['segments'] as const,
  identifiers: (id: string) => ['customer', id, 'identifiers'] as const,
  openCodes: (id: string) => ['customer', id, 'codes'] as const,
  ledger: (id: string) => ['customer', id, 'ledger'] as const,
  mergeUndo: (id: string) => ['customer', 'merge', id] as const,
  suggestionList: ['suggestion-list'] as const,
  identitySettings: ['identity-settings'] as const,
  visitorSites: ['visitor-sites'] as const,
  customerSearch: (q: string) => ['customer-search', q] as const,
  customerFile: (id: string) => ['customer-file', id] as const,
  timeline: (id: string) => ['customer-file', id, 'timeline'] as const,
  customerFiles: (filter: object) => ['customer-files', filter] as const,
  customFields: ['custom-fields'] as const,
  organisations: (q: string) => ['organisations', q] as const,
  reviewSettings: ['review-settings'] as const,
  tasks: ['tasks'] as const,
  imports: ['imports'] as const,
  importMappings: ['imports', 'mappings'] as const,
  agents: ['agents'] as const,
  queues: ['queues'] as const,
  queueSettings: ['queue-settings'] as const,
  skills: ['skills'] as const,
  teams: ['teams'] as const,
  presenceReasons: ['presence-reasons'] as const,
  transferTargets: (ticketId: string) => ['ticket', ticketId, 'transfer-targets'] as const,
  requestTypes: ['request-types'] as const,
  httpSources: ['http-sources'] as const,
  webForms: ['web-forms'] as const,
  report: (scope: string, query: object) => ['report', scope, query] as const,
  reportDefinitions: ['report-definitions'] as const,
  reportTickets: (query: object) => ['report-tickets', query] as const,
  savedReports: ['saved-reports'] as const,
  reportSchedules: ['report-schedules'] as const,
  reportMails: (reportId: string) => ['report-schedules', reportId, 'mails'] as const,
  watchLimits: ['watch-limits'] as const,
  sendingLimits: ['sending-limits'] as const,
  messagingSettings: ['messaging-settings'] as const,
  quarantine: ['quarantine'] as const,
  health: ['health'] as const,
  alerts: ['alerts'] as const,
  outbox: ['outbox'] as const,
  failedReplies: ['outbox', 'failed-replies'] as const,
  mailAccounts: ['mail-accounts'] as const,
  privacyRequests: ['privacy', 'requests'] as const,
  privacySettings: ['privacy', 'settings'] as const,
  settingChanges: (filter: object) => ['setting-changes', filter] as const,
  audit: (filter: object) => ['privacy', 'audit', filter] as const,
  auditCheck: ['privacy', 'audit-check'] as const,
  erasurePreview: (id: string) => ['customer', id, 'erasure-preview'] as const,
  legalHolds: (id: string) => ['customer', id, 'legal-holds'] as const,
  consentRecords: (id: string) => ['customer', id, 'consents'] as const,
  wallboard: ['wallboard'] as const,
  wallboards: ['wallboards'] as const,
  wallboardLinks: ['wallboard-links'] as const,
  figureDefinitions: ['figure-definitions'] as const,
  servicePlan: ['service-plan'] as const,
  planVersions: ['service-plan', 'versions'] as const,
  holidays: (filter: object) => ['holidays', filter] as const,
  escalationRules: ['escalation-rules'] as const,
  clocks: (ticketId: string) => ['clocks', ticketId] as const,
  consents: (address: string) => ['consents', address] as const,
  consentLog: (address: string) => ['consents', address, 'log'] as const,
  templates: (channel: string) => ['templates', channel] as const,
  tags: (q: string) => ['tags', q] as const,
  automation: ['automation'] as const,
  routingRules: ['routing-rules'] as const,
  automationRuns: (filter: object) => ['automation', 'runs', filter] as const,
  webhooks: ['webhooks'] as const,
  whispers: (ticketId: string) => ['whispers', ticketId] as const,
  floorSettings: ['floor-settings'] as const,
  staffing: (asked: object) => ['staffing', asked] as const,
  webhookDeliveries: (endpointId: string, filter: object) => ['webhooks', endpointId, filter] as const,
};
export type Key = readonly unknown[];

/** What shows each setting. Agents are not told of changes: what they see of these grows old within a minute. */
const settingKeys: Readonly<Record<SettingName, readonly Key[]>> = {
  automation: [keys.automation],
  calendar: [keys.servicePlan],
  agent: [keys.agents, keys.queueSettings],
  'contact-guard': [keys.guardSettings, ['guard']],
  'custom-field': [keys.customFields],
  'customer-reviews': [keys.reviewSettings],
  'escalation-rules': [keys.escalationRules],
  floor: [keys.floorSettings],
  'http-source': [keys.httpSources],
  'identity-settings': [keys.identitySettings, keys.suggestionList],
  'import-mapping': [keys.importMappings],
  'mail-account': [keys.mailAccounts],
  'mail-identity': [keys.mailIdentities],
  messaging: [keys.messagingSettings],
  'presence-reasons': [keys.presenceReasons],
  privacy: [keys.privacySettings],
  queue: [keys.queueSettings, keys.queues, keys.agents, keys.me, keys.routingRules],
  'queue-order': [keys.queueSettings, keys.queues],
  'report-schedule': [keys.reportSchedules],
  'request-type': [keys.requestTypes, keys.routingRules],
  'routing-rules': [keys.routingRules],
  'saved-report': [keys.savedReports, keys.reportSchedules],
  segment: [keys.segments],
  'service-policies': [keys.servicePlan],
  'sending-limit': [keys.sendingLimits],
  skill: [keys.skills, keys.agents],
  team: [keys.teams, keys.queueSettings, keys.agents],
  template: [['templates']],
  'visitor-site': [keys.visitorSites],
  wallboard: [keys.wallboards],
  'wallboard-link': [keys.wallboardLinks],
  'watch-limits': [keys.watchLimits],
  'web-form': [keys.webForms],
  webhook: [keys.webhooks],
};

/** What an event makes out of date. Pure, so that one burst of events becomes one set of reads. */
export function staleKeys(events: readonly HubEvent[], me: string | undefined): Key[] {
  const stale = new Map<string, Key>();
  for (const event of events) for (const key of keysOf(event, me)) stale.set(JSON.stringify(key), key);
  return [...stale.values()];
}

function keysOf(event: HubEvent, me: string | undefined): readonly Key[] {
  const of = event.ticketId ? [keys.ticket(event.ticketId), keys.events(event.ticketId)] : [];
  const [noun] = event.type.split('.');
  switch (noun) {
    case 'ticket':
      // Everything that hangs on a customer has moved.
      if (event.type === 'ticket.tagged') return [...of, keys.tickets, ['tags']];
      return event.type === 'ticket.customer-changed' ? [...of, keys.tickets, ['customer']] : [...of, keys.tickets];
    case 'automation':
      return [...of, keys.automation];
    case 'webhook':
      return [keys.webhooks];
    case 'call':
      // A call takes up room of whoever is on it.
      return [...of, keys.tickets, ...(event.agentId !== null && event.agentId === me ? [keys.me] : [])];
    case 'clock':
      return [...of, keys.tickets, ...(event.ticketId ? [keys.clocks(event.ticketId)] : [])];
    case 'message':
      return [
        ...of,
        keys.tickets,
        keys.outbox,
        ...(event.ticketId
          ? [keys.messages(event.ticketId), keys.heldReplies(event.ticketId), keys.replyRecipients(event.ticketId)]
          : []),
      ];
    case 'reply':
      return event.ticketId ? [keys.heldReplies(event.ticketId), keys.failedReplies] : [];
    case 'customer':
      // A merge renames and moves tickets; an identification changes one card.
      return /^customer\.(merge|split)/.test(event.type)
        ? [['customer'], ['customer-file'], keys.tickets, ['ticket'], keys.suggestionList]
        : [
            ...of,
            ...(event.customerId ? [keys.customer(event.customerId), keys.customerFile(event.customerId)] : []),
            ...(/^customer\.(?:e|request|hold)/.test(event.type) ? [['privacy', 'requests']] : []),
          ];
    case 'task':
    case 'purchase':
    case 'score':
      return [...of, keys.tasks, ...(event.customerId ? [keys.customerFile(event.customerId)] : [])];
    case 'import':
      return [keys.imports];
    case 'organisation':
      return [['organisations'], ['customer-file']];
    case 'setting':
      return [['setting-changes'], ...(settingKeys[event.data['setting'] as SettingName] ?? [])];
    case 'grading':
      return [keys.grading];
    case 'suggestion':
      return [keys.suggestionList];
    case 'identifier':
      return [['customer']];
    case 'identity':
      return [...of, ...(event.customerId ? [keys.customer(event.customerId)] : [])];
    case 'consent':
      return [...of, ['consents'], ...(event.customerId ? [keys.consentRecords(event.customerId)] : [])];
    case 'agent':
      if (event.type === 'agent.whispered') return [['whispers']];
      return event.agentId === me ? [keys.agents, keys.me] : [keys.agents];
    case 'contact':
      return [keys.quarantine];
    case 'system':
      return [keys.alerts, keys.wallboard];
    default:
      return of;
  }
}
