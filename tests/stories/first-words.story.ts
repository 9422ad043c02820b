/** The first message right after the first sign-in, on a line that brings no leases yet. */
import { expect } from '@playwright/test';
import { decodeMessage, encodeFrame, joinFrames } from '#shared/wire/codec.ts';
import { test } from '../support/story.ts';
import { StoryPerson } from '../support/story-person.ts';

test('[R434] the first message after the first sign-in goes at once, however slow the line is with leases', async ({
  browser,
  school,
  people,
}) => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.routeWebSocket(/\/line$/, (wire) => {
    const server = wire.connectToServer();
    server.onMessage((data) => {
      const message = decodeMessage(new Uint8Array(data as Buffer));
      if (!message.ok) throw new Error('not a message of the line');
      const frames = message.frames.filter(({ kind }) => kind !== 'lease-grant');
      if (frames.length > 0) wire.send(Buffer.from(joinFrames(frames.map(encodeFrame))));
    });
  });
  const anna = await people.comeIn('anna');
  const masha = new StoryPerson('masha', page, anna.wire);
  await masha.enter(await school.linkFor('masha'));
  await masha.open('7А');
  await masha.say('Здравствуйте, это я');
  await anna.open('7А');
  await anna.sees('Здравствуйте, это я');
  await expect(masha.composer).toHaveValue('');
  await context.close();
});
