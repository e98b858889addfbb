import { adapters } from './adapters.ts'
import type { SettingDescription } from './config.ts'
import {
  bool,
  bytes,
  duration,
  integer,
  type Kind,
  keyHash,
  listOf,
  oneOf,
  optional,
  orAuto,
  remotes,
  text,
  url,
} from './kinds.ts'
import { toolServers } from './toolServers.ts'

/** One thing that can be set. */
export interface Setting<T = unknown> {
  readonly key: string
  readonly kind: Kind<T>
  readonly default: T
  readonly meaning: string
  /** Further environment variables; `SANJHA_SERVER_PORT` for `server.port` goes without saying. */
  readonly env: readonly string[]
  /** False where a `sanjha.yaml` that came with somebody's project could open the machine or send data elsewhere. */
  readonly inProject: boolean
  /** Only from the environment, and never shown. */
  readonly secret: boolean
  /** Whether it may be changed over HTTP. */
  readonly editable: boolean
  /** Whether a running server takes a change at once. */
  readonly live: boolean
}

interface SettingOptions {
  readonly env?: readonly string[]
  readonly userOnly?: true
  readonly secret?: true
  /** It guards the server, or names files: whoever may call the API may not thereby change it. */
  readonly notOverHttp?: true
  readonly live?: true
}

function setting<T>(key: string, kind: Kind<T>, byDefault: T, meaning: string, options: SettingOptions = {}): Setting {
  const made: Setting<T> = {
    key,
    kind,
    default: byDefault,
    meaning,
    env: options.env ?? [],
    inProject: options.userOnly !== true && options.secret !== true,
    secret: options.secret === true,
    editable: options.userOnly !== true && options.secret !== true && options.notOverHttp !== true,
    live: options.live === true,
  }
  return made as Setting
}

/** Every setting there is, in the order of the documentation. To add one: a line here and a field in `Config`. */
export const settings: readonly Setting[] = [
  setting('server.host', text, '127.0.0.1', 'The address to listen on. Anything but loopback needs an API key.', {
    env: ['SANJHA_HOST'],
    userOnly: true,
  }),
  setting('server.port', integer(0, 65_535), 8642, 'The port to listen on; 0 takes any free one.', {
    env: ['SANJHA_PORT'],
  }),
  setting('server.apiKeys', listOf(keyHash), [], 'Digests of the keys that clients may use. SANJHA_API_KEY adds one.', {
    userOnly: true,
  }),
  setting(
    'server.allowedOrigins',
    listOf(text),
    [],
    'Web origins whose pages may call the server, besides its own, e.g. `https://chat.example.org`.',
    { userOnly: true },
  ),
  setting(
    'server.allowedHosts',
    listOf(text),
    [],
    'Host names under which the server may be called, besides loopback names and the address it listens on.',
    { userOnly: true },
  ),
  setting('server.maxBody', bytes, 32 * 2 ** 20, 'The largest request body that is read.', { notOverHttp: true }),
  setting('server.requestTimeout', duration(true), 600_000, 'How long one request may take.'),
  setting('server.maxConcurrent', integer(1), 64, 'Requests worked on at once.', { notOverHttp: true }),
  setting('server.maxQueue', integer(0), 256, 'Requests that may wait; further ones are answered 503.', {
    notOverHttp: true,
  }),
  setting(
    'server.rateLimit',
    integer(0),
    0,
    'Requests a minute for each API key; further ones are answered 429. 0: no limit.',
    { notOverHttp: true },
  ),
  setting(
    'server.toolsForKeys',
    bool,
    false,
    'Whether callers of a server that others can reach may use its tool servers, which run as the user of this machine.',
    { userOnly: true },
  ),
  setting('server.shutdownGrace', duration(false), 30_000, 'How long answers may go on once the server is stopping.'),

  setting(
    'models.default',
    optional(text),
    null,
    'The model used when none is named. `auto`: Granite 4.0 350M, or SmolLM2-135M-Instruct where its hub cannot be reached.',
    { env: ['SANJHA_MODEL'], live: true },
  ),
  setting('models.autoPull', bool, true, 'Whether a known model that is not stored is fetched when it is asked for.', {
    live: true,
  }),

  setting(
    'engine.contextLength',
    optional(integer(1)),
    null,
    'Tokens that one request may use. `auto`: the model’s own length, as far as memory allows.',
  ),
  setting('engine.slots', optional(integer(1, 256)), null, 'Requests that one model works on at once.'),
  setting(
    'engine.threads',
    orAuto(integer(1, 1024)),
    'auto',
    'Processor threads per model. `auto` measures and adapts while generating.',
  ),
  setting(
    'engine.keepAlive',
    duration(true),
    300_000,
    'How long a model stays loaded after its last request; 0 unloads at once.',
  ),
  setting(
    'engine.memoryLimit',
    optional(bytes),
    null,
    'Memory for all loaded models together. `auto`: what the machine can spare.',
  ),
  setting('engine.maxLoaded', optional(integer(1)), null, 'Models loaded at once. `auto`: as many as fit.'),
  setting(
    'engine.kvType',
    oneOf('f16', 'q8_0', 'q4_0'),
    'f16',
    'How the context is stored; the quantized types take a half and a quarter of the memory and lose some exactness.',
  ),
  setting(
    'engine.backend',
    oneOf('cpu', 'vulkan', 'cuda'),
    'cpu',
    'What computes. `vulkan` and `cuda` use a graphics processor and are fetched first: `sanjha engine install NAME`.',
  ),
  setting(
    'engine.gpuLayers',
    orAuto(integer(0)),
    'auto',
    'Layers to place on the GPU of `engine.backend`. `auto`: all of them; 0: none.',
  ),
  setting('engine.speculative', bool, true, 'Speculative decoding where it helps; it never changes an answer.'),

  setting(
    'adapters',
    adapters,
    [],
    'LoRA adapters (GGUF) that are served beside the stored models they were made for, under names of their own. A relative `file` is taken from the folder of the configuration file, in the environment from the working directory.',
    { notOverHttp: true },
  ),

  setting(
    'remotes',
    remotes,
    [],
    'OpenAI-compatible endpoints that serve as engines. Their keys are in the environment or in files.',
    { userOnly: true, live: true },
  ),

  setting(
    'toolServers',
    toolServers,
    [],
    'MCP servers whose tools chats may use, each call after a person’s approval. A program is started when it is first needed; tokens are in the environment or in files.',
    { userOnly: true },
  ),

  setting('hub.endpoint', url, 'https://huggingface.co', 'The model hub that `hf://` means.', {
    env: ['HF_ENDPOINT'],
    userOnly: true,
  }),
  setting('hub.token', optional(text, 'none'), null, 'The hub’s access token.', { env: ['HF_TOKEN'], secret: true }),
  setting('hub.home', optional(text, 'none'), null, 'Where the hub’s own programs keep their cache.', {
    env: ['HF_HOME'],
    userOnly: true,
  }),

  setting('registries.pypi', optional(url), null, 'The Python package index. `auto`: what pip or uv is set to.', {
    userOnly: true,
  }),
  setting('registries.npm', optional(url), null, 'The npm registry. `auto`: what npm is set to.', { userOnly: true }),

  setting('downloads.stallTimeout', duration(false), 20_000, 'Without a byte for so long, a source is asked again.'),
  setting('downloads.probeTimeout', duration(false), 4_000, 'How long to wait for a hub before taking another source.'),

  setting('network.offline', bool, false, 'Refuse every connection that leaves this machine.', {
    env: ['SANJHA_OFFLINE'],
    notOverHttp: true,
  }),
  setting(
    'network.allowHttp',
    bool,
    false,
    'Fetch models by plain http from other machines too, where anybody on the way could change them.',
    { userOnly: true },
  ),

  setting('log.level', oneOf('silent', 'error', 'warn', 'info', 'debug'), 'info', 'How much is written to the log.', {
    notOverHttp: true,
  }),
]

/** Plain key of `server.apiKeys`, hashed when it is read. */
export const apiKeyVariable = 'SANJHA_API_KEY'

/** Environment variables of a setting, the strongest first. A secret has only the standard one. */
export function variablesOf(setting: Setting): readonly string[] {
  if (setting.secret) return setting.env
  const own = `SANJHA_${setting.key
    .replaceAll(/[A-Z]/g, (letter) => `_${letter}`)
    .replaceAll('.', '_')
    .toUpperCase()}`
  return [own, ...setting.env]
}

/** Where the value stands in `Config`: `engine.keepAlive` → `['engine', 'keepAliveMs']`. */
export function fieldOf(setting: Setting): readonly string[] {
  return `${setting.key}${setting.kind.suffix ?? ''}`.split('.')
}

export function findSetting(key: string): Setting | undefined {
  return settings.find((s) => s.key === key)
}

/** The reference table, for the documentation and for `sanjha config show`. */
export function describeSettings(): readonly SettingDescription[] {
  return settings.map((s) => ({
    key: s.key,
    meaning: s.meaning,
    type: s.kind.type,
    default: s.kind.show(s.default),
    env: variablesOf(s),
    inProject: s.inProject,
    secret: s.secret,
    editable: s.editable,
    needsRestart: !s.live,
    ...(s.kind.choices !== undefined && { choices: s.kind.choices }),
  }))
}
