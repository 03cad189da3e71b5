import type { Alert } from '@patchbay/contracts';
import { describe, expect, it } from 'vitest';
import { shownAlerts } from './shown-alerts.ts';

const [early, late] = ['2026-03-02T12:00:00.000Z', '2026-03-02T13:00:00.000Z'];
const alert = (key: string, since: string, firing = true): Alert => ({ key, since, firing, reasons: [] });

describe('alerts across the page', () => {
  it.each<[string, Alert[], Record<string, string>, string[]]>([
    ['none', [], {}, []],
    ['each that fires', [alert('webhooks', late), alert('quarantine', early)], {}, ['webhooks', 'quarantine']],
    ['not what has cleared', [alert('quarantine', late, false)], {}, []],
    ['not what no page is for', [alert('toString', late)], {}, []],
    [
      'not what was put away, and the other still',
      [alert('webhooks', late), alert('quarantine', early)],
      { webhooks: late },
      ['quarantine'],
    ],
    [
      'none when both were put away',
      [alert('webhooks', late), alert('quarantine', late)],
      { webhooks: late, quarantine: late },
      [],
    ],
    [
      'one that has told again since it was put away',
      [alert('quarantine', late)],
      { quarantine: early },
      ['quarantine'],
    ],
    [
      'one that told at the moment at which another was put away',
      [alert('quarantine', late)],
      { webhooks: late },
      ['quarantine'],
    ],
  ])('%s', (_name, alerts, dismissed, keys) => {
    expect(shownAlerts(alerts, dismissed).map(({ key }) => key)).toEqual(keys);
  });
});
