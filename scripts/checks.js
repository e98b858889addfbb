/**
 * What is checked besides the tests, each a script under Node. `npm run check` runs them all.
 * @type {{ name: string, command: string[] }[]}
 */
export const checks = [
  { name: 'types', command: ['node_modules/ts7/bin/tsc', '-p', 'tsconfig.json', '--noEmit'] },
  { name: 'types of the Lab', command: ['node_modules/ts7/bin/tsc', '-p', 'lab/tsconfig.json', '--noEmit'] },
  {
    name: 'types of the Lab’s tests',
    command: ['node_modules/ts7/bin/tsc', '-p', 'test/lab/tsconfig.json', '--noEmit'],
  },
  { name: 'types of scripts', command: ['node_modules/ts7/bin/tsc', '-p', 'tsconfig.scripts.json'] },
  { name: 'style', command: ['node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.'] },
  {
    name: 'boundaries',
    command: [
      'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs',
      'src',
      'lab/src',
      '--config',
      '.dependency-cruiser.cjs',
    ],
  },
  { name: 'unused code', command: ['node_modules/knip/bin/knip.js'] },
]
