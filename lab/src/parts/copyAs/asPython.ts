import { asRequest } from './asCurl.ts'
import {
  type ChatToCopy,
  type CopyRequest,
  chatBody,
  keyVariable,
  type RequestToCopy,
  type Snippet,
} from './contract.ts'
import { plainJson, pythonLiteral } from './literals.ts'
import { splitFields } from './openAiFields.ts'

/** A program for Python: a chat through OpenAI's own library, any other request with what Python brings. */
export function asPython(request: CopyRequest): Snippet {
  return { code: request.kind === 'chat' ? withOpenAi(request) : withUrllib(request), leftOut: [] }
}

function withOpenAi(chat: ChatToCopy): string {
  const { own, extra } = splitFields(chatBody(chat))
  const fields = Object.entries(own).map(([name, value]) => `    ${name}=${pythonLiteral(value, 1)},`)
  if (Object.keys(extra).length > 0) {
    fields.push('    # Besides what OpenAI has:', `    extra_body=${pythonLiteral(extra, 1)},`)
  }
  const program = `from openai import OpenAI

client = OpenAI(
    base_url=${plainJson(`${chat.server}/v1`)},
    api_key=${chat.needsKey ? `os.environ["${keyVariable}"]` : '"none is asked for"'},
)

completion = client.chat.completions.create(
${fields.join('\n')}
)
print(completion.choices[0].message.content)
`
  const imports = importsOf(program)
  return `# pip install openai\n${imports}${imports && '\n'}${program}`
}

function withUrllib(request: RequestToCopy): string {
  const { method, path, body, streams } = asRequest(request)
  const headers = [
    ...(body === undefined ? [] : ['"Content-Type": "application/json"']),
    ...(request.needsKey ? [`"Authorization": "Bearer " + os.environ["${keyVariable}"]`] : []),
  ]
  const parts = [
    plainJson(request.server + path),
    ...(body === undefined ? [] : [`data=json.dumps(${pythonLiteral(body, 1)}).encode()`]),
    ...(headers.length === 0 ? [] : [`headers={${headers.join(', ')}}`]),
    `method=${plainJson(method)}`,
  ]
  const program = `request = urllib.request.Request(
${parts.map((part) => `    ${part},`).join('\n')}
)
with urllib.request.urlopen(request) as response:
    print(response.status)
${
  streams
    ? `    for line in response:
        print(line.decode(), end="", flush=True)`
    : '    print(response.read().decode())'
}
`
  return `${importsOf(program)}import urllib.request\n\n${program}`
}

/** The modules that the program uses. A text that looks like it may bring one in needlessly, which does no harm. */
function importsOf(program: string): string {
  const modules = { json: /json\.(loads|dumps)\(/, os: /os\.environ\[/ }
  return Object.entries(modules)
    .map(([name, use]) => (use.test(program) ? `import ${name}\n` : ''))
    .join('')
}
