import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { messageKind } from '@patchbay/contracts';
import { acknowledgementText, holdsAcknowledgement, mayAnswerUs, shouldAcknowledge } from './acknowledgement.ts';
import type { AcknowledgementInput, NamedTicket } from './acknowledgement.ts';

const fresh: AcknowledgementInput = {
  kind: 'customer',
  automatic: false,
  senderFailed: false,
  channelAcknowledges: true,
  opened: true,
  namesOther: false,
};

describe('shouldAcknowledge', () => {
  it.each<[string, Partial<AcknowledgementInput>, boolean]>([
    ['new ticket', {}, true],
    ['continued ticket', { opened: false }, false],
    ['automatic sender', { automatic: true }, false],
    ['spoofed sender', { senderFailed: true }, false],
    ['bounce', { kind: 'bounce' }, false],
    ['auto-reply', { kind: 'auto-reply' }, false],
    ['an answer of a stranger to the ticket that it names', { namesOther: true }, false],
    ['channel without', { channelAcknowledges: false }, false],
  ])('%s', (_name, over, yes) => {
    const decision = shouldAcknowledge({ ...fresh, ...over });
    expect(decision.yes).toBe(yes);
    expect(decision.reason).not.toBe('');
  });

  it('answers no machine, whatever else holds', () => {
    const input = fc.record({
      kind: fc.constantFrom(...messageKind.options),
      automatic: fc.boolean(),
      senderFailed: fc.boolean(),
      channelAcknowledges: fc.boolean(),
      opened: fc.boolean(),
      namesOther: fc.boolean(),
    });
    fc.assert(
      fc.property(input, (given) => {
        if (given.automatic || given.senderFailed || given.namesOther || given.kind !== 'customer')
          expect(shouldAcknowledge(given).yes).toBe(false);
      }),
    );
  });
});

describe('holdsAcknowledgement', () => {
  const told = (more: object) =>
    acknowledgementText({ number: 1017, centreName: 'The Centre', language: 'en', open: true, ...more }).text;
  it.each([
    ['one', told({}), true],
    ['one while it is closed', told({ open: false }), true],
    ['one with a long wait', told({ waitMinutes: 30, ahead: 4 }), true],
    ['one in Chinese', told({ language: 'zh' }), true],
    ['one below an answer', `Your case: 4\n\n> ${told({}).replaceAll(' ', '\n> ')}`, true],
    ['a question about a ticket', 'You received my message; my ticket number is 1017. Where is it?', false],
    ['somebody else’s words', 'We have received your message. Your ticket number is 1017.', false],
  ])('%s', (_name, text, holds) => {
    expect(holdsAcknowledgement(text)).toBe(holds);
  });
});

describe('mayAnswerUs', () => {
  const named: NamedTicket = { address: 'desk@tickets.example', isLinked: false, toldMs: 1_000 };
  it.each<[string, Partial<NamedTicket>, string, boolean]>([
    ['a stranger who has only the number', {}, 'ann@example.org', false],
    ['another address of the house that was told', {}, 't-4@tickets.example', true],
    ['one below it', {}, 't-4@four.tickets.example', true],
    ['one above it', { address: 'desk@one.tickets.example' }, 't-4@tickets.example', true],
    ['a name that only ends so', {}, 't-4@not-tickets.example', false],
    ['the house after the window', { toldMs: 60_001 }, 't-4@tickets.example', false],
    ['the house that was told nothing', { toldMs: null }, 't-4@tickets.example', false],
    ['another customer of one provider', { address: 'bob@gmail.com' }, 'ann@gmail.com', false],
    ['a stranger on a ticket that a stranger opened', { isLinked: true }, 'ann@example.org', true],
    ['and after the window', { isLinked: true, toldMs: 60_001 }, 'ann@example.org', true],
    ['and where nothing was told', { isLinked: true, toldMs: null }, 'ann@example.org', false],
  ])('%s', (_name, over, sender, may) => {
    expect(mayAnswerUs({ ...named, ...over }, sender, 60_000)).toBe(may);
  });
});

describe('acknowledgementText', () => {
  const base = { number: 4711, centreName: 'Acme Help' };
  const texts = (['en', 'zh'] as const).flatMap((language) =>
    [true, false].map((open) => acknowledgementText({ ...base, language, open })),
  );

  it('names the ticket and the centre in every language, open and closed', () => {
    for (const { subject, text } of texts) {
      expect(subject).toContain('4711');
      expect(text).toContain('4711');
      expect(text).toContain('Acme Help');
    }
    expect(new Set(texts.map(({ text }) => text)).size).toBe(4);
  });

  it('says how long it will take, behind how many, where that is known, and not while closed', () => {
    const said = (language: 'en' | 'zh', open: boolean) =>
      acknowledgementText({ ...base, language, open, waitMinutes: 45, ahead: 12 }).text;
    expect(said('en', true)).toContain('about 12 are before you, and it will take about 45 minutes');
    expect(said('zh', true)).toContain('前面约有 12 位，预计需要约 45 分钟');
    expect(said('en', false)).not.toContain('45');
    expect(said('zh', false)).not.toContain('45');
  });
});
