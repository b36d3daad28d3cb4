// Which file may import which; `npm run lint:imports` holds it. An import of types counts as any other.

/** The rooms of src/ from the bottom to the top: what lies in each, and which other rooms it may import. */
const rooms = {
  base: {
    files: [
      'failure.ts',
      'cancellation.ts',
      'backbones.ts',
      'version.ts',
      'package-folder.ts',
      'visible.ts',
      'shell-quote.ts',
      'called-as.ts',
      'image-endings.ts',
      'compare-text.ts',
    ],
    imports: [],
  },
  spec: { files: ['spec/'], imports: ['base'] },
  names: { files: ['framework-names.ts'], imports: ['spec'] },
  protocol: { files: ['protocol/'], imports: ['base', 'spec'] },
  plan: { files: ['plan/'], imports: ['base', 'spec', 'protocol'] },
  eject: { files: ['eject/'], imports: ['base', 'spec', 'names', 'protocol', 'plan'] },
  compare: { files: ['compare/'], imports: ['base', 'spec', 'names', 'protocol'] },
  events: { files: ['events.ts'], imports: ['base', 'spec', 'protocol', 'compare'] },
  worker: { files: ['worker/'], imports: ['base', 'spec', 'protocol'] },
  init: { files: ['init/'], imports: ['base'] },
  setup: { files: ['setup/'], imports: ['base', 'spec', 'names', 'worker'] },
  run: {
    files: ['run/'],
    imports: ['base', 'spec', 'names', 'protocol', 'plan', 'compare', 'events', 'worker'],
  },
  sweep: {
    files: ['sweep/'],
    imports: ['base', 'spec', 'names', 'protocol', 'plan', 'compare', 'events', 'worker', 'run'],
  },
  lines: {
    files: ['lines/'],
    imports: ['base', 'spec', 'protocol', 'compare', 'run', 'sweep', 'tracking', 'init', 'setup'],
  },
  report: {
    files: ['report/'],
    imports: ['base', 'spec', 'names', 'protocol', 'plan', 'compare', 'init', 'run', 'lines', 'sweep'],
  },
  page: {
    files: ['page/'],
    imports: ['base', 'spec', 'names', 'protocol', 'plan', 'compare', 'run', 'sweep', 'report'],
  },
  log: {
    files: ['log/'],
    imports: ['base', 'spec', 'names', 'protocol', 'plan', 'events', 'sweep', 'report'],
  },
  serve: {
    files: ['serve/'],
    imports: [
      ...['base', 'spec', 'names', 'protocol', 'plan', 'compare', 'events', 'run'],
      ...['sweep', 'report', 'page', 'log'],
    ],
  },
  tracking: {
    files: ['tracking/'],
    imports: ['base', 'spec', 'protocol', 'plan', 'compare', 'events', 'worker', 'run', 'report'],
  },
  api: {
    files: ['index.ts', 'schemas.ts', 'api/'],
    imports: [
      ...['base', 'spec', 'names', 'protocol', 'eject', 'compare', 'events', 'worker', 'run'],
      ...['sweep', 'lines', 'page', 'tracking', 'init'],
    ],
  },
  cli: {
    files: ['cli/'],
    imports: [
      ...['base', 'spec', 'names', 'protocol', 'plan', 'eject', 'compare', 'events', 'worker', 'run'],
      ...['sweep', 'lines', 'report', 'page', 'log', 'serve', 'tracking', 'init', 'setup', 'api'],
    ],
  },
  main: { files: ['main.ts'], imports: ['cli', 'log'] },
}

/** The rooms within src/run/. The files beside them carry out comparisons, and may import all but `one-off/`. */
const runRooms = {
  machine: [],
  folder: ['machine/'],
  workers: ['machine/'],
  executors: ['machine/'],
  'one-off': ['machine/', 'folder/', 'workers/', 'input-files.ts'],
}

/** The libraries that one room alone knows, each by the beginning of its name. */
const librariesOf = {
  page: ['echarts', 'preact', 'mdast'],
  serve: ['hono', '@hono'],
  cli: ['commander'],
  worker: ['pythonia'],
}

/** The files of src/ that are started or imported from outside. */
const entries = '^src/(main|index|schemas|spec/json-schema|worker/child|serve/client/served-page)\\.ts$'

/** The pattern of paths that begin like one of `paths`, below `folder`. */
const below = (folder, paths) => `^${folder}/(${paths.join('|').replaceAll('.', '\\.')})`
const filesOf = (names) => names.flatMap((name) => rooms[name].files)

const roomRules = Object.entries(rooms).map(([name, { files, imports }]) => ({
  name: `room-${name}`,
  comment: `${files.join(', ')} may import ${imports.join(', ') || 'no other room'}: imports run one way.`,
  severity: 'error',
  from: { path: below('src', files) },
  to: { path: '^src/', pathNot: below('src', [...files, ...filesOf(imports)]) },
}))

const runRoomRules = Object.entries(runRooms).map(([name, imports]) => ({
  name: `room-run-${name}`,
  comment: `run/${name}/ may import ${imports.join(', ') || 'nothing else'} of run/: imports run one way.`,
  severity: 'error',
  from: { path: below('src/run', [`${name}/`]) },
  to: { path: '^src/run/', pathNot: below('src/run', [`${name}/`, ...imports]) },
}))

const libraryRules = Object.entries(librariesOf).map(([name, libraries]) => ({
  name: `${name}-alone-imports`,
  comment: `${libraries.join(', ')}: only src/${name}/ knows how to use them.`,
  severity: 'error',
  from: { path: '^src/', pathNot: below('src', rooms[name].files) },
  to: { path: `(^|/)node_modules/(${libraries.join('|')})` },
}))

export default {
  forbidden: [
    {
      name: 'no-circle',
      comment: 'Files that import each other can only be understood together.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    ...roomRules,
    ...runRoomRules,
    ...libraryRules,
    {
      name: 'room-of-its-own',
      comment: 'Every file of src/ lies in a room that .dependency-cruiser.mjs names.',
      severity: 'error',
      from: {},
      to: { path: '^src/', pathNot: below('src', filesOf(Object.keys(rooms))) },
    },
    {
      name: 'no-dead-file',
      comment: 'An entry needs every file of src/. A file that nothing imports would escape room-of-its-own.',
      severity: 'error',
      from: { path: entries },
      to: { path: '^src/', pathNot: entries, reachable: false },
    },
    {
      name: 'run-comparisons',
      comment: 'What carries out a comparison does not need the one-off commands.',
      severity: 'error',
      from: { path: '^src/run/[^/]+$' },
      to: { path: '^src/run/one-off/' },
    },
    {
      name: 'serve-reads-folders',
      comment: 'A server shows what lies in folders; what it serves is carried out elsewhere.',
      severity: 'error',
      from: { path: '^src/serve/' },
      to: { path: '^src/run/', pathNot: '^src/run/folder/' },
    },
    {
      name: 'browser-alone',
      comment: 'What runs in the browser shares nothing with Node.',
      severity: 'error',
      from: { path: '^src/serve/client/' },
      to: { pathNot: '^src/serve/client/' },
    },
    {
      name: 'worker-alone-imports-pythonia',
      comment: 'One Python a process, behind src/worker/: whoever wants Python asks a Worker.',
      severity: 'error',
      from: { path: '^(src|test|scripts|bench|examples)/', pathNot: '^src/worker/' },
      to: { path: '(^|/)pythonia(/|$)' },
    },
    {
      name: 'worker-alone-requires',
      comment: 'A `require` made by hand could load pythonia, or anything else, past these rules.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/worker/' },
      to: { path: '^(node:)?module$' },
    },
    {
      name: 'product-imports-itself-alone',
      comment: 'What is published does not need the tests and the scripts beside it.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|scripts|bench|examples)/' },
    },
    {
      name: 'importable',
      comment: 'An import that leads nowhere would escape all other rules.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    // Types are imports too.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
    exclude: { path: '^test/fixtures/package/' },
  },
}
