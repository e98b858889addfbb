/**
 * Before tests on a real model: looks whether there is one. The reason, when there is none, goes to `skipWithoutModel.js`
 * in the workers.
 */
export async function setup() {
  const { noteMissingModel } = await import('../../test/support/testModel.ts')
  const reason = await noteMissingModel()
  if (reason !== undefined) process.env.SANJHA_TEST_SKIP = reason
}
