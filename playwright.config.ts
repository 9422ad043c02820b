import { defineConfig } from '@playwright/test';
import { chromiumArgs, findChromium } from './scripts/chromium.mjs';

const resultFile = process.env.PARTA_STORIES_RESULT;

export default defineConfig({
  testDir: './tests/stories',
  testMatch: '**/*.story.ts',
  outputDir: './test-results/stories',
  // Two at once, each with a school and browsers of its own; never twice: a story that passes on a second try is a bug
  // that hides.
  workers: 2,
  fullyParallel: false,
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  timeout: 90_000,
  expect: { timeout: 15_000 },
  reporter: resultFile ? [['list'], ['json', { outputFile: resultFile }]] : [['list']],
  use: {
    browserName: 'chromium',
    locale: 'ru-RU',
    timezoneId: 'Europe/Moscow',
    // Recording takes a tenth of the time; `--trace on` shows a story step by step.
    trace: 'off',
    screenshot: 'only-on-failure',
    launchOptions: { executablePath: findChromium(), args: chromiumArgs },
  },
  projects: [
    { name: 'desktop', testIgnore: '**/*.phone.story.ts', use: { viewport: { width: 1280, height: 800 } } },
    {
      name: 'phone',
      testMatch: '**/*.phone.story.ts',
      use: { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true },
    },
  ],
});
