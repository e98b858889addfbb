import { type CopyRequest, chatBody, keyVariable, type Snippet } from './contract.ts'
import { plainJson } from './literals.ts'
import { longestWord, shellWord } from './shellWord.ts'

/** A command line of curl that sends the request and prints the answer. */
export function asCurl(request: CopyRequest): Snippet {
  const { method, path, body, streams } = asRequest(request)
  const json = body === undefined ? undefined : plainJson(body, 2)
  const isPiped = json !== undefined && json.length > longestWord
  const lines = [
    // Braces and brackets in an address are curl's own signs, unless it is told otherwise.
    `curl ${/[[\]{}]/.test(path) ? '--globoff ' : ''}${shellWord(request.server + path)}`,
    ...(method === (json === undefined ? 'GET' : 'POST') ? [] : [`--request ${shellWord(method)}`]),
    ...(streams ? ['--no-buffer'] : []),
    ...(request.needsKey ? [`--header "Authorization: Bearer $${keyVariable}"`] : []),
    ...(json === undefined
      ? []
      : ["--header 'Content-Type: application/json'", isPiped ? '--data-binary @-' : `--data-raw ${shellWord(json)}`]),
  ]
  const command = lines.join(' \\\n  ')
  return { code: isPiped ? `printf '%s' ${shellWord(json)} |\n  ${command}` : command, leftOut: [] }
}

/** The request on the wire. */
export function asRequest(request: CopyRequest): {
  method: string
  path: string
  body: unknown
  streams: boolean
} {
  if (request.kind === 'request') {
    const { method, path, body, streams = false } = request
    return { method, path, body, streams }
  }
  const body = chatBody(request)
  return { method: 'POST', path: '/v1/chat/completions', body, streams: body['stream'] === true }
}
