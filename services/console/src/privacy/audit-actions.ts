/** What the trail tells of, in the order in which it is offered. */
export const actions = [
  'customer.read',
  'customer.revealed',
  'customer.export-asked',
  'customer.exported',
  'export.linked',
  'export.downloaded',
  'customer.erasure-asked',
  'customer.erasure-confirmed',
  'customer.request-cancelled',
  'customer.erased',
  'customer.hold-placed',
  'customer.hold-released',
  'customer.created',
  'customer.changed',
  'customer.merged',
  'customer.merge-undone',
  'consent.changed',
  'consent.recorded',
  'ticket.request-changed',
  'data.exported',
  'import.changed',
  'suggestion.decided',
  'setting.changed',
  'settings.changed',
  'retention.applied',
  'keys.retired',
  'audit.exported',
] as const;
export type AuditAction = (typeof actions)[number];

export const isAction = (action: string): action is AuditAction => (actions as readonly string[]).includes(action);
