import { expect, it } from 'vitest';
import { attemptAt, withoutAttempt } from './attempts.ts';

const attempts = { public: { content: 'Hello', key: 'a' }, internal: { content: 'Hello', key: 'b' } };

it('the same content by the same way keeps its key, and everything else has one of its own', () => {
  expect(attemptAt(attempts, 'public', 'Hello')).toBe(attempts.public);
  expect(attemptAt(attempts, 'internal', 'Hello')).toBe(attempts.internal);
  const others = [attemptAt(attempts, 'public', 'Hello!'), attemptAt(attempts, 'template', 'Hello')];
  expect(others).toMatchObject([{ content: 'Hello!' }, { content: 'Hello' }]);
  expect(new Set([...others, ...Object.values(attempts)].map(({ key }) => key)).size).toBe(4);
});

it('an attempt is forgotten by its way, and where a content is named only that one', () => {
  expect(withoutAttempt(attempts, 'public')).toEqual({ internal: attempts.internal });
  expect(withoutAttempt(attempts, 'public', 'Hello')).toEqual({ internal: attempts.internal });
  expect(withoutAttempt(attempts, 'public', 'Hello!')).toBe(attempts);
  expect(withoutAttempt(attempts, 'template')).toBe(attempts);
});
