import type { VisitorMessage } from '@patchbay/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { converse, emptyConversation, furthest, lastSeq, nextToSend, unmarked, unreadCount } from './conversation.ts';
import type { Action, Conversation, Mark, Outgoing } from './conversation.ts';

const marks: Mark[] = ['sent', 'delivered', 'read'];
const uuid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const outgoing = (clientId: string): Outgoing => ({
  clientId,
  text: clientId,
  attachments: [],
  at: '2026-03-01T12:00:00Z',
  offline: false,
  state: 'waiting',
});
const message = (seq: number, clientId: string | null, status: Mark = 'sent'): VisitorMessage => ({
  seq,
  id: uuid(seq),
  clientId,
  from: clientId === null ? 'agent' : 'visitor',
  name: null,
  kind: clientId === null ? 'agent' : 'customer',
  text: clientId ?? 'answer',
  attachments: [],
  at: '2026-03-01T12:00:00Z',
  status,
});
const run = (actions: Action[], from: Conversation = emptyConversation) => actions.reduce(converse, from);

/** The hub's conversation: who wrote each message, in the hub's order. */
const authors = fc.array(fc.boolean(), { minLength: 1, maxLength: 12 });
const history = (mine: boolean[]) => mine.map((own, index) => message(index * 3 + 1, own ? `client-${index}` : null));

/** Everything that can arrive about that conversation, any number of times, in any order. */
const arrivals = (all: VisitorMessage[]): fc.Arbitrary<Action[]> => {
  const one = fc.constantFrom(...all);
  const own = all.filter((item) => item.clientId !== null);
  const push = fc
    .tuple(one, fc.constantFrom(...marks))
    .map(([item, status]): Action => ({ type: 'received', messages: [{ ...item, status }] }));
  const resume = fc.nat({ max: all.length }).map((after): Action => ({ type: 'received', messages: all.slice(after) }));
  const mark = fc
    .tuple(one, fc.constantFrom(...marks))
    .map(([item, status]): Action => ({ type: 'marked', messageId: item.id, status }));
  const ofOwn =
    own.length === 0
      ? []
      : [
          fc
            .tuple(
              fc.constantFrom(...own),
              fc.constantFrom('accepted' as const, 'refused' as const, 'retried' as const),
            )
            .map(([item, type]): Action => ({ type, clientId: item.clientId ?? '', reason: 'no' })),
        ];
  return fc.array(fc.oneof(push, resume, mark, ...ofOwn), { maxLength: 40 });
};
const scenario = authors.map(history).chain((all) =>
  fc.record({
    all: fc.constant(all),
    before: arrivals(all),
    after: arrivals(all),
    writes: fc.shuffledSubarray(all.filter((item) => item.clientId !== null)),
  }),
);

test('any interleaving shows each message once and in order', () => {
  fc.assert(
    fc.property(scenario, ({ all, before, after, writes }) => {
      const wrote = writes.map((item): Action => ({ type: 'wrote', message: outgoing(item.clientId ?? '') }));
      const actions = [...before, ...wrote, ...wrote, ...after];
      let state = emptyConversation;
      for (const action of actions) {
        state = converse(state, action);
        const seqs = state.messages.map((item) => item.seq);
        expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b));
        const ids = [...state.messages, ...state.outgoing].map((item) => item.clientId).filter((id) => id !== null);
        expect(new Set(ids).size).toBe(ids.length);
      }
      // What the visitor wrote is never lost from sight.
      for (const item of writes)
        expect([...state.messages, ...state.outgoing].some((shown) => shown.clientId === item.clientId)).toBe(true);
      // One resume, whatever came before, leaves exactly the hub's conversation.
      const settled = converse(state, { type: 'received', messages: all });
      expect(settled.messages.map((item) => item.id)).toEqual(all.map((item) => item.id));
      expect(settled.outgoing).toEqual([]);
    }),
  );
});

test('marks only move forwards, also when they come before their message', () => {
  fc.assert(
    fc.property(scenario, ({ all, before }) => {
      const state = converse(run(before), { type: 'received', messages: all });
      for (const item of all) {
        const told = before.flatMap((action) => {
          if (action.type === 'marked' && action.messageId === item.id) return [action.status];
          if (action.type === 'received')
            return action.messages.filter((other) => other.id === item.id).map((other) => other.status);
          return [];
        });
        expect(state.messages.find((shown) => shown.id === item.id)?.status).toBe(told.reduce(furthest, 'sent'));
      }
    }),
  );
});

test('messages are sent in the order written, refused ones wait for the visitor', () => {
  const state = run([
    { type: 'wrote', message: outgoing('a') },
    { type: 'wrote', message: outgoing('b') },
  ]);
  expect(nextToSend(state)?.clientId).toBe('a');
  const refused = converse(state, { type: 'refused', clientId: 'a', reason: 'too long' });
  expect(refused.outgoing[0]).toMatchObject({ state: 'refused', reason: 'too long' });
  expect(nextToSend(refused)?.clientId).toBe('b');
  expect(nextToSend(converse(refused, { type: 'retried', clientId: 'a' }))?.clientId).toBe('a');
  expect(converse(refused, { type: 'discarded', clientId: 'a' }).outgoing.map((item) => item.clientId)).toEqual(['b']);
  // An acknowledged message is the hub's: a late refusal of a repetition cannot take that back.
  const accepted = run(
    [
      { type: 'accepted', clientId: 'a' },
      { type: 'refused', clientId: 'a', reason: 'no' },
    ],
    state,
  );
  expect(accepted.outgoing[0]?.state).toBe('accepted');
});

test('reading covers everything of the centre up to that message', () => {
  const state = run([
    { type: 'received', messages: [message(1, null), message(2, 'mine'), message(3, null), message(4, null)] },
  ]);
  expect(unreadCount(state)).toBe(3);
  expect(unmarked(state, 'read')?.seq).toBe(4);
  const read = converse(state, { type: 'saw', messageId: uuid(3), status: 'read' });
  expect(read.messages.map((item) => item.status)).toEqual(['read', 'sent', 'read', 'sent']);
  expect([unreadCount(read), lastSeq(read)]).toEqual([1, 4]);
  expect(unmarked(converse(read, { type: 'saw', messageId: uuid(4), status: 'read' }), 'delivered')).toBeNull();
});
