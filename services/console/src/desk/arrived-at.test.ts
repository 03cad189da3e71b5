import { expect, it } from 'vitest';
import { arrivedAt } from './arrived-at.ts';

const [help, sales] = ['help@patchbay.test', 'sales@patchbay.test'];

it.each<[string, Partial<Parameters<typeof arrivedAt>[0]>, string[], string[]]>([
  ['at the only one, which it names', {}, [help], []],
  ['at the only one, in another case', { to: ['Help@Patchbay.test'] }, [help], []],
  ['at the only one, with a signed reply address', { to: ['help+t0k3n@patchbay.test'] }, [help], []],
  ['at the only one, as a copy', { to: ['ann@example.org'], cc: [help] }, [help], []],
  ['at the only one, hidden', { to: ['ann@example.org'] }, [help], [help]],
  ['at the only one, passed on', { to: ['old@example.org'], deliveredTo: [sales] }, [sales], [sales]],
  ['at one of two', {}, [help, sales], [help]],
  ['at both', { deliveredTo: [help, sales] }, [help, sales], [help, sales]],
  ['at both, whichever came first', { deliveredTo: [sales, help] }, [help, sales], [help, sales]],
  ['nowhere that is known', { deliveredTo: [] }, [], []],
  ['and left', { direction: 'out' }, [help, sales], []],
])('arrived %s', (_name, more, ours, told) => {
  expect(arrivedAt({ direction: 'in', deliveredTo: [help], to: [help], cc: [], ...more }, ours)).toEqual(told);
});
