import { z } from 'zod'

/** What Sanjha's own API says of models, for the OpenAPI document. Tests hold every answer against these. */

const time = z.iso.datetime()
const whole = z.int().min(0)
const anything = z.record(z.string(), z.unknown())

const fit = z
  .object({
    fits: z.boolean(),
    needBytes: whole,
    availableBytes: whole,
    contextLength: whole.describe('Tokens that it would be given'),
    largestContext: whole.nullable().describe('The longest context that fits; null where no header was seen'),
    reason: z.string().nullable().describe('In words, when it does not fit or the numbers are a guess'),
    reasonCode: z.enum(['too_large', 'wrong_format', 'estimated_from_size']).nullable(),
  })
  .meta({ id: 'ModelFit', description: 'Whether a model can be loaded here, were nothing else loaded.' })

const speed = z
  .object({
    tokensPerSecond: z.number().positive(),
    how: z.enum(['measured', 'estimated']),
    from: z.string().optional().describe('The measured model that an estimate was made from'),
  })
  .meta({ id: 'ModelSpeed' })

const insight = {
  fit: fit.nullable().describe('Null where nobody states the size'),
  openLicense: z.boolean().nullable().describe('Whether anybody may use, change and pass it on; null: not known'),
  capabilities: z.array(z.string()).describe('completion, chat, tools, thinking, embedding, rerank, insert'),
  speed: speed.nullable().describe('Null when nothing was measured that tells'),
}

const summaryFields = {
  name: z.string(),
  digest: z.string(),
  size: whole,
  format: z.enum(['gguf', 'safetensors']),
  license: z.string().nullable(),
  modified: time,
  architecture: z.string().nullable(),
  parameters: whole.nullable(),
  quantization: z.string().nullable(),
  contextLength: whole.nullable(),
  aliases: z.array(z.string()),
}
export const modelSummary: z.ZodType = z.object(summaryFields).meta({ id: 'ModelSummary' })
export const modelList: z.ZodType = z.object({
  models: z.array(z.object({ ...summaryFields, ...insight }).meta({ id: 'ListedModel' })),
})

export const modelDetails: z.ZodType = z
  .looseObject({
    ...summaryFields,
    ...insight,
    sources: z.array(z.object({ reference: z.string(), fetched: z.string().nullable() })),
    template: z.string().nullable(),
    defaults: anything,
    files: z.array(z.looseObject({ name: z.string(), digest: z.string(), size: whole })),
    licenseSource: z.string().nullable(),
    catalog: z
      .object({ id: z.string(), confidence: z.string().nullable(), notes: z.string().nullable() })
      .nullable()
      .describe('The catalogue’s entry for exactly these weights'),
    metadata: anything,
    embeddingLength: whole.nullable(),
    layers: whole.nullable(),
    contextBytesPerToken: z.number().nullable(),
    contextNote: z.string().nullable().optional(),
    nonEmbeddingParameters: whole.nullable().optional(),
  })
  .meta({ id: 'ModelDetails' })

export const removedModel: z.ZodType = z.object({ removed: z.string(), freedBytes: whole })

export const modelRemoval: z.ZodType = z
  .object({
    removes: z.array(z.string()).describe('The names that go'),
    freedBytes: whole.describe('0 where the model has other names left'),
    sharedBytes: whole.describe(
      'Bytes of its files that stay: under other names, in other models, in a file of somebody else',
    ),
    loaded: z.boolean(),
  })
  .meta({ id: 'ModelRemoval' })

const catalogFile = z
  .looseObject({
    file: z.string(),
    role: z.enum(['weights', 'weights-original', 'projector']).optional(),
    quantization: z.string().nullable(),
    sha256: z.string().nullable(),
    size: whole.nullable(),
    confidence: z.enum(['measured', 'corroborated', 'attributed', 'single']).nullable(),
    sources: z.array(z.string()).describe('References that give these bytes, best first'),
    ...insight,
  })
  .meta({ id: 'CatalogFile' })

const catalogModel = z
  .looseObject({
    id: z.string(),
    name: z.string(),
    family: z.string(),
    organization: z.string(),
    shortNames: z.array(z.string()),
    purpose: z.array(z.string()),
    parameters: z.string().nullable(),
    contextLength: whole.nullable(),
    license: z.string(),
    openLicense: z.boolean(),
    defaults: anything,
    files: z.array(catalogFile),
    notes: z.string().nullable(),
  })
  .meta({ id: 'CatalogModel' })

export const catalogEntries: z.ZodType = z.object({ models: z.array(catalogModel) })

export const pullPreview: z.ZodType = z
  .object({
    name: z.string().describe('What the model would be called'),
    reference: z.string(),
    source: z.string().describe('The source that answered'),
    file: z.string().nullable(),
    files: z.array(z.object({ name: z.string(), size: whole.nullable(), digest: z.string().nullable() })),
    size: whole.nullable(),
    sha256: z.string().nullable(),
    license: z.string().nullable(),
    openLicense: z.boolean().nullable(),
    diskFreeBytes: whole,
    fit: fit.nullable(),
    messages: z.array(z.string()),
  })
  .meta({ id: 'PullPreview' })

export const hardwareReport: z.ZodType = z
  .object({
    platform: z.string(),
    arch: z.string(),
    cpuModel: z.string(),
    cores: whole,
    usableCores: whole,
    cpuQuota: z.number().nullable(),
    memoryTotalBytes: whole,
    memoryAvailableBytes: whole,
    memoryLimitedBy: z.enum(['machine', 'cgroup']),
    models: z
      .object({ totalBytes: whole, usedBytes: whole })
      .describe('Memory that models may take together, and what is set aside for those that are loaded'),
    backend: z.enum(['cpu', 'vulkan', 'cuda']),
    disk: z.object({ free: whole, total: whole }).nullable().describe('Of the model store'),
  })
  .meta({ id: 'Hardware' })

export const logLines: z.ZodType = z.object({ lines: z.array(z.string()) })
