import { describe, expect, it } from 'vitest';
import { reasonText } from './reason-text.ts';

const sources = Object.values(
  import.meta.glob<string>(
    [
      '../../../../packages/engine/src/pipeline/*.ts',
      '../../../../packages/domain/src/{identity/customer,routing,threading}.ts',
      '../../../../packages/store/migrations/*.sql',
      '!**/*.test.ts',
    ],
    { query: '?raw', import: 'default', eager: true },
  ),
);

/** Whole reasons that the hub's own code spells out where it gives one; refusals of a request are none. */
function spelledOut(): string[] {
  const giving = /(?:\breason(?::| =)|(?:take|withdraw|backToQueue|giveBack)\w*\()[^;{}]*?(?=[;{}]|throw)/gu;
  const literal = /'([A-Z][^'\n]* [^'\n]*)'|"([A-Z][^"\n]* [^"\n]*)"/gu;
  return sources.flatMap((source) =>
    [...source.matchAll(giving)].flatMap(([statement]) =>
      [...statement.matchAll(literal)].map(([, single, double]) => single ?? double ?? ''),
    ),
  );
}

/** The rules of threading themselves: what they write is told from nothing else. */
const [threading] = Object.values(
  import.meta.glob<{ decideTicket: (input: object) => { reason: string }; foundBy: object }>(
    '../../../../packages/domain/src/threading.ts',
    { eager: true },
  ),
);

/** Every reason that threading gives for some contact: however its ticket was found, whatever state that is in, whoever writes what. */
function threaded(): string[] {
  const longAgo = new Date('2020-01-01T00:00:00Z');
  const now = new Date('2026-01-01T00:00:00Z');
  const candidates = Object.keys(threading?.foundBy ?? {}).flatMap((via) =>
    ['open', 'pending', 'resolved', 'closed'].flatMap((status) =>
      [now, longAgo].flatMap((at) =>
        [true, false].map((senderIsParty) => ({
          ticketId: 't',
          number: 12,
          status,
          // Whose ticket it is says who a party is as well.
          customerId: senderIsParty ? 'c' : 'other',
          channel: 'email',
          via,
          lastActivityAt: at,
          settledAt: at,
          namesSent: false,
          senderIsParty,
          sameEnds: true,
        })),
      ),
    ),
  );
  const reasons = [[], ...candidates.map((candidate) => [candidate])].flatMap((few) =>
    ['customer', 'auto-reply', 'bounce'].map((kind) => {
      const contact = { channel: 'email', kind, automatic: kind !== 'customer', customerId: 'c', candidates: few };
      const rules = { continuationMs: 60_000, keepsEnds: false, reopenMs: 60_000, now };
      return threading?.decideTicket({ ...contact, ...rules }).reason ?? '';
    }),
  );
  return [...new Set(reasons)];
}

/** One of each form that the hub fills in. */
const filledIn = [
  'Rule “A1”, version 2',
  'Ran 10 times on this ticket within an hour',
  'Nothing has arrived there for 3 days',
  'agent went wrap-up',
  'The call could not be connected: The agent has no phone number',
  'Nobody is available. There are no agents',
  'Nobody is available. 1 agent: 1 not reachable on the channel',
  'known email +49',
  'Both gave email a@example.org; neither proved it',
  'This customer gave phone +4915112345678, which the other one proved',
  'The other one gave phone +4915112345678, which this customer proved',
];
const english = /[a-z]{4,}/u;
const withoutValues = (text: string): string => text.replace('a@example.org', '');

describe('reasons in Chinese', () => {
  it('exist for every reason that the hub spells out', () => {
    const reasons = spelledOut();
    expect(reasons).toEqual(
      expect.arrayContaining([
        'Offer accepted',
        'Not taken in time',
        'Voicemail answered the call',
        "The agent's phone was not answered",
        'No identifier is known yet',
      ]),
    );
    expect(reasons.filter((reason) => english.test(reasonText(reason, 'zh')))).toEqual([]);
  });

  it('exist for whatever threading decides', () => {
    const reasons = threaded();
    expect(reasons).toEqual(
      expect.arrayContaining([
        'Recent contact of the same customer on this channel: ticket 12',
        'Ticket number in the subject, but the sender is not a party of ticket 12',
        'Signed reply address or token, but ticket 12 was closed too long ago to be reopened',
        'Automatic message that belongs to no earlier ticket',
      ]),
    );
    expect(reasons.filter((reason) => english.test(reasonText(reason, 'zh')))).toEqual([]);
    expect(
      reasonText('Answers a message of the ticket, but ticket 12 was closed too long ago to be reopened', 'zh'),
    ).toBe('回复了工单中的消息，但工单 12 关闭已久，不能重新打开');
  });

  it('exist for every form', () => {
    expect(filledIn.filter((reason) => english.test(withoutValues(reasonText(reason, 'zh'))))).toEqual([]);
  });

  it('keep names, numbers and counts', () => {
    expect(
      reasonText(
        'Grace Hopper is idle longest, for 12 s. 4 agents: 1 at capacity, 1 not in the queue, 1 away, 1 offered',
        'zh',
      ),
    ).toBe('Grace Hopper 空闲最久，已 12 秒。共 4 名坐席：已满额 1，不在该队列 1，离开 1，已派单 1');
    expect(reasonText('Grace Hopper had the ticket before. 1 agent: 1 offered', 'zh')).toBe(
      'Grace Hopper 之前处理过此工单。共 1 名坐席：已派单 1',
    );
    expect(reasonText('Entered by Grace Hopper', 'zh')).toBe('由 Grace Hopper 录入');
  });

  it('tell of targets and escalation', () => {
    expect(reasonText('Complaints: request type complaint, grade a', 'zh')).toBe(
      'Complaints：请求类型 complaint，客户等级 a',
    );
    expect(reasonText('Written: holds for every ticket', 'zh')).toBe('Written：适用于所有工单');
    expect(reasonText('Late: first-response is breached', 'zh')).toBe('Late：首次响应已超时');
    expect(reasonText('Grave: priority is 60', 'zh')).toBe('Grave：优先级为 60');
  });

  it('leave alone what somebody typed, and English', () => {
    expect(reasonText('Customer asked for it', 'zh')).toBe('Customer asked for it');
    expect(reasonText('Offer accepted', 'en')).toBe('Offer accepted');
  });
});
