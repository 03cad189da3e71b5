/** The tables that a person reads. */
import type { BareName, Customers, HubSample, RoadSample } from './protocol.ts';
import { median } from './samples.ts';
import type { Sample } from './samples.ts';
import { sharesOf } from './shares.ts';
import type { Round } from './shares.ts';

const aim = 0.5;

const bareLines: Record<BareName, string> = {
  express: 'Express 5, form + Twilio signature',
  insert: 'one prepared INSERT of the inbox row',
  hop: 'one BullMQ no-op hop, add → done',
  'statement-known': 'one prepared ingest statement, known',
  'statement-new': 'one prepared ingest statement, new',
  'ingest-function': "(the hub's ingest_contact(), known)",
};

/** The middle of the rounds, figure by figure. */
function middle(samples: readonly Sample[]): Sample {
  const of = (pick: (sample: Sample) => number) => median(samples.map(pick));
  return {
    count: of((s) => s.count),
    rate: of((s) => s.rate),
    p50: of((s) => s.p50),
    p95: of((s) => s.p95),
    p99: of((s) => s.p99),
  };
}

function line(name: string, samples: readonly Sample[]): string {
  const { rate, p50, p95, p99 } = middle(samples);
  const spread = samples.map((sample) => sample.rate);
  const range = `${Math.round(Math.min(...spread))}–${Math.round(Math.max(...spread))}`;
  const ms = (value: number) => value.toFixed(1).padStart(8);
  return `  ${name.padEnd(46)}${rate.toFixed(0).padStart(7)}${range.padStart(13)}${ms(p50)}${ms(p95)}${ms(p99)}`;
}

const head = `  ${''.padEnd(46)}${'per s'.padStart(7)}${'from–to'.padStart(13)}${'p50 ms'.padStart(8)}${'p95 ms'.padStart(8)}${'p99 ms'.padStart(8)}`;

function roadLines(rounds: readonly Round[], customers: Customers, mode: keyof HubSample): string[] {
  const of = (step: keyof RoadSample) => rounds.map((round) => round[customers].hub[mode][step]);
  return [
    line(`${mode}: → acknowledged`, of('acknowledged')),
    line(`${mode}: → ticket row committed`, of('stored')),
    line(`${mode}: → agent's socket`, of('shown')),
  ];
}

function shareLines(rounds: readonly Round[], customers: Customers): string[] {
  const percent = (value: number) => `${(value * 100).toFixed(0)} %`;
  return sharesOf(rounds, customers).map(
    ({ name, of, median: value, lowest, highest }) =>
      `  ${name.padEnd(42)}${percent(value).padStart(6)}  (${percent(lowest)} to ${percent(highest)})  of ${of}${value < aim ? '   < aim' : ''}`,
  );
}

function processorLine(rounds: readonly Round[], customers: Customers): string {
  const of = (who: 'hub' | 'stores') =>
    median(rounds.map((round) => round[customers].processorMs[who] ?? Number.NaN)).toFixed(1);
  return `  Processor time for each contact: hub ${of('hub')} ms, PostgreSQL and Redis ${of('stores')} ms`;
}

export function tableOf(backend: string, rounds: readonly Round[], concurrency: number): string {
  const lines = [
    `\n=== Queue on ${backend}: ${concurrency} in flight, medians of ${rounds.length} rounds ===`,
    '\nBare parts',
    head,
    ...(Object.keys(bareLines) as BareName[]).map((name) =>
      line(
        bareLines[name],
        rounds.flatMap((round) => [...round.known.bare, ...round.new.bare]).map((bare) => bare[name]),
      ),
    ),
  ];
  for (const customers of ['known', 'new'] as const) {
    lines.push(
      `\n${customers === 'known' ? 'Known customers with an open ticket' : 'New customers'}: signed SMS webhook`,
      head,
      ...roadLines(rounds, customers, 'steady'),
      ...roadLines(rounds, customers, 'burst'),
      processorLine(rounds, customers),
      `  Shares (aim: ${aim * 100} %)`,
      ...shareLines(rounds, customers),
    );
  }
  return lines.join('\n');
}
