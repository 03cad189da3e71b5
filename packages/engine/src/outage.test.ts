import { pino } from 'pino';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { outageLog } from './outage.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

function openLog() {
  const lines: Record<string, unknown>[] = [];
  const log = pino({ base: null, timestamp: false }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  return { lines, log };
}

const away = new Error('The database does not answer');

it('hours of failures cost few lines, and the last says how long it was', () => {
  const { lines, log } = openLog();
  const outage = outageLog(log, { fails: 'not read', over: 'read again' }, { reader: 'clocks' });
  outage.worked();
  for (let second = 0; second < 3600; second += 1) {
    outage.failed(away);
    vi.advanceTimersByTime(1_000);
  }
  outage.worked();
  outage.worked();
  const seconds = lines.map(({ lastedMs }) => Number(lastedMs) / 1000);
  expect(seconds).toEqual([0, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600]);
  expect(lines[1]).toMatchObject({ level: 40, reader: 'clocks', failures: 11, msg: 'not read' });
  expect(lines[1]).toHaveProperty('err.message', away.message);
  expect(lines.at(-1)).toEqual({ level: 40, reader: 'clocks', failures: 3600, lastedMs: 3_600_000, msg: 'read again' });
});

it('another outage begins anew', () => {
  const { lines, log } = openLog();
  const outage = outageLog(log, { fails: 'sweep failed', over: 'sweep works again', level: 'error' });
  for (let round = 0; round < 2; round += 1) {
    outage.failed(away);
    vi.advanceTimersByTime(500);
    outage.failed(away);
    outage.worked();
  }
  expect(lines.map(({ level, lastedMs, msg }) => [level, lastedMs, msg])).toEqual([
    [50, 0, 'sweep failed'],
    [40, 500, 'sweep works again'],
    [50, 0, 'sweep failed'],
    [40, 500, 'sweep works again'],
  ]);
});

it('where nothing tells that it works, it is over when it has been quiet for long enough', () => {
  const { lines, log } = openLog();
  const outage = outageLog(log, { fails: 'worker error', over: 'workers work again', quietMs: 5_000 });
  for (let second = 0; second < 8; second += 1) {
    outage.failed(away);
    vi.advanceTimersByTime(1_000);
  }
  expect(lines).toHaveLength(1);
  vi.advanceTimersByTime(4_000);
  expect(lines.slice(1)).toEqual([{ level: 40, failures: 8, lastedMs: 7_000, msg: 'workers work again' }]);
  vi.advanceTimersByTime(60_000);
  expect(lines).toHaveLength(2);
});
