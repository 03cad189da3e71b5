/** A caller whose carrier is played by the test: it asks what to do next only when the test says so. */
import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { centreNumber, postSigned } from './carrier.ts';

const voice = '/webhooks/twilio/voice';

export function playedCaller(url: string, from: string) {
  const callSid = `CA${randomUUID().replaceAll('-', '')}`;
  const answered = async (path: string, fields: Record<string, string>): Promise<string> => {
    const call = { CallSid: callSid, From: from, To: centreNumber, Direction: 'inbound', ...fields };
    const answer = await postSigned(url, path, call);
    expect(answer.status).toBe(200);
    return answer.text();
  };
  return {
    callSid,
    ring: () => answered(voice, { CallStatus: 'ringing' }),
    /** One round of the wait, so many seconds after it began. */
    round: (QueueTime: number) =>
      answered(`${voice}/wait`, {
        CallStatus: 'in-progress',
        QueueSid: 'QU0123456789abcdef0123456789abcdef',
        QueueTime: String(QueueTime),
        QueuePosition: '1',
        AvgQueueTime: '0',
        CurrentQueueSize: '1',
      }),
  };
}
