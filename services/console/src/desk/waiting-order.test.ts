import { expect, it } from 'vitest';
import { waitingOrder } from './waiting-order.ts';

it('puts the most urgent first, then who waits longest', () => {
  const at = (minute: number): string => `2026-05-04T10:0${minute}:00Z`;
  const ticket = (name: string, priority: number, waitingSince: string | null) => ({
    name,
    priority,
    waitingSince,
    createdAt: at(5),
  });
  const tickets = [ticket('a', 1, at(3)), ticket('b', 9, at(4)), ticket('c', 1, at(1)), ticket('d', 1, null)];
  expect(tickets.sort(waitingOrder).map((one) => one.name)).toEqual(['b', 'c', 'a', 'd']);
});
