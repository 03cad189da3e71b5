import { expect, test } from 'vitest';
import type { Outgoing } from './conversation.ts';
import { openMemory } from './storage.ts';

function shelf(broken = false) {
  const map = new Map<string, string>();
  return {
    getItem: (key: string) => map.get(key) ?? null,
    setItem(key: string, value: string) {
      if (broken) throw new Error('QuotaExceededError');
      map.set(key, value);
    },
    removeItem: (key: string) => void map.delete(key),
    key: (index: number) => [...map.keys()][index] ?? null,
    get length() {
      return map.size;
    },
  };
}
const message = (clientId: string, at: string): Outgoing => ({
  clientId,
  at,
  text: clientId,
  attachments: [],
  offline: false,
  state: 'waiting',
});

test('two tabs keep their unsent messages side by side, and both find all of them, oldest first', () => {
  const shared = shelf();
  const [one, two] = [openMemory('https://hub.test', shared), openMemory('https://hub.test', shared)];
  one.keepUnsent(message('b', '2026-03-01T12:00:02Z'));
  two.keepUnsent(message('a', '2026-03-01T12:00:01Z'));
  expect(one.unsent().map(({ clientId }) => clientId)).toEqual(['a', 'b']);
  two.forgetUnsent('b');
  expect(one.unsent().map(({ clientId }) => clientId)).toEqual(['a']);
});

test('hubs do not see each other, and a full or damaged shelf is no error', () => {
  const shared = shelf();
  openMemory('https://one.test', shared).keepToken('secret');
  expect(openMemory('https://two.test', shared).token()).toBeNull();
  expect(openMemory('https://one.test', shared).token()).toBe('secret');
  shared.setItem('patchbay:https://one.test:profile', '{damaged');
  expect(openMemory('https://one.test', shared).profile()).toBeNull();
  const full = openMemory('https://one.test', shelf(true));
  full.keepUnsent(message('a', '2026-03-01T12:00:01Z'));
  expect(full.unsent()).toEqual([]);
});
