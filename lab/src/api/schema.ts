// Made from the server's OpenAPI document: `npm run docs`. Nothing here is written by hand.

/** Path behind `/sanjha/v1` (or a whole one of the OpenAI surface) → method → what it takes and answers. */
export interface Api {
  "/v1/models": {
    GET: { answer: ModelList }
  }
  "/health": {
    GET: { answer: {
      status: ("ok" | "starting")
      version: string
      uptimeSeconds: number
      activeRequests: number
      loadedModels: number
      model: (string | null)
    } }
  }
  "/version": {
    GET: { answer: {
      version: string
      node: string
      platform: string
    } }
  }
  "/doctor": {
    GET: { answer: {
      version: string
      node: string
      platform: string
      cores: number
      memory: {
        total: number
        free: number
        process: number
      }
      disk: ({
        free: number
        total: number
      } | null)
      store: {
        models: number
        bytes: number
      }
      loaded: number
      offline: boolean
      paths: {
        data: string
        logs: string
        cache: string
      }
    } }
  }
  "/doctor/findings": {
    POST: { body: {
      /** Load the smallest model to try the engine. */
      engine?: boolean
    }; answer: {
      findings: Finding[]
    } }
  }
  "/settings": {
    GET: { answer: {
      settings: Setting[]
      userFile: string
      projectFile: (string | null)
      warnings: string[]
    } }
  }
  "/settings/{key}": {
    PATCH: { body: {
      /** Null: back to the default. */
      value: unknown
    }; answer: ChangedSetting }
  }
  "/remotes": {
    GET: { answer: {
      remotes: Remote[]
    } }
    POST: { body: {
      name: string
      /** Up to and with the version, such as `http://127.0.0.1:8000/v1`. */
      baseUrl: string
      /** Kept in a file that only this user reads, and never shown again. */
      apiKey?: (string | null)
    }; answer: Remote }
  }
  "/remotes/test": {
    POST: { body: {
      /** One that is configured. Else give `baseUrl`. */
      name?: (string | null)
      baseUrl?: (string | null)
      /** Kept in a file that only this user reads, and never shown again. */
      apiKey?: (string | null)
    }; answer: RemoteTest }
  }
  "/remotes/{name}": {
    DELETE: { answer: {
      removed: string
    } }
  }
  "/models": {
    GET: { answer: {
      models: ListedModel[]
    } }
  }
  "/catalog": {
    GET: { answer: {
      models: CatalogModel[]
    } }
  }
  "/models/pull": {
    POST: { body: {
      model: string
      force?: (boolean | null)
    }; answer: Run }
  }
  "/models/default": {
    POST: { answer: Run }
  }
  "/models/resolve": {
    POST: { body: {
      model: string
    }; answer: PullPreview }
  }
  "/models/{name}": {
    GET: { answer: ModelDetails }
    DELETE: { answer: {
      removed: string
      freedBytes: number
    } }
  }
  "/models/{name}/removal": {
    GET: { answer: ModelRemoval }
  }
  "/models/{name}/copy": {
    POST: { body: {
      target: string
    }; answer: ModelSummary }
  }
  "/hardware": {
    GET: { answer: Hardware }
  }
  "/loaded": {
    GET: { answer: {
      models: LoadedModel[]
    } }
    POST: { body: {
      model: string
      /** Tokens per request. Absent: chosen from the model and the memory. */
      contextLength?: (number | null)
      /** How long it stays after its last request, such as `5m`; a number is seconds, −1 is for ever. */
      keepAlive?: (number | string | null)
    }; answer: LoadedModel }
  }
  "/loaded/{name}": {
    DELETE: { answer: {
      unloaded: boolean
    } }
  }
  "/loaded/{name}/log": {
    GET: { query: { lines?: number }; answer: {
      lines: string[]
    } }
  }
  "/runs": {
    GET: { query: { kind?: string; state?: ("queued" | "running" | "succeeded" | "failed" | "cancelled" | "interrupted"); limit?: number; before?: string }; answer: {
      runs: Run[]
    } }
  }
  "/runs/{id}": {
    GET: { answer: Run }
  }
  "/runs/{id}/cancel": {
    POST: { answer: Run }
  }
  "/runs/{id}/resume": {
    POST: { answer: Run }
  }
  "/chats": {
    GET: { query: { folder?: string; limit?: number; after?: string }; answer: {
      chats: ChatSummary[]
      next: (string | null)
    } }
    POST: { body: {
      title?: (string | null)
      folder?: (string | null)
      model?: (string | null)
      data?: (Record<string, unknown> | null)
    }; answer: ChatSummary }
  }
  "/chats/search": {
    GET: { query: { q?: string; limit?: number; folder?: string }; answer: {
      hits: {
        chatId: string
        title: string
        messageId: (string | null)
        role: (string | null)
        snippet: string
        createdAt: string
      }[]
    } }
  }
  "/chats/folders": {
    GET: { answer: {
      folders: {
        name: string
        chats: number
      }[]
    } }
  }
  "/chats/export": {
    GET: { query: { ids?: string }; answer: {
      format: string
      version: number
      chats: unknown[]
      [field: string]: unknown
    } }
  }
  "/chats/import": {
    POST: { body: unknown; answer: {
      added: number
      /** Chats that were there already */
      skipped: number
      /** What was not taken over as it stood: malformed keys of `data` and choices of tools (left out), calls of tools that were not made (refused), ids of another form (new ones) */
      changes: {
        what: ("malformed" | "tools" | "open_call" | "id")
        count: number
      }[]
    } }
  }
  "/chats/{id}": {
    GET: { answer: ChatTree }
    PATCH: { body: {
      title?: string
      folder?: (string | null)
      model?: (string | null)
      pinned?: boolean
      data?: (Record<string, unknown> | null)
    }; answer: ChatSummary }
    DELETE: { answer: {
      deleted: (boolean | number)
    } }
  }
  "/chats/{id}/summary": {
    GET: { answer: ChatSummary }
  }
  "/chats/{id}/path": {
    GET: { query: { leaf?: string; limit?: number; before?: string }; answer: {
      messages: ChatMessage[]
      siblings: Record<string, string[]>
      before: (string | null)
    } }
  }
  "/chats/{id}/messages": {
    POST: { body: {
      role: ("system" | "user" | "assistant" | "tool")
      text: string
      reasoning?: (string | null)
      model?: (string | null)
      data?: (Record<string, unknown> | null)
      /** Absent: the end of the branch that is shown. Null: a new first message. */
      parentId?: (string | null)
    }; answer: ChatMessage }
  }
  "/chats/{id}/select": {
    POST: { body: {
      messageId: string
    }; answer: ChatSummary }
  }
  "/messages/{id}": {
    GET: { answer: ChatMessage }
    PATCH: { body: {
      text?: string
      reasoning?: string
      model?: string
      data?: Record<string, unknown>
    }; answer: ChatMessage }
    DELETE: { answer: {
      deleted: (boolean | number)
    } }
  }
  "/chats/{id}/answers": {
    POST: { body: {
      /** Absent: the default model. */
      model?: (string | null)
      /** What the question is added to, or, without `message`, the question that is answered (again). Absent: the end of the branch that is shown. Null: the question begins the chat anew. */
      parentId?: (string | null)
      /** The question. Absent: one that is there already is answered. */
      message?: ({
        text: string
        /** Anything to keep. `attachments` is a list of `{type: "text", name, text}` and `{type: "image", name, url}` with a data: URL. */
        data?: (Record<string, unknown> | null)
      } | null)
      /** Absent: the first system message of the branch, else `system` of the chat’s data. */
      system?: (string | null)
      settings?: (Record<string, unknown> & {
        /** The answer is cut off after so many tokens. Absent: when the context is full. */
        max_tokens?: (number | null)
        /** OpenAI’s newer name for `max_tokens`. */
        max_completion_tokens?: (number | null)
        stop?: ((string | string[]) | null)
        response_format?: (({
          type: "text"
        } | {
          type: "json_object"
        } | {
          type: "json_schema"
          json_schema: {
            name?: (string | null)
            strict?: (boolean | null)
            schema: (boolean | Record<string, unknown>)
          }
        }) | null)
        structured_outputs?: ({
          json?: ((boolean | Record<string, unknown>) | null)
          choice?: (string[] | null)
          grammar?: (string | null)
          regex?: unknown
          structural_tag?: unknown
        } | null)
        /** GBNF. */
        grammar?: (string | null)
        tools?: ({
          type: "function"
          function: {
            name: string
            description?: (string | null)
            parameters?: ((boolean | Record<string, unknown>) | null)
          }
        }[] | null)
        tool_choice?: ((("none" | "auto" | "required") | {
          type: "function"
          function: {
            name: string
          }
        } | {
          type: "function"
          name: string
        }) | null)
        /** Whether one answer may call several tools. */
        parallel_tool_calls?: (boolean | null)
        reasoning_effort?: (("none" | "minimal" | "low" | "medium" | "high" | "xhigh") | null)
        chat_template_kwargs?: ({
          enable_thinking?: (boolean | null)
        } | null)
        /** Goes on although the model ends, until `max_tokens`. */
        ignore_eos?: (boolean | null)
        /** False: what the model has read before is read again. */
        cache_prompt?: (boolean | null)
        /** 0 always takes the most probable token. */
        temperature?: (number | null)
        /** Chooses among the most probable tokens that together make up this share; 1 leaves all in. */
        top_p?: (number | null)
        /** Chooses among so many of the most probable tokens; 0 or −1: among all. */
        top_k?: (number | null)
        /** Leaves out tokens below this share of the best one’s probability; 0 leaves all in. */
        min_p?: (number | null)
        /** Prefers tokens about as surprising as is usual at their place, up to this share; 1 is off. */
        typical_p?: (number | null)
        /** Above 0, tokens that came up already become less probable, however often they came. */
        presence_penalty?: (number | null)
        /** Above 0, tokens become less probable with each time they come up. */
        frequency_penalty?: (number | null)
        /** vLLM’s name for `repeat_penalty`. */
        repetition_penalty?: (number | null)
        /** Makes tokens less probable that came up a short while ago; 1 is off. */
        repeat_penalty?: (number | null)
        /** How many tokens back the penalties look; 0: nowhere, −1: the whole context. */
        repeat_last_n?: (number | null)
        /** Keeps whole sequences from being repeated; 0 is off. */
        dry_multiplier?: (number | null)
        /** How fast that becomes stricter with the length of what is repeated. Only with `dry_multiplier`. */
        dry_base?: (number | null)
        /** Sequences up to this length may be repeated. Only with `dry_multiplier`. */
        dry_allowed_length?: (number | null)
        /** How many tokens back it looks; −1: the whole context. Only with `dry_multiplier`. */
        dry_penalty_last_n?: (number | null)
        /** How often the most obvious tokens are left out where several would do; 0 is off. */
        xtc_probability?: (number | null)
        /** How probable a token must be to count as obvious. Only with `xtc_probability`. */
        xtc_threshold?: (number | null)
        /** Steers how surprising the text is, in place of top_p, top_k and min_p; 0 is off. */
        mirostat?: (number | null)
        /** How surprising the text shall be. Only with `mirostat`. */
        mirostat_tau?: (number | null)
        /** How fast its course is corrected. Only with `mirostat`. */
        mirostat_eta?: (number | null)
        /** The same seed and request give the same answer. */
        seed?: (number | null)
        /** Token id → what is added to its logit. */
        logit_bias?: (Record<string, number> | null)
      } | null)
      /** What happens to a chat that is too long: an error (default), or its oldest turns are left out. */
      overflow?: (("error" | "leave_out") | null)
      /** Names of tool servers (`GET /sanjha/v1/tools`) whose tools the model may ask for. */
      tools?: (string[] | null)
    }; answer: {
      question: (ChatMessage | null)
      answer: ChatMessage & {
        data: AnswerData
        [field: string]: unknown
      }
    } }
  }
  "/answers/{messageId}/stop": {
    POST: { answer: {
      stopped: boolean
    } }
  }
  "/chats/{id}/context": {
    POST: { body: {
      model: string
      /** Where the branch ends. Absent: the one that is shown. */
      leafId?: (string | null)
      system?: (string | null)
      settings?: (Record<string, unknown> & {
        /** The answer is cut off after so many tokens. Absent: when the context is full. */
        max_tokens?: (number | null)
        /** OpenAI’s newer name for `max_tokens`. */
        max_completion_tokens?: (number | null)
        stop?: ((string | string[]) | null)
        response_format?: (({
          type: "text"
        } | {
          type: "json_object"
        } | {
          type: "json_schema"
          json_schema: {
            name?: (string | null)
            strict?: (boolean | null)
            schema: (boolean | Record<string, unknown>)
          }
        }) | null)
        structured_outputs?: ({
          json?: ((boolean | Record<string, unknown>) | null)
          choice?: (string[] | null)
          grammar?: (string | null)
          regex?: unknown
          structural_tag?: unknown
        } | null)
        /** GBNF. */
        grammar?: (string | null)
        tools?: ({
          type: "function"
          function: {
            name: string
            description?: (string | null)
            parameters?: ((boolean | Record<string, unknown>) | null)
          }
        }[] | null)
        tool_choice?: ((("none" | "auto" | "required") | {
          type: "function"
          function: {
            name: string
          }
        } | {
          type: "function"
          name: string
        }) | null)
        /** Whether one answer may call several tools. */
        parallel_tool_calls?: (boolean | null)
        reasoning_effort?: (("none" | "minimal" | "low" | "medium" | "high" | "xhigh") | null)
        chat_template_kwargs?: ({
          enable_thinking?: (boolean | null)
        } | null)
        /** Goes on although the model ends, until `max_tokens`. */
        ignore_eos?: (boolean | null)
        /** False: what the model has read before is read again. */
        cache_prompt?: (boolean | null)
        /** 0 always takes the most probable token. */
        temperature?: (number | null)
        /** Chooses among the most probable tokens that together make up this share; 1 leaves all in. */
        top_p?: (number | null)
        /** Chooses among so many of the most probable tokens; 0 or −1: among all. */
        top_k?: (number | null)
        /** Leaves out tokens below this share of the best one’s probability; 0 leaves all in. */
        min_p?: (number | null)
        /** Prefers tokens about as surprising as is usual at their place, up to this share; 1 is off. */
        typical_p?: (number | null)
        /** Above 0, tokens that came up already become less probable, however often they came. */
        presence_penalty?: (number | null)
        /** Above 0, tokens become less probable with each time they come up. */
        frequency_penalty?: (number | null)
        /** vLLM’s name for `repeat_penalty`. */
        repetition_penalty?: (number | null)
        /** Makes tokens less probable that came up a short while ago; 1 is off. */
        repeat_penalty?: (number | null)
        /** How many tokens back the penalties look; 0: nowhere, −1: the whole context. */
        repeat_last_n?: (number | null)
        /** Keeps whole sequences from being repeated; 0 is off. */
        dry_multiplier?: (number | null)
        /** How fast that becomes stricter with the length of what is repeated. Only with `dry_multiplier`. */
        dry_base?: (number | null)
        /** Sequences up to this length may be repeated. Only with `dry_multiplier`. */
        dry_allowed_length?: (number | null)
        /** How many tokens back it looks; −1: the whole context. Only with `dry_multiplier`. */
        dry_penalty_last_n?: (number | null)
        /** How often the most obvious tokens are left out where several would do; 0 is off. */
        xtc_probability?: (number | null)
        /** How probable a token must be to count as obvious. Only with `xtc_probability`. */
        xtc_threshold?: (number | null)
        /** Steers how surprising the text is, in place of top_p, top_k and min_p; 0 is off. */
        mirostat?: (number | null)
        /** How surprising the text shall be. Only with `mirostat`. */
        mirostat_tau?: (number | null)
        /** How fast its course is corrected. Only with `mirostat`. */
        mirostat_eta?: (number | null)
        /** The same seed and request give the same answer. */
        seed?: (number | null)
        /** Token id → what is added to its logit. */
        logit_bias?: (Record<string, number> | null)
      } | null)
      /** What is being written: its text, or a message. */
      draft?: ((string | {
        text: string
        /** Anything to keep. `attachments` is a list of `{type: "text", name, text}` and `{type: "image", name, url}` with a data: URL. */
        data?: (Record<string, unknown> | null)
      }) | null)
    }; answer: {
      tokens: number
      limit: (number | null)
      reserved: number
      leftOut: string[]
      measured: boolean
    } }
  }
  "/tools": {
    GET: { answer: {
      servers: {
        name: string
        transport: ("stdio" | "http")
        where: string
        state: ("idle" | "connecting" | "ready" | "failed")
        error: ({
          code: string
          message: string
          [field: string]: unknown
        } | null)
        tools: (OfferedTool[] | null)
      }[]
    } }
  }
  "/tools/{server}": {
    POST: { answer: {
      tools: OfferedTool[]
    } }
  }
  "/answers/{messageId}/tools/{callId}": {
    POST: { body: {
      allow: boolean
      /** Allow all later calls of this tool in this chat as well. */
      forChat?: boolean
      /** The tool, as it was shown to who decides. */
      name: string
      /** The arguments, as they were shown: the text that the answer has. */
      arguments: string
    }; answer: {
      message: ChatMessage & {
        data: AnswerData
        [field: string]: unknown
      }
    } }
  }
  "/chats/{id}/tools": {
    GET: { answer: {
      tools: string[]
    } }
  }
  "/chats/{id}/tools/{tool}": {
    DELETE: { answer: {
      revoked: boolean
    } }
  }
}

export type AnswerData = {
  state: ("waiting" | "streaming" | "done" | "stopped" | "interrupted" | "failed")
  error?: {
    code: string
    message: string
    status: number
    retryable: boolean
    hint?: string
    param?: string
    details?: Record<string, unknown>
  }
  finishReason?: ("stop" | "length" | "tool-calls" | "blocked" | "budget")
  usage?: {
    promptTokens: number
    cachedTokens: number
    completionTokens: number
    reasoningTokens: number
  }
  timings?: {
    loadMs: number
    firstTokenMs: (number | null)
    totalMs: number
    tokensPerSecond: (number | null)
    promptTokensPerSecond: (number | null)
  }
  settings?: Record<string, unknown>
  system?: string
  leftOut?: string[]
  /** Tool servers whose tools the model was told of */
  tools?: string[]
  /** Names of the tools that it was told of; no others are called */
  offered?: string[]
  overflow?: ("error" | "leave_out")
  toolCalls?: {
    id: string
    name: string
    arguments: string
    state: ("requested" | "running" | "done" | "failed" | "refused")
    result?: string
  }[]
  [field: string]: unknown
}

export type CatalogFile = {
  file: string
  role?: ("weights" | "weights-original" | "projector")
  quantization: (string | null)
  sha256: (string | null)
  size: (number | null)
  confidence: (("measured" | "corroborated" | "attributed" | "single") | null)
  /** References that give these bytes, best first */
  sources: string[]
  /** Null where nobody states the size */
  fit: (ModelFit | null)
  /** Whether anybody may use, change and pass it on; null: not known */
  openLicense: (boolean | null)
  /** completion, chat, tools, thinking, embedding, rerank, insert */
  capabilities: string[]
  /** Null when nothing was measured that tells */
  speed: (ModelSpeed | null)
  [field: string]: unknown
}

export type CatalogModel = {
  id: string
  name: string
  family: string
  organization: string
  shortNames: string[]
  purpose: string[]
  parameters: (string | null)
  contextLength: (number | null)
  license: string
  openLicense: boolean
  defaults: Record<string, unknown>
  files: CatalogFile[]
  notes: (string | null)
  [field: string]: unknown
}

export type ChangedSetting = {
  key: string
  /** As a person writes it, such as `5m`; null for a secret */
  value: (string | number | boolean | unknown[] | null)
  origin: {
    from: ("flag" | "env" | "project" | "user" | "default")
    [field: string]: unknown
  }
  description: string
  /** In words, after “takes” */
  type: string
  default: (string | number | boolean | unknown[] | null)
  /** Environment variables, the strongest first */
  env: string[]
  /** Whether it may be changed over HTTP */
  editable: boolean
  secret: boolean
  needsRestart: boolean
  choices?: string[]
  /** Of secrets: whether there is one */
  isSet?: boolean
  /** It was changed, and this server still runs with what it was before */
  pending: boolean
  /** Why the change has no effect, where something is stronger */
  note: (string | null)
}

export type ChatMessage = {
  id: string
  chatId: string
  parentId: (string | null)
  role: ("system" | "user" | "assistant" | "tool")
  text: string
  reasoning: (string | null)
  model: (string | null)
  data: (Record<string, unknown> | null)
  createdAt: string
  updatedAt: string
}

export type ChatSummary = {
  id: string
  title: string
  folder: (string | null)
  model: (string | null)
  pinned: boolean
  data: (Record<string, unknown> | null)
  messageCount: number
  activeMessageId: (string | null)
  createdAt: string
  updatedAt: string
}

export type ChatTree = {
  id: string
  title: string
  folder: (string | null)
  model: (string | null)
  pinned: boolean
  data: (Record<string, unknown> | null)
  messageCount: number
  activeMessageId: (string | null)
  createdAt: string
  updatedAt: string
  messages: ChatMessage[]
}

export type Finding = {
  id: string
  title: string
  outcome: ("ok" | "warning" | "problem" | "skipped")
  message: string
  /** How to mend it */
  remedy?: string
}

export type Hardware = {
  platform: string
  arch: string
  cpuModel: string
  cores: number
  usableCores: number
  cpuQuota: (number | null)
  memoryTotalBytes: number
  memoryAvailableBytes: number
  memoryLimitedBy: ("machine" | "cgroup")
  /** Memory that models may take together, and what is set aside for those that are loaded */
  models: {
    totalBytes: number
    usedBytes: number
  }
  backend: ("cpu" | "vulkan" | "cuda")
  /** Of the model store */
  disk: ({
    free: number
    total: number
  } | null)
}

export type ListedModel = {
  name: string
  digest: string
  size: number
  format: ("gguf" | "safetensors")
  license: (string | null)
  modified: string
  architecture: (string | null)
  parameters: (number | null)
  quantization: (string | null)
  contextLength: (number | null)
  aliases: string[]
  /** Null where nobody states the size */
  fit: (ModelFit | null)
  /** Whether anybody may use, change and pass it on; null: not known */
  openLicense: (boolean | null)
  /** completion, chat, tools, thinking, embedding, rerank, insert */
  capabilities: string[]
  /** Null when nothing was measured that tells */
  speed: (ModelSpeed | null)
}

export type LoadedModel = {
  model: string
  digest: (string | null)
  engine: string
  state: ("loading" | "ready" | "unloading" | "restarting" | "failed")
  pid: (number | null)
  contextLength: number
  parameters: (number | null)
  quantization: (string | null)
  status: ({
    active: number
    waiting: number
    slots: number
    threads: number
    threadsReason: string
    memoryBytes: number
    /** What computes, as its driver names it */
    devices?: string[]
    generationTokensPerSecond: number
    promptTokensPerSecond: number
    draftAcceptance: number
    [field: string]: unknown
  } | null)
  expiresAt: (string | null)
  loadedAt: (string | null)
  restarts: number
  logFile: (string | null)
}

export type ModelDetails = {
  name: string
  digest: string
  size: number
  format: ("gguf" | "safetensors")
  license: (string | null)
  modified: string
  architecture: (string | null)
  parameters: (number | null)
  quantization: (string | null)
  contextLength: (number | null)
  aliases: string[]
  /** Null where nobody states the size */
  fit: (ModelFit | null)
  /** Whether anybody may use, change and pass it on; null: not known */
  openLicense: (boolean | null)
  /** completion, chat, tools, thinking, embedding, rerank, insert */
  capabilities: string[]
  /** Null when nothing was measured that tells */
  speed: (ModelSpeed | null)
  sources: {
    reference: string
    fetched: (string | null)
  }[]
  template: (string | null)
  defaults: Record<string, unknown>
  files: {
    name: string
    digest: string
    size: number
    [field: string]: unknown
  }[]
  licenseSource: (string | null)
  /** The catalogue’s entry for exactly these weights */
  catalog: ({
    id: string
    confidence: (string | null)
    notes: (string | null)
  } | null)
  metadata: Record<string, unknown>
  embeddingLength: (number | null)
  layers: (number | null)
  contextBytesPerToken: (number | null)
  contextNote?: (string | null)
  nonEmbeddingParameters?: (number | null)
  [field: string]: unknown
}

export type ModelFit = {
  fits: boolean
  needBytes: number
  availableBytes: number
  /** Tokens that it would be given */
  contextLength: number
  /** The longest context that fits; null where no header was seen */
  largestContext: (number | null)
  /** In words, when it does not fit or the numbers are a guess */
  reason: (string | null)
  reasonCode: (("too_large" | "wrong_format" | "estimated_from_size") | null)
}

export type ModelList = {
  object: "list"
  data: {
    id: string
    object: "model"
    created: number
    owned_by: string
    root?: string
    parent?: (string | null)
    max_model_len?: (number | null)
  }[]
}

export type ModelRemoval = {
  /** The names that go */
  removes: string[]
  /** 0 where the model has other names left */
  freedBytes: number
  /** Bytes of its files that stay: under other names, in other models, in a file of somebody else */
  sharedBytes: number
  loaded: boolean
}

export type ModelSpeed = {
  tokensPerSecond: number
  how: ("measured" | "estimated")
  /** The measured model that an estimate was made from */
  from?: string
}

export type ModelSummary = {
  name: string
  digest: string
  size: number
  format: ("gguf" | "safetensors")
  license: (string | null)
  modified: string
  architecture: (string | null)
  parameters: (number | null)
  quantization: (string | null)
  contextLength: (number | null)
  aliases: string[]
}

export type OfferedTool = {
  name: string
  server: string
  tool: string
  title: (string | null)
  description: string
  parameters: Record<string, unknown>
  /** What the server says of it, which nobody has checked */
  claims: {
    readOnly: (boolean | null)
    destructive: (boolean | null)
  }
}

export type PullPreview = {
  /** What the model would be called */
  name: string
  reference: string
  /** The source that answered */
  source: string
  file: (string | null)
  files: {
    name: string
    size: (number | null)
    digest: (string | null)
  }[]
  size: (number | null)
  sha256: (string | null)
  license: (string | null)
  openLicense: (boolean | null)
  diskFreeBytes: number
  fit: (ModelFit | null)
  messages: string[]
}

export type Remote = {
  /** Models of this remote are called `NAME/MODEL` */
  name: string
  baseUrl: string
  /** Where its key is; never the key. Null where it needs none */
  key: ({
    from: ("env" | "file")
    /** Of the variable or the file */
    name: string
    isThere: boolean
  } | null)
  /** Only these; null: all that it lists */
  models: (string[] | null)
  removable: boolean
}

export type RemoteTest = {
  ok: boolean
  problem: (("unknown_host" | "unreachable" | "timeout" | "certificate" | "refused_address" | "key_missing" | "key_refused" | "no_api" | "failed") | null)
  message: string
  hint: (string | null)
  models: string[]
}

export type Run = {
  id: string
  kind: string
  title: string
  state: ("queued" | "running" | "succeeded" | "failed" | "cancelled" | "interrupted")
  input: unknown
  result: unknown
  error: ({
    code: string
    message: string
    [field: string]: unknown
  } | null)
  progress: ({
    step: string
    completed: number
    total: (number | null)
    unit: ("bytes" | "items" | "tokens" | "steps")
    rate: (number | null)
    eta: (number | null)
    [field: string]: unknown
  } | null)
  attempts: number
  createdAt: string
  startedAt: (string | null)
  endedAt: (string | null)
}

export type Setting = {
  key: string
  /** As a person writes it, such as `5m`; null for a secret */
  value: (string | number | boolean | unknown[] | null)
  origin: {
    from: ("flag" | "env" | "project" | "user" | "default")
    [field: string]: unknown
  }
  description: string
  /** In words, after “takes” */
  type: string
  default: (string | number | boolean | unknown[] | null)
  /** Environment variables, the strongest first */
  env: string[]
  /** Whether it may be changed over HTTP */
  editable: boolean
  secret: boolean
  needsRestart: boolean
  choices?: string[]
  /** Of secrets: whether there is one */
  isSet?: boolean
  /** It was changed, and this server still runs with what it was before */
  pending: boolean
}
