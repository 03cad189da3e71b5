/** What an action would do to a ticket as it is, as far as that is known without doing it. */
import type { ActionOutcome, AutomationAction } from '@patchbay/contracts';
import type { TicketRecord } from './ticket-facts.ts';

type Foreseen = Omit<ActionOutcome, 'do'>;
const done: Foreseen = { result: 'done' };
const unchanged: Foreseen = { result: 'unchanged' };
const refused = (why: string): Foreseen => ({ result: 'refused', why });

/** @param answered the rule has answered the ticket before */
export function wouldDo(action: AutomationAction, ticket: TicketRecord, answered: boolean): Foreseen {
  switch (action.do) {
    case 'tag':
      return action.tags.every((tag) => ticket.tags.includes(tag)) ? unchanged : done;
    case 'untag':
      return action.tags.some((tag) => ticket.tags.includes(tag)) ? done : unchanged;
    case 'set-priority':
      return ticket.priority === action.priority ? unchanged : done;
    case 'move':
      if (ticket.queueId === action.queueId) return unchanged;
      return ticket.status === 'open' || ticket.status === 'pending' ? done : refused('ticket-settled');
    case 'set-status':
      if (ticket.status === action.status) return unchanged;
      return ticket.status === 'closed' ? refused('ticket-closed') : done;
    case 'assign':
      if (ticket.assigneeId === action.agentId) return unchanged;
      return ticket.assigneeId === null ? done : refused('somebody-has-it');
    case 'reply':
      if (ticket.status === 'closed') return refused('ticket-closed');
      if (ticket.messageKind !== null && ['auto-reply', 'bounce', 'system'].includes(ticket.messageKind))
        return refused('not-a-person');
      return answered && !action.again ? refused('answered-before') : done;
    default:
      return done;
  }
}
