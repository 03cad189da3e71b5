import { eventsAfter, lastSeq } from '@patchbay/store';
import type { HubEvent } from '@patchbay/contracts';
import fc from 'fast-check';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { onBothBackends } from '../support/backends.ts';
import { addAgent, grace } from '../support/browser-desk.ts';
import { openLine } from '../support/browser-line.ts';
import type { Line } from '../support/browser-line.ts';
import { follow } from '../support/browser-socket.ts';
import type { Follower } from '../support/browser-socket.ts';
import { eventually } from '../support/client.ts';
import { apiKey, startHub } from '../support/hub.ts';
import type { TestHub } from '../support/hub.ts';

/** Milliseconds for which the line holds, and for which it is cut. */
const cut = fc.record({ heldMs: fc.nat({ max: 120 }), goneMs: fc.nat({ max: 80 }) });

onBothBackends('a socket that is cut again and again', (backend) => {
  let hub: TestHub;
  let line: Line;
  let session: string;
  let textQueue: string;
  let agentId: string;

  beforeAll(async () => {
    hub = await startHub(backend, { overrides: { simulatorSpeed: 50 } });
    line = await openLine(hub.ground.port);
    agentId = await addAgent(hub.api);
    textQueue = (await hub.api('GET', '/api/v1/queues')).body.items.find(({ channels }: { channels: string[] }) =>
      channels.includes('sms'),
    ).id;
    await hub.api('PATCH', `/api/v1/agents/${agentId}`, { queueIds: [textQueue] });
    const { email, password } = grace;
    const answer = await hub.api('POST', '/api/v1/session', { email, password });
    session = answer.headers
      .getSetCookie()
      .map((cookie) => cookie.split(';')[0])
      .join('; ');
  });
  afterAll(async () => {
    await line?.[Symbol.asyncDispose]();
    await hub?.[Symbol.asyncDispose]();
  });

  let contact = 0;
  const stream = async () => {
    for (let index = 0; index < 6; index += 1) {
      contact += 1;
      await hub.api('POST', '/simulator/api/text', {
        from: `+49151${String(10_000_000 + (contact % 7))}`,
        body: `Text ${contact}`,
      });
      await hub.api('POST', '/simulator/api/mail', {
        from: `customer-${contact % 5}@example.org`,
        to: 'support@patchbay.test',
        subject: `Mail ${contact}`,
        text: 'Words',
      });
      await hub.api('PUT', `/api/v1/agents/${agentId}/presence`, { state: index % 2 === 0 ? 'away' : 'busy' });
    }
    await eventually(
      () => hub.api('GET', '/api/v1/inbox?state=pending'),
      ({ body }) => body.items.length === 0,
    );
  };
  const cutting = async (cuts: readonly { heldMs: number; goneMs: number }[]) => {
    for (const { heldMs, goneMs } of cuts) {
      await delay(heldMs);
      line.cut('broken');
      await delay(goneMs);
      line.restore();
    }
  };
  const mayAgentSee = (event: HubEvent) =>
    event.type === 'agent.presence-changed' || event.queueId === textQueue || event.agentId === agentId;

  it('brings every event that it may see exactly once and in order', async () => {
    let connections = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(cut, { minLength: 2, maxLength: 8 }), async (cuts) => {
        const start = await lastSeq(hub.hub.parts.db.sql);
        const administrator = follow(line.url, start, { auth: { apiKey } });
        const agent = follow(line.url, start, { extraHeaders: { cookie: session } });
        try {
          // What is cut at first is there.
          await eventually(
            () => Promise.resolve(Math.min(administrator.connections(), agent.connections())),
            (least) => least > 0,
          );
          await Promise.all([stream(), cutting(cuts)]);
          const all = await eventsAfter(hub.hub.parts.db.sql, start, 5_000);
          const own = all.filter(mayAgentSee);
          expect(own.length).toBeGreaterThan(10);
          expect(own.length).toBeLessThan(all.length);
          const end = all.at(-1)?.seq ?? 0;
          const upToEnd = (follower: Follower) => follower.events.map((event) => event.seq).filter((seq) => seq <= end);
          const brought = () => Promise.resolve({ administrator: upToEnd(administrator), agent: upToEnd(agent) });
          const wanted = { administrator: all.map((event) => event.seq), agent: own.map((event) => event.seq) };
          await eventually(
            brought,
            (now) => now.administrator.at(-1) === end && now.agent.at(-1) === wanted.agent.at(-1),
            10_000,
          );
          expect(await brought()).toEqual(wanted);
          connections += administrator.connections() + agent.connections();
        } finally {
          administrator.close();
          agent.close();
        }
      }),
      { numRuns: 4, endOnFailure: true },
    );
    // Two sockets in four runs: more connections than these were made again after a cut.
    expect(connections).toBeGreaterThan(2 * 4);
  });
});
