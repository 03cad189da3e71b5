import type { AutomationAction } from '@patchbay/contracts';
import { expect, it } from 'vitest';
import type { TicketRecord } from './ticket-facts.ts';
import { wouldDo } from './would.ts';

const queueId = '01994a4e-3b7c-7000-8000-0123456789ab';
const ticket: TicketRecord = {
  channel: 'email',
  addresses: [],
  sender: null,
  queueId,
  requestType: null,
  grade: null,
  stage: null,
  vip: false,
  segments: [],
  tags: ['late'],
  status: 'open',
  priority: 5,
  assigneeId: 'ada',
  subject: '',
  text: null,
  messageKind: 'customer',
  language: null,
  contentLanguage: null,
  category: null,
};
const reply: AutomationAction = { do: 'reply', text: 'Hello', again: false };

it.each<[AutomationAction, Partial<TicketRecord>, boolean, string]>([
  [{ do: 'tag', tags: ['late'] }, {}, false, 'unchanged'],
  [{ do: 'tag', tags: ['late', 'new'] }, {}, false, 'done'],
  [{ do: 'untag', tags: ['late'] }, {}, false, 'done'],
  [{ do: 'untag', tags: ['new'] }, {}, false, 'unchanged'],
  [{ do: 'set-priority', priority: 5 }, {}, false, 'unchanged'],
  [{ do: 'set-priority', priority: 6 }, {}, false, 'done'],
  [{ do: 'move', queueId }, {}, false, 'unchanged'],
  [{ do: 'move', queueId }, { queueId: null }, false, 'done'],
  [{ do: 'move', queueId }, { queueId: null, status: 'resolved' }, false, 'ticket-settled'],
  [{ do: 'set-status', status: 'open' }, {}, false, 'unchanged'],
  [{ do: 'set-status', status: 'open' }, { status: 'closed' }, false, 'ticket-closed'],
  [{ do: 'assign', agentId: 'ada', how: 'offer' }, {}, false, 'unchanged'],
  [{ do: 'assign', agentId: 'bob', how: 'hand' }, {}, false, 'somebody-has-it'],
  [{ do: 'assign', agentId: 'bob', how: 'hand' }, { assigneeId: null }, false, 'done'],
  [reply, {}, false, 'done'],
  [reply, {}, true, 'answered-before'],
  [{ ...reply, again: true }, {}, true, 'done'],
  [reply, { messageKind: 'auto-reply' }, false, 'not-a-person'],
  [{ do: 'note', text: 'x' }, {}, false, 'done'],
])('%j on %j (answered: %s): %s', (action, more, answered, expected) => {
  const { result, why } = wouldDo(action, { ...ticket, ...more }, answered);
  expect(why ?? result).toBe(expected);
});
