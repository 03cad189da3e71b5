import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take half a minute and more. What is begun last decides how long the others' workers stand idle. */
const longest = [
  'failure/killed',
  'failure/import-killed',
  'failure/mail-held-back',
  'failure/mail-servers',
  'failure/mail-accounts',
  'failure/providers',
  'ground/start',
  'browser/wire-to-screen',
  'browser/compose',
  'browser/wallboard',
  'browser/wallboard-channels',
  'browser/hostile-mail',
  'browser/compose-outcome',
  'path/outgoing-calls',
  'path/contact-reports',
  'failure/roles-apart',
  'browser/grading',
  'browser/reports',
  'path/mms',
  'failure/lost-calls',
].map((name) => `/test/${name}.test.ts`);

/** Longest first, as vitest does by what it remembers of the last run; in a fresh checkout it remembers nothing and goes by the files' sizes. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const place = longest.findIndex((name) => moduleId.endsWith(name));
      return place === -1 ? longest.length : place;
    };
    return (await super.sort(files)).toSorted((one, other) => rank(one) - rank(other));
  }
}
