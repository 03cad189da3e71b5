/** How a caller's wait on the line goes on, by what the carrier is answered at each round of it. */
import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { openApiCentre } from '../support/api-centre.ts';
import { centreNumber, postSigned } from '../support/carrier.ts';
import { shared } from '../support/shared.ts';

const voice = '/webhooks/twilio/voice';
const centre = shared(openApiCentre);

it('waits as long as the queue says also while the phone of the agent who took the call rings', async () => {
  const { api, desk, url } = centre();
  const { items } = (await api('GET', '/api/v1/queue-settings')).body;
  const queue = items.find(({ channels }: { channels: string[] }) => channels.includes('phone'));
  const rings = [{ kind: 'voicemail', afterSeconds: 600 }];
  expect((await api('PUT', `/api/v1/queues/${queue.id}`, { ...queue, rings })).status).toBe(200);
  expect((await api('PATCH', '/api/v1/agents/me', { phone: '+4930901820' })).status).toBe(200);
  const caller = {
    CallSid: `CA${randomUUID().replaceAll('-', '')}`,
    From: '+4915112350041',
    To: centreNumber,
    Direction: 'inbound',
  };
  const answered = async (path: string, fields: Record<string, string>) => {
    const answer = await postSigned(url, path, { ...caller, ...fields });
    expect(answer.status).toBe(200);
    return answer.text();
  };
  /** One round of the wait, so many seconds after it began. */
  const round = (QueueTime: number) =>
    answered(`${voice}/wait`, {
      CallStatus: 'in-progress',
      QueueSid: 'QU0123456789abcdef0123456789abcdef',
      QueueTime: String(QueueTime),
      QueuePosition: '1',
      AvgQueueTime: '0',
      CurrentQueueSize: '1',
    });
  await answered(voice, { CallStatus: 'ringing' });
  const { ticketId } = await desk.event('message.received', ({ data }) => data['channel'] === 'phone');
  expect(await round(300)).not.toContain('<Leave');
  expect((await api('POST', `/api/v1/tickets/${ticketId}/claim`)).status).toBe(200);
  expect((await api('GET', `/api/v1/tickets/${ticketId}`)).body.call.state).toBe('connecting');
  expect(await round(300)).not.toContain('<Leave');
  expect(await round(615)).not.toContain('<Leave');
  expect(await round(640)).toContain('<Leave');
});
