import { defineConfig, type ViteUserConfig } from 'vitest/config'
import { CountReporter } from './scripts/vitest/countReporter.js'

const { SANJHA_TEST_COUNTS, SANJHA_TEST_DEEP } = process.env
const always = ['**/node_modules/**', '**/dist/**', '**/.*/**']
const deep = SANJHA_TEST_DEEP ? [] : ['**/*.deep.test.ts']

// Two workers, whatever the machine: a test that passes only with many cores, or only alone, should be found here.
const workers = 2

const config: ViteUserConfig = defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: workers,
    reporters: SANJHA_TEST_COUNTS ? ['default', new CountReporter(SANJHA_TEST_COUNTS)] : ['default'],
    env: { NO_COLOR: '1' },
    // The default of one second is too short for a busy machine; what holds is seen at once all the same.
    expect: { poll: { timeout: 15_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['{src,lab}/**/*.test.ts'],
          exclude: [...always, ...deep, '**/*.model.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        // What is seen from outside: programs started, packages installed, rules of the house.
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/**/*.test.ts', 'examples/**/*.test.ts', 'bench/**/*.test.ts'],
          exclude: [...always, ...deep, '**/*.model.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        // A real model needs the processor for itself: one file at a time, after everything else.
        extends: true,
        test: {
          name: 'model',
          include: ['{src,test,examples,bench}/**/*.model.test.ts'],
          exclude: [...always, ...deep, ...(SANJHA_TEST_DEEP ? [] : ['**/*.deep.model.test.ts'])],
          testTimeout: 180_000,
          hookTimeout: 240_000,
          maxWorkers: 1,
          globalSetup: './scripts/vitest/findTestModel.js',
          runner: './scripts/vitest/skipWithoutModel.js',
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})

export default config
