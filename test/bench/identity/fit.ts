/**
 * Fits `parameters.json` on generated records by counting, since their truth is known: `npm run identity:fit`. Deterministic, so that
 * running it again changes nothing. Other data is fitted without truth, by `linkage/fit.ts`.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { normalised } from '@patchbay/domain/identity/linkage/fit';
import { expectedLevels } from '@patchbay/domain/identity/linkage/expected';
import { type CustomerParameters, customerModel } from '@patchbay/domain/identity/parameters';
import { strangerLevels } from '@patchbay/domain/identity/linkage/strangers';
import { MISSING, RecordComparer } from '@patchbay/domain/identity/score/comparison';
import { customerFields, readRecord } from '@patchbay/domain/identity/score/record';
import { chosenThresholds, curveOf, rowOf } from './curve.ts';
import { labelledRecords, pairsSharing } from './data-set.ts';
import { candidatePairs, scorePairs } from './pairs.ts';

const SEED = 1;
const SIZE = 40_000;
const FILE = join(import.meta.dirname, '../../../packages/domain/src/identity/parameters.json');
/** How many pairs what is expected beforehand weighs. */
const PRIOR_PAIRS = 5;
const RANDOM_PAIRS = 200_000;

const rounded = (values: readonly number[]) => values.map((value) => Number(value.toPrecision(4)));
const labelled = labelledRecords(SEED, SIZE);
const records = labelled.map(({ raw }) => readRecord(raw, customerFields));
const comparer = new RecordComparer(customerFields);

/** Every pair of one person, whether or not blocking finds it. */
function* samePairs(): Generator<readonly [number, number]> {
  for (const [index, { person }] of labelled.entries()) {
    for (let other = index + 1; labelled[other]?.person === person; other++) yield [index, other];
  }
}

function sameLevels(): number[][] {
  const counts = customerFields.map(({ kind }) => expectedLevels(kind).map((share) => share * PRIOR_PAIRS));
  for (const [left, right] of samePairs()) {
    for (const [field, { level }] of comparer.compare(records[left] ?? [], records[right] ?? []).entries()) {
      const row = counts[field];
      if (level !== MISSING && row) row[level] = (row[level] ?? 0) + 1;
    }
  }
  return counts.map(normalised);
}

const pairs = pairsSharing('person', labelled);
const same = sameLevels();
const stranger = strangerLevels(
  { first: records, second: records },
  customerFields,
  comparer,
  RANDOM_PAIRS,
)(same.map((row) => (row[0] ?? 0) * pairs));
const perRecord = (count: number) => Number(((2 * count) / labelled.length).toPrecision(3));
const fitted: CustomerParameters = {
  samePerRecord: perRecord(pairs),
  householdPerRecord: perRecord(pairsSharing('circle', labelled) - pairs),
  thresholds: { same: 0, suggest: 0 },
  fields: Object.fromEntries(
    customerFields.map(({ name }, field) => [
      name,
      { same: rounded(same[field] ?? []), stranger: rounded(stranger[field] ?? []) },
    ]),
  ),
};
const scored = scorePairs(candidatePairs(labelled), customerModel(labelled.length, fitted));
fitted.thresholds = chosenThresholds(scored, pairs);
// Lists on one line, as the formatter lays them out.
const text = JSON.stringify(fitted, null, 2).replaceAll(/\[[^\]]*\]/g, (list) =>
  list.replaceAll(/\s+/g, ' ').replaceAll(/\[ | \]/g, (end) => end.trim()),
);
await writeFile(FILE, `${text}\n`);
process.stdout.write(`${curveOf(scored, pairs).map(rowOf).join('\n')}\n`);
