import { asRequest } from './asCurl.ts'
import {
  type ChatToCopy,
  type CopyRequest,
  chatBody,
  keyVariable,
  type RequestToCopy,
  type Snippet,
} from './contract.ts'
import { jsLiteral, plainJson } from './literals.ts'
import { splitFields } from './openAiFields.ts'

/** A program for Node: a chat through OpenAI's own library, any other request with `fetch`. */
export function asTypeScript(request: CopyRequest): Snippet {
  return { code: request.kind === 'chat' ? withOpenAi(request) : withFetch(request), leftOut: [] }
}

function withOpenAi(chat: ChatToCopy): string {
  const { own, extra } = splitFields(chatBody(chat))
  const fields = [
    ...Object.entries(own).map(([name, value]) => `  ${name}: ${jsLiteral(value, 1)},`),
    ...(Object.keys(extra).length === 0 ? [] : ['  // Besides what OpenAI has:', `  ...${jsLiteral(extra, 1)},`]),
  ]
  return `// npm install openai
import OpenAI from 'openai'

const client = new OpenAI({
  baseURL: ${plainJson(`${chat.server}/v1`)},
  apiKey: ${chat.needsKey ? `process.env['${keyVariable}'] ?? ''` : "'none is asked for'"},
})

const completion = await client.chat.completions.create({
${fields.join('\n')}
})
console.log(completion.choices[0]?.message.content)
`
}

function withFetch(request: RequestToCopy): string {
  const { method, path, body, streams } = asRequest(request)
  const headers = [
    ...(body === undefined ? [] : ["'content-type': 'application/json'"]),
    // biome-ignore lint/suspicious/noTemplateCurlyInString: this is the program's
    ...(request.needsKey ? ["authorization: `Bearer ${process.env['SANJHA_API_KEY']}`"] : []),
  ]
  const options = [
    ...(method === 'GET' ? [] : [`method: ${plainJson(method)}`]),
    ...(headers.length === 0 ? [] : [`headers: { ${headers.join(', ')} }`]),
    ...(body === undefined ? [] : [`body: JSON.stringify(${jsLiteral(body, 1)})`]),
  ]
  const address = plainJson(request.server + path)
  const call = options.length === 0 ? `fetch(${address})` : `fetch(${address}, {\n  ${options.join(',\n  ')},\n})`
  return `const response = await ${call}
console.log(response.status)
${
  streams
    ? `for await (const text of response.body!.pipeThrough(new TextDecoderStream())) {
  process.stdout.write(text)
}`
    : 'console.log(await response.text())'
}
`
}
