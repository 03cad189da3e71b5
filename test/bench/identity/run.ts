/**
 * How well and how fast generated people are recognised: `npm run bench:identity [records] [seed]`. The seed is not the one that the parameters
 * were fitted on.
 */
import { blockingKeys } from '@patchbay/domain/identity/blocking-keys';
import { linkRecords } from '@patchbay/domain/identity/linkage/link';
import { customerModel, fittedParameters } from '@patchbay/domain/identity/parameters';
import { customerFields, readRecord } from '@patchbay/domain/identity/score/record';
import { curveOf, measuresAt, rowOf } from './curve.ts';
import { labelledRecords, pairsSharing } from './data-set.ts';
import { lineOf } from './measures.ts';
import { candidatePairs, scorePairs } from './pairs.ts';

const say = (text: string) => process.stdout.write(`${text}\n`);
const [size = 20_000, seed = 2] = process.argv.slice(2).map(Number);

const labelled = labelledRecords(seed, size);
const all = pairsSharing('person', labelled);
const began = performance.now();
const candidates = candidatePairs(labelled);
const paired = performance.now();
const scored = scorePairs(candidates, customerModel(labelled.length));
const done = performance.now();
const found = candidates.pairs.filter(({ same }) => same).length;

say(`${labelled.length} records, ${all} pairs of one person, seed ${seed}`);
say(
  `blocking: ${scored.length} pairs (${(scored.length / labelled.length).toFixed(1)} a record), ${((found / all) * 100).toFixed(2)} % of the true ones; ` +
    `${candidates.skipped.length} keys of too many records skipped, the largest of ${candidates.skipped[0]?.size ?? 0}`,
);
say(
  `time: ${((done - began) / 1000).toFixed(1)} s in all, reading and blocking ${((paired - began) / 1000).toFixed(1)} s, ` +
    `${(((done - paired) / scored.length) * 1000).toFixed(1)} µs a pair`,
);
say('   score  precision  recall   f1');
for (const point of curveOf(scored, all)) say(rowOf(point));
const { thresholds } = fittedParameters;
for (const outcome of ['same', 'suggest'] as const) {
  say(`${outcome} ${lineOf(measuresAt(thresholds[outcome], scored, all), thresholds[outcome])}`);
}

const started = performance.now();
const linked = linkRecords({
  schema: customerFields,
  first: labelled.map(({ raw }) => readRecord(raw, customerFields)),
  second: null,
  blockingKeys: labelled.map(({ raw }) => blockingKeys(raw)),
});
const learned = Array.from(linked.scores, (score, at) => {
  const [left, right] = [linked.pairs.left[at] ?? 0, linked.pairs.right[at] ?? 0];
  return { score, same: labelled[left]?.person === labelled[right]?.person };
});
say(`fitted to these records without truth, ${((performance.now() - started) / 1000).toFixed(1)} s`);
for (const outcome of ['same', 'suggest'] as const) {
  say(`${outcome} ${lineOf(measuresAt(linked.thresholds[outcome], learned, all), linked.thresholds[outcome])}`);
}
