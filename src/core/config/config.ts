import type { LogLevel } from '../log.ts'

/** An OpenAI-compatible endpoint that serves as an engine. Its key is in the environment or a file, never in the configuration. */
export interface RemoteConfig {
  /** Models of this remote are called `NAME/MODEL`. */
  readonly name: string
  /** Up to and with the version, e.g. `http://127.0.0.1:8000/v1`. */
  readonly baseUrl: string
  /** The environment variable that holds the key. */
  readonly apiKeyEnv?: string
  /** The file that holds the key. */
  readonly apiKeyFile?: string
  /** Only these models. Absent: all that it lists. */
  readonly models?: readonly string[]
}

/** An MCP server that is a program of this machine, spoken to over its standard input and output. */
export interface StdioToolServerConfig {
  /** The first part of its tools' names. */
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  /** Absent: where Sanjha was started. */
  readonly cwd?: string
  /** Variables that it gets from Sanjha's environment, besides those every program needs (PATH, HOME …). */
  readonly passEnv: readonly string[]
}

/** An MCP server at an address. Its token is in the environment or a file, never in the configuration. */
export interface HttpToolServerConfig {
  readonly name: string
  readonly url: string
  readonly tokenEnv?: string
  readonly tokenFile?: string
}

export type ToolServerConfig = StdioToolServerConfig | HttpToolServerConfig

/** A LoRA adapter that is served as a model of its own. */
export interface AdapterConfig {
  /** What requests call it. */
  readonly name: string
  /** The stored model that it was made for. */
  readonly model: string
  /** A GGUF file; absolute. */
  readonly file: string
  /** How strongly it applies: 1 as it was trained, 0 not at all. */
  readonly scale: number
}

/**
 * Everything that can be set, parsed once by `loadConfig`. What a person writes as `engine.keepAlive: 5m` is
 * `engine.keepAliveMs` here, and `server.maxBody: 32MiB` is `server.maxBodyBytes`: durations are milliseconds
 * (Infinity: for ever) and sizes are bytes.
 */
export interface Config {
  readonly server: {
    readonly host: string
    /** 0 lets the system choose. */
    readonly port: number
    /** `sha256:` and 64 hex digits each; see `hashApiKey`. Empty: no key is asked for (only possible on loopback). */
    readonly apiKeys: readonly string[]
    /** Origins that browsers may call from, besides the server's own. */
    readonly allowedOrigins: readonly string[]
    /** Values of the Host header that are accepted, besides loopback names and the host bound. */
    readonly allowedHosts: readonly string[]
    readonly maxBodyBytes: number
    readonly requestTimeoutMs: number
    /** Requests worked on at once. */
    readonly maxConcurrent: number
    /** Requests that may wait; further ones get 503. */
    readonly maxQueue: number
    /** Requests a minute for each API key (all callers together where there are none); further ones get 429. 0: no limit. */
    readonly rateLimit: number
    /** Whether callers of a server that others can reach may use its tool servers. */
    readonly toolsForKeys: boolean
    /** How long streams may go on after the server was told to stop. */
    readonly shutdownGraceMs: number
  }
  readonly models: {
    /** Null: Granite 4.0 350M, or SmolLM2-135M-Instruct where its hub cannot be reached. */
    readonly default: string | null
    /** Whether `run` and the server may fetch a model that is not stored. */
    readonly autoPull: boolean
  }
  readonly engine: {
    /** Tokens per request; null: the model's own length, as far as memory allows. */
    readonly contextLength: number | null
    /** Requests that one model works on at once; null: chosen from the memory. */
    readonly slots: number | null
    readonly threads: number | 'auto'
    /** Infinity: for ever; 0: unload at once. */
    readonly keepAliveMs: number
    /** For all loaded models together; null: from what the machine has. */
    readonly memoryLimitBytes: number | null
    /** Models loaded at once; null: as many as fit. */
    readonly maxLoaded: number | null
    /** How keys and values of the context are stored. */
    readonly kvType: 'f16' | 'q8_0' | 'q4_0'
    /** What computes; `cpu` is always there, the others are installed on request. */
    readonly backend: 'cpu' | 'vulkan' | 'cuda'
    readonly gpuLayers: number | 'auto'
    readonly speculative: boolean
  }
  readonly adapters: readonly AdapterConfig[]
  readonly remotes: readonly RemoteConfig[]
  readonly toolServers: readonly ToolServerConfig[]
  readonly hub: {
    readonly endpoint: string
    /** A secret, from the environment only. Never print it. */
    readonly token: string | null
    /** Where the hub's own programs keep their cache (`HF_HOME`). */
    readonly home: string | null
  }
  readonly registries: {
    /** Index URL; null: what pip or uv is configured with. */
    readonly pypi: string | null
    /** Registry URL; null: what npm is configured with. */
    readonly npm: string | null
  }
  readonly downloads: {
    /** Without a byte for so long, a source counts as stalled and is asked again. */
    readonly stallTimeoutMs: number
    /** How long to wait for a hub before taking another source. */
    readonly probeTimeoutMs: number
  }
  readonly network: {
    /** Refuse every connection that leaves this machine. */
    readonly offline: boolean
    /** Fetch models by plain http from machines other than this one. */
    readonly allowHttp: boolean
  }
  readonly log: { readonly level: LogLevel }
}

/** Where a value comes from. */
export type SettingOrigin =
  | { readonly from: 'flag'; readonly flag: string }
  | { readonly from: 'env'; readonly name: string }
  | { readonly from: 'project' | 'user'; readonly path: string; readonly line: number; readonly column: number }
  | { readonly from: 'default' }

/** One line of `sanjha config show`. */
export interface SettingValue {
  /** As a person writes it, e.g. `engine.keepAlive`. */
  readonly key: string
  /** As a person writes it, e.g. `5m`; secrets are `[secret]`. */
  readonly value: string | number | boolean | readonly unknown[]
  readonly origin: SettingOrigin
}

/** A flag of the command line that sets a setting. */
export interface ConfigFlag {
  /** As it is typed, e.g. `--port`. */
  readonly flag: string
  /** e.g. `server.port`. */
  readonly key: string
  readonly value: unknown
}

export interface LoadedConfig {
  readonly config: Config
  /** Every setting, in the order of the documentation. */
  readonly settings: readonly SettingValue[]
  readonly userFile: string
  /** The `sanjha.yaml` that applies, or null. */
  readonly projectFile: string | null
  /** What a person should hear, e.g. that a variable is misspelt. */
  readonly warnings: readonly string[]
}

/** One row of the reference page. */
export interface SettingDescription {
  readonly key: string
  readonly meaning: string
  /** In words, e.g. `duration, such as 5m`. */
  readonly type: string
  readonly default: SettingValue['value']
  /** Environment variables, the strongest first. */
  readonly env: readonly string[]
  /** Whether a project's `sanjha.yaml` may set it. What could send data or secrets elsewhere may not come from there. */
  readonly inProject: boolean
  /** Only from the environment, and never shown. */
  readonly secret: boolean
  /** Whether it may be changed over HTTP. What guards the server or could send data elsewhere may not. */
  readonly editable: boolean
  /** Whether a running server reads it only when it starts. */
  readonly needsRestart: boolean
  /** All that it may be, where that is a few words. */
  readonly choices?: readonly string[]
}
