import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { loadEnvironment } from '@patchbay/config';
import { HubError } from '@patchbay/contracts';
import { describe, expect, it, vi } from 'vitest';
import { createLog, gathered } from './log.ts';

function logged(error: unknown) {
  const lines: string[] = [];
  const log = createLog(loadEnvironment({ LOG_LEVEL: 'warn', DEFAULT_REGION: 'GB' }), {
    write: (line: string) => void lines.push(line),
  });
  log.warn({ err: error }, 'message not handed over');
  const line = lines.join('');
  return { line, err: JSON.parse(line).err as { message: string; stack: string; code?: string } };
}

describe('an error in the log', () => {
  it.each([
    ['550 5.1.1 <someone@private.example> unknown', '550 5.1.1 <s••••@••••.example> unknown'],
    ['Not taken for Ada@Private.example (550)', 'Not taken for a••••@••••.example (550)'],
    [
      "Twilio 21211: The 'To' number +447700900123 is not valid",
      "Twilio 21211: The 'To' number +44 •••• 123 is not valid",
    ],
    ['No answer from 07700 900123', 'No answer from +44 •••• 123'],
    ['two: a.b@x.example, c.d@y.example', 'two: a••••@••••.example, c••••@••••.example'],
    ['connect ECONNREFUSED 212.55.100.23:587', 'connect ECONNREFUSED 212.55.100.23:587'],
    ['The mail server refused the mail with 550', 'The mail server refused the mail with 550'],
  ])('%s', (message, shown) => {
    expect(logged(new Error(message)).err.message).toBe(shown);
  });

  it('names nobody in a reason that stands alone', () => {
    const lines: string[] = [];
    const log = createLog(loadEnvironment({ LOG_LEVEL: 'info', DEFAULT_REGION: 'GB' }), {
      write: (line: string) => void lines.push(line),
    });
    log.info(
      { contacts: 2, reason: 'error: Key (value)=(ada@private.example) exists' },
      'contacts not received together',
    );
    expect(JSON.parse(lines.join(''))).toMatchObject({ reason: 'error: Key (value)=(a••••@••••.example) exists' });
  });

  it('names nobody in its stack nor in what it was caused by, and tells where it happened', () => {
    const cause = new Error("Can't send mail: 550 5.1.1 <someone@private.example>\n+44 7700 900123 unknown");
    const { line, err } = logged(new HubError('provider_refused', 'Refused for someone@private.example', { cause }));
    const { time: _, ...said } = JSON.parse(line) as object & { time: number };
    expect(JSON.stringify(said)).not.toMatch(/someone|private|7700|900123/);
    expect(err.stack).toMatch(/^HubError: Refused for s••••@••••\.example\n {4}at .*log\.test\.ts:\d+:\d+/);
    expect(err.code).toBe('provider_refused');
  });
});

describe('the lines of a moment', () => {
  function held() {
    const written: string[][] = [];
    const named = (lines: string) =>
      lines
        .trim()
        .split('\n')
        .map((line) => String(JSON.parse(line).msg));
    const stream = gathered({ write: (lines) => void written.push(named(lines)) });
    return { log: createLog(loadEnvironment({ LOG_LEVEL: 'info' }), stream), stream, written };
  }

  it('are written together, and a warning at once with all before it', () => {
    vi.useFakeTimers();
    const { log, written } = held();
    log.info('one');
    log.info('two');
    expect(written).toEqual([]);
    vi.advanceTimersByTime(100);
    expect(written).toEqual([['one', 'two']]);
    log.info('three');
    log.warn('four');
    expect(written).toEqual([
      ['one', 'two'],
      ['three', 'four'],
    ]);
    // Nothing is left of the timer.
    vi.advanceTimersByTime(1000);
    expect(written).toHaveLength(2);
    log.child({ part: 'mail' }).error('five');
    expect(written.at(-1)).toEqual(['five']);
    vi.useRealTimers();
  });

  it('do not wait when the process ends', () => {
    const { log, stream, written } = held();
    log.info('last');
    stream.flush();
    expect(written).toEqual([['last']]);
  });
});

it('goes on where nobody reads the standard output any more', async () => {
  const program = `
    import { createLog } from ${JSON.stringify(new URL('./log.ts', import.meta.url).href)};
    const log = createLog({ logLevel: 'info', roles: [], defaultRegion: 'GB' });
    log.info('one');
    process.once('message', () => {
      for (let line = 0; line < 100; line += 1) log.warn('nobody reads this');
      log.info('x'.repeat(100_000));
      process.send('still here', () => process.exit());
    });
    process.send('ready');`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  try {
    await once(child, 'message');
    child.stdout?.destroy();
    child.send('go on');
    expect(await once(child, 'message')).toContain('still here');
    expect(await once(child, 'exit')).toEqual([0, null]);
  } finally {
    child.kill('SIGKILL');
  }
});

it.skipIf(!existsSync('/dev/full'))('goes on where the disk of the standard output is full', async () => {
  const program = `
    import { createLog } from ${JSON.stringify(new URL('./log.ts', import.meta.url).href)};
    const log = createLog({ logLevel: 'info', roles: [], defaultRegion: 'GB' });
    for (let line = 0; line < 100; line += 1) log.warn('there is no room for this');
    log.info('x'.repeat(2_000_000));
    process.send('still here', () => process.exit());`;
  const full = openSync('/dev/full', 'w');
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', full, 'pipe', 'ipc'],
  });
  try {
    expect(await once(child, 'message')).toContain('still here');
    expect(await once(child, 'exit')).toEqual([0, null]);
  } finally {
    child.kill('SIGKILL');
    closeSync(full);
  }
});
