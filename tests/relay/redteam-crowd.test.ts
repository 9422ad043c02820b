/** What happens when rules of several parts meet: sleeping rooms, held batches, full segments, refusals in between. */
import * as encoding from 'lib0/encoding';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { idOf } from '#shared/feed/shape.ts';
import { STOCK_PATH } from '#shared/wire/protocol.ts';
import { TestDevice } from '../support/device.ts';
import { startTestRelay, type TestRelay } from '../support/relay.ts';

let relay: TestRelay;
beforeEach(async () => {
  relay = await startTestRelay();
});
afterEach(() => relay.end());

const device = (person: string) => TestDevice.start(relay, relay.sessions.signIn(person));

test('[R310] what a stock client writes that came before its room slept reaches those who opened it since', async () => {
  await relay.end();
  relay = await startTestRelay({ idleMs: 20 });
  const masha = await device('masha');
  await masha.open('chat/7a');
  const stock = await stockSocket('masha');
  masha.line.say({ kind: 'shut', room: 'chat/7a' });
  await asleep();
  const anna = await device('anna');
  await anna.open('chat/7a');
  const { bytes } = masha.make('chat/7a/feed/1', (doc) =>
    doc.getMap('messages').set(idOf(masha.lease, 70), { by: 'masha', at: 1, text: 'Из другой программы' }),
  );
  stock.send(syncUpdate(bytes));
  expect(await anna.line.next('update')).toMatchObject({ seq: 1 });
  expect(await anna.send(anna.message('7a', 'Вижу'))).toMatchObject({ kind: 'ack', seq: 2 });
  stock.terminate();
});

/** Resolves when no room is in memory. */
async function asleep(): Promise<void> {
  for (;;) {
    const text = await (await fetch(`${relay.origin}/metrics`)).text();
    if (/parta_rooms 0\n/.test(text)) return;
  }
}

async function stockSocket(person: string): Promise<WebSocket> {
  const path = `${STOCK_PATH}/chat/7a/feed/1?token=${relay.sessions.signIn(person)}`;
  const ws = new WebSocket(relay.origin.replace('http', 'ws') + path);
  await new Promise((resolve) => ws.once('message', resolve));
  return ws;
}

function syncUpdate(bytes: Uint8Array): Uint8Array {
  const to = encoding.createEncoder();
  encoding.writeVarUint(to, 0);
  encoding.writeVarUint(to, 2);
  encoding.writeVarUint8Array(to, bytes);
  return encoding.toUint8Array(to);
}
