// Which tests failed, read from the reports of Vitest and Playwright: their own output may be long gone up the screen.
import { relative } from 'node:path';
import { root } from './fingerprint.mjs';

const LINES_OF_WHY = 6;

/** Of Vitest's JSON report; a file that throws before its first test stands for itself. */
export function failedTests(report) {
  return (report?.testResults ?? []).flatMap((file) => {
    const name = relative(root, file.name);
    if (file.status === 'failed' && file.assertionResults.length === 0) {
      return [{ where: name, why: shortly(file.message) }];
    }
    return file.assertionResults
      .filter((test) => test.status === 'failed')
      .map((test) => ({ where: `${name} › ${test.fullName}`, why: shortly(test.failureMessages[0]) }));
  });
}

/** Of scripts/unhandled-reporter.mjs. */
export function unhandled(report) {
  return (report ?? []).map(({ message, file, test }) => ({
    where: `an error nobody waited for, near ${[file && relative(root, file), test].filter(Boolean).join(' › ') || 'no test'}`,
    why: shortly(message),
  }));
}

/** Of Playwright's JSON report; one that passed at a second try counts too. */
export function failedStories(report) {
  const outside = (report?.errors ?? []).map((error) => ({ where: 'stories', why: shortly(error.message) }));
  const inside = (report?.suites ?? []).flatMap((suite) => [
    ...failedStories({ suites: suite.suites }),
    ...(suite.specs ?? []).flatMap((spec) =>
      spec.tests
        .filter((test) => test.status === 'unexpected' || test.status === 'flaky')
        .map((test) => ({ where: `${spec.file} › ${spec.title}`, why: shortly(errorOf(test)) })),
    ),
  ]);
  return [...outside, ...inside];
}

function errorOf(test) {
  return test.results.find((result) => result.error)?.error.message;
}

function shortly(message = 'no reason was given') {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours of a terminal begin with one
  const plain = message.replaceAll(/\u001b\[[0-9;]*m/g, '');
  return plain.split('\n').slice(0, LINES_OF_WHY).join('\n    ');
}
