import { formatBytes } from '../../core/index.ts'
import { type Route, type RouteRequest, route } from '../http/route.ts'
import { html, page } from './html.ts'

/** For a person with a browser, what runs here; for an Ollama client, the line by which it knows its server. */
export const home: Route = route({
  method: 'GET',
  path: '/',
  surface: 'openai',
  summary: 'Say what runs here',
  produces: ['text/html', 'text/plain'],
  isPublic: true,
  handle: async (request) => {
    if (!request.headers.get('accept')?.includes('text/html')) {
      return new Response('Ollama is running', { headers: { 'content-type': 'text/plain; charset=utf-8' } })
    }
    // Where the Lab was built, it says all of this better.
    if (request.server.labFiles().size > 0) return new Response(null, { status: 302, headers: { location: '/lab/' } })
    return homePage(request)
  },
})

async function homePage(request: RouteRequest): Promise<Response> {
  const { sanjha } = request.server
  // Without a key a stranger learns that a server is here, and nothing else.
  const trusted = sanjha.config.server.apiKeys.length === 0 || request.keyId !== null
  // It may hold the folder of a checkout.
  const program = trusted ? request.server.program : 'sanjha'
  const base = `http://${request.headers.get('host') ?? 'localhost'}`
  const models = trusted ? await sanjha.models.list() : []
  const loaded = new Set(trusted ? sanjha.engines.list().map((m) => m.model) : [])
  const example = models.find((m) => loaded.has(m.name))?.name ?? models[0]?.name ?? 'smollm2'
  return page(
    'Sanjha',
    html`<h1>Sanjha is running</h1>
<p>Version ${sanjha.version}. <a href="/sanjha/v1/reference">API reference</a>,
<a href="/sanjha/v1/openapi.json">OpenAPI document</a>, <a href="/metrics">metrics</a>.</p>
<h2>Models</h2>
${
  trusted
    ? models.length === 0
      ? html`<p>None is stored yet. <code>${program} pull smollm2</code> fetches a small one.</p>`
      : html`<table>
<thead><tr><th>Name</th><th>Size</th><th>Parameters</th><th>Licence</th><th>Now</th></tr></thead>
<tbody>${models.map(
          (m) =>
            html`<tr><td><code>${m.name}</code></td><td>${formatBytes(m.size)}</td><td>${parameters(m.parameters)}</td><td>${m.license ?? 'not said'}</td><td>${loaded.has(m.name) ? 'loaded' : ''}</td></tr>`,
        )}</tbody></table>`
    : html`<p>This server asks for an API key.</p>`
}
<h2>Chat from the terminal</h2>
<pre>${program} run ${example}</pre>
<h2>Use it from a program</h2>
<pre>OPENAI_BASE_URL=${base}/v1
ANTHROPIC_BASE_URL=${base}
OLLAMA_HOST=${base}</pre>
<pre>curl ${base}/v1/chat/completions -H 'Content-Type: application/json' \\
  -d '{"model": "${example}", "messages": [{"role": "user", "content": "Hello!"}]}'</pre>`,
  )
}

function parameters(count: number | null): string {
  return count === null ? '' : `${(count / 1e6).toFixed(0)} M`
}
