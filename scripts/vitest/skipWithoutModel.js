import { TestRunner } from 'vitest'

/** Skips every test, with the reason, where `findTestModel.js` found that no model can be had; nothing is set up for them. */
class SkippingRunner extends TestRunner {
  #reason = process.env.SANJHA_TEST_SKIP

  /**
   * @override
   * @param {import('vitest').RunnerTestSuite} suite
   */
  async onBeforeRunSuite(suite) {
    if (this.#reason) for (const hooks of Object.values(TestRunner.getSuiteHooks(suite))) hooks.length = 0
    await super.onBeforeRunSuite(suite)
  }

  /**
   * @override
   * @param {import('vitest').RunnerTask} test
   */
  async onBeforeRunTask(test) {
    await super.onBeforeRunTask(test)
    if (!this.#reason || test.type !== 'test' || test.mode === 'skip') return
    test.mode = 'skip'
    // As Vitest itself does for `context.skip(note)`; its types leave the note out.
    test.result = /** @type {NonNullable<import('vitest').RunnerTask['result']>} */ (
      /** @type {unknown} */ ({ state: 'skip', note: this.#reason })
    )
  }
}

// biome-ignore lint/style/noDefaultExport: Vitest takes a runner in no other form
export default SkippingRunner
