// The house has three arrows: routes → lib → shared ← sync-server. Whatever is not one of them fails here.

/** Folders under src/lib that every feature stands on. */
const GROUND = 'ui|words|replica|session|registry|paraglide';
const TEST = '[.](test|browser[.]test|contract|fixture)[.]ts$';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'app-never-reaches-the-relay',
      comment: 'The app runs on a phone. What both sides need lives in src/shared.',
      severity: 'error',
      from: { path: '^src/', pathNot: TEST },
      to: { path: '^sync-server/' },
    },
    {
      name: 'relay-never-reaches-the-app',
      comment:
        'The relay runs without a build and without a browser. What both sides need lives in src/shared.',
      severity: 'error',
      from: { path: '^sync-server/' },
      to: { path: '^src/(lib|routes)/' },
    },
    {
      name: 'lib-knows-no-pages',
      comment:
        'A page opens a lib class and draws it; a lib class that knows its page cannot be drawn elsewhere.',
      severity: 'error',
      from: { path: '^src/lib/' },
      to: { path: '^src/routes/' },
    },
    {
      name: 'pages-ask-lib',
      comment:
        'A page takes rules and shapes from the lib class it draws; from shared it may take types only.',
      severity: 'error',
      from: { path: '^src/routes/' },
      to: { path: '^src/shared/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'pages-know-no-engine',
      comment:
        'A page never knows Yjs, its database or its editor: else a change of engine is a change of every page.',
      severity: 'error',
      from: { path: '^src/routes/' },
      to: { path: 'node_modules/(yjs|y-protocols|y-websocket|lib0|dexie|@automerge|@tiptap)/' },
    },
    {
      name: 'shared-stands-alone',
      comment: 'Both programs obey what is here, so it may depend on neither of them.',
      severity: 'error',
      from: { path: '^src/shared/', pathNot: TEST },
      to: { path: '^(src/(?!shared/)|sync-server/|tests/|scripts/)' },
    },
    {
      name: 'shared-is-pure',
      comment:
        'A rule that reads a disk, a socket or a framework answers differently on the phone and on the relay.',
      severity: 'error',
      from: { path: '^src/shared/', pathNot: TEST },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'shared-uses-no-framework',
      comment: 'Only small pure libraries (bytes, shapes) may stand under the rules.',
      severity: 'error',
      from: { path: '^src/shared/', pathNot: TEST },
      to: { path: 'node_modules/', pathNot: 'node_modules/(lib0|valibot|yjs|@automerge)/' },
    },
    {
      name: 'judge-knows-no-schools',
      comment:
        'The judge turns bytes into acts. What an act means is the policy’s word, handed in: anyone could lift the judge out.',
      severity: 'error',
      from: { path: '^sync-server/judge/', pathNot: TEST },
      to: { path: '^src/shared/(school|feed|pins|papers?|me|registry)/' },
    },
    {
      name: 'judge-stands-alone',
      comment: 'The same reason: it may not lean on the relay around it.',
      severity: 'error',
      from: { path: '^sync-server/judge/', pathNot: TEST },
      to: { path: '^sync-server/(?!judge/)' },
    },
    {
      name: 'features-never-import-each-other',
      comment:
        'Two features that meet do so on a page or on the ground they share, else each drags the other along.',
      severity: 'error',
      from: { path: '^src/lib/([^/]+)/' },
      to: { path: '^src/lib/([^/]+)/', pathNot: [`^src/lib/(${GROUND})/`, '^src/lib/$1/'] },
    },
    {
      name: 'buttons-know-no-school',
      comment: 'ui takes props and emits events; a button that opens a replica is a feature.',
      severity: 'error',
      from: { path: '^src/lib/ui/' },
      to: { path: '^src/lib/(replica|session|registry)/' },
    },
    {
      name: 'automerge-only-in-the-registry',
      comment: 'Its wasm is a megabyte: it is loaded where the registry is edited and on no pupil’s route.',
      severity: 'error',
      from: { path: '^(src|sync-server)/', pathNot: ['^(src/lib|src/shared|sync-server)/registry/', TEST] },
      to: { path: 'node_modules/@automerge/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'relay-needs-no-build-tools',
      comment: 'A production install leaves devDependencies out.',
      severity: 'error',
      from: { path: '^(sync-server|src/shared)/', pathNot: TEST },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-circles',
      comment: 'Two files that need each other are one file, or three.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'nothing-missing',
      comment: 'An import that resolves to nothing is a build that breaks later.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^([$](app|service-worker)|virtual:)' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['[?](url|raw|inline|worker)', '^src/lib/paraglide/'] },
    tsPreCompilationDeps: 'specify',
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'svelte', 'browser', 'default', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.svelte', '.json'],
    },
  },
};
