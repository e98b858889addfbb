import { TestHome } from './sanjha.ts'
import { pulled, type Serving, serve } from './serving.ts'
import { testModelPath } from './testModel.ts'

export interface RealServer extends AsyncDisposable {
  readonly home: TestHome
  readonly server: Serving
  readonly url: string
  /** The name of the test model. */
  readonly model: string
}

/** A real `sanjha serve` with the test model, or with the file given, in a home of its own. */
export async function realServer(file?: string): Promise<RealServer> {
  const home = new TestHome()
  try {
    const model = await pulled(home, file ?? (await testModelPath()))
    const server = await serve(home, [model])
    return { home, server, url: server.url, model, [Symbol.asyncDispose]: () => home[Symbol.asyncDispose]() }
  } catch (error) {
    await home[Symbol.asyncDispose]()
    throw error
  }
}
