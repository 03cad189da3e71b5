import type { HubConfig } from '@patchbay/config';
import { destination, levels, pino } from 'pino';
import type { DestinationStream, Logger } from 'pino';
import { withoutIdentifiers } from './privacy/masking.ts';

type Words = (text: string) => string;

/** Of an error only what is known to hold no secrets: drivers hang whole connections, with their passwords, on theirs. */
function presentError(error: unknown, words: Words, depth = 0): object {
  if (!(error instanceof Error)) return { type: typeof error };
  const { name, message, stack, cause } = error;
  const code = 'code' in error ? error.code : undefined;
  return {
    type: name,
    message: words(message),
    ...(stack !== undefined && { stack: presentStack(stack, words) }),
    ...(code !== undefined && { code }),
    ...(cause !== undefined && depth < 3 && { cause: presentError(cause, words, depth + 1) }),
  };
}

const frame = /^ {4}at .*(?::\d+:\d+|<anonymous>)\)?$/;

/** It begins with the message. Places in the code stay as they are: paths of packages look like addresses. */
const presentStack = (stack: string, words: Words): string =>
  stack
    .split('\n')
    .map((line) => (frame.test(line) ? line : words(line)))
    .join('\n');

/** Its digits and dots may look like a number that is dialled. */
const ipv4 = /(?<![\d.])(\d{1,3}(?:\.\d{1,3}){3})(?![\d.])/;

/** Servers name people when they refuse a message. Agents need that, and read it at the message; who reads logs does not. */
const namingNobody =
  (region: string): Words =>
  (text) =>
    text
      .split(ipv4)
      .map((part, index) => (index % 2 === 1 ? part : withoutIdentifiers(part, region)))
      .join('');

/** Milliseconds. */
const longestHeld = 100;
/** Characters. */
const mostHeld = 16 * 1024;
/** Bytes that are kept while the standard output takes nothing. */
const mostKept = 1024 * 1024;

/**
 * Lines of one moment are written together, as each write of its own costs more than its line; a warning or an error is written at once, with all
 * that was said before it. `output` takes what it is given at once, whatever becomes of it.
 */
export function gathered(output: DestinationStream): DestinationStream & { flush(): void } {
  let lines = '';
  let held: NodeJS.Timeout | undefined;
  const stream = {
    // pino tells a stream that has this of the level of each line before it writes it.
    [Symbol.for('pino.metadata')]: true,
    lastLevel: 0,
    write(line: string) {
      lines += line;
      if (stream.lastLevel >= (levels.values['warn'] ?? 0) || lines.length > mostHeld) stream.flush();
      else held ??= setTimeout(() => stream.flush(), longestHeld).unref();
    },
    flush() {
      clearTimeout(held);
      held = undefined;
      const told = lines;
      lines = '';
      if (told !== '') output.write(told);
    },
  };
  return stream;
}

let standardOutput: DestinationStream | undefined;

/** One for all logs of the process. Nothing is held back when it ends by itself; a kill may take the last tenth of a second of what went well. */
function toStandardOutput(): DestinationStream {
  if (standardOutput) return standardOutput;
  const output = destination({ dest: 1, sync: true, maxLength: mostKept });
  // A full disk, or whatever else it is, stops nobody: what was not written is tried again with the next line, and above that limit let go.
  output.on('error', () => undefined);
  const stream = gathered(output);
  process.once('exit', () => stream.flush());
  standardOutput = stream;
  return stream;
}

/** JSON lines on the standard output, or elsewhere. */
export function createLog(config: HubConfig, to?: DestinationStream): Logger {
  const words = namingNobody(config.defaultRegion);
  const options = {
    level: config.logLevel,
    base: { roles: config.roles.join(',') },
    serializers: {
      err: (error: unknown) => presentError(error, words),
      reason: (reason: unknown) => (typeof reason === 'string' ? words(reason) : reason),
    },
  };
  return pino(options, to ?? toStandardOutput());
}
