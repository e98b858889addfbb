import { Agent, request } from 'node:http'

export interface Answer {
  readonly status: number
  readonly text: string
  /** From sending to the first byte of the body, in milliseconds. */
  readonly firstByteMs: number
  /** From sending to the end of the body. */
  readonly totalMs: number
}

/** A client that keeps its connections, thin enough to measure a server with. */
export class Client implements Disposable {
  readonly #agent: Agent = new Agent({ keepAlive: true, maxSockets: 256 })
  readonly #url: URL

  constructor(url: string) {
    this.#url = new URL(url)
  }

  /** POST of JSON. Rejects when the connection breaks; any status resolves. */
  post(path: string, body: unknown): Promise<Answer> {
    const text = JSON.stringify(body)
    return new Promise((resolve, reject) => {
      const sent = performance.now()
      const outgoing = request(
        {
          agent: this.#agent,
          host: this.#url.hostname,
          port: this.#url.port,
          path,
          method: 'POST',
          headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) },
        },
        (response) => {
          const chunks: Buffer[] = []
          let firstByteMs = 0
          response.on('data', (chunk: Buffer) => {
            if (chunks.length === 0) firstByteMs = performance.now() - sent
            chunks.push(chunk)
          })
          response.once('error', reject)
          response.once('end', () => {
            resolve({
              status: response.statusCode ?? 0,
              text: Buffer.concat(chunks).toString(),
              firstByteMs,
              totalMs: performance.now() - sent,
            })
          })
        },
      )
      outgoing.once('error', reject)
      outgoing.end(text)
    })
  }

  /** The same, and an error for any status but 200. */
  async postOk(path: string, body: unknown): Promise<Answer> {
    const answer = await this.post(path, body)
    if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}: ${answer.text.slice(0, 500)}`)
    return answer
  }

  [Symbol.dispose](): void {
    this.#agent.destroy()
  }
}
