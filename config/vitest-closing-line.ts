import type { Reporter, TestModule } from 'vitest/node';

/**
 * Ends a run with one line of counts, names what was skipped, and lets nothing pass as tested where everything must run.
 */
export class ClosingLine implements Reporter {
  readonly #nothingMayBeSkipped: boolean;

  constructor(nothingMayBeSkipped: boolean) {
    this.#nothingMayBeSkipped = nothingMayBeSkipped;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const { passed, failed, skipped } = count(modules);
    // Set later than here, the other reporters' summaries would come after it.
    setImmediate(() => {
      for (const name of skipped) console.log(`SKIPPED  ${name}`);
      console.log(`${passed} passed, ${failed} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}`);
    });
    if (this.#nothingMayBeSkipped && skipped.length > 0) {
      console.error(`${skipped.length} tests were skipped, and CI=true allows none`);
      process.exitCode = 1;
    }
  }
}

function count(modules: readonly TestModule[]): { passed: number; failed: number; skipped: string[] } {
  const outcome = { passed: 0, failed: 0, skipped: [] as string[] };
  for (const module of modules) {
    if (!module.ok() && module.errors().length > 0) outcome.failed += 1;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state === 'passed') outcome.passed += 1;
      else if (state === 'failed') outcome.failed += 1;
      else outcome.skipped.push(`${module.relativeModuleId} > ${test.fullName}`);
    }
  }
  return outcome;
}
