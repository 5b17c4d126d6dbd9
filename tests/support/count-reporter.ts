import type { Reporter, SerializedError, TestCase, TestModule, Vitest } from 'vitest/node';

/**
 * Ends a run with `N passed, N failed, N skipped` on a line of its own, after one line per skipped test. Written as the
 * process exits, when the exit code is final: a broken global setup, or a teardown that sets `process.exitCode`, turns
 * the run red outside any test. (A teardown that throws is only logged by vitest: such a run stays green.)
 */
export default class CountReporter implements Reporter {
  #passed = 0;
  #failed = 0;
  #skipped: readonly TestCase[] = [];

  onInit(vitest: Vitest): void {
    process.once('exit', (exitCode) => {
      // With `-t` every test that was not asked for counts as skipped; naming them would bury the rest.
      const named = vitest.config.testNamePattern === undefined ? this.#skipped : [];
      const failed = exitCode === 0 ? this.#failed : Math.max(this.#failed, 1);
      const counts = `${this.#passed} passed, ${failed} failed, ${this.#skipped.length} skipped`;
      process.stdout.write(['', ...named.map(skipLine), counts, ''].join('\n'));
    });
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const groups = modules.flatMap((module) => [module, ...module.children.allSuites()]);
    const inState = (state: string) => tests.filter((test) => test.result().state === state);
    this.#passed = inState('passed').length;
    this.#failed =
      inState('failed').length +
      groups.filter((group) => group.errors().length > 0).length +
      unhandledErrors.length;
    this.#skipped = [...inState('skipped'), ...inState('pending')];
  }
}

function skipLine(test: TestCase): string {
  const result = test.result();
  const note = result.state === 'skipped' ? result.note?.replaceAll(/\s+/g, ' ') : 'never ran';
  const reason = note ?? (test.options.mode === 'todo' ? 'todo' : 'no reason given');
  return `!!! SKIPPED ${test.module.relativeModuleId} > ${test.fullName}: ${reason}`;
}
