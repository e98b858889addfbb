import { writeFileSync } from 'node:fs'

/**
 * Counts tests while they run and writes the numbers to a file after each test file, so that they survive a crash of the
 * runner. A test file that cannot be loaded, and an error outside any test, count as one failure each.
 */
export class CountReporter {
  #path
  /** `reasons`: how many were skipped for each reason that was given. */
  #counts = { passed: 0, failed: 0, skipped: 0, reasons: /** @type {Record<string, number>} */ ({}), finished: false }

  /** @param {string} path of the file to write */
  constructor(path) {
    this.#path = path
  }

  /** @param {import('vitest/node').TestCase} testCase */
  onTestCaseResult(testCase) {
    const result = testCase.result()
    this.#counts[result.state === 'pending' ? 'failed' : result.state]++
    if (result.state === 'skipped' && result.note) {
      this.#counts.reasons[result.note] = (this.#counts.reasons[result.note] ?? 0) + 1
    }
  }

  /** @param {import('vitest/node').TestSuite} suite */
  onTestSuiteResult(suite) {
    if (suite.errors().length > 0) this.#counts.failed++
  }

  /** @param {import('vitest/node').TestModule} module */
  onTestModuleEnd(module) {
    if (module.errors().length > 0) this.#counts.failed++
    this.#write()
  }

  /**
   * @param {ReadonlyArray<import('vitest/node').TestModule>} _modules
   * @param {ReadonlyArray<unknown>} unhandledErrors
   */
  onTestRunEnd(_modules, unhandledErrors) {
    this.#counts.failed += unhandledErrors.length
    this.#counts.finished = true
    this.#write()
  }

  #write() {
    writeFileSync(this.#path, JSON.stringify(this.#counts))
  }
}
