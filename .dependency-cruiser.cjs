/**
 * The arrows of the house: cli, server → app → rooms → core. Outsiders use a room only through its door, `index.ts`.
 * A new room gets a line in `mayUse`; whatever is not listed there is an error.
 */

/** What a room may use besides itself. `types`: only for types, which vanish when built. */
const mayUse = {
  core: [],
  runs: ['core'],
  models: ['core', 'runs'],
  chats: ['core', 'runs'],
  engine: ['core', 'models', 'runs'],
  tools: ['core'],
  gateway: ['core', 'runs', 'models', 'engine', 'chats'],
  app: ['core', 'runs', 'models', 'engine', 'gateway', 'chats', 'tools'],
  // Thin over `app`; they speak in the rooms' terms, but what they build stands on the library API.
  server: ['core', 'runs', 'models', 'engine', 'gateway', 'chats', 'tools', 'app'],
  cli: ['core', 'runs', 'models', 'engine', 'gateway', 'chats', 'tools', 'app', 'server'],
}

/** Doors beside `index.ts`: the parts of a room that others may name, each loaded without the rest of the room. */
const doors = '(index|contract)\\.ts$'
const sideDoors = [
  '^src/core/',
  '^src/core/config/index\\.ts$',
  '^src/engine/pool/(index|contract)\\.ts$',
  '^src/app/openModels\\.ts$',
]

const rooms = Object.keys(mayUse)
const isTest = '\\.(test|bench)\\.ts$|/(testing|fixtures)/'

const arrows = rooms.map((room) => ({
  name: `arrows-${room}`,
  comment: `${room} may use only: ${mayUse[room].join(', ') || 'nothing'}. The arrows are in DESIGN and in .dependency-cruiser.cjs.`,
  severity: 'error',
  from: { path: `^src/${room}/`, pathNot: isTest },
  to: { path: '^src/', pathNot: [room, ...mayUse[room]].map((name) => `^src/${name}/`) },
}))

const throughDoors = rooms.map((room) => ({
  name: `door-${room}`,
  comment: `Outsiders import src/${room}/index.ts, not what lies behind it.`,
  severity: 'error',
  from: { path: '^src/', pathNot: [`^src/${room}/`, isTest] },
  to: { path: `^src/${room}/`, pathNot: [`^src/${room}/${doors}`, ...sideDoors] },
}))

module.exports = {
  forbidden: [
    ...arrows,
    ...throughDoors,
    {
      name: 'lab-apart',
      comment: 'The web page and the program speak over HTTP; neither imports the other.',
      severity: 'error',
      from: { path: '^(src|lab/src)/', pathNot: isTest },
      to: { path: '^(src|lab)/', pathNot: '^$1/' },
    },
    {
      name: 'pages-apart',
      comment:
        'A page of the Lab can be taken away without the others noticing. What two need belongs into lab/src/parts.',
      severity: 'error',
      from: { path: '^lab/src/pages/([^/]+)/' },
      to: { path: '^lab/src/pages/', pathNot: '^lab/src/pages/$1/' },
    },
    {
      name: 'parts-below-pages',
      comment: 'Only the list of routes knows the pages.',
      severity: 'error',
      from: { path: '^lab/src/', pathNot: '^lab/src/(pages/|routes\\.ts$)' },
      to: { path: '^lab/src/pages/' },
    },
    {
      name: 'no-cycles',
      comment:
        'What needs each other belongs together, or the common part belongs lower. (Types alone, and what is imported only when called, may point back.)',
      severity: 'error',
      from: { pathNot: isTest },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only', 'dynamic-import'] } },
    },
    {
      name: 'surfaces-know-no-engine',
      comment: 'No route and no command names an engine: they ask the pipeline.',
      severity: 'error',
      from: { path: '^src/(server|cli)/', pathNot: isTest },
      to: { path: '^src/engine/(llama|openai|text)/' },
    },
    {
      name: 'surfaces-know-no-database',
      comment: 'Routes and commands are thin: what is stored is a room’s business.',
      severity: 'error',
      from: { path: '^src/(server|cli)/', pathNot: isTest },
      to: { path: '^src/core/database\\.ts$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-unresolvable',
      comment: 'An import that leads nowhere.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-dev-dependencies',
      comment: 'A user has no development dependencies.',
      severity: 'error',
      from: { path: '^src/', pathNot: isTest },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-tests',
      comment: 'Code never uses a test or its helpers.',
      severity: 'error',
      from: { path: '^src/', pathNot: isTest },
      to: { path: isTest },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
}
