// Bundles modules of the product alone, minified as the build does it.
import { join } from 'node:path';
import { build } from 'vite';
import { engine, lighter, lighterYjs } from '../../../scripts/app-parts.mjs';
import { root } from '../../../scripts/fingerprint.mjs';

export interface Chunk {
  readonly fileName: string;
  readonly code: string;
  /** Loaded with the entry; the others only when they are asked for. */
  readonly atOnce: boolean;
}

/** `entry`: a path from the project's root. `external`: packages to leave out. */
export async function bundle(entry: string, external: readonly string[] = []): Promise<Chunk[]> {
  const result = await build({
    ...{ root, configFile: false, logLevel: 'error', publicDir: false, resolve: { alias: lighter } },
    plugins: [lighterYjs()],
    build: {
      write: false,
      minify: true,
      target: ['safari16.4', 'chrome111', 'firefox128'],
      // Not `lib`: that leaves the whitespace in, which the app's build takes out.
      rolldownOptions: {
        input: join(root, entry),
        preserveEntrySignatures: 'strict',
        external: [...external],
        output: { entryFileNames: 'entry.js', codeSplitting: { groups: engine } },
      },
    },
    define: { 'process.env.NODE_ENV': '"production"' },
  });
  const outputs = (Array.isArray(result) ? result : [result]).flatMap((each) =>
    'output' in each ? each.output : [],
  );
  const chunks = outputs.filter((output) => output.type === 'chunk');
  const atOnce = new Set<string>();
  const follow = (name: string) => {
    const chunk = chunks.find(({ fileName }) => fileName === name);
    if (!chunk || atOnce.has(name)) return;
    atOnce.add(name);
    for (const next of chunk.imports) follow(next);
  };
  for (const { fileName, isEntry } of chunks) if (isEntry) follow(fileName);
  return chunks.map(({ fileName, code }) => ({ fileName, code, atOnce: atOnce.has(fileName) }));
}
