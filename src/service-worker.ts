/// <reference lib="webworker" />
/**
 * Keeps the app on the device. Each release has one cache of its own: the shell (`/`), its chunks and its static
 * files, the editor of papers among them; chunks named `lazy-…` and wasm join it on first use. The release before stays
 * too, for tabs that still run it. A new release waits until a person accepts it.
 */
import { build, files, version } from '$service-worker';

const worker = globalThis as unknown as ServiceWorkerGlobalScope;

const SHELL = '/';
const RELEASE = `parta-release-${version}`;
/** Remembers which release was active, so that it outlives its successor's start by one release. */
const NOTES = 'parta-notes';
const ACTIVE_NOTE = '/active-release';
/** Fetches at a time while a release is stored: a slow line stays usable meanwhile. */
const FETCHES_MAX = 4;
/** What is never answered from the device. */
const RELAY_PATHS = /^\/(api|line|y|files|metrics|healthz)(\/|$)/;
/** SvelteKit asks for it where a page goes wrong, and loads the page again and again while a newer release waits. */
const RELEASE_FILE = '/_app/version.json';
const ON_FIRST_USE = /\/lazy-[^/]*$|\.wasm$|\.map$/;

const assets = new Set([...build, ...files]);
const kept = [...assets].filter((path) => !ON_FIRST_USE.test(path));

worker.addEventListener('install', (event) => event.waitUntil(storeRelease()));
worker.addEventListener('activate', (event) => event.waitUntil(takeOver()));
worker.addEventListener('message', (event) => {
  if (event.data === 'skip-waiting') event.waitUntil(worker.skipWaiting());
  if (event.data === 'version') event.ports[0]?.postMessage(version);
});
worker.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== worker.location.origin) return;
  if (RELAY_PATHS.test(url.pathname)) return;
  if (request.mode === 'navigate') event.respondWith(shell(request));
  else if (url.pathname === RELEASE_FILE) event.respondWith(Response.json({ version }));
  else if (isAsset(url.pathname)) event.respondWith(asset(request, url.pathname));
});

/** What an interrupted attempt stored already is not fetched again; what a release before holds is copied. */
async function storeRelease(): Promise<void> {
  const cache = await caches.open(RELEASE);
  const queue = [...kept];
  const lanes = Array.from({ length: FETCHES_MAX }, async () => {
    for (let path = queue.shift(); path !== undefined; path = queue.shift()) await storeAsset(cache, path);
  });
  await Promise.all(lanes);
  await copyFirstUsed(cache);
  await storeShell(cache);
}

async function storeAsset(cache: Cache, path: string): Promise<void> {
  if (await cache.match(path)) return;
  const copy = isImmutable(path) ? await caches.match(path) : undefined;
  const response = copy ?? (await fetch(path, { cache: isImmutable(path) ? 'default' : 'no-cache' }));
  if (!isOurs(response)) throw new Error(`${path} did not arrive whole`);
  await cache.put(path, response);
}

/** The shell comes last and must be of this very release: the relay may be replaced between two fetches. */
async function storeShell(cache: Cache): Promise<void> {
  const response = await fetch(SHELL, { cache: 'no-cache' });
  const text = await response.clone().text();
  if (!response.ok || response.redirected || !text.includes(`content="${version}"`))
    throw new Error('the shell is of another release');
  await cache.put(SHELL, response);
}

/** A page that was opened once opens offline after an update too, when its chunks did not change. */
async function copyFirstUsed(cache: Cache): Promise<void> {
  for (const path of assets) {
    if (!ON_FIRST_USE.test(path) || (await cache.match(path))) continue;
    const copy = await caches.match(path);
    if (copy) await cache.put(path, copy);
  }
}

async function takeOver(): Promise<void> {
  const notes = await caches.open(NOTES);
  const before = await (await notes.match(ACTIVE_NOTE))?.text();
  if (before !== RELEASE) await notes.put(ACTIVE_NOTE, new Response(RELEASE));
  const stay = new Set([RELEASE, NOTES, before]);
  for (const name of await caches.keys())
    if (name.startsWith('parta-release-') && !stay.has(name)) await caches.delete(name);
  await worker.clients.claim();
}

async function shell(request: Request): Promise<Response> {
  return (await held(SHELL)) ?? fetch(request);
}

async function asset(request: Request, path: string): Promise<Response> {
  const stored = await held(path);
  if (stored) return stored;
  const response = await fetch(request);
  if (assets.has(path) && response.status === 200 && isOurs(response)) await keep(path, response.clone());
  return response;
}

/** A storage that does not open holds nothing: the app says what is wrong with it, once it runs. */
async function held(path: string): Promise<Response | undefined> {
  try {
    const cache = await caches.open(RELEASE);
    return (await cache.match(path)) ?? (isImmutable(path) ? await caches.match(path) : undefined);
  } catch {
    return undefined;
  }
}

/** What finds no room is fetched again the next time. */
async function keep(path: string, response: Response): Promise<void> {
  try {
    await (await caches.open(RELEASE)).put(path, response);
  } catch {
    // The page has it all the same.
  }
}

function isAsset(path: string): boolean {
  return assets.has(path) || isImmutable(path);
}

/** Named by its content: the same path always holds the same bytes, in every release. */
function isImmutable(path: string): boolean {
  return path.startsWith('/_app/immutable/');
}

/** A school's Wi-Fi may answer anything with its sign-in page: a page is never an asset of ours. */
function isOurs(response: Response): boolean {
  return (
    response.ok && !response.redirected && !(response.headers.get('content-type') ?? '').includes('text/html')
  );
}
