import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take half a minute and more. What is begun last decides how long the others' workers stand idle. */
const longest = [
  'failure/killed',
  'failure/import-killed',
  'browser/wire-to-screen',
  'failure/mail-accounts',
  'path/outgoing-calls',
  'failure/lost-calls',
  'failure/roles-apart',
  'browser/wallboard',
  'browser/grading',
  'ground/start',
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
