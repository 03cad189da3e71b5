import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isWindowOpen, windowClosesAt } from './session-window.ts';

const hour = 3600_000;
const at = (time: string) => new Date(`2026-03-01T${time}Z`);

describe('the session window', () => {
  it.each([
    ['just written', at('10:00:00'), at('10:00:00'), true],
    ['a minute before its end', at('10:00:00'), new Date(at('10:00:00').getTime() + 24 * hour - 60_000), true],
    ['at its end', at('10:00:00'), new Date(at('10:00:00').getTime() + 24 * hour), false],
    ['never written', null, at('10:00:00'), false],
    // The provider's clock runs a little ahead of ours.
    ['written in the future', at('10:00:05'), at('10:00:00'), true],
  ])('%s', (_name, last, now, open) => {
    expect(isWindowOpen(last, 24 * hour, now)).toBe(open);
  });

  it('closes once, and a later message only moves its end back', () => {
    const moment = fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(
        moment,
        moment,
        fc.integer({ min: 1, max: 100 * hour }),
        fc.nat(100 * hour),
        (last, now, window, later) => {
          const again = new Date(last.getTime() + later);
          if (isWindowOpen(last, window, now)) expect(isWindowOpen(again, window, now)).toBe(true);
          expect(windowClosesAt(again, window)?.getTime()).toBeGreaterThanOrEqual(
            windowClosesAt(last, window)?.getTime() ?? 0,
          );
        },
      ),
    );
  });
});
