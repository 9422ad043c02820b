// How much code a first visit to a chat brings, as it crosses the network.
import { brotliCompressSync, constants } from 'node:zlib';
import { bundle } from '../browser/bundle.ts';
import { type BenchedSchool, withSchool } from '../browser/school.ts';
import { chatOfPlan } from '../browser/school-plan.ts';
import { type Visitor, withVisitor } from '../browser/visitor.ts';
import type { BenchCase } from '../support/bench-case.ts';
import { OURS, rowOf } from '../support/row.ts';

const CODE = ['Document', 'Script', 'Stylesheet'];
const FIRST_LOAD_KB_MAX = 170;
const CORE_KB_MAX = 45;
const CORE = 'src/lib/replica/device.ts';

export const firstLoad: BenchCase = {
  id: 'first-load',
  needsPeers: false,
  needsApp: true,
  budgetSeconds: { full: 60, quick: 40 },
  async run() {
    const { code, stored } = await withSchool({ kind: 'chats', chats: 1, messages: 40 }, (school) =>
      withVisitor((visitor) => measure(school, visitor)),
    );
    const core = await size(['dexie']);
    const withDexie = await size([]);
    return [
      rowOf(
        {
          id: 'first-load',
          what: 'chat route, first visit: HTML, JS and CSS with their headers',
          unit: 'KB',
        },
        { [OURS]: [code] },
        { ratioTo: null, max: FIRST_LOAD_KB_MAX },
      ),
      rowOf(
        {
          id: 'first-load/core',
          what: 'yjs, y-protocols, lib0 and the replica, bundled alone, brotli',
          unit: 'KB',
        },
        { [OURS]: [core] },
        { ratioTo: null, max: CORE_KB_MAX },
      ),
      rowOf(
        { id: 'first-load/core-and-dexie', what: 'the same with the library over IndexedDB', unit: 'KB' },
        { [OURS]: [withDexie] },
      ),
      rowOf(
        {
          id: 'first-load/all',
          what: 'all traffic of the visit until the app is stored to start offline',
          unit: 'KB',
        },
        { [OURS]: [stored] },
      ),
    ];
  },
};

async function measure(school: BenchedSchool, visitor: Visitor): Promise<{ code: number; stored: number }> {
  const { context, page } = visitor;
  // The link's page is another route: she signs in without it, as with a link opened in another tab.
  const token = (await school.link('masha')).split('#')[1];
  const answer = await context.request.post(`${school.origin}/api/in`, {
    headers: { origin: school.origin },
    data: { token },
  });
  if (!answer.ok()) throw new Error(`signing in: ${answer.status()}`);
  const cdp = await visitor.cdp();
  await cdp.send('Network.enable');
  const kinds = new Map<string, string>();
  let code = 0;
  cdp.on('Network.responseReceived', ({ requestId, type }) => kinds.set(requestId, type));
  cdp.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    if (CODE.includes(kinds.get(requestId) ?? '')) code += encodedDataLength;
  });
  school.wire.takeBytes();
  await page.goto(`${school.origin}/chats/${chatOfPlan(0)}`);
  await page.getByRole('article').first().waitFor();
  await visitor.isStored();
  return { code: code / 1_000, stored: school.wire.takeBytes() / 1_000 };
}

async function size(external: readonly string[]): Promise<number> {
  const chunks = await bundle(CORE, external);
  const now = chunks.filter(({ atOnce }) => atOnce).map(({ code }) => code);
  const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
  return now.reduce((sum, code) => sum + brotliCompressSync(code, { params }).length, 0) / 1_000;
}
