import { describe, expect, it } from 'vitest';
import { Attempts } from './attempts.ts';

describe('Attempts', () => {
  it('refuses after the burst, and lets one through when the time has passed', () => {
    let now = 0;
    const attempts = new Attempts(2, 1000, () => now);
    attempts.begin('ada');
    attempts.begin('ada');
    expect(() => attempts.begin('ada')).toThrow(
      expect.objectContaining({ code: 'too_many_requests', retryAfterMs: 1000 }),
    );
    attempts.begin('bob');
    now = 1000;
    attempts.begin('ada');
    expect(() => attempts.begin('ada')).toThrow();
  });

  it('adds nothing when the clock is set back', () => {
    let now = 3600_000;
    const attempts = new Attempts(2, 1000, () => now);
    attempts.begin('ada');
    now = 0;
    attempts.begin('ada');
    expect(() => attempts.begin('ada')).toThrow(expect.objectContaining({ retryAfterMs: 1000 }));
  });

  it('gives an attempt back', () => {
    const attempts = new Attempts(1, 1000, () => 0);
    for (let round = 0; round < 5; round++) {
      attempts.begin('ada');
      attempts.forgive('ada');
    }
    attempts.begin('ada');
    expect(() => attempts.begin('ada')).toThrow();
  });
});
