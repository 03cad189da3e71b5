/** What tests ask of tickets over and over, by way of the public API. */
import type { HubEvent } from '@patchbay/contracts';
import type { AgentDesk } from './agent-desk.ts';
import type { ApiClient } from './client.ts';

// oxlint-disable-next-line typescript/no-explicit-any -- answers are looked at as an outside program would
type Json = any;

export interface TicketClient {
  ticket(id: string | null): Promise<Json>;
  messages(ticketId: string | null): Promise<Json[]>;
  timeline(ticketId: string | null): Promise<HubEvent[]>;
  reply(ticketId: string | null, text: string, more?: object): Promise<Json>;
  /** The message with the provider's id, once it is on the agent's screen. */
  received(externalId: string): Promise<Json>;
}

const isReceipt = ({ type }: HubEvent) => type === 'message.received';

export function ticketClient(api: ApiClient, desk: AgentDesk): TicketClient {
  const ask = async (method: string, path: string, body?: unknown) => {
    const answer = await api(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  return {
    ticket: (id) => ask('GET', `/api/v1/tickets/${id}`),
    messages: async (id) => (await ask('GET', `/api/v1/tickets/${id}/messages?limit=200`)).items,
    timeline: async (id) => (await ask('GET', `/api/v1/tickets/${id}/events?limit=200`)).items,
    reply: (id, text, more = {}) => ask('POST', `/api/v1/tickets/${id}/messages`, { text, ...more }),
    async received(externalId) {
      for (;;) {
        // The event names the message, and the API has it: whatever was heard of before is in the answer, and only a new event changes that.
        const heard = new Set(desk.events.items.filter(isReceipt).map(({ data }) => data['messageId']));
        const { items } = await ask('GET', `/api/v1/messages?externalId=${encodeURIComponent(externalId)}`);
        const message = items.find(({ id }: Json) => heard.has(id));
        if (message) return message;
        await desk.events.until((one) => isReceipt(one) && !heard.has(one.data['messageId']), `message ${externalId}`);
      }
    },
  };
}
