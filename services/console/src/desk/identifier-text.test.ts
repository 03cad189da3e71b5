import type { TFunction } from 'i18next';
import { expect, it } from 'vitest';
import { identifierText, isMachineMade } from './identifier-text.ts';

const t = ((key: string, { id }: { id: string }) => `${key} ${id}`) as unknown as TFunction;

it.each([
  ['email', 'ada@example.org', 'ada@example.org', false],
  ['external', 'crm:4711', 'crm:4711', false],
  ['email', 'conversation:@example.org', 'conversation:@example.org', false],
  ['visitor', 'a28705760000', 'customer.visitor a2870576', true],
  ['external', 'conversation:3ef02f9e0fe4a148', 'customer.conversation 3ef02f9e', true],
])('says the %s %s as people read it', (kind, value, text, made) => {
  expect(identifierText(t, { kind, value })).toBe(text);
  expect(isMachineMade({ kind, value })).toBe(made);
});
