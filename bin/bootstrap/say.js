/**
 * One line of talk. stdout stays free for data.
 * @param {string} line
 */
export function say(line) {
  process.stderr.write(`sanjha: ${line}\n`)
}

/**
 * Says what is being done, then every few seconds that it still goes on, then how long it took.
 * @template T
 * @param {string} what e.g. `Installing the dependencies`
 * @param {() => Promise<T>} work
 * @param {() => string} [detail] what is known about the progress, asked whenever a line is written
 * @returns {Promise<T>}
 */
export async function saying(what, work, detail = () => '') {
  const start = Date.now()
  const seconds = () => Math.round((Date.now() - start) / 1000)
  say(`${what} …`)
  const timer = setInterval(() => say(`${what} … ${[detail(), `${seconds()} s`].filter(Boolean).join(', ')}`), 5000)
  try {
    const result = await work()
    say(`${what}: done (${seconds()} s)`)
    return result
  } finally {
    clearInterval(timer)
  }
}
