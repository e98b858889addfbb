import { testModelPath } from '../../../../test/support/testModel.ts'
import { describeEngineContract } from '../../testing/engineContract.ts'
import { createNativeEngine } from './index.ts'

const modelPath = await testModelPath()

describeEngineContract(
  'llama.cpp, in this process',
  () => createNativeEngine({ modelPath, contextLength: 2048, threads: 1 }),
  { timeoutMs: 120_000, longPrompt: 'Tell me a long story about a dog and a cat.' },
)
