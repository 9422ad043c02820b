// A reporter for Vitest: errors that no test was waiting for fail a run, and its JSON report does not name them.
import { writeFileSync } from 'node:fs';

export default class UnhandledReporter {
  onTestRunEnd(_modules, errors) {
    const file = process.env.PARTA_UNHANDLED_RESULT;
    if (!file) return;
    const told = errors.map(({ message, stack, VITEST_TEST_PATH, VITEST_TEST_NAME }) => ({
      message: stack ?? message,
      file: VITEST_TEST_PATH,
      test: VITEST_TEST_NAME,
    }));
    writeFileSync(file, JSON.stringify(told));
  }
}
